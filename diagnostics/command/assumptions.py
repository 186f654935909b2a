"""What `errata assumptions` answers: a table for people, or JSON for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from diagnostics.assumptions.judge import judge_assumptions
from diagnostics.assumptions.store import AssumptionStore, Kept
from diagnostics.command.terminal import new_console, print_json, print_table, printable
from diagnostics.errors import DiagnosticsError

if TYPE_CHECKING:
    from diagnostics.assumptions.evidence import Judgement
    from diagnostics.workspace import Experiment, Workspace

Judged = tuple["Experiment", Kept, "Judgement"]


def judged_in_terminal(
    workspace: Workspace, run: str | None, experiment: str | None, *, trust_pickles: bool = False
) -> list[Judged]:
    """Every assumption that was written down, in every run of its experiment, or in one run.

    Raises
    ------
    DiagnosticsError
        If the run or the experiment does not exist.
    """
    store = AssumptionStore.of(workspace.root)
    judged: list[Judged] = []
    for home, names in _asked(workspace, run, experiment):
        kept = store.kept(home.name)
        for name in names if kept else ():
            judgements = judge_assumptions(
                home,
                home.run(name),
                [entry.assumption for entry in kept],
                root=workspace.root,
                trust_pickles=trust_pickles,
            )
            judged += [(home, *pair) for pair in zip(kept, judgements, strict=True)]
    return judged


def show_assumptions(workspace: Workspace, judged: Sequence[Judged], *, as_json: bool) -> None:
    """What was assumed, and what became of it."""
    if as_json:
        print_json([_summary(*entry) for entry in judged])
        return
    console = new_console()
    store = AssumptionStore.of(workspace.root)
    if store.left_out:
        console.print(printable(store.left_out))
    if not judged:
        console.print("No assumptions are written down for this.")
        console.print("The page Assumptions of the dashboard keeps them with the results.")
        return
    places = {(home.name, judgement.run) for home, _, judgement in judged}
    for experiment, run in sorted(places):
        own = [one for home, _, one in judged if (home.name, one.run) == (experiment, run)]
        rows = [row for judgement in own for row in _rows(judgement)]
        title = f"{experiment} / {run}"
        print_table(console, title, ["assumption", "verdict", "evidence"], rows, numbers=3)
    broken = store.broken()
    if broken:
        console.print(printable(f"{broken} lines of the list cannot be read."), style="dim")


def _asked(
    workspace: Workspace, run: str | None, experiment: str | None
) -> list[tuple[Experiment, list[str]]]:
    if run is not None:
        home, chosen = workspace.find(run, experiment)
        return [(home, [chosen.run])]
    if experiment is not None:
        homes = [workspace.experiment(experiment)]
    else:
        homes = list(workspace.experiments)
    if not homes:
        raise DiagnosticsError("There are no runs to judge anything in.")
    return [(home, [entry.run for entry in home.runs]) for home in homes]


def _rows(judgement: Judgement) -> list[list[str]]:
    """A row for each piece of evidence, the first of them with the assumption and the verdict."""
    sentences = [piece.sentence for piece in judgement.evidence] or list(judgement.missing) or [""]
    first = [judgement.assumption.sentence, judgement.verdict, sentences[0]]
    return [first, *(["", "", sentence] for sentence in sentences[1:])]


def _summary(home: Experiment, kept: Kept, judgement: Judgement) -> dict[str, Any]:
    assumption = judgement.assumption
    return {
        "experiment": home.name,
        "run": judgement.run,
        "assumption": assumption.text,
        "kind": assumption.kind,
        "subject": assumption.subject,
        "claim": assumption.claim,
        "label": assumption.label,
        "who": kept.who,
        "when": kept.when,
        "verdict": judgement.verdict,
        "examples": judgement.examples,
        "sentence": judgement.sentence,
        "evidence": [
            {
                "source": piece.source,
                "reading": piece.reading,
                "sentence": piece.sentence,
                "estimate": piece.estimate,
                "low": piece.low,
                "high": piece.high,
                "examples": piece.examples,
            }
            for piece in judgement.evidence
        ],
        "missing": list(judgement.missing),
    }


__all__ = ["judged_in_terminal", "show_assumptions"]
