"""Runs that belong together while experiments are made of them, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from diagnostics.workspace import Evidence, Problem, Run

#: Runs and examples that a sentence names.
NAMED = 3


@dataclass
class Group:
    """Runs of one kind (`""` for the only one) on the same examples.

    `namesakes` are those whose place or declared name the experiment bears: what was there first.
    """

    kind: str
    runs: list[Run] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    namesakes: list[Run] = field(default_factory=list)

    def __post_init__(self) -> None:
        """All runs are namesakes, unless it is said which are."""
        self.namesakes = self.namesakes or list(self.runs)


def about_the_difference(first: Run, runs: Sequence[Run]) -> list[Problem]:
    """What is said of runs of one fingerprint that stand beside `first`, which has another."""
    if first.fingerprint and runs[0].fingerprint == first.fingerprint:
        return []
    problems = []
    if runs[0].examples != first.examples:
        problems.append(_subset(first, runs))
    if all(run.has(Evidence.PREDICTIONS | Evidence.TRUTH) for run in (first, runs[0])):
        problems += _other_truth(first, runs)
    return problems


def apart(first: Run, runs: Sequence[Run], verdict: str) -> Problem:
    """Runs that are no companions of `first`, although they lie beside it, and why."""
    return Problem(
        "different-test-data",
        runs[0].path,
        f"{_who(runs)} not on the same test data as {first.run!r}: {verdict}.",
        "They are shown as separate experiments; evaluate both on the same data to compare them.",
    )


def size(run: Run) -> str:
    """How much a run was evaluated on."""
    return f"{run.examples:,} examples" if run.examples is not None else "an unknown test set"


def _subset(first: Run, runs: Sequence[Run]) -> Problem:
    was = _who(runs).removesuffix(" is").removesuffix(" are")
    verb = "was" if len(runs) == 1 else "were"
    return Problem(
        "different-examples",
        runs[0].path,
        f"{was} {verb} evaluated on {size(runs[0])}, {first.run!r} on {size(first)}.",
        "Comparisons use the shared examples only; evaluate all runs on the same data.",
    )


def _other_truth(first: Run, runs: Sequence[Run]) -> list[Problem]:
    from diagnostics.workspace.shared_examples import differing_truths, named_truths

    rows = differing_truths(first, runs[0])
    if not len(rows):
        return []
    who = _who(runs).removesuffix(" is").removesuffix(" are")
    verb = "gives" if len(runs) == 1 else "give"
    number = f"{len(rows):,} example" + ("" if len(rows) == 1 else "s")
    named = named_truths(rows, first.run, runs[0].run)
    return [
        Problem(
            "different-truth",
            runs[0].path,
            f"{who} {verb} another true label than {first.run!r} to {number}: {named}.",
            "Comparisons leave them out, and each run's own figures are by its own labels. If a "
            f"label was corrected, correct it in the other file, too: see {first.path}.",
        )
    ]


def _who(runs: Sequence[Run]) -> str:
    names = [repr(run.run) for run in runs[:NAMED]]
    if len(runs) == 1:
        return f"Run {names[0]} is"
    if len(runs) > NAMED:
        return f"Runs {', '.join(names)} and {len(runs) - NAMED:,} more are"
    return f"Runs {', '.join(names[:-1])} and {names[-1]} are"


def entities_apart(groups: Sequence[Group]) -> list[Group]:
    """The groups, those of entities cut where the intents of the same runs stand in several groups.

    One `rasa test` judges both on the same sentences. Reports of entities have no sentences, so
    that two sets of them may count alike; what the intents say holds for them, too.
    """
    homes = {
        (run.reader, run.path): group
        for group in groups
        for run in group.runs
        if run.task == "classification"
    }
    return [
        part
        for group in groups
        for part in (_cut(group, homes) if group.runs[0].task == "entities" else [group])
    ]


def _cut(group: Group, homes: Mapping[tuple[str, str], Group]) -> list[Group]:
    """The parts of a group, by the intents' groups; runs without intents stay with the first."""
    parts: dict[int, list[Run]] = {}
    for run in group.runs:
        home = homes.get((run.reader, run.path))
        parts.setdefault(id(home) if home else 0, []).append(run)
    alone = parts.pop(0, [])
    if len(parts) < 2:
        return [group]
    first, *others = sorted(parts.values(), key=len, reverse=True)
    verdict = "their intents are not, and both were tested on the same sentences"
    said = [apart(first[0], runs, verdict) for runs in others]
    main = Group(group.kind, [*first, *alone], [*group.problems, *said])
    return [main, *(Group(group.kind, runs) for runs in others)]
