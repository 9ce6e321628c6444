"""Everything that talks: channels, dialogue, broadcast, admin, app."""
