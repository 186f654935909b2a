"""`errata importance` answers in the terminal and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import diagnostics
from diagnostics.__main__ import main
from diagnostics.models.importance.run_importance import run_importance
from tests import places
from tests.made.runs import record_animals

SAMPLES = str(places.SAMPLES)


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    main(["importance", *words])
    return capsys.readouterr().out


def test_json_has_every_feature_and_the_method(capsys: pytest.CaptureFixture[str]) -> None:
    answer = json.loads(asked(capsys, SAMPLES, "--run", "forest", "--json"))
    assert (answer["run"], answer["method"], answer["label"]) == ("forest", "impurity", None)
    first = answer["importances"][0]
    assert (first["rank"], first["feature"]) == (1, "worst concave points")
    assert len(answer["importances"]) == 30
    assert sum(row["mean"] for row in answer["importances"]) == pytest.approx(1)


def test_a_table_of_one_label_shows_words_in_both_directions(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ("--run", "logistic-words-C10", "--label", "cancel_order")
    answer = asked(capsys, SAMPLES, *words)
    assert "logistic-words-C10: coefficients, cancel_order" in answer
    assert "cancel " in answer.splitlines()[4]
    assert "Mean of 5 models, one a fold" in answer


def test_permutation_is_asked_for_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--run", "naive-bayes", "--experiment", "tumours", "--method", "permutation")
    assert "drop in accuracy" in asked(capsys, SAMPLES, *words)


def test_groups_can_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--run", "forest", "--method", "permutation", "--group", "size=mean area,worst area")
    answer = json.loads(asked(capsys, SAMPLES, *words, "--json"))
    names = [row["feature"] for row in answer["importances"]]
    assert "size" in names
    assert len(names) == 29


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--run", "logistic-words-C1"), "The run logistic-words-C1 has no importances: the run "),
        (("--run", "forest", "--method", "coefficients"), "has no importances by coefficients."),
        (("--run", "forest", "--method", "magic"), "There is no method 'magic'."),
        (("--run", "forest", "--method", "permutation", "--metric", "x"), "no metric 'x' here"),
        (("--run", "forest", "--method", "permutation", "--group", "x"), "is no group. Write"),
    ],
)
def test_what_is_missing_is_one_line(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["importance", SAMPLES, *words])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1


def test_importances_that_lie_with_a_run_need_no_model(tmp_path: Path) -> None:
    record_animals(tmp_path / "run", importances={"feature": ["age"], "mean": [0.3]})
    workspace = diagnostics.open_workspace(tmp_path)
    experiment, run = workspace.find("run")
    found = run_importance(experiment, run, root=workspace.root)
    assert list(found.table()["feature"]) == ["age"]
