"""Answers that are too close to their runner-up: what an ambiguity threshold withholds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from diagnostics.confidence.selective_counts import label_codes, rows_of_split

if TYPE_CHECKING:
    from diagnostics.workspace import Run


@dataclass(frozen=True)
class Ambiguity:
    """Of the `answered`, which reach the threshold on the confidence and `wrong` of which are
    wrong, `ambiguous` are less than the ambiguity threshold ahead of their runner-up,
    `ambiguous_wrong` of them wrong. `unknown` have no runner-up in the files.
    """  # noqa: D205

    answered: int
    wrong: int
    ambiguous: int
    ambiguous_wrong: int
    unknown: int

    @property
    def is_known(self) -> bool:
        """Whether every answer's runner-up is known."""
        return not self.unknown

    @property
    def kept(self) -> int:
        """Answers that pass both thresholds, where every runner-up is known."""
        return self.answered - self.ambiguous

    @property
    def risk(self) -> float:
        """The share of wrong among `kept`; NaN if nothing is."""
        wrong = self.wrong - self.ambiguous_wrong
        return wrong / self.kept if self.kept else float("nan")


def ambiguous_answers(
    run: Run,
    ambiguity: float,
    *,
    threshold: float = 0.0,
    split: str | None = None,
    none_labels: Collection[str] = (),
    predicted_label: str | None = None,
) -> Ambiguity:
    """What is withheld of the answers that reach `threshold` for being ambiguous.

    Parameters
    ----------
    run
        With truth and confidence; the runner-up is known where it has the probabilities.
    ambiguity
        How far the confidence has to be ahead of the second best; just as far is enough.
    threshold, split, none_labels, predicted_label
        As for `selective_counts_of_run`; labels that mean no answer are not counted.

    Raises
    ------
    DiagnosticsError
        If the run has no such split.

    Notes
    -----
    As Rasa's FallbackClassifier decides (rasa/nlu/classifiers/fallback_classifier.py, 2.0 to 3.6):
    withheld is what is below `threshold`, or less than `ambiguity_threshold` ahead.
    """
    import polars as pl

    rows = rows_of_split(run, split, "margin").filter(
        pl.col("true_label").is_not_null(),
        pl.col("predicted_label").is_not_null(),
        pl.col("confidence").fill_nan(None) >= threshold,
        ~pl.col("predicted_label").is_in(label_codes(run, none_labels)["silent"]),
    )
    if predicted_label is not None:
        code = run.labels.index(predicted_label) if predicted_label in run.labels else -1
        rows = rows.filter(pl.col("predicted_label") == code)
    margin = pl.col("margin").fill_nan(None)
    wrong = pl.col("true_label") != pl.col("predicted_label")
    near = (margin < ambiguity).fill_null(value=False)
    sums = rows.select(
        answered=pl.len(),
        wrong=wrong.sum(),
        ambiguous=near.sum(),
        ambiguous_wrong=(near & wrong).sum(),
        unknown=margin.is_null().sum(),
    )
    return Ambiguity(*(int(figure) for figure in sums.collect().row(0)))


__all__ = ["Ambiguity", "ambiguous_answers"]
