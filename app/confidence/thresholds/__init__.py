"""The page Confidence, its thresholds and curves."""
