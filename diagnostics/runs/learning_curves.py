"""Score against the amount of data a configuration learnt from, with the spread over its runs."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from diagnostics.workspace import Experiment, Run, Workspace
from diagnostics.workspace.parameters import (
    differing_parameters,
    parameter_text,
    short_names,
    value_identity,
)
from diagnostics.workspace.scores import fold_values, given, run_metrics

if TYPE_CHECKING:
    import pandas as pd

EXCLUSION, CONFIG, REPEAT = "exclusion_percent", "config", "repeat"
_ROUND = re.compile(r",? ?(iteration \d+|[\d,]+ rows)$")
COLUMNS = ["configuration", "amount", "run", "experiment", "part", "split", "value"]


def has_amounts(experiment: Experiment) -> bool:
    """Whether its runs learnt from different amounts, or belong to a comparison that varies it."""
    amounts = {given(run) for run in experiment.runs} - {None}
    return len(amounts) > 1 or any(EXCLUSION in run.tags for run in experiment.runs)


def comparison_of(workspace: Workspace, experiment: Experiment) -> list[Experiment]:
    """The experiments that repeat one comparison of Rasa on other test data; else itself alone.

    `rasa test nlu --config a.yml b.yml` draws new training and test data for every repeat, so each
    is an experiment of its own; their figures together are a learning curve.
    """
    home = _comparison(experiment)
    if home is None:
        return [experiment]
    return [other for other in workspace.experiments if _comparison(other) == home]


def _comparison(experiment: Experiment) -> tuple[str, str, str] | None:
    run = next((run for run in experiment.runs if EXCLUSION in run.tags), None)
    if run is None:
        return None
    return PurePosixPath(run.siblings).parent.as_posix(), run.group, experiment.task


def learning_points(
    experiments: Sequence[Experiment], metric: str, *, names: Collection[str] | None = None
) -> pd.DataFrame:
    """One score for each configuration, amount of data, and run or fold.

    Amounts are percent of the training data in a comparison of Rasa, else what the search gave
    (rows, or another budget). Runs that lack folds are left out. Of the runs called `names`, all of
    them if None; each stands for its repeats on other test data, too.

    Returns
    -------
    `configuration`, `amount`, `run`, `experiment`, `part` (repeat or fold), `split` ("held out", or
    "train" where train scores are known), `value`.
    """
    import pandas as pd

    every = [run for experiment in experiments for run in experiment.runs]
    wanted = {_repeated(run) for run in every if names is None or run.run in names}
    rows: list[tuple[object, ...]] = []
    for experiment in experiments:
        called = _configurations(experiment)
        for run in experiment.runs:
            amount = given(run)
            if amount is None or not run.is_complete or _repeated(run) not in wanted:
                continue
            for part, split, value in _values(run, metric):
                rows.append((called[run.run], amount, run.run, experiment.name, part, split, value))
    return pd.DataFrame(rows, columns=COLUMNS).astype({"amount": float, "value": float})


def learning_curve(points: pd.DataFrame, *, rises: bool = True) -> pd.DataFrame:
    """The mean at each amount with its spread, a row for each configuration, split and amount.

    Columns: `configuration`, `split`, `amount`, `n`, `mean`, `std` (of a sample, n - 1; NaN of
    one), `low` and `high` (the lowest and the highest), `run` and `experiment` (those of the best,
    which is the highest if the metric `rises`).
    """
    keys = ["configuration", "split", "amount"]
    curve = (
        points.sort_values("value", ascending=not rises, kind="stable")
        .groupby(keys, sort=True)
        .agg(
            n=("value", "size"),
            mean=("value", "mean"),
            std=("value", "std"),
            low=("value", "min"),
            high=("value", "max"),
            run=("run", "first"),
            experiment=("experiment", "first"),
        )
    )
    return curve.reset_index()


def last_gains(curve: pd.DataFrame, *, rises: bool = True) -> pd.DataFrame:
    """What the last increase of data brought each configuration on held-out rows.

    Returns
    -------
    Those with two amounts or more, the largest amount first and of these the best:
    `configuration`, `before`, `amount` (the last two amounts), `mean` (at the last), `gain`, and
    `error`, the standard error of the gain (NaN where an amount has one run).
    """
    import pandas as pd

    rows = []
    for name, own in curve[curve["split"] == "held out"].groupby("configuration", sort=False):
        if len(own) < 2:
            continue
        before, last = own.sort_values("amount").iloc[-2:].to_dict("records")
        error = math.sqrt(before["std"] ** 2 / before["n"] + last["std"] ** 2 / last["n"])
        gain = last["mean"] - before["mean"]
        rows.append((name, before["amount"], last["amount"], last["mean"], gain, error))
    columns = ["configuration", "before", "amount", "mean", "gain", "error"]
    found = pd.DataFrame(rows, columns=columns)
    return found.sort_values(["amount", "mean"], ascending=[False, not rises], ignore_index=True)


def _repeated(run: Run) -> tuple[str, ...]:
    """What the repeats of a run in a comparison of Rasa have in common; else its name."""
    tags = run.tags
    return (tags[CONFIG], tags[EXCLUSION]) if CONFIG in tags and EXCLUSION in tags else (run.run,)


def _values(run: Run, metric: str) -> list[tuple[str, str, float]]:
    """Held out per fold, or as a whole; then train in the same way."""
    scores = [(f"fold {fold}", "held out", v) for fold, v in fold_values(run, metric).items()]
    if not scores:
        value = run_metrics(run).get(metric, math.nan)
        repeat = run.tags.get(REPEAT)
        part = f"repeat {repeat}" if repeat else ""
        scores = [(part, "held out", value)] if math.isfinite(value) else []
    train = [s for s in run.scores if s.split == "train" and s.metric == metric]
    folds = [score for score in train if score.fold is not None] or train
    scores += [
        (f"fold {score.fold}" if score.fold is not None else "", "train", score.value)
        for score in folds
        if math.isfinite(score.value)
    ]
    return scores


def _configurations(experiment: Experiment) -> dict[str, str]:
    """What each run is a candidate of: its configuration file, else its parameters."""
    differing = differing_parameters(experiment)
    shorter = short_names(differing)
    called: dict[tuple[object, ...], str] = {}
    configurations = {}
    for run in experiment.runs:
        if CONFIG in run.tags and EXCLUSION in run.tags:
            configurations[run.run] = run.tags[CONFIG]
            continue
        values = [run.parameters.get(name, run.parameters_text.get(name)) for name in differing]
        key = tuple(value_identity(value) for value in values)
        texts = [
            f"{shorter[name]}={text}"
            for name in differing
            if (text := parameter_text(run, name)) is not None
        ]
        configurations[run.run] = called.setdefault(
            key, ", ".join(texts) or _ROUND.sub("", run.run)
        )
    return configurations
