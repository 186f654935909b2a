"""The page Examples."""
