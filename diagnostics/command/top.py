"""What `errata top` answers: the head of a ranking, as a table for people or JSON for scripts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from diagnostics.command.terminal import (
    content_line,
    figure_text,
    new_console,
    print_json,
    print_table,
    printable,
)
from diagnostics.workspace import Experiment, Run

if TYPE_CHECKING:
    from rich.console import Console

    from diagnostics.examples.filters import Filter
    from diagnostics.examples.rankings import Ranking
    from diagnostics.workspace.reducers import By


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


def _print_ranking(
    console: Console, run: Run, ranking: Ranking, rows: list[dict[str, Any]], against: str | None
) -> None:
    shown = [
        [
            row["example"],
            row["true_label"],
            row["predicted_label"],
            figure_text(row["confidence"]),
            *([row["against_label"], figure_text(row["against_confidence"])] if against else []),
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


def _without_bytes(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON can carry it: an image's bytes are left out."""
    return {str(name): value for name, value in row.items() if not isinstance(value, bytes)}
