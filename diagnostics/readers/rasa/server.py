"""The server's answer to a test (`POST /model/test/intents`), kept as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath

from diagnostics.readers import Folder, Reading
from diagnostics.readers.rasa import classification, entities
from diagnostics.readers.rasa.answers import Answers, parse_answers
from diagnostics.readers.rasa.configs import Config
from diagnostics.readers.rasa.evaluations import Evaluation, evaluation
from diagnostics.readers.rasa.files import (
    Role,
    is_label_report,
    read_json,
    unreadable,
    whole_text,
)
from diagnostics.readers.rasa.label_reports import parse_report
from diagnostics.readers.rasa.places import Place
from diagnostics.workspace import Problem

_SUBJECTS = {"intent_evaluation": "intents", "response_selection_evaluation": "responses"}


def read_answer(folder: Folder, name: str) -> Iterator[Reading | Problem]:
    """The runs in one answer of the server: intents, responses, and each extractor."""
    content = read_json(folder, name)
    if isinstance(content, Problem):
        yield content
        return
    if not isinstance(content, dict):
        yield unreadable(folder, name, "is not an answer of a Rasa server")
        return
    stem = PurePath(name).stem
    place = Place(stem, folder.where(name), folder.relative, stem)
    for key, subject in _SUBJECTS.items():
        if isinstance(part := content.get(key), dict) and part:
            found = _evaluation(folder, name, subject, part)
            run = classification.reading(found, place, Config())
            yield from [run] if run else found.problems
    extractors = content.get("entity_evaluation")
    for extractor, part in (extractors if isinstance(extractors, dict) else {}).items():
        report = part.get("report") if isinstance(part, dict) else None
        if report and is_label_report(report):
            yield entities.reading(
                whole_text(extractor), parse_report(report), None, place, Config()
            )


def _evaluation(folder: Folder, name: str, subject: str, part: Mapping[str, object]) -> Evaluation:
    """Without cross-validation the answer has every prediction, with it only the wrong ones."""
    where = folder.where(name)
    # Not the answer's own f1_score: with cross-validation a typo in the server leaves it null.
    content = part.get("report")
    report = content if is_label_report(content) else None
    lists: dict[Role, Answers] = {}
    if isinstance(errors := part.get("errors"), list):
        lists["errors"] = parse_answers(errors, subject)
    if isinstance(predictions := part.get("predictions"), list):
        lists |= _split(parse_answers(predictions, subject))
    roles: list[Role] = [*lists, "report"] if report is not None else [*lists]
    return evaluation(subject, report, lists, where=dict.fromkeys(roles, where))


def _split(answers: Answers) -> dict[Role, Answers]:
    right = [answer for answer in answers.rows if answer.true_label == answer.predicted_label]
    wrong = [answer for answer in answers.rows if answer.true_label != answer.predicted_label]
    return {"errors": Answers(wrong, answers.skipped), "successes": Answers(right, answers.skipped)}
