"""Processes that read documents and may hang, crash or be killed."""
