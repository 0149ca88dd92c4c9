"""Tuning from the screen: what is chosen, and the run, which goes on when the screen is closed."""
