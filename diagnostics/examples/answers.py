"""What runs said about one example, and how many of them were wrong about each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diagnostics.predictions.completeness import implies_right_answers
from diagnostics.workspace import reducers
from diagnostics.workspace.asked_for import the_experiment, the_runs

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.workspace import Experiment, Run


def answer(run: Run, example: str, *, split: str | None = None) -> dict[str, Any] | None:
    """One example's row in one run, labels as labels; None if the run has no row for it.

    With several rows (folds that repeat) the first one; `probabilities` is a list or None.
    """
    import polars as pl

    from diagnostics.workspace import stored_tables

    rows = stored_tables.labelled_predictions([run]).filter(pl.col("example") == example)
    if split is not None:
        rows = rows.filter(pl.col("split") == split)
    found = rows.head(1).collect().to_dicts()
    return found[0] if found else None


def held_out_answer(run: Run, example: str) -> dict[str, Any] | None:
    """As `answer`, of the split that speaks for the run if it has the example, else of any; a scan.

    What it returns is handed on by all that is asked of one answer: its fold, split and labels.
    """
    import polars as pl

    from diagnostics.workspace import stored_tables

    rows = stored_tables.labelled_predictions([run]).filter(pl.col("example") == example)
    own_first = rows.sort(pl.col("split").ne_missing(run.split), maintain_order=True)
    first = own_first.head(1).collect().to_dicts()
    return first[0] if first else None


def answers_of_all_runs(experiment: Experiment, example: str) -> pd.DataFrame:
    """What every run of the experiment said about one example.

    Returns
    -------
    One row per run that answered: `run`, `true_label`, `predicted_label`, `confidence`, `correct`
    (None without truth). A run that kept only its mistakes and was evaluated on the same examples
    answered rightly what it does not list: its `confidence` is then NaN, and `derived` is True.
    """
    experiment = the_experiment(experiment)
    import pandas as pd

    answers = _answers_by_run(experiment, example)
    truth = next((row["true_label"] for row in answers.values() if row["true_label"]), None)
    table = []
    for run in experiment.runs:
        if run.run in answers:
            row = answers[run.run]
            known = row["true_label"] is not None
            right = row["true_label"] == row["predicted_label"] if known else None
            table.append({**row, "correct": right, "derived": False})
        elif truth is not None and _was_right(run, answers, experiment):
            table.append(
                {
                    "run": run.run,
                    "true_label": truth,
                    "predicted_label": truth,
                    "confidence": None,
                    "correct": True,
                    "derived": True,
                }
            )
    names = ["run", "true_label", "predicted_label", "confidence", "correct", "derived"]
    frame = pd.DataFrame(table, columns=names)
    return frame.astype({"confidence": "float64"})


def _answers_by_run(experiment: Experiment, example: str) -> dict[str, dict[str, Any]]:
    """Each run's first held-out row for the example; one scan, however many runs there are."""
    import polars as pl

    runs = {str(run.table("predictions")): run for run in experiment.runs}
    files = [path for path in runs if Path(path).is_file()]
    if not files:
        return {}
    columns = ["path", "true_label", "predicted_label", "confidence"]
    rows = (
        pl.scan_parquet(files, include_file_paths="path", glob=False)
        .filter(pl.col("example") == example, pl.col("split") != "train")
        .select(columns)
        .unique("path", keep="first", maintain_order=True)
        .collect()
    )
    answers = {}
    for path, *codes, confidence in rows.iter_rows():
        run = runs[path]
        true_label, predicted_label = (None if code is None else run.labels[code] for code in codes)
        answers[run.run] = {
            "run": run.run,
            "true_label": true_label,
            "predicted_label": predicted_label,
            "confidence": confidence,
        }
    return answers


def _was_right(run: Run, answers: dict[str, Any], experiment: Experiment) -> bool:
    """Whether the run answered rightly what others list and it does not."""
    listing = [other for other in experiment.runs if other.run in answers]
    return any(implies_right_answers(run, other) for other in listing)


def wrong_run_counts(runs: Sequence[Run] | Experiment) -> pd.DataFrame:
    """`example`, `wrong`, `runs`: in how many of the runs each example was answered wrongly.

    Only examples that a run lists are there: those that were right everywhere may be missing where
    runs kept nothing but their mistakes. Sorted by `wrong` descending, then by example.
    """
    runs = the_runs(runs)
    import polars as pl

    from diagnostics.workspace import stored_tables

    frame = pl.concat(
        [
            stored_tables.scan(run)
            .filter(pl.col("split") == run.split)
            .select("example", "true_label", "predicted_label")
            for run in runs
        ]
    )
    counts = reducers.wrong_runs(reducers.lazy(frame, []))
    ordered = counts.sort("wrong", "example", descending=[True, False])
    return reducers.collect(ordered).to_pandas(ignore_metadata=True)


__all__ = ["answer", "answers_of_all_runs", "wrong_run_counts"]
