"""What asks a fitted model: models opened, their rows read, long work in steps."""
