"""The Examples page's parts: what to list, the list, the steps through it, and its export."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING

import streamlit as st

from app.examples import cached
from app.examples.choices import NAMES, Choice
from app.examples.filters import Chip, chips, clear
from app.examples.words import definition
from app.frame import session
from app.widgets import example_table, verbatim
from app.widgets.missing import keep_hint, missing
from diagnostics import DiagnosticsError, Evidence, Filter, Run
from diagnostics.charts import colours
from diagnostics.examples.content import with_shared_content
from diagnostics.examples.export import EXPORT_LIMIT, exported_examples, file_name, to_csv, to_jsonl

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics import Experiment, Ranking
    from diagnostics.workspace.reducers import By

#: How far a list can be paged through.
LISTED = 2_000
#: Labels that are another one throughout, by the outcome.
_SAME = {
    "fixed": ("predicted_label",),
    "broken": ("against_label",),
    "both-wrong-same": ("against_label",),
    "both-right": ("predicted_label", "against_label"),
    "agree": ("against_label",),
}
#: Which experiment the chosen example was looked at in.
_EXPERIMENT = "examples_experiment"


def require_examples(run: Run) -> None:
    """End the page with a sentence if the run has no examples to show."""
    if run.has(Evidence.PREDICTIONS) or run.has(Evidence.ERRORS):
        return
    if run.task == "stories":
        what = "Tests of stories are kept as figures only: there are no examples to look at."
        hint = "Rasa writes the failed stories to failed_test_stories.yml beside the report."
    elif run.task == "entities":
        what = "This run has no sentences: every one was right, or its list of errors is missing."
        hint = "Run `rasa test nlu` with --errors, and keep the *_errors.json beside the report."
    else:
        what = "This run brought figures only: its answers to single examples are not in its files."
        hint = keep_hint(run)
    missing(what, hint)
    st.stop()


def listing(choice: Choice) -> Ranking:
    """The list as far as it can be paged through, without content.

    Ends the page with a sentence where the runs' files do not tell what belongs on it.
    """
    try:
        return _listed(choice.by, LISTED, choice)
    except DiagnosticsError as error:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _chips(session.run(), choice)
        missing(error.message, error.hint)
        st.stop()


def _listed(by: By, k: int, choice: Choice, where: Filter | None = None) -> Ranking:
    return cached.listed_answers(choice.place, by, k, where or choice.where, choice.measure)


def heading(run: Run, choice: Choice, ranking: Ranking) -> None:
    """What the list is, of which split, how many there are, and what it is narrowed to."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{_count(ranking)}**", width="content")
        _chips(run, choice)
        if ranking.total:
            st.caption(definition(run, choice, ranking), width="content")


def _chips(run: Run, choice: Choice) -> None:
    verbatim.chip("split", choice.where.split or run.split)
    for chip in chips(choice.where):
        _clearable(chip)


def _count(ranking: Ranking) -> str:
    shown = len(ranking.examples)
    if shown < ranking.total:
        return f"The first {shown:,} of {ranking.total:,}"
    return f"{ranking.total:,} example" + ("" if ranking.total == 1 else "s")


def _clearable(chip: Chip) -> None:
    with st.container(horizontal=True, width="content", vertical_alignment="center", gap=None):
        verbatim.chip(chip.name, chip.value, chip.colour)
        st.button(
            "",
            key=f"examples_clear_{chip.keys[0]}",
            icon=":material/close:",
            type="tertiary",
            help="Clear",
            on_click=clear,
            args=(chip,),
        )


def empty(run: Run, choice: Choice) -> None:
    """What to say where nothing is listed."""
    only_mistakes_kept = not run.has(Evidence.PREDICTIONS)
    if chips(choice.where):
        missing("Nothing fits.", _way_out(choice))
    elif only_mistakes_kept and run.errors:
        what = f"The list of mistakes is empty, but the run's figures count {run.errors:,}."
        missing(what, "The files may be of different tests: see the overview.")
    elif only_mistakes_kept:
        _no_mistakes(run, choice)
        st.text("Right answers are not in this run's files, so there is nothing to list.")
    elif choice.by == "confident-mistakes" and _has_right_answers(choice):
        _no_mistakes(run, choice)
    elif choice.by != "uncertain" and not _has_right_answers(choice):
        what = f"No true label is known in the {choice.where.split or run.split} split."
        missing(what, "Its answers cannot be judged; the most unsure can be listed.")
    else:
        missing("Nothing to list here.", "Choose another ranking above.")


def _way_out(choice: Choice) -> str:
    """What would fill the list: another ranking, or which of the filters to clear."""
    if choice.by != "all" and _size("all", choice, choice.where):
        return f"Choose {NAMES['all']} above: this ranking has none of the answers that fit."
    for chip in reversed(chips(choice.where)):
        n = _size(choice.by, choice, chip.taken_from(choice.where))
        if n:
            return f"Clear “{chip.words}” to see {n:,} example{'s' * (n > 1)}."
    return "Clear the filters above, all of them, to see more."


def _size(by: By, choice: Choice, where: Filter) -> int:
    """How many answers would be listed; 0 where that is not known."""
    try:
        found = _listed("all" if by == "moved" else by, 1, choice, where)
    except DiagnosticsError:
        return 0
    return found.total + found.excluded


def _no_mistakes(run: Run, choice: Choice) -> None:
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(":material/celebration:", width="content")
        split = choice.where.split or run.split
        st.text(f"No mistakes in the {split} split: every answer was right.")


def _has_right_answers(choice: Choice) -> bool:
    """Whether any answer was right; one that was neither right nor wrong has no true label."""
    right = _listed("confident-correct", 1, choice)
    return bool(right.total + right.excluded)


def stepper(ranking: Ranking) -> str:
    """The buttons through the list, and which example is looked at; "" if there is none."""
    ids = list(dict.fromkeys(ranking.examples["example"]))
    _forget_example_of_another_experiment()
    if not ids and not st.session_state.get("example") and "example" not in st.query_params:
        return ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        back = st.container(width="content")
        onward = st.container(width="content")
        position = st.container(width="content")
        st.space("stretch")
        asked = st.text_input(
            "Example",
            key="example",
            bind="query-params",
            placeholder=ids[0] if ids else "",
            label_visibility="collapsed",
            icon=":material/tag:",
            help="The example's id; another one opens that example.",
            width=170,
        )
    shown = asked or (ids[0] if ids else "")
    at = ids.index(shown) if shown in ids else -1
    with back:
        _step("Previous", "K", ":material/arrow_back:", ids, at - 1 if at > 0 else None)
    with onward:
        _step("Next", "J", ":material/arrow_forward:", ids, at + 1 if at + 1 < len(ids) else None)
    where = f"{at + 1:,} of {ranking.total:,}" if at >= 0 else "not in this list"
    position.text(where)
    return shown


def _forget_example_of_another_experiment() -> None:
    """An id that was chosen elsewhere and means nothing here leaves the link."""
    here, before = session.experiment().name, st.session_state.get(_EXPERIMENT)
    st.session_state[_EXPERIMENT] = here
    example = st.session_state.get("example")
    if example and before not in (None, here):
        place = session.place()
        if not cached.content_of(place, example) and cached.answer(place, example, None) is None:
            st.session_state["example"] = ""


def _step(name: str, key: str, icon: str, ids: list[str], to: int | None) -> None:
    st.button(
        name,
        key=f"examples_{name.lower()}",
        icon=icon,
        shortcut=key,
        disabled=to is None,
        on_click=session.choose,
        kwargs={"example": ids[to] if to is not None else ""},
    )


def table(choice: Choice, ranking: Ranking, shown: str) -> None:
    """The page of the list that has the example; a click anywhere in a row opens its example."""
    content = cached.content_columns(choice.place)
    ids = ranking.examples["example"].tolist()
    size = example_table.rows_that_fit(content)
    at = ids.index(shown) if shown in ids else 0
    first = at - at % size
    rows = slice(first, min(first + size, len(ids)))
    frame = cached.listed_page(choice.place, choice.by, LISTED, choice.where, choice.measure, rows)
    version = blake2b(repr((choice, first)).encode(), digest_size=6)
    example_table.examples_table(
        _columns(choice, ranking, frame),
        content,
        key=f"examples_list_{version.hexdigest()}",
        selected=at - first if shown in ids else None,
        on_select=lambda row: session.choose(example=ids[first + row]),
        narrow=True,
        colour=_colour(choice),
        alt=f"Examples {first + 1:,} to {rows.stop:,} of {ranking.total:,}",
    )
    if len(ids) > size:
        _pages(ids, size, first)


def _colour(choice: Choice) -> str:
    """That of right or wrong answers where the list has only such."""
    known = {
        "confident-mistakes": colours.WRONG,
        "confident-correct": colours.RIGHT,
        "fixed": colours.RIGHT,
        "broken": colours.WRONG,
    }
    return known.get(choice.by, known.get(choice.where.outcome or "", colours.OTHER))


def _pages(ids: list[str], size: int, first: int) -> None:
    """Turning the page opens its first example, so that the link says where one is."""
    key = f"examples_page_{first}"
    st.pagination(
        -(-len(ids) // size),
        default=first // size + 1,
        key=key,
        max_visible_pages=5,
        on_change=lambda: session.choose(example=ids[(st.session_state[key] - 1) * size]),
    )


def _columns(choice: Choice, ranking: Ranking, frame: pd.DataFrame) -> pd.DataFrame:
    """The columns that say something in this ranking."""
    kept = ["true_label", "predicted_label", "confidence"]
    if choice.by in ("uncertain", "nearly-right") and ranking.measure in ("margin", "entropy"):
        kept.append(ranking.measure)
    if frame["fold"].notna().any() and frame["example"].duplicated().any():
        kept.append("fold")
    if choice.where.against is not None:
        kept += ["against_label", "against_confidence"]
    content = [name for name in frame if str(name).startswith("content: ")]
    kept = [name for name in kept if name not in _SAME.get(choice.where.outcome or "", ())]
    kept = [name for name in kept if frame[name].notna().any()]
    return frame[["example", *content, *kept]]


def export(run: Run, choice: Choice, ranking: Ranking) -> None:
    """The list as a file, made when it is asked for."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for suffix, write, mime in (
            (".csv", to_csv, "text/csv"),
            (".jsonl", to_jsonl, "application/jsonl"),
        ):
            st.download_button(
                f"Export {suffix[1:]}",
                partial(_exported, session.experiment(), run, choice, write),
                file_name(*_file_words(run, choice), suffix=suffix),
                mime,
                key=f"examples_export_{suffix[1:]}",
                icon=":material/download:",
                on_click="ignore",
                help=_export_help(ranking),
            )


def _file_words(run: Run, choice: Choice) -> list[str]:
    """What a file is called by: where its rows are from, and what they are."""
    where = choice.where
    compared = [where.outcome or "against", where.against] if where.against else []
    parts = [session.experiment().name, run.run, choice.by, *compared, where.across]
    return [part for part in parts if part]


def _exported(
    experiment: Experiment, run: Run, choice: Choice, write: Callable[[pd.DataFrame], bytes]
) -> bytes:
    asked = with_shared_content(experiment, run)
    frame = exported_examples(
        asked, choice.by, where=choice.where, measure=choice.measure, experiment=experiment
    )
    return write(frame)


def _export_help(ranking: Ranking) -> str:
    if ranking.total > EXPORT_LIMIT:
        return f"The first {EXPORT_LIMIT:,} of the {ranking.total:,} that are listed"
    return f"All {ranking.total:,} that are listed"
