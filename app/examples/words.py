"""The sentences beside a list of examples: its order, and what is not on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.examples.choices import Choice
from app.frame import session
from diagnostics import Evidence, Run
from diagnostics.examples.rankings import DEFINITIONS, UNRANKED
from diagnostics.examples.selection import comparable_runs

if TYPE_CHECKING:
    from diagnostics import Ranking


def definition(run: Run, choice: Choice, ranking: Ranking) -> str:
    """What is listed, in which order, and what is left out of it."""
    if run.task == "entities":
        order = "the most confident first" if ranking.measure else "by id"
        return f"Sentences with a wrong, missed or invented entity, {order}."
    if ranking.measure == UNRANKED and ranking.total:
        parts = [_unranked(run, choice, ranking.total)]
    else:
        parts = [_measured_definition(choice, ranking), *_excluded(ranking)]
    return " ".join(
        [*parts, *_left_out(choice, ranking), *_not_asked(run, choice), *_unlisted(run, choice)]
    )


def _unranked(run: Run, choice: Choice, n: int) -> str:
    if choice.by == "moved":
        return "Not both runs have a confidence here: listed by id."
    if run.has(Evidence.CONFIDENCE):
        return "Without a confidence, listed by id."
    what = {"confident-mistakes": "mistakes", "confident-correct": "right answers"}
    listed = what.get(choice.by, "answers")
    return f"No confidence in this run: its {n:,} {listed} are listed by id."


def _excluded(ranking: Ranking) -> list[str]:
    if not ranking.excluded:
        return []
    verb = "has" if ranking.excluded == 1 else "have"
    be = "is" if ranking.excluded == 1 else "are"
    return [f"{ranking.excluded:,} {verb} no confidence and {be} left out."]


def _left_out(choice: Choice, ranking: Ranking) -> list[str]:
    """What the other run has no answer to, or another truth for."""
    if not ranking.unpaired:
        return []
    what = "answer has no counterpart" if ranking.unpaired == 1 else "answers have no counterpart"
    return [f"{ranking.unpaired:,} {what} in the other run: not there, or with another true label."]


def _not_asked(run: Run, choice: Choice) -> list[str]:
    """How many of the other runs have no say in what all runs get right or wrong."""
    if choice.where.across is None:
        return []
    chosen = session.experiment()
    others = len(chosen.runs) - 1
    asked = len(comparable_runs(chosen, run, choice.where.split or run.split))
    if asked == others:
        return []
    return [f"Of the {others:,} other runs {asked:,} can be laid beside this one and are asked."]


def _unlisted(run: Run, choice: Choice) -> list[str]:
    if run.has(Evidence.PREDICTIONS):
        return []
    if choice.where.against is None and choice.where.across is None:
        return ["Only the mistakes of this run are in its files."]
    return ["This run's files hold its mistakes only: what they leave out was right."]


def _measured_definition(choice: Choice, ranking: Ranking) -> str:
    if choice.by == "uncertain" and ranking.measure == "entropy":
        return "All answers, the most evenly spread probabilities first."
    if choice.by == "uncertain" and ranking.measure == "confidence":
        return "All answers, the least confident first."
    return DEFINITIONS[choice.by]
