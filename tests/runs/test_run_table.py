"""The table of runs, by hand: three candidates of a small search."""

from __future__ import annotations

import math
import statistics
from typing import Any

import pytest

from diagnostics import Evidence, Experiment, Run, Score
from diagnostics.runs.leaderboard_words import direction_words
from diagnostics.runs.run_table import NOT_SET, filtered_runs, run_columns, run_table, value_choices
from diagnostics.statistics.metric_names import metric_text, metric_words, rises_by_name
from diagnostics.workspace.parameters import (
    constant_parameters,
    differing_parameters,
    parameter_texts,
    short_names,
)
from diagnostics.workspace.scores import (
    direction,
    fold_points,
    given,
    headline,
    metric_names,
    peers,
    ranked_runs,
    rises,
    score_points,
)


def a_run(name: str, **details: Any) -> Run:
    values = {"reader": "errata", "path": name, "task": "classification", "splits": ("test",)}
    return Run(run=name, evidence=Evidence(0), **{**values, **details})


def an_experiment(*runs: Run) -> Experiment:
    return Experiment("search", "classification", runs)


def with_parameters(*parameters: dict[str, Any]) -> Experiment:
    return an_experiment(*(a_run(f"r{i}", parameters=p) for i, p in enumerate(parameters)))


FOLDS = (0.5, 0.75, 1.0)
SEARCH = an_experiment(
    a_run(
        "a",
        metrics={"accuracy": 0.75, "macro_f1": 0.7},
        scores=(
            *(Score("accuracy", value, "test", fold, True) for fold, value in enumerate(FOLDS)),
            Score("accuracy", 1.0, "train"),
            Score("log_loss", 0.4, "test"),
        ),
        examples=8,
        errors=2,
        fit_seconds=1.5,
        parameters={"clf__C": 1.0, "words": "1-2", "seed": 7},
    ),
    a_run(
        "b",
        metrics={"accuracy": 0.875, "macro_f1": 0.6},
        scores=(Score("log_loss", 0.9, "test"), Score("accuracy", 0.5, "train", 0),
                Score("accuracy", 1.0, "train", 1)),
        examples=8,
        errors=1,
        parameters={"clf__C": 0.1, "words": "1-2", "seed": 7},
    ),
    a_run("c", parameters={"clf__C": 10.0, "words": "1-3", "seed": 7}),
)  # fmt: skip


def test_the_table_has_a_row_for_every_run_in_their_order() -> None:
    table = run_table(SEARCH).set_index("run")
    assert list(table.index) == ["a", "b", "c"]
    assert table.loc["a", ["errors", "examples", "folds"]].tolist() == [2, 8, 3]
    assert table["accuracy"].tolist()[:2] == [0.75, 0.875]
    assert math.isnan(table.loc["c", "accuracy"])
    assert table["fit_seconds"].tolist()[0] == 1.5


def test_folds_are_summed_up_by_mean_and_sample_deviation() -> None:
    table = run_table(SEARCH).set_index("run")
    assert table.loc["a", "accuracy_fold_mean"] == statistics.fmean(FOLDS) == 0.75
    assert table.loc["a", "accuracy_fold_std"] == statistics.stdev(FOLDS) == 0.25
    assert math.isnan(table.loc["b", "accuracy_fold_mean"])


def test_one_fold_has_a_mean_and_no_deviation() -> None:
    table = run_table(an_experiment(a_run("a", scores=(Score("accuracy", 0.5, "test", 0),))))
    assert table["accuracy_fold_mean"].tolist() == table["accuracy"].tolist() == [0.5]
    assert table["accuracy_fold_std"].isna().all()


def test_training_scores_are_the_whole_ones_or_the_mean_of_the_folds() -> None:
    assert run_table(SEARCH)["train_accuracy"].tolist()[:2] == [1.0, 0.75]


def test_only_parameters_that_differ_have_a_column() -> None:
    kinds = {c.name: c.kind for c in run_columns(SEARCH)}
    assert [name for name, kind in kinds.items() if kind == "parameter"] == ["clf__C", "words"]
    assert constant_parameters(SEARCH) == {"seed": "7"}
    assert list(run_table(SEARCH).columns) == list(kinds)


def test_parameters_called_like_metrics_and_counts_keep_both_columns() -> None:
    clash = an_experiment(
        a_run(
            "a",
            errors=3,
            metrics={"accuracy": 0.5, "errors": 3},
            parameters={"accuracy": "hi", "run": 1},
        ),
        a_run("b", metrics={"accuracy": 0.7, "errors": 4}, parameters={"accuracy": "lo", "run": 2}),
    )
    table = run_table(clash)
    assert table.columns.is_unique
    assert table["accuracy"].tolist() == [0.5, 0.7]
    assert table["param_accuracy"].tolist() == ["hi", "lo"]
    assert table["score_errors"].tolist() == [3.0, 4.0]
    assert table["param_run"].tolist() == [1, 2]


def test_numbers_stay_numbers_and_mixed_values_become_texts() -> None:
    table = run_table(with_parameters({"C": 1e-5, "depth": None}, {"C": 10, "depth": 3}))
    assert table["C"].tolist() == [1e-5, 10.0]
    assert table["depth"].tolist() == ["None", "3"]


def test_missing_none_nan_and_the_text_none_are_four_values() -> None:
    four = with_parameters({}, {"p": None}, {"p": math.nan}, {"p": "None"})
    assert differing_parameters(four) == ["p"]
    assert len(set(parameter_texts(four, "p"))) == 4
    assert parameter_texts(four, "p")[0] is None
    assert run_table(four)["p"].isna().tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [(1, 1.0, False), (1, True, True), (math.nan, math.nan, False), ([1], [1], False)],
    ids=["1 and 1.0", "1 and True", "nan and nan", "equal lists"],
)
def test_values_differ_as_values_not_as_texts(one: Any, other: Any, differ: bool) -> None:
    pair = with_parameters({"p": one}, {"p": other})
    assert differing_parameters(pair) == (["p"] if differ else [])


def test_raw_texts_of_the_files_are_shown() -> None:
    runs = (a_run("a", parameters={"p": None}, parameters_text={"p": "~"}),
            a_run("b", parameters={"p": "x"}, parameters_text={"p": "x"}))  # fmt: skip
    assert parameter_texts(an_experiment(*runs), "p") == ["~", "x"]


def test_numbers_too_large_for_a_column_of_integers_are_rounded() -> None:
    assert run_table(with_parameters({"p": 2**70}, {"p": 1}))["p"].tolist() == [2.0**70, 1.0]


def test_nested_names_are_shortened_where_that_is_unambiguous() -> None:
    names = ["clf__C", "features__word__ngram_range", "features__char__ngram_range", "a.b__"]
    assert short_names(names) == {
        "clf__C": "C",
        "features__word__ngram_range": "word__ngram_range",
        "features__char__ngram_range": "char__ngram_range",
        "a.b__": "a.b__",
    }


def test_a_short_name_is_never_the_name_of_something_else() -> None:
    assert short_names(["clf__C", "C"]) == {"clf__C": "clf__C", "C": "C"}
    assert short_names(["clf__Errors"], taken=["Errors"]) == {"clf__Errors": "clf__Errors"}


def test_scores_that_are_not_finite_are_named_as_failed() -> None:
    broken = an_experiment(a_run("a", metrics={"accuracy": math.nan}), a_run("b"))
    table = run_table(broken)
    assert table["failed"].tolist()[0] == "accuracy"
    assert table["failed"].isna().tolist() == [False, True]
    assert "failed" not in run_table(SEARCH)


def test_runs_are_ranked_by_the_headline_and_those_without_it_come_last() -> None:
    assert headline(SEARCH) == "accuracy"
    assert ranked_runs(SEARCH) == ["b", "a", "c"]
    assert ranked_runs(SEARCH, "macro_f1") == ["a", "b", "c"]


def test_losses_are_ranked_downwards() -> None:
    assert ranked_runs(SEARCH, "log_loss") == ["a", "b", "c"]
    assert not rises(SEARCH, "log_loss")


def test_what_the_files_say_of_the_direction_beats_the_name() -> None:
    scores = [Score("loss_avoided", value, greater_is_better=True) for value in (0.1, 0.9)]
    runs = [a_run(name, scores=(s,)) for name, s in zip("ab", scores, strict=True)]
    assert not rises_by_name("loss_avoided")
    assert ranked_runs(an_experiment(*runs), "loss_avoided") == ["b", "a"]


def test_a_direction_that_nothing_tells_is_said_and_heads_no_ranking() -> None:
    scores = [(Score("foo", v), Score("logloss", v)) for v in (0.1, 0.9)]
    experiment = an_experiment(*(a_run(n, scores=s) for n, s in zip("ab", scores, strict=True)))
    assert headline(experiment) == "logloss"
    assert ranked_runs(experiment) == ["a", "b"]
    assert direction(experiment, "foo") is None
    assert direction_words(experiment, "logloss") == ""
    assert direction_words(experiment, "foo") == (
        "Whether more foo is better is not known: the highest stands first."
    )


def test_what_files_say_of_the_spread_has_columns_of_its_own() -> None:
    spread = (("std", 0.02), ("interval_low", 0.9))
    run = a_run("a", scores=(Score("auc", 0.92, spread=spread), Score("f1", 0.8)))
    table = run_table(an_experiment(run))
    assert [name for name in table if name.startswith(("auc", "f1"))] == [
        "auc", "auc_std", "auc_interval_low", "f1",
    ]  # fmt: skip
    assert table.loc[0, ["auc_std", "auc_interval_low"]].tolist() == [0.02, 0.9]


def test_usual_metrics_come_first_and_our_own_figures_beat_the_files() -> None:
    said = (Score("accuracy", 0.1), Score("zeta", 1.0))
    experiment = an_experiment(a_run("a", metrics={"macro_f1": 0.5, "accuracy": 0.9}, scores=said))
    assert metric_names(experiment) == ["accuracy", "macro_f1", "zeta"]
    assert run_table(experiment)["accuracy"].tolist() == [0.9]


def test_points_of_a_chart_have_ranks_and_the_reach_of_the_folds() -> None:
    points = score_points(SEARCH, "accuracy").set_index("run")
    assert points["rank"].to_dict() == {"b": 1, "a": 2}
    assert points.loc["a", ["low", "high", "fold_mean", "fold_std"]].tolist() == [
        0.5,
        1,
        0.75,
        0.25,
    ]
    assert points.loc["b", ["low", "high"]].isna().all()


def test_points_of_folds_are_those_of_held_out_data() -> None:
    points = fold_points(SEARCH.runs, "accuracy")
    assert list(points.itertuples(index=False, name=None)) == [
        ("a", 0, 0.5),
        ("a", 1, 0.75),
        ("a", 2, 1.0),
    ]


def test_a_run_is_found_by_words_of_its_name_and_parameters() -> None:
    assert filtered_runs(SEARCH, find="C=10") == ["c"]
    assert filtered_runs(SEARCH, find="1-2 c=0.1") == ["b"]
    assert filtered_runs(SEARCH, find="nothing like it") == []
    assert filtered_runs(SEARCH) == ["a", "b", "c"]


def test_runs_are_filtered_by_a_parameter_s_values() -> None:
    some = with_parameters({"p": 10}, {"p": 9}, {})
    assert value_choices(some, "p") == ["9", "10", NOT_SET]
    assert filtered_runs(some, parameter="p", values=["9", NOT_SET]) == ["r1", "r2"]
    small = with_parameters({"p": 1e-5}, {"p": 0.01})
    assert value_choices(small, "p") == ["1e-05", "0.01"]
    assert filtered_runs(some, parameter="p") == ["r0", "r1", "r2"]


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        ("accuracy", 0.92847, "92.8%"),
        ("macro_f1", 0.92847, "0.928"),
        ("accuracy", None, "–"),
        ("macro_f1", math.nan, "–"),
    ],
)
def test_shares_are_written_in_percent_and_others_with_three_decimals(
    metric: str, value: float | None, text: str
) -> None:
    assert metric_text(metric, value) == text


def test_metrics_that_we_know_are_called_as_people_call_them() -> None:
    assert metric_words("macro_f1") == "Macro F1"
    assert metric_words("weighted_precision") == "Weighted precision"
    assert metric_words("my_own") == "my_own"


def test_runs_that_learnt_from_less_of_the_data_are_no_equals() -> None:
    shares = {"all": "0", "half": "50", "other": "0"}
    scores = {"all": 0.5, "half": 0.9, "other": 0.4}
    runs = [
        a_run(name, metrics={"accuracy": scores[name]}, tags={"exclusion_percent": share})
        for name, share in shares.items()
    ]
    experiment = an_experiment(*runs)
    assert [given(run) for run in runs] == [100, 50, 100]
    assert ranked_runs(experiment) == ["all", "other", "half"]
    assert peers(experiment, runs[0]) == ["all", "other"]


def test_of_two_runs_with_one_name_the_first_is_meant() -> None:
    first, second = a_run("twin", path="one"), a_run("twin", path="two")
    experiment = an_experiment(a_run("a"), first, second)
    assert experiment.run("twin") is first
    assert experiment == an_experiment(a_run("a"), first, second)
