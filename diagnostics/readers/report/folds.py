"""The folds of one cross-validation as one run: counts summed up, figures averaged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import polars as pl

from diagnostics.readers import Reading
from diagnostics.readers.report.report_counts import fingerprint_of
from diagnostics.workspace import Evidence, Problem, Score
from diagnostics.workspace.labels import natural_order
from diagnostics.workspace.tables import CONFUSION, REPORT


def pooled(folds: Sequence[tuple[int, Reading]], split: str) -> Reading:
    """One reading of all folds: every example was answered in one of them."""
    readings = [reading for _, reading in folds]
    labels = natural_order({label for reading in readings for label in reading.labels})
    is_exact = all(reading.confusion_is_exact for reading in readings)
    are_counted = all(reading.confusion is not None for reading in readings)
    supports = [_supports(reading) for reading in readings]
    whole = replace(
        readings[0],
        labels=labels,
        evidence=Evidence.FOLDS | Evidence.REPORT,
        confusion=None,
        confusion_is_exact=is_exact,
        report=None,
        n_examples=_sum(reading.n_examples for reading in readings),
        n_errors=_sum(reading.n_errors for reading in readings),
        examples_fingerprint="",
        problems=_problems(readings),
        notes=_notes(readings),
    )
    if are_counted:
        # Without all errors the folds' own figures would come out of right answers alone.
        rows = [
            (split, fold if is_exact else None, labels.index(truth), labels.index(answer), n)
            for fold, reading in folds
            for truth, answer, n in _cells(reading)
        ]
        frame = pl.DataFrame(rows, schema=CONFUSION, orient="row")
        keys = ["split", "fold", "true_label", "predicted_label"]
        whole.confusion = frame.group_by(keys, maintain_order=True).agg(pl.col("n").sum())
    if all(supports):
        totals = {label: sum(part.get(label, 0) for part in supports) for label in labels}
        whole.examples_fingerprint = fingerprint_of(totals)
        if not is_exact:
            whole.report = _report(readings, labels, totals, are_counted=are_counted)
    return whole


def means(scores: Iterable[Score]) -> list[Score]:
    """The mean over the folds of every metric of every split."""
    by_metric: dict[tuple[str, str], list[Score]] = {}
    for score in scores:
        by_metric.setdefault((score.metric, score.split), []).append(score)
    return [
        replace(members[0], value=sum(s.value for s in members) / len(members), fold=None)
        for members in by_metric.values()
    ]


def _sum(values: Iterable[int | None]) -> int | None:
    known = list(values)
    return None if None in known else sum(value or 0 for value in known)


def _cells(reading: Reading) -> list[tuple[str, str, int]]:
    if reading.confusion is None:
        return []
    rows = reading.confusion.select("true_label", "predicted_label", "n").rows()
    return [(reading.labels[truth], reading.labels[answer], n) for truth, answer, n in rows]


def _supports(reading: Reading) -> dict[str, int]:
    """Examples per class, {} where they are not known."""
    if reading.confusion_is_exact:
        totals: dict[str, int] = {}
        for truth, _, n in _cells(reading):
            totals[truth] = totals.get(truth, 0) + n
        return totals
    if reading.report is None or reading.report["support"].null_count():
        return {}
    return {
        reading.labels[label]: n for label, n in reading.report.select("label", "support").rows()
    }


def _report(
    readings: Sequence[Reading], labels: list[str], totals: dict[str, int], *, are_counted: bool
) -> pl.DataFrame:
    """What all folds together say of every class: recalls follow from counts, precisions do not."""
    right: dict[str, int] = {}
    for reading in readings:
        for truth, answer, n in _cells(reading):
            right[truth] = right.get(truth, 0) + (n if truth == answer else 0)
    rows = [
        (
            code,
            None,
            right.get(label, 0) / totals[label] if are_counted and totals[label] else None,
            None,
            totals[label],
        )
        for code, label in enumerate(labels)
    ]
    return pl.DataFrame(rows, schema=REPORT, orient="row")


def _problems(readings: Sequence[Reading]) -> list[Problem]:
    """What is wrong in any fold, once for each kind: the folds are of one file or of one tool."""
    seen: dict[tuple[str, str], Problem] = {}
    for reading in readings:
        for problem in reading.problems:
            seen.setdefault((problem.code, problem.path), problem)
    return list(seen.values())


def _notes(readings: Sequence[Reading]) -> list[str]:
    return [
        f"{len(readings)} folds: counts are of all together, scores are means over the folds.",
        *dict.fromkeys(note for reading in readings for note in reading.notes),
    ]
