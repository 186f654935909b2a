"""The page Importance."""
