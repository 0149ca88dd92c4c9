"""Zip archives of XML: Word, Excel, PowerPoint, OpenDocument, EPUB."""
