"""Work in the background, and how the app hears of it."""
