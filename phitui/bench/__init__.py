"""What phitui claims of its speed, measured beside peers and limits in the same run: `phitui bench NAME`."""
