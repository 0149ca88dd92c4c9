"""Formats that are text: plain and marked up, tables, notebooks, code."""
