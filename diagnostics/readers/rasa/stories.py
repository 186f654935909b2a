"""Story reports: figures per action and intent, and how many conversations went right."""

from __future__ import annotations

from collections.abc import Iterable

from diagnostics.readers import Folder, Reading
from diagnostics.readers.rasa.configs import Config
from diagnostics.readers.rasa.files import is_label_report, read_json, unreadable
from diagnostics.readers.rasa.label_reports import LabelReport, parse_report
from diagnostics.readers.rasa.places import Place
from diagnostics.workspace import Evidence, Problem, Score, tables
from diagnostics.workspace.labels import natural_order

#: Rasa's true label of an action that was predicted beyond those of the story.
_NOT_IN_STORY = "None"
_FAILED = ("failed_test_stories.yml", "failed_stories.yml", "failed_stories.md")


def read_stories(
    folder: Folder, name: str, place: Place, config: Config
) -> Iterable[Reading | Problem]:
    """The run of a story report: scores and figures, no examples."""
    content = read_json(folder, name)
    if isinstance(content, Problem):
        return [content]
    if not is_label_report(content):
        return [unreadable(folder, name, "is not an object of figures per label")]
    report = parse_report(content)
    if not report.labels:
        return [_empty(folder, name)]
    labels = natural_order(report.labels)
    total, correct = _conversations(report)
    return [
        Reading(
            run=place.run,
            task="stories",
            path=place.path,
            siblings=place.siblings,
            evidence=Evidence.SCORES | Evidence.REPORT,
            labels=labels,
            group="stories",
            confusion=tables.empty(tables.CONFUSION),
            report=report.table(labels),
            parameters=config.parameters,
            tags=place.tags,
            scores=[*report.scores(), *_conversation_score(report)],
            n_examples=total,
            n_errors=total - correct if total is not None and correct is not None else None,
            examples_fingerprint=report.supports_fingerprint(place.siblings, padding=_NOT_IN_STORY),
            problems=list(config.problems),
            notes=[*place.notes, *config.notes, *_notes(folder)],
            config=config.text,
        )
    ]


def _conversations(report: LabelReport) -> tuple[int | None, int | None]:
    """How many stories were tested, and how many went right; None before 2.4."""
    said = report.conversations or {}
    total, correct = said.get("total"), said.get("correct")
    return (
        int(total) if total is not None else None,
        int(correct) if correct is not None else None,
    )


def _conversation_score(report: LabelReport) -> list[Score]:
    value = (report.conversations or {}).get("accuracy")
    if value is None:
        return []
    return [Score("conversation_accuracy", value, greater_is_better=True)]


def _notes(folder: Folder) -> list[str]:
    """Where the failed stories are: what was predicted is only in the comments of that file."""
    notes = ["The figures count actions and intents of the stories, each label by itself."]
    listed = [name for name in _FAILED if name in folder.names]
    return notes + [f"The failed stories can be read in {folder.where(name)}." for name in listed]


def _empty(folder: Folder, name: str) -> Problem:
    what = "The report on stories is empty: Rasa found nothing to evaluate."
    return Problem("empty-report", folder.where(name), what, "Add test stories, or remove it.")
