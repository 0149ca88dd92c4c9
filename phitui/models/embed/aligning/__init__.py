"""Embedders that also compare a question with passages word by word."""
