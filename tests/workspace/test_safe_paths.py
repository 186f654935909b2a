"""Links in an opened folder that lead to themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

import diagnostics
from diagnostics.command.main import app
from diagnostics.examples.images import image_bytes
from diagnostics.readers.walking import listed
from diagnostics.workspace.safe_paths import file_inside
from tests.made.runs import record_animals

TABLE = "id,text,true_label,predicted_label\n1,a,x,x\n2,b,y,x\n"


def _summary(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    app(["summary", str(folder), "--json"], standalone_mode=False)
    return capsys.readouterr().out


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    """A folder with a table, a ring of two, and links to themselves that readers may want."""
    names = ("x.csv", "truth.csv", "run.json", "config.yml", "errata.toml", "image.png", "models")
    (tmp_path / "p.csv").write_text(TABLE)
    for name in names:
        (tmp_path / name).symlink_to(name)
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "up").symlink_to("..")
    return tmp_path


def test_a_link_that_leads_to_itself_is_left_out(
    ring: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = listed(ring, ring)
    assert ([file.name for file in found.files], found.folders) == (["p.csv"], ())
    assert '"errors": 1' in _summary(ring, capsys)
    app(["confusion", str(ring), "--run", "p"], standalone_mode=False)


def test_what_files_name_may_be_a_link_to_itself(
    ring: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert file_inside(ring / "x.csv", ring) is None
    assert file_inside(ring / "a" / "deeper", ring) is None
    assert image_bytes("image.png", ring) is None
    (ring / "errata.toml").unlink()
    (ring / "errata.toml").write_text('[[predictions]]\nfile = "*"\ntruth_file = "truth.csv"\n')
    assert "truth.csv" in _summary(ring, capsys)


def test_the_examples_of_a_run_may_be_a_link_to_itself(tmp_path: Path) -> None:
    run = record_animals(tmp_path / "run")
    (tmp_path / "ring.csv").symlink_to("ring.csv")
    description = run / "run.json"
    text = description.read_text().replace("{", '{"examples": "../ring.csv",', 1)
    description.write_text(text)
    (problem,) = diagnostics.open_workspace(tmp_path).all_problems
    assert "is not there, or lies outside" in problem.what
