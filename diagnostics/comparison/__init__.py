"""Two runs, or all, on the same examples; and whether a run may pass."""
