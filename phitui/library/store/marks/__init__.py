"""Marks: stretches of documents' texts that a person marked, with notes."""
