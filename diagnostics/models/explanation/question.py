"""Why one label and not another: the question about an example that explanations answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from diagnostics.errors import DiagnosticsError, unknown_name
from diagnostics.models.model import Model, ModelNotOpened
from diagnostics.models.run_inputs import input_names, input_text, picture_size
from diagnostics.models.run_models import Answer, NoModel, model_for, recorded_answer, rows_for
from diagnostics.workspace import Experiment, Run

#: Given for the other label where a label's own score is to be explained, against none.
OWN_SCORE = ""
#: How far a probability may be from the one that was recorded, which may be rounded.
DIFFERENT = 0.01


@dataclass(frozen=True)
class Question:
    """Everything that a method needs to explain one example.

    `row` is what the model takes, one row of it. `label` is explained against `against`, or by
    itself where that is None. `text` is what words are found in, None if there is none, and
    `text_column` is where it stands in the row, "" if it is the row. `input_names` are words for
    the row's columns, none for a text; `picture` are rows and columns of pixels, where the row's
    columns are those of the example's image.
    """

    experiment: Experiment
    run: Run
    root: Path
    example: str
    label: str
    against: str | None
    model: Model
    row: Any
    seed: int = 0
    text: str | None = None
    text_column: str = ""
    picture: tuple[int, int] | None = None
    input_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def question_about(
    experiment: Experiment,
    run: Run,
    example: str,
    *,
    root: Path,
    answer: Answer | None = None,
    label: str | None = None,
    against: str | None = None,
    trust_pickles: bool = False,
    seed: int = 0,
) -> Question:
    """The question with its model opened, its row read and its labels chosen.

    Parameters
    ----------
    answer
        The example's row in the run, empty if it has none; None reads it.
    label
        None for the label that was answered.
    against
        None for the true label if that is another, else the answered one, else the one that the
        model held for the next most probable. `OWN_SCORE` for none, where there are more than two.

    Raises
    ------
    NoModel, ModelNotOpened
        If there is no model of this example, or it may not be opened.
    DiagnosticsError
        If the example or a label is unknown.
    """
    answer = recorded_answer(run, example) if answer is None else answer
    try:
        model = model_for(run, root, example, answer=answer, trust_pickles=trust_pickles)
        row = rows_for(experiment, run, root, [example])
    except ModelNotOpened:
        raise
    except DiagnosticsError as error:
        if answer or not run.models:
            raise
        raise NoModel(
            f"The run {run.run} has no example {example!r}.",
            hint="Its mistakes are listed by `errata top`.",
        ) from error
    answered = model.answers(row)[0]
    recorded = answer.get("predicted_label")
    predicted = str(recorded) if recorded in model.labels else answered
    own = _known(model, label) if label is not None else predicted
    picture = picture_size(experiment, run, root, example, row)
    text, column = input_text(experiment, run, row)
    return Question(
        experiment=experiment,
        run=run,
        root=root,
        example=example,
        label=own,
        against=_against(model, row, run, answer, own, predicted, against),
        model=model,
        row=row,
        seed=seed,
        text=text,
        text_column=column,
        picture=picture,
        input_names=input_names(model, row, picture),
        notes=tuple(_notes(model, row, answer, answered)),
    )


def _notes(model: Model, row: Any, answer: Answer, answered: str) -> list[str]:
    """What a reader should know of the model before its explanation."""
    notes = [model.note] if model.note else []
    notes += _otherwise(model, row, answer, answered)
    true = answer.get("true_label")
    if true is not None and true not in model.labels:
        notes.append("The model never saw the true label when it was fitted.")
    return notes


def _otherwise(model: Model, row: Any, answer: Answer, answered: str) -> list[str]:
    """A sentence if the model does not answer as was recorded: what is explained is what it says.

    Shares may be kept to a few digits, or be those of a softmax where the model gives none.
    """
    recorded, confidence = answer.get("predicted_label"), answer.get("confidence")
    if recorded is None:
        return []
    if answered != recorded:
        return [f"The model answers {answered} now; {recorded} was recorded."]
    if confidence is None or not model.has_probabilities:
        return []
    share = float(model.probabilities(row)[0][model.labels.index(answered)])
    if not abs(share - confidence) > DIFFERENT:
        return []
    return [f"The model is {share:.1%} sure now; {confidence:.1%} was recorded."]


def _known(model: Model, label: str) -> str:
    if label in model.labels:
        return label
    raise unknown_name("label", label, list(model.labels))


def _against(
    model: Model,
    row: Any,
    run: Run,
    answer: Answer,
    own: str,
    predicted: str,
    asked: str | None,
) -> str | None:
    others = [label for label in model.labels if label != own]
    if not others:
        return None
    if len(others) == 1 and asked in (None, OWN_SCORE):
        return others[0]
    if asked is not None:
        return None if asked == OWN_SCORE else _other(_known(model, asked), own)
    for label in (answer.get("true_label"), predicted):
        if label in others:
            return str(label)
    return next_probable(model, row, run, answer, own)


def _other(asked: str, own: str) -> str:
    if asked == own:
        raise DiagnosticsError(
            f"The label {own!r} cannot be held against itself.", hint="Name another one."
        )
    return asked


def next_probable(model: Model, row: Any, run: Run, answer: Answer, own: str) -> str | None:
    """The most probable label but one: as recorded, else as the model says now."""
    recorded = answer.get("probabilities")
    if recorded is not None:
        names: Sequence[str] = run.labels
        scores = np.asarray(recorded, float)
    else:
        names, scores = model.labels, label_scores(model, row)
    for at in np.argsort(-scores, kind="stable"):
        if names[at] != own and names[at] in model.labels:
            return str(names[at])
    return None


def label_scores(model: Model, row: Any) -> np.ndarray:
    """One figure a label, the higher the likelier: probabilities, else decision values."""
    if model.has_probabilities:
        chances: np.ndarray = model.probabilities(row)[0]
        return chances
    if hasattr(model.estimator, "decision_function"):
        values = np.atleast_1d(np.asarray(model.estimator.decision_function(row))[0])
        if values.size == 1 and len(model.labels) == 2:
            return np.array([-values[0], values[0]])
        if values.size == len(model.labels):
            return values
    answered = model.answers(row)[0]
    return np.array([float(label == answered) for label in model.labels])
