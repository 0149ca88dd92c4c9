"""An answer while a model writes it: held to its evidence, ended where it repeats itself."""
