"""Words as search sees them: stems, related words, spelling, the syntax of a question."""
