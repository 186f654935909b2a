"""The writing side: one evaluation, or every fit of a search."""
