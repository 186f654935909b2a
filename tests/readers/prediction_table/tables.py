"""Small tables written into a folder and read back, for tests that judge what was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from diagnostics.readers import Reading, prediction_table
from diagnostics.readers.walking import listed
from diagnostics.workspace import Problem


def written(
    folder: Path, header: str, rows: Iterable[Sequence[object]], *, file: str = "predictions.csv"
) -> Path:
    """The folder, with a table in it; `header` is split at commas."""
    lines = [header, *(",".join(str(cell) for cell in row) for row in rows)]
    (folder / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def read_all(folder: Path) -> list[Reading | Problem]:
    """What the reader finds in a folder, if it finds that there is something to read."""
    place = listed(folder, folder)
    return list(prediction_table.read(place)) if prediction_table.matches(place) else []


def read_one(folder: Path) -> Reading:
    """The only run of a folder."""
    [reading] = [entry for entry in read_all(folder) if isinstance(entry, Reading)]
    return reading


def pairs(reading: Reading) -> list[tuple[str | None, str]]:
    """True and predicted label of each row, in the order of the ids."""
    assert reading.predictions is not None
    columns = reading.predictions.select("true_label", "predicted_label").rows()
    names = {None: None, **dict(enumerate(reading.labels))}
    return [(names[true], str(names[answer])) for true, answer in columns]


def accuracy(reading: Reading) -> float:
    """The share of right answers among those that can be judged; NaN without truth."""
    assert reading.predictions is not None
    judged = reading.predictions.drop_nulls("true_label")
    if judged.is_empty():
        return float("nan")
    return float((judged["true_label"] == judged["predicted_label"]).sum() / len(judged))


def confidences(reading: Reading) -> list[float | None]:
    """The confidences, in the order of the ids."""
    assert reading.predictions is not None
    return reading.predictions["confidence"].round(4).to_list()


def codes(reading: Reading) -> list[str]:
    """The codes of the run's problems."""
    return [problem.code for problem in reading.problems]


def roles(reading: Reading) -> dict[str, str]:
    """The column of each role, without the words for people."""
    return {role: value.split(" (")[0] for role, value in reading.mapping.items()}
