"""What `errata importance` answers: a short table for people, or JSON for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from diagnostics.command.terminal import new_console, print_json, print_table, printable
from diagnostics.models.importance.importances import Importances
from diagnostics.models.importance.suspect_features import Flag

#: Features that a person is shown; JSON has all.
SHOWN = 20
#: What the figures are stands above them up to this width, else below the table.
WIDEST = 28


def show_importance(
    run: str, importances: Importances, flags: Sequence[Flag], label: str | None, *, as_json: bool
) -> None:
    """The features of a run, the most important first, and what looks wrong with them."""
    if as_json:
        print_json(importance_summary(run, importances, flags, label))
        return
    console = new_console()
    table = importances.table(label)
    has_interval, has_std = table["low"].notna().any(), table["std"].notna().any()
    unit = importances.unit or importances.method
    header = ["", "feature", unit if len(unit) <= WIDEST else "figure"]
    header += ["95 % interval"] if has_interval else ["std"] if has_std else []
    rows: list[list[Any]] = []
    for row in table.head(SHOWN).itertuples(index=False):
        spread = [f"{row.low:.4g} to {row.high:.4g}"] if has_interval else []
        spread = spread or ([f"{row.std:.3g}"] if has_std else [])
        rows.append([f"{row.rank}", row.feature, f"{row.mean:.4g}", *spread])
    towards = "" if label is None else f", {label}"
    print_table(console, f"{run}: {importances.method}{towards}", header, rows, numbers=2)
    rest = len(table) - SHOWN
    words = [importances.definition, *importances.notes]
    if len(unit) > WIDEST:
        words.insert(0, f"The figure is: {unit}.")
    if rest > 0:
        words.insert(0, f"{rest:,} more features; --json has them all.")
    for sentence in words:
        console.print(printable(sentence), style="dim")
    for flag in flags:
        console.print(printable(f"{flag.kind}: {flag.evidence} {flag.advice}"))


def importance_summary(
    run: str, importances: Importances, flags: Sequence[Flag], label: str | None
) -> dict[str, Any]:
    """What `errata importance --json` prints: the most important features first."""
    return {
        "run": run,
        "method": importances.method,
        "unit": importances.unit,
        "source": importances.source,
        "label": label,
        "importances": importances.table(label).to_dict("records"),
        "flags": [
            {
                "kind": flag.kind,
                "feature": flag.feature,
                "evidence": flag.evidence,
                "advice": flag.advice,
            }
            for flag in flags
        ],
        "notes": list(importances.notes),
    }
