from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import diagnostics
from diagnostics import DiagnosticsError, Filter, rank_examples, top_examples
from tests.made.runs import PROBABILITIES, record_animals


@pytest.fixture
def run(tmp_path: Path) -> diagnostics.Run:
    record_animals(tmp_path / "run")
    return diagnostics.open_workspace(tmp_path).experiments[0].runs[0]


def listed(run: diagnostics.Run, by: str, **more: object) -> list[str]:
    return list(top_examples(run, by, **more).examples["example"])  # type: ignore[arg-type]


def test_the_rankings_are_as_defined(run: diagnostics.Run) -> None:
    assert listed(run, "confident-mistakes") == ["animal-4", "animal-1"]
    assert listed(run, "uncertain")[:2] == ["animal-1", "animal-5"]
    assert listed(run, "nearly-right") == ["animal-1"]
    assert listed(run, "confident-correct")[0] == "animal-3"


def test_the_list_has_the_labels_and_the_content(run: diagnostics.Run) -> None:
    row = top_examples(run, "confident-mistakes", k=1).examples.iloc[0]
    assert (row.true_label, row.predicted_label, row.text) == ("owl", "cat", "a snowy owl")
    assert row.confidence == 0.9
    assert row.true_confidence == pytest.approx(0.04)
    assert row.margin == pytest.approx(0.84)
    assert row.entropy == pytest.approx(-sum(p * np.log(p) for p in PROBABILITIES[4]))
    assert row.true_rank == 3


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Filter(true_label="cat"), ["animal-1"]),
        (Filter(predicted_label="cat"), ["animal-4"]),
        (Filter(true_label="cat", predicted_label="owl"), []),
        (Filter(true_label="unheard of"), []),
        (Filter(text="SNOWY"), ["animal-4"]),
        (Filter(text="a.*l"), []),
        (Filter(max_confidence=0.6), ["animal-1"]),
        (Filter(max_confidence=0.59), []),
        (Filter(min_confidence=0.6), ["animal-4"]),
        (Filter(min_confidence=0.6, max_confidence=0.9), ["animal-4"]),
        (Filter(min_confidence=0.0), ["animal-4", "animal-1"]),
    ],
)
def test_filters_restrict_the_list(
    run: diagnostics.Run, where: Filter, expected: list[str]
) -> None:
    assert listed(run, "confident-mistakes", where=where) == expected


def test_an_unknown_ranking_or_split_is_named(run: diagnostics.Run) -> None:
    with pytest.raises(DiagnosticsError, match="no ranking 'worst'"):
        listed(run, "worst")
    with pytest.raises(DiagnosticsError, match=r"no split 'train'\. It has: test"):
        listed(run, "uncertain", where=Filter(split="train"))


def test_the_split_that_was_held_out_speaks_unless_told_otherwise(tmp_path: Path) -> None:
    split = ["train", "train", "train", "train", "test", "test"]
    record_animals(tmp_path / "run", split=split)
    run = diagnostics.open_workspace(tmp_path).experiments[0].runs[0]
    assert (run.split, run.splits, run.examples, run.errors) == ("test", ("test", "train"), 2, 1)
    assert listed(run, "confident-mistakes") == ["animal-4"]
    assert listed(run, "confident-mistakes", where=Filter(split="train")) == ["animal-1"]


def test_answers_without_a_confidence_are_counted_and_left_out() -> None:
    frame = pd.DataFrame(
        {
            "example": ["a", "b", "c", "d"],
            "true_label": "x",
            "predicted_label": "y",
            "confidence": [0.5, np.nan, None, 0.7],
        }
    )
    ranking = rank_examples(frame, "confident-mistakes")
    assert list(ranking.examples["example"]) == ["d", "a"]
    assert (ranking.total, ranking.excluded) == (2, 2)


def test_without_margins_the_least_confident_are_the_most_uncertain() -> None:
    frame = pd.DataFrame(
        {"example": ["a", "b"], "predicted_label": "y", "confidence": [0.9, 0.4], "margin": None}
    ).astype({"margin": float})
    ranking = rank_examples(frame, "uncertain")
    assert ranking.measure == "confidence"
    assert list(ranking.examples["example"]) == ["b", "a"]


ROWS = st.lists(
    st.tuples(
        st.sampled_from("xy"),
        st.sampled_from("xy"),
        st.one_of(st.none(), st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.floats(0, 1)),
    ),
    max_size=40,
)


@given(rows=ROWS, seed=st.integers(0, 9))
def test_a_ranking_is_total_and_the_order_of_the_rows_does_not_matter(
    rows: list[tuple[str, str, float | None]], seed: int
) -> None:
    frame = pl.DataFrame(
        [(f"e{index:02}", *row) for index, row in enumerate(rows)],
        schema={
            "example": pl.String,
            "true_label": pl.String,
            "predicted_label": pl.String,
            "confidence": pl.Float64,
        },
        orient="row",
    )
    ranking = rank_examples(frame.sample(fraction=1, shuffle=True, seed=seed), k=15)
    mistakes = [row for row in frame.rows() if row[1] != row[2]]
    ranked = sorted(
        (row for row in mistakes if row[3] is not None), key=lambda row: (-row[3], row[0])
    )
    assert list(ranking.examples["example"]) == [row[0] for row in ranked[:15]]
    assert ranking.total == len(ranked)
    assert ranking.excluded == len(mistakes) - len(ranked)


def test_other_runs_answers_to_the_same_example(tmp_path: Path) -> None:
    record_animals(tmp_path / "a")
    record_animals(tmp_path / "b", probabilities=PROBABILITIES[:, [2, 1, 0]])
    (experiment,) = diagnostics.open_workspace(tmp_path).experiments
    said = diagnostics.answers_of_all_runs(experiment, "animal-4")
    assert said[["run", "predicted_label", "correct"]].to_numpy().tolist() == [
        ["a", "cat", False],
        ["b", "owl", True],
    ]


def test_examples_wrong_in_every_run(tmp_path: Path) -> None:
    record_animals(tmp_path / "a")
    record_animals(tmp_path / "b", probabilities=PROBABILITIES[:, [2, 1, 0]])
    (experiment,) = diagnostics.open_workspace(tmp_path).experiments
    counts = diagnostics.wrong_run_counts(experiment.runs)
    assert counts[counts["wrong"] == 2]["example"].tolist() == ["animal-1"]
    assert counts["runs"].unique().tolist() == [2]
