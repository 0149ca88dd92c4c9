"""How well a library finds, quotes and refuses, measured on questions; comparing and fitting."""
