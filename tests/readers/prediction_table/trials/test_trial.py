"""A table as it would be read: what a trial says is what is read once the choice is kept."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import pytest

from diagnostics import DiagnosticsError, Workspace, open_workspace
from diagnostics.readers.keeping_choices import write_choice
from diagnostics.readers.prediction_table.trials import trial as trials
from diagnostics.readers.prediction_table.trials.trial import Trial, patterns, table_files, tried

FILE = "results/predictions.csv"


def table(folder: Path, rows: int = 40) -> Path:
    """Two models' answers, scores, a reviewer and more: every role has a column that fits."""
    picked = random.Random(3)
    header = ["nr", "words", "was", "rf_pred", "svm_pred", "p_bad", "part", "round", "who", "kg"]
    path = folder / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for at in range(rows):
            true = picked.choice(["bad", "good"])
            other = {"bad": "good", "good": "bad"}[true]
            score = picked.uniform(0.5, 1) if true == "bad" else picked.uniform(0, 0.5)
            writer.writerow(
                [
                    f"n{at}", f"some words, number {at}", true,
                    true if picked.random() < 0.8 else other,
                    true if picked.random() < 0.6 else other,
                    round(score, 3), picked.choice(["test", "validation"]), at % 4,
                    f"patient {at // 4}", picked.choice([1, 2, 3]),
                ]
            )  # fmt: skip
    return folder


def as_read(workspace: Workspace) -> list[tuple[str, int | None, float | None]]:
    runs = [run for experiment in workspace.experiments for run in experiment.runs]
    return sorted((run.run, run.examples, run.metrics.get("accuracy")) for run in runs)


def as_tried(trial: Trial) -> list[tuple[str, int | None, float | None]]:
    return sorted((run.run, run.examples, run.accuracy) for run in trial.runs)


@pytest.mark.parametrize(
    "section",
    [
        {},
        {"true_label": "was"},
        {"true_label": "rf_pred", "predicted_label": "svm_pred"},
        {"predicted_label": "*_pred"},
        {"predicted_label": "svm_pred", "true_label": "was", "confidence": "p_bad"},
        {"shown": ["rf_pred", "svm_pred"], "true_label": "was", "confidence": "p_bad"},
        {"shown": ["rf_pred", "svm_pred"], "confidence": "p_bad", "positive_label": "good"},
        {"id": "who"},
        {"text": "words", "id": "nr"},
        {"fold": "round", "true_label": "was"},
        {"split": "part", "true_label": "was"},
        {"model": "part", "true_label": "was", "predicted_label": "rf_pred"},
        {"weight": "kg", "group": "who"},
        {"true_label": "not there"},
    ],
    ids=str,
)
def test_what_is_tried_is_what_is_read_when_it_is_kept(
    section: dict[str, Any], tmp_path: Path
) -> None:
    table(tmp_path)
    trial = tried(tmp_path, FILE, section)
    assert not (tmp_path / ".errata").exists()
    write_choice(tmp_path, {"file": FILE, **section})
    workspace = open_workspace(tmp_path)
    assert as_tried(trial) == as_read(workspace)
    of_table = [p for p in workspace.all_problems if p.path == FILE]
    kept = {p.what for p in of_table if not p.code.startswith("different-")}
    assert {p.what for p in trial.problems} == kept
    assert as_tried(tried(tmp_path, FILE, None)) == as_tried(trial)


def test_the_first_rows_and_values_are_shown(tmp_path: Path) -> None:
    table(tmp_path)
    trial = tried(tmp_path, FILE, {"true_label": "was", "predicted_label": "rf_pred"})
    assert trial.rows.columns == [
        "example", "text", "true_label", "predicted_label", "confidence",
    ]  # fmt: skip
    with (tmp_path / FILE).open(newline="", encoding="utf-8") as file:
        rows = {row["nr"]: row for row in csv.DictReader(file)}
    assert len(trial.rows) == 5
    for row in trial.rows.rows(named=True):
        own = rows[row["example"]]
        assert (row["text"], row["true_label"]) == (own["words"], own["was"])
        assert row["predicted_label"] == own["rf_pred"]
    assert trial.columns["kg"] in {", ".join(p) for p in _orders(["1", "2", "3"])}
    assert trial.columns["nr"] == "n0, n1, n2"
    assert set(trial.labels) == {"bad", "good"}


def _orders(words: list[str]) -> list[tuple[str, ...]]:
    from itertools import permutations

    return list(permutations(words))


def test_a_refused_table_is_read_as_it_is_told(tmp_path: Path) -> None:
    rows = "\n".join(f"{at},{'ab'[at % 2]},{'aab'[at % 3]}" for at in range(30))
    (tmp_path / "table.csv").write_text(f"x,y1,zz\n{rows}\n")
    assert tried(tmp_path, "table.csv", {}).runs == ()
    told = {"true_label": "y1", "predicted_label": "zz"}
    [run] = tried(tmp_path, "table.csv", told).runs
    assert run.examples == 30
    assert run.accuracy == pytest.approx(0.5)


def test_an_errata_toml_beside_the_table_wins_and_is_named(tmp_path: Path) -> None:
    table(tmp_path)
    own = tmp_path / "results" / "errata.toml"
    own.write_text('[[predictions]]\ntrue_label = "was"\npredicted_label = "svm_pred"\n')
    before = tried(tmp_path, FILE, {})
    assert before.overruled_by == "results/errata.toml"
    assert as_tried(tried(tmp_path, FILE, {"predicted_label": "rf_pred"})) == as_tried(before)
    own.write_text('[[predictions]]\nfile = "other.csv"\ntrue_label = "was"\n')
    assert tried(tmp_path, FILE, {}).overruled_by == ""


def test_of_a_large_sorted_table_rows_are_tried_evenly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(run, n, "a" if n < 500 else "b", "a") for run in ("x", "y") for n in range(1000)]
    text = "".join(",".join(map(str, row)) + "\n" for row in rows)
    (tmp_path / "t.csv").write_text("model,id,y_true,y_pred\n" + text)
    monkeypatch.setattr(trials, "MOST_ROWS", 100)
    trial = tried(tmp_path, "t.csv", {})
    assert as_tried(trial) == [("x", 100, 0.5), ("y", 100, 0.5)]
    assert trial.rows_tried == 100
    monkeypatch.setattr(trials, "MOST_ROWS", 1000)
    assert tried(tmp_path, "t.csv", {}).rows_tried is None


def test_a_truth_in_the_rows_of_another_file_is_found_for_some_rows_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "predictions.csv").write_text("pred\n" + "a\na\nb\nb\n" * 5)
    (tmp_path / "y_test.csv").write_text("label\n" + "a\n" * 20)
    monkeypatch.setattr(trials, "MOST_ROWS", 10)
    trial = tried(tmp_path, "predictions.csv", {})
    assert [(run.examples, run.accuracy) for run in trial.runs] == [(10, 0.5)]


@pytest.mark.parametrize("file", ["not there.csv", "../outside.csv", "results"])
def test_a_file_that_is_not_in_the_folder_is_refused(file: str, tmp_path: Path) -> None:
    folder = table(tmp_path / "opened")
    (tmp_path / "outside.csv").write_text("y_true,y_pred\na,a\n")
    with pytest.raises(DiagnosticsError, match="no file"):
        tried(folder, file, {})


def test_a_broken_table_is_said(tmp_path: Path) -> None:
    (tmp_path / "predictions.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(DiagnosticsError, match="Parquet"):
        tried(tmp_path, "predictions.parquet", {})


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "predictions.csv"
    path.write_text("y_true,y_pred\na,a\nb,b\n")
    assert tried(tmp_path, path.name, {}).runs[0].accuracy == 1
    path.write_text("y_true,y_pred\na,b\nb,a\na,a\nb,b\n")
    assert tried(tmp_path, path.name, {}).runs[0].accuracy == 0.5


def test_several_columns_are_told_by_a_pattern() -> None:
    names = ["id", "rf_pred", "svm_pred", "lone_prediction", "prob_a", "prob_b"]
    assert patterns(names) == {"predicted_label": ["*_pred"], "probabilities": ["prob_*"]}


def test_what_may_be_a_table_is_listed(tmp_path: Path) -> None:
    table(tmp_path)
    (tmp_path / "picture.png").write_bytes(b"")
    (tmp_path / "more.json").write_text("{}")
    assert table_files(tmp_path, most=5) == ["more.json", FILE]
    assert len(table_files(tmp_path, most=1)) == 1
