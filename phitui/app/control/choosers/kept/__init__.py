"""Lists of what the library keeps of its user's: conversations, marks."""
