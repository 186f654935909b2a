"""One model's answers out of a table: from labels, one score, vectors, lists or a ranking."""
