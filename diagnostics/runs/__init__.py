"""Many runs: their table, the leaderboard with its uncertainty, over- and underfitting."""
