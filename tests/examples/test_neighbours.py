from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import diagnostics
from diagnostics.errors import DiagnosticsError
from diagnostics.examples import neighbours
from diagnostics.examples.neighbours import example_index, is_narrowed, nearest_examples
from diagnostics.examples.vectors import field_encoder, text_encoder
from diagnostics.workspace import Run
from tests.made.runs import IDS, record_animals

CARDS = [
    "i lost my card",
    "lost my bank card yesterday",
    "my card is lost, help",
    "what is the loan rate",
    "loan rates please",
    "opening hours of the branch",
]


def run_of(folder: Path, **changes: Any) -> Run:
    record_animals(folder / "run", **changes)
    return diagnostics.open_workspace(folder).experiments[0].runs[0]


def test_texts_that_share_words_are_near(tmp_path: Path) -> None:
    found = nearest_examples(run_of(tmp_path, content=CARDS), "animal-0", k=2)
    assert set(found["example"]) == {"animal-1", "animal-2"}
    assert found["similarity"].is_monotonic_decreasing
    assert found["similarity"].between(0, 1).all()
    assert list(found) == [*neighbours.LEAD, "text"]


def test_an_example_is_not_its_own_neighbour(tmp_path: Path) -> None:
    found = nearest_examples(run_of(tmp_path), "animal-0", k=100)
    assert "animal-0" not in set(found["example"])
    assert len(found) == 5


def test_equal_texts_are_near_to_the_full_and_come_by_id(tmp_path: Path) -> None:
    found = nearest_examples(run_of(tmp_path, content=["the same"] * 6), "animal-3")
    assert found["example"].tolist() == [name for name in IDS if name != "animal-3"]
    assert found["similarity"].tolist() == pytest.approx([1.0] * 5)


def test_neighbours_come_with_their_labels(tmp_path: Path) -> None:
    found = nearest_examples(run_of(tmp_path), "animal-0", k=5).set_index("example")
    assert found.loc["animal-1", ["true_label", "predicted_label"]].tolist() == ["cat", "dog"]
    assert found["correct"].to_dict() == {
        "animal-1": False,
        "animal-2": True,
        "animal-3": True,
        "animal-4": False,
        "animal-5": True,
    }


def test_without_truth_nothing_is_right_or_wrong(tmp_path: Path) -> None:
    found = nearest_examples(run_of(tmp_path, true_label=None), "animal-0")
    assert found["correct"].tolist() == [None] * 5


def test_only_the_asked_split_is_looked_at(tmp_path: Path) -> None:
    split = ["test"] * 3 + ["train"] * 3
    run = run_of(tmp_path, split=split)
    assert set(nearest_examples(run, "animal-0")["example"]) == {"animal-1", "animal-2"}
    train = nearest_examples(run, "animal-0", split="train")
    assert set(train["example"]) == {"animal-3", "animal-4", "animal-5"}


def test_nothing_is_near_what_has_no_content_or_is_unknown(tmp_path: Path) -> None:
    bare = nearest_examples(run_of(tmp_path / "bare", content=None), "animal-0")
    unknown = nearest_examples(run_of(tmp_path / "texts"), "nobody")
    assert bare.empty
    assert unknown.empty
    assert list(bare) == list(neighbours.LEAD)


@pytest.mark.parametrize("texts", [["", "", ""], [None, "a", ""], ["!", "?", "…"]])
def test_texts_without_words_have_no_vector_that_divides_by_zero(texts: list[str | None]) -> None:
    encode, vectors = text_encoder("text", [text or "" for text in texts])
    asked = encode(pl.DataFrame({"text": texts}, schema={"text": pl.String}))
    similar = vectors @ asked.T
    dense = similar.toarray() if hasattr(similar, "toarray") else similar
    assert np.isfinite(dense).all()


def test_images_are_near_by_their_pixels(tmp_path: Path) -> None:
    rows = np.zeros((6, 16, 16))
    rows[:3, :8] = 1  # bright above
    rows[3:, :, :8] = 1  # bright at the left
    rows[1, 0, 0] = 0
    found = nearest_examples(run_of(tmp_path, content=rows), "animal-0", k=5)
    assert found["example"].tolist()[:2] == ["animal-2", "animal-1"]
    assert found["similarity"].iloc[0] == pytest.approx(1.0)
    assert found["similarity"].iloc[-1] == pytest.approx(0.0, abs=1e-6)


def test_fields_are_near_by_distance_in_spreads(tmp_path: Path) -> None:
    content = {"age": [1.0, 2, 3, 10, 11, 12], "town": ["x", "x", "x", "y", "y", "y"]}
    run = run_of(tmp_path, content=content)
    found = nearest_examples(run, "animal-0", k=5)
    assert found["example"].tolist() == IDS[1:]
    spread = float(np.std(content["age"], ddof=1))
    distance = np.sqrt((1 / spread) ** 2 / 3)  # over age, town = x, town = y
    assert found["similarity"].iloc[0] == pytest.approx(1 / (1 + distance))


def test_missing_fields_stand_at_the_mean() -> None:
    frame = pl.DataFrame({"a": [1.0, 3.0, None], "b": [True, False, None], "c": ["x", None, "y"]})
    vectors = field_encoder(frame, ["a", "b", "c"])(frame)
    assert vectors[2, :2].tolist() == [0, 0]
    assert vectors[1, 2:].tolist() == [0, 0]


def test_many_texts_are_narrowed_to_those_that_share_rare_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(tmp_path, content=CARDS)
    everything = nearest_examples(run, "animal-3", k=1)
    monkeypatch.setattr(neighbours, "MAX_EXAMPLES", 3)
    assert is_narrowed(run)
    index = example_index(run, near="animal-3")
    assert index.total == 6
    assert "animal-0" not in index.ids  # shares nothing but "is" within other words
    assert nearest_examples(run, "animal-3", k=1)["example"].tolist() == ["animal-4"]
    assert everything["example"].tolist() == ["animal-4"]
    with pytest.raises(DiagnosticsError, match="Say which example"):
        example_index(run)


def test_many_rows_are_sampled_the_same_way_every_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(tmp_path, content={"age": list(range(6))})
    monkeypatch.setattr(neighbours, "MAX_EXAMPLES", 4)
    first, second = example_index(run), example_index(run)
    assert first.ids == second.ids
    assert (first.compared, first.total) == (4, 6)
    assert len(nearest_examples(run, "animal-0", index=first)) in (3, 4)
