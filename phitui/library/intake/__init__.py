"""From files to stored, searchable documents."""
