"""Assumptions and what became of them: a verdict for each run, and what it rests on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from app.assumptions import cached, choices, groups
from app.assumptions.choices import Listed
from app.frame import session
from app.widgets import verbatim
from app.widgets.example_table import height_of
from app.widgets.labels import LETTER, PADDING, shown_label
from app.widgets.missing import missing
from app.widgets.numbers import known_split
from diagnostics import Experiment, Run
from diagnostics.assumptions.evidence import ALPHA, Reading, Verdict
from diagnostics.assumptions.words import SIDES
from diagnostics.charts import colours
from diagnostics.charts.assumptions import GROUP, group_chart
from diagnostics.workspace.scores import ranked_runs

if TYPE_CHECKING:
    from diagnostics.assumptions.evidence import Judgement

#: Runs that are judged unless others are selected.
RUNS = 5
#: Letters of a run's name that are shown, and pixels of a column at least.
RUN_LETTERS, RUN_WIDTH = 36, 130
#: Rows from which on the table of verdicts scrolls.
MOST_ROWS = 12
MARKS: dict[Verdict, str] = {
    "holds": "✓ holds",
    "violated": "✗ violated",
    "cannot be told": "? cannot be told",
}
_COLOURS: dict[Verdict, str] = {
    "holds": colours.RIGHT,
    "violated": colours.WRONG,
    "cannot be told": colours.OTHER,
}
_SOURCES = {
    "errors": "Wrong answers",
    "answers": "Answers",
    "asked again": "The model, asked again",
    "weight": "The model's weight",
    "importance": "Importance",
}
#: What a piece of evidence says by itself.
_READ: dict[Reading, str] = {
    "yes": "a clear difference",
    "reverse": "a clear difference",
    "no": "too small to matter",
    "unclear": "too little to tell",
    "note": "not judged by",
}
_PUSHED: dict[Reading, str] = {
    **_READ,
    "yes": "clearly towards the label",
    "reverse": "clearly away from the label",
}
_MATRIX, _RUNS = "assumptions_matrix", "assumptions_runs"


def show_empty() -> None:
    """What the page is for, where nothing was written down."""
    missing(
        "Nothing is assumed yet.",
        "Write down what you expect to matter, or not to, before you look: each assumption is "
        "then judged in every run.",
    )


def judged_runs(experiment: Experiment, run: Run) -> list[str]:
    """The runs that are judged: those that are selected, else the best, and the chosen one.

    They stay in their places while one of them is chosen after the other.
    """
    selected = session.selected_runs()
    for_these = (experiment.name, *selected)
    before: tuple[str, ...]
    runs: list[str]
    before, runs = st.session_state.get(_RUNS, ((), []))
    known = {entry.run for entry in experiment.runs}
    if before != for_these or run.run not in runs or not known.issuperset(runs):
        runs = list(dict.fromkeys([run.run, *(selected or ranked_runs(experiment)[:RUNS])]))
        st.session_state[_RUNS] = (for_these, runs)
    return runs


def judged(experiment: Experiment, runs: list[str], entries: list[Listed]) -> list[list[Judgement]]:
    """What became of each assumption in each run, naming the run while it takes."""
    place = st.empty()
    rows: list[list[Judgement]] = [[] for _ in entries]
    for number, name in enumerate(runs, 1):
        with place.container():
            st.caption(f"Judging run {number:,} of {len(runs):,}.")
        at = session.place(experiment.run(name))
        texts = tuple(entry.assumption.text for entry in entries)
        for row, judgement in zip(rows, cached.judgements(at, texts), strict=True):
            row.append(judgement)
    place.empty()
    return rows


def show_matrix(
    experiment: Experiment,
    runs: list[str],
    entries: list[Listed],
    judgements: list[list[Judgement]],
) -> None:
    """A row for each assumption, a column for each run; a click looks at one of them."""
    import pandas as pd

    rows = [
        [_sentence(entry), *(MARKS[one.verdict] for one in row)]
        for entry, row in zip(entries, judgements, strict=True)
    ]
    names = [str(number) for number in range(len(runs) + 1)]
    frame = pd.DataFrame(rows, columns=names)
    columns = {"0": st.column_config.TextColumn("Assumption", width=340, pinned=True)}
    for name, run in zip(names[1:], runs, strict=True):
        head = shown_label(run, RUN_LETTERS)
        width = max(RUN_WIDTH, int(len(head) * LETTER) + 2 * PADDING)
        columns[name] = st.column_config.TextColumn(head, width=width, help=run)
    st.dataframe(
        frame.style.map(_style, subset=names[1:]),
        key=_MATRIX,
        hide_index=True,
        height="content" if len(frame) <= MOST_ROWS else height_of(MOST_ROWS, most=MOST_ROWS),
        column_config=columns,
        on_select=partial(_picked, runs, entries),
        selection_mode="single-cell",
        alt=f"{len(entries)} assumptions, judged in {len(runs)} runs",
    )
    st.caption(_how(experiment, runs, len(entries)))


def _sentence(entry: Listed) -> str:
    said = entry.assumption.sentence
    return f"{said[0].upper()}{said[1:]}" + ("" if entry.is_kept else " (from the link)")


def _style(mark: str) -> str:
    colour = next(_COLOURS[verdict] for verdict, text in MARKS.items() if text == mark)
    return f"color: {colour}"


def _picked(runs: list[str], entries: list[Listed]) -> None:
    cells = st.session_state[_MATRIX]["selection"]["cells"]
    if not cells:
        return
    row, column = cells[0]
    if row < len(entries):
        choices.choose(entries[row].assumption)
        if int(column):
            session.choose(**{session.RUN: runs[int(column) - 1]})


def _how(experiment: Experiment, runs: list[str], n: int) -> str:
    left_out = len(experiment.runs) - len(runs)
    others = "1 other run is" if left_out == 1 else f"{left_out:,} other runs are"
    more = f" {others} not judged: select those that you want above."
    widened = f", widened because {n:,} assumptions are judged" if n > 1 else ""
    return (
        "Holds: the evidence for it is clear. Violated: it is clear, and against it. Cannot be "
        "told: there is too little, or it contradicts itself. Judged on held-out answers, by "
        f"intervals that all hold together with {1 - ALPHA:.0%} confidence{widened}."
        + (more if left_out else "")
    )


def show_notes(broken: int, *, all_in_link: bool) -> None:
    """What the link did not bring, or cannot hold."""
    if broken:
        st.caption(f"{broken:,} of the link's assumptions cannot be read.")
    if not all_in_link:
        st.caption("The link has no room for all of them: export the list to pass it on.")


def show_one(run: Run, entry: Listed, judgement: Judgement) -> None:
    """One assumption in one run: the verdict, the evidence, the chart, both sides' examples."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            verbatim.chip(
                judgement.verdict, judgement.assumption.sentence, _COLOURS[judgement.verdict]
            )
            verbatim.chip("run", run.run)
            st.space("stretch")
            _buttons(entry)
        _written(entry)
        said, drawn = st.columns(2, gap="large")
        with said:
            _show_evidence(judgement)
        with drawn:
            group = _show_chart(judgement)
        if judgement.association is not None:
            groups.show(run, judgement, judgement.association, group)


def _buttons(entry: Listed) -> None:
    if not entry.is_kept:
        st.button(
            "Keep it",
            key="assume_keep",
            icon=":material/bookmark_add:",
            on_click=partial(choices.keep, entry.assumption),
            help="It came with the link and is not with these results.",
        )
    st.button(
        "Withdraw" if entry.is_kept else "Drop",
        key="assume_withdraw",
        icon=":material/delete:",
        on_click=partial(choices.withdraw, entry),
        help="It leaves the list. What was written stays in the file, as a row that is withdrawn.",
    )


def _written(entry: Listed) -> None:
    # Isolated: a name that is written from right to left would turn the date round.
    parts = [f"by \u2068{entry.kept.who}\u2069" if entry.kept.who else "", entry.kept.when[:10]]
    if any(parts):
        st.text(f"Written {' '.join(part for part in parts if part)}")


def _show_evidence(judgement: Judgement) -> None:
    said = _PUSHED if judgement.assumption.claim == "pushes-towards" else _READ
    parts = [
        (f"{_SOURCES[piece.source]}: {said[piece.reading]}", piece.sentence)
        for piece in judgement.evidence
    ]
    title = "Not known" if judgement.evidence else "Why it cannot be told"
    if judgement.missing:
        parts.append((title, "\n".join(judgement.missing)))
    for name, sentence in parts:
        with st.container(gap=None):
            st.caption(name)
            st.text(sentence)


def _show_chart(judgement: Judgement) -> str | None:
    """The shares by group; the group that was clicked."""
    association, assumed = judgement.association, judgement.assumption
    if association is None or not association.examples:
        return None
    what = "wrong" if assumed.label is None else assumed.label
    total = association.groups["hits"].sum() / association.examples
    chart = group_chart(
        association.groups.replace({"group": SIDES}),
        title=shown_label(assumed.subject),
        outcome=shown_label(what),
        is_error=assumed.label is None,
        overall=float(total),
    )
    event = st.altair_chart(
        chart, key="assumption_chart", on_select="rerun", alt=f"Share {what} by {assumed.subject}"
    )
    st.caption(
        f"{association.examples:,} {found_split()} examples, counted beside the names, with 95% "
        "intervals (Wilson). The dashed line is the share of all. Click a point for its examples."
    )
    picked = event["selection"].get(GROUP)
    names = {shown: name for name, shown in SIDES.items()}
    return names.get(picked[0]["group"], picked[0]["group"]) if picked else None


def found_split() -> str:
    """The split that is judged, as a word before `examples`."""
    return known_split(session.run().split)
