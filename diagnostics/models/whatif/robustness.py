"""Robustness: what becomes of a run's answers when its inputs are changed a little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnostics.models.batches import Steps
from diagnostics.models.evaluated_inputs import Evaluated
from diagnostics.models.jobs import Progress, no_progress
from diagnostics.models.whatif.asker import asker_of
from diagnostics.models.whatif.perturbations import RowChange
from diagnostics.statistics.intervals import wilson
from diagnostics.statistics.mcnemar import mcnemar_midp
from diagnostics.statistics.multiple_testing import holm

if TYPE_CHECKING:
    import pandas as pd

#: Columns of the three tables.
CHANGES = (
    *("change", "words", "n", "changed", "flipped", "accuracy", "low", "high"),
    *("difference", "difference_low", "difference_high", "broken", "fixed", "p", "p_adjusted"),
    "confidence_moved",
)
CLASSES = ("change", "label", "support", "broken", "fixed", "recall_before", "recall")
FLIPS = (
    *("change", "example", "true_label", "before", "after"),
    *("confidence_before", "confidence_after", "input"),
)


@dataclass(frozen=True, eq=False)
class Robustness:
    """A run's answers before and after each change of its inputs.

    `changes` has a row for each change in the order in which they were asked for: over `n` rows,
    how many inputs it really `changed` and how many answers `flipped`; `accuracy` after it with its
    95 % interval; `difference` to the accuracy before with an interval for paired answers, how many
    right answers were `broken` and wrong ones `fixed`, and McNemar's mid-p, also adjusted (Holm)
    for the number of changes; `confidence_moved`, how far the probability of the label that was
    answered before moved on average. What needs true labels is NaN without, and what needs
    probabilities, too.

    `classes` has the same for each true label, `flips` every answer that changed, with the changed
    text as `input` (None for rows that are no texts). `rows` are those asked about, of `total`;
    `known` of them have a true label. `not_as_recorded` is how many answers to unchanged inputs
    differ from the recorded ones.
    """

    accuracy: float
    low: float
    high: float
    changes: pd.DataFrame
    classes: pd.DataFrame
    flips: pd.DataFrame
    rows: int
    total: int
    known: int
    not_as_recorded: int
    split: str
    seed: int


@dataclass(frozen=True, eq=False)
class _Said:
    """Labels by row, and the chances as rows × labels of all models; NaN without probabilities."""

    labels: NDArray[np.object_]
    chances: NDArray[np.float64]
    inputs: list[str] | None
    changed: int = 0


def robustness(
    evaluated: Evaluated,
    changes: Sequence[RowChange],
    *,
    seed: int = 0,
    progress: Progress = no_progress,
) -> Robustness:
    """What becomes of a run's answers under each of some changes.

    Parameters
    ----------
    evaluated
        The rows, each beside the model that answered it held out.
    changes
        What is done to the rows; see `row_changes.changes_for`.
    seed
        Of what is random; each change is made once.
    progress
        Told the share that is done, between batches.

    Returns
    -------
    A `Robustness`. Answers are those that the models give now, before as after.

    Notes
    -----
    The interval of the difference is that of Bonett and Price (2012) for paired shares; accuracy
    has Wilson's.
    """
    import pandas as pd

    rounds = len(changes) + 1
    before = _said(evaluated, None, seed, _share(progress, 0, rounds))
    tables: tuple[list[Any], list[Any], list[Any]] = ([], [], [])
    for number, change in enumerate(changes):
        after = _said(evaluated, change, seed, _share(progress, number + 1, rounds))
        tables[0].append(_change_row(change, evaluated, before, after))
        tables[1].extend(_class_rows(change, evaluated, before, after))
        tables[2].extend(_flip_rows(change, evaluated, before, after))
    known = _known(evaluated)
    right = int((before.labels == evaluated.true)[known].sum())
    low, high = wilson(right, int(known.sum()))
    table = pd.DataFrame(tables[0], columns=[name for name in CHANGES if name != "p_adjusted"])
    table["p_adjusted"] = holm(table["p"].to_numpy(float))
    return Robustness(
        accuracy=right / known.sum() if known.any() else float("nan"),
        low=float(low),
        high=float(high),
        changes=table[list(CHANGES)],
        classes=pd.DataFrame(tables[1], columns=list(CLASSES)),
        flips=pd.DataFrame(tables[2], columns=list(FLIPS)),
        rows=sum(len(part.places) for part in evaluated.parts),
        total=evaluated.total,
        known=int(known.sum()),
        not_as_recorded=int((before.labels != evaluated.predicted)[_asked(evaluated)].sum()),
        split=evaluated.split,
        seed=seed,
    )


def _share(progress: Progress, number: int, of: int) -> Progress:
    return lambda share: progress((number + share) / of)


def _asked(evaluated: Evaluated) -> NDArray[np.bool_]:
    """Which rows some model answered."""
    asked = np.zeros(len(evaluated.examples), bool)
    for part in evaluated.parts:
        asked[part.places] = True
    return asked


def _known(evaluated: Evaluated) -> NDArray[np.bool_]:
    known: NDArray[np.bool_] = np.array([label is not None for label in evaluated.true], bool)
    return known & _asked(evaluated)


def _said(evaluated: Evaluated, change: RowChange | None, seed: int, progress: Progress) -> _Said:
    n, names = len(evaluated.examples), evaluated.labels
    labels = np.full(n, None, object)
    chances = np.full((n, len(names)), np.nan)
    inputs: list[str] = [""] * n
    places = {label: at for at, label in enumerate(names)}
    texts, changed, done, steps = False, 0, 0, Steps()
    for part in evaluated.parts:
        rows = part.rows if change is None else change.apply(part.rows, seed)
        changed += 0 if change is None else _differing(part.rows, rows)
        asker = asker_of([part.model])
        columns = np.array([places[label] for label in asker.labels])
        for step in steps.of(len(part.places)):
            progress(done / n)
            here = part.places[step]
            some = rows.iloc[step] if hasattr(rows, "iloc") else rows[step]
            codes, found = asker.said(some)
            labels[here] = np.array(asker.labels, object)[codes]
            if asker.has_probabilities:
                chances[np.ix_(here, columns)] = found
            written = _texts_of(some, evaluated.text_column)
            for at, text in zip(here, written or (), strict=False):
                inputs[at] = text
            texts = texts or written is not None
            done += len(here)
    return _Said(labels, chances, inputs if texts else None, changed)


def _texts_of(rows: Any, column: str) -> list[str] | None:
    if isinstance(rows, list):
        return rows
    if not column:
        return None
    return [text if isinstance(text, str) else "" for text in rows[column].tolist()]


def _differing(rows: Any, changed: Any) -> int:
    if isinstance(rows, list):
        return sum(old != new for old, new in zip(rows, changed, strict=True))
    if hasattr(rows, "iloc"):
        same = (rows == changed) | (rows.isna() & changed.isna())
        return int((~same.all(axis=1)).sum())
    old, new = (np.asarray(one, float).reshape(len(rows), -1) for one in (rows, changed))
    return int(((old != new) & ~(np.isnan(old) & np.isnan(new))).any(axis=1).sum())


def _change_row(
    change: RowChange, evaluated: Evaluated, before: _Said, after: _Said
) -> dict[str, Any]:
    asked, known = _asked(evaluated), _known(evaluated)
    was = (before.labels == evaluated.true)[known]
    is_now = (after.labels == evaluated.true)[known]
    broken, fixed, n = int((was & ~is_now).sum()), int((~was & is_now).sum()), int(known.sum())
    low, high = wilson(int(is_now.sum()), n)
    difference_low, difference_high = paired_difference(fixed, broken, n)
    own = [evaluated.labels.index(label) for label in before.labels[asked]]
    moved = (after.chances - before.chances)[asked][np.arange(len(own)), own]
    return {
        "change": change.name,
        "words": change.words,
        "n": int(asked.sum()),
        "changed": after.changed,
        "flipped": int((before.labels != after.labels)[asked].sum()),
        "accuracy": is_now.sum() / n if n else float("nan"),
        "low": float(low),
        "high": float(high),
        "difference": (fixed - broken) / n if n else float("nan"),
        "difference_low": difference_low,
        "difference_high": difference_high,
        "broken": broken,
        "fixed": fixed,
        "p": float(mcnemar_midp(fixed, broken)) if n else float("nan"),
        "confidence_moved": float(moved.mean()) if evaluated.has_probabilities else float("nan"),
    }


def paired_difference(fixed: int, broken: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """The interval of the difference of two paired shares; NaN without pairs.

    Parameters
    ----------
    fixed, broken
        Pairs of which only the second, and only the first, is a success.
    n
        All pairs.

    Notes
    -----
    Bonett and Price (2012), Journal of Educational and Behavioral Statistics 37: Wald's interval
    with one more of each of the two. It covers well also where few pairs differ.
    """
    from scipy.special import ndtri

    if not n:
        return float("nan"), float("nan")
    gained, lost = (fixed + 1) / (n + 2), (broken + 1) / (n + 2)
    reach = float(ndtri((1 + level) / 2)) * np.sqrt(
        (gained + lost - (gained - lost) ** 2) / (n + 2)
    )
    middle = gained - lost
    return max(float(middle - reach), -1.0), min(float(middle + reach), 1.0)


def _class_rows(
    change: RowChange, evaluated: Evaluated, before: _Said, after: _Said
) -> list[tuple[Any, ...]]:
    known = _known(evaluated)
    true = evaluated.true[known]
    was, is_now = before.labels[known] == true, after.labels[known] == true
    rows = []
    for label in dict.fromkeys(true.tolist()):
        own = true == label
        n = int(own.sum())
        rows.append(
            (
                *(change.name, label, n),
                *(int((was & ~is_now & own).sum()), int((~was & is_now & own).sum())),
                *(float(was[own].mean()), float(is_now[own].mean())),
            )
        )
    return sorted(rows, key=lambda row: (row[4] - row[3], -row[2], row[1]))


def _flip_rows(
    change: RowChange, evaluated: Evaluated, before: _Said, after: _Said
) -> list[tuple[Any, ...]]:
    flipped = np.flatnonzero((before.labels != after.labels) & _asked(evaluated))
    places = {label: at for at, label in enumerate(evaluated.labels)}
    return [
        (
            *(change.name, evaluated.examples[at], evaluated.true[at]),
            *(before.labels[at], after.labels[at]),
            float(before.chances[at, places[before.labels[at]]]),
            float(after.chances[at, places[after.labels[at]]]),
            _other_text(before, after, at),
        )
        for at in flipped
    ]


def _other_text(before: _Said, after: _Said, at: np.intp) -> str | None:
    """The text as it was changed; None where something else of the row was."""
    if before.inputs is None or after.inputs is None or before.inputs[at] == after.inputs[at]:
        return None
    return after.inputs[at]


__all__ = ["CHANGES", "CLASSES", "FLIPS", "Robustness", "paired_difference", "robustness"]
