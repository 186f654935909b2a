from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from diagnostics import Filter, compare_predictions, compare_runs, open_workspace, record
from diagnostics.comparison.changed_answers import changed_answers, examples_that_changed

TRUE, OLD, NEW = "aabbc", "abbba", "aaaba"
SURE = {"old": [0.9, 0.9, 0.9, 0.9, 0.5], "new": [0.8, 0.2, 0.6, 0.9, 0.9]}


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("changed")
    for name, answers in (("old", OLD), ("new", NEW)):
        record(
            folder / name,
            true_label=list(TRUE),
            predicted_label=list(answers),
            confidence=SURE[name],
            example=[f"e{number}" for number in range(5)],
            content=["first", "second", "third", "fourth", "fifth"],
            experiment="e",
        )
    return open_workspace(folder).experiments[0]


def test_pairs_of_different_labels_are_counted_with_what_they_fixed_and_broke(
    experiment: Any,
) -> None:
    found = changed_answers(compare_runs(experiment, "old", "new"))
    assert found.to_dict("records") == [
        {
            "old_label": "b",
            "new_label": "a",
            "n": 2,
            "share_of_old": pytest.approx(2 / 3),
            "fixed": 1,
            "broken": 1,
        }
    ]


def test_runs_that_agree_changed_nothing() -> None:
    frame = pd.DataFrame({"example": ["x", "y"], "predicted_label": ["a", "b"]})
    found = changed_answers(compare_predictions(frame, frame))
    assert found.empty
    assert list(found) == ["old_label", "new_label", "n", "share_of_old", "fixed", "broken"]


@pytest.mark.parametrize(
    ("labels", "ids"),
    [
        (("b", "a"), ["e1", "e2"]),
        ((None, "a"), ["e1", "e2"]),
        (("b", None), ["e1", "e2"]),
        ((None, None), ["e1", "e2"]),
        (("a", "a"), ["e4", "e0"]),
        (("a", "b"), []),
    ],
    ids=str,
)
def test_examples_are_those_with_the_two_labels_the_most_moved_first(
    experiment: Any, labels: tuple[str | None, str | None], ids: list[str]
) -> None:
    rows, total = examples_that_changed(
        experiment, experiment.run("new"), "old", old_label=labels[0], new_label=labels[1]
    )
    assert rows["example"].tolist() == ids
    assert total == len(ids)


def test_only_the_first_are_returned_and_all_are_counted(experiment: Any) -> None:
    rows, total = examples_that_changed(experiment, experiment.run("new"), "old", k=1)
    assert (rows["example"].tolist(), total) == (["e1"], 2)


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        (Filter(text="second"), ["e1"]),
        (Filter(true_label="b"), ["e2"]),
        (Filter(predicted_label="b"), []),
    ],
    ids=["words", "truth", "another label of the new run"],
)
def test_a_filter_restricts_them(experiment: Any, where: Filter, ids: list[str]) -> None:
    rows, _ = examples_that_changed(
        experiment, experiment.run("new"), "old", new_label="a", where=where
    )
    assert rows["example"].tolist() == ids
