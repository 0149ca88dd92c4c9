"""A question over one whole document, part by part."""
