"""What a question asks, before anything is searched: what it leaves unsaid, and whether it is about the library."""
