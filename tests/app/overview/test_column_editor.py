"""A misread table is corrected by clicking: at once to be seen, kept, and taken back."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from diagnostics import DiagnosticsError, open_workspace
from diagnostics.readers.own_choices import read_choices
from tests.places import MAIN

CORRECT = "Read wrongly? Correct it"


def overview(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(sys, "argv", ["main.py", str(folder)])
    return AppTest.from_file(str(MAIN), default_timeout=30).run()


def click(at: AppTest, label: str) -> AppTest:
    next(button for button in at.button if button.label == label).click()
    at.run()
    assert not at.exception
    return at


def figures(at: AppTest) -> dict[str, str]:
    """What the editor says would follow."""
    return {metric.label: metric.value for metric in at.metric}


def choose(at: AppTest, label: str, value: str) -> AppTest:
    box = next(box for box in at.selectbox if box.label == label)
    box.set_value(value)
    at.run()
    assert not at.exception
    return at


@pytest.fixture
def reversed_scores(tmp_path: Path) -> Path:
    """The score is of `good` by its rows; the person knows that it is of `bad`."""
    rows = "\n".join(
        f"{at},{'bad' if at % 2 else 'good'},{0.1 if at % 2 else 0.9}" for at in range(20)
    )
    (tmp_path / "predictions.csv").write_text(f"id,true_label,probability\n{rows}\n")
    return tmp_path


def test_one_click_turns_the_score_round_and_another_keeps_it(
    reversed_scores: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = click(overview(reversed_scores, monkeypatch), CORRECT)
    assert figures(at)["Right"] == "100.0%"
    click(at, "Turn it round")
    assert figures(at)["Right"] == "0.0%"
    assert any("As it is read now" in caption.value for caption in at.caption)
    assert not read_choices(reversed_scores)
    click(at, "Keep it")
    told = {"file": "predictions.csv", "positive_label": "bad"}
    assert read_choices(reversed_scores) == {"predictions.csv": told}
    assert figures(at)["Accuracy"] == "0.0%"
    click(at, CORRECT)
    click(at, "As Errata reads it")
    assert read_choices(reversed_scores) == {}
    assert figures(at)["Accuracy"] == "100.0%"


def test_the_other_reading_of_a_problem_is_a_click_away(
    reversed_scores: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = click(overview(reversed_scores, monkeypatch), CORRECT)
    readings = [button for button in at.button if button.label == "Read it so"]
    assert len(readings) == 2
    readings[1].click()
    at.run()
    assert figures(at)["Right"] == "0.0%"
    assert not [button for button in at.button if button.label == "Read it so"]


def test_another_column_is_the_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "\n".join(f"n{at},{'ab'[at % 2]},a,{'aab'[at % 3]}" for at in range(30))
    (tmp_path / "predictions.csv").write_text(f'id,label,pred,second [opinion] "x"\n{rows}\n')
    at = click(overview(tmp_path, monkeypatch), CORRECT)
    column = 'second [opinion] "x"'
    assert figures(at)["Right"] == "50.0%"
    choose(at, "The true label", column)
    assert figures(at)["Right"] == "66.7%"
    assert [box.value for box in at.selectbox if box.label == "The true label"] == [column]
    choose(at, "The true label", "label")
    assert figures(at)["Right"] == "50.0%"
    keep = next(button for button in at.button if button.label == "Keep it")
    assert keep.disabled
    choose(at, "The true label", column)
    click(at, "Keep it")
    [experiment] = open_workspace(tmp_path).experiments
    assert experiment.runs[0].metrics["accuracy"] == pytest.approx(2 / 3)


def test_a_refused_table_is_told_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "\n".join(f"{at},{'ab'[at % 2]},{'aab'[at % 3]}" for at in range(30))
    (tmp_path / "table.csv").write_text(f"x,y1,zz\n{rows}\n")
    at = click(overview(tmp_path, monkeypatch), "Say which column is which")
    assert figures(at) == {"Runs": "0"}
    choose(at, "The true label", "y1")
    choose(at, "The model's answer", "zz")
    assert figures(at) == {"Runs": "1", "Examples": "30", "Right": "50.0%"}
    click(at, "Keep it")
    assert figures(at)["Accuracy"] == "50.0%"


def test_a_file_beside_the_table_wins_and_is_shown(
    reversed_scores: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = '[[predictions]]\ntrue_label = "true_label"\nconfidence = "probability"\n'
    (reversed_scores / "errata.toml").write_text(own)
    at = click(overview(reversed_scores, monkeypatch), CORRECT)
    assert any("wins over" in caption.value for caption in at.caption)
    assert any(text.value == "errata.toml" for text in at.text)
    click(at, "Turn it round")
    assert next(button for button in at.button if button.label == "Keep it").disabled
    assert any('positive_label = "bad"' in code.value for code in at.code)


def test_what_cannot_be_written_is_said_and_stays_to_be_copied(
    reversed_scores: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise DiagnosticsError(".errata/errata.toml cannot be written: no.", hint="Copy it.")

    at = click(overview(reversed_scores, monkeypatch), CORRECT)
    click(at, "Turn it round")
    monkeypatch.setattr("app.overview.column_editor.write_choice", refuse)
    click(at, "Keep it")
    assert [error.value for error in at.error] == [
        ".errata/errata.toml cannot be written: no. Copy it."
    ]
    assert any('positive_label = "bad"' in code.value for code in at.code)


def test_a_broken_file_of_choices_is_said(
    reversed_scores: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = overview(reversed_scores, monkeypatch)
    (reversed_scores / ".errata" / "errata.toml").write_text("[[predictions")
    click(at, CORRECT)
    assert any("no TOML" in error.value for error in at.error)


def test_one_table_of_several_is_picked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("first", "second"):
        text = "id,label,pred\n" + "1,a,a\n2,b,b\n3,b,b\n"
        (tmp_path / f"{name}.csv").write_text(text)
    at = click(overview(tmp_path, monkeypatch), "Correct it by clicking")
    choose(at, "Table", "second.csv")
    choose(at, "The model's answer", "label")
    click(at, "Keep it")
    assert set(read_choices(tmp_path)) == {"second.csv"}
