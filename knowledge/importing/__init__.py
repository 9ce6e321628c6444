"""Reading procedures from files; every reader yields drafts with their problems."""
