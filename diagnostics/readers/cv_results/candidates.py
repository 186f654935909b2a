"""A run for every row of `cv_results_`: its parameters, the scores of its folds, its times."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from diagnostics.readers import Folder, Reading
from diagnostics.readers.candidate_names import candidate_names
from diagnostics.readers.cv_results.files import Columns, number
from diagnostics.readers.cv_results.values import parameters
from diagnostics.workspace import Evidence, Problem, Score

# No rank: halving ranks across its rounds, so that the winner may be ninth, and before 1.2
# failures could have rank -2147483648.
_SCORE = re.compile(r"(?P<what>mean|std|split(?P<fold>\d+))_(?P<split>test|train)_(?P<metric>.+)")
#: A mean that differs by more from that of its folds was made in another way.
TOLERANCE = 1e-8


@dataclass
class Figures:
    """What a table says of one metric on one split: columns of folds by number, and of the mean."""

    metric: str
    split: str
    folds: dict[int, str] = field(default_factory=dict)
    mean: str = ""


def candidates(
    folder: Folder, file: str, columns: Columns, *, alone: bool
) -> Iterator[Reading | Problem]:
    """The runs of one search; `alone` if no other search's results lie in the folder."""
    figures = _figures(columns)
    rows = range(len(next(iter(columns.values()))))
    found = [parameters(columns, row) for row in rows]
    names = candidate_names([texts for _, texts in found], columns.get("iter"))
    for row, name, (values, texts) in zip(rows, names, found, strict=True):
        scores, notes = _scores(columns, figures, row)
        failed = _failures(folder, file, scores, name)
        yield Reading(
            run=name,
            task="classification",
            path=folder.where(file),
            siblings=folder.relative,
            experiment="" if alone else folder.where(file),
            search=folder.where(file),
            resource=_number(columns, "n_resources", row),
            evidence=_evidence(figures),
            parameters=values,
            parameters_text=texts,
            fit_seconds=_number(columns, "mean_fit_time", row),
            score_seconds=_number(columns, "mean_score_time", row),
            tags=_tags(columns, row),
            scores=scores,
            problems=[failed] if failed else [],
            notes=notes,
        )


def _figures(columns: Columns) -> list[Figures]:
    """Every metric and split of the table; folds in the order of their numbers."""
    by_metric: dict[tuple[str, str], Figures] = {}
    for column in columns:
        match = _SCORE.fullmatch(column)
        if match is None or match["what"] == "std":
            continue
        key = (match["metric"], match["split"])
        figures = by_metric.setdefault(key, Figures(*key))
        if match["fold"] is None:
            figures.mean = column
        else:
            figures.folds[int(match["fold"])] = column
    for figures in by_metric.values():
        # Old versions of pandas sorted columns by name: split10 stands before split2.
        figures.folds = dict(sorted(figures.folds.items()))
    return list(by_metric.values())


def _scores(
    columns: Columns, figures: Sequence[Figures], row: int
) -> tuple[list[Score], list[str]]:
    """A candidate's scores, and what is to be said of them.

    scikit-learn turns losses round, so more is always better. The mean is that of the folds, unless
    the file has another: versions before 0.24 could weight it by the size of the folds (`iid`).
    """
    scores: list[Score] = []
    notes: list[str] = []
    for one in figures:
        folds = {fold: _number(columns, column, row) for fold, column in one.folds.items()}
        known = {fold: math.nan if value is None else value for fold, value in folds.items()}
        scores += [Score(one.metric, value, one.split, fold, True) for fold, value in known.items()]
        said = _number(columns, one.mean, row) if one.mean else None
        if said is None or (known and not _differs(said, list(known.values()))):
            continue
        scores.append(Score(one.metric, said, one.split, None, True))
        if known and one.split == "test":
            notes.append(
                f"The mean {one.metric} of the file is not the mean of its folds: old versions of "
                "scikit-learn weight it by the size of the folds."
            )
    return scores, notes


def _differs(mean: float, folds: list[float]) -> bool:
    if math.isnan(mean) or any(map(math.isnan, folds)):
        return False
    return not math.isclose(mean, math.fsum(folds) / len(folds), rel_tol=0, abs_tol=TOLERANCE)


def _number(columns: Columns, name: str, row: int) -> float | None:
    """A figure of a row; None if there is no such column, or it holds something else."""
    value = number(columns[name][row]) if name in columns else None
    return None if value is None or (math.isnan(value) and name.startswith("n_")) else value


def _failures(folder: Folder, file: str, scores: Sequence[Score], name: str) -> Problem | None:
    """That folds of the candidate have no score: the fit failed, or its scorer did."""
    tested = [score for score in scores if score.split == "test"]
    folds = {score.fold for score in tested if score.fold is not None}
    if folds:
        # error_score may be -inf as well as NaN.
        missing = {score.fold for score in tested if not math.isfinite(score.value)} - {None}
        what = f"{len(missing)} of {len(folds)} fits of {name} have no score: they failed."
    else:
        missing = {score.fold for score in tested if not math.isfinite(score.value)}
        what = f"{name} has no score: its fits failed."
    if not missing:
        return None
    hint = "Search with error_score='raise' to see why; its figures count for nothing."
    return Problem("failed-fits", folder.where(file), what, hint)


def _evidence(figures: Sequence[Figures]) -> Evidence:
    folds = any(one.folds for one in figures)
    return Evidence.SCORES | Evidence.FOLDS if folds else Evidence.SCORES


def _tags(columns: Columns, row: int) -> dict[str, str]:
    """The number that the search gave it, as an index column keeps it, and halving's round."""
    tags = {}
    # Most csv files have the index, which keeps the numbers where people sorted the rows anew.
    for column, name in (("", "candidate"), ("Unnamed: 0", "candidate"), ("iter", "iteration")):
        value = number(columns[column][row]) if column in columns else None
        if value is not None and not math.isnan(value):
            tags[name] = f"{value:g}"
    return tags
