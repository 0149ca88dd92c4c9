"""Makes what ships with the bundled embedder."""
