"""Shapley values: of trees as they are built, of any other model by asking it about mixed rows.

Lundberg and Lee 2017, "A unified approach to interpreting model predictions", by shap's
permutations; for trees see `tree_shap`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError
from diagnostics.models.batches import asked_in_steps
from diagnostics.models.explanation.background_data import background_rows
from diagnostics.models.explanation.explained_output import ExplainedOutput, explained_output
from diagnostics.models.explanation.explanation import Contribution, Explanation
from diagnostics.models.explanation.perturbed_rows import PerturbedRows, perturbed_rows
from diagnostics.models.explanation.question import Question
from diagnostics.models.explanation.repeated import (
    Repeated,
    of_parts,
    of_words,
    over_the_text,
    unit_of,
    unstable_note,
)
from diagnostics.models.explanation.summed import explanation_of, missed_by
from diagnostics.models.explanation.tree_shap import NoTrees, tree_explanation, why_no_trees
from diagnostics.models.explanation.words import Piece, pieces_of, without
from diagnostics.models.jobs import Progress, no_progress
from diagnostics.models.model import Model
from diagnostics.models.pipelines.analysers import signs_read_by
from diagnostics.models.pipelines.linear import final_step
from diagnostics.models.random_state import undisturbed

#: Rows and texts that a model is asked about at most, all repetitions together.
MOST_ROWS, MOST_TEXTS = 60_000, 12_000
#: Characters of a row's text from which on the row counts as a text.
LONG_TEXT = 2_000
#: Words, or runs of words, that a text is cut into; orders tried in a repetition, at most.
MOST_WORDS, MOST_ORDERS = 128, 10
#: Repetitions with other seeds, whose signs are compared.
REPEATED = 3
#: Rows in one call of the model, and figures in them.
ROWS_A_CALL, CELLS_A_CALL = 2_000, 2_000_000
Masks = NDArray[np.bool_]
Figures = NDArray[np.float64]


def trees_are_right(model: Model) -> bool:
    """Whether TreeExplainer takes the model and gives sums that are the model's own figures."""
    return not why_no_trees(model)


def why_not_read(model: Model) -> str:
    """Why trees are asked and not read, in a sentence; "" of other models, or where they are."""
    return why_no_trees(model) if _has_trees(model) else ""


def shap_explanation(
    question: Question, *, background: Any = None, progress: Progress = no_progress
) -> Explanation:
    """Shapley values of one example for one label, or against another.

    Parameters
    ----------
    question
        The example, the model and the labels.
    background
        Rows that the example is held against; None for up to 100 of the run's own. A text is held
        against itself without its words, whatever is given.
    progress
        Told how much is done.

    Returns
    -------
    Of trees TreeExplainer's values, in probability for forests and in log-odds for boosted trees.
    Of any other model estimates from permutations, in probability if it gives any, else in its
    margin; `agreement` is the share of parts whose sign three repetitions agree on.

    Raises
    ------
    DiagnosticsError
        If the model gives answers only, there are no rows to hold the example against, or the sum
        misses the model's own figure.
    """
    notes = list(question.notes)
    try:
        return tree_explanation(question)
    except NoTrees as error:
        if _has_trees(question.model):
            notes.append(f"{error.message} The model was asked instead.")
    figure = explained_output(question.model, question.label, question.against)
    if isinstance(question.row, list):
        return _of_a_text(question, figure, progress, notes)
    rows = background_rows(question) if background is None else background
    return _of_a_row(question, figure, perturbed_rows(question, rows), progress, notes)


def _has_trees(model: Model) -> bool:
    """Whether a reader would expect TreeExplainer's values."""
    name = type(final_step(model.estimator)).__name__
    return any(word in name for word in ("Tree", "Forest", "GradientBoosting"))


def _of_a_row(
    question: Question,
    figure: ExplainedOutput,
    mixed: PerturbedRows,
    progress: Progress,
    notes: list[str],
) -> Explanation:
    size, most = len(mixed.parts), most_rows(question)
    others = min(max(most // (REPEATED * (2 * size + 1)), 1), mixed.others)
    places = np.arange(1, others + 1)

    def ask(masks: Masks) -> Figures:
        mixtures = np.where(masks[:, None, :], 0, places[None, :, None]).reshape(-1, size)
        figures = figure.ask(mixed.made(mixtures)).reshape(len(masks), others)
        return np.asarray(figures.mean(axis=1))

    cells = sum(len(part.columns) for part in mixed.parts) or 1
    a_call = max(min(ROWS_A_CALL, CELLS_A_CALL // cells) // others, 1)
    game = _Game(ask, size, a_call, most // others, progress)
    estimates, base = game.shapley(question.seed)
    contributions = of_parts(estimates, mixed, question)
    notes.append(f"Held against {others:,} rows of the run's own, drawn at random.")
    notes += mixed.notes
    over = over_the_text(contributions, mixed, question)
    return _explanation(question, figure, base, contributions, estimates, notes, **over)


def most_rows(question: Question) -> int:
    """How many rows a model is asked about at most: fewer where they hold a long text."""
    return MOST_TEXTS if len(question.text or "") > LONG_TEXT else MOST_ROWS


def _of_a_text(
    question: Question, figure: ExplainedOutput, progress: Progress, notes: list[str]
) -> Explanation:
    text = question.text or ""
    reads = signs_read_by(question.model.estimator)
    pieces = pieces_of(text, most=MOST_WORDS, reads=reads)

    def ask(masks: Masks) -> Figures:
        return figure.ask([without(text, pieces, keep) for keep in masks.tolist()])

    estimates, base = _Game(ask, len(pieces), 200, MOST_TEXTS, progress).shapley(question.seed)
    found, spans = of_words(estimates, text, [[piece] for piece in pieces])
    notes.append(_held_against(pieces))
    return _explanation(question, figure, base, found, estimates, notes, text=text, spans=spans)


def _held_against(pieces: Sequence[Piece]) -> str:
    if not pieces:
        return "The text has no words that could be taken out."
    return "Held against the text without its words; what is left of it is the base."


def _explanation(
    question: Question,
    figure: ExplainedOutput,
    base: float,
    contributions: list[Contribution],
    estimates: Repeated,
    notes: Sequence[str],
    **over: Any,
) -> Explanation:
    explanation = explanation_of(
        question,
        base,
        contributions,
        method="shap",
        scale=figure.scale,
        model_output=float(figure.ask(question.row)[0]),
        agreement=estimates.agreement,
        notes=(*notes, *unstable_note(contributions, unit_of(question))),
        **over,
    )
    missed = missed_by(explanation)
    if missed is not None:
        raise DiagnosticsError(
            f"The sum misses the model's own figure by {missed}, so it is not "
            "shown: the model does not give a row the same figure every time.",
        )
    return explanation


@dataclass(frozen=True)
class _Game:
    """Figures of an example of which only some parts are its own: `ask` takes masks × parts.

    `a_call` masks are asked about at a time, and `most` in all.
    """

    ask: Callable[[Masks], Figures]
    size: int
    a_call: int
    most: int
    progress: Progress

    def shapley(self, seed: int) -> tuple[Repeated, float]:
        """Every part's value in each repetition, and the figure of no part at all."""
        base = float(self.ask(np.zeros((1, self.size), bool))[0])
        if not self.size:
            return Repeated(np.zeros((REPEATED, 0))), base
        # What shap takes for an order and its reverse: it divides max_evals by that.
        once = 2 * self.size + 1
        orders = min(max(self.most // (REPEATED * once), 1), MOST_ORDERS)
        seeds = [seed + repetition for repetition in range(REPEATED)]
        masks = [_permutations(self.size, orders * once, each)[0] for each in seeds]
        figures = self._asked(np.concatenate(masks))
        asked = np.split(figures, np.cumsum([len(each) for each in masks])[:-1])
        values = [
            _permutations(self.size, orders * once, each, answers)[1]
            for each, answers in zip(seeds, asked, strict=True)
        ]
        return Repeated(np.array(values)), base

    def _asked(self, masks: Masks) -> Figures:
        """The figure of every mask; of those that come again once."""
        kinds, places = np.unique(np.packbits(masks, axis=1), axis=0, return_inverse=True)
        different = np.unpackbits(kinds, axis=1, count=self.size).astype(bool)
        done = 0

        def told(masks: int) -> None:
            nonlocal done
            done += masks
            self.progress(done / len(different))

        found = asked_in_steps(self.ask, different, self.a_call, told)
        figures: Figures = found[np.ravel(places)]
        return figures


@dataclass(frozen=True)
class _Zeros:
    """Puts zeros where a mask is not: shap's own maskers compile themselves first, for 10 s."""

    shape: tuple[int, int]

    def __call__(self, mask: Masks, ones: Figures) -> Figures:
        return np.where(mask, ones, 0.0)[None, :]


def _permutations(
    size: int, evaluations: int, seed: int, figures: Figures | None = None
) -> tuple[Masks, Figures]:
    """What shap's permutations ask of a game between zeros and ones, and the values they find.

    Without the `figures` they only ask, and the values mean nothing. So the model is asked between
    two calls of shap and not in one, which seeds everybody's random numbers while it lasts.
    """
    asked: list[Masks] = []
    answers = np.zeros(0) if figures is None else figures

    def game(ones: Figures) -> Figures:
        start = sum(map(len, asked))
        asked.append(ones > 0.5)
        return np.zeros(len(ones)) if figures is None else answers[start : start + len(ones)]

    with undisturbed():
        import shap

        explainer = shap.explainers.Permutation(game, _Zeros((1, size)), seed=seed)
        found = explainer(np.ones((1, size)), max_evals=evaluations, silent=True)
    return np.concatenate(asked), np.asarray(found.values, float).reshape(size)
