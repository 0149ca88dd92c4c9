"""One page: where its text and what is drawn upon it stand, and the order in which they are read."""
