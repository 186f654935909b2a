"""Robustness against a loop over single rows, kept by content, for texts, frames and pictures."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar

from diagnostics import open_workspace
from diagnostics.models.evaluated_inputs import Evaluated, Part, evaluated_inputs
from diagnostics.models.input_digest import input_digest
from diagnostics.models.jobs import Cancelled
from diagnostics.models.whatif.perturbations import SHIFTS, changes_for, noise, shifted
from diagnostics.models.whatif.robustness import (
    CHANGES,
    CLASSES,
    FLIPS,
    paired_difference,
    robustness,
)
from diagnostics.models.whatif.stored_robustness import store_robustness, stored_robustness
from diagnostics.models.whatif.typed_variants import perturbed_answers, summary_of_draws
from diagnostics.models.whatif.typos import perturbations, typos
from diagnostics.statistics.multiple_testing import holm
from tests.made import askers
from tests.made.questions import model_of
from tests.places import SAMPLES

TEXTS = [f"{text} {number}" for number in range(4) for text in askers.TEXTS]
TRUE = askers.LABELS * 4


def evaluated(**changes: Any) -> Evaluated:
    """48 texts, of which each model answers every other one; some of their truths are wrong."""
    true = np.array(["refund" if at % 7 == 0 else label for at, label in enumerate(TRUE)], object)
    parts = []
    for fold, C in enumerate((0.5, 9.0)):
        places = np.arange(fold, len(TEXTS), 2)
        model = askers.words(C=C)
        parts.append(Part(model_of(model), [TEXTS[at] for at in places], places))
    said = np.empty(len(TEXTS), object)
    for part in parts:
        said[part.places] = part.model.answers(part.rows)
    given: dict[str, Any] = {
        "parts": tuple(parts),
        "examples": tuple(f"e{at}" for at in range(len(TEXTS))),
        "true": true,
        "predicted": said,
        "form": "texts",
        "names": (),
        "split": "test",
        "total": len(TEXTS),
        **changes,
    }
    return Evaluated(**given)


def test_the_figures_are_those_of_a_loop_over_single_texts() -> None:
    given = evaluated()
    wanted = perturbations(0.3)
    found = robustness(given, changes_for(given, rate=0.3), seed=5)
    model = {int(at): part.model.estimator for part in given.parts for at in part.places}
    before = {at: model[at].predict([text])[0] for at, text in enumerate(TEXTS)}
    assert found.accuracy == np.mean([before[at] == given.true[at] for at in before])
    assert tuple(found.changes) == CHANGES
    assert found.changes["change"].tolist() == [one.name for one in wanted]
    flips = []
    for change, row in zip(wanted, found.changes.itertuples(), strict=True):
        typed = [change(text, seed=5) for text in TEXTS]
        after = {at: model[at].predict([text])[0] for at, text in enumerate(typed)}
        right = [at for at in before if before[at] == given.true[at]]
        broken = sum(after[at] != given.true[at] for at in right)
        fixed = sum(after[at] == given.true[at] for at in before if at not in right)
        assert (row.broken, row.fixed) == (broken, fixed)
        assert row.changed == sum(map(str.__ne__, TEXTS, typed))
        assert row.accuracy == pytest.approx((len(right) + fixed - broken) / len(TEXTS))
        assert row.difference == pytest.approx((fixed - broken) / len(TEXTS))
        moved = [
            model[at].predict_proba([typed[at]])[0][list(model[at].classes_).index(before[at])]
            - model[at].predict_proba([TEXTS[at]])[0].max()
            for at in before
        ]
        assert row.confidence_moved == pytest.approx(np.mean(moved))
        if broken + fixed:
            exact = mcnemar([[0, broken], [fixed, 0]], exact=True).pvalue
            assert row.p <= exact + 1e-12
        flips += [
            (change.name, f"e{at}", before[at], after[at], typed[at])
            for at in before
            if before[at] != after[at]
        ]
    assert flips
    shown = found.flips[["change", "example", "before", "after", "input"]]
    assert sorted(map(tuple, shown.to_numpy().tolist())) == sorted(flips)
    assert found.changes["p_adjusted"].to_numpy() == pytest.approx(
        holm(found.changes["p"].to_numpy())
    )
    assert (found.rows, found.known, found.not_as_recorded) == (48, 48, 0)


def test_classes_add_up_and_begin_with_those_that_break_most() -> None:
    given = evaluated()
    found = robustness(given, changes_for(given, rate=0.4))
    assert tuple(found.classes) == CLASSES
    for name, group in found.classes.groupby("change"):
        whole = found.changes.set_index("change").loc[name]
        assert group["broken"].sum() == whole["broken"]
        assert group["fixed"].sum() == whole["fixed"]
        assert group["support"].sum() == 48
        assert (group["fixed"] - group["broken"]).is_monotonic_increasing
        right = (group["recall"] * group["support"]).sum()
        assert right / 48 == pytest.approx(whole["accuracy"])


def test_a_rate_of_zero_changes_no_answer() -> None:
    given = evaluated()
    found = robustness(given, changes_for(given, rate=0)[:1])
    (row,) = found.changes.itertuples()
    assert (row.changed, row.flipped, row.broken, row.fixed, row.p) == (0, 0, 0, 0, 1)
    assert found.flips.empty
    assert tuple(found.flips) == FLIPS


def test_the_seed_decides() -> None:
    given = evaluated()
    changes = changes_for(given, rate=0.2)[:1]
    one, same, other = (robustness(given, changes, seed=seed).flips for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, same)
    assert not one.equals(other)


def test_answers_that_are_not_the_recorded_ones_are_counted() -> None:
    given = evaluated()
    given.predicted[:3] = "nothing"
    assert robustness(given, []).not_as_recorded == 3


def test_without_truth_only_what_changed_is_known() -> None:
    given = evaluated(true=np.full(len(TEXTS), None, object))
    found = robustness(given, changes_for(given, rate=0.4)[:1])
    (row,) = found.changes.itertuples()
    assert found.known == 0
    assert np.isnan([found.accuracy, row.accuracy, row.difference, row.p]).all()
    assert row.flipped > 0
    assert found.classes.empty


def test_it_can_be_stopped_and_says_how_far_it_is() -> None:
    seen: list[float] = []
    given = evaluated()
    robustness(given, changes_for(given), progress=seen.append)
    assert seen == sorted(seen)
    assert 0 <= seen[0] < seen[-1] <= 1

    def stop(share: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        robustness(given, changes_for(given), progress=stop)


def test_the_interval_of_bonett_and_price_is_theirs() -> None:
    """By hand: b = 1, c = 7, n = 20 (Bonett and Price's own kind of table)."""
    low, high = paired_difference(1, 7, 20)
    lost, gained = 8 / 22, 2 / 22
    reach = 1.959964 * np.sqrt((lost + gained - (gained - lost) ** 2) / 22)
    assert (low, high) == pytest.approx((gained - lost - reach, gained - lost + reach), abs=1e-6)
    assert np.isnan(paired_difference(0, 0, 0)).all()


@settings(max_examples=50, deadline=None)
@given(fixed=st.integers(0, 50), broken=st.integers(0, 50), rest=st.integers(0, 500))
def test_the_interval_turns_with_the_sides(fixed: int, broken: int, rest: int) -> None:
    n = fixed + broken + rest
    low, high = paired_difference(fixed, broken, n)
    if n:
        assert -1 <= low <= high <= 1
        assert paired_difference(broken, fixed, n) == pytest.approx((-high, -low))


def test_the_interval_covers() -> None:
    random = np.random.default_rng(0)
    hits = 0
    for _ in range(2000):
        fixed, broken, _ = random.multinomial(60, [0.05, 0.15, 0.8])
        low, high = paired_difference(int(fixed), int(broken), 60)
        hits += low <= -0.1 <= high
    assert 0.93 <= hits / 2000 <= 0.985


def test_noise_leaves_words_constants_and_the_range_alone() -> None:
    frame, _ = askers.table(100)
    spreads = np.array([20.0, 1.0, np.nan, 0.0])
    low = np.array([18.0, -2, np.nan, 0])
    high = np.array([80.0, 2, np.nan, 0])
    change = noise(0.5, spreads, low, high)
    made = change.apply(frame, 3)
    assert made["town"].equals(frame["town"])
    assert made["same"].equals(frame["same"])
    assert made["age"].between(18, 80).all()
    assert (made["age"] % 1 == 0).all()
    assert not made["age"].equals(frame["age"])
    assert change.apply(frame, 3).equals(made)
    assert not change.apply(frame, 4).equals(made)
    assert frame.equals(askers.table(100)[0])


def test_pictures_move_by_a_pixel() -> None:
    rows = np.arange(1, 7, dtype=float).reshape(1, 6)
    moved = {name: shifted(name, (2, 3)).apply(rows, 0).reshape(2, 3).tolist() for name in SHIFTS}
    assert moved == {
        "left": [[2, 3, 1], [5, 6, 1]],
        "right": [[1, 1, 2], [1, 4, 5]],
        "up": [[4, 5, 6], [1, 1, 1]],
        "down": [[1, 1, 1], [1, 2, 3]],
    }


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("samples")
    for name in ("tumours", "digits"):
        copytree(SAMPLES / name, root / name)
    return root


def test_frames_and_pictures_are_changed_as_what_they_are(samples: Path) -> None:
    workspace = open_workspace(samples)
    for name, run, kinds in (("tumours", "logistic", 3), ("digits", "logistic", 7)):
        experiment = workspace.experiment(name)
        given = evaluated_inputs(experiment, experiment.run(run), samples, most=60)
        changes = changes_for(given)
        found = robustness(given, changes)
        assert len(changes) == kinds
        assert found.not_as_recorded == 0
        assert found.flips["input"].isna().all()
        for change, row in zip(changes, found.changes.itertuples(), strict=True):
            (part,) = given.parts
            answers = part.model.answers(change.apply(part.rows, 0))
            right = np.mean([a == t for a, t in zip(answers, given.true, strict=True)])
            assert row.accuracy == pytest.approx(right)


def test_what_was_computed_is_kept_by_content(samples: Path) -> None:
    workspace = open_workspace(samples)
    experiment = workspace.experiment("tumours")
    run = experiment.run("logistic")
    key = input_digest(experiment, run, samples, seed=1)
    assert key == input_digest(experiment, run, samples, seed=1)
    others = {
        input_digest(experiment, run, samples, seed=2),
        input_digest(experiment, experiment.run("forest"), samples, seed=1),
    }
    assert key not in others
    assert len(others) == 2
    assert stored_robustness(samples, key) is None
    given = evaluated(true=np.full(len(TEXTS), None, object))
    for asked in (evaluated(), given):
        found = robustness(asked, changes_for(asked, rate=0.4))
        store_robustness(samples, key, found)
        again = stored_robustness(samples, key)
        assert again is not None
        for name in ("changes", "classes", "flips"):
            pd.testing.assert_frame_equal(
                getattr(again, name), getattr(found, name), check_dtype=False
            )
        assert (again.rows, again.split, again.seed) == (found.rows, "test", 0)
        assert again.accuracy == pytest.approx(found.accuracy, nan_ok=True)
    path = samples / run.models[""]
    path.write_bytes(path.read_bytes() + b" ")
    assert input_digest(experiment, run, samples, seed=1) != key


def test_one_sentence_is_typed_many_ways() -> None:
    asked = askers.of(askers.words())
    text = "where is my parcel"
    found = perturbed_answers(asked, text, perturbations(0.3), draws=30, seed=2)
    first = found.iloc[0]
    assert (first["change"], first["text"], first["same"]) == ("", text, True)
    assert first["remaining"] == first["confidence"]
    assert (found["change"] == "typos").sum() == 30
    assert (found["change"] == "lower case").sum() == 1
    typed = [typos(0.3)(text, seed=2, draw=draw) for draw in range(30)]
    assert found.loc[found["change"] == "typos", "text"].tolist() == typed
    assert found["label"].tolist() == [
        answer.label for answer in asked.answers(list(found["text"]))
    ]
    assert found["same"].tolist() == (found["label"] == first["label"]).tolist()
    summary = summary_of_draws(found).set_index("change")
    own = found[found["change"] == "typos"]
    assert summary.loc["typos", "share"] == own["same"].mean()
    assert summary.loc["typos", "remaining"] == own["remaining"].median()
    assert summary.loc["typos", "low"] < summary.loc["typos", "share"]
    assert np.isnan(summary.loc["lower case", "low"])
