"""The table of a comparison, `results.json`, checked against the reports that it sums up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path

from diagnostics.readers import Folder
from diagnostics.readers.rasa.files import has_run_folders, read_json
from diagnostics.readers.rasa.label_reports import parse_report
from diagnostics.workspace import Problem

Results = Mapping[str, list[list[float]]]
#: The figure in the table and the one in the report are the same float.
_TOLERANCE = 1e-9
_REPORTS = "run_*/*%_exclusion/*_report"


def check_comparison(folder: Folder) -> Iterator[Problem]:
    """What the table of the comparison says that the reports below it do not."""
    content = read_json(folder, "results.json")
    where = folder.where("results.json")
    if isinstance(content, Problem):
        yield content
    elif not _is_table(content):
        yield Problem("unreadable-file", where, "This is not a table of a comparison.", _AGAIN)
    elif not content:
        yield Problem("empty-comparison", where, "The comparison has no results.", _AGAIN)
    elif _of_dialogues(folder, content):
        what = "This compares dialogue models by the number of stories that went right."
        yield Problem("not-read-yet", where, what, "Only comparisons of NLU models are read.")
    elif not has_run_folders(folder):
        yield _alone(where, content)
    else:
        for config, repeats in content.items():
            for number, values in enumerate(repeats, 1):
                yield from _check(folder, config, number, values)
        yield from _left_over(folder, content)


def has_reports(folder: Folder) -> bool:
    """Whether the folders of a comparison, with reports, lie below this one."""
    return has_run_folders(folder) and any(folder.path.glob(_REPORTS))


def unfinished(folder: Folder) -> Problem:
    """The problem of a comparison's folders without its table."""
    what = "This comparison has no results.json: it ended before its last model was tested."
    return Problem("unfinished-comparison", folder.relative, what, _AGAIN)


def _alone(where: str, content: Results) -> Problem:
    """The table without the folders that it sums up: its means, for the shares are only there."""
    means = []
    for config, repeats in content.items():
        # Rasa writes 0.0 where a training failed, and a repeat that ended early has fewer steps.
        steps = [[value for value in step if value] for step in zip_longest(*repeats)]
        shown = ", ".join(f"{sum(s) / len(s):.3f}" if s else "no score" for s in steps)
        zeros = sum(value == 0 for values in repeats for value in values)
        failed = f" ({zeros} of 0.0, a training that failed, left out)" if zeros else ""
        uneven = " (not every repeat has every step)" if len({*map(len, repeats)}) > 1 else ""
        means.append(f"{config!r} {shown}{failed}{uneven}")
    what = (
        "This is the table of a comparison, without the folders run_1, run_2, … that it sums up. "
        f"Weighted F1, step by step, mean of the repeats: {'; '.join(means)}."
    )
    hint = (
        "How much was left out of the training data at each step, the labels and the mistakes are "
        "in those folders: put them beside it."
    )
    return Problem("comparison-alone", where, what, hint)


_AGAIN = "Run `rasa test nlu` with the same configs again; the reports that are there were read."


def _check(folder: Folder, config: str, number: int, values: list[float]) -> Iterator[Problem]:
    """The values of one config in one repeat; their order is that of the command, unknown here."""
    repeat = folder.path / f"run_{number}"
    reports = _weighted_f1(folder, repeat, config)
    crashed = [place for place, f1 in reports.items() if f1 is None]
    where = folder.where("results.json")
    # Rasa writes 0.0 for a config whose training failed; a real zero has a report.
    zeros = sum(value == 0 for value in values) - sum(f1 == 0 for f1 in reports.values())
    if zeros > 0 and crashed:
        places = ", ".join(sorted(place.parent.name for place in crashed))
        yield Problem(
            "crashed-training",
            where,
            f"The 0.0 of {config!r} in run_{number} is no score: no report is in {places}.",
            "The training or the test failed there; look into its log and run it again.",
        )
    known = [f1 for f1 in reports.values() if f1 is not None]
    for value in values:
        if value and not any(abs(value - f1) < _TOLERANCE for f1 in known):
            what = f"{value} of {config!r} in run_{number} is the weighted F1 of no report there"
            hint = "The reports count; the table is of another comparison, or they are missing."
            yield Problem("results-differ", where, f"{what}.", hint)


def _weighted_f1(folder: Folder, repeat: Path, config: str) -> dict[Path, float | None]:
    """The figure in the report of each percentage, None where there is no such report."""
    figures: dict[Path, float | None] = {}
    for share in sorted(folder.use(repeat).glob("*%_exclusion")):
        place = folder.use(share / f"{config}_report")
        name = folder.use(place / "intent_report.json").relative_to(folder.path).as_posix()
        content = read_json(folder, name) if (folder.path / name).is_file() else None
        report = parse_report(content) if isinstance(content, dict) else None
        figures[place] = report.averages.get("weighted", {}).get("f1") if report else None
    return figures


def _left_over(folder: Folder, content: Results) -> Iterator[Problem]:
    """Configs that have folders but are not in the table: of an earlier comparison."""
    places = folder.path.glob(_REPORTS)
    for config in sorted({place.name.removesuffix("_report") for place in places} - set(content)):
        what = f"{config!r} has reports here, but is not in results.json."
        hint = "They are left over from an earlier comparison, on other examples; remove them."
        yield Problem("left-over-config", folder.where("results.json"), what, hint)


def _is_table(content: object) -> bool:
    return isinstance(content, dict) and all(
        isinstance(repeats, list)
        and all(isinstance(values, list) and all(map(_is_number, values)) for values in repeats)
        for repeats in content.values()
    )


def _of_dialogues(folder: Folder, content: Results) -> bool:
    """Stories are counted in integers, F1 is written as a float: 0 is no 0.0 here."""
    values = [value for repeats in content.values() for row in repeats for value in row]
    whole = bool(values) and all(isinstance(value, int) for value in values)
    return whole or "num_stories.json" in folder.names


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
