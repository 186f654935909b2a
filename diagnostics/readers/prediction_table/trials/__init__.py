"""A table of predictions read another way, to see what would follow; nothing is written."""
