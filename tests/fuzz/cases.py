"""Specimens, what becomes of one that is damaged, and what must never become of it."""

from __future__ import annotations

import math
import shutil
import tempfile
import time
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from diagnostics import Workspace, open_workspace
from tests.fuzz.mutators import MUTATORS
from tests.made.runs import record_animals
from tests.places import DATA

#: A folder's files by their paths below it.
Files = Mapping[str, bytes]
#: Seconds that one folder may take.
LONGEST = 10
#: What a case may come to.
READ, READ_AND_SAID, SAID, NOTHING = "read", "read, with a problem", "said", "nothing recognised"
OUTCOMES = (READ, READ_AND_SAID, SAID, NOTHING)
#: How a name may look that some program made.
NAMES = ("ä b", "-x", "a'b\"c", "[1]", "x" * 120, "%s", "a\nb", "$HOME", "‮abc", ".hidden", "a?b*")
SHARES = ("accuracy", "macro_f1", "weighted_f1", "balanced_accuracy")


@dataclass(frozen=True)
class Result:
    """What came of a case: an outcome, or what went wrong in `fault`."""

    specimen: str
    mutator: str
    outcome: str
    fault: str = ""
    seconds: float = 0.0


@cache
def specimens() -> dict[str, Files]:
    """Folders of all formats: those in `tests/data`, and small ones that are made here."""

    kept = {
        folder.relative_to(DATA).as_posix(): _files(folder)
        for kind in ("predictions", "rasa", "reports")
        for folder in sorted((DATA / kind).iterdir())
        if folder.is_dir()
    }
    return {**kept, **dict(_made())}


def _files(folder: Path) -> Files:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".errata" not in path.parts  # left there by other tests
    }


def _made() -> Iterator[tuple[str, Files]]:
    import io

    import numpy as np
    import polars as pl

    with tempfile.TemporaryDirectory() as name:
        record_animals(Path(name) / "animals")
        yield "made/run folder", _files(Path(name))
    rows = {
        "id": list(range(30)),
        "text": [f"text {at}" for at in range(30)],
        "true_label": ["cat", "dog", "owl"] * 10,
        "predicted_label": ["cat", "cat", "owl"] * 10,
        "confidence": [0.5 + at / 60 for at in range(30)],
    }
    frame = pl.DataFrame(rows)
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    yield "made/parquet", {"predictions.parquet": buffer.getvalue()}
    yield "made/lines", {"predictions.jsonl": frame.write_ndjson().encode()}
    arrays = {"y_true": np.arange(30) % 3, "y_pred": np.arange(30) % 2}
    packed = io.BytesIO()
    np.savez(packed, **arrays)  # type: ignore[arg-type]
    yield "made/npz", {"predictions.npz": packed.getvalue()}
    single = {}
    for key, values in arrays.items():
        one = io.BytesIO()
        np.save(one, values)
        single[f"{key}.npy"] = one.getvalue()
    yield "made/npy", single
    scores = "param_C,params,mean_test_score,std_test_score,rank_test_score,split0_test_score\n"
    lines = [f"{c},\"{{'C': {c}}}\",{s},0.01,1,{s}" for c, s in ((1, 0.8), (10, 0.9), (100, 0.7))]
    yield "made/search", {"cv_results.csv": (scores + "\n".join(lines)).encode()}
    table = (
        "model,lr,accuracy,f1,train_time\na,0.1,0.8,0.7,12\nb,0.2,0.9,0.85,13\nc,0.3,0.7,0.6,9\n"
    )
    yield "made/run table", {"runs.csv": table.encode()}


def mutated(files: Files, mutator: str, chance: Random) -> dict[str, bytes]:
    """A folder with one of its files changed; now and then it gets another name, too."""
    name = chance.choice(sorted(files))
    content = MUTATORS[mutator](files[name], chance)
    if chance.random() < 0.05:
        path = Path(name)
        renamed = path.with_name(chance.choice(NAMES) + path.suffix).as_posix()
        return {**{other: data for other, data in files.items() if other != name}, renamed: content}
    return {**files, name: content}


def result_of(specimen: str, mutator: str, seed: int) -> Result:
    """Damage a specimen, open it, now and then twice, and judge what came of it."""
    changed = mutated(specimens()[specimen], mutator, Random(seed))
    root = Path(tempfile.mkdtemp(prefix="fuzz-"))
    started = time.perf_counter()
    try:
        for name, content in changed.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        outcome, fault = _judged(root, is_asked_again=seed % 4 == 0)
    except BaseException as error:  # noqa: BLE001 - also what Rust panics with
        if isinstance(error, KeyboardInterrupt):
            raise
        where = traceback.extract_tb(error.__traceback__)[-1]
        outcome, fault = "", f"{type(error).__name__}: {error} ({where.filename}:{where.lineno})"
    finally:
        shutil.rmtree(root, ignore_errors=True)
    seconds = time.perf_counter() - started
    if not fault and seconds > LONGEST:
        fault = f"It took {seconds:.0f} seconds."
    return Result(specimen, mutator, outcome, fault, seconds)


def _judged(root: Path, *, is_asked_again: bool) -> tuple[str, str]:
    workspace = open_workspace(root)
    first = _figures(workspace)
    for problem in workspace.all_problems:
        if problem.code == "unreadable-folder":
            return "", problem.what
    for (_, metric), value in first.items():
        if metric in SHARES and not 0 <= value <= 1:
            return "", f"{metric} is {value}."
        if metric in ("examples", "errors") and value < 0:
            return "", f"{metric} is {value}."
    if is_asked_again and repr(_figures(open_workspace(root))) != repr(first):
        return "", "Opened again, other figures are shown."
    codes = {problem.code for problem in workspace.all_problems}
    if workspace.experiments:
        return (READ_AND_SAID if codes else READ), ""
    return (SAID if codes - {"nothing-found"} else NOTHING), ""


def _figures(workspace: Workspace) -> dict[tuple[str, str], float]:
    """What `errata summary` shows of each run."""
    figures: dict[tuple[str, str], float] = {}
    for experiment in workspace.experiments:
        for run in experiment.runs:
            name = f"{experiment.name} {run.run}"
            counts = {"examples": run.examples, "errors": run.errors}
            shown = {key: value for key, value in counts.items() if value is not None}
            known = {m: v for m, v in run.metrics.items() if not math.isnan(v)}
            figures |= {(name, metric): value for metric, value in {**known, **shown}.items()}
    return figures
