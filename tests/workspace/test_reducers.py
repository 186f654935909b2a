"""The same plans, with the same answers, on every engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from diagnostics.errors import DiagnosticsError
from diagnostics.workspace import reducers


def random_predictions(seed: int = 3, n: int = 400, n_labels: int = 5) -> pd.DataFrame:
    """Answers with ties in the confidence, unknown truths and unknown confidences."""
    rng = np.random.default_rng(seed)
    confidence = rng.choice([0.07, 0.29, 0.5, 0.5, 1.0, 0.0, 0.913], n)
    return pd.DataFrame(
        {
            "run": rng.choice(["a", "b"], n),
            "example": [f"e{index % 150:03}" for index in range(n)],
            "split": rng.choice(["test", "train"], n),
            "fold": np.arange(n, dtype=np.int32) // 150,
            "true_label": rng.integers(0, n_labels, n).astype(np.int32),
            "predicted_label": rng.integers(0, n_labels, n).astype(np.int32),
            "confidence": confidence,
            "margin": np.round(confidence / 2, 3),
            "true_rank": rng.integers(1, 4, n).astype(np.int32),
            "moved": rng.choice([0.0, 0.25, 0.5], n),
        }
    )


def as_polars(frame: pd.DataFrame) -> Any:
    return pl.from_pandas(frame)


def as_lazy_polars(frame: pd.DataFrame) -> Any:
    return pl.from_pandas(frame).lazy()


def as_arrow(frame: pd.DataFrame) -> Any:
    return pl.from_pandas(frame).to_arrow()


@pytest.fixture(scope="module")
def as_duckdb() -> Iterator[Callable[[pd.DataFrame], Any]]:
    import duckdb

    connection = duckdb.connect()
    yield lambda frame: connection.cursor().from_arrow(pl.from_pandas(frame).to_arrow())
    connection.close()


def plans(frame: Any) -> dict[str, pd.DataFrame]:
    """Every plan's answer on one frame, in an order that does not depend on the engine."""
    lazy = reducers.lazy(frame, ["example"])
    first, second = (lazy.filter(reducers.nw.col("run") == name) for name in ("a", "b"))
    found = {
        "confusion": reducers.confusion(lazy),
        "calibration": reducers.calibration(lazy),
        "pairs": reducers.pairs(first, second),
        "matches": reducers.matches(first, second, ["example", "fold"]),
        "repeated": reducers.repeated(lazy, ["example"]).with_columns(n=reducers.nw.lit(1)),
        "wrong_runs": reducers.wrong_runs(lazy),
    }
    answers = {name: canonical(reducers.collect(plan).to_pandas()) for name, plan in found.items()}
    for by in reducers.RANKINGS:
        pool = reducers.ranking_pool(lazy, by)
        column, descending = reducers.ranking_measure(by, "margin", ["margin"])
        top = reducers.ranked(pool, column, descending=descending, k=37)
        if by == "all":
            top = reducers.ranked_throughout(pool, column, k=37)
        answers[by] = pd.DataFrame(
            reducers.collect(top).select(["example", "fold", "run", column]).to_pydict()
        )
    return answers


def canonical(frame: pd.DataFrame) -> pd.DataFrame:
    keys = [name for name in frame if name != "n" and not name.startswith("sum")]
    return frame.sort_values(keys, ignore_index=True)


def assert_same(answers: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> None:
    for name, frame in expected.items():
        if name in reducers.RANKINGS:  # rows that tie in example and fold may swap runs
            frame, other = (part.drop(columns="run") for part in (frame, answers[name]))
        else:
            other = answers[name]
        pd.testing.assert_frame_equal(other, frame, check_dtype=False, rtol=1e-12, obj=name)


@pytest.mark.parametrize("convert", [as_polars, as_lazy_polars, as_arrow])
def test_plans_agree_between_pandas_and(convert: Callable[[pd.DataFrame], Any]) -> None:
    frame = random_predictions()
    assert_same(plans(convert(frame)), plans(frame))


def test_plans_agree_between_polars_and_duckdb(as_duckdb: Callable[[pd.DataFrame], Any]) -> None:
    frame = random_predictions()
    assert_same(plans(as_duckdb(frame)), plans(as_polars(frame)))


@pytest.mark.slow
def test_plans_agree_between_polars_and_spark(spark: Any, tmp_path: Path) -> None:
    frame = as_polars(random_predictions())
    frame.write_parquet(tmp_path / "answers.parquet")
    assert_same(plans(spark.read.parquet(str(tmp_path / "answers.parquet"))), plans(frame))


def test_duckdb_answers_from_several_threads_with_a_cursor_each() -> None:
    from concurrent.futures import ThreadPoolExecutor

    import duckdb

    connection = duckdb.connect()
    table = as_arrow(random_predictions())
    connection.from_arrow(table).create("answers")

    def ask(_: int) -> int:
        relation = connection.cursor().table("answers")
        counts = reducers.collect(reducers.confusion(reducers.lazy(relation, [])))
        return int(sum(counts["n"].to_pylist()))

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(16))) == {len(table)}
    connection.close()


def test_confusion_counts_add_up_to_the_rows_and_across_parts() -> None:
    frame = random_predictions()
    whole, first, second = (
        reducers.collect(reducers.confusion(reducers.lazy(part, []))).to_pandas()
        for part in (frame, frame[:123], frame[123:])
    )
    assert whole["n"].sum() == len(frame)
    keys = [name for name in whole if name != "n"]
    added = pd.concat([first, second]).groupby(keys, as_index=False)["n"].sum()
    pd.testing.assert_frame_equal(canonical(added), canonical(whole), check_dtype=False)


@pytest.mark.parametrize(
    ("confidence", "bin"), [(0.0, 0), (0.001, 0), (0.07, 69), (0.29, 289), (0.5, 499), (1.0, 999)]
)
def test_a_confidence_on_an_edge_belongs_to_the_bin_that_ends_there(
    confidence: float, bin: int
) -> None:
    frame = pd.DataFrame(
        {"true_label": ["x"], "predicted_label": ["x"], "confidence": [confidence]}
    )
    cube = reducers.collect(reducers.calibration(reducers.lazy(frame, []))).to_pylist()
    assert [row["bin"] for row in cube] == [bin]


def test_bins_agree_with_searchsorted_on_shared_edges() -> None:
    edges = np.arange(1, reducers.BINS) / reducers.BINS
    confidence = np.concatenate([edges, np.random.default_rng(0).random(2000)])
    frame = pd.DataFrame({"true_label": 0, "predicted_label": 0, "confidence": confidence})
    cube = reducers.collect(reducers.calibration(reducers.lazy(frame, []))).to_pandas()
    expected = np.bincount(np.searchsorted(edges, confidence, side="left"), minlength=reducers.BINS)
    counts = cube.set_index("bin")["n"].reindex(range(reducers.BINS), fill_value=0)
    assert counts.to_numpy().tolist() == expected.tolist()


def test_pairs_leave_out_examples_whose_truth_differs() -> None:
    first = pd.DataFrame(
        {"example": ["1", "2", "3"], "true_label": [0, 1, 1], "predicted_label": 0}
    )
    second = pd.DataFrame(
        {"example": ["1", "2", "4"], "true_label": [0, 0, 1], "predicted_label": 1}
    )
    plan = reducers.pairs(reducers.lazy(first, []), reducers.lazy(second, []))
    assert reducers.collect(plan).to_pylist() == [
        {"true_label": 0, "predicted_a": 0, "predicted_b": 1, "n": 1}
    ]


def test_a_missing_column_is_named_with_those_that_are_there() -> None:
    frame = pd.DataFrame({"label": ["a"], "prediction": ["b"]})
    with pytest.raises(
        DiagnosticsError, match=r"Column 'true_label' not found .* label, prediction"
    ):
        reducers.lazy(frame, ["true_label"])


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(DiagnosticsError, match="must be a dataframe, not list"):
        reducers.lazy([1, 2], [])
