"""The shapes that tables have on disk: nested rows, documents, arrays, sheets, several parts."""
