"""Which features matter to a run."""
