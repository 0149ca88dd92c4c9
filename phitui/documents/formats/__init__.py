"""Each file format as blocks or pages."""
