"""Entities: one run for each extractor, its figures and its wrong sentences."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import polars as pl

from diagnostics.readers import Folder, Reading
from diagnostics.readers.rasa.answers import example_ids
from diagnostics.readers.rasa.configs import Config
from diagnostics.readers.rasa.files import (
    Role,
    is_label_report,
    number,
    read_json,
    unreadable,
    whole_text,
)
from diagnostics.readers.rasa.label_reports import LabelReport, parse_report
from diagnostics.readers.rasa.places import Place
from diagnostics.workspace import NOTHING, Evidence, Problem, tables
from diagnostics.workspace.labels import natural_order

_SPAN = ("start", "end", "entity", "value", "role", "group")
_COLUMNS = ("example", "text", "entities", "predicted_entities")
_TOKENS = (
    "The figures count tokens, not entities; models that split texts differently count differently."
)
Span = dict[str, Any]


@dataclass(frozen=True)
class Sentence:
    """A sentence that the extractor got wrong: the gold spans and its own."""

    text: str
    gold: tuple[Span, ...]
    predicted: tuple[Span, ...]

    @property
    def confidence(self) -> float | None:
        """The highest confidence of a wrong span, None if none is known or it is no probability."""
        gold = {_identity(span) for span in self.gold}
        known = [
            span["confidence"]
            for span in self.predicted
            if _identity(span) not in gold and 0 <= span.get("confidence", -1) <= 1
        ]
        return max(known, default=None)


def read_entities(
    folder: Folder, extractor: str, files: Mapping[Role, str], place: Place, config: Config
) -> Iterable[Reading | Problem]:
    """The run of one extractor, or what is wrong with its files."""
    report, sentences = None, None
    problems: list[Problem] = []
    for role, name in files.items():
        content = read_json(folder, name) if role != "successes" else None
        if isinstance(content, Problem):
            problems.append(content)
        elif role == "report" and is_label_report(content):
            report = parse_report(content)
        elif role == "errors" and isinstance(content, list):
            sentences = _sentences(content, extractor)
        elif role != "successes":
            problems.append(unreadable(folder, name, "does not hold what Rasa writes there"))
    if report is not None and not report.labels:
        # The policy of dialogues is among the extractors, and usually has nothing to report.
        problems += [] if extractor == "TEDPolicy" else [_empty(folder, extractor, files)]
        report = None
    reason = _misfit(report, sentences) if report and sentences else ""
    if reason:
        problems.append(_stale(folder, files, reason))
        sentences = None
    if report is None and not sentences:
        return problems
    return [reading(extractor, report, sentences, place, config, problems)]


def reading(
    extractor: str,
    report: LabelReport | None,
    sentences: Sequence[Sentence] | None,
    place: Place,
    config: Config,
    problems: Sequence[Problem] = (),
) -> Reading:
    """The run of one extractor. Its predictions are wrong sentences, without labels."""
    labels = natural_order(report.labels) if report else []
    predictions, examples = _sentence_tables(sentences) if sentences else (None, None)
    named = sorted(labels)
    print_of = blake2b(f"{place.siblings} {place.draw} {named}".encode(), digest_size=12)
    return Reading(
        run=place.run,
        task="entities",
        path=place.path,
        siblings=place.siblings,
        evidence=_evidence(report, sentences),
        labels=labels,
        group=f"entities: {extractor}",
        predictions=predictions,
        examples=examples,
        confusion=tables.empty(tables.CONFUSION),
        report=report.table(labels) if report else None,
        parameters=config.parameters,
        tags=place.tags,
        # `accuracy` counts the many tokens without any entity: it would look like quality.
        scores=[s for s in report.scores() if s.metric != "accuracy"] if report else [],
        n_errors=len(sentences) if sentences is not None else None,
        # Not the supports: these are tokens, and differ with the tokenizer on the same sentences.
        examples_fingerprint=print_of.hexdigest() if labels else "",
        problems=[*problems, *config.problems],
        notes=[*place.notes, *config.notes, *_notes(report)],
        config=config.text,
    )


def _sentences(rows: Sequence[object], extractor: str) -> list[Sentence]:
    sentences = []
    for row in rows:
        if isinstance(row, dict) and isinstance(row.get("text"), str):
            predicted = [
                span
                for span in _spans(row.get("predicted_entities"))
                # Every <Extractor>_errors.json lists the predictions of all extractors.
                if span.pop("extractor", extractor) == extractor
            ]
            gold = _spans(row.get("entities"))
            for span in gold:
                span.pop("extractor", None)
            sentences.append(Sentence(whole_text(row["text"]), tuple(gold), tuple(predicted)))
    return sentences


def _spans(content: object) -> list[Span]:
    """Spans with what is shown of them; `confidence` only where the extractor gives one."""
    spans = []
    for entry in content if isinstance(content, list) else []:
        if not isinstance(entry, dict) or not isinstance(entry.get("entity"), str):
            continue
        if not all(isinstance(entry.get(key), int) for key in ("start", "end")):
            continue
        span = {key: entry[key] for key in (*_SPAN, "extractor") if entry.get(key) is not None}
        # DIET and CRF write confidence_entity since 2.0, CRF before it confidence, Regex neither.
        confidence = number(entry.get("confidence_entity", entry.get("confidence")))
        if confidence is not None:
            span["confidence"] = confidence
        spans.append(span)
    return spans


def _sentence_tables(sentences: Sequence[Sentence]) -> tuple[pl.DataFrame, pl.DataFrame]:
    gold = [_as_json(sentence.gold) for sentence in sentences]
    ids = example_ids((s.text, spans) for s, spans in zip(sentences, gold, strict=True))
    predictions = pl.DataFrame(
        {
            "example": ids,
            "split": ["test"] * len(ids),
            "confidence": [sentence.confidence for sentence in sentences],
        },
        schema_overrides={"confidence": pl.Float64},
    )
    rows = [
        (example, sentence.text, spans, _as_json(sentence.predicted))
        for example, sentence, spans in zip(ids, sentences, gold, strict=True)
    ]
    examples = pl.DataFrame(rows, schema=dict.fromkeys(_COLUMNS, pl.String), orient="row")
    return tables.conform(predictions, tables.PREDICTIONS).sort("example"), examples.sort("example")


def _as_json(spans: Iterable[Span]) -> str:
    return whole_text(json.dumps(list(spans), ensure_ascii=False))


def _identity(span: Span) -> tuple[object, ...]:
    return tuple(span.get(key) for key in ("start", "end", "entity", "role", "group"))


def _names(span: Span) -> set[str]:
    """How a report may call the span: `entity`, followed by group and role since 2.0."""
    entity, group, role = (str(span.get(key) or "") for key in ("entity", "group", "role"))
    return {entity, ".".join(part for part in (entity, group, role) if part)}


def _misfit(report: LabelReport, sentences: Sequence[Sentence]) -> str:
    """What in the sentences cannot be of the test that the report describes; "" if nothing.

    A report of nothing but 1.0 leaves one kind of mistake: a label that the test data lack.
    """
    lines = report.labels.values()
    perfect = all(line.precision == 1 and line.recall == 1 for line in lines)
    for sentence in sentences:
        for span in sentence.gold:
            if not _names(span) & report.labels.keys():
                return f"they have the entity {span['entity']!r}, which is not in the report"
        known = [bool(_names(span) & report.labels.keys()) for span in sentence.predicted]
        if perfect and all(known):
            return "by the report everything was right"
    return ""


def _evidence(report: LabelReport | None, sentences: Sequence[Sentence] | None) -> Evidence:
    evidence = Evidence.REPORT | Evidence.SCORES if report else NOTHING
    if sentences:
        evidence |= Evidence.ERRORS | Evidence.CONTENT
    if any(sentence.confidence is not None for sentence in sentences or ()):
        evidence |= Evidence.CONFIDENCE
    return evidence


def _notes(report: LabelReport | None) -> list[str]:
    if report is None:
        return []
    if report.accuracy is None:
        return [_TOKENS]
    left_out = f"The report's accuracy ({report.accuracy:.4g}) is left out: it counts the tokens"
    return [_TOKENS, f"{left_out} that are no entity, too."]


def _empty(folder: Folder, extractor: str, files: Mapping[Role, str]) -> Problem:
    what = f"The report on {extractor} is empty: Rasa found no entities to evaluate."
    hint = "Give `rasa test` data with annotated entities, or remove the file."
    return Problem("empty-report", folder.where(files["report"]), what, hint)


def _stale(folder: Folder, files: Mapping[Role, str], reason: str) -> Problem:
    return Problem(
        "stale-errors",
        folder.where(files["errors"]),
        f"These sentences are not of the test that the report beside them describes: {reason}.",
        "Rasa leaves the list of an earlier test in place when there is nothing new to write, so "
        "they are not shown. Empty the folder and run `rasa test` again.",
    )
