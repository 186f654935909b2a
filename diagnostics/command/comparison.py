"""What `errata compare` answers: two runs as tables for people, or as JSON for scripts."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from diagnostics.command.terminal import new_console, print_json, print_table, printable
from diagnostics.comparison.comparison import Comparison, signed, verdict

if TYPE_CHECKING:
    from rich.console import Console

    from diagnostics.workspace import Experiment

#: Classes, and pairs of answers, that a person is shown.
SHOWN = 5
#: Metrics that a person is shown; JSON has all.
METRICS = ("accuracy", "macro_f1", "weighted_f1", "balanced_accuracy", "matthews_correlation")
#: What each of `Comparison.outcomes` means, in their order.
_MOVES = (
    ("wrong", "right: fixed"),
    ("right", "wrong: broken"),
    ("wrong", "the same wrong answer"),
    ("wrong", "another wrong answer"),
    ("right", "right"),
)


def show_comparison(experiment: Experiment, comparison: Comparison, *, as_json: bool) -> None:
    """The comparison of two runs of the experiment."""
    if as_json:
        print_json({"experiment": experiment.name, **comparison_summary(comparison)})
        return
    console = new_console()
    console.print(
        printable(
            f"{comparison.a} (old) → {comparison.b} (new): {experiment.name}, "
            f"split {comparison.split}, {comparison.paired:,} examples"
        )
    )
    console.print(printable(verdict(comparison)))
    if comparison.has_truth:
        _print_outcomes(console, comparison)
        _print_metrics(console, comparison)
        _print_classes(console, comparison)
    else:
        _print_flow(console, comparison)
    reasons = comparison.unpaired.reasons(comparison.a, comparison.b)
    if reasons:
        console.print(f"Not compared: {comparison.unpaired.total:,} examples.")
    for line in (*reasons, *comparison.notes):
        console.print(printable(f"  {line}"), style="dim")


def comparison_summary(comparison: Comparison) -> dict[str, Any]:
    """What `errata compare --json` prints: counts, tests, metrics, then the classes and the rest.

    Without true labels what needs them is null, and `metrics` and `classes` are empty.
    """
    judged = comparison.has_truth
    return {
        "a": comparison.a,
        "b": comparison.b,
        "split": comparison.split,
        "paired": comparison.paired,
        "unpaired": comparison.unpaired.total,
        "fixed": comparison.fixed if judged else None,
        "broken": comparison.broken if judged else None,
        "both_wrong": comparison.both_wrong if judged else None,
        "both_right": comparison.both_right if judged else None,
        "net": comparison.net if judged else None,
        "mcnemar_p": comparison.mcnemar_p,
        "mcnemar_midp": comparison.mcnemar_midp,
        "metrics": {
            row.pop("metric"): row for row in comparison.metrics.to_dict("records")
        },
        "both_wrong_same": comparison.both_wrong_same if judged else None,
        "both_wrong_different": comparison.both_wrong_different if judged else None,
        "churn": comparison.churn,
        "negative_flip_rate": comparison.negative_flip_rate,
        "positive_flip_rate": comparison.positive_flip_rate,
        "backward_trust": comparison.backward_trust,
        "backward_error": comparison.backward_error,
        "agreement": {
            **asdict(comparison.agreement),
            "disagreement": comparison.agreement.disagreement,
        },
        "mix": asdict(comparison.mix),
        "unpaired_reasons": asdict(comparison.unpaired),
        "classes": comparison.classes.to_dict("records"),
        "answered": comparison.answered.to_dict("records"),
        "notes": list(comparison.notes),
        "verdict": verdict(comparison),
    }  # fmt: skip


def _print_outcomes(console: Console, comparison: Comparison) -> None:
    rows = [
        [f"{old} → {new}", f"{n:,}", f"{n / comparison.paired:.1%}"]
        for (old, new), n in zip(_MOVES, comparison.outcomes.values(), strict=True)
    ]
    print_table(console, "", ["old → new", "examples", "share"], rows, numbers=1)


def _print_metrics(console: Console, comparison: Comparison) -> None:
    rows = [
        [
            row.metric.replace("_", " ").replace("correlation", "corr."),
            f"{row.a:.4f}",
            f"{row.b:.4f}",
            "{} [{}, {}]".format(*map(_difference, (row.difference, row.low, row.high))),
            p_text(row.p),
        ]
        for row in comparison.metrics[comparison.metrics["metric"].isin(METRICS)].itertuples()
    ]
    header = ["metric", "old", "new", "difference, 95 % interval", "p"]
    print_table(console, "", header, rows, numbers=1)


def _print_classes(console: Console, comparison: Comparison) -> None:
    """The classes with most evidence of a change, if anything changed in any."""
    tested = comparison.classes["p"].notna()
    moved = comparison.classes[comparison.classes["fixed"] + comparison.classes["broken"] > 0]
    if moved.empty:
        return
    certain = int((comparison.classes["p_adjusted"] < 0.05).sum())
    title = (
        f"Classes by evidence of a change: {certain} of {int(tested.sum()):,} tested have an "
        "adjusted p below 0.05"
    )
    rows = [
        [
            row.label,
            f"{row.support:,}",
            f"{row.fixed:,}",
            f"{row.broken:,}",
            signed(row.net),
            f"{row.recall_a:.3f} → {row.recall_b:.3f}",
            p_text(row.p_adjusted),
        ]
        for row in moved.sort_values("p", kind="stable").head(SHOWN).itertuples()
    ]
    header = ["class", "examples", "fixed", "broken", "net", "recall", "adjusted p"]
    print_table(console, title, header, rows, numbers=1)


def _print_flow(console: Console, comparison: Comparison) -> None:
    changed = comparison.flow[
        comparison.flow["predicted_a"] != comparison.flow["predicted_b"]
    ].head(SHOWN)
    rows = [
        [row.predicted_a, row.predicted_b, f"{row.n:,}", f"{row.share_of_a:.1%}"]
        for row in changed.itertuples()
    ]
    header = ["old", "new", "examples", "of the old label"]
    print_table(console, "Answers that changed", header, rows, numbers=2)


def p_text(p: float) -> str:
    """A p-value with two digits; a dash where there is none."""
    return "–" if math.isnan(p) else f"{p:.2g}"


def _difference(value: float) -> str:
    return f"{value:+.4f}".replace("-", "−")
