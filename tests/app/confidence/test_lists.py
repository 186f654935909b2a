"""What opens from the Confidence page has as many examples as the number that opens it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from app.confidence import distribution
from app.confidence.choices import Choice
from diagnostics import Filter, Run, open_workspace, record
from diagnostics.confidence.histogram import confidence_counts, histogram_bars
from diagnostics.confidence.levels import run_confidence_levels
from diagnostics.confidence.reliability import Binning, reliability_bins
from diagnostics.confidence.risk_coverage import (
    dividing_decimal,
    operating_point,
    risk_coverage_curve,
)
from diagnostics.confidence.selective_counts import selective_counts_of_run
from diagnostics.examples.rankings import ranked_answers

N = 300


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Answers with ties, the ends of the scale, gaps, folds and the same examples twice."""
    folder, random = tmp_path_factory.mktemp("workspace"), np.random.default_rng(0)
    truth = random.choice(["a", "b", "c"], N)
    answer = np.where(random.random(N) < 0.7, truth, random.choice(["a", "b", "c"], N))
    tied = np.round(random.beta(4, 2, N), 2)
    tied[:40] = [0.0] * 10 + [1.0] * 20 + [np.nan] * 10
    given = {"true_label": truth.tolist(), "predicted_label": answer.tolist()}
    partly = {**given, "true_label": [None] * 50 + truth[50:].tolist()}
    again = {"example": [f"e{at % 200}" for at in range(N)], "fold": [at // 200 for at in range(N)]}
    kinds: dict[str, dict[str, Any]] = {
        "tied": {**given, "confidence": tied},
        "folds": {**given, "confidence": tied, **again},
        "untrue in part": {**partly, "confidence": tied},
        "fine": {**given, "confidence": random.random(N).astype("f4")},
        "equal": {**given, "confidence": np.full(N, 0.7)},
        "all 1": {**given, "confidence": np.ones(N)},
        "all 0": {**given, "confidence": np.zeros(N)},
    }
    for name, kind in kinds.items():
        record(folder / name / "run", experiment=name, **kind)
    opened = open_workspace(folder)
    return {name: opened.experiment(name).runs[0] for name in kinds}


KINDS = pytest.mark.parametrize(
    "kind", ["tied", "folds", "untrue in part", "fine", "equal", "all 1", "all 0"]
)


def listed(run: Run, link: dict[str, Any]) -> int:
    """How many examples a link lists."""
    bounds = {name: float(link[name]) if link.get(name) else None for name in ("above", "below")}
    where = Filter(
        min_confidence=bounds["above"],
        max_confidence=bounds["below"],
        predicted_label=link.get("predicted"),
    )
    return ranked_answers(run, link["by"], k=1, where=where).total


def opened_by(run: Run, bar: dict[str, Any], label: str | None = None) -> int:
    found: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.frame.session.go", lambda _, **choices: found.update(choices))
        distribution.open_bar(Choice("", [run], None, label), bar)
    return listed(run, found)


def bars_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(row) for row in frame.to_dict("records") if row["n"]]


@KINDS
@pytest.mark.parametrize(("bins", "label"), [(10, None), (50, None), (20, "b")])
def test_a_bar_opens_as_many_as_it_counts(
    runs: dict[str, Run], kind: str, bins: int, label: str | None
) -> None:
    counts = confidence_counts(runs[kind], predicted_label=label)
    bars = bars_of(histogram_bars({"run": counts}, bins=bins))
    if kind == "untrue in part":  # a list of unjudged answers alone there is none
        bars = [bar for bar in bars if bar["outcome"] != "unjudged"]
    assert sum(bar["n"] for bar in bars) == counts.judged
    for bar in bars:
        assert opened_by(runs[kind], bar, label) == bar["n"], bar


@KINDS
@pytest.mark.parametrize("binning", ["width", "mass"])
def test_a_point_of_the_diagram_opens_as_many_as_it_counts(
    runs: dict[str, Run], kind: str, binning: Binning
) -> None:
    run = runs[kind]
    for bar in bars_of(reliability_bins(run_confidence_levels(run), binning=binning)):
        unjudged = 0
        if kind == "untrue in part":
            rows = pd.read_parquet(run.table("predictions"))
            inside = (rows["confidence"] > bar["lower"]) & (rows["confidence"] <= bar["upper"])
            if not bar["lower"]:
                inside |= rows["confidence"] == 0
            unjudged = int((inside & rows["true_label"].isna()).sum())
        assert opened_by(run, bar) == bar["n"] + unjudged, bar


@KINDS
def test_both_sides_of_every_threshold_of_the_curve_open_as_many_as_they_count(
    runs: dict[str, Run], kind: str
) -> None:
    run = runs[kind]
    counts = selective_counts_of_run(run)
    levels = risk_coverage_curve(counts, points=12)["threshold"]
    for level in (*levels, *counts.confidence[:: max(len(counts.confidence) // 5, 1)]):
        point = operating_point(counts, float(level))
        bound = repr(dividing_decimal(counts, float(level)))
        if point.answered < counts.candidates:
            wrong = {"above": bound, "by": "confident-mistakes"}
            right_withheld = {"below": bound, "by": "confident-correct"}
            assert listed(run, wrong) == point.wrong, level
            assert listed(run, right_withheld) == point.withheld_right, level
            if kind != "untrue in part":
                assert listed(run, {"above": bound, "by": "all"}) == point.answered, level
                assert listed(run, {"below": bound, "by": "all"}) == point.withheld, level
