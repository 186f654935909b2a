"""errata.toml: what is shown as chosen can be written down, and gives the same reading."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from polars.testing import assert_frame_equal

from diagnostics.readers import Reading, prediction_table
from diagnostics.readers.prediction_table.choices import (
    KEYS,
    choices,
    mapping_as_section,
    mapping_entry,
)
from diagnostics.readers.prediction_table.trials.remedies import remedies
from diagnostics.readers.prediction_table.trials.trial import tried
from diagnostics.readers.walking import listed
from tests.readers.prediction_table.test_prediction_table import CASES, found_below

WITH_RUNS = [path for path in sorted(CASES.iterdir()) if not any(path.rglob("errata.toml"))]
DOCUMENT = (CASES.parents[2] / "docs/formats/prediction-tables.md").read_text("utf-8")
TABLE = "id,gold,guess,model\n1,cat,cat,a\n2,dog,cat,a\n"


def readings(root: Path) -> dict[str, Reading]:
    found = found_below(root)
    return {f"{run.path} {run.run}": run for run in found if isinstance(run, Reading)}


@pytest.mark.parametrize("case", [path.name for path in WITH_RUNS])
def test_the_mapping_written_down_gives_the_same_reading(case: str, tmp_path: Path) -> None:
    root = tmp_path / "copy"
    shutil.copytree(CASES / case / "files", root)
    before = readings(root)
    by_folder = defaultdict(list)
    for reading in before.values():
        by_folder[(root / reading.path).parent].append(reading.mapping)
    for folder, mappings in by_folder.items():
        (folder / "errata.toml").write_text(prediction_table.mapping_as_toml(*mappings))
    after = readings(root)
    assert after.keys() == before.keys()
    for name, reading in after.items():
        assert reading.labels == before[name].labels
        assert reading.predictions is not None
        assert before[name].predictions is not None
        assert_frame_equal(reading.predictions, before[name].predictions)


def test_the_text_is_toml_with_one_section_for_each_table() -> None:
    rf = {
        "file": "a.csv",
        "id": mapping_entry("", "the row's number"),
        "predicted_label": "*_pred (here rf)",
    }
    svm = {
        "file": "a.csv",
        "id": mapping_entry("", "the row's number"),
        "predicted_label": "*_pred (here svm)",
    }
    other = {"file": 'b "2".csv', "labels": '["x", "y"]', "true_label": mapping_entry("P (x)")}
    content = tomllib.loads(prediction_table.mapping_as_toml(rf, svm, other))
    assert content == {
        "predictions": [
            {"file": "a.csv", "predicted_label": "*_pred"},
            {"file": 'b "2".csv', "true_label": "P (x)", "labels": ["x", "y"]},
        ]
    }


def test_lists_tables_and_truth_values_are_written_as_such() -> None:
    mapping = {
        "file": "a.csv",
        "probabilities": mapping_entry('{labels = "names", scores = "p (x)"}', "2 lists"),
        "label_names": mapping_entry('{0 = "cat", "1.5" = "dog (big)"}', "from labels.txt"),
        "candidate": '["mtry", "C"]',
        "weight": "w",
        "parts": mapping_entry("true", "3 files"),
    }
    assert mapping_as_section(mapping) == {
        "file": "a.csv",
        "probabilities": {"labels": "names", "scores": "p (x)"},
        "label_names": {"0": "cat", "1.5": "dog (big)"},
        "candidate": ["mtry", "C"],
        "weight": "w",
        "parts": True,
    }


def test_every_key_is_understood_and_a_wrong_one_named(tmp_path: Path) -> None:
    (tmp_path / "a [1].csv").write_text(TABLE)
    (tmp_path / "errata.toml").write_text(
        '[[predictions]]\nfile = "a [1].csv"\nlabel_names = ["cat", "dog"]\n'
        'probabilities = {labels = "names", score = "p"}\ncandidates = "m"\nparts = true\n'
        'weight = "w"\n[[predictions]]\nlabel_names = false\ncandidate = ["a", "b"]\n'
    )
    [first, second], problems = choices(listed(tmp_path, tmp_path))
    assert first.covers(tmp_path / "a [1].csv")
    assert (first.label_names, second.label_names) == ({"0": "cat", "1": "dog"}, "")
    assert first.parts
    assert first.columns == {"weight": ("w",)}
    assert second.columns == {"candidate": ("a", "b")}
    assert {(problem.what, problem.hint) for problem in problems} == {
        ("`probabilities` has no key 'score'.", "Did you mean 'scores'?"),
        ("[predictions] has no key 'candidates'.", "Did you mean 'candidate'?"),
    }


def test_a_section_above_speaks_of_the_folders_below(tmp_path: Path) -> None:
    below = tmp_path / "grid" / "knn"
    below.mkdir(parents=True)
    (below / "out.csv").write_text(TABLE)
    told = '[predictions]\nfile = "*/knn/*.csv"\ntrue_label = "gold"\npredicted_label = "guess"\n'
    (tmp_path / "errata.toml").write_text(told)
    folder = listed(below, tmp_path)
    assert prediction_table.matches(folder)
    [reading] = list(prediction_table.read(folder))
    assert isinstance(reading, Reading)
    assert reading.mapping["predicted_label"] == "guess"
    assert tmp_path / "errata.toml" in folder.used


def test_a_truth_file_outside_the_workspace_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("id,label\n1,cat\n2,dog\n")
    root = tmp_path / "workspace"
    root.mkdir()
    (root / "out.csv").write_text("id,prediction\n1,cat\n2,cat\n")
    (root / "errata.toml").write_text('[predictions]\ntruth_file = "../secret.csv"\n')
    [reading] = list(prediction_table.read(listed(root, root)))
    assert isinstance(reading, Reading)
    assert [problem.code for problem in reading.problems] == [
        "truth-file-unusable",
        "truth-missing",
    ]


def test_a_told_truth_file_is_joined(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "animals.csv").write_text("nr,kind,size\n2,dog,9\n1,cat,4\n")
    (tmp_path / "out.csv").write_text("nr,prediction\n1,cat\n2,cat\n")
    told = '[predictions]\nid = "nr"\ntrue_label = "kind"\ntruth_file = "data/animals.csv"\n'
    (tmp_path / "errata.toml").write_text(told)
    folder = listed(tmp_path, tmp_path)
    [reading] = list(prediction_table.read(folder))
    assert isinstance(reading, Reading)
    assert reading.predictions is not None
    truth = [reading.labels[code] for code in reading.predictions["true_label"]]
    assert truth == ["cat", "dog"]
    assert folder.used == [tmp_path / "data" / "animals.csv"]
    assert reading.problems == []


def documented(role: str) -> list[str]:
    """The column names that the documentation gives for a role."""
    [line] = [line for line in DOCUMENT.splitlines() if line.startswith(f"| {role} |")]
    return re.findall(r"`([^`]+)`", line.split("|")[2])


@pytest.mark.parametrize(
    ("role", "name"),
    [(role, name) for role in ("truth", "prediction", "one score") for name in documented(role)],
)
def test_documented_names_are_recognised(role: str, name: str, tmp_path: Path) -> None:
    names = {"truth": "true_label", "prediction": "predicted_label", "one score": "confidence"}
    header = ["id", *({**names, role: name}).values()]
    rows = [["1", "cat", "cat", "0.9"], ["2", "dog", "cat", "0.4"], ["3", "owl", "owl", "0.5"]]
    table = "\n".join(",".join(cells) for cells in [header, *rows])
    (tmp_path / "table.csv").write_text(table)
    [reading] = list(prediction_table.read(listed(tmp_path, tmp_path)))
    assert isinstance(reading, Reading)
    assert reading.mapping[names[role]].split(" (")[0] == name
    assert reading.problems == []


def test_the_documented_errata_toml_has_every_key() -> None:
    [block] = re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)
    [section] = tomllib.loads(block)["predictions"]
    assert set(section) == set(KEYS)


@pytest.mark.parametrize(
    ("told", "k", "v"),
    [
        ('{labels = "k", scores = "v"}', ["a", "b"], [0.2, 0.8]),
        ('{labels = "k", scores = "v"}', '["a", "b"]', "[0.2, 0.8]"),
        ('{labels = "k", scores = "v"}', "['a', 'b']", "[0.2 0.8]"),
        ('["k", "v"]', ["a", "b"], [0.2, 0.8]),
        ('{column = "o", labels = "k", scores = "v"}', None, None),
    ],
)
def test_lists_are_told_where_no_name_speaks_for_them(
    told: str, k: Any, v: Any, tmp_path: Path
) -> None:
    lists = {"o": [{"k": "a", "v": 0.2, "n": 1}, {"k": "b", "v": 0.8, "n": 2}]}
    row = lists if k is None else {"k": k, "v": v}
    rows = [{"id": n, "gold": "ab"[n % 2], **row} for n in range(4)]
    text = "\n".join(json.dumps(entry) for entry in rows)
    (tmp_path / "predictions.jsonl").write_text(text, encoding="utf-8")
    section = f'[[predictions]]\ntrue_label = "gold"\nprobabilities = {told}\n'
    (tmp_path / "errata.toml").write_text(section, encoding="utf-8")
    [reading] = list(prediction_table.read(listed(tmp_path, tmp_path)))
    assert isinstance(reading, Reading)
    assert reading.labels == ["a", "b"]
    assert reading.predictions is not None
    assert reading.predictions["predicted_label"].to_list() == [1] * 4
    assert reading.predictions["confidence"].to_list() == pytest.approx([0.8] * 4)


def test_labels_that_were_joined_on_doubt_are_left_apart_on_request(tmp_path: Path) -> None:
    rows = "".join(f"{at},{1 + at % 3},{at % 3}\n" for at in range(60))
    (tmp_path / "predictions.csv").write_text("id,true_label,predicted_label\n" + rows)
    joined = tried(tmp_path, "predictions.csv", {})
    [doubt] = [problem for problem in joined.problems if problem.code == "label-spaces-differ"]
    assert joined.runs[0].accuracy == 1
    [section] = remedies(doubt)
    apart = tried(tmp_path, "predictions.csv", section)
    assert (apart.runs[0].accuracy, apart.section["join_labels"]) == (0, False)
    assert "Which?" not in " ".join(problem.what for problem in apart.problems)
