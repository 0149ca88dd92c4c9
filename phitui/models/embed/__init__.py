"""Text to vectors, and what reads two texts together."""
