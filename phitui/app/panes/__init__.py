"""The four panes and what stands in them."""
