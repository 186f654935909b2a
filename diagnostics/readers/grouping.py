"""Which runs belong side by side: the same task on the same examples with the same truth."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from diagnostics.workspace import Evidence, Experiment, Problem, Run
from diagnostics.workspace.experiment import OVERLAP, same_supports


@dataclass
class _Group:
    kind: str
    runs: list[Run] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def experiments(runs: Iterable[Run], root_name: str) -> tuple[Experiment, ...]:
    """The runs in experiments, in the order of their names; names are unique.

    The runs of one search are an experiment. Others are candidates for one if they lie side by side
    (or were evaluated on exactly the same examples, wherever they lie); among those the examples
    decide: a run whose truth disagrees on a shared example, or that shares less than half, starts
    another experiment.
    """
    groups = [group for candidates in _candidates(runs) for group in _groups(candidates)]
    names = _names(groups, root_name)
    named = [
        Experiment(
            name,
            group.runs[0].task,
            _named_runs(group),
            (*group.problems, *_copies(group.runs)),
        )
        for name, group in zip(names, groups, strict=True)
    ]
    return tuple(sorted(named, key=lambda entry: (entry.task != "classification", entry.name)))


def _candidates(runs: Iterable[Run]) -> list[list[Run]]:
    """Runs of one declared name; the others side by side, or merged if they saw the same."""
    side_by_side: dict[tuple[str, ...], list[Run]] = defaultdict(list)
    for run in runs:
        how = ("named", run.experiment) if run.experiment else ("in", run.siblings)
        how = ("searched", run.search) if run.search else how
        side_by_side[(run.task, run.group, *how)].append(run)
    merged: dict[tuple[str, ...], list[Run]] = defaultdict(list)
    for (task, group, *place), members in side_by_side.items():
        prints = {run.fingerprint for run in members}
        same = place[0] == "in" and len(prints) == 1 and "" not in prints
        merged[(task, group, "saw", *prints) if same else (task, group, *place)] += members
    return list(merged.values())


def _groups(candidates: Sequence[Run]) -> list[_Group]:
    """The candidates of a search as one group, whatever they were evaluated on; others by truth."""
    if candidates[0].search:
        return [_Group(candidates[0].group, list(candidates))]
    return _split_by_truth(candidates)


def _split_by_truth(candidates: Sequence[Run]) -> list[_Group]:
    """The candidates in groups whose truth agrees; the largest sets of examples come first."""
    by_print: dict[str, list[Run]] = defaultdict(list)
    for run in candidates:
        by_print[run.fingerprint or f"unknown {run.path} {run.run}"].append(run)
    order = sorted(by_print.values(), key=lambda runs: (-(runs[0].examples or 0), -len(runs)))
    groups: list[_Group] = []
    reasons: list[Problem] = []
    for runs in order:
        for group in groups:
            verdict = _verdict(group.runs[0], runs[0])
            if verdict == "":
                group.runs += runs
                if runs[0].examples != group.runs[0].examples:
                    group.problems += [_subset(group.runs[0], run) for run in runs]
                break
            reasons += [_apart(group.runs[0], run, verdict) for run in runs]
        else:
            groups.append(_Group(runs[0].group, list(runs)))
    if len(groups) > 1 and groups:
        groups[0].problems += list(dict.fromkeys(reasons))
    return groups


def _verdict(first: Run, second: Run) -> str:
    """Why two runs with different fingerprints are not the same experiment; "" if they are."""
    full = Evidence.PREDICTIONS
    if not (first.has(full) and second.has(full)):
        if same_supports(first, second):
            return ""
        return f"{_size(second)} against {_size(first)}"
    import polars as pl

    from diagnostics.workspace import stored_tables

    left, right = (
        stored_tables.labelled_predictions([run])
        .filter(pl.col("split") != "train")
        .select("example", "true_label")
        .unique("example")
        for run in (first, second)
    )
    shared = left.join(right, on="example", suffix="_other")
    truths = pl.col("true_label").ne_missing(pl.col("true_label_other"))
    differing = (
        truths & pl.col("true_label").is_not_null() & pl.col("true_label_other").is_not_null()
    )
    n, disagreeing = shared.select(pl.len(), differing.sum()).collect().row(0)
    smaller = min(first.examples or 0, second.examples or 0)
    if disagreeing:
        return f"the truth of {disagreeing:,} of {n:,} shared examples differs"
    if n < OVERLAP * smaller or not n:
        return f"only {n:,} of {smaller:,} examples are shared"
    return ""


def _copies(runs: Sequence[Run]) -> list[Problem]:
    """Runs whose lists of mistakes are the same to the letter, confidences too."""
    by_list: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        if run.errors:
            by_list[run.tags.get("errors_fingerprint", "")].append(run)
    by_list.pop("", None)
    return [
        Problem(
            "copied-errors",
            run.path,
            f"Run {run.run!r} lists exactly the mistakes of {first.run!r}, confidences included.",
            "One is a copy of the other, or both tested the same model: test each by itself.",
        )
        for first, *others in by_list.values()
        for run in others
    ]


def _size(run: Run) -> str:
    return f"{run.examples:,} examples" if run.examples is not None else "an unknown test set"


def _subset(first: Run, run: Run) -> Problem:
    return Problem(
        "different-examples",
        run.path,
        f"Run {run.run!r} was evaluated on {_size(run)}, {first.run!r} on {_size(first)}.",
        "Comparisons use the shared examples only; evaluate all runs on the same data.",
    )


def _apart(first: Run, run: Run, verdict: str) -> Problem:
    return Problem(
        "different-test-data",
        run.path,
        f"Run {run.run!r} is not on the same test data as {first.run!r}: {verdict}.",
        "They are shown as separate experiments; evaluate both on the same data to compare them.",
    )


def _names(groups: Sequence[_Group], root_name: str) -> list[str]:
    """What each experiment is called: where it lies and what kind it is; made unique."""
    names = [_base_name(group, root_name) for group in groups]
    for name in {name for name in names if names.count(name) > 1}:
        at = [index for index, other in enumerate(names) if other == name]
        for number, index in enumerate(at, 1):
            runs = groups[index].runs
            names[index] = f"{name} ({runs[0].run})" if len(runs) == 1 else f"{name} ({number})"
    for index, name in enumerate(names):
        if names.index(name) < index:
            names[index] = f"{name} #{index + 1}"
    return names


def _base_name(group: _Group, root_name: str) -> str:
    declared = group.runs[0].experiment
    if declared:
        return "/".join(part for part in (declared, group.kind) if part)
    places = {run.siblings for run in group.runs}
    place = (
        os.path.commonpath([PurePosixPath(p) for p in places]) if len(places) > 1 else places.pop()
    )
    place = "" if place in ("", ".") else place.replace(os.sep, "/")
    return "/".join(part for part in (place, group.kind) if part) or root_name


def _named_runs(group: _Group) -> tuple[Run, ...]:
    """The runs by name; those that share one are told apart by their path."""
    from diagnostics.workspace.labels import natural_order

    names = [run.run for run in group.runs]
    runs = [
        replace(
            run, run=run.path if names.count(run.run) > 1 and run.path not in names else run.run
        )
        for run in group.runs
    ]
    seen: dict[str, int] = defaultdict(int)
    unique = []
    for run in runs:
        seen[run.run] += 1
        unique.append(
            run if seen[run.run] == 1 else replace(run, run=f"{run.run} #{seen[run.run]}")
        )
    order = {name: index for index, name in enumerate(natural_order([run.run for run in unique]))}
    return tuple(sorted(unique, key=lambda run: order[run.run]))
