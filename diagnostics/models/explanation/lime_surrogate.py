"""LIME: a linear stand-in for the model near one example, fitted to answers about its variations.

Ribeiro, Singh and Guestrin 2016, "Why should I trust you?", by lime 0.2.0.1. It is fitted anew with
several seeds: its weights are estimates, and how far they agree is part of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
from diagnostics.models.explanation.summed import explanation_of
from diagnostics.models.explanation.words import Piece, pieces_of
from diagnostics.models.jobs import Progress, no_progress
from diagnostics.models.pipelines.analysers import signs_read_by
from diagnostics.models.random_state import undisturbed

#: Variations that the model is asked about in each of the repetitions.
SAMPLES, REPEATED = 2_000, 3
#: Words, or runs of words, that a text is cut into, and rows in one call of the model.
MOST_WORDS, A_CALL = 300, 250
Figures = NDArray[np.float64]


@dataclass(frozen=True)
class _Fit:
    """One stand-in: its intercept, a weight for each feature, and its R² near the example."""

    intercept: float
    weights: Figures
    r2: float


def lime_explanation(
    question: Question, *, background: Any = None, progress: Progress = no_progress
) -> Explanation:
    """What a linear stand-in near the example says of each word, column or block of pixels.

    Parameters
    ----------
    question
        The example, the model and the labels. Explained is the difference of the two labels'
        figures, which for linear stand-ins is the difference of their explanations.
    background
        Rows that other values are taken from; None for up to 100 of the run's own. Of a text words
        are taken out, whatever is given.
    progress
        Told how much is done.

    Returns
    -------
    An `Explanation` in probability if the model gives any, else in its margin: the mean of three
    stand-ins with their mean `r2`, the share of features whose sign they agree on, and the others
    marked as not `stable`. `output` is what the stand-ins say, `model_output` the model.

    Raises
    ------
    DiagnosticsError
        If the model gives answers only, or there are no rows to take other values from.
    """
    figure = explained_output(question.model, question.label, question.against)
    if isinstance(question.row, list):
        return _of_a_text(question, figure, progress)
    rows = background_rows(question) if background is None else background
    return _of_a_row(question, figure, perturbed_rows(question, rows), progress)


def _of_a_text(question: Question, figure: ExplainedOutput, progress: Progress) -> Explanation:
    text = question.text or ""
    reads = signs_read_by(question.model.estimator)
    places = _by_word(text, pieces_of(text, most=MOST_WORDS, reads=reads))
    if not places:
        notes = ["The text has no words that could be taken out."]
        return _explanation(question, figure, [], [], notes, text=text)
    ask = _Asked(figure.ask, progress)
    fits = [_text_fit(text, places, ask, question.seed + at) for at in range(REPEATED)]
    contributions, spans = of_words(_weights(fits), text, list(places.values()))
    notes = [f"Words were taken out {SAMPLES:,} times, with {REPEATED} seeds."]
    return _explanation(question, figure, fits, contributions, notes, text=text, spans=spans)


def _by_word(text: str, pieces: Sequence[Piece]) -> dict[str, list[Piece]]:
    """Every word, as it is written, with all the places where it stands."""
    places: dict[str, list[Piece]] = {}
    for start, end in pieces:
        places.setdefault(text[start:end], []).append((start, end))
    return places


def _text_fit(text: str, places: dict[str, list[Piece]], ask: _Asked, seed: int) -> _Fit:
    in_order = sorted(piece for word in places.values() for piece in word)
    words = [text[start:end] for start, end in in_order]
    with undisturbed():
        from lime.lime_text import LimeTextExplainer
    # Made anew for every fit: a second explanation by the same one would be another.
    explainer = LimeTextExplainer(
        split_expression=lambda _: words, feature_selection="none", random_state=seed
    )
    fitted = explainer.explain_instance(
        text,
        lambda texts: ask.texts(texts)[:, None],
        labels=(0,),
        num_features=len(places),
        num_samples=SAMPLES,
    )
    known = fitted.domain_mapper.indexed_string
    weights = {known.word(at): weight for at, weight in fitted.local_exp[0]}
    return _Fit(
        float(fitted.intercept[0]),
        np.array([weights[word] for word in places]),
        float(fitted.score),
    )


def _of_a_row(
    question: Question, figure: ExplainedOutput, mixed: PerturbedRows, progress: Progress
) -> Explanation:
    notes = [*mixed.notes]
    if not mixed.parts:
        notes.append("Nothing in this example differs from the other rows.")
        return _explanation(question, figure, [], [], notes)
    ask = _Asked(figure.ask, progress)
    fits = [_row_fit(mixed, ask, question.seed + at) for at in range(REPEATED)]
    contributions = of_parts(_weights(fits), mixed, question)
    notes.append(
        f"Half of the values were replaced by those of {mixed.others:,} rows of the run's own, "
        f"{SAMPLES:,} times, with {REPEATED} seeds."
    )
    over = over_the_text(contributions, mixed, question)
    return _explanation(question, figure, fits, contributions, notes, **over)


def _row_fit(mixed: PerturbedRows, ask: _Asked, seed: int) -> _Fit:
    """Parts as categories, which are the example's own or not: numbers by their quarters."""
    generator = np.random.default_rng(seed)
    # Half are the example's own, as in lime's images. As frequent as among the rows, as lime has it
    # for tables, hardly a variation is near the example: R² and agreement are half as large.
    own = generator.random(mixed.bins.shape) < 0.5
    own[0] = True
    known = np.where(own, mixed.bins[0], mixed.bins)
    with undisturbed():
        from lime.lime_tabular import LimeTabularExplainer
    # No selection by lime: each seed would keep other features, which have no mean.
    explainer = LimeTabularExplainer(
        known.astype(float),
        mode="regression",
        categorical_features=list(range(len(mixed.parts))),
        discretize_continuous=False,
        feature_selection="none",
        random_state=seed,
    )
    fitted = explainer.explain_instance(
        mixed.bins[0].astype(float),
        lambda bins: ask(bins, lambda some: mixed.made(_places(mixed, some, generator))),
        num_features=len(mixed.parts),
        num_samples=SAMPLES,
    )
    # Of a regression lime keeps the weights as label 1, and with the other sign as label 0.
    weights = dict(fitted.local_exp[1])
    return _Fit(
        float(fitted.intercept[1]),
        np.array([weights[at] for at in range(len(mixed.parts))]),
        float(fitted.score),
    )


def _places(
    mixed: PerturbedRows, bins: Figures, generator: np.random.Generator
) -> NDArray[np.intp]:
    """For each part a row whose value lies in the bin; the example's own where it does."""
    places = np.zeros(bins.shape, np.intp)
    for at in range(bins.shape[1]):
        for kind in np.unique(bins[:, at]):
            if kind == mixed.bins[0, at]:
                continue
            wanted = bins[:, at] == kind
            there = np.flatnonzero(mixed.bins[:, at] == kind)
            places[wanted, at] = generator.choice(there, int(wanted.sum()))
    return places


@dataclass
class _Asked:
    """Asks about many rows a few at a time, and tells how many are done."""

    figure: Callable[[Any], Figures]
    progress: Progress
    done: int = 0

    def __call__(self, rows: Any, made: Callable[[Any], Any] = lambda rows: rows) -> Figures:
        return asked_in_steps(lambda some: self.figure(made(some)), rows, A_CALL, self._told)

    def _told(self, rows: int) -> None:
        self.done += rows
        self.progress(min(self.done / (REPEATED * SAMPLES), 1.0))

    def texts(self, texts: Sequence[str]) -> Figures:
        """The same, of texts: a short one loses the same words again and again."""
        places = {text: at for at, text in enumerate(dict.fromkeys(texts))}
        figures = self(list(places))
        return figures[[places[text] for text in texts]]


def _weights(fits: Sequence[_Fit]) -> Repeated:
    return Repeated(np.array([fit.weights for fit in fits]))


def _explanation(
    question: Question,
    figure: ExplainedOutput,
    fits: Sequence[_Fit],
    contributions: list[Contribution],
    notes: Sequence[str],
    **over: Any,
) -> Explanation:
    model_output = float(figure.ask(question.row)[0])
    r2 = float(np.mean([fit.r2 for fit in fits])) if fits else None
    return explanation_of(
        question,
        float(np.mean([fit.intercept for fit in fits])) if fits else model_output,
        contributions,
        method="lime",
        scale=figure.scale,
        model_output=model_output,
        r2=None if r2 is None or np.isnan(r2) else r2,
        agreement=_weights(fits).agreement if fits else None,
        notes=(*question.notes, *notes, *unstable_note(contributions, unit_of(question))),
        **over,
    )
