"""Names of codes: from files beside the table or above it, from a column, from errata.toml."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from diagnostics import open_workspace
from diagnostics.readers.prediction_table import mapping_as_toml
from diagnostics.workspace import Run

CODES = "id,label,prediction,score\n1,0,0,0.9\n2,1,0,0.6\n3,2,2,0.8\n4,1,1,0.7\n"
NAMES = ["zebra", "ant", "cow (big)"]
BY_CODE = {str(code): name for code, name in enumerate(NAMES)}
BY_NAME = {name: code for code, name in enumerate(NAMES)}


def opened(folder: Path, table: str = CODES, **files: str) -> Run:
    folder.mkdir(exist_ok=True, parents=True)
    (folder / "predictions.csv").write_text(table)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content.encode())
    [experiment] = open_workspace(folder).experiments
    return experiment.runs[0]


def codes_of(run: Run) -> list[str]:
    return [problem.code for problem in run.problems]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("labels.txt", "zebra\r\nant\r\ncow (big)\r\n"),
        ("obj.names", ""),
        ("label_names.txt", "0 zebra\n1 ant\n2 cow (big)\n3 dog\n"),
        ("classes.txt", "0: zebra\n2: cow (big)\n1: ant"),
        ("class_names.txt", "zebra 0\nant 1\ncow (big) 2"),
        ("classes.json", json.dumps(NAMES)),
        ("class_indices.json", json.dumps(BY_NAME)),
        ("label_map.json", json.dumps(BY_CODE)),
        ("label2id.json", json.dumps(BY_NAME)),
        ("id2label.json", json.dumps(BY_CODE)),
        ("idx_to_class.json", json.dumps({"classes": NAMES})),
        ("config.json", json.dumps({"lr": 1, "id2label": BY_CODE})),
        ("config.json", json.dumps({"label2id": BY_NAME})),
        ("categories.json", json.dumps([{"id": c, "name": n} for c, n in BY_CODE.items()])),
        ("label_mapping.csv", "code;name\n1;ant\n0;zebra\n2;cow (big)\n"),
        ("classes.csv", "index,class\n0,zebra\n1,ant\n2,cow (big)\n"),
    ],
    ids=lambda value: value[:24],
)
def test_codes_are_shown_by_their_names(tmp_path: Path, name: str, content: str) -> None:
    if name == "obj.names":
        name, content = "classes.names", "\n".join(NAMES)
    (tmp_path / "model").mkdir()
    for folder, where in ((tmp_path / "model", name), (tmp_path, f"../{name}")):
        (folder / name).write_bytes(content.encode())
        (tmp_path / "model" / "predictions.csv").write_text(CODES)
        [experiment] = open_workspace(tmp_path).experiments
        [run] = experiment.runs
        assert set(run.labels) == set(NAMES)
        assert (run.errors, run.problems) == (1, ())
        assert any(f"by their names from {where}: 0 is 'zebra'" in note for note in run.notes)
        (folder / name).unlink()


@pytest.mark.parametrize("name", ["labels.txt", "x.toml"])
def test_names_and_codes_are_joined_and_the_mapping_says_so(tmp_path: Path, name: str) -> None:
    table = CODES.replace(",0,0,", ",zebra,0,").replace(",1,", ",ant,", 1).replace(",2,2,", ",,2,")
    table = table.replace("4,1,1", "4,ant,1")
    run = opened(tmp_path, table, labels__txt="\n".join(NAMES))
    assert (set(run.labels), run.errors) == (set(NAMES), 1)
    (tmp_path / "errata.toml").write_text(mapping_as_toml(run.mapping))
    [experiment] = open_workspace(tmp_path).experiments
    assert experiment.runs[0].mapping == run.mapping


@pytest.mark.parametrize(
    "table",
    [
        "id,label,prob_0,prob_1,prob_2\n1,0,.7,.2,.1\n2,1,.6,.3,.1\n3,2,.1,.2,.7\n4,1,.1,.8,.1\n",
        "id,label,0,1,2\n1,0,.7,.2,.1\n2,1,.6,.3,.1\n3,2,.1,.2,.7\n4,1,.1,.8,.1\n",
        "id,label,prediction,probabilities\n"
        "1,0,0,[.7 .2 .1]\n2,1,0,[.6 .3 .1]\n3,2,2,[.1 .2 .7]\n4,1,1,[.1 .8 .1]\n",
        "id,label,probabilities\n1,0.0,[.7 .2 .1]\n2,1.0,[.6 .3 .1]\n3,2.0,[.1 .2 .7]\n"
        "4,1.0,[.1 .8 .1]\n",
    ],
    ids=["columns", "bare columns", "lists", "lists alone"],
)
def test_scores_follow_their_codes(tmp_path: Path, table: str) -> None:
    run = opened(tmp_path, table, classes__txt="\n".join(NAMES))
    assert (set(run.labels), run.errors) == (set(NAMES), 1)
    assert codes_of(run) == []


def test_the_positive_code_stays_positive(tmp_path: Path) -> None:
    table = "id,y_true,probability\n1,0,.2\n2,1,.9\n3,1,.4\n4,0,.45\n"
    run = opened(tmp_path, table, classes__txt="zebra\nant")
    assert (set(run.labels), run.errors) == ({"zebra", "ant"}, 1)


def test_a_column_with_names_names_both(tmp_path: Path) -> None:
    table = "id,label,label_name,prediction\n1,0,zebra,0\n2,1,ant,0\n3,0,zebra,0\n4,1,ant,1\n"
    run = opened(tmp_path, table)
    assert (set(run.labels), run.errors) == ({"zebra", "ant"}, 1)


def test_what_is_told_wins(tmp_path: Path) -> None:
    files = {"labels__txt": "\n".join(NAMES)}
    for told, expected in (
        ('{0 = "a", 1 = "b", 2 = "c"}', {"a", "b", "c"}),
        ('["a", "b", "c"]', {"a", "b", "c"}),
        ("false", {"0", "1", "2"}),
        ('"other.txt"', {"x", "y", "z"}),
    ):
        toml = f"[predictions]\nlabel_names = {told}\n"
        run = opened(tmp_path, **files, errata__toml=toml, other__txt="x\ny\nz")
        assert set(run.labels) == expected
        assert codes_of(run) == []
    toml = '[predictions]\nlabel_names = "none.txt"\n'
    assert codes_of(opened(tmp_path, **files, errata__toml=toml)) == ["label-names-unusable"]


def test_codes_count_from_one_where_the_last_says_so(tmp_path: Path) -> None:
    table = "id,label,prediction\n1,1,1\n2,2,1\n3,3,3\n"
    assert set(opened(tmp_path, table, labels__txt="\n".join(NAMES)).labels) == set(NAMES)
    table = "id,label,prediction\n1,1,1\n2,2,1\n3,2,2\n"
    run = opened(tmp_path, table, labels__txt="\n".join(NAMES))
    assert set(run.labels) == {"ant", "cow (big)"}


@pytest.mark.parametrize(
    ("files", "problems"),
    [
        ({"labels__txt": "zebra\nant"}, ["label-names-unfit"]),
        ({"class_indices__json": '{"zebra": 0, "ant": 1, "cow": 1}'}, ["label-names-unfit"]),
        ({"id2label__json": '{"0": "zebra", "1": "ant", "2": "ant"}'}, ["label-names-unfit"]),
        ({"labels__txt": "zebra\nant\ncow\nant"}, []),
        ({"labels__txt": "a\nb\nc", "classes__json": '["c", "b", "a"]'}, ["label-names-differ"]),
        ({"config__json": '{"id2label": {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}}'}, []),
        ({"config__json": '{"lr": 0, "epochs": 1, "layers": 2}'}, []),
        ({"classes__json": "[[["}, []),
        ({"label_map__json": '{"0": "5", "1": "6", "2": "7"}'}, []),
    ],
    ids=str,
)
def test_codes_stay_where_names_do_not_fit(
    tmp_path: Path, files: dict[str, str], problems: list[str]
) -> None:
    run = opened(tmp_path, **files)
    assert (set(run.labels), run.errors) == ({"0", "1", "2"}, 1)
    assert codes_of(run) == problems


def test_labels_that_are_no_codes_and_links_elsewhere_are_left_alone(tmp_path: Path) -> None:
    root = tmp_path / "root"
    table = "id,label,prediction\n1,a,a\n2,b,a\n3,2,2\n"
    assert set(opened(root, table, labels__txt="x\ny\nz").labels) == {"a", "b", "2"}
    (root / "labels.txt").unlink()
    (tmp_path / "labels.txt").write_text("x\ny\nz")
    (root / "labels.txt").symlink_to(tmp_path / "labels.txt")
    assert set(opened(root).labels) == {"0", "1", "2"}
