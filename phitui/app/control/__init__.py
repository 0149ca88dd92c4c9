"""What the app does with what its panes report."""
