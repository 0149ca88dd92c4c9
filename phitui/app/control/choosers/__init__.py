"""What can be chosen by a line that is typed: commands, files, conversations, search models."""
