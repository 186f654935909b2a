"""What the Importance page shows of one feature: how the answer moves with it, and its examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.examples import cached as examples_cached
from app.frame import session
from app.importance import cached
from app.importance.choices import Choice, choose_feature
from app.importance.view import pushes_of
from app.widgets.clickable_tables import content_column_config
from app.widgets.example_table import HEAD, ROW_HEIGHTS
from app.widgets.labels import shown_label
from diagnostics import DiagnosticsError
from diagnostics.charts.importance import dependence_chart
from diagnostics.examples.content import heading
from diagnostics.models.importance.contributions import strongest_pushes
from diagnostics.models.importance.suspect_features import ordinal

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.models.evaluated_inputs import Evaluated

#: Examples of each kind.
LISTED = 6
#: Pixels of a row.
ROW = 35
EXAMPLES, MOVES = "Its examples", "How the answer moves"


def show_feature(choice: Choice, features: list[str], asks: bool) -> str:
    """The picked feature's card; the feature."""
    feature = choose_feature(features)
    table = choice.importances.table(choice.label)
    row = table[table["feature"] == feature]
    if len(row):
        first = row.iloc[0]
        st.text(
            f"{ordinal(int(first['rank']))} of {len(table):,}: {choice.importances.unit} "
            f"{first['mean']:.4g}, {first['share']:.1%} of all."
        )
    if not asks:
        st.caption("With the model, the examples where it mattered most would stand here.")
        return feature
    evaluated = cached.evaluated(choice.place)
    columns = columns_of(choice, feature, evaluated)
    if not columns:
        _show_examples(choice, feature, evaluated)
        return feature
    views = [EXAMPLES, MOVES]
    view = st.segmented_control(
        "What is shown", views, default=views[0], key="feature_view", bind="query-params",
        required=True, label_visibility="collapsed",
    )  # fmt: skip
    if view == MOVES:
        _show_moves(choice, evaluated, columns)
    else:
        _show_examples(choice, feature, evaluated)
    return feature


def columns_of(choice: Choice, feature: str, evaluated: Evaluated) -> list[str]:
    """The columns of the input that a feature, or a group of them, is; none of a word."""
    if choice.shuffled is not None and evaluated.form != "texts":
        for group in choice.shuffled.groups:
            if group.name == feature:
                return list(group.members)
    if feature in evaluated.names:
        return [feature]
    parent = feature.split(" = ")[0]
    return [parent] if parent in evaluated.names else []


def _show_moves(choice: Choice, evaluated: Evaluated, columns: list[str]) -> None:
    with st.container(horizontal=True):
        column = columns[0]
        if len(columns) > 1:
            column = st.selectbox(
                "Column", columns, key="feature_column", bind="query-params",
                format_func=shown_label, width=220,
            )  # fmt: skip
        labels = list(evaluated.labels)
        usual = labels.index(choice.label) if choice.label in labels else len(labels) - 1
        label = st.selectbox(
            "Probability of", labels, index=usual, key="feature_towards", bind="query-params",
            format_func=shown_label, width=220,
        )  # fmt: skip
    try:
        curves = cached.moved(choice.place, evaluated.names.index(column), label)
    except DiagnosticsError as error:
        st.text(str(error))
        return
    st.altair_chart(
        dependence_chart(curves),
        key="feature_moves",
        alt=f"Probability of {label} as {column} moves",
    )
    st.text(f"{column} across, the probability of {label} up.")
    few = len(curves.data)
    st.caption(
        f"Thick: the mean over {curves.rows:,} {evaluated.split} rows when this column alone is "
        f"set to one value after another (partial dependence). Thin: {few:,} single rows. Ticks "
        "below: where those rows lie; the middle 90 % of all values are tried. Columns that move "
        "together in life are torn apart here."
    )


def _show_examples(choice: Choice, feature: str, evaluated: Evaluated) -> None:
    """Where it pushed hardest, or cost most when it was mixed up: right answers and wrong ones."""
    if choice.shuffled is not None:
        table = choice.shuffled.hardest(evaluated, feature, k=10_000)
        if table.empty:
            st.caption("No answer changed without it.")
            return
        unit = choice.importances.unit
        table = table.rename(columns={"figure": "contribution"})
        if choice.label is not None:
            table = table[table["true_label"] == choice.label]
        caption = (
            f"Rows whose answers changed most without it ({unit} of the row, mean over the "
            "repeats); below 0 the answer was better without."
        )
    else:
        pushes = pushes_of(choice, choice.label)
        if pushes is None:
            st.caption(
                "The model is no sum over features; ask for contributions or permutation to see "
                "its examples."
            )
            return
        table = pushes.of(feature, evaluated)
        towards = "the class" if choice.label else "the answer that was given"
        if table.empty:
            st.caption(
                f"It added nothing towards {towards} in any row that was looked at, or the model "
                "has no feature of this name."
            )
            return
        caption = f"Rows where it pushed hardest towards {towards}, or below 0 away from it."
    st.caption(caption)
    judged = table["true_label"].notna()
    if not judged.all():
        unjudged = table[~judged].assign(correct=True)
        rows, _ = strongest_pushes(unjudged, LISTED)
        _show_list(choice, "Answers without a true label", rows, len(unjudged))
    if judged.any():
        _show_judged(choice, table[judged])


def _show_judged(choice: Choice, table: pd.DataFrame) -> None:
    right, wrong = strongest_pushes(table, LISTED)
    n_right = int(table["correct"].sum())
    _show_list(choice, "Right answers", right, n_right)
    _show_list(choice, "Wrong answers", wrong, len(table) - n_right)


def _show_list(choice: Choice, title: str, rows: pd.DataFrame, total: int) -> None:
    if rows.empty:
        st.markdown(f"**{title}** · none")
        return
    st.markdown(f"**{title}** · {len(rows):,} of {total:,}")
    kinds = st.column_config
    found = cached.listed(choice.place, tuple(rows["example"]))
    columns = examples_cached.content_columns(choice.place)
    names = [str(name) for name in found if str(name).startswith(heading(""))]
    contents = names[:1] if columns.kind in ("text", "image") else []
    rows = rows.assign(**{name: list(found[name]) for name in contents})
    texts = [name for name in contents if columns.text and name == heading(columns.text)]
    ids = [] if columns.kind in ("text", "image") else ["example"]
    height = ROW_HEIGHTS["image"] if columns.kind == "image" else ROW
    clicked = st.dataframe(
        rows,
        hide_index=True,
        row_height=height,
        height=HEAD + height * len(rows) + 2,
        placeholder="–",
        column_order=[*ids, "contribution", *contents, "true_label", "predicted_label"],
        column_config={
            "example": kinds.TextColumn("Example"),
            "contribution": kinds.NumberColumn(
                "Pushed" if choice.shuffled is None else "Lost", format="%+.3f", width=80
            ),
            "true_label": kinds.TextColumn("True", width=100),
            "predicted_label": kinds.TextColumn("Predicted", width=100),
            **content_column_config(contents, columns),
            **{name: kinds.TextColumn("Text", width=210) for name in texts},
        },
        key=f"feature_{title.split()[0].lower()}",
        on_select="rerun",
        selection_mode="single-cell",
        alt=f"{title} where the feature pushed hardest",
    )
    cells = [row for row, _ in clicked["selection"]["cells"] if row < len(rows)]
    if cells:
        session.go("examples.py", by="all", example=str(rows["example"].iloc[cells[0]]))
