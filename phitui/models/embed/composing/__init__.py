"""Vectors of passages made of those of their sentences."""
