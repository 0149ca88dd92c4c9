"""Models as files: what is on disk, what can be had, how it gets here."""
