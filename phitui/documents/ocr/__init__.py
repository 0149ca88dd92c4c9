"""The text in pictures of pages, as a worker process recognises it."""
