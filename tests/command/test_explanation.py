"""`errata explain`: its JSON, its table, and one line on stderr where it cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

import diagnostics
from diagnostics.__main__ import main
from tests.made.runs import record_animals

TEXTS = ["my money back", "where is my money", "send it back", "is it there", "late again"]
LABELS = ["refund", "status", "return", "status", "status"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("workspace")
    for name, classifier in (
        ("linear", LogisticRegression(C=99)),
        ("tree", DecisionTreeClassifier()),
    ):
        model = make_pipeline(TfidfVectorizer(), classifier).fit(TEXTS, LABELS)
        diagnostics.record(
            root / name, model=model, X=TEXTS, true_label=["return", *LABELS[1:]], content=TEXTS,
            example=list("12345"), keep_model=True,
        )  # fmt: skip
    record_animals(root / "bare")
    return root


def printed(capsys: pytest.CaptureFixture[str], folder: Path, *words: str) -> str:
    main(["explain", str(folder), *words])
    return capsys.readouterr().out


def failure(capsys: pytest.CaptureFixture[str], folder: Path, *words: str) -> str:
    with pytest.raises(SystemExit) as stopped:
        main(["explain", str(folder), *words])
    assert stopped.value.code == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    return captured.err


def test_json_has_its_keys_and_adds_up(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found: dict[str, Any] = json.loads(
        printed(capsys, folder, "--run", "linear", "--example", "1", "--json")
    )
    keys = ["method", "exact", "scale", "label", "against", "base", "output", "contributions"]
    assert list(found) == keys
    assert (found["method"], found["exact"], found["scale"]) == ("exact", True, "log-odds")
    assert (found["label"], found["against"]) == ("refund", "return")
    added = [entry["contribution"] for entry in found["contributions"]]
    assert found["base"] + sum(added) == pytest.approx(found["output"], abs=1e-12)
    assert {entry["feature"] for entry in found["contributions"]} == {"my", "money", "back"}
    assert all(list(e) == ["feature", "value", "contribution"] for e in found["contributions"])
    assert sorted(map(abs, added), reverse=True) == list(map(abs, added))


def test_the_table_has_the_strongest_first(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--run", "linear", "--example", "1", "--label", "refund", "--against", "status")
    out = printed(capsys, folder, *words)
    assert "1: why refund and not status" in out
    assert "added (log-odds)" in out
    lines = out.splitlines()
    places = [next(i for i, line in enumerate(lines) if line.strip().startswith(word))
              for word in ("my money back", "back", "base", "output")]  # fmt: skip
    assert places == sorted(places)
    assert "Exact: weight times value; the sum is the model's own figure" in out


def test_a_label_alone_is_held_against_none(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--run", "linear", "--example", "1", "--against", "", "--json")
    found = json.loads(printed(capsys, folder, *words))
    assert (found["against"], found["scale"]) == (None, "margin")


def test_what_cannot_be_explained_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = ("--example", "1")
    assert "has no model. Record it" in failure(capsys, folder, "--run", "bare", *one)
    assert "not linear" in failure(capsys, folder, "--run", "tree", *one, "--method", "exact")
    assert "no method 'x'" in failure(capsys, folder, "--run", "tree", *one, "--method", "x")
    assert "No label 'refun'" in failure(
        capsys, folder, "--run", "linear", *one, "--label", "refun"
    )
    missing = failure(capsys, folder, "--run", "linear", "--example", "99")
    assert "The run linear has no example '99'" in missing


@pytest.mark.parametrize("method", ["lime", "shap"])
def test_an_estimate_is_printed_by_its_name(
    method: str, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    words = ("--run", "linear", "--example", "1", "--method", method, "--json")
    found = json.loads(printed(capsys, folder, *words))
    assert found["method"] == method
    assert found["exact"] is False
    assert {entry["feature"] for entry in found["contributions"]} == {"my", "money", "back"}
