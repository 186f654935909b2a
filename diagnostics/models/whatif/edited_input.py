"""An input that somebody typed or edited, as each run's model takes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from diagnostics.errors import DiagnosticsError
from diagnostics.examples.images import is_negative_of
from diagnostics.models.explanation.exact import exact_explanation
from diagnostics.models.explanation.explain import is_available
from diagnostics.models.explanation.explanation import Explanation
from diagnostics.models.explanation.question import Question, question_about
from diagnostics.models.pipelines.linear import is_linear
from diagnostics.models.whatif.asker import Asker, asker, row_of, with_values
from diagnostics.models.whatif.perturbations import noise, shifted
from diagnostics.workspace import Experiment, Run
from diagnostics.workspace.model_inputs import SPARSE, TEXT

Kind = Literal["text", "fields", "picture", "example"]

#: Columns of an array that can be edited one by one; more are no form that anybody fills in.
MOST_FIELDS = 300


@dataclass(frozen=True)
class EditedInput:
    """What somebody wants to ask about.

    `example` is what it started from, "" for nothing. Of a text all of `text` is new. Of columns
    `values` are those that are other than the example's. A picture was moved to `shift` ("" for
    not at all), and `noise` is on it, as a share of the greatest difference between its pixels.
    """

    kind: Kind
    example: str = ""
    text: str = ""
    values: tuple[tuple[str, str], ...] = ()
    shift: str = ""
    noise: float = 0.0


@dataclass(frozen=True)
class Start:
    """What a run's model takes for one example, as a form has it.

    `names` and `values` are the columns; `column` is the one that is a text, "" if none is, and
    `text` is what stands in it, or all of the input. `categories` are the columns that have a
    value of a list, with that list.
    """

    kind: Kind
    text: str = ""
    names: tuple[str, ...] = ()
    values: tuple[Any, ...] = ()
    column: str = ""
    picture: tuple[int, int] | None = None
    categories: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def unseen(self, values: Iterable[tuple[str, str]]) -> list[tuple[str, str, tuple[str, ...]]]:
        """Those of the values that are on no list of their column, with that list."""
        known = dict(self.categories)
        return [
            (name, value, known[name])
            for name, value in values
            if value and name in known and value not in known[name]
        ]


def kind_of(run: Run) -> Kind:
    """What a run's input is, as far as the name of its file tells; an array may be a picture."""
    name = Path(run.inputs).name
    if run.inputs == TEXT:
        return "text"
    return "example" if name == SPARSE or not run.inputs else "fields"


def start_from(
    experiment: Experiment, run: Run, root: Path, example: str, *, trust_pickles: bool = False
) -> Start:
    """The form, filled in with one example.

    Raises
    ------
    NoModel, ModelNotOpened
        If there is no model of the example, or it may not be opened.
    DiagnosticsError
        If there is no such example.
    """
    asked = question_about(experiment, run, example, root=root, trust_pickles=trust_pickles)
    if isinstance(asked.row, list):
        return Start("text", text=str(asked.row[0]))
    if hasattr(asked.row, "tocsr"):
        return Start("example")
    if hasattr(asked.row, "columns"):
        values = tuple(asked.row[name].tolist()[0] for name in asked.row.columns)
        return Start(
            "fields",
            text=asked.text or "" if asked.text_column else "",
            names=asked.input_names,
            values=values,
            column=asked.text_column,
            categories=_categories(asked.row),
        )
    if asked.picture is not None:
        flat = tuple(np.asarray(asked.row, float).reshape(-1).tolist())
        return Start("picture", values=flat, picture=asked.picture)
    if len(asked.input_names) > MOST_FIELDS:
        return Start("example")
    flat = tuple(np.asarray(asked.row, float).reshape(-1).tolist())
    return Start("fields", names=asked.input_names, values=flat)


def _categories(row: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    known = {str(name): getattr(row[name].dtype, "categories", None) for name in row.columns}
    return tuple(
        (name, tuple(str(one) for one in values))
        for name, values in known.items()
        if values is not None
    )


def edited_row(
    experiment: Experiment,
    run: Run,
    root: Path,
    edited: EditedInput,
    *,
    names: tuple[str, ...] = (),
    column: str = "",
    picture: tuple[int, int] | None = None,
) -> Any:
    """One row for the run's model: its own for the example, with what was edited.

    Columns that this run does not have are left out, so that runs over different columns of the
    same examples can be asked side by side.

    Raises
    ------
    DiagnosticsError
        If the run does not take such an input, the example is unknown, or a value cannot be.
    """
    if (edited.kind == "text") != (run.inputs == TEXT):
        raise DiagnosticsError(f"{run.run} does not take {_words(edited.kind)}.")
    if edited.kind == "text":
        return [edited.text]
    row = row_of(experiment, run, root, edited.example)
    if edited.kind == "fields" and edited.values:
        known = {str(name) for name in row.columns} if hasattr(row, "columns") else set(names)
        own = {name: value for name, value in edited.values if name in known}
        if not hasattr(row, "columns") and len(names) != int(np.prod(row.shape[1:])):
            raise DiagnosticsError(f"{run.run} takes other columns.")
        return with_values(row, own, names, texts=(column,))
    return _changed_picture(row, edited, picture) if edited.kind == "picture" else row


def _words(kind: Kind) -> str:
    return {"text": "a text", "fields": "columns", "picture": "pictures"}.get(kind, "such an input")


def _changed_picture(row: Any, edited: EditedInput, picture: tuple[int, int] | None) -> Any:
    if edited.shift and picture is not None:
        row = shifted(edited.shift, picture).apply(row, 0)
    if edited.noise:
        flat = np.asarray(row, float).reshape(-1)
        low, high = (np.full(len(flat), bound) for bound in (flat.min(), flat.max()))
        row = noise(edited.noise, high - low, low, high).apply(row, 0)
    return row


def picture_of(row: Any, start: Start, *, shown: bytes | None = None) -> bytes | None:
    """The pixels of a row as PNG, as bright as those of the picture that it started from.

    Light and dark are exchanged where `shown`, that picture as people see it, is the negative of
    what the model takes, as of ink that counts upwards from 0.
    """
    from io import BytesIO

    from PIL import Image

    height, width = start.picture or (1, 1)
    pixels = np.asarray(row, float).reshape(height, width, -1)
    if pixels.shape[2] not in (1, 3, 4):
        return None
    low, high = min(start.values), max(start.values)
    share = np.clip((pixels - low) / ((high - low) or 1.0), 0, 1)
    if shown is not None and is_negative_of(shown, np.reshape(start.values, pixels.shape)):
        share = 1 - share
    made = np.round(share * 255).astype(np.uint8)
    buffer = BytesIO()
    Image.fromarray(made[:, :, 0] if made.shape[2] == 1 else made).save(buffer, "png")
    return buffer.getvalue()


def asker_for(run: Run, root: Path, edited: EditedInput, *, trust_pickles: bool = False) -> Asker:
    """What answers for a run: of folds the model that never saw the example it started from."""
    return asker(run, root, example=edited.example or None, trust_pickles=trust_pickles)


def edited_question(
    experiment: Experiment,
    run: Run,
    root: Path,
    edited: EditedInput,
    asked: Asker,
    row: Any,
    *,
    against: str | None = None,
    trust_pickles: bool = False,
) -> Question | None:
    """Why the answer is what it is, as a question; None where there is no other label.

    Parameters
    ----------
    asked, row
        What answers, and what is asked. Of several models it is about the first.
    against
        The label that the answer is held against; None, or the answer itself, for the next
        probable one.

    Raises
    ------
    DiagnosticsError
        If the model does not answer.
    """
    model = asked.models[0]
    codes, chances = asked.said(row)
    label = asked.labels[int(codes[0])]
    order = [asked.labels[at] for at in np.argsort(-chances[0], kind="stable")]
    others = [name for name in order if name != label and name in model.labels]
    if label not in model.labels or not others:
        return None
    other = against if against is not None and against in others else others[0]
    notes = list(asked.notes)
    if len(asked.models) > 1:
        notes.append(f"Of the {len(asked.models)} models the first is taken apart here.")
    if edited.kind == "text":
        return Question(
            experiment=experiment,
            run=run,
            root=root,
            example=edited.example,
            label=label,
            against=other,
            model=model,
            row=row,
            text=edited.text,
            notes=tuple(notes),
        )
    known = question_about(experiment, run, edited.example, root=root, trust_pickles=trust_pickles)
    text = str(row[known.text_column].tolist()[0]) if known.text_column else None
    # What is noted of the example need not be so of what was made of it.
    return replace(
        known, model=model, row=row, label=label, against=other, text=text, notes=tuple(notes)
    )


def explain_edited(question: Question) -> Explanation | None:
    """The answer to it: exact for linear models, by TreeExplainer for trees; None for others.

    Raises
    ------
    DiagnosticsError
        If the model does not take the row.
    """
    if is_linear(question.model.estimator):
        return exact_explanation(question)
    if not is_available("shap"):
        return None
    from diagnostics.models.explanation.tree_shap import NoTrees, tree_explanation

    try:
        return tree_explanation(question)
    except NoTrees:  # of other models, and of trees whose sum misses: asked only on request
        return None


def text_of(edited: EditedInput, start: Start | None) -> str:
    """The text of the input as it was edited; "" where it has none."""
    if edited.kind == "text" or start is None or not start.column:
        return edited.text
    return dict(edited.values).get(start.column, start.text)


def texts_in(row: Any, column: str = "") -> Callable[[list[str]], Any]:
    """What makes rows of texts: texts alone, or `row` again and again with them in a column."""
    if not column:
        return list

    def made(texts: list[str]) -> Any:
        return row.iloc[[0] * len(texts)].reset_index(drop=True).assign(**{column: texts})

    return made


__all__ = [
    "EditedInput",
    "Kind",
    "Start",
    "asker_for",
    "edited_question",
    "edited_row",
    "explain_edited",
    "kind_of",
    "picture_of",
    "start_from",
    "text_of",
    "texts_in",
]
