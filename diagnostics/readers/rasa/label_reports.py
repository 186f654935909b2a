"""The label report: figures per label, and summaries that may stand among them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import polars as pl

from diagnostics.readers.rasa.files import number, whole_text
from diagnostics.workspace import NO_PREDICTION, Score, tables

_AVERAGES = {"micro avg": "micro", "macro avg": "macro", "weighted avg": "weighted"}
_FIGURES = {"precision": "precision", "recall": "recall", "f1-score": "f1"}

#: Beyond this a float is no exact count.
_MOST = 2**53


@dataclass(frozen=True)
class Figures:
    """One label's line. `confused_with` is None where the version does not write it."""

    support: int
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    confused_with: Mapping[str, int] | None = None


@dataclass(frozen=True)
class LabelReport:
    """A report, with labels told from summaries by what their values are, not by their names."""

    labels: Mapping[str, Figures]
    averages: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    accuracy: float | None = None
    conversations: Mapping[str, float] | None = None
    left_out: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """The sum of the supports."""
        return sum(figures.support for figures in self.labels.values())

    @property
    def is_perfect(self) -> bool:
        """Whether every label was always recognised, so that nothing can have been wrong."""
        return bool(self.labels) and all(line.recall == 1 for line in self.labels.values())

    def hits(self) -> dict[str, int] | None:
        """Right answers per label; None if a recall is missing or rounded, so that none fits."""
        counts = {}
        for label, line in self.labels.items():
            exact = math.nan if line.recall is None else line.recall * line.support
            if math.isnan(exact) or abs(exact - round(exact)) > 1e-6 * max(1, line.support):
                return None
            counts[label] = round(exact)
        return counts

    def scores(self) -> list[Score]:
        """Accuracy and the averages, as far as the file has them; all of the split `test`."""
        named = {} if self.accuracy is None else {"accuracy": self.accuracy}
        for average, values in self.averages.items():
            named |= {f"{average}_{name}": value for name, value in values.items()}
        return [Score(name, value, greater_is_better=True) for name, value in named.items()]

    def table(self, labels: Sequence[str]) -> pl.DataFrame:
        """The figures per label with the columns of `tables.REPORT`, coded by `labels`."""
        code = {label: index for index, label in enumerate(labels)}
        rows = [
            (code[label], line.precision, line.recall, line.f1, line.support)
            for label, line in self.labels.items()
        ]
        return pl.DataFrame(rows, schema=tables.REPORT, orient="row").sort("label")

    def supports_fingerprint(self, draw: str, *, padding: str = "") -> str:
        """Equal for reports on as many examples of the same labels, within one `draw` of them.

        A label without any is one that was answered and is not in the test data; so is `padding`,
        which stands where more was answered than the data has.
        """
        lines = sorted(
            (name, line.support)
            for name, line in self.labels.items()
            if line.support and name != padding
        )
        return blake2b(f"{draw}{lines}".encode(), digest_size=12).hexdigest()


def parse_report(content: Mapping[str, object], *, gold: Iterable[str] = ()) -> LabelReport:
    """The report in a file's JSON object.

    Parameters
    ----------
    content
        Label to figures, with `accuracy`, `micro avg`, … at the same level.
    gold
        Labels that are known to be in the test data. A label that is called like a summary was
        overwritten by it: its support is what the other labels leave of the total.
    """
    content = {whole_text(name): value for name, value in content.items()}
    labels: dict[str, Figures] = {}
    averages: dict[str, dict[str, float]] = {}
    numbers: dict[str, float] = {}
    left_out = []
    for name, value in content.items():
        figures = _figures(value)
        if name in _AVERAGES and isinstance(value, dict):
            averages[_AVERAGES[name]] = dict(_average(value))
        elif figures is not None:
            labels[name] = figures
        elif (share := _share(value)) is not None:
            numbers[name] = share
        elif name not in ("conversation_accuracy", "samples avg"):
            left_out.append(name)
    lost = _overwritten(content, labels, set(gold))
    # Of a label called so it may be the precision: without it nothing wrong is said.
    accuracy = None if "accuracy" in lost else numbers.get("accuracy")
    conversations = _conversations(content)
    return LabelReport(labels | lost, averages, accuracy, conversations, tuple(left_out))


def _overwritten(
    content: Mapping[str, object], labels: Mapping[str, Figures], gold: set[str]
) -> dict[str, Figures]:
    summaries = {name: value for name, value in content.items() if name in _AVERAGES}
    lost = [
        name
        for name in content
        if name not in labels and (name in gold or _confused_with(content[name]) is not None)
    ]
    totals = [_support(value) for value in summaries.values()]
    total = max((value for value in totals if value is not None), default=0)
    missing = total - sum(line.support for line in labels.values())
    if len(lost) != 1 or missing <= 0:
        return {}
    return {lost[0]: Figures(missing, confused_with=_confused_with(content[lost[0]]))}


def _figures(value: object) -> Figures | None:
    support = _support(value)
    if not isinstance(value, dict) or support is None or not value.keys() >= _FIGURES.keys():
        return None
    figures = {name: _share(value[key]) for key, name in _FIGURES.items()}
    return Figures(support, **figures, confused_with=_confused_with(value))


def _average(value: Mapping[str, object]) -> Iterator[tuple[str, float]]:
    for key, name in _FIGURES.items():
        figure = _share(value.get(key))
        if figure is not None:
            yield name, figure


def _conversations(content: Mapping[str, object]) -> Mapping[str, float] | None:
    value = content.get("conversation_accuracy")
    if not isinstance(value, dict) or "total" not in value:
        return None
    return {key: n for key in value if (n := number(value[key])) is not None}


def _confused_with(value: object) -> dict[str, int] | None:
    listed = value.get("confused_with") if isinstance(value, dict) else None
    if not isinstance(listed, dict):
        return None
    return {
        # In confused_with "" stands for no prediction.
        whole_text(answer) or NO_PREDICTION: count
        for answer, count in listed.items()
        if isinstance(count, int) and not isinstance(count, bool)
    }


def _share(value: object) -> float | None:
    share = number(value)
    return share if share is not None and 0 <= share <= 1 else None


def _support(value: object) -> int | None:
    said = number(value.get("support")) if isinstance(value, dict) else None
    whole = said is not None and 0 <= said < _MOST and said == int(said)
    return int(said) if said is not None and whole else None
