"""What `errata summary` answers: what a folder holds, as tables for people or JSON for scripts."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from diagnostics.command.terminal import (
    figure_text,
    new_console,
    print_json,
    print_table,
    printable,
)
from diagnostics.workspace import Experiment, Problem, Run, Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from diagnostics.runs.standings import Standing
    from diagnostics.runs.stored_standings import Judged


def show_summary(workspace: Workspace, *, as_json: bool) -> None:
    """Every experiment with its runs, then the problems."""
    if as_json:
        print_json(summary(workspace))
        return
    console = new_console()
    for experiment in workspace.experiments:
        _print_experiment(console, experiment, workspace.root)
    _print_problems(console, workspace.all_problems)


def summary(workspace: Workspace) -> dict[str, Any]:
    """What `errata summary --json` prints."""
    return {
        "experiments": [
            {
                "name": experiment.name,
                "task": experiment.task,
                "labels": list(experiment.labels),
                "examples": experiment.examples,
                "runs": _run_summaries(experiment, workspace.root),
                "problems": [asdict(problem) for problem in experiment.problems],
            }
            for experiment in workspace.experiments
        ],
        "problems": [asdict(problem) for problem in workspace.all_problems],
    }


def _run_summaries(experiment: Experiment, root: Path) -> list[dict[str, Any]]:
    from diagnostics.runs.stored_standings import judged_runs

    standings = judged_runs(experiment, root).by_run()
    return [_run_summary(run, standings[run.run]) for run in experiment.runs]


def _run_summary(run: Run, standing: Standing) -> dict[str, Any]:
    from diagnostics.workspace.scores import run_metrics

    return {
        "run": run.run,
        "reader": run.reader,
        "path": run.path,
        "evidence": run.evidence.names,
        "parameters": dict(run.parameters),
        "metrics": run_metrics(run),
        "score_low": standing.interval.low,
        "score_high": standing.interval.high,
        "indistinguishable_from_best": standing.indistinguishable,
        "split": run.split,
        "examples": run.examples,
        "errors": run.errors,
        "problems": [asdict(problem) for problem in run.problems],
        "notes": list(run.notes),
        "mapping": dict(run.mapping),
    }


def _print_experiment(console: Console, experiment: Experiment, root: Path) -> None:
    from diagnostics.runs.stored_standings import judged_runs
    from diagnostics.workspace.scores import run_metrics

    judged = judged_runs(experiment, root)
    names = _shown_metrics(experiment)
    counts = [name for name in ("errors", "examples") if _any_has(experiment, name)]
    rows = [
        [
            standing.run,
            *(figure_text(run_metrics(run).get(name)) for name in names),
            *(_count(getattr(run, name)) for name in counts),
        ]
        for standing in judged.standings
        if (run := experiment.run(standing.run))
    ]
    header = ["run", *(name.replace("_", " ") for name in names), *counts]
    if judged.ties and names:
        for row, standing in zip(rows, judged.standings, strict=True):
            row[1] = f"= {row[1]}" if standing.indistinguishable else row[1]
    sizes = [_counted(len(experiment.runs), "run")]
    if experiment.labels:
        sizes.insert(0, _counted(len(experiment.labels), "label"))
    if experiment.examples is not None:
        sizes.insert(0, _counted(experiment.examples, "example"))
    title = f"{experiment.name}: {experiment.task}, {', '.join(sizes)}"
    print_table(console, title, header, rows, numbers=1)
    _print_ties(console, judged)


def _print_ties(console: Console, judged: Judged) -> None:
    """What the mark in the table means, and which test made it."""
    from rich.text import Text

    if judged.said:
        console.print(Text(f"= {judged.said}" if judged.ties else judged.said))
        console.print(Text(f"  {judged.test}\n", style="dim"))


def _shown_metrics(experiment: Experiment) -> list[str]:
    """What the runs are ranked by, also by sample weight, and the usual other one.

    Of scores alone, the first three.
    """
    from diagnostics.workspace.scores import headline, metric_names

    known = metric_names(experiment)
    by = headline(experiment)
    wanted = [by, f"sample_weighted_{by}", "macro_f1"]
    if experiment.examples is None:
        wanted += known[:3]
    return [name for name in dict.fromkeys(wanted) if name in known]


def _any_has(experiment: Experiment, name: str) -> bool:
    return any(getattr(run, name) is not None for run in experiment.runs)


def _print_problems(console: Console, problems: list[Problem]) -> None:
    from rich.text import Text

    for problem in problems:
        where = "" if problem.path == "." else f"{printable(problem.path)}: "
        console.print(Text.assemble(("! ", "yellow"), where, printable(problem.what)))
        if problem.hint:
            console.print(Text(f"  {printable(problem.hint)}", style="dim"))


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _count(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


__all__ = ["show_summary", "summary"]
