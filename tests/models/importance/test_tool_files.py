"""Importances that other tools wrote are read as they meant them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import diagnostics
from diagnostics.models.importance.from_files import kept_importances
from diagnostics.models.importance.tool_files import NoImportances, read_importances
from tests.made.runs import record_animals

AGE = [("age", None, "importance", 0.3, None), ("city", None, "importance", 0.1, None)]


def with_method(method: str) -> list[tuple[str, None, str, float, None]]:
    return [(name, None, method, mean, None) for name, _, _, mean, _ in AGE]


CASES = {
    "a series that pandas wrote": ("imp.csv", ",0\nage,0.3\ncity,0.1\n", AGE),
    "feature and importance": ("x.csv", "feature,importance\nage,.3\ncity,.1\n", AGE),
    "an index before them": ("x.csv", ",Feature,Importance\n0,age,.3\n1,city,.1\n", AGE),
    "CatBoost's table": ("x.tsv", "Feature Id\tImportances\nage\t.3\ncity\t.1\n", AGE),
    "CatBoost's strengths": ("feature_strength.tsv", "0.3\tage\n0.1\tcity\n", AGE),
    "XGBoost's scores": ("score.json", '{"age": 0.3, "city": 0.1}', AGE),
    "MLflow's weights": (
        "feature_importance_weight.json", '{"age": 0.3, "city": 0.1}', with_method("weight"),
    ),
    "XGBoost's scores by kind": (
        "scores.json", '{"gain": {"age": 0.3, "city": 0.1}}', with_method("gain"),
    ),
    "LightGBM's columns": (
        "lgb.csv", "Feature,gain\nage,0.3\ncity,0.1\n", with_method("gain"),
    ),
    "a LightGBM model": (
        "model.txt", "tree\nversion=v4\n\nfeature_importances:\nage=3\ncity=1\n\nparameters:\nx\n",
        [("age", None, "split", 3.0, None), ("city", None, "split", 1.0, None)],
    ),
    "a LightGBM dump": (
        "dump.json", '{"name": "tree", "feature_importances": {"age": 3, "city": 1}}',
        [("age", None, "importance", 3.0, None), ("city", None, "importance", 1.0, None)],
    ),
    "scikit-learn's permutations": (
        "permutation_importance.json",
        json.dumps({"feature_names": ["age", "city"], "importances_mean": [0.3, 0.1],
                    "importances_std": [0.02, 0.01], "importances": [[0.3, 0.3], [0.1, 0.1]]}),
        [("age", None, "permutation", 0.3, 0.02), ("city", None, "permutation", 0.1, 0.01)],
    ),
    "records": ("x.json", '[{"name": "age", "coef": 0.3}, {"name": "city", "coef": 0.1}]',
                with_method("coefficients")),
    "a long table by class": (
        "x.csv", "feature;class;mean;std\nage;cat;1;.5\nage;dog;-1;.25\n",
        [("age", "cat", "importance", 1.0, 0.5), ("age", "dog", "importance", -1.0, 0.25)],
    ),
    "labels to features": (
        "x.json", '{"cat": {"age": 1.0}, "dog": {"age": -1.0}}',
        [("age", "cat", "importance", 1.0, None), ("age", "dog", "importance", -1.0, None)],
    ),
    "a frame that pandas wrote": (
        "x.json", '{"feature": {"0": "age", "1": "city"}, "mean": {"0": 0.3, "1": 0.1}}', AGE,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text", "rows"), CASES.values(), ids=CASES)
def test_a_tools_file_is_read(
    tmp_path: Path, name: str, text: str, rows: list[tuple[object, ...]]
) -> None:
    (tmp_path / name).write_text(text)
    assert read_importances(tmp_path / name).rows() == rows


def test_rows_of_folds_are_averaged_with_their_spread(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("feature,importance,fold\nage,1,0\nage,3,1\n")
    ((name, _, _, mean, std),) = read_importances(tmp_path / "x.csv").rows()
    assert (name, mean, std) == ("age", 2.0, pytest.approx(2**0.5))


@pytest.mark.parametrize(
    ("name", "text"),
    [("x.json", "{"), ("x.json", "[1, 2]"), ("x.json", '{"a": "b"}'), ("x.csv", ""),
     ("x.csv", "text,label\nhello,cat\n"), ("x.csv", "feature,mean\nage,lots\n")],
)  # fmt: skip
def test_what_is_no_importance_is_refused(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(NoImportances, match=name):
        read_importances(tmp_path / name)


def test_a_run_has_its_own_file_and_those_beside_it(tmp_path: Path) -> None:
    importances = {"feature": ["age", "city"], "mean": [0.3, 0.1], "method": ["gain", "gain"]}
    record_animals(tmp_path / "run", importances=importances)
    (tmp_path / "run/xgb_importance.json").write_text('{"age": 2, "town": 1}')
    (tmp_path / "run/broken_importance.json").write_text("{")
    workspace = diagnostics.open_workspace(tmp_path)
    experiment, run = workspace.find("run")
    found, problems = kept_importances(experiment, run, workspace.root)
    assert [(one.method, one.source) for one in found] == [
        ("gain", "importances.csv"),
        ("importance", "xgb_importance.json"),
    ]
    assert list(found[1].table()["feature"]) == ["age", "town"]
    assert "broken_importance.json cannot be read" in problems[0]


def test_decimal_commas_of_spreadsheets_are_read(tmp_path: Path) -> None:
    path = tmp_path / "importance.csv"
    path.write_text("feature;importance\nage;0,3\ntown;-1,5e-2\n")
    found = read_importances(path)
    assert dict(zip(found["feature"], found["mean"], strict=True)) == {"age": 0.3, "town": -0.015}
