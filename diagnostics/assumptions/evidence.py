"""What speaks for or against an assumption: each piece with its interval, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from diagnostics.assumptions import words
from diagnostics.assumptions.assumption import Assumption, Claim
from diagnostics.statistics.association import FEWEST, Association, Effect
from diagnostics.statistics.intervals import wilson

if TYPE_CHECKING:
    from diagnostics.assumptions.ablation import Ablation
    from diagnostics.examples.attributes import Attribute
    from diagnostics.workspace import Run

Verdict = Literal["holds", "violated", "cannot be told"]
VERDICTS: tuple[Verdict, ...] = ("holds", "violated", "cannot be told")
#: What a piece of evidence says: the effect is there, there the other way round, too small, or any
#: of these; `note` is said and not judged by.
Reading = Literal["yes", "reverse", "no", "unclear", "note"]
Source = Literal["errors", "answers", "asked again", "weight", "importance"]

#: The chance that any of a run's verdicts rests on a difference that is not there.
ALPHA = 0.05
#: Asked again without it, answers that change in at least the first share show that the model
#: relies on it; in fewer than the second, that it does not.
RELIES, DOES_NOT_RELY = 0.02, 0.05
#: A probability that moves by less is not pushed, nor does accuracy drop that falls by less.
SMALL_PUSH, SMALL_DROP = 0.01, 0.005


@dataclass(frozen=True)
class EvidencePiece:
    """One piece of evidence: what it says, in a sentence, with its interval.

    `low` and `high` are at the corrected level, NaN where something is exact or only noted.
    `examples` is how many it rests on.
    """

    source: Source
    reading: Reading
    sentence: str
    estimate: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    examples: int = 0


@dataclass(frozen=True, eq=False)
class Judgement:
    """What became of one assumption in one run.

    `missing` are sentences on evidence that could not be had. `association` is what the chart
    shows: how often the answer was wrong (or, of `pushes-towards`, was the label) by group.
    """

    assumption: Assumption
    run: str
    verdict: Verdict
    evidence: tuple[EvidencePiece, ...] = ()
    missing: tuple[str, ...] = ()
    association: Association | None = None

    @property
    def examples(self) -> int:
        """How many examples the verdict rests on."""
        return max((piece.examples for piece in self.evidence), default=0)

    @property
    def sentence(self) -> str:
        """The verdict and the evidence that it rests on."""
        begin = f"{self.assumption.sentence}: {self.verdict}."
        begin = begin[0].upper() + begin[1:]
        speaking = [piece.sentence for piece in self.evidence if piece.reading != "note"]
        return " ".join([begin, *(speaking or self.missing[:1])])


def combined_verdict(claim: Claim, readings: Sequence[Reading]) -> Verdict:
    """The verdict on a claim from what the evidence says."""
    judged = [reading for reading in readings if reading != "note"]
    is_there, is_reverse = "yes" in judged, "reverse" in judged
    is_absent = bool(judged) and all(reading == "no" for reading in judged)
    if claim == "pushes-towards":
        if is_there and is_reverse:
            return "cannot be told"
        return "holds" if is_there else "violated" if is_reverse or is_absent else "cannot be told"
    there: Verdict = "holds" if claim == "matters" else "violated"
    absent: Verdict = "violated" if claim == "matters" else "holds"
    return there if is_there or is_reverse else absent if is_absent else "cannot be told"


def association_evidence(
    assumed: Assumption, association: Association, missing: list[str]
) -> list[EvidencePiece]:
    """How far it goes with wrong answers, or with the label; what is lacking goes to `missing`."""
    if association.reason or not association.effects:
        why = _same_answers(assumed, association) or association.reason
        missing.append(why or "Too few examples differ in it.")
        return []
    effect, reading = _speaking(association), _MATTERS[association.matters]
    if assumed.claim == "pushes-towards":
        effect = association.effects[0]
        reading = _PUSHES[effect.reading]
        if effect.group not in ("", "with"):
            missing.append(
                "A column of several values has no direction: name one of them, as in "
                f"{assumed.subject}={effect.group}."
            )
            return []
    piece = EvidencePiece(
        source="errors" if assumed.label is None else "answers",
        reading=reading,
        sentence=words.association_sentence(assumed, association, effect),
        estimate=effect.estimate,
        low=effect.low,
        high=effect.high,
        examples=association.examples,
    )
    return [piece]


def _same_answers(assumed: Assumption, association: Association) -> str:
    """That there is nothing to tell apart, where examples enough are wrong or right throughout."""
    what, hits = assumed.label or "wrong", int(association.groups["hits"].sum())
    if association.examples < 2 * FEWEST or 0 < hits < association.examples:
        return ""
    return f"{'Every' if hits else 'No'} answer is {what}, so nothing can go with that."


_MATTERS: dict[bool | None, Reading] = {True: "yes", False: "no", None: "unclear"}
_PUSHES: dict[str, Reading] = {
    "more": "yes",
    "less": "reverse",
    "negligible": "no",
    "unclear": "unclear",
}


def _speaking(association: Association) -> Effect:
    """The effect that the verdict rests on: the first that is there, else the first of all."""
    there = [effect for effect in association.effects if effect.reading in ("more", "less")]
    return (there or list(association.effects))[0]


def weight_evidence(assumed: Assumption, weights: Sequence[float]) -> EvidencePiece:
    """All models' weights on one side of 0, or all of them 0, or this and that."""
    signs = {float(np.sign(weight)) for weight in weights}
    reading: Reading = "unclear"
    if signs == {0.0}:
        reading = "no"
    elif signs == {1.0}:
        reading = "yes"
    elif signs == {-1.0}:
        reading = "reverse"
    sentence = words.weight_sentence(assumed, weights)
    return EvidencePiece("weight", reading, sentence, float(np.mean(weights)))


def ablation_evidence(assumed: Assumption, again: Ablation, alpha: float) -> EvidencePiece:
    """What became of the answers without it, or of a label's probability."""
    if assumed.claim == "pushes-towards":
        return _push_evidence(assumed, again, alpha)
    low, high = (float(bound) for bound in wilson(again.changed, again.asked, 1 - alpha))
    reading: Reading = "unclear"
    if high < DOES_NOT_RELY:
        reading = "no"
    elif low > RELIES:
        reading = "yes"
    return EvidencePiece(
        source="asked again",
        reading=reading,
        sentence=words.changed_sentence(assumed, again, low, high),
        estimate=again.changed / again.asked,
        low=low,
        high=high,
        examples=again.asked,
    )


def _push_evidence(assumed: Assumption, again: Ablation, alpha: float) -> EvidencePiece:
    """The mean difference of the label's probability with Student's interval."""
    from scipy.special import stdtrit

    n = len(again.push)
    if n < FEWEST:
        sentence = words.too_few_pushed(assumed, again.asked, FEWEST)
        return EvidencePiece("asked again", "note", sentence, examples=n)
    mean = float(again.push.mean())
    reach = float(stdtrit(n - 1, 1 - alpha / 2) * again.push.std(ddof=1) / np.sqrt(n))
    effect = Effect("", mean, mean - reach, mean + reach, SMALL_PUSH)
    return EvidencePiece(
        source="asked again",
        reading=_PUSHES[effect.reading],
        sentence=words.push_sentence(assumed, again, effect),
        estimate=mean,
        low=effect.low,
        high=effect.high,
        examples=n,
    )


def importance_evidence(run: Run, attribute: Attribute, alpha: float) -> EvidencePiece | None:
    """What the run's kept importances say of the feature; None if they do not have it.

    Judged by only where the feature was permuted and the spread over the repeats was kept: the
    mean with that spread as its standard error, which is wide. Weights and impurity say nothing
    of data that the model has not seen: they are noted.
    """
    import polars as pl
    from scipy.special import ndtri

    from diagnostics.workspace import stored_tables, tables

    rows = stored_tables.load(run, "importances", tables.IMPORTANCES)
    rows = rows.filter(pl.col("label").is_null() & pl.col("mean").is_finite())
    own = rows.filter(pl.col("feature").str.to_lowercase() == attribute.subject.lower())
    if not len(own):
        return None
    permuted = own.filter(pl.col("method").str.contains("permut"))
    row = (permuted if len(permuted) else own).row(0, named=True)
    same = rows.filter(pl.col("method").eq_missing(pl.lit(row["method"], pl.String)))
    rank = int((same["mean"].abs() > abs(row["mean"])).sum()) + 1
    low = high = float("nan")
    reading: Reading = "note"
    if len(permuted) and row["std"] is not None and row["std"] > 0:
        reach = float(ndtri(1 - alpha / 2)) * row["std"]
        low, high = row["mean"] - reach, row["mean"] + reach
        reading = "yes" if low > 0 else "no" if high < SMALL_DROP else "unclear"
    return EvidencePiece(
        source="importance",
        reading=reading,
        sentence=words.importance_sentence(row["method"], row["mean"], rank, len(same), low, high),
        estimate=row["mean"],
        low=low,
        high=high,
    )


__all__ = [
    "ALPHA",
    "VERDICTS",
    "EvidencePiece",
    "Judgement",
    "Reading",
    "Verdict",
    "ablation_evidence",
    "association_evidence",
    "combined_verdict",
    "importance_evidence",
    "weight_evidence",
]
