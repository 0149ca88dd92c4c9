"""Models, adapters and settings side by side."""
