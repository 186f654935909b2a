"""Makes folders as `rasa test` writes them, from (text, true label, answer, confidence)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from diagnostics.readers import Folder, Reading, rasa
from diagnostics.readers.walking import listed
from diagnostics.workspace import NO_PREDICTION, Problem

Row = tuple[str, str, str, float | None]

#: Six answers, two of them wrong; hand-countable.
SIX: list[Row] = [
    ("hi", "greet", "greet", 0.9),
    ("hello", "greet", "greet", 0.8),
    ("hey you", "greet", "bye", 0.7),
    ("see you", "bye", "bye", 0.9),
    ("ciao", "bye", "greet", 0.6),
    ("what is it", "ask", "ask", 0.5),
]


def label_report(rows: Iterable[Row], *, confused_with: bool = True) -> dict[str, Any]:
    """The report in Rasa's form, its figures by scikit-learn."""
    from sklearn.metrics import classification_report

    rows = list(rows)
    truth, answers = [row[1] for row in rows], [row[2] for row in rows]
    names = sorted(set(truth))
    made: dict[str, Any] = classification_report(
        truth, answers, labels=names, output_dict=True, zero_division=0
    )
    for name in names:
        if not confused_with or not isinstance(made[name], dict):
            continue  # the line of a label called `accuracy` is lost under the accuracy
        likeliest = Counter(row[2] for row in rows if row[1] == name).most_common(3)
        made[name]["confused_with"] = {label: n for label, n in likeliest if label != name}
    return made


def error_rows(rows: Iterable[Row], *, right: bool = False) -> list[dict[str, Any]]:
    return [
        {"text": text, "intent": truth, "intent_prediction": {"name": name, "confidence": sure}}
        for text, truth, name, sure in rows
        if (truth == name) == right
    ]


def intent_files(rows: list[Row], *, successes: bool = False) -> dict[str, Any]:
    """The files of one test of intents; like Rasa it leaves out lists without rows."""
    files: dict[str, Any] = {"intent_report.json": label_report(rows)}
    files |= {"intent_errors.json": error_rows(rows)} if error_rows(rows) else {}
    return files | ({"intent_successes.json": error_rows(rows, right=True)} if successes else {})


def write(path: Path, files: Mapping[str, Any]) -> None:
    path.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        plain = isinstance(content, str)
        text = content if plain else json.dumps(content, ensure_ascii=False, indent=2)
        (path / name).write_bytes(text.encode(errors="surrogatepass"))


def folder_with(root: Path, files: Mapping[str, Any], below: str = "results") -> Folder:
    write(root / below, files)
    return listed(root / below, root)


def found_in(folder: Folder) -> tuple[list[Reading], list[Problem]]:
    """The runs, and all problems: those of the folder and those of its runs."""
    found = list(rasa.read(folder))
    runs = [entry for entry in found if isinstance(entry, Reading)]
    problems = [entry for entry in found if isinstance(entry, Problem)]
    return runs, problems + [problem for run in runs for problem in run.problems]


def only_run(folder: Folder, group: str = "intents") -> Reading:
    [run] = [run for run in found_in(folder)[0] if run.group == group]
    return run


def cells(run: Reading) -> dict[tuple[str, str], int]:
    """The confusion matrix with labels, zeros left out."""
    assert run.confusion is not None
    rows = run.confusion.select("true_label", "predicted_label", "n").rows()
    return {(run.labels[truth], run.labels[answer]): n for truth, answer, n in rows}


def counted(rows: Iterable[Row]) -> dict[tuple[str, str], int]:
    return dict(Counter((truth, name or NO_PREDICTION) for _, truth, name, _ in rows))


def scores(run: Reading) -> dict[str, float]:
    return {score.metric: score.value for score in run.scores}
