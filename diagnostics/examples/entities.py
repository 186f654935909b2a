"""Entities in a sentence: the marked pieces of its text, and what gold and predicted differ in."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.workspace import Experiment


@dataclass(frozen=True)
class Span:
    """One entity: characters `start` to `end` (excluded) of the text."""

    start: int
    end: int
    entity: str
    value: str = ""
    role: str = ""
    group: str = ""
    confidence: float | None = None

    @property
    def name(self) -> str:
        """The entity with its role and group, where it has any."""
        extras = ", ".join(part for part in (self.role, self.group) if part)
        return f"{self.entity} ({extras})" if extras else self.entity


@dataclass(frozen=True)
class Piece:
    """A piece of the text and the entities that cover it, "" for plain text."""

    text: str
    names: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The names, joined where entities overlap."""
        return " + ".join(self.names)


def parse_spans(cell: object) -> list[Span]:
    """The spans in a JSON list, in the order of the text; what is no span is left out."""
    try:
        found = json.loads(cell) if isinstance(cell, str) else cell
    except ValueError:
        return []
    spans = [_span(entry) for entry in found] if isinstance(found, list) else []
    return sorted((span for span in spans if span), key=lambda span: (span.start, span.end))


def _span(entry: Any) -> Span | None:
    if not isinstance(entry, dict):
        return None
    start, end = entry.get("start"), entry.get("end")
    if type(start) is not int or type(end) is not int:
        return None
    confidence: Any = entry.get("confidence")
    texts = {key: str(entry.get(key) or "") for key in ("value", "role", "group")}
    return Span(
        start,
        end,
        str(entry.get("entity") or "?"),
        **texts,
        confidence=float(confidence) if type(confidence) in (int, float) else None,
    )


def pieces(text: str, spans: Sequence[Span]) -> list[Piece]:
    """The text cut where entities begin and end; joined, the pieces are the text again.

    Entities may overlap. Offsets outside the text are cut to it, empty ones mark nothing.
    """
    inside = [
        (max(span.start, 0), min(span.end, len(text)), span.name)
        for span in spans
        if max(span.start, 0) < min(span.end, len(text))
    ]
    cuts = sorted({0, len(text), *(s for s, _, _ in inside), *(e for _, e, _ in inside)})
    found = []
    for start, end in zip(cuts, cuts[1:], strict=False):
        covering = dict.fromkeys(name for s, e, name in inside if s <= start and end <= e)
        found.append(Piece(text[start:end], tuple(covering)))
    return found


def span_differences(text: str, gold: Sequence[Span], predicted: Sequence[Span]) -> pd.DataFrame:
    """What is wrong with the predicted entities: one row a difference, none if all are right.

    Columns `kind` (`missed`, `spurious`, `other type`, `other extent`), `text`, `gold`,
    `predicted`, `confidence` (of the predicted one). Entities of the same extent are compared by
    name; of the rest, those that overlap and have the same name differ in their extent.
    """
    import pandas as pd

    left, mistakes = list(gold), []
    unmatched = [span for span in predicted if not _take(left, span, _is_same)]
    for span in list(unmatched):
        if other := _take(left, span, _is_at_same_place):
            mistakes.append(_row("other type", text, span, other.name, span.name))
            unmatched.remove(span)
    for span in unmatched:
        other = _take(left, span, _is_elsewhere)
        kind = "other extent" if other else "spurious"
        mistakes.append(_row(kind, text, span, other.name if other else "", span.name))
    mistakes += [_row("missed", text, span, span.name, "") for span in left]
    mistakes.sort(key=lambda row: row.pop("start"))
    frame = pd.DataFrame(mistakes, columns=["kind", "text", "gold", "predicted", "confidence"])
    return frame.astype({"confidence": "float64"})


def _take(spans: list[Span], span: Span, fits: Callable[[Span, Span], bool]) -> Span | None:
    """The first of `spans` that fits `span`, taken out of the list."""
    for index, candidate in enumerate(spans):
        if fits(candidate, span):
            return spans.pop(index)
    return None


def _is_same(one: Span, other: Span) -> bool:
    return _is_at_same_place(one, other) and one.name == other.name


def _is_at_same_place(one: Span, other: Span) -> bool:
    return (one.start, one.end) == (other.start, other.end)


def _is_elsewhere(one: Span, other: Span) -> bool:
    """The same entity, over a part of the same words."""
    return one.name == other.name and one.start < other.end and other.start < one.end


def _row(kind: str, text: str, span: Span, gold: str, predicted: str) -> dict[str, Any]:
    return {
        "start": span.start,
        "kind": kind,
        "text": _covered(text, span),
        "gold": gold,
        "predicted": predicted,
        "confidence": span.confidence if predicted else None,
    }


def _covered(text: str, span: Span) -> str:
    """The characters under the span; its value where the offsets lead nowhere."""
    return text[max(span.start, 0) : max(span.end, 0)] or span.value


def in_words(text: str, spans: Sequence[Span]) -> str:
    """The spans in one line: `city: Berlin · date: tomorrow`."""
    return " · ".join(f"{span.name}: {_covered(text, span)}" for span in spans) or "nothing"


def entities_of_all_runs(experiment: Experiment, example: str) -> pd.DataFrame:
    """What every run found in one sentence: `run`, `found` in words, `is_listed`.

    Runs keep the sentences that they got wrong, so `found` is None where `is_listed` is False.
    """
    import pandas as pd

    from diagnostics.examples.content import content_of

    rows = []
    for run in experiment.runs:
        content = content_of(run, example)
        spans = parse_spans(content.get("predicted_entities"))
        found = in_words(str(content.get("text") or ""), spans) if content else None
        rows.append((run.run, found, bool(content)))
    return pd.DataFrame(rows, columns=["run", "found", "is_listed"])
