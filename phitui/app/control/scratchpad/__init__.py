"""The scratchpad's work: code that is written, a text that is checked, and versions of both."""
