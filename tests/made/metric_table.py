"""The table of metrics in docs/formats/run-tables.md, made from the code.

`python -m tests.made.metric_table` writes it anew.
"""

from __future__ import annotations

import math

from diagnostics.statistics.metric_table import METRICS, KnownMetric
from tests.places import ROOT

DOCUMENT = ROOT / "docs" / "formats" / "run-tables.md"
BEGIN = "<!-- metrics: written by python -m tests.made.metric_table -->\n"
END = "<!-- end of metrics -->"


def metric_table() -> str:
    """A row for each metric: its names, what it measures, which way is up, how far it reaches."""
    rows = [_row(metric) for metric in METRICS]
    return "\n".join(
        ["| names | measures | better | from | to |", "|---|---|---|---|---|", *rows, ""]
    )


def written_table() -> str:
    """The table as it stands in the document."""
    return DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]


def _row(metric: KnownMetric) -> str:
    names = ", ".join((metric.name, *metric.aliases)).replace("_", " ")
    shown = f"*{names}*" if metric.is_plain else names
    better = "more" if metric.rises else "less"
    return (
        f"| {shown} | {metric.family} | {better} | {_bound(metric.low)} | {_bound(metric.high)} |"
    )


def _bound(value: float) -> str:
    return "" if math.isinf(value) else f"{value:g}"


if __name__ == "__main__":
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    DOCUMENT.write_text(
        before + BEGIN + metric_table() + END + rest.partition(END)[2], encoding="utf-8"
    )
