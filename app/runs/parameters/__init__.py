"""The page Runs, its view of the parameters."""
