"""What a page's text lost on its way into a PDF: whole words, the names of its letters, what only frames it."""
