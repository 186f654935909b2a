"""The page Confusion."""
