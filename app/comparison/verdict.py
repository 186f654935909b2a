"""The Compare page's head: the verdict, the counts that open their examples, the metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from app.comparison.choices import Choice, open_outcome
from app.comparison.words import Verdict, left_out, mcnemar_help, permutation_help, verdict
from app.widgets.numbers import known_split
from diagnostics import Comparison, Experiment
from diagnostics.charts.comparison import differences_chart
from diagnostics.predictions.completeness import lists_only_mistakes
from diagnostics.statistics.metric_names import metric_words

if TYPE_CHECKING:
    import pandas as pd

#: Metrics that are drawn, in this order; the table has them all.
_DRAWN = ("accuracy", "macro_f1", "weighted_f1", "balanced_accuracy", "matthews_correlation")


@dataclass(frozen=True)
class _Count:
    """A number on top: its outcome in the link, its words, what it means, how it is ranked."""

    outcome: str
    title: str
    meaning: str
    by: str = "moved"


_COUNTS: tuple[_Count, ...] = (
    _Count("fixed", "Fixed", "The old run was wrong, the new one is right."),
    _Count("broken", "Broken", "The old run was right, the new one is wrong."),
    _Count("both-wrong-same", "Both wrong, same answer", "Both gave the same wrong label."),
    _Count("both-wrong-different", "Both wrong, differently", "Both are wrong, with two labels."),
    _Count("both-right", "Both right", "Both gave the true label."),
)
_COUNTS_WITHOUT_TRUTH: tuple[_Count, ...] = (
    _Count("disagree", "Different answers", "The two runs gave two labels.", by="all"),
    _Count("agree", "Equal answers", "The two runs gave the same label."),
)
#: Why right answers cannot be listed.
IN_NO_FILE = (
    "These runs kept only their mistakes. How many examples all of them answered rightly follows "
    "from their reports, but which these are is in no file. `rasa test --successes` keeps them."
)
#: What the buttons say, by the ranking that they open.
_OPEN = {"moved": "Read them", "all": "The most confident first"}


def show_verdict(comparison: Comparison, choice: Choice, experiment: Experiment) -> None:
    """One sentence on which run is better and whether that is evidence."""
    said = verdict(comparison)
    with st.container(border=True):
        _headline(said)
        st.text(said.sentence)
        if said.figures:
            st.text(said.figures, help=mcnemar_help())
    _say_what_was_compared(comparison, choice, experiment)


def _headline(verdict: Verdict) -> None:
    icons = {
        "better": ":green[:material/trending_up:]",
        "worse": ":red[:material/trending_down:]",
        "open": ":material/trending_flat:",
    }
    st.subheader(f"{icons[verdict.side]} {verdict.headline}", anchor=False)


def _say_what_was_compared(comparison: Comparison, choice: Choice, experiment: Experiment) -> None:
    split = known_split(comparison.split)
    noun = "example" if comparison.paired == 1 else "examples"
    some = "that fit the restrictions and " if choice.is_narrowed else ""
    words = [f"{comparison.paired:,} {split} {noun} {some}that both runs answered."]
    if comparison.has_truth and len(experiment.runs) > 2:
        words.append(
            f"The test is of these two runs alone: a run picked as the best of "
            f"{len(experiment.runs):,} looks better than it is."
        )
    st.caption(" ".join(words))
    for line in left_out(comparison):
        st.text(line)


def show_counts(comparison: Comparison, choice: Choice, experiment: Experiment) -> None:
    """What became of the examples, in large figures; each opens its own."""
    # What both answered rightly is in no file where both kept only their mistakes.
    unlisted = {"both-right", "agree"} if list_only_mistakes(comparison, experiment) else set()
    counts = _COUNTS if comparison.has_truth else _COUNTS_WITHOUT_TRUTH
    both = comparison.agreement
    values = {**comparison.outcomes, "agree": both.agree, "disagree": both.disagree}
    with st.grid(len(counts), min_column_width=165):
        for count in counts:
            with st.container(border=True, gap="small", height="stretch"):
                n = values[count.outcome]
                share = f"{n / comparison.paired:.1%}" if comparison.paired else None
                st.metric(count.title, f"{n:,}", help=count.meaning, delta_description=share)
                if opens(_OPEN[count.by], count.outcome, n, in_no_file=count.outcome in unlisted):
                    open_outcome(choice, count.outcome, by=count.by)


def list_only_mistakes(comparison: Comparison, experiment: Experiment) -> bool:
    """Whether what both runs answered rightly is in no file."""
    return all(lists_only_mistakes(experiment.run(name)) for name in (comparison.a, comparison.b))


def opens(label: str, name: str, n: int, *, in_no_file: bool) -> bool:
    """Whether the button below a number was clicked; it says so where there is nothing to open."""
    return st.button(
        "In no file" if in_no_file else label,
        key=f"compare_open_{name}",
        icon=":material/visibility_off:" if in_no_file else ":material/list_alt:",
        type="tertiary",
        disabled=in_no_file or not n,
        help=IN_NO_FILE if in_no_file else None,
    )


def show_metrics(comparison: Comparison) -> None:
    """Every metric's difference with its interval."""
    metrics = comparison.metrics
    st.subheader("Metrics", anchor=False)
    if metrics.empty:
        return
    st.caption(
        "New run less old run, with the 95 % interval of 1,000 resamples of the examples that both "
        "answered. An interval that leaves out zero is coloured. The table of all metrics has "
        "p-values of a permutation test, too."
    )
    drawn = metrics[metrics["metric"].isin(_DRAWN)].copy()
    drawn["metric"] = [metric_words(name) for name in drawn["metric"]]
    st.altair_chart(
        differences_chart(drawn), alt=f"Difference of {len(drawn)} metrics with 95 % intervals"
    )
    with st.expander("All metrics"):
        _metrics_table(metrics)


def _metrics_table(metrics: pd.DataFrame) -> None:
    kinds = st.column_config
    shown = metrics.assign(metric=[metric_words(name) for name in metrics["metric"]])
    st.dataframe(
        shown,
        hide_index=True,
        column_config={
            "metric": kinds.TextColumn("Metric"),
            "a": kinds.NumberColumn("Old run", format="%.4f"),
            "b": kinds.NumberColumn("New run", format="%.4f"),
            "difference": kinds.NumberColumn("Difference", format="%+.4f"),
            "low": kinds.NumberColumn("95 % from", format="%+.4f"),
            "high": kinds.NumberColumn("to", format="%+.4f"),
            "p": kinds.NumberColumn("p", format="%.2g", help=permutation_help()),
        },
        alt=f"{len(shown)} metrics of both runs, their differences, intervals and p-values",
    )
