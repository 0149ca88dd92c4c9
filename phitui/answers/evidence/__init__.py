"""What speaks for an answer: the test before it, the quotes beside it, the check after it."""
