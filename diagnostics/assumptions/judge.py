"""Assumptions put to the test: whether what somebody believes of a model holds, run by run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from diagnostics.assumptions.ablation import ask_without, exact_weights
from diagnostics.assumptions.assumption import Assumption, assumption, parse_assumption
from diagnostics.assumptions.findings import (
    ALPHA,
    VERDICTS,
    Finding,
    Judgement,
    Verdict,
    associated_finding,
    changed_finding,
    combined_verdict,
    importance_finding,
    weight_finding,
)
from diagnostics.assumptions.judged_answers import beside, judged_answers, outcomes
from diagnostics.errors import DiagnosticsError
from diagnostics.examples.attributes import NoValues, attribute_values, with_content_of
from diagnostics.models.run_models import NoModel
from diagnostics.statistics.association import Association, associate
from diagnostics.workspace import Evidence

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
    One judgement for each, in their order. `matters` holds if any finding shows an effect, and is
    violated if all show that it is too small; `must-not-matter` the reverse. `pushes-towards` holds
    if findings show a push and none the reverse.
    """
    alpha = ALPHA / max(judged or len(assumptions), 1)
    judge = _Judge(experiment, run, root, alpha, trust_pickles, seed)
    return [judge.judgement(given) for given in assumptions]


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
    def given(self) -> pl.DataFrame:
        """All of its answers."""
        return judged_answers(self.run, needs_truth=False)

    def judgement(self, given: Assumption) -> Judgement:
        """The verdict on one assumption, with everything that bears on it."""
        found: list[Finding] = []
        missing: list[str] = []
        importance = self._importance(given)
        is_judged = importance is not None and importance.reading != "note"
        association = self._associated(given, missing, 2 if is_judged else 1)
        if association is not None:
            found += associated_finding(given, association, missing)
        found += [importance] if importance is not None else []
        found += self._asked(given, missing)
        verdict = combined_verdict(given.claim, [finding.reading for finding in found])
        said = tuple(dict.fromkeys(missing))
        return Judgement(given, self.run.run, verdict, tuple(found), said, association)

    def _associated(self, given: Assumption, missing: list[str], shared: int) -> Association | None:
        if given.label is not None and given.label not in self.run.labels:
            missing.append(f"The run knows no label “{given.label}”.")
            return None
        try:
            answers = self.judged if given.label is None else self.given
            values = beside(answers, attribute_values(self.kept, given.attribute))
        except NoValues as error:
            missing.append(str(error))
            return None
        return associate(values, outcomes(answers, given.label), alpha=self.alpha / shared)

    def _importance(self, given: Assumption) -> Finding | None:
        """What the run's kept importances say of the feature; judged by if they were permuted."""
        if given.kind == "property" or given.claim == "pushes-towards":
            return None
        if not self.run.has(Evidence.IMPORTANCE):
            return None
        return importance_finding(self.run, given, self.alpha / 2)

    def _asked(self, given: Assumption, missing: list[str]) -> list[Finding]:
        """What the models say when they are asked again, and their exact weights."""
        if self.root is None or given.kind == "property":
            return []
        ways = [self._weight] if given.claim == "pushes-towards" else []
        if given.claim != "pushes-towards" or given.kind == "word":
            ways.insert(0, self._without)
        found: list[Finding] = []
        for way in ways:
            try:
                found += way(given, self.root)
            except (NoModel, NoValues) as error:
                missing.append(str(error))
            except (DiagnosticsError, ValueError, TypeError, KeyError) as error:  # of any library
                missing.append(f"The model could not be asked: {error}")
        return found

    def _without(self, given: Assumption, root: Path) -> list[Finding]:
        again = ask_without(
            self.experiment,
            self.run,
            given,
            root=root,
            trust_pickles=self.trust_pickles,
            seed=self.seed,
        )
        return [changed_finding(given, again, self.alpha)]

    def _weight(self, given: Assumption, root: Path) -> list[Finding]:
        weights = exact_weights(
            self.experiment, self.run, given, root=root, trust_pickles=self.trust_pickles
        )
        return [weight_finding(given, weights)] if weights else []


__all__ = [
    "ALPHA",
    "VERDICTS",
    "Assumption",
    "Finding",
    "Judgement",
    "Verdict",
    "assumption",
    "judge_assumptions",
    "parse_assumption",
]
