"""Documents stored and found again: SQLite, tantivy, FAISS. Knows no torch, no widget."""
