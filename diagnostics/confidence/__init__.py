"""How sure answers were: histograms, calibration, thresholds, curves."""
