"""Models asked what they say without a feature, once: what they said is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from diagnostics.models.evaluated_inputs import Evaluated, asking
from diagnostics.models.importance.feature_groups import (
    Group,
    correlated_groups,
    named_groups,
    single_columns,
)
from diagnostics.models.importance.losses import Metric
from diagnostics.models.importance.permutation import Permutation, Progress, permutation_importance
from diagnostics.models.importance.shapley.sampled_shapley import (
    SampledContributions,
    sampled_contributions,
)
from diagnostics.models.importance.stored import importance_key, store_result, stored_result
from diagnostics.models.importance.word_removal import word_importance
from diagnostics.workspace import Experiment, Run

Named = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Asking:
    """What models are asked for: `permutation` or `contributions`, and its settings.

    `metric`, `grouped` and `groups` (names with their columns) are of permutation.
    """

    method: str
    metric: Metric = "accuracy"
    grouped: bool = True
    groups: tuple[Named, ...] = ()
    seed: int = 0

    def key(self, experiment: Experiment, run: Run, root: Path) -> str:
        """A name for the question with all that its answer depends on."""
        settings = asdict(self) if self.method == "permutation" else {
            "method": self.method, "seed": self.seed
        }  # fmt: skip
        return importance_key(experiment, run, root, split=run.split, **settings)


def asked_once(
    experiment: Experiment,
    run: Run,
    root: Path,
    evaluated: Evaluated,
    question: Asking,
    *,
    progress: Progress | None = None,
) -> Permutation | SampledContributions:
    """The answer to a question: from the workspace's cache, else asked for and kept there."""
    key = question.key(experiment, run, root)
    found = stored_result(root, key)
    if found is None:
        found = _asked(evaluated, question, progress)
        store_result(root, key, found)
    return found


def _asked(
    evaluated: Evaluated, question: Asking, progress: Progress | None
) -> Permutation | SampledContributions:
    if question.method == "contributions":
        return sampled_contributions(evaluated, seed=question.seed, progress=progress)
    return asked_again(
        evaluated,
        metric=question.metric,
        grouped=question.grouped,
        groups=dict(question.groups),
        seed=question.seed,
        progress=progress,
    )


def asked_again(
    evaluated: Evaluated,
    *,
    metric: Metric = "accuracy",
    grouped: bool = True,
    groups: Mapping[str, Sequence[str]] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Permutation:
    """Permutation importance: of columns, correlated ones together, or of the words of texts.

    Parameters
    ----------
    groups
        Columns that are mixed up together, by the group's name; takes the place of `grouped`.
    """
    with asking():
        if evaluated.form == "texts":
            return word_importance(evaluated, metric=metric, progress=progress)
        return permutation_importance(
            evaluated,
            groups_of(evaluated, grouped, groups),
            metric=metric,
            seed=seed,
            progress=progress,
        )


def groups_of(
    evaluated: Evaluated, grouped: bool, groups: Mapping[str, Sequence[str]] | None = None
) -> list[Group]:
    """The groups of columns that are mixed up together."""
    if groups:
        return named_groups(evaluated.names, groups)
    return correlated_groups(evaluated) if grouped else single_columns(evaluated.names)
