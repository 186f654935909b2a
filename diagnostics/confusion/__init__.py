"""The confusion matrix and its classes."""
