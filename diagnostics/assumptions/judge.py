"""Assumptions put to the test: whether what somebody believes of a model holds, run by run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from diagnostics.assumptions.ablation import ask_without, exact_weights
from diagnostics.assumptions.assumption import Assumption, assumption, parse_assumption
from diagnostics.assumptions.evidence import (
    ALPHA,
    VERDICTS,
    EvidencePiece,
    Judgement,
    Verdict,
    ablation_evidence,
    association_evidence,
    combined_verdict,
    importance_evidence,
    weight_evidence,
)
from diagnostics.assumptions.judged_answers import beside, judged_answers, outcomes
from diagnostics.errors import DiagnosticsError
from diagnostics.examples.attributes import NoValues, attribute_values, with_content_of
from diagnostics.models.run_models import NoModel
from diagnostics.statistics.association import Association, associate
from diagnostics.workspace import Evidence
from diagnostics.workspace.asked_for import the_experiment, the_run

if TYPE_CHECKING:
    import polars as pl

    from diagnostics.workspace import Experiment, Run


def judge_assumptions(
    experiment: Experiment,
    run: Run,
    assumptions: Sequence[Assumption],
    *,
    root: Path | None = None,
    judged: int | None = None,
    trust_pickles: bool = False,
    seed: int = 0,
) -> list[Judgement]:
    """What became of assumptions in one run.

    Parameters
    ----------
    root
        The folder that the workspace was opened on, where the run's models lie; None leaves the
        models unasked.
    judged
        How many assumptions are judged in all, for which intervals are widened (Bonferroni:
        `ALPHA` is divided among them); default the number given.
    seed
        Of what is shuffled and sampled.

    Returns
    -------
    One judgement for each, in their order. `matters` holds if any evidence shows an effect, and is
    violated if all shows that it is too small; `must-not-matter` the reverse. `pushes-towards`
    holds if evidence shows a push and none the reverse.
    """
    experiment = the_experiment(experiment)
    run = the_run(run, experiment)
    alpha = ALPHA / max(judged or len(assumptions), 1)
    judge = _Judge(experiment, run, root, alpha, trust_pickles, seed)
    return [judge.judgement(assumed) for assumed in assumptions]


@dataclass(eq=False)
class _Judge:
    """One run with what is the same for all assumptions."""

    experiment: Experiment
    run: Run
    root: Path | None
    alpha: float
    trust_pickles: bool
    seed: int

    @cached_property
    def kept(self) -> Run:
        """The run with the examples' content."""
        return with_content_of(self.experiment, self.run)

    @cached_property
    def judged(self) -> pl.DataFrame:
        """Its answers whose truth is known."""
        return judged_answers(self.run)

    @cached_property
    def answers(self) -> pl.DataFrame:
        """All of its answers."""
        return judged_answers(self.run, needs_truth=False)

    def judgement(self, assumed: Assumption) -> Judgement:
        """The verdict on one assumption, with everything that bears on it."""
        evidence: list[EvidencePiece] = []
        missing: list[str] = []
        importance = self._importance(assumed)
        is_judged = importance is not None and importance.reading != "note"
        association = self._associated(assumed, missing, 2 if is_judged else 1)
        if association is not None:
            evidence += association_evidence(assumed, association, missing)
        evidence += [importance] if importance is not None else []
        evidence += self._asked(assumed, missing)
        return Judgement(
            assumption=assumed,
            run=self.run.run,
            verdict=combined_verdict(assumed.claim, [piece.reading for piece in evidence]),
            evidence=tuple(evidence),
            missing=tuple(dict.fromkeys(missing)),
            association=association,
        )

    def _associated(
        self, assumed: Assumption, missing: list[str], shared: int
    ) -> Association | None:
        if assumed.label is not None and assumed.label not in self.run.labels:
            missing.append(f"The run knows no label “{assumed.label}”.")
            return None
        try:
            answers = self.judged if assumed.label is None else self.answers
            values = beside(answers, attribute_values(self.kept, assumed.attribute))
        except NoValues as error:
            missing.append(str(error))
            return None
        return associate(values, outcomes(answers, assumed.label), alpha=self.alpha / shared)

    def _importance(self, assumed: Assumption) -> EvidencePiece | None:
        """What the run's kept importances say of the feature; judged by if they were permuted."""
        if assumed.kind == "property" or assumed.claim == "pushes-towards":
            return None
        if not self.run.has(Evidence.IMPORTANCE):
            return None
        return importance_evidence(self.run, assumed.attribute, self.alpha / 2)

    def _asked(self, assumed: Assumption, missing: list[str]) -> list[EvidencePiece]:
        """What the models say when they are asked again, and their exact weights."""
        if self.root is None or assumed.kind == "property":
            return []
        ways = [self._weight] if assumed.claim == "pushes-towards" else []
        if assumed.claim != "pushes-towards" or assumed.kind == "word":
            ways.insert(0, self._without)
        evidence: list[EvidencePiece] = []
        for way in ways:
            try:
                evidence += way(assumed, self.root)
            except (NoModel, NoValues) as error:
                missing.append(str(error))
            except (DiagnosticsError, ValueError, TypeError, KeyError) as error:  # of any library
                missing.append(f"The model could not be asked: {error}")
        return evidence

    def _without(self, assumed: Assumption, root: Path) -> list[EvidencePiece]:
        again = ask_without(
            self.experiment,
            self.run,
            assumed.attribute,
            label=assumed.label,
            root=root,
            trust_pickles=self.trust_pickles,
            seed=self.seed,
        )
        return [ablation_evidence(assumed, again, self.alpha)]

    def _weight(self, assumed: Assumption, root: Path) -> list[EvidencePiece]:
        if assumed.label is None:
            return []
        weights = exact_weights(
            self.experiment,
            self.run,
            assumed.attribute,
            label=assumed.label,
            root=root,
            trust_pickles=self.trust_pickles,
        )
        return [weight_evidence(assumed, weights)] if weights else []


__all__ = [
    "ALPHA",
    "VERDICTS",
    "Assumption",
    "EvidencePiece",
    "Judgement",
    "Verdict",
    "assumption",
    "judge_assumptions",
    "parse_assumption",
]
