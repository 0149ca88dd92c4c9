"""What stands around the panes: which of them are shown side by side, and the lines above and below."""
