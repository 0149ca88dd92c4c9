"""The `phitui` command. stdout is data, stderr is narration."""
