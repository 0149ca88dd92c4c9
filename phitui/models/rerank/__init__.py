"""What reads a question and a passage together, and puts the best candidates of a search in order."""
