"""Filters that hold a run against others, beside the same done by hand in pandas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import diagnostics
from diagnostics import DiagnosticsError, Evidence, Experiment, Filter, Run
from diagnostics.comparison.compare import compare_runs
from diagnostics.examples.content import content_of
from diagnostics.examples.rankings import UNRANKED, ranked_answers, top_examples
from diagnostics.examples.selection import Selection, answers_where
from diagnostics.predictions.outcomes import ACROSS, OUTCOMES, Across, Outcome
from diagnostics.workspace import stored_tables, tables
from tests.made.runs import IDS, PROBABILITIES, TRUE, record_animals
from tests.places import DATA

ALL = Evidence.PREDICTIONS | Evidence.TRUTH | Evidence.CONFIDENCE
MISTAKES = Evidence.ERRORS | Evidence.REPORT | Evidence.TRUTH | Evidence.CONFIDENCE


def stored(
    folder: Path,
    name: str,
    rows: pd.DataFrame,
    evidence: Evidence = ALL,
    labels: Sequence[str] = (),
    **more: Any,
) -> Run:
    """A run with these rows in its table: `example`, `true_label`, `predicted_label`, …"""
    given = {
        column: [None if pd.isna(value) else value for value in rows[column]]
        for column in rows
        if column != "confidence"
    }
    confidence = rows["confidence"].astype(float).to_numpy() if "confidence" in rows else None
    frame, known = tables.predictions_frame(**given, confidence=confidence, labels=labels)
    tables.write(frame, folder / f"{name}-predictions.parquet")
    splits = tuple(dict.fromkeys(rows["split"])) if "split" in rows else ("test",)
    fixed: dict[str, Any] = {"confusion_is_exact": True, "tags": {"supports_fingerprint": "same"}}
    return Run(
        name,
        "errata",
        name,
        "classification",
        evidence,
        tuple(known),
        splits=splits,
        tables=folder,
        stem=name,
        **(fixed | more),
    )


def experiment_of(*runs: Run) -> Experiment:
    return Experiment("tests", "classification", runs)


def rows(answers: str, truth: str = "xxyyz", **more: Any) -> pd.DataFrame:
    """One example a letter, by its place; a blank is an answer or a truth that is not known."""
    said, true = ([letter.strip() or None for letter in word] for word in (answers, truth))
    ids = [f"e{place}" for place in range(len(said))]
    return pd.DataFrame({"example": ids, "true_label": true, "predicted_label": said, **more})


def found(run: Run, experiment: Experiment, **where: Any) -> list[str]:
    frame = answers_where(run, Filter(**where), experiment).collect()
    return sorted(frame["example"].to_list())


def by_hand(new: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
    """Every example that both have, with its outcomes as columns."""
    both = new.merge(old, on="example", suffixes=("", "_old"))
    truth = both["true_label"].fillna(both["true_label_old"])
    differs = both["true_label"].notna() & both["true_label_old"].notna()
    both = both[~(differs & (both["true_label"] != both["true_label_old"]))].copy()
    truth = truth.loc[both.index]
    known = truth.notna()
    right, was_right = both["predicted_label"] == truth, both["predicted_label_old"] == truth
    same = both["predicted_label"] == both["predicted_label_old"]
    both["fixed"] = known & right & ~was_right
    both["broken"] = known & ~right & was_right
    both["both-wrong-same"] = known & ~right & ~was_right & same
    both["both-wrong-different"] = known & ~right & ~was_right & ~same
    both["both-right"] = known & right & was_right
    both["agree"], both["disagree"] = same, ~same
    return both


def across_by_hand(frames: Sequence[pd.DataFrame]) -> dict[Across, list[str]]:
    """The examples that all frames have by what these say."""
    lists: dict[Across, list[str]] = {name: [] for name in ACROSS}
    for example, answer in zip(frames[0]["example"], frames[0]["predicted_label"], strict=True):
        mine = [frame[frame["example"] == example] for frame in frames]
        truths = {truth for frame in mine for truth in frame["true_label"].dropna()}
        if len(truths) != 1:
            continue
        if not all(map(len, mine)):
            continue
        others = [frame["predicted_label"].item() in truths for frame in mine[1:]]
        right = answer in truths
        if not right and not any(others):
            lists["never-right"].append(example)
        if right and all(others):
            lists["always-right"].append(example)
        if right and others and not any(others):
            lists["only-this-right"].append(example)
        if not right and others and all(others):
            lists["only-this-wrong"].append(example)
    return lists


LABELS = st.sampled_from(["x", "y", "z"])
SURE = st.one_of(st.none(), st.sampled_from([0.0, 0.3, 0.1 + 0.2, 0.7, 1.0]))
#: Of each run: which examples it has, the truth that it gives, its answer and confidence.
ANSWER = st.tuples(
    st.booleans(), st.sampled_from(["same", "same", "same", "none", "w"]), LABELS, SURE
)
TABLES = st.integers(1, 9).flatmap(
    lambda n: st.tuples(
        st.lists(LABELS, min_size=n, max_size=n),
        st.lists(st.lists(ANSWER, min_size=n, max_size=n), min_size=2, max_size=4),
    )
)


def drawn(truth: list[str], answers: list[list[tuple[bool, str, str, Any]]]) -> list[pd.DataFrame]:
    names = ["example", "true_label", "predicted_label", "confidence"]
    said = {"none": None, "w": "w"}
    frames = []
    for run in answers:
        kept = [
            (f"e{place}", said.get(how, true), label, sure)
            for place, (true, (is_there, how, label, sure)) in enumerate(
                zip(truth, run, strict=True)
            )
            if is_there
        ]
        frames.append(pd.DataFrame(kept, columns=names).astype({"confidence": float}))
    return frames


@settings(max_examples=25, deadline=None)
@given(drawn_tables=TABLES)
def test_outcomes_are_those_found_by_hand(drawn_tables: Any) -> None:
    frames = drawn(*drawn_tables)
    with TemporaryDirectory() as name:
        runs = [stored(Path(name), f"r{i}", frame) for i, frame in enumerate(frames)]
        experiment = experiment_of(*runs)
        new, old = runs[:2]
        expected, mirrored = by_hand(*frames[:2]), by_hand(frames[1], frames[0])
        for outcome in OUTCOMES:
            given = found(new, experiment, against="r1", outcome=outcome)
            assert given == sorted(expected.loc[expected[outcome], "example"]), outcome
            swapped = {"fixed": "broken", "broken": "fixed"}.get(outcome, outcome)
            assert given == sorted(mirrored.loc[mirrored[swapped], "example"])
            assert given == found(old, experiment, against="r0", outcome=swapped)
        selection = Selection.of(new, Filter(against="r1"), experiment)
        assert sorted(selection.rows.collect()["example"]) == sorted(expected["example"])
        assert selection.unpaired == len(frames[0]) - len(expected)
        for across, examples in across_by_hand(frames).items():
            assert found(new, experiment, across=across) == sorted(examples), across


@settings(max_examples=25, deadline=None)
@given(drawn_tables=TABLES)
def test_moved_ranks_by_the_difference_and_puts_what_has_none_last(drawn_tables: Any) -> None:
    frames = drawn(*drawn_tables)
    with TemporaryDirectory() as name:
        runs = [stored(Path(name), f"r{i}", frame) for i, frame in enumerate(frames)]
        where = Filter(against="r1")
        listed = top_examples(runs[0], "moved", k=99, where=where, experiment=experiment_of(*runs))
    expected = by_hand(*frames[:2])
    expected["moved"] = (expected["confidence"] - expected["confidence_old"]).abs()
    ranked = expected.sort_values(["moved", "example"], ascending=[False, True])
    assert listed.examples["example"].tolist() == ranked["example"].tolist()
    np.testing.assert_array_equal(listed.examples["moved"], ranked["moved"])
    assert listed.examples["against_label"].tolist() == ranked["predicted_label_old"].tolist()
    assert (listed.total, listed.excluded) == (len(expected), 0)


COMPLETE = st.integers(1, 9).flatmap(
    lambda n: st.tuples(
        st.lists(LABELS, min_size=n, max_size=n),
        st.lists(st.lists(LABELS, min_size=n, max_size=n), min_size=2, max_size=4),
        st.lists(st.booleans(), min_size=4, max_size=4),
    )
)


@settings(max_examples=30, deadline=None)
@given(drawn_runs=COMPLETE)
def test_lists_of_mistakes_say_what_all_answers_say_or_refuse(drawn_runs: Any) -> None:
    truth, answers, keeps_all = drawn_runs
    frames = [rows("".join(said), "".join(truth), confidence=0.5) for said in answers]
    with TemporaryDirectory() as name:
        runs = []
        for index, (frame, is_whole) in enumerate(zip(frames, keeps_all, strict=False)):
            wrong = frame[frame["true_label"] != frame["predicted_label"]]
            kept, evidence = (frame, ALL) if is_whole else (wrong, MISTAKES)
            labels = "" if is_whole else "xyz"  # those of its report
            runs.append(stored(Path(name), f"r{index}", kept, evidence, labels))
        experiment = experiment_of(*runs)
        expected = by_hand(*frames[:2])
        for outcome in OUTCOMES:
            assert_same_or_refused(
                runs[0],
                experiment,
                Filter(against="r1", outcome=outcome),
                expected.loc[expected[outcome], "example"],
                is_known=keeps_all[0] or keeps_all[1] or outcome not in ("both-right", "agree"),
            )
        for across, examples in across_by_hand(frames).items():
            is_known = any(keeps_all[: len(runs)]) or across != "always-right"
            assert_same_or_refused(
                runs[0], experiment, Filter(across=across), examples, is_known=is_known
            )


def assert_same_or_refused(
    run: Run, experiment: Experiment, where: Filter, expected: Sequence[str], *, is_known: bool
) -> None:
    if not is_known:
        with pytest.raises(DiagnosticsError, match="kept only their mistakes"):
            answers_where(run, where, experiment)
        return
    frame = answers_where(run, where, experiment).collect()
    assert sorted(frame["example"]) == sorted(expected), where


@pytest.fixture
def pair(tmp_path: Path) -> Experiment:
    """`old` and `new` on five examples: one fixed, one broken, one wrong in two ways."""
    old = rows("xzyxx", confidence=[0.875, 0.75, 0.75, 0.5, 0.5], split="test")
    new = rows("xxzxy", confidence=[0.75, 0.75, 0.25, None, 1.0], split="test")
    return experiment_of(stored(tmp_path, "old", old), stored(tmp_path, "new", new))


def test_fixed_is_what_this_run_mended(pair: Experiment) -> None:
    new = pair.run("new")
    assert found(new, pair, against="old", outcome="fixed") == ["e1"]
    assert found(new, pair, against="old", outcome="broken") == ["e2"]
    assert found(new, pair, against="old", outcome="both-wrong-same") == ["e3"]
    assert found(new, pair, against="old", outcome="both-wrong-different") == ["e4"]
    assert found(new, pair, against="old", outcome="both-right") == ["e0"]


def test_the_other_restrictions_hold_as_well(pair: Experiment) -> None:
    new = pair.run("new")
    assert found(new, pair, against="old", outcome="disagree", true_label="y") == ["e2"]
    assert found(new, pair, against="old", min_confidence=0.75) == ["e4"]
    assert found(new, pair, against="old", across="never-right", predicted_label="y") == ["e4"]


def test_the_list_has_the_other_runs_answer_and_confidence(pair: Experiment) -> None:
    where = Filter(against="old")
    listed = top_examples(pair.run("new"), "moved", k=9, where=where, experiment=pair)
    shown = listed.examples[["example", "against_label", "against_confidence", "moved"]]
    assert shown["example"].tolist() == ["e2", "e4", "e0", "e1", "e3"]
    assert shown["against_label"].tolist() == ["y", "x", "x", "z", "x"]
    assert shown["moved"].tolist() == pytest.approx([0.5, 0.5, 0.125, 0.0, np.nan], nan_ok=True)
    assert (listed.total, listed.excluded, listed.unpaired) == (5, 0, 0)


def test_all_lists_every_answer_those_without_a_confidence_last(pair: Experiment) -> None:
    listed = ranked_answers(pair.run("new"), "all", k=9)
    assert listed.examples["example"].tolist() == ["e4", "e0", "e1", "e2", "e3"]
    assert (listed.total, listed.excluded) == (5, 0)
    first = ranked_answers(pair.run("new"), "all", k=2)
    assert (first.total, first.examples["example"].tolist()) == (5, ["e4", "e0"])


def test_where_nothing_can_have_moved_the_answers_come_by_id(tmp_path: Path) -> None:
    new, old = (stored(tmp_path, name, rows("xxyyz")) for name in ("new", "old"))
    where, experiment = Filter(against="old"), experiment_of(new, old)
    listed = ranked_answers(new, "moved", k=2, where=where, experiment=experiment)
    assert (listed.measure, listed.total, listed.excluded) == (UNRANKED, 5, 0)
    assert listed.examples["example"].tolist() == ["e0", "e1"]


def test_answers_to_what_the_other_run_lacks_are_left_out_and_counted(tmp_path: Path) -> None:
    new = stored(tmp_path, "new", rows("xxyyz", confidence=0.5))
    old = stored(tmp_path, "old", rows("xxyyx", "xwyyz", confidence=0.5).iloc[1:])
    where, experiment = Filter(against="old"), experiment_of(new, old)
    listed = ranked_answers(new, "all", k=9, where=where, experiment=experiment)
    assert sorted(listed.examples["example"]) == ["e2", "e3", "e4"]
    assert listed.unpaired == 2  # one is not there, one has another true label


def test_without_truth_only_agreement_is_known(tmp_path: Path) -> None:
    new = stored(tmp_path, "new", rows("xxy", "   "), ALL & ~Evidence.TRUTH)
    old = stored(tmp_path, "old", rows("xyy", "   "), ALL & ~Evidence.TRUTH)
    experiment = experiment_of(new, old)
    assert found(new, experiment, against="old", outcome="agree") == ["e0", "e2"]
    assert found(new, experiment, against="old", outcome="disagree") == ["e1"]
    with pytest.raises(DiagnosticsError, match=r"have no true labels\. Without them only agree"):
        found(new, experiment, against="old", outcome="fixed")


def test_examples_that_come_in_several_folds_are_paired_fold_by_fold(tmp_path: Path) -> None:
    ids, fold = ["a", "a", "b", "b"], [0, 1, 0, 1]
    new = rows("xyxx", "xxxx", fold=fold).assign(example=ids)
    old = rows("xxyx", "xxxx", fold=fold).assign(example=ids).iloc[::-1]
    runs = stored(tmp_path, "new", new), stored(tmp_path, "old", old)
    where = Filter(against="old", outcome="broken")
    broken = answers_where(runs[0], where, experiment_of(*runs)).collect()
    assert broken.select("example", "fold").rows() == [("a", 1)]


def test_folds_that_were_cut_otherwise_do_not_keep_examples_apart(tmp_path: Path) -> None:
    new = stored(tmp_path, "new", rows("xy", "xx", fold=[0, 1]))
    old = stored(tmp_path, "old", rows("yx", "xx", fold=[1, 0]))
    assert found(new, experiment_of(new, old), against="old", outcome="fixed") == ["e0"]


def test_an_id_that_comes_twice_has_no_counterpart(tmp_path: Path) -> None:
    new = stored(tmp_path, "new", rows("xyx", "xxx").assign(example=["a", "a", "b"]))
    old = stored(tmp_path, "old", rows("yyy", "xxx").assign(example=["a", "b", "c"]))
    assert found(new, experiment_of(new, old), against="old") == ["b"]


def test_a_truth_that_this_run_has_no_label_for_is_still_a_truth(tmp_path: Path) -> None:
    new = stored(tmp_path, "new", rows("xx", "  "))
    old = stored(tmp_path, "old", rows("wx", "wx"))
    experiment = experiment_of(new, old)
    assert found(new, experiment, against="old", outcome="broken") == ["e0"]
    broken = top_examples(
        new, "all", k=9, where=Filter(against="old", outcome="broken"), experiment=experiment
    )
    assert broken.examples["true_label"].tolist() == [None]
    assert broken.examples["against_label"].tolist() == ["w"]


def test_the_other_run_is_asked_about_the_same_split(tmp_path: Path) -> None:
    split = ["train", "train", "test", "test", "test"]
    new = stored(tmp_path, "new", rows("yyyyz", split=split))
    old = stored(tmp_path, "old", rows("xxyyz", split=split))
    test = stored(tmp_path, "test", rows("xxyyz"))
    experiment = experiment_of(new, old, test)
    assert found(new, experiment, against="old", outcome="broken") == []
    broken = found(new, experiment, against="old", outcome="broken", split="train")
    assert broken == ["e0", "e1"]
    with pytest.raises(DiagnosticsError, match=r"Run 'test' has no split 'train'\. It has: test"):
        found(new, experiment, against="test", split="train")


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ({"against": "nobody"}, "No run 'nobody'. There is: new, old."),
        (
            {"outcome": "fixed"},
            "The outcome 'fixed' is that of a comparison. Name the other run: `against`.",
        ),
        (
            {"against": "old", "outcome": "mended"},
            f"There is no outcome 'mended'. Use one of {', '.join(OUTCOMES)}.",
        ),
        (
            {"across": "always"},
            f"There is no value of `across` 'always'. Use one of {', '.join(ACROSS)}.",
        ),
    ],
    ids=lambda value: "" if isinstance(value, str) else " ".join(value),
)
def test_what_does_not_exist_is_named(pair: Experiment, where: dict[str, Any], says: str) -> None:
    with pytest.raises(DiagnosticsError, match=f"^{re.escape(says)}$"):
        found(pair.run("new"), pair, **where)


def test_each_run_is_asked_once_for_its_split(
    pair: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def known_split(run: Run, split: str | None) -> str:
        asked.append(run.run)
        return split or run.split

    monkeypatch.setattr(Run, "known_split", known_split)
    where = Filter(against="old", outcome="fixed")
    listed = top_examples(pair.run("new"), "all", where=where, experiment=pair)
    assert listed.total
    assert asked == ["new", "old"]


def test_what_the_files_do_not_tell_is_refused_before_any_row_is_read(
    pair: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scan(run: Run) -> pl.LazyFrame:
        raise AssertionError(f"{run.run} was read")

    monkeypatch.setattr(stored_tables, "scan", scan)
    with pytest.raises(DiagnosticsError, match="outcome 'fixed' is that of a comparison"):
        Selection.of(pair.run("new"), Filter(outcome="fixed"), pair)
    assert Selection.of(pair.run("new"), Filter(against="old"), pair).other is pair.run("old")


def test_other_runs_need_their_experiment(pair: Experiment) -> None:
    for where in (Filter(against="old"), Filter(across="never-right")):
        with pytest.raises(DiagnosticsError, match=r"without their experiment\. Pass `experiment`"):
            answers_where(pair.run("new"), where)
    with pytest.raises(DiagnosticsError, match="between two runs"):
        top_examples(pair.run("new"), "moved")


def test_a_run_alone_is_compared_with_no_other(tmp_path: Path) -> None:
    alone = stored(tmp_path, "alone", rows("x", "y"))
    figures = stored(tmp_path, "figures", rows("x", "y"), Evidence.SCORES)
    with pytest.raises(DiagnosticsError, match="No other run can be laid beside 'alone': 'figures"):
        found(alone, experiment_of(alone, figures), across="never-right")
    with pytest.raises(DiagnosticsError, match=r"answers of run 'figures' are not in its files"):
        found(alone, experiment_of(alone, figures), against="figures")


def test_runs_without_mistakes_fixed_and_broke_nothing(tmp_path: Path) -> None:
    none = rows("x", "x")[:0]
    evidence = MISTAKES & ~Evidence.TRUTH & ~Evidence.CONFIDENCE
    new, old = (stored(tmp_path, name, none, evidence, "x") for name in ("new", "old"))
    experiment = experiment_of(new, old)
    for outcome in ("fixed", "broken", "both-wrong-same"):
        assert found(new, experiment, against="old", outcome=outcome) == []


def test_across_needs_a_truth(tmp_path: Path) -> None:
    runs = [stored(tmp_path, name, rows("x", " "), ALL & ~Evidence.TRUTH) for name in "ab"]
    with pytest.raises(DiagnosticsError, match="None of the runs has true labels"):
        found(runs[0], experiment_of(*runs), across="never-right")


@pytest.mark.parametrize("folder", ["rasa/grid", "animals"])
def test_lists_are_as_long_as_comparisons_count(tmp_path: Path, folder: str) -> None:
    place = DATA / folder
    if folder == "animals":
        place = tmp_path
        record_animals(tmp_path / "a")
        record_animals(tmp_path / "b", probabilities=PROBABILITIES[:, [2, 1, 0]])
    compared = 0
    for experiment in diagnostics.open_workspace(place).experiments:
        for new, old in permutations(experiment.runs, 2):
            try:
                counted = compare_runs(experiment, old.run, new.run)
            except DiagnosticsError:
                continue
            compared += 1
            for outcome in OUTCOMES[:4]:
                n = getattr(counted, outcome.replace("-", "_"))
                assert len(found(new, experiment, against=old.run, outcome=outcome)) == n
    assert compared


@pytest.fixture
def lists(tmp_path: Path) -> Experiment:
    """Two lists of mistakes, one of them without a report that says of what, and all answers."""
    new, old = rows("xyyyz", confidence=0.9), rows("xxxyz", confidence=0.8)
    wrong = (new[1:2], MISTAKES, "xyz"), (old[2:3], MISTAKES, "xyz")
    return experiment_of(
        stored(tmp_path, "new", *wrong[0]),
        stored(tmp_path, "old", *wrong[1]),
        stored(tmp_path, "whole", rows("xxxzz", confidence=0.7)),
        stored(tmp_path, "doubtful", *wrong[0], tags={}),
    )


def test_what_a_list_of_mistakes_leaves_out_was_right(lists: Experiment) -> None:
    new = lists.run("new")
    where = Filter(against="old", outcome="fixed")
    fixed = ranked_answers(new, "moved", k=9, where=where, experiment=lists)
    assert fixed.examples["example"].tolist() == ["e2"]
    assert (fixed.measure, fixed.total, fixed.excluded) == (UNRANKED, 1, 0)
    assert fixed.examples["against_confidence"].tolist() == [0.8]
    assert found(new, lists, against="old", outcome="broken") == ["e1"]
    assert found(new, lists, against="whole", outcome="both-right") == ["e0", "e4"]
    assert found(lists.run("whole"), lists, against="new", outcome="broken") == ["e2", "e3"]
    assert found(new, lists, across="always-right") == ["e0", "e4"]


@pytest.mark.parametrize("outcome", ["fixed", "both-right", "agree", "disagree"])
def test_a_list_without_a_report_is_not_taken_for_more(lists: Experiment, outcome: Outcome) -> None:
    with pytest.raises(DiagnosticsError, match="no report says that it was tested on the examples"):
        found(lists.run("doubtful"), lists, against="whole", outcome=outcome)
    assert found(lists.run("doubtful"), lists, against="whole", outcome="broken") == ["e1"]


def test_right_answers_that_were_not_kept_have_the_content_of_another_run(tmp_path: Path) -> None:
    record_animals(tmp_path / "whole", probabilities=PROBABILITIES[:, [2, 1, 0]])
    record_animals(tmp_path / "run")
    (recorded,) = diagnostics.open_workspace(tmp_path).experiments
    wrong = pd.DataFrame({"example": IDS[4:5], "true_label": TRUE[4:5], "predicted_label": ["cat"]})
    mistakes = stored(
        tmp_path, "mistakes", wrong, MISTAKES, ("cat", "dog", "owl"),
        fingerprint=recorded.run("whole").fingerprint,
    )  # fmt: skip
    experiment = experiment_of(mistakes, recorded.run("whole"))
    where = Filter(against="whole", outcome="fixed")
    fixed = top_examples(mistakes, "all", k=9, where=where, experiment=experiment)
    assert fixed.examples["text"].tolist() == ["a tabby", "a collie?", "an eagle owl"]
    words = Filter(against="whole", outcome="fixed", text="COLLIE")
    assert answers_where(mistakes, words, experiment).collect()["example"].to_list() == [IDS[1]]
    assert content_of(mistakes, IDS[1], experiment) == {"text": "a collie?"}


@given(
    confidence=st.lists(st.one_of(st.sampled_from([0.0, 0.07, 0.1 + 0.2, 1.0]), st.floats(0, 1)))
)
@settings(max_examples=25, deadline=None)
def test_neighbouring_bounds_share_out_the_answers_as_bins_do(confidence: list[float]) -> None:
    frame = rows("x" * len(confidence), "x" * len(confidence), confidence=confidence)
    edges = [0.0, 0.001, 0.07, 0.29, 0.3, 1.0]
    with TemporaryDirectory() as name:
        run = stored(Path(name), "run", frame)
        counts = [
            len(found(run, experiment_of(run), min_confidence=low, max_confidence=high))
            for low, high in zip(edges, edges[1:], strict=False)
        ]
        cube = diagnostics.workspace.reducers.collect(
            diagnostics.workspace.reducers.calibration(
                diagnostics.workspace.reducers.lazy(stored_tables.scan(run), [])
            )
        ).to_pandas()
    upper = np.array([1, 70, 290, 300, 1000])
    bins = np.searchsorted(upper, cube["bin"] + 1)
    expected = np.bincount(bins, weights=cube["n"], minlength=5) if len(cube) else np.zeros(5)
    assert counts == expected.tolist()
    assert sum(counts) == len(confidence)
