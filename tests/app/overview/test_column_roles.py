"""The Overview asks what the columns of a table of runs are, and reads it as it is told."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import diagnostics
from app.overview.column_roles import WORDS
from diagnostics.readers.run_table.roles import ROLES
from tests.places import MAIN


def overview(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(sys, "argv", ["main.py", str(folder)])
    return AppTest.from_file(str(MAIN), default_timeout=30).run()


def test_every_role_has_words() -> None:
    assert set(WORDS.values()) == set(ROLES)


def test_the_form_is_filled_in_with_the_guess_and_keeps_the_choice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "grid.csv").write_text("kind,speed,accuracy\na,1,0.5\nb,2,0.6\n")
    at = overview(tmp_path, monkeypatch)
    assert not at.exception
    (table,) = [f.value for f in at.dataframe if "Is" in f.value]
    assert table.to_dict("list") == {
        "Column": ["kind", "speed", "accuracy"],
        "Is": ["Parameter", "Parameter", "Metric, higher is better"],
    }
    state = {"edited_rows": {1: {"Is": "Metric, lower is better"}, 0: {"Is": "Name of the run"}}}
    edited = pd.DataFrame(table)
    for row, change in state["edited_rows"].items():
        edited.loc[row, "Is"] = change["Is"]
    monkeypatch.setattr("streamlit.data_editor", lambda *_, **__: edited)
    button = next(b for b in at.button if b.label == "Read it so")
    button.click()
    at.run()
    assert not at.exception
    (experiment,) = diagnostics.open_workspace(tmp_path).experiments
    assert [run.run for run in experiment.runs] == ["a", "b"]
    assert experiment.runs[0].mapping["column speed"] == "metric-falling"


def test_a_search_without_answers_says_what_would_bring_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cv_results.csv").write_text(
        "param_C,params,split0_test_score,mean_test_score\n1,{'C': 1},0.5,0.5\n2,{'C': 2},1,1\n"
    )
    at = overview(tmp_path, monkeypatch)
    assert not at.exception
    assert any("diagnostics.Recorder" in caption.value for caption in at.caption)
    for page in ("examples", "confusion", "runs"):
        at.switch_page(f"../pages/{page}.py").run()
        assert not at.exception, page
    assert "errors" not in at.dataframe[0].value
