"""A folder from somebody else, with links where ours would be."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import diagnostics
from diagnostics import DiagnosticsError
from diagnostics.assumptions.assumption import assumption
from diagnostics.assumptions.store import AssumptionStore
from diagnostics.command.main import app
from diagnostics.readers.run_table.choices import choose_roles, chosen_roles
from diagnostics.readers.walking import listed
from diagnostics.workspace.cache import MARKER, Cache
from diagnostics.workspace.own_folder import is_plain_folder, made_folder, untrusted_part
from diagnostics.workspace.stored_results import store_file, stored_file

TABLE = "id,text,true_label,predicted_label\n1,a,x,x\n2,b,y,x\n"
OTHER = TABLE + "3,c,y,y\n"
REFUND = assumption("word", "refund", "matters")
#: Long enough ago for everything in a cache to be deleted.
LONG_AGO = (1_000_000_000, 1_000_000_000)
Snapshot = dict[str, tuple[int, bytes]]


@pytest.fixture
def opened(tmp_path: Path) -> Path:
    """A folder with one table, as it came from somebody else."""
    folder = tmp_path / "opened"
    folder.mkdir()
    (folder / "p.csv").write_text(TABLE)
    return folder


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A folder of the user's that is none of our business, all of it old."""
    folder = tmp_path / "victim"
    for name in ("precious/thesis.txt", "cache/old/data.bin", "writing-a/b", "writing-note.json"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    _age(folder)
    return folder


def _age(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        os.utime(path, LONG_AGO, follow_symlinks=False)


def _snapshot(folder: Path) -> Snapshot:
    return {
        path.relative_to(folder).as_posix(): (
            path.lstat().st_mtime_ns,
            path.read_bytes() if path.is_file() and not path.is_symlink() else b"",
        )
        for path in sorted([folder, *folder.rglob("*")])
    }


def _summary(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    app(["summary", str(folder), "--json"], standalone_mode=False)
    return capsys.readouterr().out


def _key(folder: Path) -> str:
    """The name of the folder that the tables of the opened one have, when it is opened."""
    diagnostics.open_workspace(folder)
    ((key,),) = [[path.name for path in (folder / ".errata" / "cache").iterdir() if path.is_dir()]]
    shutil.rmtree(folder / ".errata")
    return key


def _at_errata(folder: Path) -> Path:
    return folder / ".errata"


def _at_cache(folder: Path) -> Path:
    return folder / ".errata" / "cache"


def _at_key(folder: Path) -> Path:
    return folder / ".errata" / "cache" / _key(folder)


def _in_key(folder: Path) -> Path:
    return folder / ".errata" / "cache" / _key(folder) / "0-predictions.parquet"


def _at_index(folder: Path) -> Path:
    return folder / ".errata" / "cache" / "index.json"


PLACES = [_at_errata, _at_cache, _at_key, _in_key, _at_index]


@pytest.mark.parametrize("is_relative", [True, False], ids=["relative", "absolute"])
@pytest.mark.parametrize("place", PLACES)
def test_what_a_link_in_our_place_leads_to_is_left_alone(
    opened: Path,
    victim: Path,
    place: Callable[[Path], Path],
    is_relative: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    expected = _summary(opened, capsys)
    shutil.rmtree(opened / ".errata")
    link = place(opened)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(os.path.relpath(victim, link.parent) if is_relative else victim)
    before = _snapshot(victim)
    for _ in ("read", "from the cache"):
        assert _summary(opened, capsys) == expected
    app(["confusion", str(opened), "--run", "p"], standalone_mode=False)
    (opened / "p.csv").write_text(OTHER)  # what was kept of it is not needed any more
    diagnostics.open_workspace(opened)
    assert _snapshot(victim) == before
    assert link.is_symlink()


def test_tables_behind_a_link_are_not_shown(opened: Path, tmp_path: Path) -> None:
    key = _key(opened)
    other = tmp_path / "other"
    other.mkdir()
    (other / "p.csv").write_text(OTHER)
    (run,) = diagnostics.open_workspace(other).experiments[0].runs
    planted = opened / ".errata" / "cache" / key / "0-predictions.parquet"
    planted.parent.mkdir(parents=True)
    planted.symlink_to(run.table("predictions"))
    read: list[str] = []
    for _ in ("read", "from the cache"):
        workspace = diagnostics.open_workspace(opened, progress=read.append)
        (run,) = workspace.experiments[0].runs
        assert not run.table("predictions").is_symlink()
        assert diagnostics.confusion_matrix(run).total == 2
    assert read == ["."]
    assert planted.is_symlink()


def test_a_second_opening_past_a_link_comes_from_the_users_cache(
    opened: Path, victim: Path
) -> None:
    (opened / ".errata").symlink_to(victim)
    read: list[str] = []
    for _ in ("read", "from the cache"):
        diagnostics.open_workspace(opened, progress=read.append)
    assert read == ["."]


def test_a_real_folder_that_is_not_marked_loses_nothing(opened: Path, victim: Path) -> None:
    cache = opened / ".errata" / "cache"
    cache.parent.mkdir()
    shutil.copytree(victim, cache)
    diagnostics.open_workspace(opened)
    _age(cache)
    before = {name: value for name, value in _snapshot(cache).items() if "/" in name}
    (opened / "p.csv").write_text(OTHER)
    diagnostics.open_workspace(opened)
    after = _snapshot(cache)
    assert {name: after.get(name) for name in before} == before
    assert "writing-note.json" in after
    for number in range(3):
        store_file(stored_file(opened, "kind", str(number)), b"{}", most=1)
    assert len(list(cache.glob("kind-*"))) == 3


def test_in_our_own_cache_only_what_the_index_named_is_deleted(opened: Path) -> None:
    diagnostics.open_workspace(opened)
    cache = opened / ".errata" / "cache"
    (ours,) = [path for path in cache.iterdir() if path.is_dir()]
    somebodys = cache / "precious"
    somebodys.mkdir()
    (somebodys / "thesis.txt").write_text("data")
    (opened / "p.csv").write_text(OTHER)
    diagnostics.open_workspace(opened)
    assert ours.is_dir()  # it is not old yet
    _age(cache)
    (opened / "p.csv").write_text(TABLE + "4,d,x,x\n4,e,x,y\n")
    diagnostics.open_workspace(opened)
    assert not ours.exists()
    assert (somebodys / "thesis.txt").read_text() == "data"


def test_a_folder_is_marked_only_when_it_is_new(opened: Path) -> None:
    assert Cache.of(opened).may_delete()
    (opened / ".errata" / "cache" / MARKER).unlink()
    (opened / ".errata" / "cache" / "index.json").write_text("{}")
    assert not Cache.of(opened).may_delete()
    (opened / ".errata" / "cache" / MARKER).write_bytes(
        b"Signature: 8a477f597d28d172789f06886806bc55\n# somebody else's\n"
    )
    assert not Cache.of(opened).may_delete()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("name", ["cache/index.json", "assumptions.jsonl", "run-tables.json"])
def test_nobody_waits_for_a_pipe(
    opened: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = _summary(opened, capsys)
    path = opened / ".errata" / name
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    assert _summary(opened, capsys) == expected
    assert AssumptionStore.of(opened).kept() == []
    assert chosen_roles(listed(opened, opened), "p.csv") == {}


def test_a_key_that_is_a_path_is_no_key(opened: Path) -> None:
    diagnostics.open_workspace(opened)
    index = opened / ".errata" / "cache" / "index.json"
    (key,) = [path.name for path in index.parent.iterdir() if path.is_dir()]
    shutil.copytree(index.parent / key, opened.parent / "elsewhere")
    index.write_text(index.read_text().replace(key, "../../../elsewhere"))
    (experiment,) = diagnostics.open_workspace(opened).experiments
    assert experiment.runs[0].tables == index.parent / key


@pytest.mark.parametrize("name", ["", "assumptions.jsonl"])
def test_no_assumption_is_written_or_read_through_a_link(
    opened: Path, victim: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    AssumptionStore.of(victim).add(REFUND)
    (victim / "assumptions.jsonl").write_bytes(AssumptionStore.of(victim).path.read_bytes())
    before = _snapshot(victim)
    link = opened / ".errata" / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(victim / name)
    store = AssumptionStore.of(opened)
    with pytest.raises(DiagnosticsError, match=r"not kept: .*\.errata.* is a link") as refused:
        store.add(REFUND)
    assert "Remove it" in (refused.value.hint or "")
    assert (store.kept(), store.broken()) == ([], 0)
    app(["assumptions", str(opened)], standalone_mode=False)
    assert "is a link" in " ".join(capsys.readouterr().out.split())
    assert _snapshot(victim) == before


@pytest.mark.parametrize("name", ["", "run-tables.json"])
def test_no_choice_of_columns_is_written_or_read_through_a_link(
    opened: Path, victim: Path, name: str
) -> None:
    choose_roles(victim, "p.csv", {"text": "left-out"})
    (victim / ".errata" / "run-tables.json").rename(victim / "run-tables.json")
    before = _snapshot(victim)
    link = opened / ".errata" / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(victim / name)
    with pytest.raises(DiagnosticsError, match=r"choice cannot be kept: .*\.errata.* is a link"):
        choose_roles(opened, "p.csv", {"text": "left-out"})
    assert chosen_roles(listed(opened, opened), "p.csv") == {}
    assert _snapshot(victim) == before


def test_our_folder_is_made_of_folders_alone(tmp_path: Path, victim: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    assert untrusted_part(root, "cache", "key") is None
    assert made_folder(root, "cache") == root / ".errata" / "cache"
    assert is_plain_folder(root / ".errata" / "cache")
    (root / ".errata" / "cache" / "key").symlink_to(tmp_path / "nothing")
    assert not is_plain_folder(root / ".errata" / "cache")
    assert untrusted_part(root, "cache", "key") == root / ".errata" / "cache" / "key"
    shutil.rmtree(root / ".errata")
    (root / ".errata").symlink_to(victim)
    before = _snapshot(victim)
    with pytest.raises(OSError, match="no folder of its own"):
        made_folder(root, "new", "newer")
    assert _snapshot(victim) == before
    assert not is_plain_folder(root / ".errata")
