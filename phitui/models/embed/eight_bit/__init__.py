"""The bundled embedder in eight-bit numbers, for processors that multiply those quicker."""
