"""What a model answers where a word is taken out of its texts, or a column's values are shuffled.

The rows are those that the run was evaluated on, each asked of the model that had answered it, so
that whatever the answer owes to the word or column shows, whatever kind of model it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError
from diagnostics.examples.attributes import (
    Attribute,
    attribute_values,
    column_meant,
    with_content_of,
)
from diagnostics.examples.content import content_columns
from diagnostics.examples.words import between_edges
from diagnostics.models.model import Model
from diagnostics.models.pipelines.linear import is_linear, linear_scores
from diagnostics.models.run_models import NoModel, models_by_fold, rows_for

if TYPE_CHECKING:
    from diagnostics.workspace import Experiment, Run

#: Examples that are asked again at most: a random sample beyond.
MOST_ASKED = 1_000


@dataclass(frozen=True, eq=False)
class Ablation:
    """How often the answer changed, and by how much a label's probability was higher before.

    `push` has a number for each example, empty where no label was asked about or the model gives no
    probabilities. `total` examples could be asked, of which `asked` were.
    """

    changed: int
    asked: int
    total: int
    push: NDArray[np.float64]


def ask_without(
    experiment: Experiment,
    run: Run,
    attribute: Attribute,
    *,
    label: str | None = None,
    root: Path,
    trust_pickles: bool = False,
    seed: int = 0,
) -> Ablation:
    """Ask a run's models again without an attribute of the examples.

    Parameters
    ----------
    attribute
        A word, which is taken out of the texts that have it, or a column, whose values are shuffled
        among the examples.
    label
        Whose probability is compared; None compares answers only.
    seed
        Of the shuffle, and of the sample where more than `MOST_ASKED` could be asked.

    Raises
    ------
    NoModel
        If there is no model, or it does not take the word's text or the column.
    DiagnosticsError
        If a model or its rows cannot be opened.
    """
    if attribute.kind == "property":
        raise NoModel("A property of a text cannot be taken away by itself.")
    models = _models(run, root, trust_pickles=trust_pickles)
    candidates = _candidates(experiment, run, attribute)
    rng = np.random.default_rng(seed)
    picked = _sample(candidates, rng)
    names = [name for name, _ in picked]
    if not names:
        raise NoModel("No example has it.")
    rows = rows_for(experiment, run, root, names)
    others = _without(experiment, run, attribute, rows, rng)
    changed, push = 0, []
    folds = np.array([fold for _, fold in picked])
    for fold, model in models.items():
        at = np.arange(len(names)) if fold is None else np.flatnonzero(folds == fold)
        if len(at):
            before, after = _at(rows, at), _at(others, at)
            changed += sum(
                a != b for a, b in zip(model.answers(before), model.answers(after), strict=True)
            )
            push.append(_push(model, label, before, after))
    moved = np.concatenate(push) if push else np.empty(0)
    return Ablation(changed, len(names), len(candidates), moved)


def exact_weights(
    experiment: Experiment,
    run: Run,
    attribute: Attribute,
    *,
    label: str,
    root: Path,
    trust_pickles: bool = False,
) -> list[float] | None:
    """An attribute's weight towards a label in each of the run's models, if they are linear.

    A label's weight is that of its own score less the mean over all labels: what all labels share
    does not push towards any. None where a model is not linear; a model that does not know the
    feature has the weight 0.

    Raises
    ------
    NoModel
        If there is no model.
    """
    models = _models(run, root, trust_pickles=trust_pickles)
    if attribute.kind == "property":
        return None
    if not all(is_linear(model.estimator) for model in models.values()):
        return None
    names = [name for name, _ in _candidates(experiment, run, attribute, everything=True)[:1]]
    row = rows_for(experiment, run, root, names)
    towards = []
    for model in models.values():
        scores = linear_scores(model.estimator, row)
        if label not in scores.labels:
            return None
        at = [place for place, name in enumerate(scores.features) if _is_meant(name, attribute)]
        if not at and attribute.kind == "column" and "=" not in attribute.subject:
            return None  # several features may have come out of it
        weights = scores.weights - scores.weights.mean(axis=0)
        towards.append(float(weights[scores.labels.index(label), at].sum()))
    return towards


def _models(run: Run, root: Path, *, trust_pickles: bool) -> Mapping[int | None, Model]:
    if not run.models:
        raise NoModel(
            "The run has no model to be asked.",
            hint="Record it with keep_model=True, or its search with models=True.",
        )
    return models_by_fold(run, root, trust_pickles=trust_pickles)


def _candidates(
    experiment: Experiment, run: Run, attribute: Attribute, *, everything: bool = False
) -> list[tuple[str, int | None]]:
    """The evaluated examples with the fold of each; of a word, those that have it."""
    import polars as pl

    from diagnostics.predictions.completeness import rows_of

    rows = rows_of(run, run.split).select("example", "fold").unique("example", keep="first")
    if attribute.kind == "word" and not everything:
        values = attribute_values(with_content_of(experiment, run), attribute)
        rows = rows.join(values.filter(pl.col("value")).lazy(), on="example", how="semi")
    return list(rows.sort("example").collect().iter_rows())


def _sample(
    candidates: Sequence[tuple[str, int | None]], rng: np.random.Generator
) -> list[tuple[str, int | None]]:
    if len(candidates) <= MOST_ASKED:
        return list(candidates)
    places = np.sort(rng.choice(len(candidates), MOST_ASKED, replace=False))
    return [candidates[at] for at in places]


def _without(
    experiment: Experiment, run: Run, attribute: Attribute, rows: Any, rng: np.random.Generator
) -> Any:
    if attribute.kind == "word":
        return _without_word(experiment, run, attribute.subject, rows)
    if not hasattr(rows, "columns"):
        raise NoModel("The model takes no columns by name.")
    try:
        name, _ = column_meant([str(column) for column in rows.columns], attribute.subject)
    except DiagnosticsError:
        raise NoModel(f"The model does not take “{attribute.subject}”.") from None
    shuffled = rows[name].iloc[rng.permutation(len(rows))].reset_index(drop=True)
    return rows.assign(**{str(name): shuffled})


def _without_word(experiment: Experiment, run: Run, word: str, rows: Any) -> Any:
    pattern = between_edges(word)

    def removed(text: Any) -> Any:
        return " ".join(pattern.sub(" ", text).split()) if isinstance(text, str) else text

    if isinstance(rows, list):
        return [removed(text) for text in rows]
    name = content_columns(with_content_of(experiment, run)).text
    if not hasattr(rows, "columns") or name not in rows.columns:
        raise NoModel("The model does not take the text itself.")
    return rows.assign(**{str(name): rows[name].map(removed)})


def _at(rows: Any, places: NDArray[np.intp]) -> Any:
    if isinstance(rows, list):
        return [rows[at] for at in places]
    return rows.iloc[places].reset_index(drop=True) if hasattr(rows, "iloc") else rows[places]


def _push(model: Model, label: str | None, before: Any, after: Any) -> NDArray[np.float64]:
    if label not in model.labels or not model.has_probabilities:
        return np.empty(0)
    at = model.labels.index(str(label))
    moved: NDArray[np.float64] = model.probabilities(before)[:, at]
    return moved - model.probabilities(after)[:, at]


def _is_meant(feature: str, attribute: Attribute) -> bool:
    """Whether a feature is the word or column, whatever a transformer put before its name."""
    name = feature.rpartition("__")[2] if attribute.kind == "column" else feature.split("__")[-1]
    wanted = attribute.subject
    if attribute.kind == "word":
        return name.lower() == wanted
    return name in (wanted, wanted.replace("=", "_"))


__all__ = ["MOST_ASKED", "Ablation", "ask_without", "exact_weights"]
