"""What `errata check` answers: lines for people, JSON for scripts, Markdown for a pull request."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from diagnostics.command.comparison import comparison_summary, p_text
from diagnostics.command.terminal import (
    TEXT_WIDTH,
    content_line,
    new_console,
    print_json,
    printable,
)
from diagnostics.comparison.comparison import Comparison, signed
from diagnostics.comparison.gates import Check
from diagnostics.errors import DiagnosticsError
from diagnostics.workspace import Evidence

if TYPE_CHECKING:
    from diagnostics.comparison.gate_rules import Ruling

#: Classes and mistakes that a report shows.
CLASSES, MISTAKES = 5, 10
#: What may be markup: all but letters, digits and a few signs. A dot makes an address of words.
_MARKUP = re.compile(r"[^\w .,;'?%()=+−→≥-]|_|(?<!\d)\.(?=\w)")
#: What a mention or a reference begins with, where it is not code.
_REFERENCES = {"@": "<span>&#64;</span>", "#": "<span>&#35;</span>"}


def show_check(check: Check, *, as_json: bool, as_markdown: bool) -> None:
    """The verdict on the run, rule by rule."""
    if as_json:
        print_json(check_summary(check))
    elif as_markdown:
        print(check_markdown(check), end="")
    else:
        _print_check(check)


def check_summary(check: Check) -> dict[str, Any]:
    """What `errata check --json` prints."""
    return {
        "passed": check.passed,
        "experiment": check.experiment.name,
        "run": check.run.run,
        "baseline": check.baseline.run if check.baseline else None,
        "rules": [_rule_summary(ruling) for ruling in check.rulings],
        "comparison": comparison_summary(check.comparison) if check.comparison else None,
    }


def _rule_summary(ruling: Ruling) -> dict[str, Any]:
    significance = ruling.significance
    return {
        "rule": ruling.kind,
        "metric": ruling.metric,
        "limit": ruling.limit,
        "measured": ruling.measured,
        "by": ruling.by,
        "passed": ruling.passed,
        "significant": significance.is_worse if significance else None,
        "p": significance.p if significance else None,
        "says": ruling.says,
    }


def _print_check(check: Check) -> None:
    console = new_console()
    for ruling in check.rulings:
        line = f"{'passed' if ruling.passed else 'FAILED'}  {ruling.says}"
        console.print(printable(line), soft_wrap=True)
    for line in _left_out(check):
        console.print(printable(f"        {line}"), soft_wrap=True, style="dim")
    against = f" against {check.baseline.run}" if check.baseline else ""
    console.print(printable(f"{check.run.run}{against}: {_count(check)}."), soft_wrap=True)


def _count(check: Check) -> str:
    failed = sum(not ruling.passed for ruling in check.rulings)
    if not failed:
        return "passed"
    return f"failed, {failed} of {len(check.rulings)} rules"


def _left_out(check: Check) -> list[str]:
    """What the comparison with the baseline is not about, and what its figures rest on."""
    comparison = check.comparison
    if comparison is None or check.baseline is None:
        return []
    reasons = comparison.unpaired.reasons(comparison.a, comparison.b)
    return [*(f"Not compared: {reason}" for reason in reasons), *comparison.notes]


def check_markdown(check: Check) -> str:
    """The verdict as a comment on a pull request: rules, counts, classes, mistakes.

    Names and texts of the files are shown letter by letter: nothing in them is markup, a link, an
    image or a mention.
    """
    parts = [_heading(check), _rules_table(check.rulings)]
    if check.comparison is not None and check.comparison.has_truth:
        parts += [_counts(check.comparison), _changed_classes(check.comparison)]
    else:
        parts.append(_weak_classes(check))
    parts += [_mistakes(check), *(f"- {plain(line)}\n" for line in _left_out(check))]
    return "\n".join(part for part in parts if part)


def _heading(check: Check) -> str:
    against = f" against {verbatim(check.baseline.run)}" if check.baseline else ""
    verdict = "passed" if check.passed else "failed"
    return f"### Errata: {verdict}\n\n{verbatim(check.run.run)}{against}: {_count(check)}.\n"


def _rules_table(rulings: Iterable[Ruling]) -> str:
    rows = [
        [
            "passed" if ruling.passed else "**failed**",
            f"{ruling.kind} {verbatim(ruling.metric)}"
            if ruling.kind in ("min", "max-drop")
            else ruling.kind,
            f"{ruling.limit:.6g}",
            plain(ruling.says),
        ]
        for ruling in rulings
    ]
    return _table(["", "rule", "limit", "found"], rows)


def _counts(comparison: Comparison) -> str:
    table = _table(
        ["fixed", "broken", "net", "both wrong", "both right", "exact McNemar p"],
        [
            [
                *(f"{n:,}" for n in (comparison.fixed, comparison.broken)),
                signed(comparison.net),
                *(f"{n:,}" for n in (comparison.both_wrong, comparison.both_right)),
                p_text(comparison.mcnemar_p),
            ]
        ],
    )
    return f"Of {comparison.paired:,} examples that both answered:\n\n{table}"


def _changed_classes(comparison: Comparison) -> str:
    worse = comparison.classes[comparison.classes["net"] < 0]
    if worse.empty:
        return ""
    rows = [
        [
            verbatim(row.label),
            f"{row.support:,}",
            f"{row.fixed:,}",
            f"{row.broken:,}",
            f"{row.recall_a:.3f} → {row.recall_b:.3f}",
            p_text(row.p_adjusted),
        ]
        for row in worse.sort_values(["net", "p"], kind="stable").head(CLASSES).itertuples()
    ]
    tests = int(comparison.classes["p"].notna().sum())
    header = ["class", "examples", "fixed", "broken", "recall", f"p, adjusted for {tests:,} tests"]
    return f"Classes that lost most:\n\n{_table(header, rows)}"


def _weak_classes(check: Check) -> str:
    """Without a baseline: the classes with the lowest F1."""
    from diagnostics.confusion.matrix import class_report, confusion_matrix

    if check.run.task != "classification" or not check.run.confusion_is_exact:
        return ""
    report = class_report(confusion_matrix(check.run))
    known = report[report["support"] > 0].sort_values("f1", kind="stable").head(CLASSES)
    rows = [
        [verbatim(row.label), f"{row.support:,}", f"{row.recall:.3f}", f"{row.f1:.3f}"]
        for row in known.itertuples()
    ]
    return f"Classes with the lowest F1:\n\n{_table(['class', 'examples', 'recall', 'F1'], rows)}"


def _mistakes(check: Check) -> str:
    """The most confident of the answers that the baseline had right, or of all wrong ones."""
    from diagnostics.examples.filters import Filter
    from diagnostics.examples.rankings import top_examples

    comparison, run = check.comparison, check.run
    if run.task != "classification" or not run.has(Evidence.TRUTH):
        return ""
    where = Filter()
    if comparison:
        where = Filter(against=comparison.a, outcome="broken", split=comparison.split)
    try:
        ranking = top_examples(
            run, "confident-mistakes", k=MISTAKES, where=where, experiment=check.experiment
        )
    except DiagnosticsError:  # the files do not tell which these are; the counts stand above
        return ""
    if ranking.examples.empty:
        return ""
    what = "new mistakes" if comparison else "mistakes"
    order = "The most confident" if ranking.measure else "The first"
    rows = [_mistake(row, check) for row in ranking.examples.to_dict("records")]
    header = ["example", "true", *(["was"] if comparison else []), "now", "confidence"]
    table = _table(header if comparison else ["example", "true", "answer", "confidence"], rows)
    return f"{order} {len(rows)} of {ranking.total:,} {what}:\n\n{table}"


def _mistake(row: dict[str, Any], check: Check) -> list[str]:
    was = [verbatim(str(row["against_label"]))] if check.comparison else []
    return [
        verbatim(content_line(row) or str(row["example"])),
        verbatim(str(row["true_label"])),
        *was,
        verbatim(str(row["predicted_label"])),
        "–" if math.isnan(row["confidence"]) else f"{row['confidence']:.3f}",
    ]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def verbatim(text: str) -> str:
    """A text of the files as code: whoever renders it shows the letters, and follows no mention."""
    line = " ".join(printable(text).split())
    short = line if len(line) <= TEXT_WIDTH else f"{line[:TEXT_WIDTH]}…"
    return f"<code>{_entities(short)}</code>" if short else "(empty)"


def plain(text: str) -> str:
    """A sentence of ours that may name something of the files: no letter of it is markup."""
    pieces = re.split("([@#])", " ".join(printable(text).split()))
    return "".join(_REFERENCES.get(piece) or _entities(piece) for piece in pieces)


def _entities(text: str) -> str:
    """With whatever could be markup as an entity, which Markdown takes for a letter."""
    return _MARKUP.sub(lambda sign: f"&#{ord(sign.group())};", text)


__all__ = ["check_markdown", "check_summary", "plain", "show_check", "verbatim"]
