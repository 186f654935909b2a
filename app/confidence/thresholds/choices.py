"""What the threshold views are told by the person: the threshold, the target, costs, labels."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import streamlit as st

from app.confidence.thresholds import cached
from app.frame import session
from diagnostics import Run
from diagnostics.confidence.fallback import FallbackSettings, usual_ambiguity, usual_none_labels
from diagnostics.confidence.selective_counts import SelectiveCounts
from diagnostics.confidence.thresholds import observed_threshold

#: Keys, and so names in the link.
THRESHOLD, TARGET, COST, NONE_LABELS = "threshold", "target", "cost", "none_labels"
AMBIGUITY = "ambiguity_threshold"
#: Percent wrong among the answered: usually the largest of these that at least halves the share.
TARGETS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
#: What a wrong answer usually costs, in answers withheld.
USUAL_COST = 5.0
_SLIDER = "threshold_slider"


@dataclass(frozen=True)
class Selection:
    """What is looked at: the runs, the chosen one first, and what narrows their answers."""

    runs: list[Run]
    split: str | None
    label: str | None
    none_labels: tuple[str, ...]
    scored: int = 0

    def of_probabilities(self) -> Selection:
        """The same without the runs laid over that have scores: `scored` says how many."""
        kept = [self.run, *(run for run in self.runs[1:] if self.counts(run).is_probability)]
        return replace(self, runs=kept, scored=len(self.runs) - len(kept))

    @property
    def run(self) -> Run:
        """The chosen run."""
        return self.runs[0]

    def counts(self, run: Run | None = None) -> SelectiveCounts:
        """The answers of one of the runs by confidence."""
        place = session.place(run or self.run)
        return cached.selective(place, self.split, self.none_labels, self.label)


def choose_none_labels(run: Run) -> tuple[str, ...]:
    """The labels that mean "no answer", behind a button that says how many there are."""
    labels = [label for label in run.labels if label]
    usual = usual_none_labels(labels)
    if set(st.session_state.get(NONE_LABELS, ())) - set(labels):  # of another run
        del st.session_state[NONE_LABELS]
    with st.popover("Labels that mean no answer", icon=":material/block:"):
        chosen = st.multiselect(
            "Labels that mean no answer",
            labels,
            default=usual,
            key=NONE_LABELS,
            bind="query-params",
            placeholder="None of them",
            label_visibility="collapsed",
        )
        st.caption(
            "Given as an answer they are a withheld one. Where they are true, any other answer is "
            "wrong, and to withhold it is right. Empty answers are always withheld ones."
        )
    return tuple(chosen)


def choose_threshold(counts: SelectiveCounts, settings: FallbackSettings | None) -> float:
    """The threshold, as a number that stands in the link and a slider that follows it."""
    usual = _usual_threshold(counts, settings)
    _seed(THRESHOLD, usual)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        threshold = st.number_input(
            "Threshold",
            0.0,
            1.0,
            None,
            step=0.01,
            format="%g",
            key=THRESHOLD,
            bind="query-params",
            help="Answers of at least this confidence are given, the others withheld.",
            width=150,
        )
        threshold = usual if threshold is None else threshold
        st.session_state[_SLIDER] = threshold
        st.slider(
            "Confidence from which on an answer is given",
            0.0,
            1.0,
            step=0.001,
            format="%g",
            key=_SLIDER,
            on_change=_slid,
            label_visibility="collapsed",
        )
    return float(threshold)


def _seed(key: str, value: float) -> None:
    """What an untouched widget shows; not its default, so that the link names it, too."""
    if st.session_state.get(key) is None and key not in st.query_params:
        st.session_state[key] = value


def _slid() -> None:
    use(st.session_state[_SLIDER])


def use(threshold: float) -> None:
    """Take a threshold, from a callback."""
    st.session_state[THRESHOLD] = min(max(float(threshold), 0.0), 1.0)


def _usual_threshold(counts: SelectiveCounts, settings: FallbackSettings | None) -> float:
    """The one that is configured; else the lowest that reaches the usual target; else none."""
    if settings is not None:
        return min(max(settings.threshold, 0.0), 1.0)
    found = observed_threshold(counts, usual_target(counts) / 100)
    return found.threshold if found.reached else 0.0


def usual_target(counts: SelectiveCounts) -> float:
    """The target, in percent, unless another is chosen."""
    half = 50 * counts.errors / max(counts.candidates, 1)
    return max((target for target in TARGETS if target <= half), default=TARGETS[0])


def choose_target(counts: SelectiveCounts) -> float:
    """The share of wrong answers that is bearable among those given."""
    usual = usual_target(counts)
    _seed(TARGET, usual)
    percent = st.number_input(
        "At most so many % wrong among the answered",
        0.0,
        99.0,
        None,
        step=0.5,
        format="%g",
        key=TARGET,
        bind="query-params",
    )
    return float(usual if percent is None else percent) / 100


def choose_cost() -> float:
    """What a wrong answer costs, in answers withheld."""
    cost = st.number_input(
        "A wrong answer costs as much as so many withheld ones",
        0.1,
        10_000.0,
        USUAL_COST,
        step=1.0,
        format="%g",
        key=COST,
        bind="query-params",
    )
    return float(USUAL_COST if cost is None else cost)


def choose_ambiguity(settings: FallbackSettings | None) -> float:
    """How far an answer has to be ahead of its runner-up, as Rasa asks for besides."""
    usual = usual_ambiguity(settings)
    chosen = st.number_input(
        "Ambiguity threshold",
        0.0,
        1.0,
        None,
        step=0.01,
        format="%g",
        key=AMBIGUITY,
        bind="query-params",
        placeholder=f"{usual:g}",
        help="Rasa also withholds answers that are less than this ahead of the runner-up.",
    )
    return usual if chosen is None else float(chosen)


def number(threshold: float) -> str:
    """A threshold as it is read: four decimals at most, more where those would say 1."""
    if math.isinf(threshold) or math.isnan(threshold):
        return "–"
    rounded = f"{threshold:.4f}".rstrip("0").rstrip(".")
    return rounded if (rounded == "1") == (threshold == 1) else f"{threshold:.9g}"
