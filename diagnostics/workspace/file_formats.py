"""The names in a run folder, shared by those who write it and those who read it (docs/formats)."""

FORMAT = "errata-run"
FORMAT_VERSION = 1
DESCRIPTION = "run.json"
PREDICTIONS = "predictions"
EXAMPLES = "examples"
IMPORTANCES = "importances.csv"
MODEL = "model.skops"
