"""30 runs × 50,000 examples laid side by side: Errata, and the obvious pandas with scikit-learn.

python benchmarks/agreement.py [ROUNDS] [RUNS] [EXAMPLES]

Both start from what reading the folder left: Errata from its tables, pandas from a frame of each
run, in memory. Asked are how often each two runs agree, with Cohen's kappa; how many runs are right
about each example; what each run alone gets right or wrong; and the vote of the best k runs, for
every k. pandas takes the most frequent answer of each row, without a rule for ties; of the 435
kappas of thirty runs scikit-learn computes ten, and its time is multiplied.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import combinations, islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import diagnostics
from diagnostics import Experiment
from diagnostics.comparison.agreement import consensus, lonely_answers, run_agreement
from diagnostics.comparison.voting import vote_gains
from diagnostics.workspace.scores import ranked_runs

#: Labels of the made-up task, and kappas that scikit-learn computes.
LABELS, KAPPAS = 50, 10


def make(folder: Path, runs: int, examples: int) -> None:
    """Runs that are right 60 to 90 % of the time, and share their harder examples."""
    random = np.random.default_rng(0)
    labels = np.array([f"label {number:02}" for number in range(LABELS)])
    truth = random.integers(0, LABELS, examples)
    hardness = random.beta(1.5, 4, examples)
    ids = [f"example {number:06}" for number in range(examples)]
    for number in range(runs):
        skill = 0.6 + 0.3 * number / runs
        wrong = random.random(examples) < hardness * (2 - skill)
        said = np.where(wrong, random.integers(0, LABELS, examples), truth)
        table = pd.DataFrame(
            {
                "id": ids,
                "label": labels[truth],
                "prediction": labels[said],
                "confidence": random.uniform(0.2, 1, examples).round(4),
            }
        )
        (folder / f"run {number:02}").mkdir()
        table.to_parquet(folder / f"run {number:02}" / "predictions.parquet")


def by_errata(experiment: Experiment) -> tuple[Any, ...]:
    """Align the runs, and ask."""
    found = diagnostics.aligned_answers(experiment.runs)
    order = ranked_runs(experiment)
    return run_agreement(found), consensus(found), lonely_answers(found), vote_gains(found, order)


def side_by_side(frames: dict[str, pd.DataFrame]) -> tuple[pd.Series, pd.DataFrame]:
    """The truth, and a column of answers for each run, the best first."""
    merged = None
    for name, frame in frames.items():
        answers = frame[["id", "label", "prediction"]].rename(columns={"prediction": name})
        merged = answers if merged is None else merged.merge(answers, on=["id", "label"])
    assert merged is not None
    answers = merged[list(frames)]
    right = answers.eq(merged["label"], axis=0).mean().sort_values(ascending=False)
    return merged["label"], answers[right.index]


def by_pandas(frames: dict[str, pd.DataFrame]) -> tuple[Any, ...]:
    """All but kappa and the votes, as a notebook would."""
    truth, answers = side_by_side(frames)
    right = answers.eq(truth, axis=0)
    times = right.sum(axis=1)
    pairs = combinations(answers, 2)
    same = {(a, b): (answers[a] == answers[b]).mean() for a, b in pairs}
    alone = right[times == 1].sum(), (~right)[times == len(frames) - 1].sum()
    return same, times.value_counts(), alone


def kappas(frames: dict[str, pd.DataFrame]) -> list[float]:
    """Ten of the kappas."""
    from sklearn.metrics import cohen_kappa_score

    _, answers = side_by_side(frames)
    chosen = islice(combinations(answers, 2), KAPPAS)
    return [cohen_kappa_score(answers[a], answers[b]) for a, b in chosen]


def votes(frames: dict[str, pd.DataFrame]) -> float:
    """The vote of all runs, one of as many votes as there are runs."""
    truth, answers = side_by_side(frames)
    coded = answers.apply(lambda column: pd.Categorical(column, sorted(set(truth))).codes)
    winner = coded.mode(axis=1)[0]
    return float((winner == pd.Categorical(truth, sorted(set(truth))).codes).mean())


def seconds(call: Callable[[], Any]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def main() -> None:
    """Make, read once, then ask in turn."""
    given = [int(word) for word in sys.argv[1:]]
    rounds, runs, examples = (*given, *(3, 30, 50_000)[len(given) :])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, runs, examples)
        (experiment,) = diagnostics.open_workspace(folder).experiments
        frames = {
            run.run: pd.read_parquet(folder / run.run / "predictions.parquet")
            for run in experiment.runs
        }
        by_errata(experiment), kappas({k: v[:500] for k, v in frames.items()})  # imports
        sides: dict[str, list[float]] = {"errata": [], "pandas": [], "kappa": [], "vote": []}
        aligning = []
        for _ in range(rounds):
            sides["errata"].append(seconds(lambda: by_errata(experiment)))
            aligning.append(seconds(lambda: diagnostics.aligned_answers(experiment.runs)))
            merging = seconds(lambda: side_by_side(frames))
            sides["pandas"].append(seconds(lambda: by_pandas(frames)))
            pairs = runs * (runs - 1) / 2
            kappa = seconds(lambda: kappas(frames)) - merging
            sides["kappa"].append(kappa * pairs / min(KAPPAS, pairs))
            sides["vote"].append((seconds(lambda: votes(frames)) - merging) * runs)
        mine, theirs, kappa, vote = (statistics.median(values) for values in sides.values())
        print(f"{runs} runs × {examples:,} examples, medians of {rounds} rounds")
        print(f"errata, everything             {mine:9.3f} s")
        print(f"  of it, laying side by side   {statistics.median(aligning):9.3f} s")
        print(f"pandas, without kappa and vote {theirs:9.3f} s  {theirs / mine:7.1f} ×")
        every = theirs + kappa + vote
        print(f"pandas, everything             {every:9.1f} s  {every / mine:7.0f} ×")


if __name__ == "__main__":
    main()
