"""Thresholds and curves at 500,000 rows × 77 classes, against pandas and scikit-learn.

python benchmarks/thresholds.py [ROUNDS] [ROWS]

Both sides read a Parquet table with a row an answer. Ours is opened before the clock starts, as in
the dashboard; the other side's clock starts at reading the columns that it needs.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import diagnostics

ROOT = Path(__file__).resolve().parents[1]
ROWS, LABELS = 500_000, [f"class {index:02d}" for index in range(77)]
#: Rows that are made at a time.
PART = 50_000
#: Resamples that the row-by-row way does; its time is scaled up to ours, 1,000.
RESAMPLES, SCALED = 1000, 10

TIMED = """
import json, re, time
taken = {}
def timed(name, work, times=1):
    start = time.perf_counter()
    result = work()
    taken[name] = (time.perf_counter() - start) * times
    return result
"""
OURS = """
import diagnostics
from diagnostics.confidence.class_thresholds import class_thresholds
from diagnostics.confidence.curves import average_areas, class_areas
from diagnostics.confidence.risk_coverage import operating_point, risk_coverage_curve
from diagnostics.confidence.selective_counts import selective_counts_of_run
from diagnostics.confidence.one_vs_rest import one_vs_rest
from diagnostics.confidence.risk_coverage import selective_figures
from diagnostics.confidence.thresholds import (
    cheapest_threshold, guaranteed_threshold, observed_threshold)
from diagnostics.workspace import stored_tables
import pandas, scipy.special
run = diagnostics.open_workspace({folder!r}).experiments[0].runs[0]

def curve():
    counts = selective_counts_of_run(run)
    return counts, risk_coverage_curve(counts), selective_figures(counts)

def target():
    return observed_threshold(counts, 0.05), guaranteed_threshold(counts, 0.05)

def areas():
    scores = one_vs_rest(run)
    table = class_areas(scores)
    return table, average_areas(scores, table)

counts, _, ranked = timed("curve", curve)
observed, _ = timed("target", target)
cheapest = timed("costs", lambda: cheapest_threshold(counts, cost_error=5))
timed("classes", lambda: class_thresholds(run, 0.05))
table, averages = timed("areas", areas)
figures = [ranked.aurc, ranked.auroc, observed.coverage, cheapest.cost, averages["macro"]["auc"],
           averages["macro"]["average_precision"]]
"""
OBVIOUS = """
import numpy as np, pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score
from scipy.stats import beta

def read(*columns):
    return pd.read_parquet({file!r}, columns=list(columns))

def curve():
    frame = read("true_label", "predicted_label", "confidence")
    frame["wrong"] = frame.true_label != frame.predicted_label
    auroc = roc_auc_score(~frame.wrong, frame.confidence)
    frame = frame.sort_values("confidence", ascending=False)
    n = np.arange(1, len(frame) + 1)
    risk = frame.wrong.cumsum() / n
    return frame, n, risk, auroc

def target():
    observed = n[risk <= 0.05].max()
    below = int(frame.wrong.iloc[:observed].sum())
    over = observed - below
    interval = beta.ppf([0.025, 0.975], [below, below + 1], [over + 1, over])
    at = np.linspace(len(n) / 200, len(n), 200).astype(int)
    wrong = frame.wrong.cumsum().to_numpy()[at - 1]
    return observed, at[beta.ppf(1 - 0.05 / 200, wrong + 1, at - wrong) <= 0.05].max()

def cost(wrong):
    return 5 * np.cumsum(wrong) + len(wrong) - n

def costs(draws):
    random, wrong = np.random.default_rng(0), frame.wrong.to_numpy()
    for _ in range(draws):
        rows = np.sort(random.integers(0, len(wrong), len(wrong)))
        cost(wrong[rows]).argmin()
    return cost(wrong).min() / len(wrong)

def classes():
    # Read and sorted anew, as ours is: the curve's frame is another view's.
    frame = read("true_label", "predicted_label", "confidence")
    frame["wrong"] = frame.true_label != frame.predicted_label
    frame = frame.sort_values("confidence", ascending=False)
    found = {{}}
    for label, rows in frame.groupby("predicted_label"):
        n, wrong = np.arange(1, len(rows) + 1), rows.wrong.cumsum().to_numpy()
        fits = wrong <= 0.05 * n
        at = np.linspace(len(n) / 200, len(n), 200).astype(int)
        bounds = beta.ppf(1 - 0.05 / 200, wrong[at - 1] + 1, np.maximum(at - wrong[at - 1], 1e-9))
        promised = at[bounds <= 0.05]
        found[label] = (
            len(rows), wrong[-1], n[fits].max(initial=0), rows.confidence[fits].min(),
            rows.confidence.iloc[promised[-1] - 1] if len(promised) else None,
        )
    return found

def areas():
    whole = read("true_label", "probabilities")
    p, truth = np.stack(whole["probabilities"].to_numpy()), whole["true_label"].to_numpy()
    one = [(truth == k, p[:, k]) for k in range(p.shape[1])]
    return (np.mean([roc_auc_score(*pair) for pair in one]),
            np.mean([average_precision_score(*pair) for pair in one]))

frame, n, risk, auroc = timed("curve", curve)
observed, _ = timed("target", target)
cheapest = timed("costs", lambda: costs({scaled}), times={resamples} / {scaled})
timed("classes", classes)
auc, precision = timed("areas", areas)
figures = [risk.mean(), auroc, observed / len(n), cheapest, auc, precision]
"""
SAID = """
# Not what getrusage says: that begins with the memory of the process that started this one.
peak = int(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read()).group(1)) / 1024
print(json.dumps([taken, [float(figure) for figure in figures], peak]))
"""


def make(folder: Path, rows: int) -> None:
    """Answers that are right more often where they are surer, with every class's probability."""
    random = np.random.default_rng(0)
    truth = random.integers(0, len(LABELS), rows)
    shares = np.empty((rows, len(LABELS)), dtype="f4")
    for start in range(0, rows, PART):
        part = slice(start, start + PART)
        scores = random.normal(size=shares[part].shape)
        scores[np.arange(len(scores)), truth[part]] += 4
        raised = np.exp(1.5 * scores)
        shares[part] = raised / raised.sum(axis=1, keepdims=True)
    names = np.array(LABELS)
    diagnostics.record(
        folder / "run", true_label=names[truth].tolist(), probabilities=shares, labels=LABELS
    )


def answer(code: str) -> tuple[dict[str, float], list[float], float]:
    """Seconds by question, the figures and the peak of memory, from a fresh process."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", TIMED + code + SAID],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    taken, figures, peak = json.loads(done.stdout.splitlines()[-1])
    return taken, figures, peak


def main() -> None:
    """Run both sides in turn and print medians, their ratio, and that they agree."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else ROWS
    with tempfile.TemporaryDirectory() as name:
        make(Path(name), rows)
        run = diagnostics.open_workspace(Path(name)).experiments[0].runs[0]
        other = OBVIOUS.format(
            file=str(run.table("predictions")), scaled=SCALED, resamples=RESAMPLES
        )
        sides = (OURS.format(folder=name), other)
        answers = [[answer(side) for side in sides] for _ in range(rounds)]
    print(f"{'':10}{'Errata':>10}{'obvious':>10}{'ratio':>8}")
    for question in answers[0][0][0]:
        ours, theirs = ([both[side][0][question] for both in answers] for side in (0, 1))
        ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
        print(
            f"{question:10}{statistics.median(ours):9.3f}s{statistics.median(theirs):9.3f}s"
            f"{ratio:7.1f}×"
        )
    figures = zip(answers[0][0][1], answers[0][1][1], strict=True)
    print(f"figures agree within {max(abs(mine - theirs) for mine, theirs in figures):.0e}")
    peaks = [statistics.median(both[side][2] for both in answers) for side in (0, 1)]
    print(f"peak memory {peaks[0]:,.0f} MB against {peaks[1]:,.0f} MB")


if __name__ == "__main__":
    main()
