"""Reads what `rasa test` leaves behind, Rasa 1.x to 3.x: intents, responses, entities, stories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from diagnostics.readers import Folder, Reading
from diagnostics.readers.rasa import classification, comparison, entities, server, stories
from diagnostics.readers.rasa.configs import Config, config_of
from diagnostics.readers.rasa.dropped import dropped_intents
from diagnostics.readers.rasa.evaluations import read_evaluation
from diagnostics.readers.rasa.files import Role, by_subject, result_files
from diagnostics.readers.rasa.places import Place, place_of
from diagnostics.workspace import Problem

NAME = "rasa"
LOOKS_FOR = "intent_report.json, intent_errors.json and their like, as `rasa test` writes them"
VERSION = 2


def matches(folder: Folder) -> bool:
    """Whether there is something that `rasa test` wrote."""
    return bool(result_files(folder)) or comparison.has_reports(folder)


def claims(folder: Folder) -> set[str]:
    """The names of the files that are ours, so that readers of similar ones leave them alone."""
    return {file.name for file in result_files(folder)}


def read(folder: Folder) -> Iterator[Reading | Problem]:
    """The runs of the folder, one for each subject of the test."""
    files = result_files(folder)
    yield from _about_comparison(folder)
    for file in files:
        if file.role == "aggregate":
            yield _aggregated(folder, file.name)
        elif file.role == "server":
            yield from server.read_answer(folder, file.name)
    subjects = by_subject(files)
    if subjects:
        place = place_of(folder)
        config = config_of(folder, place)
        for subject, roles in subjects.items():
            yield from _read_subject(folder, subject, roles, place, config)


def _read_subject(
    folder: Folder, subject: str, files: Mapping[Role, str], place: Place, config: Config
) -> Iterator[Reading | Problem]:
    if subject == "stories":
        yield from stories.read_stories(folder, files["report"], place, config)
    elif subject.startswith("entities: "):
        extractor = subject.removeprefix("entities: ")
        yield from entities.read_entities(folder, extractor, files, place, config)
    else:
        found = read_evaluation(folder, subject, files)
        run = classification.reading(found, place, config)
        if run and found.report and subject == "intents" and not place.draw:
            run.problems += dropped_intents(folder, found.report)
        yield from [run] if run else found.problems


def _about_comparison(folder: Folder) -> Iterator[Problem]:
    if any(file.role == "comparison" for file in result_files(folder)):
        yield from comparison.check_comparison(folder)
    elif comparison.has_reports(folder):
        yield comparison.unfinished(folder)


def _aggregated(folder: Folder, name: str) -> Problem:
    return Problem(
        "not-read-yet",
        folder.where(name),
        f"{name} has only the averages of several tests, as Rasa's test action puts them together.",
        "Keep the folders that `rasa test --out` wrote and open those instead.",
    )
