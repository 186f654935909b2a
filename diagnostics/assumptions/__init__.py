"""What a team believes of a model, put to the test."""
