"""Saying by clicking which column of a prediction table is which, and seeing what would follow."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import streamlit as st

from app.frame import workspaces
from app.overview.table_roles import OTHERS, ROLES, SHOWN, Told, chosen_columns, with_role
from app.widgets.numbers import counted
from diagnostics import DiagnosticsError, Workspace
from diagnostics.readers.keeping_choices import write_choice
from diagnostics.readers.own_choices import OWN_FILE, read_choices, section_as_toml, toml_value
from diagnostics.readers.prediction_table.trials.remedies import remedies
from diagnostics.readers.prediction_table.trials.trial import Trial, patterns, table_files, tried
from diagnostics.statistics.metric_names import metric_text

#: Where the open tables stand, and the choices that are not kept yet, by file.
_OPEN, _TOLD = "column_editor_open", "column_editor_told"
#: Letters of a column's values beside its name.
_LONGEST = 40
#: Runs whose figures are listed.
_MOST_RUNS = 5
_NONE = ""
#: Problems of tables of which nothing came, though they may hold predictions.
_REFUSED = ("no-prediction-column", "not-classification", "multilabel-not-read", "unreadable-run")
#: Files that are offered where nothing was read.
_MOST_FILES = 50


def offer(files: Sequence[str], *, key: str, words: str) -> None:
    """A button that opens the editor on the tables with these paths below the folder."""
    if files:
        st.button(
            words,
            icon=":material/edit:",
            type="tertiary",
            key=f"columns_{key}",
            on_click=_open,
            args=(tuple(files),),
        )


def offer_refused(workspace: Workspace) -> None:
    """The button for tables of which nothing came, if saying what is what may mend that."""
    refused = {p.path for p in workspace.all_problems if p.code in _REFUSED}
    if not workspace.experiments:
        refused |= {*table_files(workspace.root, most=_MOST_FILES)}
    if refused:
        st.caption("Is a table of predictions among what was not read? Say what its columns are.")
        offer(sorted(refused), key="refused", words="Say which column is which")


def show_editor(workspace: Workspace) -> None:
    """The editor, where somebody opened it: it stays open when the page is drawn anew."""
    if files := st.session_state.get(_OPEN):
        _editor(workspace, files)


def _open(files: tuple[str, ...]) -> None:
    _close()
    st.session_state[_OPEN] = files


def _close() -> None:
    for key in (_OPEN, _TOLD):
        st.session_state.pop(key, None)


@st.dialog("Which column is which?", width="large", on_dismiss=_close)
def _editor(workspace: Workspace, files: tuple[str, ...]) -> None:
    file = files[0]
    if len(files) > 1:
        file = st.selectbox("Table", files, key="column_editor_file")
    else:
        st.text(file)
    try:
        kept = read_choices(workspace.root).get(file)
        told = _told(file, kept)
        now, plain, trial = (_tried(workspace, file, own) for own in (None, {}, told))
    except DiagnosticsError as error:
        st.error(str(error), icon=":material/error:")
        return
    left, right = st.columns([3, 2])
    with left:
        _figures(now, trial)
    with right:
        _buttons(workspace, file, trial, told, kept)
    _roles(file, plain, trial, told)
    _first_rows(trial)
    _oddities(file, trial)
    _in_a_file_of_your_own(file, trial, told)


def _told(file: str, kept: Mapping[str, Any] | None) -> Told:
    """What is said of the table as yet: what is kept, and what was clicked since."""
    told: dict[str, Told] = st.session_state.setdefault(_TOLD, {})
    return told.setdefault(file, _without_file(kept))


def _without_file(section: Mapping[str, Any] | None) -> Told:
    return {key: value for key, value in (section or {}).items() if key != "file"}


def _tried(workspace: Workspace, file: str, section: Mapping[str, Any] | None) -> Trial:
    state = workspaces.fingerprint(str(workspace.root))
    return _tried_once(str(workspace.root), state, file, json.dumps(section))


@st.cache_data(max_entries=30, show_spinner=False)
def _tried_once(root: str, _state: str, file: str, section: str) -> Trial:
    return tried(Path(root), file, json.loads(section))


def _figures(now: Trial, trial: Trial) -> None:
    """How many runs and examples, and how many are right; below it how it is read now."""
    with st.container(horizontal=True, gap="large"):
        st.metric("Runs", f"{len(trial.runs):,}", width="content")
        for run in trial.runs[:1]:
            st.metric("Examples", _count(run.examples), width="content")
            st.metric("Right", metric_text("accuracy", run.accuracy), width="content")
    if len(trial.runs) > 1:
        figures = [f"{r.run}: {metric_text('accuracy', r.accuracy)}" for r in trial.runs]
        more = f", and {len(figures) - _MOST_RUNS:,} more" if len(figures) > _MOST_RUNS else ""
        st.text(", ".join(figures[:_MOST_RUNS]) + more)
    if trial.rows_tried:
        st.caption(f"Of {trial.rows_tried:,} rows of a run; all are read when you keep it.")
    if _in_words(trial) != _in_words(now):
        st.caption(f"As it is read now: {_in_words(now)}")


def _in_words(trial: Trial) -> str:
    if not trial.runs:
        return "no run."
    first = trial.runs[0]
    right = metric_text("accuracy", first.accuracy)
    judged = "nothing says what is right" if first.accuracy is None else f"{right} right"
    return f"{counted(len(trial.runs), 'run')}, {_count(first.examples)} examples, {judged}."


def _count(examples: int | None) -> str:
    return "–" if examples is None else f"{examples:,}"


def _roles(file: str, plain: Trial, trial: Trial, told: Told) -> None:
    """A choice of a column for each role; the rarer roles are folded away unless they are used."""
    _in_pairs(ROLES, file, plain, trial, told)
    _positive(file, plain, trial, told)
    used = {*trial.section, *told} & {*OTHERS, SHOWN}
    with st.expander("What else the columns may be", expanded=bool(used)):
        _in_pairs(OTHERS, file, plain, trial, told)
        _shown(file, trial, told)


def _in_pairs(roles: Mapping[str, str], file: str, plain: Trial, trial: Trial, told: Told) -> None:
    left, right = st.columns(2)
    for number, (role, words) in enumerate(roles.items()):
        with (left, right)[number % 2]:
            _role(file, role, words, plain, trial, told)


def _role(file: str, role: str, words: str, plain: Trial, trial: Trial, told: Told) -> None:
    """A role's column: as it was told, else as it was recognised."""
    current = (chosen_columns(told, role) or chosen_columns(trial.section, role) or [_NONE])[:1]
    if current[0] in chosen_columns(told, SHOWN):
        current = [_NONE]
    starred = patterns(trial.columns).get(role, [])
    options = list(dict.fromkeys([_NONE, *current, *starred, *trial.columns]))
    # What is recognised changes with the other roles: another column, another widget.
    key = _key(file, role, current[0])
    st.selectbox(
        words,
        options,
        index=options.index(current[0]),
        format_func=lambda name: _named(name, trial, role),
        key=key,
        on_change=_say_role,
        args=(file, role, key, plain.section),
    )


def _say_role(file: str, role: str, key: str, plain: Mapping[str, Any]) -> None:
    chosen = st.session_state[key]
    columns = chosen if isinstance(chosen, list) else [chosen] if chosen else []
    told = st.session_state[_TOLD]
    told[file] = with_role(told[file], plain, role, columns)


def _positive(file: str, plain: Trial, trial: Trial, told: Told) -> None:
    """Whose probability a single score is, where the two labels leave that open."""
    label = told.get("positive_label") or trial.section.get("positive_label")
    if label is None or len(trial.labels) != 2:
        return
    options = list(dict.fromkeys([str(label), *trial.labels]))
    other = next(name for name in options if name != label)
    recognised = "" if plain.problems else str(plain.section.get("positive_label", ""))
    key = _key(file, "positive", label)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "The score says how likely this label is",
            options,
            key=key,
            width=400,
            on_change=lambda: _say_positive(file, st.session_state[key], recognised),
        )
        st.button(
            "Turn it round",
            icon=":material/swap_horiz:",
            on_click=_say_positive,
            args=(file, other, recognised),
        )


def _say_positive(file: str, label: str, recognised: str) -> None:
    """Whose probability the score is; what is recognised without a doubt need not be said."""
    told = st.session_state[_TOLD]
    others = {key: value for key, value in told[file].items() if key != "positive_label"}
    told[file] = others if label == recognised else {**others, "positive_label": label}


def _shown(file: str, trial: Trial, told: Told) -> None:
    own = [name for name in chosen_columns(told, SHOWN) if name in trial.columns]
    key = _key(file, SHOWN, *own)
    st.multiselect(
        "Nothing of these: shown with the example",
        list(trial.columns),
        default=own,
        format_func=lambda name: _named(name, trial),
        key=key,
        on_change=_say_role,
        args=(file, SHOWN, key, {}),
    )


def _named(name: str, trial: Trial, role: str = "") -> str:
    """A column with its first values, so that a cryptic name can be told by them."""
    if not name:
        is_answer = role == "predicted_label" and trial.runs
        return "no column: the label with the highest score" if is_answer else "no column"
    values = trial.columns.get(name, "a column for each" if "*" in name else "not in the table")
    room = values if len(values) <= _LONGEST else f"{values[:_LONGEST]}…"
    return f"{name} · {room}" if room else name


def _first_rows(trial: Trial) -> None:
    if trial.rows.is_empty():
        return
    rows = trial.rows.to_pandas()
    pairs = zip(trial.rows["true_label"], trial.rows["predicted_label"], strict=True)
    rows["right"] = ["" if true is None else "✓" if true == own else "✗" for true, own in pairs]
    st.dataframe(
        rows,
        hide_index=True,
        placeholder="–",
        column_config={
            "example": "Example",
            "text": st.column_config.TextColumn("Text", width="medium"),
            "true_label": "True label",
            "predicted_label": "Answer",
            "confidence": st.column_config.NumberColumn("Confidence", format="percent"),
            "right": "Right",
        },
        alt="The first rows as they would be read",
    )


def _oddities(file: str, trial: Trial) -> None:
    """What is odd, and the other readings that settle it, each behind a button."""
    if not trial.problems:
        return
    st.caption(":material/warning: What is odd about it, read so")
    for place, problem in enumerate(trial.problems):
        st.text(problem.what)
        offered = remedies(problem)
        if not offered:
            st.text(problem.hint)
        for number, section in enumerate(offered):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    "Read it so",
                    key=_key(file, "remedy", place, number),
                    on_click=_say,
                    args=(file, section),
                )
                st.text(", ".join(f"{key} = {toml_value(own)}" for key, own in section.items()))


def _say(file: str, section: Mapping[str, Any]) -> None:
    told = st.session_state[_TOLD]
    told[file] = {**told[file], **section}


def _buttons(
    workspace: Workspace, file: str, trial: Trial, told: Told, kept: Mapping[str, Any] | None
) -> None:
    """Keeping it and taking it back, with where it is kept and what wins over it."""
    is_new = told != _without_file(kept)
    can_keep = is_new and bool(trial.runs) and not trial.overruled_by
    with st.container(horizontal=True):
        if st.button("Keep it", type="primary", icon=":material/check:", disabled=not can_keep):
            _keep(workspace, {"file": file, **told})
        if kept is not None and st.button("As Errata reads it", icon=":material/undo:"):
            _keep(workspace, {"file": file})
    if trial.overruled_by:
        st.caption("This file says what these columns are, and wins over what is kept here:")
        st.text(trial.overruled_by)
    else:
        st.caption(f"Kept in `{OWN_FILE}` of the opened folder; then everything is read anew.")


def _in_a_file_of_your_own(file: str, trial: Trial, told: Told) -> None:
    with st.expander("The same for an errata.toml beside the table"):
        own = {"file": file.rpartition("/")[2], **trial.section, **told}
        st.code(section_as_toml(own), language=None, wrap_lines=True)


def _keep(workspace: Workspace, section: Mapping[str, Any]) -> None:
    try:
        write_choice(workspace.root, section)
    except DiagnosticsError as error:
        st.error(str(error), icon=":material/error:")
        return
    _close()
    workspaces.fingerprint.clear()
    st.rerun()


def _key(file: str, *words: object) -> str:
    return f"column_editor_{blake2b(repr((file, words)).encode(), digest_size=8).hexdigest()}"
