"""Which column is the truth, the answer, the score: what people wrote, and what is to be read."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from diagnostics.readers import Reading
from tests.readers.prediction_table.tables import (
    accuracy,
    codes,
    confidences,
    pairs,
    read_all,
    read_one,
    roles,
    written,
)

CLASSES = ("Normal", "In Situ", "Invasive")
#: Scores of three classes, 40 rows; the highest is at `BEST`.
SCORES = np.random.default_rng(0).dirichlet(np.ones(3) / 2, 40).round(4)
BEST = SCORES.argmax(axis=1)
#: Truths that differ from the highest score in every fifth row.
TRUE = [int(best) if at % 5 else int(best + 1) % 3 for at, best in enumerate(BEST)]
OF_CLASSES = ",".join(f"P({name})" for name in CLASSES)


@pytest.mark.parametrize(
    ("column", "labels", "file"),
    [
        ("class", (0, 1, 2), "predictions.csv"),
        ("label", (1, 2, 3), "oof.csv"),
        ("category", CLASSES, "test_predictions.csv"),
        ("anything", CLASSES, "results.csv"),
        ("anything", (0, 1, 2), "predictions.csv"),
    ],
)
def test_labels_that_say_what_the_scores_say_are_the_answer(
    column: str, labels: tuple[object, ...], file: str, tmp_path: Path
) -> None:
    rows = [(at, labels[best], *SCORES[at]) for at, best in enumerate(BEST)]
    reading = read_one(written(tmp_path, f"case,{column},{OF_CLASSES}", rows, file=file))
    assert roles(reading)["predicted_label"] == column
    assert "true_label" not in reading.mapping
    assert sorted(reading.labels) == sorted(CLASSES)
    assert codes(reading) == ["truth-missing"]
    assert any("assumed" in note for note in reading.notes)


@pytest.mark.parametrize("column", ["label", "target", "y_true", "species"])
def test_labels_that_differ_from_the_scores_are_the_truth(column: str, tmp_path: Path) -> None:
    rows = [(at, CLASSES[true], *SCORES[at]) for at, true in enumerate(TRUE)]
    reading = read_one(written(tmp_path, f"id,{column},{OF_CLASSES}", rows))
    assert roles(reading)["true_label"] == column
    assert accuracy(reading) == 0.8
    assert codes(reading) == (["truth-guessed"] if column == "species" else [])


@pytest.mark.parametrize(
    "column",
    ["predict", "response", "estimate", "guess", ".pred_class", "winner", "decision", "zzz"],
)
def test_an_answer_beside_scores_counts_whatever_it_is_called(column: str, tmp_path: Path) -> None:
    answers = ["yes" if score > 0.3 else "no" for score in SCORES[:, 0]]
    truth = ["yes" if at % 3 else "no" for at in range(40)]
    both = zip(truth, answers, SCORES[:, 0], strict=True)
    rows = [(true, answer, score, round(1 - score, 4)) for true, answer, score in both]
    reading = read_one(written(tmp_path, f"actual,{column},prob_yes,prob_no", rows))
    assert roles(reading)["predicted_label"] == column
    assert accuracy(reading) == sum(t == a for t, a in zip(truth, answers, strict=True)) / 40
    assert any("threshold between" in note for note in reading.notes)


def test_the_label_of_a_threshold_is_not_replaced_by_the_most_probable_one(tmp_path: Path) -> None:
    (tmp_path / "y_test.csv").write_text("default\n0\n0\n1\n1\n")
    rows = [(0, 0.9, 0.1), (1, 0.65, 0.35), (1, 0.2, 0.8), (0, 0.75, 0.25)]
    reading = read_one(written(tmp_path, "predict,p0,p1", rows))
    assert pairs(reading) == [("0", "0"), ("0", "1"), ("1", "1"), ("1", "0")]


def test_a_feature_of_two_values_is_no_answer(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    sex, smoker = rng.integers(0, 2, (2, 40))
    rows = [
        (at, int(s[0] > 0.4), sex[at], smoker[at], s[0], round(1 - s[0], 4))
        for at, s in enumerate(SCORES)
    ]
    reading = read_one(written(tmp_path, "id,label,sex,smoker,prob_1,prob_0", rows))
    assert reading.mapping["predicted_label"] == "(the most probable label)"


@pytest.mark.parametrize(
    ("header", "order", "truth"),
    [
        ("id,label,m_predicted_label,m_prediction", (0, 1), (0, 1, 2)),
        ("id,label,m_prediction,m_predicted_label", (1, 0), (0, 1, 2)),
        ("id,gold,prediction,prediction_idx", (1, 0), ("neg", "neu", "pos")),
        ("id,y,pred_id,pred_name", (0, 1), (0, 1, 2)),
    ],
)
def test_number_and_name_of_an_answer_are_one_answer(
    header: str, order: tuple[int, int], truth: tuple[object, ...], tmp_path: Path
) -> None:
    names = ("neg", "neu", "pos")
    answers = [(at + at // 20) % 3 for at in range(30)]
    rows = []
    for at, code in enumerate(answers):
        both = (code, names[code])
        rows.append((at, truth[at % 3], both[order[0]], both[order[1]]))
    reading = read_one(written(tmp_path, header, rows))
    assert sorted(reading.labels) == sorted(names)
    assert accuracy(reading) == pytest.approx(2 / 3)
    assert roles(reading)["true_label"] == header.split(",")[1]
    line = f'predicted_label = "{roles(reading)["predicted_label"]}"'
    (tmp_path / "errata.toml").write_text(f"[[predictions]]\n{line}\n")
    assert pairs(read_one(tmp_path)) == pairs(reading)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Variant,true_label,Predicted_Impact,Predicted_Binary", ("0", "1")),
        ("id,target,prediction,pred_label", ("0", "1")),
        ("id,y_true,tox_prediction,tox_pred_class", ("no", "yes")),
    ],
)
def test_a_score_and_the_label_that_it_was_cut_to_are_one_model(
    header: str, words: tuple[str, str], tmp_path: Path
) -> None:
    scores = [round(0.013 + at / 41, 4) for at in range(40)]
    rows = [
        (f"g{at}x", words[at % 2], score, words[int(score > 0.2)])
        for at, score in enumerate(scores)
    ]
    reading = read_one(written(tmp_path, header, rows))
    assert roles(reading)["predicted_label"] == header.split(",")[3]
    assert roles(reading)["confidence"] == header.split(",")[2]
    assert f"{words[1]!r} is predicted from a threshold between 0.1837 and 0.2081" in str(
        reading.notes
    )


def test_two_good_models_are_not_taken_for_a_score_and_its_label(tmp_path: Path) -> None:
    rows = [(at, at % 2, at % 2, 0.2 + 0.6 * (at % 2)) for at in range(20)]
    found = read_all(written(tmp_path, "id,label,rf_pred,svm_pred", rows))
    assert [getattr(entry, "run", "") for entry in found] == ["rf", "svm"]


def test_a_score_called_prediction_beside_labels_is_the_score(tmp_path: Path) -> None:
    rows = [(0, 0, 0.1), (0, 1, 0.62), (1, 1, 0.81), (1, 1, 0.55), (1, 0, 0.44), (0, 0, 0.31)]
    reading = read_one(written(tmp_path, "target,pred_label,prediction", rows))
    assert confidences(reading) == [0.9, 0.62, 0.81, 0.55, 0.56, 0.69]
    assert accuracy(reading) == pytest.approx(4 / 6)


@pytest.mark.parametrize(
    "column",
    ["pred_time_test", "prediction_time", "predict_seconds", "pred_n_tokens", "output_cost",
     "pred_latency_ms", "model_pred_memory"],
)  # fmt: skip
def test_a_time_a_size_or_a_cost_is_never_an_answer(column: str, tmp_path: Path) -> None:
    rows = [(f"m{at}", 0.8 + at / 100, at % 3 / 4) for at in range(6)]
    assert read_all(written(tmp_path, f"model,score_val,{column}", rows, file="board.csv")) == []
    answers = [(at, "ab"[at % 2], "ab"[at % 3 % 2], at % 3 / 4) for at in range(6)]
    reading = read_one(written(tmp_path, f"id,label,pred,{column}", answers))
    assert roles(reading)["predicted_label"] == "pred"
    assert "confidence" not in reading.mapping


def test_a_size_that_is_asked_about_is_an_answer(tmp_path: Path) -> None:
    rows = [(at, at % 3, (at + at // 10) % 3) for at in range(12)]
    reading = read_one(written(tmp_path, "id,true_size,pred_size", rows))
    assert roles(reading)["predicted_label"] == "pred_size"


@pytest.mark.parametrize("names", ["WeightedBlend_0,WeightedBlend_1,WeightedBlend_2", "e1,e2,e3"])
def test_a_target_is_the_truth_and_scores_of_nobody_are_asked_about(
    names: str, tmp_path: Path
) -> None:
    rows = [("c", 0.8, 0.1, 0.1), ("a", 0.1, 0.8, 0.1), ("b", 0.1, 0.1, 0.8),
            ("c", 0.6, 0.3, 0.1), ("a", 0.5, 0.4, 0.1), ("b", 0.2, 0.2, 0.6)]  # fmt: skip
    reading = read_one(written(tmp_path, f"target,{names}", rows))
    assert roles(reading)["true_label"] == "target"
    [problem] = reading.problems
    assert problem.code == "class-order-unknown"
    assert problem.what.endswith(
        "In sorted order (a, b, c) 17% are right; in the order c, a, b it would be 83%. Which?"
    )
    (tmp_path / "errata.toml").write_text('[[predictions]]\nlabels = ["c", "a", "b"]\n')
    settled = read_one(tmp_path)
    assert (codes(settled), accuracy(settled)) == ([], pytest.approx(5 / 6))


@pytest.mark.parametrize(("shift", "problems"), [(0, []), (1, ["class-order-unknown"])])
def test_numbers_get_the_names_of_the_columns_and_the_truth_must_bear_it_out(
    shift: int, problems: list[str], tmp_path: Path
) -> None:
    rows = [(at, (true + shift) % 3, *SCORES[at]) for at, true in enumerate(TRUE)]
    reading = read_one(written(tmp_path, f"id,label,{OF_CLASSES}", rows))
    assert sorted(reading.labels) == sorted(CLASSES)
    assert codes(reading) == problems
    assert all("In the columns' order" in problem.what for problem in reading.problems)


REVIEWED = [
    {"text": "works well", "label": "Positive", "answer": "accept", "score": 0.91},
    {"text": "broke", "label": "Positive", "answer": "reject", "score": 0.81},
    {"text": "hm", "label": "Positive", "answer": "ignore", "score": 0.51},
]


def test_a_verdict_judges_the_suggested_label(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(row) for row in REVIEWED)
    (tmp_path / "reviewed.jsonl").write_text(lines)
    reading = read_one(tmp_path)
    assert sorted(pairs(reading), key=str) == [
        ("(another label)", "Positive"),
        ("Positive", "Positive"),
        (None, "Positive"),
    ]
    assert (accuracy(reading), codes(reading)) == (0.5, [])
    assert sorted(filter(None, confidences(reading))) == [0.51, 0.81, 0.91]


@pytest.mark.parametrize(
    ("header", "errata"),
    [("id,suggested_label,review", ""), ("id,predicted,zz", 'verdict = "zz"')],
)
def test_verdicts_of_other_names(header: str, errata: str, tmp_path: Path) -> None:
    said = ["correct", "wrong", "skipped", "correct"]
    rows = [(at, "ab"[at % 2], word) for at, word in enumerate(said)]
    (tmp_path / "errata.toml").write_text(f"[[predictions]]\n{errata}\n")
    reading = read_one(written(tmp_path, header, rows))
    assert accuracy(reading) == pytest.approx(2 / 3)


def test_labels_that_sound_like_verdicts_are_labels(tmp_path: Path) -> None:
    rows = [(at, ["accept", "reject"][at % 2], ["accept", "reject"][at % 3 % 2]) for at in range(6)]
    reading = read_one(written(tmp_path, "id,true_decision,answer", rows))
    assert sorted(reading.labels) == ["accept", "reject"]
    assert accuracy(reading) == 0.5


@pytest.mark.parametrize(
    ("header", "identity", "group"),
    [
        ("Variant,true_label,predicted_label,Gene_ID", "Variant", "Gene_ID"),
        ("config,true_label,predicted_label,patient_id", "config", "patient_id"),
        ("checkpoint,true_label,predicted_label,user_id", "checkpoint", "user_id"),
    ],
)
def test_an_id_that_comes_back_is_a_group_where_another_column_is_unique(
    header: str, identity: str, group: str, tmp_path: Path
) -> None:
    rows = [(f"X_{at}_G", at % 2, at % 3 % 2, f"G{at // 2}") for at in range(20)]
    for order in ((0, 1, 2, 3), (3, 2, 1, 0)):
        names = ",".join(header.split(",")[place] for place in order)
        table = [tuple(row[place] for place in order) for row in rows]
        reading = read_one(written(tmp_path, names, table))
        assert reading.n_examples == 20
        assert (roles(reading)["id"], roles(reading)["group"]) == (identity, group)
        assert reading.examples is not None
        assert group in reading.examples.columns


def test_a_users_texts_are_told_apart_by_the_text(tmp_path: Path) -> None:
    rows = [(f"u{at // 3}", f"text number {at} of some", "ab"[at % 2], "a") for at in range(12)]
    reading = read_one(written(tmp_path, "user_id,text,label,pred", rows))
    assert reading.mapping["id"] == "(a hash of the content [text])"
    assert roles(reading)["group"] == "user_id"


def test_a_seed_that_comes_back_is_a_model_still(tmp_path: Path) -> None:
    rows = [(seed, at, "ab"[at % 2], "a") for seed in (1, 2) for at in range(6)]
    assert len(read_all(written(tmp_path, "seed,id,label,pred", rows))) == 2


def test_wekas_unlabelled_rows_have_no_truth(tmp_path: Path) -> None:
    rows = [(1, "1:?", "1:setosa", "", 1), (2, "1:?", "2:versicolor", "", 0.9),
            (3, "1:?", "1:setosa", "", 0.8), (4, "1:?", "3:virginica", "", 0.7)]  # fmt: skip
    reading = read_one(written(tmp_path, "inst#,actual,predicted,error,prediction", rows))
    assert math.isnan(accuracy(reading))
    assert codes(reading) == ["truth-missing"]
    assert sorted(reading.labels) == ["setosa", "versicolor", "virginica"]
    assert confidences(reading) == [1.0, 0.9, 0.8, 0.7]


@pytest.mark.parametrize(
    "header",
    [
        "target,prediction,p_1,p_0",
        "target,label,score_1,score_0",
        "target,pred,prob_1,prob_-1",
        "target,prob_1,prob_0",
        "target,P(1),P(-1)",
    ],
)
def test_minus_one_and_one_beside_nought_and_one(header: str, tmp_path: Path) -> None:
    """As mljar writes them; the confidence is that of the answer under its new name."""
    shares = [0.2, 0.9, 0.7, 0.6, 0.4, 0.1]
    rows = []
    for truth, share in zip([-1, 1, 1, -1, 1, -1], shares, strict=True):
        answer = [] if header.count(",") == 2 else [int(share > 0.5)]
        rows.append((truth, *answer, share, round(1 - share, 2)))
    reading = read_one(written(tmp_path, header, rows))
    assert sorted(reading.labels) == ["-1", "1"]
    assert accuracy(reading) == pytest.approx(4 / 6)
    assert confidences(reading) == [0.8, 0.9, 0.7, 0.6, 0.6, 0.9]
    assert set(codes(reading)) <= {"class-order-unknown"}


@pytest.mark.parametrize(
    ("header", "is_joined"),
    [("id,label,shade", True), ("id,colour", True), ("id,colour,shade", False)],
)
def test_a_truth_file_is_guessed_from_only_where_one_column_can_be_it(
    header: str, is_joined: bool, tmp_path: Path
) -> None:
    labels = ["red", "blue", "red", "blue"]
    written(tmp_path, "id,prediction", [(n, label) for n, label in enumerate(labels)])
    width = header.count(",")
    written(tmp_path, header, [(n, *labels[:1] * width) for n in range(4)], file="y_test.csv")
    assert ("truth-missing" not in codes(read_one(tmp_path))) == is_joined


@pytest.mark.parametrize(
    "header",
    ["expected,actual", "actual,expected", "expected_intent,actual_intent", "expected,got"],
)
def test_what_was_expected_is_the_truth_and_what_came_out_the_answer(
    header: str, tmp_path: Path
) -> None:
    expected = header.split(",").index(next(n for n in header.split(",") if "expected" in n))
    rows = []
    for at, true in enumerate(TRUE):
        pair = ["", ""]
        pair[expected], pair[1 - expected] = CLASSES[true], CLASSES[BEST[at]]
        rows.append((f"words number {at}", *pair, true != BEST[at]))
    reading = read_one(written(tmp_path, f"text,{header},is_error", rows, file="eval.csv"))
    assert "expected" in roles(reading)["true_label"]
    assert accuracy(reading) == 0.8
    assert any("assumed" in note for note in reading.notes)


def test_actual_is_the_truth_beside_an_answer(tmp_path: Path) -> None:
    rows = [(at, CLASSES[true], CLASSES[BEST[at]], "x") for at, true in enumerate(TRUE)]
    reading = read_one(written(tmp_path, "id,actual,predicted,expected", rows, file="eval.csv"))
    assert roles(reading)["true_label"] == "actual"


@pytest.mark.parametrize("word", ["pred", "prediction", "predictions", "predicted"])
@pytest.mark.parametrize("answer", ["label", "predicted_label", ""])
def test_scores_of_classes_are_no_models(word: str, answer: str, tmp_path: Path) -> None:
    """As mljar writes them: `target, prediction_a, prediction_b, prediction_c, label`."""
    stems = [name.replace(" ", "-") for name in CLASSES]
    header = ["target", *(f"{word}_{stem}" for stem in stems), *filter(None, [answer])]
    rows = [
        (stems[true], *SCORES[at], *([stems[BEST[at]]] if answer else []))
        for at, true in enumerate(TRUE)
    ]
    file = "predictions_out_of_folds.csv"
    reading = read_one(written(tmp_path, ",".join(header), rows, file=file))
    assert roles(reading)["true_label"] == "target"
    assert accuracy(reading) == 0.8
    assert sorted(reading.labels) == sorted(stems)
    highest = SCORES.max(axis=1)
    assert sorted(p or 0.0 for p in confidences(reading)) == pytest.approx(sorted(highest))


YES = [f"{score:.4f}" for score in SCORES[:, 0]]
TRUE_YES = [
    int(score > 0.5) if at % 5 else int(score <= 0.5) for at, score in enumerate(SCORES[:, 0])
]


@pytest.mark.parametrize(
    ("truth", "score", "labels"),
    [
        ("churn", "churn_probability", (0, 1)),
        ("Default", "default_prob", ("no", "yes")),
        ("is_fraud", "fraud_score", ("False", "True")),
        ("survived", "p_survived", (0, 1)),
        ("Churn", "probability_of_churn", ("0", "1")),
    ],
)
def test_what_a_score_is_called_after_is_the_truth(
    truth: str, score: str, labels: tuple[object, object], tmp_path: Path
) -> None:
    rows = [(at, labels[true], YES[at], at % 7) for at, true in enumerate(TRUE_YES)]
    reading = read_one(written(tmp_path, f"customer,{truth},{score},age", rows))
    assert roles(reading)["true_label"] == truth
    assert accuracy(reading) == 0.8
    assert any("assumed" in note and score in note for note in reading.notes)


def test_what_says_no_more_than_its_score_is_the_answer(tmp_path: Path) -> None:
    rows = [(at, int(float(score) > 0.5), score) for at, score in enumerate(YES)]
    reading = read_one(written(tmp_path, "customer,churn,churn_probability", rows))
    assert roles(reading)["predicted_label"] == "churn"
    assert codes(reading) == ["truth-missing"]


def readings_in(folder: Path) -> list[Reading]:
    return [entry for entry in read_all(folder) if isinstance(entry, Reading)]


@pytest.mark.parametrize("header", ["rf_prob,svm_prob", "proba_rf,proba_svm", "rf_score,net_score"])
def test_scores_called_after_models_are_models(header: str, tmp_path: Path) -> None:
    other = YES[7:] + YES[:7]
    rows = [(at, true, YES[at], other[at]) for at, true in enumerate(TRUE_YES)]
    readings = readings_in(written(tmp_path, f"id,y_true,{header}", rows))
    right = [true == (float(score) >= 0.5) for true, score in zip(TRUE_YES, other, strict=True)]
    assert [accuracy(reading) for reading in readings] == [0.8, sum(right) / len(right)]
    assert all(any("assumed" in note for note in reading.notes) for reading in readings)
    told = f'[[predictions]]\nconfidence = "{readings[0].mapping["confidence"].split(" ")[0]}"\n'
    (tmp_path / "errata.toml").write_text(told)
    again = readings_in(tmp_path)
    assert [(r.run, accuracy(r)) for r in again] == [(r.run, accuracy(r)) for r in readings]


@pytest.mark.parametrize(
    "header", ["yes_prob,no_prob", "prob_0,prob_1", "max_prob,mean_prob", "churn_prob,churn_score"]
)
def test_scores_of_labels_or_of_kinds_are_no_models(header: str, tmp_path: Path) -> None:
    other = [f"{1 - float(score):.4f}" for score in YES]
    rows = [(at, true, YES[at], other[at]) for at, true in enumerate(TRUE_YES)]
    assert len(read_all(written(tmp_path, f"id,y_true,{header}", rows))) == 1
