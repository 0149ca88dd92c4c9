"""Commands that list, fetch and change models."""
