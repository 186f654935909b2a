"""The index of the cache: what is read back is what was written, whatever a run brought along."""

from __future__ import annotations

import os
import time
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from diagnostics.workspace import Evidence, Problem, Run, Score
from diagnostics.workspace.cache import KEPT_SECONDS, Cache, Listing, Unit

KEY = "0123456789abcdef01234567"
PROBLEM = Problem("unfinished-run", "a", "Two folds are missing.", "Run it again.")
#: Something of each type that `Run` declares, none of it a default.
OF_TYPE: dict[str, Any] = {
    "str": "text",
    "str | None": "text",
    "bool": True,
    "int | None": 3,
    "float | None": 0.5,
    "Task": "stories",
    "Evidence": Evidence.SCORES | Evidence.MODEL,
    "tuple[str, ...]": ("b", "a"),
    "tuple[Score, ...]": (Score("accuracy", 0.5, "train", 2, True), Score("loss", 1.5)),
    "tuple[Problem, ...]": (PROBLEM,),
    "Mapping[str, Any]": {"C": 1, "kernel": None, "steps": ["a", 1.5]},
    "Mapping[str, str]": {"0": "model-0.skops"},
    "Mapping[str, float]": {"accuracy": 0.5},
}


def full_run(tables: Path) -> Run:
    """A run with something in every field."""
    values = {
        entry.name: OF_TYPE[str(entry.type)] for entry in fields(Run) if entry.name != "tables"
    }
    return Run(**values, tables=tables)


def test_every_field_of_a_run_is_read_back(tmp_path: Path) -> None:
    cache = Cache.of(tmp_path)
    run = full_run(cache.path / KEY)
    bare = Run("bare", "test", ".", "classification", Evidence(0), tables=run.tables)
    unit = Unit("test", "a", KEY, [run, bare], [PROBLEM], {"../truth.csv": "12 34"})
    listings = {"a": Listing("fingerprint", True, [unit]), ".": Listing("other")}
    cache.save(listings)
    assert cache.load() == listings
    (read, _) = cache.load()["a"].units[0].runs
    for entry in fields(Run):
        assert type(getattr(read, entry.name)) is type(getattr(run, entry.name)), entry.name


def test_tables_are_found_where_the_cache_lies_now(tmp_path: Path) -> None:
    (tmp_path / "before").mkdir()
    cache = Cache.of(tmp_path / "before")
    run = full_run(cache.path / KEY)
    cache.save({".": Listing("fingerprint", units=[Unit("test", ".", KEY, [run])])})
    (tmp_path / "before").rename(tmp_path / "after")
    moved = Cache.of(tmp_path / "after")
    (read,) = moved.load()["."].units[0].runs
    assert read == replace(run, tables=moved.path / KEY)


def test_tables_that_are_no_longer_listed_are_kept_a_day(tmp_path: Path) -> None:
    """Another process may still read them."""
    cache = Cache.of(tmp_path)
    tables = cache.path / KEY
    tables.mkdir()
    cache.save({".": Listing("fingerprint", units=[Unit("test", ".", KEY, [full_run(tables)])])})
    cache.save({})
    assert tables.is_dir()
    hour = time.time() - KEPT_SECONDS + 3600
    os.utime(tables, (hour, hour))
    cache.save({})
    assert tables.is_dir()
    day = time.time() - KEPT_SECONDS - 60
    os.utime(tables, (day, day))
    cache.save({})
    assert not tables.exists()
