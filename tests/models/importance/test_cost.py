"""What asking again costs is told from asking a little."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from diagnostics.models.importance import cost
from diagnostics.models.importance.cost import Cost, seconds_of_a_row


def clocked(
    monkeypatch: pytest.MonkeyPatch, seconds: Callable[[int, int], float]
) -> Callable[[int], int]:
    """A trial that takes what `seconds` says of its number and its rows, by a clock of its own."""
    now, calls = 0.0, 0

    def trial(n: int) -> int:
        nonlocal now, calls
        now, calls = now + seconds(calls, n), calls + 1
        return n

    monkeypatch.setattr(cost.time, "perf_counter", lambda: now)
    return trial


def test_what_a_call_costs_by_itself_is_not_counted_for_every_row(monkeypatch):
    trial = clocked(monkeypatch, lambda _, n: 0.1 + n * 1e-6)
    assert seconds_of_a_row(trial, 100_000) == pytest.approx(2e-6, rel=0.6)


def test_rows_that_cost_more_the_more_are_asked_about_are_told_by_a_large_batch(monkeypatch):
    trial = clocked(monkeypatch, lambda _, n: n**2 * 1e-8)
    assert seconds_of_a_row(trial, 4_000) == pytest.approx(4_000 * 1e-8)


def test_threads_that_have_to_be_started_once_do_not_count(monkeypatch):
    trial = clocked(monkeypatch, lambda call, n: 0.5 * (call < 2) + n * 1e-3)
    assert seconds_of_a_row(trial, 10_000) < 0.02


def test_what_is_slow_is_not_tried_often(monkeypatch):
    calls = []
    trial = clocked(monkeypatch, lambda call, n: calls.append(call) or 0.2 * n)
    assert seconds_of_a_row(trial, 10_000) == pytest.approx(0.2)
    assert len(calls) == 2


def test_long_work_is_told_in_seconds_or_minutes():
    assert Cost(1_000, 3, 2.0).words == "3 features, 1,000 rows to ask about, a few seconds."
    assert "about 45 seconds" in Cost(1_000, 3, 46.0).words
    assert "about 5 minutes" in Cost(1_000, 3, 290.0).words


def test_the_words_and_columns_of_real_models_can_be_tried(tmp_path):
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from diagnostics import open_workspace, record
    from diagnostics.models.evaluated_inputs import evaluated_inputs
    from diagnostics.models.importance.cost import sampling_cost, shuffling_cost
    from diagnostics.models.importance.feature_groups import single_columns

    texts, labels = ["red apple", "blue sky", "", "red sky"] * 6, ["a", "b", "b", "a"] * 6
    columns = [[at % 4, at % 3] for at in range(24)]
    for name, rows, model in (
        ("texts", texts, make_pipeline(CountVectorizer(), LogisticRegression())),
        ("columns", columns, LogisticRegression()),
    ):
        model.fit(rows, labels)
        record(tmp_path / name, model=model, X=rows, true_label=labels, experiment=name,
               keep_model=True)  # fmt: skip
    workspace = open_workspace(tmp_path)
    for experiment in workspace.experiments:
        evaluated = evaluated_inputs(experiment, experiment.runs[0], tmp_path)
        groups = [] if evaluated.form == "texts" else single_columns(evaluated.names)
        shuffled = shuffling_cost(evaluated, groups, "accuracy")
        assert shuffled.rows == (36 if evaluated.form == "texts" else 480)
        assert 0 < shuffled.seconds < 5
        assert 0 < sampling_cost(evaluated).seconds < 60
