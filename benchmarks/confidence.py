"""The page on confidence at 500,000 rows × 20 classes, against pandas, scikit-learn and SciPy.

python benchmarks/confidence.py [ROUNDS] [ROWS]

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
ROWS, LABELS = 500_000, [f"class {index:02d}" for index in range(20)]
#: Draws of the consistency band that the row-by-row way does; its time is scaled up to ours.
DRAWS, SCALED = 1000, 5

TIMED = """
import json, time
taken = {}
def timed(name, work, times=1):
    start = time.perf_counter()
    result = work()
    taken[name] = (time.perf_counter() - start) * times
    return result
"""
OURS = """
import diagnostics
from diagnostics.confidence.histogram import confidence_counts, histogram_bars
from diagnostics.confidence.corp import brier_decomposition, by_chance, corp_line, log_decomposition
from diagnostics.confidence.levels import run_confidence_levels
from diagnostics.confidence.proper_scores import proper_scores
from diagnostics.confidence.vectors import VectorTable
from diagnostics.confidence.reliability import calibration_errors, reliability_bins
from diagnostics.confidence.temperature import rescaling
from diagnostics.workspace import stored_tables
import pandas, scipy.optimize, scipy.special
run = diagnostics.open_workspace({folder!r}).experiments[0].runs[0]

def reliability():
    found = run_confidence_levels(run)
    ece = [calibration_errors(reliability_bins(found, binning=b)).ece for b in ("width", "mass")]
    return found, ece, brier_decomposition(found), log_decomposition(found), corp_line(found)

timed("histogram", lambda: histogram_bars({{"run": confidence_counts(run)}}))
found, ece, brier, log, line = timed("reliability", reliability)
timed("band", lambda: by_chance(found))
scores = timed("vectors", lambda: proper_scores(VectorTable(run), len(run.labels)))
scaled = timed("temperature", lambda: rescaling(VectorTable(run)))
figures = [ece[0], brier.score, brier.miscalibration, scores.log_loss, scores.brier.score,
           scaled.temperature]
"""
OBVIOUS = """
import numpy as np, pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.calibration import calibration_curve
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss

def read(*columns):
    return pd.read_parquet({file!r}, columns=list(columns))

def judged():
    frame = read("true_label", "predicted_label", "confidence")
    return frame["confidence"].to_numpy(), (frame.true_label == frame.predicted_label).to_numpy()

def histogram():
    confidence, right = judged()
    return [np.histogram(confidence[side], bins=20, range=(0, 1)) for side in (right, ~right)]

def reliability():
    confidence, right = judged()
    errors = []
    for bins in (pd.cut(confidence, np.linspace(0, 1, 16)), pd.qcut(confidence, 15)):
        table = pd.DataFrame({{"c": confidence, "o": right}}).groupby(bins, observed=True).mean()
        share = pd.Series(bins).value_counts(normalize=True, sort=False)
        errors.append(float(((table.c - table.o).abs() * share[share > 0].to_numpy()).sum()))
    calibration_curve(right, confidence, n_bins=15)
    fitted = IsotonicRegression().fit_transform(confidence, right)
    brier = brier_score_loss(right, confidence)
    log_loss(right, confidence)
    return confidence, errors, brier, brier - brier_score_loss(right, fitted)

def band(draws):
    random = np.random.default_rng(0)
    return [IsotonicRegression().fit_transform(confidence, random.random(len(confidence)) <
            confidence) for _ in range(draws)]

def vectors():
    frame = read("true_label", "probabilities")
    return np.stack(frame["probabilities"].to_numpy()).astype(float), frame["true_label"].to_numpy()

def scored():
    p, truth = vectors()
    labels = np.arange(p.shape[1])
    errors = []
    for k in labels:
        bins = np.clip(np.ceil(p[:, k] * 15), 1, 15)
        table = pd.DataFrame({{"c": p[:, k], "o": truth == k}}).groupby(bins).sum()
        errors.append((table.c - table.o).abs().sum() / len(p))
        fitted = IsotonicRegression().fit_transform(p[:, k], truth == k)
        ((fitted - (truth == k)) ** 2).mean()
    return (log_loss(truth, p, labels=labels),
            brier_score_loss(truth, p, labels=labels, scale_by_half=False))

def temperature():
    p, truth = vectors()
    z = np.log(np.clip(p, 1e-12, None))
    half = np.random.default_rng(0).random(len(p)) < 0.5
    def loss(value, rows):
        return -log_softmax(z[rows] / value, axis=1)[np.arange(rows.sum()), truth[rows]].mean()
    fitted = [minimize_scalar(loss, args=(rows,), bounds=(0.05, 20), method="bounded").x
              for rows in (half, ~half, half | ~half)]
    return fitted[-1]

timed("histogram", histogram)
confidence, ece, brier, miscalibration = timed("reliability", reliability)
timed("band", lambda: band({scaled}), times={draws} / {scaled})
loss, vector_brier = timed("vectors", scored)
value = timed("temperature", temperature)
figures = [ece[0], brier, miscalibration, loss, vector_brier, value]
"""
SAID = "\nprint(json.dumps([taken, [float(figure) for figure in figures]]))"


def make(folder: Path, rows: int) -> None:
    """Answers that are less sure than they could be, with the probabilities of every class."""
    random = np.random.default_rng(0)
    truth = random.integers(0, len(LABELS), rows)
    scores = random.normal(size=(rows, len(LABELS)))
    scores[np.arange(rows), truth] += 3
    shares = np.exp(1.8 * scores)
    shares /= shares.sum(axis=1, keepdims=True)
    names = np.array(LABELS)
    diagnostics.record(
        folder / "run",
        true_label=names[truth].tolist(),
        probabilities=shares.astype("f4"),
        labels=LABELS,
    )


def answer(code: str) -> tuple[dict[str, float], list[float]]:
    """Seconds by question and the figures, from a fresh process."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", TIMED + code + SAID],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    taken, figures = json.loads(done.stdout.splitlines()[-1])
    return taken, figures


def main() -> None:
    """Run both sides in turn and print medians, their ratio, and that they agree."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else ROWS
    with tempfile.TemporaryDirectory() as name:
        make(Path(name), rows)
        run = diagnostics.open_workspace(Path(name)).experiments[0].runs[0]
        file = str(run.table("predictions"))
        sides = (OURS.format(folder=name), OBVIOUS.format(file=file, scaled=SCALED, draws=DRAWS))
        answers = [[answer(side) for side in sides] for _ in range(rounds)]
    print(f"{'':14}{'Errata':>10}{'obvious':>10}{'ratio':>8}")
    for question in answers[0][0][0]:
        ours, other = ([both[side][0][question] for both in answers] for side in (0, 1))
        ratio = statistics.median(b / a for a, b in zip(ours, other, strict=True))
        print(
            f"{question:14}{statistics.median(ours):9.3f}s{statistics.median(other):9.3f}s"
            f"{ratio:7.1f}×"
        )
    *scores, temperature = zip(answers[0][0][1], answers[0][1][1], strict=True)
    far = max(abs(mine - theirs) for mine, theirs in scores)
    print(f"scores agree within {far:.0e}; temperature {temperature[0]:.4f}, on some of the rows,"
          f" against {temperature[1]:.4f}")  # fmt: skip


if __name__ == "__main__":
    main()
