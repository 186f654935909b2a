"""Asking about another input: edited, pasted, changed as little as need be, disturbed."""
