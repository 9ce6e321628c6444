"""Understanding a message and composing the reply, one ability a file."""
