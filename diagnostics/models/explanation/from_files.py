"""Explanations that came with a run, shown as those that are computed here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isfinite, log
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diagnostics.errors import DiagnosticsError
from diagnostics.models.explanation.explanation import (
    Contribution,
    Explanation,
    Scale,
    Span,
    strongest_first,
    total,
)
from diagnostics.models.explanation.question import OWN_SCORE
from diagnostics.models.explanation.text_spans import laid_over
from diagnostics.models.run_models import Answer, recorded_answer
from diagnostics.workspace import Experiment, Run
from diagnostics.workspace.explanation_files import Kept, explanations_in, read_explanation

if TYPE_CHECKING:
    from diagnostics.models.pipelines.token_places import Place

#: How near a sum must be to the recorded probability, or its log-odds, to be taken for it.
NEAR = 1e-3


def kept_explanation(
    experiment: Experiment,
    run: Run,
    example: str,
    *,
    root: Path,
    answer: Answer | None = None,
    label: str | None = None,
    against: str | None = None,
) -> Explanation | None:
    """What was kept beside the run about one example; None if nothing was, or of other labels.

    Parameters
    ----------
    answer
        The example's row in the run, empty if it has none; None reads it.
    label
        None for the label that was answered.
    against
        None for the true label if that is another and was kept, else no other; `OWN_SCORE` for
        none.

    Returns
    -------
    An `Explanation` whose output is the sum of what was kept. On which scale it is, is what the
    file says; else it is found by what was recorded of the answer; else it is called a margin.

    Raises
    ------
    DiagnosticsError
        If the file is broken.
    """
    path = _file(experiment, run, root)
    kept = None if path is None else read_explanation(path, example)
    if kept is None:
        return None
    answer = recorded_answer(run, example) if answer is None else answer
    own = label if label is not None else answer.get("predicted_label")
    chosen = _chosen(kept, run, answer, own, against)
    if own is None or chosen is None:
        return None
    other, base, added = chosen
    _check_numbers(path, kept, example, base, added)
    text, picture = _content(experiment, run, root, example, len(kept.features))
    contributions = [
        Contribution(name, value, float(c), at if picture and not kept.has_names else None)
        for at, (name, value, c) in enumerate(zip(kept.features, kept.values, added, strict=True))
        if c
    ]
    output = total(base, contributions)
    scale, recorded = _scale(kept, run, answer, own, other, output)
    spans, unplaced = _over(text, contributions)
    return Explanation(
        method="kept",
        exact=False,
        scale=scale,
        label=own,
        against=other,
        base=base,
        output=output,
        contributions=strongest_first(contributions),
        model_output=recorded,
        spans=spans,
        unplaced=unplaced if spans else 0.0,
        notes=_notes(kept, other, has_scale=bool(kept.scale) or recorded is not None),
        text=text if spans else None,
        picture=picture if not kept.has_names else None,
    )


def _check_numbers(path: Path | None, kept: Kept, example: str, base: float, added: Any) -> None:
    wrong = [name for name, c in zip(kept.features, added, strict=True) if not isfinite(c)]
    if wrong or not isfinite(base):
        what = f"the feature {wrong[0]!r}" if wrong else "the base"
        name = "The file" if path is None else path.name
        raise DiagnosticsError(
            f"{name} has no finite number for {what} of {example!r}.",
            hint="See docs/formats/kept-explanations.md for what it holds.",
        )


def _notes(kept: Kept, other: str | None, *, has_scale: bool) -> tuple[str, ...]:
    alone = "It was kept for this label by itself, against no other."
    notes = [alone] if other is None and len(kept.labels) == 1 else []
    return (*notes, *(() if has_scale else ("What scale it is in was not kept.",)))


def _file(experiment: Experiment, run: Run, root: Path) -> Path | None:
    """The file in the run's own folder; a folder of several runs says nothing about one."""
    if sum(other.path == run.path for other in experiment.runs) > 1:
        return None
    folder = root / run.path
    return explanations_in(folder) if folder.is_dir() else None


def _chosen(
    kept: Kept, run: Run, answer: Answer, own: str | None, against: str | None
) -> tuple[str | None, float, Any] | None:
    """The other label, the base and the contributions for a label; None if they were not kept."""
    base, added, labels = kept.base, kept.contributions, kept.labels
    if len(labels) == 1:
        return _for_one(kept, run, labels[0] or answer.get("predicted_label"), own, against)
    if own not in labels:
        return None
    at, other = labels.index(own), against or None
    if against is None and answer.get("true_label") != own and answer.get("true_label") in labels:
        other = str(answer["true_label"])
    if other is None:
        return None, float(base[at]), added[:, at]
    if other not in labels or other == own:
        return None
    to = labels.index(other)
    return other, float(base[at] - base[to]), added[:, at] - added[:, to]


def _for_one(
    kept: Kept, run: Run, label: str | None, own: str | None, against: str | None
) -> tuple[str | None, float, Any] | None:
    """Contributions to a single label: of two, what speaks for one speaks against the other."""
    base, added = float(kept.base[0]), kept.contributions[:, 0]
    if own == label and against in (None, OWN_SCORE):
        return None, base, added
    if len(run.labels) != 2 or label is None or own not in run.labels:
        return None
    if kept.scale == "probability":
        return None if own == label else (None, 1 - base, -added)
    return (against, base, added) if own == label else (label, -base, -added)


def _scale(
    kept: Kept, run: Run, answer: Answer, own: str, other: str | None, output: float
) -> tuple[Scale, float | None]:
    """The scale, and the recorded figure on it where there is one."""
    shares = answer.get("probabilities")
    if shares is None or own not in run.labels or (other or own) not in run.labels:
        return _known(kept.scale), None
    chance = dict(zip(run.labels, shares, strict=True))
    p, q = chance[own], 1 - chance[own] if other is None else chance[other]
    figures: dict[str, float] = {"probability": p if other is None else p - q}
    if p > 0 and q > 0:
        figures["log-odds"] = log(p / q)
    for scale, figure in figures.items():
        if kept.scale in ("", scale) and abs(figure - output) <= NEAR * max(1.0, abs(figure)):
            return _known(scale), figure
    return _known(kept.scale), None


def _known(scale: str) -> Scale:
    if scale == "log-odds":
        return "log-odds"
    return "probability" if scale == "probability" else "margin"


def _content(
    experiment: Experiment, run: Run, root: Path, example: str, size: int
) -> tuple[str | None, tuple[int, int] | None]:
    """The example's text, and the size of its picture if that has so many pixels."""
    from diagnostics.examples.content import content_columns, content_of, with_shared_content
    from diagnostics.examples.images import image_bytes, image_size

    try:
        shared = with_shared_content(experiment, run)
        columns, content = content_columns(shared), content_of(shared, example)
    except (FileNotFoundError, OSError):
        return None, None
    text = content.get(columns.text) if columns.text else None
    data = image_bytes(content.get(columns.image), root) if columns.image else None
    found = image_size(data) if data else None
    picture = found if found and found[0] * found[1] == size else None
    return text if isinstance(text, str) else None, picture


def _over(text: str | None, found: Sequence[Contribution]) -> tuple[tuple[Span, ...], float]:
    """Features that are words of the text, whatever their case, laid over it."""
    if not text:
        return (), 0.0
    return laid_over(text, [(entry.contribution, _places(text, entry.feature)) for entry in found])


def _places(text: str, word: str) -> list[Place]:
    if not word.strip():
        return []
    pattern = rf"(?<!\w){re.escape(word)}(?!\w)"
    return [(match.span(),) for match in re.finditer(pattern, text, re.IGNORECASE)]
