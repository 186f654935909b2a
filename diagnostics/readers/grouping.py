"""Which runs belong side by side: the same task on the same examples with the same truth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from diagnostics.readers.groups import Group, about_the_difference, apart, entities_apart, size
from diagnostics.readers.naming import Ages, experiment_names, named_runs
from diagnostics.workspace import Evidence, Experiment, Problem, Run
from diagnostics.workspace.experiment import CONTENT_PRINT, same_supports

#: What it takes to say that two runs had the same examples, although they had not quite.
_TELLING = Evidence.PREDICTIONS | Evidence.TRUTH


def experiments(
    runs: Iterable[Run], root_name: str, root: Path | None = None
) -> tuple[Experiment, ...]:
    """The runs in experiments, in the order of their names; names are unique.

    The runs of one search are an experiment. Others are candidates for one if they lie side by side
    (or were evaluated on exactly the same examples, wherever they lie); among those the examples
    decide, as `diagnostics.workspace.shared_examples` has it. A search is joined by whatever else
    was evaluated on its examples: another search, runs of a declared name, tables.

    `root` is the folder that was opened; it tells which files were there first.
    """
    ages = Ages(root)
    groups = [group for candidates in _candidates(runs) for group in _groups(candidates)]
    groups = entities_apart(_with_searches_joined(groups, ages))
    names = experiment_names(groups, root_name, ages)
    named = [
        Experiment(
            name,
            group.runs[0].task,
            named_runs(group),
            (*dict.fromkeys(group.problems), *_copies(group.runs)),
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


def _groups(candidates: Sequence[Run]) -> list[Group]:
    """The candidates of a search as one group, whatever they were evaluated on; others by truth."""
    if candidates[0].search:
        return [Group(candidates[0].group, list(candidates))]
    return _split_by_truth(candidates)


def _split_by_truth(candidates: Sequence[Run]) -> list[Group]:
    """The candidates in groups on the same examples; the largest sets of examples come first."""
    by_print: dict[str, list[Run]] = defaultdict(list)
    for run in candidates:
        by_print[run.fingerprint or f"unknown {run.path} {run.run}"].append(run)
    alike = [part for runs in by_print.values() for part in _by_content(runs)]
    order = sorted(alike, key=lambda runs: (-(runs[0].examples or 0), -len(runs)))
    groups: list[Group] = []
    for runs in order:
        for group in groups:
            if not _verdict(group.runs[0], runs[0]):
                group.problems += about_the_difference(group.runs[0], runs)
                group.runs += runs
                group.namesakes += runs
                break
        else:
            groups.append(Group(runs[0].group, list(runs)))
    if len(groups) > 1:
        _say_who_is_apart(groups)
    return groups


def _by_content(runs: Sequence[Run]) -> list[list[Run]]:
    """Runs with the same ids and truth, in parts that show the same texts under them."""
    parts: list[list[Run]] = []
    for run in runs:
        for part in parts:
            if _shows_the_same(part[0], run):
                part.append(run)
                break
        else:
            parts.append([run])
    return parts


def _shows_the_same(first: Run, second: Run) -> bool:
    """Whether no text tells the examples apart; only where prints differ are the tables opened."""
    if not (first.has(Evidence.CONTENT) and second.has(Evidence.CONTENT)):
        return True
    content = first.tags.get(CONTENT_PRINT)
    if content and content == second.tags.get(CONTENT_PRINT):
        return True
    from diagnostics.workspace.shared_examples import other_content

    return not other_content(first, second)


def _say_who_is_apart(groups: Sequence[Group]) -> None:
    """A sentence for each group against the one with most runs, which keeps them."""
    main = max(groups, key=lambda group: len(group.runs))
    main.problems += [
        apart(main.runs[0], group.runs, _verdict(main.runs[0], group.runs[0]))
        for group in groups
        if group is not main
    ]


def _verdict(first: Run, second: Run) -> str:
    """Why two runs are not the same experiment; "" if they are."""
    if first.has(Evidence.PREDICTIONS) and second.has(Evidence.PREDICTIONS):
        from diagnostics.workspace.shared_examples import why_strangers

        return why_strangers(first, second)
    is_known = bool(first.fingerprint) and first.fingerprint == second.fingerprint
    if is_known or same_supports(first, second):
        return ""
    sizes = f"{size(second)} against {size(first)}"
    return _other_support(first, second) if first.examples == second.examples else sizes


def _other_support(first: Run, second: Run) -> str:
    """Which label two reports of as many examples count differently."""
    from diagnostics.workspace.stored_tables import supports

    counts = [supports(run) for run in (first, second)]
    for label in dict.fromkeys((*first.labels, *second.labels)):
        there, here = (count.get(label, 0) for count in counts)
        if there != here:
            return f"of {label!r} there are {here:,} examples against {there:,}"
    return f"{size(second)} against {size(first)}, and nothing says that they are the same"


def _with_searches_joined(groups: Sequence[Group], ages: Ages) -> list[Group]:
    """The groups, the oldest first, those merged that saw the examples of one search."""
    searched = {(group.runs[0].task, group.kind) for group in groups if group.runs[0].search}
    joined: list[Group] = []
    for group in ages.in_order(groups) if searched else groups:
        is_concerned = (group.runs[0].task, group.kind) in searched
        hosts = [host for host in joined if is_concerned and _belong(host, group)]
        if not hosts:
            joined.append(group)
            continue
        for guest in (group, *hosts[1:]):
            if len(_declared(hosts[0]) | _declared(guest)) < 2:
                _absorb(hosts[0], guest)
                joined = [other for other in joined if other is not guest]
    return joined


def _declared(group: Group) -> set[str]:
    return {run.experiment for run in group.runs if run.experiment}


def _belong(host: Group, guest: Group) -> bool:
    """Whether both are about the examples of a search that one of them is."""
    is_search = any(run.search for run in (*host.runs, *guest.runs))
    same_kind = (host.runs[0].task, host.kind) == (guest.runs[0].task, guest.kind)
    two_names = len(_declared(host) | _declared(guest)) > 1
    if not (is_search and same_kind) or two_names:
        return False
    return _saw_the_same(_speaker(host.namesakes), _speaker(guest.namesakes))


def _speaker(runs: Sequence[Run]) -> Run:
    """The run that stands for its group: one that has all of its folds, and most examples."""
    return max(runs, key=lambda run: (run.is_complete, run.examples or 0))


def _saw_the_same(first: Run, second: Run) -> bool:
    """Whether all examples are the same: wherever runs lie, or of neighbours with mended labels."""
    if first.fingerprint and first.fingerprint == second.fingerprint:
        return _shows_the_same(first, second) and _had_the_same_folds(first, second)
    if not (first.has(_TELLING) and second.has(_TELLING) and _are_neighbours(first, second)):
        return False
    if first.examples != second.examples or _verdict(first, second):
        return False
    from diagnostics.workspace.shared_examples import shared_examples

    is_whole = shared_examples(first, second).n == first.examples
    return is_whole and _had_the_same_folds(first, second)


def _had_the_same_folds(first: Run, second: Run) -> bool:
    """Whether two runs with folds left out the same examples in each; what has none fits any."""
    if not all(run.has(Evidence.FOLDS | Evidence.PREDICTIONS) for run in (first, second)):
        return True
    from diagnostics.workspace.shared_examples import same_folds

    return same_folds(first, second)


def _are_neighbours(first: Run, second: Run) -> bool:
    """Whether two runs lie in one folder, in folders side by side, or one below the other."""
    one, other = (PurePosixPath(run.siblings or ".") for run in (first, second))
    return one.parent == other.parent or one in other.parents or other in one.parents


def _absorb(host: Group, guest: Group) -> None:
    first, second = _speaker(host.namesakes), _speaker(guest.namesakes)
    same = [run for run in guest.runs if run.fingerprint == second.fingerprint]
    host.problems += [*guest.problems, *about_the_difference(first, same)]
    host.runs += guest.runs


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
