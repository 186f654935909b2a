"""What the parameters of a search did to the score."""
