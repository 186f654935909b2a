"""What each column of a table is for, by its name and its first values."""
