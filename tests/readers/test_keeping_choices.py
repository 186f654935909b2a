"""What the dashboard keeps in `.errata/errata.toml`: written, replaced, at nobody's expense."""

from __future__ import annotations

import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagnostics import open_workspace
from diagnostics.errors import DiagnosticsError
from diagnostics.readers.keeping_choices import write_choice
from diagnostics.readers.opening import workspace_fingerprint
from diagnostics.readers.own_choices import OWN_FILE, read_choices

BY_HAND = """\
# mine
title = "kept"

[other]
key = 1  # too

# of all tables below a
[[predictions]]
file = "a/*.csv"
true_label = "was"  # not "is"

[[predictions]]
# why it is so
file = "b.csv"
true_label = "was"   # checked
labels = [
    "cat",  # first
    "dog",
]
predicted_label = "guess"  # by eye
[predictions.label_names]
0 = "cat"
# the end
"""
TABLE = "id,gold,sort,other\n1,cat,cat,dog\n2,dog,cat,dog\n3,dog,dog,dog\n4,cat,cat,cat\n"


def kept(root: Path, text: str) -> Path:
    (root / ".errata").mkdir()
    (root / OWN_FILE).write_bytes(text.encode())
    return root


def test_a_choice_is_written_replaced_and_taken_out(tmp_path: Path) -> None:
    assert read_choices(tmp_path) == {}
    section: dict[str, Any] = {
        "file": 'a/run "1" [x].csv',
        "true_label": "wäs\t\x7f\\",
        "labels": ["1", "ja"],
        "label_names": {"0": "cat (big)", "a b": "dog"},
        "parts": True,
    }
    write_choice(tmp_path, section)
    assert read_choices(tmp_path) == {section["file"]: section}
    write_choice(tmp_path, {"file": "b.csv", "id": "nr"})
    write_choice(tmp_path, {"file": section["file"], "id": "x"})
    assert read_choices(tmp_path) == {
        "b.csv": {"file": "b.csv", "id": "nr"},
        section["file"]: {"file": section["file"], "id": "x"},
    }
    write_choice(tmp_path, {"file": section["file"]})
    assert list(read_choices(tmp_path)) == ["b.csv"]
    assert [path.name for path in (tmp_path / ".errata").iterdir()] == ["errata.toml"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_was_written_by_hand_stays(tmp_path: Path, end: str) -> None:
    kept(tmp_path, BY_HAND.replace("\n", end))
    section = {"file": "b.csv", "true_label": "was", "labels": ["dog"], "text": "t"}
    write_choice(tmp_path, section)
    text = (tmp_path / OWN_FILE).read_bytes().decode().replace(end, "\n")
    lines = text.splitlines()
    comments = [line.strip() for line in BY_HAND.splitlines() if line.startswith("#")]
    assert all(comment in lines for comment in comments)
    assert 'true_label = "was"   # checked' in lines
    assert "# by eye" in lines
    content = tomllib.loads(text)
    before = tomllib.loads(BY_HAND)
    assert content["predictions"] == [before["predictions"][0], section]
    assert content["other"] == before["other"]
    assert content["title"] == "kept"


def test_a_new_section_comes_first_so_that_it_counts(tmp_path: Path) -> None:
    kept(tmp_path, BY_HAND)
    write_choice(tmp_path, {"file": "a/x.csv", "id": "nr"})
    text = (tmp_path / OWN_FILE).read_text()
    assert list(read_choices(tmp_path)) == ["a/x.csv", "a/*.csv", "b.csv"]
    new = '[[predictions]]\nfile = "a/x.csv"\nid = "nr"\n\n'
    assert text.replace(new, "") == BY_HAND


def test_a_section_in_single_brackets_leaves_room(tmp_path: Path) -> None:
    kept(tmp_path, '[predictions]\nfile = "a.csv"\n[predictions.label_names]\n0 = "x"')
    write_choice(tmp_path, {"file": "b.csv", "id": "nr"})
    assert read_choices(tmp_path) == {
        "b.csv": {"file": "b.csv", "id": "nr"},
        "a.csv": {"file": "a.csv", "label_names": {"0": "x"}},
    }


@pytest.mark.parametrize(
    "text",
    ["[[predictions]\n", 'predictions = [{file = "b.csv"}]\n', "id = \x00\n", "a = 1\na = 2\n"],
)
def test_what_cannot_be_extended_is_refused_and_stays(tmp_path: Path, text: str) -> None:
    kept(tmp_path, text)
    with pytest.raises(DiagnosticsError, match=r"\.errata/errata\.toml"):
        write_choice(tmp_path, {"file": "a.csv", "id": "nr"})
    assert (tmp_path / OWN_FILE).read_text() == text


def test_nothing_is_read_or_written_through_a_link(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    root.mkdir()
    elsewhere.mkdir()
    (elsewhere / "errata.toml").write_text('[[predictions]]\nfile = "a.csv"\nignore = true\n')
    (root / ".errata").symlink_to(elsewhere)
    for call in (lambda: read_choices(root), lambda: write_choice(root, {"file": "a", "id": "b"})):
        with pytest.raises(DiagnosticsError, match="is a link"):
            call()
    (root / "predictions.csv").write_text("id,true_label,prediction\n1,a,a\n2,b,a\n")
    assert len(open_workspace(root).experiments) == 1


def test_a_choice_is_seen_at_once_and_the_folders_own_wins(tmp_path: Path) -> None:
    below = tmp_path / "a"
    below.mkdir()
    (below / "out.csv").write_text(TABLE)
    (tmp_path / "out.csv").write_text(TABLE.replace("gold", "kind"))  # read by none yet
    assert open_workspace(tmp_path).experiments == ()
    looks = [workspace_fingerprint(tmp_path)]
    write_choice(tmp_path, {"file": "a/out.csv", "true_label": "gold", "predicted_label": "sort"})
    looks.append(workspace_fingerprint(tmp_path))
    [experiment] = open_workspace(tmp_path).experiments
    assert [(run.path, run.errors) for run in experiment.runs] == [("a/out.csv", 1)]
    write_choice(tmp_path, {"file": "a/out.csv", "true_label": "gold", "predicted_label": "other"})
    looks.append(workspace_fingerprint(tmp_path))
    [experiment] = open_workspace(tmp_path).experiments
    assert experiment.runs[0].errors == 1
    assert experiment.runs[0].mapping["predicted_label"] == "other"
    (tmp_path / "errata.toml").write_text(
        '[[predictions]]\nfile = "a/*"\ntrue_label = "gold"\npredicted_label = "sort"\n'
    )
    looks.append(workspace_fingerprint(tmp_path))
    [experiment] = open_workspace(tmp_path).experiments
    assert experiment.runs[-1].mapping["predicted_label"] == "sort"
    assert len(set(looks)) == len(looks)


def test_a_broken_file_is_a_problem_of_the_tables_and_no_more(tmp_path: Path) -> None:
    kept(tmp_path, "[[predictions]\n")
    (tmp_path / "predictions.csv").write_text("id,true_label,prediction\n1,a,a\n2,b,a\n")
    workspace = open_workspace(tmp_path)
    assert [problem.code for problem in workspace.problems] == ["broken-errata-toml"]
    assert len(workspace.experiments) == 1


def test_taking_out_what_was_never_kept_writes_nothing(tmp_path: Path) -> None:
    write_choice(tmp_path, {"file": "table.csv"})
    assert not (tmp_path / ".errata").exists()


def test_comments_of_a_section_that_is_taken_out_stay(tmp_path: Path) -> None:
    kept(tmp_path, BY_HAND)
    write_choice(tmp_path, {"file": "b.csv"})
    lines = (tmp_path / OWN_FILE).read_text().splitlines()
    for comment in ("# mine", "# why it is so", "# checked", "# by eye", "# the end"):
        assert comment in lines
    assert list(read_choices(tmp_path)) == ["a/*.csv"]
    write_choice(tmp_path, {"file": "a/*.csv"})
    assert read_choices(tmp_path) == {}
    assert '# not "is"' in (tmp_path / OWN_FILE).read_text()


def test_two_people_who_keep_something_at_once_keep_both(tmp_path: Path) -> None:
    files = [f"{n}.csv" for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda file: write_choice(tmp_path, {"file": file, "id": "nr"}), files))
    assert sorted(read_choices(tmp_path)) == sorted(files)


NAMES = st.text(max_size=12).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text))


@given(file=NAMES.filter(bool), column=NAMES, labels=st.dictionaries(NAMES, NAMES, max_size=3))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_come_back_as_they_were_written(
    tmp_path: Path, file: str, column: str, labels: dict[str, str]
) -> None:
    (tmp_path / OWN_FILE).unlink(missing_ok=True)
    first = {"file": "first.csv", "shown": [column, file], "label_names": labels}
    second = {"file": f"second {file}", "true_label": column, "label_names": labels}
    for section in (first, second, {**first, "id": column}):
        write_choice(tmp_path, section)
    assert read_choices(tmp_path) == {"first.csv": {**first, "id": column}, second["file"]: second}
