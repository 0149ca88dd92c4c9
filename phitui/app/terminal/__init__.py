"""The terminal underneath: driver, clipboard, editor, drafts."""
