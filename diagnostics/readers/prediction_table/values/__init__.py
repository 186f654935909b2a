"""What the values of a column say: labels, scores, measurements, and the order of classes."""
