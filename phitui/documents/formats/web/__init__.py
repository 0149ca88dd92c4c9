"""Web pages: HTML as browsers understand it, with what it holds of formulas, and saved pages."""
