"""The two arms of search, caches of the database that can be deleted at any time."""
