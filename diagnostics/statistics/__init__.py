"""What numbers say, of arrays alone: knows no run and no file."""
