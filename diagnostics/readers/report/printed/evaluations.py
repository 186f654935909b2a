"""What a text with printed reports and matrices says: one evaluation for each run and split."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from diagnostics.readers.report.confusion import Matrix
from diagnostics.readers.report.confusion_counts import agreement
from diagnostics.readers.report.printed.blocks import Block, blocks_of
from diagnostics.readers.report.printed.headings import Heading, heading_of
from diagnostics.readers.report.report import Report


@dataclass
class Printed:
    """A report, its matrix, or both, and what the heading names; `number` where none does."""

    report: Report | None = None
    matrix: Matrix | None = None
    key: str = ""
    split: str = ""
    fold: int | None = None
    number: int = 0
    accuracy: tuple[float, int] | None = None
    reasons: list[str] = field(default_factory=list)


def printed_in(text: str, *, is_confusion: bool = False) -> tuple[list[Printed], list[str]]:
    """Every evaluation that a text holds, and why others that begin in it cannot be read."""
    blocks = blocks_of(text, is_confusion=is_confusion)
    reasons = [block.reason for block in blocks if block.reason]
    headed = list(_headed([block for block in blocks if not block.reason]))
    return _told_apart(_without_twins(_paired(headed))), reasons


def _headed(blocks: Sequence[Block]) -> Iterator[tuple[Block, Heading]]:
    """The blocks with what stands above them; a run's name goes on for its other splits."""
    key, outer = "", ""
    fold: int | None = None
    for block in blocks:
        own = heading_of(block.above)
        if own.fold is not None or own.key or not own.split:
            fold = own.fold
        if own.split and (own.is_split_first or not own.key):
            outer = own.split if own.is_split_first or (not key and not own.key) else outer
        if own.key and own.key != key:
            outer = outer if own.is_split_first or not own.split else ""
            key = own.key
        if block.matrix is not None and not (own.key or own.split or own.fold is not None):
            yield block, own
            continue
        is_nameless = not (own.key or own.split or own.fold is not None)
        split = own.split or ("" if is_nameless else outer)
        yield block, Heading("" if is_nameless else key, split, fold)


def _paired(headed: Sequence[tuple[Block, Heading]]) -> list[Printed]:
    """Reports with their matrices: of one heading, or next to each other and fitting best."""
    reports = {
        place: Printed(block.report, None, heading.key, heading.split, heading.fold)
        for place, (block, heading) in enumerate(headed)
        if block.report
    }
    alone: dict[int, Printed] = {}
    for place, (block, heading) in enumerate(headed):
        if block.matrix is None:
            continue
        at = _report_of(block.matrix, heading, place, reports)
        if at is None:
            alone[place] = Printed(
                None, block.matrix, heading.key, heading.split, heading.fold, 0, block.accuracy
            )
        else:
            owner = reports[at]
            owner.matrix, owner.accuracy = block.matrix, block.accuracy
            if not (owner.key or owner.split or owner.fold is not None):
                owner.key, owner.split, owner.fold = heading.key, heading.split, heading.fold
    return [entry for _, entry in sorted((reports | alone).items())]


def _report_of(
    matrix: Matrix, heading: Heading, place: int, reports: dict[int, Printed]
) -> int | None:
    """Which report a matrix belongs to: the one before it, unless the one behind fits better."""
    before = max((at for at in reports if at < place), default=None)
    behind = min((at for at in reports if at > place), default=None)
    near = [at for at in (before, behind) if at is not None and reports[at].matrix is None]
    of_heading = [at for at in near if _is_of(reports[at], heading)]
    named = [
        at
        for at, entry in reports.items()
        if entry.matrix is None and heading.key and entry.key == heading.key
        if (heading.split or "test") == (entry.split or "test") and entry.fold == heading.fold
    ]
    if len(named) == 1:
        near = named
    elif heading.key or heading.split or heading.fold is not None:
        # A heading of its own: the report under it, or the one before that has the same.
        near = of_heading or [at for at in near if agreement(matrix, reports[at].report)]
    near = [
        at
        for at in near
        if (classes := reports[at].report) and len(classes.classes) == len(matrix.values)
    ]
    if not near:
        return None
    fits = {at: agreement(matrix, reports[at].report) for at in near}
    # Where neither fits they contradict each other, which is said.
    return max(near, key=lambda at: (fits[at], at == before))


def _is_of(entry: Printed, heading: Heading) -> bool:
    """Whether a heading names what a report is of, or less, or a report's heading names nothing."""
    is_nameless = not (entry.key or entry.split or entry.fold is not None)
    return is_nameless or all(
        not wanted or wanted == there
        for wanted, there in (
            (heading.key, entry.key),
            (heading.split, entry.split or "test"),
            (heading.fold, entry.fold),
        )
    )


def _without_twins(entries: list[Printed]) -> list[Printed]:
    """The same without what is printed twice, figure by figure, under one name."""
    kept: list[Printed] = []
    for entry in entries:
        is_twin = any(
            entry.matrix is None
            and entry.report == other.report
            and (entry.key, entry.split, entry.fold) == (other.key, other.split, other.fold)
            for other in kept
        )
        if not is_twin:
            kept.append(entry)
    return kept


def _told_apart(entries: list[Printed]) -> list[Printed]:
    """The same with numbers where no heading tells them from each other."""
    names = [(entry.key, entry.split or "test", entry.fold) for entry in entries]
    has_runs = len({entry.key for entry in entries}) > 1
    counts: dict[object, int] = {}
    for entry, name in zip(entries, names, strict=True):
        if names.count(name) > 1 or (has_runs and not entry.key and len(entries) > 1):
            counts[name] = counts.get(name, 0) + 1
            entry.number = counts[name]
    return entries
