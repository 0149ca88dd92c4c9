"""PDFs, as they are read inside a worker process."""
