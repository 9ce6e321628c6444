"""Where messages come in and replies go out; each channel stands alone."""
