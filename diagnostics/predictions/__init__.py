"""Answers to the same examples: which were kept, aligned, matched, what became of each."""
