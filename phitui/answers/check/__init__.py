"""Is what a sentence claims said by these sentences? For answers while they are written, and for drafts."""
