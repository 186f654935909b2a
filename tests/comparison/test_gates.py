"""`errata check`: what passes, what fails and by how much, what cannot be judged."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diagnostics import DiagnosticsError, Experiment, open_workspace
from diagnostics.__main__ import main
from diagnostics.command.check import plain, verbatim
from diagnostics.comparison.gate_rules import Limit
from diagnostics.comparison.gates import Check, Rules, check_run, parse_limit
from tests.made.compared_runs import EXPECTED, NEW, OLD
from tests.made.rasa_folder import intent_files, write
from tests.made.runs import record_animals

ACCURACY = EXPECTED.metrics.set_index("metric").loc["accuracy"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`new` is better than `old`; both as `rasa test` leaves them, so `new` may be a baseline."""
    root = tmp_path_factory.mktemp("gate")
    for name, rows in (("old", OLD), ("new", NEW)):
        write(root / name, intent_files(rows))
    return root


@pytest.fixture(scope="module")
def experiment(folder: Path) -> Experiment:
    (found,) = open_workspace(folder).experiments
    return found


def limit(text: str) -> Limit:
    return parse_limit(text, "--min")


def worse(experiment: Experiment, **rules: Any) -> Check:
    """The old run held against the new one."""
    return check_run(experiment, "old", "new", Rules(**rules))


def better(experiment: Experiment, **rules: Any) -> Check:
    return check_run(experiment, "new", "old", Rules(**rules))


def test_a_minimum_fails_by_what_is_missing(experiment: Experiment) -> None:
    rules = Rules(minimums=(limit("accuracy=0.95"), limit("macro_f1=0.2")))
    found = check_run(experiment, "new", None, rules)
    failed, fine = found.rulings
    assert (found.passed, failed.passed, fine.passed) == (False, False, True)
    assert failed.measured == pytest.approx(ACCURACY["b"])
    assert failed.by == pytest.approx(0.95 - ACCURACY["b"])
    assert (
        failed.says
        == f"accuracy is {ACCURACY['b']:.6g}, {failed.by:.4g} below the minimum of 0.95."
    )
    assert fine.says.endswith(", at least 0.2.")
    assert found.comparison is None


def test_a_minimum_that_is_just_reached_passes(experiment: Experiment) -> None:
    value = ACCURACY["b"] + 1e-12
    rules = Rules(minimums=(Limit("accuracy", value),))
    assert check_run(experiment, "new", None, rules).passed


def test_a_drop_fails_by_what_is_beyond_the_limit(experiment: Experiment) -> None:
    (ruling,) = worse(experiment, max_drops=(limit("accuracy=0.01"),)).rulings
    assert ruling.measured == pytest.approx(ACCURACY["difference"])
    assert ruling.by == pytest.approx(ACCURACY["difference"] - 0.01)
    assert not ruling.passed
    assert "more than the 0.01 allowed" in ruling.says
    (ruling,) = better(experiment, max_drops=(limit("accuracy=0"),)).rulings
    assert ruling.passed
    assert ruling.measured < 0


def test_a_drop_of_exactly_the_limit_passes(tmp_path: Path) -> None:
    # 0.9 - 0.8 is a little less, and 0.8 - 0.7 a little more, than 0.1 in floating point.
    truth = ["cat"] * 10
    for right in (9, 8, 7):
        said = ["cat"] * right + ["dog"] * (10 - right)
        record_animals(tmp_path / f"right-{right}", true_label=truth, predicted_label=said,
                       probabilities=None, labels=None, content=None,
                       example=[str(number) for number in range(10)])  # fmt: skip
    (experiment,) = open_workspace(tmp_path).experiments
    for old, new in (("right-9", "right-8"), ("right-8", "right-7")):
        rules = Rules(max_drops=(limit("accuracy=0.1"),))
        assert check_run(experiment, new, old, rules).passed
        rules = Rules(max_drops=(limit("accuracy=0.099"),))
        assert not check_run(experiment, new, old, rules).passed


def test_broken_examples_are_counted(experiment: Experiment) -> None:
    (ruling,) = better(experiment, max_broken=EXPECTED.broken).rulings
    assert (ruling.passed, ruling.by) == (True, 0)
    (ruling,) = better(experiment, max_broken=EXPECTED.broken - 3).rulings
    assert (ruling.passed, ruling.by) == (False, 3)
    assert ruling.says == (
        f"{EXPECTED.broken} examples were broken, 3 more than the {EXPECTED.broken - 3} allowed."
    )


def test_with_alpha_only_a_significant_drop_fails(experiment: Experiment) -> None:
    p = EXPECTED.mcnemar_p
    assert 0.001 < p < 0.5
    rules = {"max_drops": (limit("accuracy=0.001"),)}
    (ruling,) = worse(experiment, **rules, alpha=1.01 * p).rulings
    assert (ruling.passed, ruling.significance.is_worse, ruling.significance.p) == (False, True, p)
    (ruling,) = worse(experiment, **rules, alpha=0.99 * p).rulings
    assert (ruling.passed, ruling.significance.is_worse) == (True, False)
    assert ruling.by > 0
    assert "but not significant (p = " in ruling.says


def test_a_significant_drop_within_the_limit_passes(experiment: Experiment) -> None:
    (ruling,) = worse(experiment, max_drops=(limit("accuracy=0.5"),), alpha=0.5).rulings
    assert ruling.passed
    assert "within the 0.5 allowed" in ruling.says


def test_other_metrics_go_by_their_bootstrap_interval(experiment: Experiment) -> None:
    bounds = EXPECTED.metrics.set_index("metric").loc["macro_f1", ["low", "high"]]
    (ruling,) = worse(experiment, max_drops=(limit("macro_f1=0.001"),), alpha=0.05).rulings
    assert ruling.significance.is_worse == bool(bounds["low"] > 0)
    assert ruling.significance.p is None
    assert "95 % interval of the difference" in ruling.significance.says
    (ruling,) = worse(experiment, max_drops=(limit("macro_f1=0.001"),), alpha=0.001).rulings
    assert not ruling.significance.is_worse


def test_alpha_alone_asks_for_evidence_of_a_worse_run(experiment: Experiment) -> None:
    (ruling,) = worse(experiment, alpha=0.2).rulings
    assert (ruling.kind, ruling.passed) == ("alpha", EXPECTED.mcnemar_p >= 0.2)
    (ruling,) = better(experiment, alpha=0.2).rulings
    assert ruling.passed
    assert "no evidence that it is worse" in ruling.says


def without_rows(experiment: Experiment, **metrics: float) -> Experiment:
    """The same runs as if only their figures were known; of both or by name."""
    from diagnostics import Evidence

    runs = [
        replace(run, evidence=Evidence.SCORES, metrics={**run.metrics, **metrics})
        for run in experiment.runs
    ]
    return replace(experiment, runs=tuple(runs))


def test_figures_alone_are_enough_for_a_drop(experiment: Experiment) -> None:
    found = check_run(
        without_rows(experiment), "old", "new", Rules(max_drops=(limit("accuracy=0.01"),))
    )
    assert not found.passed
    assert found.comparison is None
    assert found.rulings[0].says.endswith("by the figures in the files.")


def test_of_a_loss_less_is_better(experiment: Experiment) -> None:
    runs = tuple(
        replace(run, metrics={**run.metrics, "log_loss": loss})
        for run, loss in zip(experiment.runs, (0.5, 0.7), strict=True)
    )
    changed = replace(experiment, runs=runs)
    low, high = (run.run for run in runs)
    rules = Rules(max_drops=(limit("log_loss=0.1"),))
    assert check_run(changed, high, low, rules).rulings[0].by == pytest.approx(0.1)
    assert check_run(changed, low, high, rules).passed
    with pytest.raises(DiagnosticsError, match="Of log_loss less is better, so a minimum says"):
        check_run(changed, low, None, Rules(minimums=(limit("log_loss=0.1"),)))


@pytest.mark.parametrize(
    ("rules", "baseline", "says"),
    [
        (Rules(), None, "There is no rule to check."),
        (Rules(), "old", "There is no rule to check."),
        (Rules(max_broken=3), None, "compare with another run. Name it with --baseline."),
        (Rules(alpha=0.05), None, "compare with another run"),
        (Rules(alpha=0.0), "old", "--alpha must be at least 0.001 and less than 1, not 0."),
        (Rules(alpha=math.nan), "old", "--alpha must be at least"),
        (Rules(max_broken=-1), "old", "--max-broken must be 0 or more, not -1."),
        (Rules(minimums=(Limit("f1", 0.1),)), None, "No metric 'f1'."),
        (Rules(max_drops=(Limit("f1", 0.1),)), "old", "No metric 'f1'."),
        (Rules(max_drops=(Limit("accuracy", 0.1),)), "odl", "No run 'odl'."),
        (Rules(max_drops=(Limit("micro_loss", 0.1),), alpha=0.1), "old", "No metric 'micro_loss'"),
    ],
    ids=["none", "baseline only", "broken", "alpha", "alpha 0", "alpha nan", "negative", "metric",
         "drop metric", "run", "unpaired metric"],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused(
    experiment: Experiment, rules: Rules, baseline: str | None, says: str
) -> None:
    with pytest.raises(DiagnosticsError) as refused:
        check_run(experiment, "new", baseline, rules)
    assert says in str(refused.value)


def test_significance_of_what_does_not_follow_from_labels_is_refused(
    experiment: Experiment,
) -> None:
    runs = tuple(replace(run, metrics={**run.metrics, "auc": 0.5}) for run in experiment.runs)
    rules = Rules(max_drops=(Limit("auc", 0.1),), alpha=0.1)
    with pytest.raises(DiagnosticsError, match="does not follow from the labels"):
        check_run(replace(experiment, runs=runs), "new", "old", rules)


def test_rules_about_examples_need_answers(experiment: Experiment) -> None:
    for rules in (Rules(max_broken=3), Rules(alpha=0.1)):
        with pytest.raises(DiagnosticsError, match="kept no answers, only figures"):
            check_run(without_rows(experiment), "new", "old", rules)


def test_no_number_is_no_verdict(experiment: Experiment) -> None:
    changed = without_rows(experiment, accuracy=math.nan)
    for baseline, rules in (
        (None, Rules(minimums=(limit("accuracy=0.1"),))),
        ("old", Rules(max_drops=(limit("accuracy=0.1"),))),
    ):
        with pytest.raises(DiagnosticsError, match="is nan, which is no number"):
            check_run(changed, "new", baseline, rules)


def test_without_truth_nothing_is_worse(tmp_path: Path) -> None:
    for name in ("a", "b"):
        record_animals(tmp_path / name, true_label=None)
    (experiment,) = open_workspace(tmp_path).experiments
    with pytest.raises(DiagnosticsError, match="Without true labels nothing says"):
        check_run(experiment, "a", "b", Rules(max_broken=1))


@pytest.mark.parametrize("text", ["accuracy", "accuracy=", "=0.5", "accuracy=high", "accuracy=nan",
                                  "accuracy=inf"])  # fmt: skip
def test_a_limit_is_a_metric_and_a_number(text: str) -> None:
    with pytest.raises(DiagnosticsError) as refused:
        parse_limit(text, "--min")
    assert str(refused.value) == (
        f"--min must be METRIC=VALUE, such as accuracy=0.85; not {text!r}."
    )


def test_a_negative_drop_is_refused() -> None:
    with pytest.raises(DiagnosticsError, match="--max-drop accuracy=-1 is negative"):
        parse_limit("accuracy=-1", "--max-drop")


def run_check(
    capsys: pytest.CaptureFixture[str], folder: Path, *words: str
) -> tuple[int, str, str]:
    code = 0
    try:
        main(["check", str(folder), *words])
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


PASSES = ("--run", "new", "--baseline", "old", "--max-drop", "accuracy=0", "--min", "accuracy=0.5")
FAILS = ("--run", "old", "--baseline", "new", "--max-drop", "accuracy=0", "--max-broken", "0")


def test_exit_codes_say_passed_failed_or_bad_input(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run_check(capsys, folder, *PASSES)
    assert code == 0
    assert out.endswith("new against old: passed.\n")
    code, out, error = run_check(capsys, folder, *FAILS)
    assert (code, error) == (1, "")
    assert out.count("FAILED  ") == 2
    assert out.endswith("old against new: failed, 2 of 2 rules.\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--run", "new"), "There is no rule to check."),
        (("--run", "nwe", "--min", "accuracy=0"), "No run 'nwe'. Did you mean: new"),
        (("--run", "new", "--min", "acuracy=0"), "No metric 'acuracy'. Did you mean: accuracy"),
        (("--run", "new", "--min", "accuracy"), "--min must be METRIC=VALUE"),
        (("--run", "new", "--min", "accuracy=85"), "Write accuracy=0.85 for 85 %."),
        (
            ("--run", "new", "--max-drop", "macro_f1=2", "--baseline", "old"),
            "macro_f1 is a share from 0 to 1. Write macro_f1=0.02 for 2 %.",
        ),
        (
            ("--run", "new", "--max-broken", "many", "--baseline", "old"),
            "Invalid value for '--max-broken'",
        ),
        (("--run", "new", "--baseline", "new", "--max-broken", "0"), "'new' is one run."),
        (("--min", "accuracy=0"), "Missing option '--run'"),
        ((*PASSES, "--json", "--markdown"), "--json and --markdown are two answers."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_bad_input_is_one_line_and_exit_2(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    code, out, error = run_check(capsys, folder, *words)
    assert (code, out) == (2, "")
    assert error.count("\n") == 1
    assert says in error


def test_json_has_every_rule_and_the_comparison(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run_check(capsys, folder, *FAILS, "--alpha", "0.5", "--json")
    found = json.loads(out)
    assert (code, found["passed"]) == (1, False)
    assert (found["run"], found["baseline"]) == ("old", "new")
    assert [rule["rule"] for rule in found["rules"]] == ["max-drop", "max-broken"]
    assert found["rules"][0]["p"] == EXPECTED.mcnemar_p
    assert found["rules"][1]["by"] == EXPECTED.fixed
    assert (found["comparison"]["fixed"], found["comparison"]["net"]) == (
        EXPECTED.broken,
        -EXPECTED.net,
    )
    code, out, _ = run_check(capsys, folder, "--run", "new", "--min", "accuracy=0.1", "--json")
    assert (code, json.loads(out)["comparison"]) == (0, None)


class Rendered(HTMLParser):
    """What a reader sees of rendered Markdown: the tags, and the cells of its tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        from markdown_it import MarkdownIt

        self.tags: set[str] = set()
        self.cells: list[str] = []
        self.is_cell = False
        self.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag in ("td", "th"):
            self.cells.append("")
            self.is_cell = True

    def handle_endtag(self, tag: str) -> None:
        self.is_cell &= tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.is_cell:
            self.cells[-1] += data


TABLE_TAGS = {"h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "strong", "ul", "li"}


def test_markdown_has_verdict_rules_counts_classes_and_mistakes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run_check(capsys, folder, *FAILS, "--markdown")
    assert code == 1
    assert out.startswith("### Errata: failed\n\n<code>old</code> against <code>new</code>: failed")
    assert f"Of {len(OLD)} examples that both answered:" in out
    assert "Classes that lost most:" in out
    assert f"The most confident 10 of {EXPECTED.fixed} new mistakes:" in out
    rendered = Rendered(out)
    assert rendered.tags <= TABLE_TAGS
    new_mistakes = [row for row, other in zip(OLD, NEW, strict=True)
                    if row[1] != row[2] and other[1] == other[2]]  # fmt: skip
    text, true, said, sure = max(new_mistakes, key=lambda row: row[3] or 0)
    start = rendered.cells.index(text)
    assert rendered.cells[start : start + 5] == [text, true, true, said, f"{sure:.3f}"]


def test_markdown_without_a_baseline_has_the_weakest_classes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run_check(capsys, folder, "--run", "new", "--min", "accuracy=0.1", "--markdown")
    assert code == 0
    assert "Classes with the lowest F1:" in out
    mistakes = sum(true != said for _, true, said, _ in NEW)
    assert f"The most confident 10 of {mistakes} mistakes:" in out


def test_markdown_of_a_bare_report_has_no_classes_with_made_up_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scores = {"precision": 0.5, "recall": 0.5, "f1-score": 0.5, "support": 4}
    report = dict.fromkeys("abc", scores)  # of two classes it would tell the whole matrix
    (tmp_path / "report.json").write_text(json.dumps({**report, "accuracy": 0.5}))
    words = ("--run", tmp_path.name, "--min", "accuracy=0.1", "--markdown")
    code, out, _ = run_check(capsys, tmp_path, *words)
    assert code == 0
    assert "lowest F1" not in out


NASTY = [
    "![x](http://evil.example/p.png)",
    "[x](javascript:alert)",
    "<img src=x onerror=alert(1)>",
    "a | b \\| c \\\\| d",
    "`code` ``x`` \\`",
    "**bold** _it_ ~~no~~ $x^2$",
    "@everyone #12 www.evil.example a@b.example https://evil.example",
    "one\n\n# two\r\n- three",
    "</code></td><script>x</script>",
    "&lt;b&gt; &#64; &copy;",
    "naïve 中文 😀 “quoted”",
]


@pytest.mark.parametrize("text", NASTY)
def test_texts_are_inert_in_markdown(text: str) -> None:
    shown = " ".join(text.split())
    for made in (verbatim(text), plain(text)):
        assert "|" not in made
        assert "\n" not in made
        assert not re.search(r"@\w|#\w(?<!&#\d)", re.sub(r"&#\d+;", "", made))
        rendered = Rendered(f"| a | b |\n| --- | --- |\n| {made} | x |\n")
        assert rendered.tags <= TABLE_TAGS | {"span"}
        assert rendered.cells[2:] == [shown, "x"]


def test_an_empty_text_is_no_empty_cell() -> None:
    assert verbatim(" ") == "(empty)"


def test_a_nasty_text_breaks_no_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels = ["c|at", "@dog", "<b>owl"]
    truth = [labels[0]] * 2 + [labels[1]] * 2 + [labels[2]] * 2
    sure = np.full((6, 3), 0.1)
    for name, answers in (("a|b", [0, 0, 1, 1, 2, 2]), ("#1", [1, 2, 0, 2, 0, 1])):
        probabilities = sure.copy()
        probabilities[np.arange(6), answers] = 0.8
        record_animals(tmp_path / name, labels=labels, true_label=truth,
                       probabilities=probabilities, content=NASTY[:6])  # fmt: skip
    words = ("--run", "#1", "--baseline", "a|b", "--max-broken", "0", "--markdown")
    code, out, _ = run_check(capsys, tmp_path, *words)
    assert code == 1
    rendered = Rendered(out)
    assert rendered.tags <= TABLE_TAGS
    assert {*labels, *NASTY[:6]} <= set(rendered.cells)
