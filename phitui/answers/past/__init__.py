"""Turns that were answered: the branches they form, what changed between two, and their export."""
