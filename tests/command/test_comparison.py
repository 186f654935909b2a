"""`errata compare`: its keys, its sentence, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from diagnostics.__main__ import main
from tests.made.compared_runs import EXPECTED, NEW, OLD, ROWS
from tests.made.rasa_folder import intent_files, write
from tests.made.runs import PROBABILITIES, TEXTS, record_animals

KEYS = ("paired", "unpaired", "fixed", "broken", "both_wrong", "both_right", "net", "mcnemar_p",
        "mcnemar_midp", "metrics")  # fmt: skip


@pytest.fixture(scope="module")
def rasa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two configs as `rasa test` leaves them: a report and the wrong answers of each."""
    root = tmp_path_factory.mktemp("grid")
    for name, rows in (("config-old", OLD), ("config-new", NEW)):
        write(root / name, intent_files(rows))
    return root


@pytest.fixture(scope="module")
def animals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("animals")
    record_animals(root / "a")
    record_animals(root / "b", probabilities=PROBABILITIES[:, [2, 1, 0]])
    return root


def answer(capsys: pytest.CaptureFixture[str], *words: object) -> Any:
    main([str(word) for word in words])
    return json.loads(capsys.readouterr().out)


def printed(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    main([str(word) for word in words])
    return capsys.readouterr().out


def test_compare_has_its_keys(rasa: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "compare", rasa, "config-old", "config-new", "--json")
    assert set(KEYS) <= set(found)
    assert {name: found[name] for name in KEYS[:9]} == {
        "paired": ROWS,
        "unpaired": 0,
        "fixed": EXPECTED.fixed,
        "broken": EXPECTED.broken,
        "both_wrong": EXPECTED.both_wrong,
        "both_right": EXPECTED.both_right,
        "net": EXPECTED.net,
        "mcnemar_p": EXPECTED.mcnemar_p,
        "mcnemar_midp": EXPECTED.mcnemar_midp,
    }
    assert set(found["metrics"]) >= {"accuracy", "macro_f1", "weighted_f1", "balanced_accuracy"}
    for figures in found["metrics"].values():
        assert list(figures) == ["a", "b", "difference", "low", "high", "p"]
        assert figures["difference"] == pytest.approx(figures["b"] - figures["a"])
        assert figures["low"] < figures["high"]
        assert 0 < figures["p"] <= 1
    assert found["metrics"]["accuracy"]["p"] == found["mcnemar_p"]
    assert (found["a"], found["b"], found["split"]) == ("config-old", "config-new", "test")
    assert found["unpaired_reasons"]["truth_differs"] == 0


def test_swapped_runs_are_the_other_way_round(
    rasa: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = answer(capsys, "compare", rasa, "config-old", "config-new", "--json")
    there = answer(capsys, "compare", rasa, "config-new", "config-old", "--json")
    assert (here["fixed"], here["net"]) == (there["broken"], -there["net"])
    assert here["metrics"]["macro_f1"]["low"] == pytest.approx(
        -there["metrics"]["macro_f1"]["high"]
    )


def test_people_get_a_verdict_and_short_tables(
    rasa: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = printed(capsys, "compare", rasa, "config-old", "config-new")
    assert "config-old (old) → config-new (new)" in out
    assert f"{EXPECTED.fixed} fixed, {EXPECTED.broken} broken, net +{EXPECTED.net}:" in out
    assert "balanced accuracy" in out
    assert "Classes by evidence of a change" in out
    assert "kept only their mistakes" in out
    assert len(out.splitlines()) < 45


def test_runs_without_truth_are_compared_by_agreement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record_animals(tmp_path / "a", true_label=None)
    record_animals(tmp_path / "b", true_label=None, probabilities=PROBABILITIES[:, [2, 1, 0]])
    found = answer(capsys, "compare", tmp_path, "a", "b", "--json")
    assert found["paired"] == 6
    assert [found[name] for name in KEYS[2:]] == [None] * 7 + [{}]
    assert found["agreement"]["disagree"] == 3
    out = printed(capsys, "compare", tmp_path, "a", "b")
    assert "'a' and 'b' disagree on 3 of 6 examples" in out
    lines = out.partition("Answers that changed")[2].splitlines()
    rows = [line.split() for line in lines if line.strip().endswith("%")]
    assert len(rows) > 1
    assert all(old != new for old, new, *_ in rows)


def test_what_was_left_out_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record_animals(tmp_path / "a")
    ids = [f"animal-{number}" for number in range(1, 7)]
    record_animals(tmp_path / "b", example=ids, true_label=["cat", "dog", "dog", *["owl"] * 3],
                   content=[*TEXTS[1:], "a barn owl"])  # fmt: skip
    assert answer(capsys, "compare", tmp_path, "a", "b", "--json")["unpaired"] == 2
    out = printed(capsys, "compare", tmp_path, "a", "b")
    assert "Not compared: 2 examples." in out
    assert "1: only 'b' has an answer." in out


def test_names_cannot_steer_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = ["\x1b[2J[bold]cat", "dog", "owl"]
    truth = [labels[0]] * 2 + ["dog"] * 2 + ["owl"] * 2
    record_animals(tmp_path / "a", labels=labels, true_label=truth)
    record_animals(tmp_path / "b", labels=labels, true_label=truth,
                   probabilities=PROBABILITIES[:, [2, 1, 0]])  # fmt: skip
    out = printed(capsys, "compare", tmp_path, "a", "b")
    assert "\x1b" not in out
    assert "[2J[bold]cat" in out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("a", "c"), "No run 'c'."),
        (("a", "a"), "'a' is one run. Name another one to compare it with."),
        (("a",), "Missing argument 'RUN_B'"),
        (("a", "b", "--experiment", "x"), "No experiment 'x'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_bad_input_is_one_line_and_exit_2(
    animals: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["compare", str(animals), *words])
    captured = capsys.readouterr()
    assert (stopped.value.code, captured.out) == (2, "")
    assert captured.err.count("\n") == 1
    assert says in captured.err


def test_runs_on_different_data_are_refused_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record_animals(tmp_path / "a")
    record_animals(tmp_path / "b", true_label=["owl"] * 6)
    with pytest.raises(SystemExit) as stopped:
        main(["compare", str(tmp_path), "a", "b"])
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert "the truth of 4 of 6 shared examples differs" in error


def test_a_name_in_several_experiments_needs_the_experiment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place, truth in (("one", None), ("two", ["cat"] * 6)):
        for name in ("a", "b"):
            changes = {"true_label": truth} if truth else {}
            record_animals(tmp_path / place / name, **changes)
    with pytest.raises(SystemExit):
        main(["compare", str(tmp_path), "a", "b"])
    assert "Say which with --experiment." in capsys.readouterr().err
    words = ("compare", tmp_path, "a", "b", "--experiment", "two", "--json")
    assert answer(capsys, *words)["experiment"] == "two"
