"""Pipelines taken apart: linear scores, and what each feature at the end is made of."""
