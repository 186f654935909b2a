"""Intents and responses: from an evaluation to a run."""

from __future__ import annotations

from collections.abc import Mapping

from diagnostics.readers import Reading
from diagnostics.readers.rasa.answers import (
    answer_tables,
    confusion_table,
    pair_counts,
    rows_fingerprint,
)
from diagnostics.readers.rasa.checks import counts_of_report, counts_with_right
from diagnostics.readers.rasa.configs import Config
from diagnostics.readers.rasa.evaluations import Evaluation
from diagnostics.readers.rasa.places import Place
from diagnostics.workspace import NO_PREDICTION, NOTHING, Evidence, Problem
from diagnostics.workspace.labels import natural_order

#: Rounding of 32-bit floats: that far outside of 0 to 1 a confidence is still a probability.
_ROUNDING = 1e-5


def reading(evaluation: Evaluation, place: Place, config: Config) -> Reading | None:
    """The run, None if nothing of it could be read.

    With all answers the confusion matrix is left to be counted from them. Else it is rebuilt,
    from supports and mistakes, or from the report alone.
    """
    if evaluation.report is None and evaluation.wrong is None and evaluation.right is None:
        return None
    counts, exact = _counts(evaluation)
    fingerprints = _fingerprints(evaluation, place)
    labels = natural_order(_labels(evaluation) | {label for pair in counts for label in pair})
    scale = _scale_problem(evaluation, place)
    predictions, examples = answer_tables(evaluation.answers, labels, with_confidence=not scale)
    complete = evaluation.is_complete
    has_rows = evaluation.wrong is not None or complete
    return Reading(
        run=place.run,
        task="classification",
        path=place.path,
        siblings=place.siblings,
        evidence=_evidence(evaluation, with_confidence=not scale),
        labels=labels,
        group=evaluation.subject,
        predictions=predictions if has_rows else None,
        examples=examples if has_rows else None,
        confusion=None if complete else confusion_table(counts, labels),
        confusion_is_exact=exact,
        report=evaluation.report.table(labels) if evaluation.report else None,
        parameters=config.parameters,
        tags={**place.tags, **fingerprints},
        scores=evaluation.report.scores() if evaluation.report else [],
        n_examples=evaluation.report.n if evaluation.report else None,
        n_errors=_n_errors(evaluation),
        examples_fingerprint="" if complete else fingerprints.get("supports_fingerprint", ""),
        problems=[*evaluation.problems, *scale, *_silence(evaluation, place), *config.problems],
        notes=[*place.notes, *config.notes, *_notes(evaluation)],
        config=config.text,
    )


def _labels(evaluation: Evaluation) -> set[str]:
    of_answers = {label for pair in pair_counts(evaluation.answers) for label in pair}
    return of_answers | (set(evaluation.report.labels) if evaluation.report else set())


def _counts(evaluation: Evaluation) -> tuple[Mapping[tuple[str, str], int], bool]:
    """The confusion matrix, and whether it is all of it; empty where nothing says."""
    if evaluation.is_complete:
        return pair_counts(evaluation.answers), True
    if evaluation.report is None:
        return {}, False
    if evaluation.fits:
        return counts_with_right(evaluation.report, evaluation.wrong or ()), True
    return counts_of_report(evaluation.report)


def _n_errors(evaluation: Evaluation) -> int | None:
    hits = evaluation.report.hits() if evaluation.report else None
    if evaluation.report is not None and hits is not None:
        return evaluation.report.n - sum(hits.values())
    wrong = [answer for answer in evaluation.answers if answer.true_label != answer.predicted_label]
    return len(wrong) if evaluation.wrong is not None or evaluation.is_complete else None


def _evidence(evaluation: Evaluation, *, with_confidence: bool) -> Evidence:
    evidence = NOTHING
    if evaluation.report is not None:
        evidence |= Evidence.REPORT | Evidence.SCORES
    if evaluation.wrong is not None or evaluation.is_complete:
        evidence |= Evidence.ERRORS
    if evaluation.answers:
        evidence |= Evidence.CONTENT | Evidence.TRUTH
    if with_confidence and any(answer.confidence is not None for answer in evaluation.answers):
        evidence |= Evidence.CONFIDENCE
    return evidence | (Evidence.PREDICTIONS if evaluation.is_complete else NOTHING)


def _scale_problem(evaluation: Evaluation, place: Place) -> list[Problem]:
    """A problem if the confidences cannot be taken as probabilities."""
    known = [answer.confidence for answer in evaluation.answers if answer.confidence is not None]
    low, high = min(known, default=0), max(known, default=1)
    if low >= -_ROUNDING and high <= 1 + _ROUNDING:
        return []
    what = f"The confidences go from {low:.3g} to {high:.3g}: similarities, not probabilities."
    hint = "They are left out; train with `model_confidence: softmax` to get probabilities."
    return [Problem("confidence-not-probability", place.path, what, hint)]


def _silence(evaluation: Evaluation, place: Place) -> list[Problem]:
    """A problem if a model without the component that answers was tested all the same."""
    silent = [answer for answer in evaluation.answers if answer.predicted_label == NO_PREDICTION]
    if evaluation.report is None or not silent or len(silent) < evaluation.report.n:
        return []
    what = f"None of the {len(silent):,} answers on {evaluation.subject} names a label."
    component = "intent classifier" if evaluation.subject == "intents" else "ResponseSelector"
    hint = f"Probably the pipeline has no {component}: add one, or leave this out of comparisons."
    return [Problem("no-answers", place.path, what, hint)]


def _fingerprints(evaluation: Evaluation, place: Place) -> dict[str, str]:
    """What tells copies and equal test data: the mistakes, and the labels with their supports.

    Of two runs on the same examples one may have all answers and one only the wrong ones: then
    only the supports are left to compare.
    """
    supports = evaluation.report.supports_fingerprint(place.draw) if evaluation.report else ""
    prints = {
        "errors_fingerprint": rows_fingerprint(evaluation.wrong or ()),
        "supports_fingerprint": supports,
    }
    return {name: value for name, value in prints.items() if value}


def _notes(evaluation: Evaluation) -> list[str]:
    """Answers that are no label of the test data, and entries of the report that are no figures."""
    if evaluation.report is None:
        return []
    answers = {answer.predicted_label for answer in evaluation.answers}
    outside = natural_order(answers - evaluation.report.labels.keys() - {NO_PREDICTION})
    notes = []
    if outside:
        notes.append(f"Predicted, but no label of the test data: {_listed(outside)}.")
    if evaluation.report.left_out:
        notes.append(f"Left out of the report, no figures: {_listed(evaluation.report.left_out)}.")
    return notes


def _listed(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(repr(name) for name in names[:5]) + more
