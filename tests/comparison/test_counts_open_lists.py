"""Every number of a comparison opens a list of as many examples, whatever the files lack."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from diagnostics import Comparison, DiagnosticsError, Evidence, Experiment, Filter, Run
from diagnostics.comparison.agreement import consensus, lonely_answers
from diagnostics.comparison.changed_answers import changed_answers, examples_that_changed
from diagnostics.comparison.compare import compare_runs
from diagnostics.examples.rankings import ranked_answers
from diagnostics.predictions.aligned_runs import alignable_runs, aligned_answers
from tests.examples.test_selection import ALL, MISTAKES, experiment_of, rows, stored

#: Rows of a run: the example, its fold, whether its truth is told, and the answer. Examples are
#: missing, come in several folds and twice in one.
ROWS = st.lists(
    st.tuples(
        st.sampled_from("abcdef"),
        st.sampled_from([None, 0, 1]),
        st.sampled_from(["told", "told", "told", "untold", "other"]),
        st.sampled_from(["x", "y", "z", "w", None]),
    ),
    min_size=1,
    max_size=10,
)
TRUTHS = dict(zip("abcdef", "xxyyzz", strict=True))
WHERE = st.sampled_from(
    [
        {},
        {"true_label": "x"},
        {"true_label": "z", "correct": False},
        {"predicted_label": "y"},
        {"correct": True},
        {"max_confidence": 0.5},
    ]
)


def frame_of(drawn: Sequence[tuple[str, int | None, str, str | None]]) -> pd.DataFrame:
    said = {"untold": None, "other": "v"}
    table = [
        (example, fold, said.get(told, TRUTHS[example]), answer, 0.1 + 0.08 * place)
        for place, (example, fold, told, answer) in enumerate(drawn)
    ]
    names = ["example", "fold", "true_label", "predicted_label", "confidence"]
    return pd.DataFrame(table, columns=names).astype({"fold": "Int64"})


def length(run: Run, experiment: Experiment, by: str, **where: Any) -> int:
    listed = ranked_answers(
        run, by, k=99, where=Filter(**where), experiment=experiment  # type: ignore[arg-type]
    )  # fmt: skip
    assert (len(listed.examples), listed.excluded) == (listed.total, 0)
    return listed.total


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(tables=st.tuples(ROWS, ROWS), where=WHERE)
def test_every_number_of_two_runs_opens_as_many_examples(
    tables: Any, where: dict[str, Any]
) -> None:
    with TemporaryDirectory() as name:
        runs = [stored(Path(name), n, frame_of(t)) for n, t in zip("ab", tables, strict=True)]
        experiment = experiment_of(*runs)
        try:
            counted = compare_runs(experiment, "a", "b", where=Filter(**where))
        except DiagnosticsError:  # they share too little: another pair is drawn
            reject()
        assert_lists_are_as_long(experiment, counted, where)


def assert_lists_are_as_long(
    experiment: Experiment, counted: Comparison, where: dict[str, Any]
) -> None:
    new, both = experiment.run("b"), {**where, "against": "a"}
    numbers = {**counted.outcomes, **vars(counted.agreement)}
    for outcome in (*counted.outcomes, "agree", "disagree"):
        if counted.has_truth or outcome in ("agree", "disagree"):
            assert length(new, experiment, "moved", outcome=outcome, **both) == numbers[outcome]
    for row in counted.classes.to_dict("records") if "true_label" not in where else ():
        for outcome in ("fixed", "broken"):
            more = {"true_label": row["label"], "outcome": outcome}
            assert length(new, experiment, "moved", **both, **more) == row[outcome]
    for row in changed_answers(counted).to_dict("records"):
        labels = {name: row[name] for name in ("old_label", "new_label")}
        found, total = examples_that_changed(
            experiment, new, "a", **labels, where=Filter(**where)
        )  # fmt: skip
        assert len(found) == total == row["n"]


@settings(max_examples=30, deadline=None)
@given(tables=st.lists(ROWS, min_size=3, max_size=4))
def test_every_number_of_all_runs_opens_as_many_examples(tables: Any) -> None:
    with TemporaryDirectory() as name:
        runs = [stored(Path(name), f"r{i}", frame_of(t)) for i, t in enumerate(tables)]
        experiment = experiment_of(*runs)
        for run in runs:
            assert_sets_are_as_long(experiment, alignable_runs(experiment, run)[0], run)


def assert_sets_are_as_long(experiment: Experiment, company: list[Run], run: Run) -> None:
    found = aligned_answers(company)
    if not found.judged:
        return
    every, alone = consensus(found), lonely_answers(found).set_index("run").loc[run.run]
    numbers = {
        "never-right": every.never_right,
        "always-right": every.always_right,
        "only-this-right": alone["only_this_right"],
        "only-this-wrong": alone["only_this_wrong"],
    }
    for across, number in numbers.items():
        assert length(run, experiment, "all", across=across) == number, across


@pytest.mark.parametrize("whole", [(0, 1), (0,), (1, 2)])
def test_lists_of_mistakes_open_what_they_imply(tmp_path: Path, whole: tuple[int, ...]) -> None:
    runs = []
    for place, said in enumerate(("xxyyz", "xyyyz", "xzyxx")):
        every = rows(said, confidence=0.5)
        wrong = every[every["true_label"] != every["predicted_label"]]
        kept, has = (every, ALL) if place in whole else (wrong, MISTAKES)
        runs.append(stored(tmp_path, f"r{place}", kept, has, "" if place in whole else "xyz"))
    experiment = experiment_of(*runs)
    for run in runs:
        assert_sets_are_as_long(experiment, runs, run)


def test_every_run_has_the_company_of_every_other_one(tmp_path: Path) -> None:
    """A list of mistakes is of the same data as the first run, and the second has more."""
    report = {"tags": {"supports_fingerprint": "five"}}
    first = stored(tmp_path, "first", rows("xxyyy"), **report)
    second = stored(
        tmp_path, "second", rows("xxyyyx", "xxyyzx"), tags={"supports_fingerprint": "six"}
    )
    mistakes = stored(
        tmp_path, "mistakes", rows("xyyyz")[1:2], MISTAKES & ~Evidence.CONFIDENCE, "xyz", **report
    )
    experiment = experiment_of(first, second, mistakes)
    for run in experiment.runs:
        company, reasons = alignable_runs(experiment, run)
        assert ([other.run for other in company], reasons) == (
            ["first", "second", "mistakes"],
            {},
        )
        assert_sets_are_as_long(experiment, company, run)


def test_the_company_is_that_of_the_split_that_is_asked_for(tmp_path: Path) -> None:
    tested = rows("xxyyz", split="test")
    both = pd.concat([tested, rows("xxyyz", split="validation")])
    runs = [
        stored(tmp_path, name, frame)
        for name, frame in (("tested", tested), ("both", both), ("valid", both[5:]))
    ]
    experiment = experiment_of(*runs)
    company, reasons = alignable_runs(experiment, runs[1], split="validation")
    assert [run.run for run in company] == ["both", "valid"]
    assert reasons == {"tested": "it was not evaluated on the split validation"}
