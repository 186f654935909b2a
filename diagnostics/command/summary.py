"""The command's answers: a readable table, or JSON for scripts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

from diagnostics.command.terminal import (
    content_line,
    new_console,
    print_json,
    print_table,
    printable,
)
from diagnostics.errors import DiagnosticsError
from diagnostics.workspace import Evidence, Experiment, Problem, Run, Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from diagnostics.examples.filters import Filter
    from diagnostics.examples.rankings import Ranking
    from diagnostics.runs.standings import Standing
    from diagnostics.runs.stored_standings import Judged
    from diagnostics.workspace.reducers import By


def show_summary(workspace: Workspace, *, as_json: bool) -> None:
    """Every experiment with its runs, then the problems."""
    if as_json:
        print_json(summary(workspace))
        return
    console = new_console()
    for experiment in workspace.experiments:
        _print_experiment(console, experiment, workspace.root)
    _print_problems(console, workspace.all_problems)


def show_confusion(run: Run, *, as_json: bool) -> None:
    """The whole matrix as JSON, or the most confused pairs as a table."""
    from diagnostics.confusion.matrix import confused_pairs, confusion_matrix

    if run.task != "classification" or not (run.confusion_is_exact or run.has(Evidence.REPORT)):
        raise DiagnosticsError(
            f"Run {run.run!r} has no confusion matrix: it lacks the true labels.",
            hint="Add a column with the truth to its predictions."
            if run.task == "classification"
            else f"It is about {run.task}.",
        )
    matrix = confusion_matrix(run)
    if as_json:
        counts = matrix.counts.tolist()
        if not matrix.exact:
            counts = [
                [n if row == column else None for column, n in enumerate(line)]
                for row, line in enumerate(counts)
            ]
        labels = list(matrix.labels)
        print_json({"run": run.run, "labels": labels, "counts": counts, "exact": matrix.exact})
        return
    console = new_console()
    if not matrix.exact:
        console.print("Only the diagonal is known: the report came without its mistakes.")
    pairs = confused_pairs(matrix)
    rows = [
        [row.true_label, row.predicted_label, f"{row.n:,}", f"{row.share_of_true:.1%}"]
        for row in pairs.head(20).itertuples()
    ]
    title = f"{run.run}: {int(matrix.errors.sum()):,} mistakes in {len(pairs):,} pairs of classes"
    print_table(console, title, ["true", "predicted", "n", "of the true class"], rows, numbers=2)


def show_top(
    experiment: Experiment, run: Run, by: str, k: int, where: Filter, *, as_json: bool
) -> None:
    """The examples at the top of a ranking."""
    from diagnostics.examples.rankings import (
        DEFINITIONS,
        UNRANKED,
        offered_rankings,
        top_examples,
    )

    ranking = top_examples(run, cast("By", by), k=k, where=where, experiment=experiment)
    rows = ranking.examples.to_dict("records")
    if as_json:
        print_json(
            {
                "run": run.run,
                "by": by,
                "total": ranking.total,
                "excluded": ranking.excluded,
                **(
                    {"against": where.against, "unpaired": ranking.unpaired}
                    if where.against
                    else {}
                ),
                "examples": [_without_bytes(row) for row in rows],
            }
        )
        return
    console = new_console()
    _print_ranking(console, run, ranking, rows, where.against)
    is_ranked = ranking.measure != UNRANKED
    order = DEFINITIONS[cast("By", by)] if is_ranked else "Nothing to rank them by: listed by id."
    console.print(order, style="dim")
    if ranking.unpaired:
        left_out = f"{ranking.unpaired:,} more have no counterpart in {where.against}."
        console.print(printable(left_out))
    if reason := offered_rankings(run).get(cast("By", by)):
        console.print(f"Nothing can be ranked so: {reason}.")


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
            *(_share(run_metrics(run).get(name)) for name in names),
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
    """What the runs are ranked by, and the usual other one; of scores alone, the first three."""
    from diagnostics.workspace.scores import headline, metric_names

    known = metric_names(experiment)
    wanted = [headline(experiment), "macro_f1"]
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


def _print_ranking(
    console: Console, run: Run, ranking: Ranking, rows: list[dict[str, Any]], against: str | None
) -> None:
    shown = [
        [
            row["example"],
            row["true_label"],
            row["predicted_label"],
            _share(row["confidence"]),
            *([row["against_label"], _share(row["against_confidence"])] if against else []),
            content_line(row),
        ]
        for row in rows
    ]
    lacking = "a confidence in both runs" if ranking.measure == "moved" else ranking.measure
    left_out = f", {ranking.excluded:,} more without {lacking}" if ranking.excluded else ""
    title = f"{run.run}: {len(rows):,} of {ranking.total:,}{left_out}"
    beside = ["old run", "its confidence"] if against else []
    header = ["example", "true", "predicted", "confidence", *beside, "content"]
    print_table(console, title, header, shown, numbers=3, number_columns=1)


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _share(value: float | None) -> str:
    return "–" if value is None or math.isnan(value) else f"{value:.4f}"


def _count(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _without_bytes(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON can carry it: an image's bytes are left out."""
    return {str(name): value for name, value in row.items() if not isinstance(value, bytes)}


__all__ = ["show_confusion", "show_summary", "show_top", "summary"]
