"""A file → pages → passages. Knows no database, no torch, no widget."""
