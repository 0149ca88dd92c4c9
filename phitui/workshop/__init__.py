"""What makes the files that ship with phitui: the handbook, the related words, the weights of answers."""
