"""What a summary says of the order of runs, stored until one of them changes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from diagnostics.runs.score_intervals import Interval
from diagnostics.runs.standings import Standing
from diagnostics.workspace.stored_results import store_file, stored_file

if TYPE_CHECKING:
    from diagnostics.workspace import Experiment

#: Part of every key: raised when the same runs come to be judged otherwise.
VERSION = 2
#: Experiments that stay.
MOST_KEPT = 200


@dataclass(frozen=True)
class Judged:
    """Each run's standing, the best first, and the sentences that go with them.

    `ties` are the runs that cannot be told from the best, `said` how many they are and whether it
    is known which way is up, `test` what was tested; "" where nothing was.
    """

    standings: tuple[Standing, ...]
    ties: tuple[str, ...] = ()
    said: str = ""
    test: str = ""

    def by_run(self) -> dict[str, Standing]:
        """The standings by the runs' names."""
        return {standing.run: standing for standing in self.standings}


def judged_runs(experiment: Experiment, root: Path) -> Judged:
    """The runs of an experiment in `root`, judged now, or before if they have not changed."""
    try:
        path = stored_file(root, "standings", _key(experiment))
    except OSError:
        return _judged(experiment)
    kept = _read(path)
    if kept is None:
        kept = _judged(experiment)
        store_file(path, json.dumps(asdict(kept)).encode(), most=MOST_KEPT)
    return kept


def _key(experiment: Experiment) -> str:
    """The tables of a run are named after its files' content and the version of their reader."""
    runs = [[run.run, run.tables.name, run.stem] for run in experiment.runs]
    said = json.dumps([VERSION, _installed(), experiment.task, runs])
    return blake2b(said.encode(errors="surrogateescape"), digest_size=16).hexdigest()


def _installed() -> str:
    try:
        return version("errata")
    except PackageNotFoundError:
        return ""


def _read(path: Path) -> Judged | None:
    try:
        content = json.loads(path.read_bytes())
        standings = [
            Standing(**{**entry, "interval": Interval(**entry["interval"])})
            for entry in content["standings"]
        ]
        return Judged(
            tuple(standings), tuple(content["ties"]), str(content["said"]), str(content["test"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _judged(experiment: Experiment) -> Judged:
    from diagnostics.runs.leaderboard import run_leaderboard
    from diagnostics.runs.leaderboard_words import direction_words, test_words, tie_words

    board = run_leaderboard(experiment, selection=False)
    said = f"{direction_words(experiment, board.metric)} {tie_words(board)}".strip()
    return Judged(board.standings, tuple(board.ties), said, test_words(board))
