"""phitui: ask questions of your own PDFs, over SSH, and see which passages the answer rests on."""

__version__ = "0.1.0"
