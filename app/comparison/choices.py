"""What the Compare page shows: the old run, the split, and the examples that are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from app.frame import session
from app.widgets.labels import shown_label
from app.widgets.missing import keep_hint, missing
from app.widgets.split_choice import choose_split
from diagnostics import Experiment, Filter, Run
from diagnostics.predictions.aligned_runs import alignable_runs
from diagnostics.predictions.completeness import has_answers
from diagnostics.workspace.scores import ranked_runs

#: The picker of the old run; the Examples page knows it by the same name.
AGAINST = "against"
#: The pair of answers whose examples are listed, by its two labels.
OLD, NEW = "compare_from", "compare_to"
#: All that is chosen on the page.
KEYS = (
    *("compare_view", AGAINST, "split"),
    *("compare_true", "compare_predicted", "compare_words", "compare_confidence"),
    *(OLD, NEW, "compare_likeness", "compare_suspicious"),
)
#: The views, as they stand in the link.
TWO, ALL = "Two runs", "All runs"
#: Runs from which on there is more to say than of two.
MANY = 3


@dataclass(frozen=True)
class Choice:
    """The old run's name, the split (None for the held-out one) and what is looked at of it."""

    against: str
    split: str | None
    where: Filter

    @property
    def is_narrowed(self) -> bool:
        """Whether only some of the examples are looked at."""
        return self.where != Filter()


def require_two(experiment: Experiment, run: Run) -> None:
    """End the page with a sentence if there is nothing to hold the run against."""
    if run.task != "classification":
        what = "Runs are compared by the one label that they give to each example."
        missing(what, "Choose an experiment that classifies.")
    elif not has_answers(run):
        what = f"{run.run} kept no answers to single examples, only figures."
        missing(what, keep_hint(run))
    elif not opponents(experiment, run):
        if len(experiment.runs) > 1:
            what = "None of the other runs kept its answers to single examples."
            hint = keep_hint(run)
        else:
            what = f"{run.run} is the only run on these examples: there is none to compare it with."
            hint = (
                "Evaluate another model on the same examples and keep its results beside these; "
                "runs that share examples and their true labels become one experiment."
            )
        missing(what, hint)
    else:
        return
    st.stop()


def opponents(experiment: Experiment, run: Run, selected: Sequence[str] = ()) -> list[str]:
    """The other runs whose answers are known, the one to begin with first.

    Selected runs come first, then those that compare as equals; of each the best one first.
    """
    equals = {other.run for other in alignable_runs(experiment, run)[0]}
    names = [
        name
        for name in ranked_runs(experiment)
        if name != run.run and has_answers(experiment.run(name))
    ]
    return sorted(names, key=lambda name: (name not in selected, name not in equals))


def choose_view(experiment: Experiment, run: Run) -> str:
    """Two runs, or all that can be laid side by side where these are three or more."""
    if len(alignable_runs(experiment, run)[0]) < MANY:
        return TWO
    view: str = st.segmented_control(
        "View",
        [TWO, ALL],
        default=TWO,
        key="compare_view",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    return view


def choose_two(experiment: Experiment, run: Run) -> Choice:
    """The old run, the split, and which examples; the best other run, or a selected one."""
    against = _choose_against(opponents(experiment, run, session.selected_runs()))
    split = choose_split(run)
    return Choice(against, split, _choose_examples(run))


def _choose_against(names: list[str]) -> str:
    if st.session_state.get(AGAINST, names[0]) not in names:
        session.choose(**{AGAINST: None})
    chosen: str = st.selectbox(
        "Against the old run",
        names,
        key=AGAINST,
        bind="query-params",
        help="The run on top is the new one. Unless told otherwise it is held against a selected "
        "run, or the best of the others.",
        width=280,
    )
    return chosen


def _choose_examples(run: Run) -> Filter:
    """The popover that narrows the comparison down to some examples."""
    n = sum(bool(value) for value in _narrowing().values())
    label = f"{n} restriction{'s' * (n > 1)}" if n else "All examples"
    with st.popover(label, icon=":material/filter_alt:"):
        true_label = _label("compare_true", "True label")
        predicted = _label("compare_predicted", "Label of the new run")
        words = st.text_input("Words in the text", key="compare_words", bind="query-params")
        low, high = st.slider(
            "Confidence of the new run",
            0.0,
            1.0,
            (0.0, 1.0),
            step=0.05,
            key="compare_confidence",
            bind="query-params",
        )
        if n:
            st.button("All examples again", icon=":material/close:", on_click=_widen)
    return Filter(
        true_label=true_label or None,
        predicted_label=predicted or None,
        text=words or None,
        min_confidence=low if low > 0 else None,
        max_confidence=high if high < 1 else None,
    )


def _narrowing() -> dict[str, object]:
    """The choices of the popover before it is drawn, by key; empty ones do not restrict."""
    names = ("compare_true", "compare_predicted", "compare_words")
    chosen: dict[str, object] = {
        name: st.session_state.get(name, st.query_params.get(name)) for name in names
    }
    labels = set(session.experiment().labels)
    for name in ("compare_true", "compare_predicted"):
        if chosen[name] not in labels:  # of an old link; the picker forgets it, too
            chosen[name] = None
    confidence = st.session_state.get("compare_confidence", (0.0, 1.0))
    chosen["compare_confidence"] = tuple(confidence) != (0.0, 1.0)
    return chosen


def _widen() -> None:
    session.choose(**dict.fromkeys(_narrowing(), None))


def _label(key: str, title: str) -> str:
    chosen: str = st.selectbox(
        title,
        ["", *(label for label in session.experiment().labels if label)],
        key=key,
        bind="query-params",
        format_func=lambda label: shown_label(label) if label else "any",
    )
    return chosen


def split_in_link(run: Run, split: str) -> str | None:
    """How the Examples page is told the split: not at all where it is the one it shows anyway."""
    return None if split == run.split else split


def open_outcome(choice: Choice, outcome: str, **more: str | None) -> None:
    """Go to the examples of an outcome, unless told otherwise those first that moved most.

    `more` are other choices of that page: `true`, `predicted`, `example`, `by`.
    """
    where = choice.where
    usual = {
        "against": choice.against,
        "outcome": outcome,
        "by": "moved",
        "split": choice.split,
        "true": where.true_label,
        "predicted": where.predicted_label,
        "q": where.text,
        "above": _decimal(where.min_confidence),
        "below": _decimal(where.max_confidence),
    }
    known = {name: value for name, value in more.items() if value is not None}
    session.go("examples.py", **{**usual, **known})


def _decimal(bound: float | None) -> str | None:
    return None if bound is None else f"{bound:g}"
