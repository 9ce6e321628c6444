"""Public pages beside the chat: what a citizen opens by address, without talking to the assistant."""
