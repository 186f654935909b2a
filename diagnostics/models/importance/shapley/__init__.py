"""Shapley values sampled over evaluated rows, whatever the model: what each feature adds."""
