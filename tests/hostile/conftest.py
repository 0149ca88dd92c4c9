"""The libraries of tests/library, to be attacked."""

from tests.library.conftest import filled, folder, library

__all__ = ["filled", "folder", "library"]
