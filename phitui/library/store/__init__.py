"""The database: the only source of truth."""
