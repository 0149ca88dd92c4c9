"""Each file format as a stream of blocks, or pages; `registry.py` lists them."""
