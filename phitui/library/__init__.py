"""Documents stored and found again: SQLite, tantivy, FAISS. Knows neither torch nor widgets."""
