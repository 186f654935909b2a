"""Whether two runs had the same examples: corrected labels, strangers, ids that are positions."""

from __future__ import annotations

from pathlib import Path

import pytest

import diagnostics
from diagnostics.comparison.compare import compare_runs, shared_experiment
from diagnostics.workspace.shared_examples import texts_are_alike

N = 40
TRUTH = ["yes" if number % 3 == 0 else "no" for number in range(N)]
TEXTS = [f"the guest of room {number} asks for item {number * 7}" for number in range(N)]
OTHERS = [f"my card {number} was lost near street {number * 11}" for number in range(N)]
NAMES = [f"q{number}" for number in range(N)]
POSITIONS = [str(number) for number in range(N)]


def flipped(n: int) -> list[str]:
    """The truth with every label of the first n examples changed."""
    other = {"yes": "no", "no": "yes"}
    return [other[label] if number < n else label for number, label in enumerate(TRUTH)]


def both(
    root: Path,
    truth: list[str],
    ids: list[str] = NAMES,
    content: tuple[object, object] = (None, None),
) -> diagnostics.Workspace:
    """Two runs side by side, the second with this truth."""
    for name, labels, shown in (("a", TRUTH, content[0]), ("b", truth, content[1])):
        diagnostics.record(
            root / name, example=ids, true_label=labels, predicted_label=TRUTH, content=shown
        )
    return diagnostics.open_workspace(root)


@pytest.mark.parametrize("n", [0, 1, 5, N // 2])
def test_labels_that_differ_on_up_to_half_are_left_out_and_named(n: int, tmp_path: Path) -> None:
    workspace = both(tmp_path, flipped(n))
    (experiment,) = workspace.experiments
    found = compare_runs(experiment, "a", "b")
    assert (found.paired, found.unpaired.truth_differs) == (N - n, n)
    assert [problem.code for problem in workspace.all_problems] == ["different-truth"] * bool(n)
    assert bool(found.notes) == bool(n)
    if n:
        assert "True labels differ for 'q0' ('yes' in 'a', 'no' in 'b')" in found.notes[0]
        assert found.notes[0].endswith("see a and b.")


@pytest.mark.parametrize("n", [N // 2 + 1, N])
def test_labels_that_differ_on_most_make_strangers(n: int, tmp_path: Path) -> None:
    workspace = both(tmp_path, flipped(n))
    assert [len(entry.runs) for entry in workspace.experiments] == [1, 1]
    with pytest.raises(diagnostics.DiagnosticsError, match=f"the truth of {n} of {N} shared"):
        shared_experiment(workspace, "a", "b")


@pytest.mark.parametrize("ids", [NAMES, POSITIONS], ids=["names", "positions"])
@pytest.mark.parametrize("n", [0, 1])
def test_other_texts_under_the_same_ids_make_strangers(
    n: int, ids: list[str], tmp_path: Path
) -> None:
    workspace = both(tmp_path, flipped(n), ids, (TEXTS, OTHERS))
    assert [len(entry.runs) for entry in workspace.experiments] == [1, 1]
    (problem,) = workspace.all_problems
    assert "under the same ids they have different texts" in problem.what
    runs = tuple(run for entry in workspace.experiments for run in entry.runs)
    forced = diagnostics.Experiment("forced", "classification", runs)
    with pytest.raises(diagnostics.DiagnosticsError, match="are not on the same examples"):
        compare_runs(forced, "a", "b")


SAME = [text.upper() + " " for text in TEXTS]


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        (TEXTS, SAME, True),
        ({"text": TEXTS, "note": TEXTS}, {"text": TEXTS, "note": OTHERS}, True),
        ({"raw_output": TEXTS}, {"raw_output": OTHERS}, None),  # what models wrote
        ({"job": ["cook", "clerk"] * 20}, {"job": ["clerk", "cook"] * 20}, None),  # categories
        ({"text": ["one and the same"] * N}, {"text": ["quite another one"] * N}, False),
        ({"loss": range(N)}, {"loss": range(N, 2 * N)}, None),
        (TEXTS[:2] + [None] * (N - 2), OTHERS[:2] + [None] * (N - 2), None),  # too few
    ],
)
def test_only_texts_that_were_asked_tell_examples_apart(
    first: object, second: object, alike: bool | None, tmp_path: Path
) -> None:
    workspace = both(tmp_path, TRUTH, content=(first, second))
    a, b = (workspace.find(name)[1] for name in ("a", "b"))
    assert texts_are_alike(a, b) is alike
    assert len(workspace.experiments) == (2 if alike is False else 1)


def test_row_numbers_whose_truth_agrees_by_chance_are_no_shared_examples(tmp_path: Path) -> None:
    rare = ["yes" if number in (3, 17) else "no" for number in range(N)]
    for place, ids in (("numbers", POSITIONS), ("names", NAMES)):
        for name, at in (("a", 0), ("b", 1)):
            truth = [*rare[at * 5 :], *rare[: at * 5]]  # another split of as many rows
            diagnostics.record(
                tmp_path / place / name, example=ids, true_label=truth, predicted_label=rare
            )
    found = diagnostics.open_workspace(tmp_path).experiments
    assert sorted((entry.name, len(entry.runs)) for entry in found) == [
        ("names", 2), ("numbers", 1), ("numbers (b)", 1)
    ]  # fmt: skip


def test_row_numbers_with_the_same_texts_are_the_same_examples(tmp_path: Path) -> None:
    (experiment,) = both(tmp_path, flipped(15), POSITIONS, (TEXTS, TEXTS)).experiments
    assert compare_runs(experiment, "a", "b").unpaired.truth_differs == 15


@pytest.mark.parametrize(("shared", "together"), [(20, 1), (19, 2)])
def test_half_of_the_smaller_runs_examples_is_enough(
    shared: int, together: int, tmp_path: Path
) -> None:
    ids = [*NAMES[:shared], *(f"new{number}" for number in range(N - shared))]
    for name, own in (("a", NAMES), ("b", ids)):
        diagnostics.record(tmp_path / name, example=own, true_label=TRUTH, predicted_label=TRUTH)
    workspace = diagnostics.open_workspace(tmp_path)
    assert len(workspace.experiments) == together
    if together == 1:
        assert compare_runs(workspace.experiments[0], "a", "b").paired == shared
