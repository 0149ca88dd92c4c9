"""What keeps a library safe: backups, repair, moving it elsewhere, erasing for good."""
