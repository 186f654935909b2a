"""The importance of a run's features by whichever method it allows, and what looks wrong in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError
from diagnostics.models.evaluated_inputs import Evaluated, asking, evaluated_inputs
from diagnostics.models.importance.contributions import mean_contributions
from diagnostics.models.importance.from_files import kept_importances
from diagnostics.models.importance.importances import Importances
from diagnostics.models.importance.losses import Metric
from diagnostics.models.importance.model_importance import (
    coefficients,
    impurity,
    input_importances,
    own_methods,
)
from diagnostics.models.importance.on_request import Asking, asked_once
from diagnostics.models.importance.permutation import Permutation, Progress
from diagnostics.models.importance.suspect_features import (
    Flag,
    Usual,
    alone_flags,
    carrying_flags,
    useless_flags,
    usual_values,
    wiring_flags,
)
from diagnostics.workspace import Evidence, Experiment, Run
from diagnostics.workspace.asked_for import the_experiment, the_run

Asked = Literal["auto", "kept", "coefficients", "impurity", "contributions", "permutation"]
METHODS: tuple[Asked, ...] = (
    "auto", "kept", "coefficients", "impurity", "contributions", "permutation",
)  # fmt: skip
#: What is shown of its own accord: quick ones, the model's own word first.
USUAL: tuple[Asked, ...] = ("coefficients", "impurity", "kept", "permutation")
HINT = (
    "Keep the model (record with keep_model=True, a search with models=True), or put an "
    "importances.csv with the columns feature and mean beside the run."
)


@dataclass(frozen=True)
class Offer:
    """What can be told of a run's features.

    `kept` are importances that lie with it, `own` what its models say themselves, and `asks`
    whether they can be asked again with a feature mixed up; `samples` whether contributions are
    only to be had by asking, too. `reason` says why a model cannot be asked, "" if it can;
    `problems` what could not be read.
    """

    kept: tuple[Importances, ...]
    own: tuple[str, ...]
    asks: bool
    reason: str = ""
    hint: str = ""
    problems: tuple[str, ...] = ()
    samples: bool = False

    @property
    def has_model(self) -> bool:
        """Whether there is a model that can be asked about the evaluated rows."""
        return bool(self.own) or self.asks or self.samples

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods that are possible, the quick ones first."""
        kept = ("kept",) if self.kept else ()
        asked = (("permutation",) if self.asks else ()) + (("contributions",) * self.samples)
        return (*self.own, *kept, *asked)


def importance_offer(
    experiment: Experiment, run: Run, root: Path, *, trust_pickles: bool = False
) -> Offer:
    """Which importances a run has, or can be asked for."""
    kept, problems = kept_importances(experiment, run, root)
    try:
        evaluated = evaluated_inputs(experiment, run, root, most=50, trust_pickles=trust_pickles)
    except DiagnosticsError as error:
        hint = error.hint if run.models else HINT
        return Offer(tuple(kept), (), False, error.message, hint, tuple(problems))
    has_truth = run.has(Evidence.TRUTH)
    reason = "" if has_truth else f"The answers of {run.run} have no truth to be held against."
    own = tuple(own_methods(evaluated))
    samples = "contributions" not in own
    return Offer(tuple(kept), own, has_truth, reason, "", tuple(problems), samples)


def run_importance(
    experiment: Experiment,
    run: Run,
    *,
    root: Path,
    method: str = "auto",
    metric: Metric = "accuracy",
    grouped: bool = True,
    groups: Mapping[str, Sequence[str]] | None = None,
    seed: int = 0,
    trust_pickles: bool = False,
    progress: Progress | None = None,
) -> Importances:
    """How much each feature matters to a run.

    Parameters
    ----------
    root
        The folder that the workspace was opened on.
    method
        `coefficients` of linear models, `impurity` of trees, `permutation` and `contributions` of
        any model, `kept` for what lies with the run; `auto` takes the first of `USUAL` that there
        is. Contributions are exact for linear models and trees, else estimates from a sample.
    metric, grouped, groups
        Of permutation; `groups` are columns that are mixed up together, by the group's name.
    seed, progress
        Of permutation, and of contributions that are estimates.

    Raises
    ------
    DiagnosticsError
        If the method is unknown, or the run has not what it takes; the message says what would.
    """
    experiment = the_experiment(experiment)
    run = the_run(run, experiment)
    if method not in METHODS:
        raise DiagnosticsError(
            f"There is no method {method!r}.", hint=f"Choose one of {', '.join(METHODS)}."
        )
    offer = importance_offer(experiment, run, root, trust_pickles=trust_pickles)
    chosen = cast(str, method)
    if chosen == "auto":
        chosen = next((name for name in USUAL if name in offer.methods), "")
    if not chosen or chosen not in offer.methods:
        raise _not_there(run, chosen, offer)
    if chosen == "kept":
        return offer.kept[0]
    evaluated = evaluated_inputs(experiment, run, root, seed=seed, trust_pickles=trust_pickles)
    if chosen in offer.own:
        return own_importances(evaluated, chosen)
    named = tuple((name, tuple(members)) for name, members in (groups or {}).items())
    question = Asking(chosen, metric, grouped, named, seed)
    found = asked_once(experiment, run, root, evaluated, question, progress=progress)
    return found.importances if isinstance(found, Permutation) else found.importances()


def own_importances(evaluated: Evaluated, method: str, *, scaled: bool = True) -> Importances:
    """What the models themselves say: `coefficients`, `contributions` or `impurity`.

    `scaled` takes weights times the standard deviation of their feature.
    """
    with asking():
        if method == "coefficients":
            return coefficients(evaluated, scaled=scaled)
        return mean_contributions(evaluated) if method == "contributions" else impurity(evaluated)


def _not_there(run: Run, method: str, offer: Offer) -> DiagnosticsError:
    if not offer.methods:
        what = f"The run {run.run} has no importances"
        reason = f": {offer.reason[:1].lower()}{offer.reason[1:]}" if offer.reason else "."
        return DiagnosticsError(what + reason, hint=offer.hint or HINT)
    return DiagnosticsError(
        f"The run {run.run} has no importances by {method}.",
        hint=f"It has {', '.join(offer.methods)}.",
    )


def importance_flags(
    experiment: Experiment,
    run: Run,
    root: Path,
    *,
    shuffled: Importances | None = None,
    seed: int = 0,
    trust_pickles: bool = False,
) -> list[Flag]:
    """What looks wrong with the features: dead but important, or telling the answer alone.

    Without a model the kept importances are held against the columns of the examples' content.
    `shuffled` are importances by permutation, if those are known.
    """
    kept, _ = kept_importances(experiment, run, root)
    try:
        evaluated = evaluated_inputs(experiment, run, root, seed=seed, trust_pickles=trust_pickles)
    except DiagnosticsError:
        return _dead(kept, _content_values(experiment, run))
    try:
        with asking():
            own = input_importances(evaluated)
    except DiagnosticsError:
        own = None
    usual = usual_values(evaluated)
    if not usual:
        usual = _content_values(experiment, run)
    flags = _dead([*([] if own is None else [own]), *kept], usual)
    flags += [*useless_flags(evaluated), *alone_flags(evaluated, seed=seed)]
    return flags if shuffled is None else [*flags, *carrying(evaluated, shuffled)]


def carrying(evaluated: Evaluated, shuffled: Importances) -> list[Flag]:
    """The single feature that nearly everything hangs on when features are mixed up."""
    return carrying_flags(shuffled, None if evaluated.form == "texts" else evaluated.names)


def _dead(found: Sequence[Importances], usual: Mapping[str, Usual]) -> list[Flag]:
    """Each column once, by the first method that flags it; measured on these rows none would."""
    flags: dict[str, Flag] = {}
    for importances in found:
        for flag in wiring_flags(importances, usual):
            flags.setdefault(flag.feature, flag)
    return list(flags.values())


def _content_values(experiment: Experiment, run: Run) -> dict[str, Usual]:
    """The columns of the content of what the run was evaluated on."""
    import polars as pl

    from diagnostics.examples.content import with_shared_content
    from diagnostics.models.importance.suspect_features import usual_value
    from diagnostics.workspace.stored_tables import scan_examples

    if not experiment.evidence & Evidence.CONTENT or not run.has(Evidence.PREDICTIONS):
        return {}
    asked = experiment.predictions(run.run).filter(pl.col("split") == run.split).select("example")
    table = scan_examples(with_shared_content(experiment, run))
    names = [
        name for name in table.collect_schema().names() if name not in ("example", "text", "image")
    ]
    if not names:
        return {}
    rows = table.join(asked.unique(), on="example", how="semi").select(names).collect()
    return {name: usual_value(_plain_values(rows[name])) for name in names}


def _plain_values(column: Any) -> NDArray[Any]:
    """Numbers as numbers, anything else as objects; missing is NaN or None."""
    if column.dtype.is_numeric() or str(column.dtype) == "Boolean":
        return np.array(column.to_list(), object).astype(float)
    return np.array([None if one is None else str(one) for one in column.to_list()], object)
