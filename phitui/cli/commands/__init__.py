"""The commands, a module a family: a module here that defines `FAMILY` is found by `phitui.cli.registry`."""
