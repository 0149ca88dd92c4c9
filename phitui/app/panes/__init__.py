"""The panes and what stands in them."""
