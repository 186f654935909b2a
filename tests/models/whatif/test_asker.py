"""Models asked again: one or several, with and without probabilities, about edited rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC

import diagnostics
from diagnostics import DiagnosticsError
from diagnostics.models.run_models import NoModel
from diagnostics.models.whatif.asker import asker, row_of, runs_with_models, with_values
from tests.made import askers
from tests.made.runs import record_animals
from tests.made.searches import recorded


def test_a_single_model_answers_as_it_does() -> None:
    model = askers.words()
    asked = askers.of(model)
    texts = ["my parcel and my money", "account", ""]
    answers = asked.answers(texts)
    assert [answer.label for answer in answers] == list(model.predict(texts))
    assert [answer.confidence for answer in answers] == pytest.approx(
        model.predict_proba(texts).max(axis=1)
    )
    for answer in answers:
        assert answer.top[0] == (answer.label, answer.confidence)
        assert [share for _, share in answer.top] == sorted(
            (share for _, share in answer.top), reverse=True
        )


def test_several_models_answer_by_the_mean_of_their_probabilities() -> None:
    one = askers.words(askers.TEXTS[:8], askers.LABELS[:8])
    other = askers.words(askers.TEXTS[4:], askers.LABELS[4:])
    asked = askers.of(one, other)
    assert asked.labels == ("refund", "status", "account")
    (line,) = asked.chances(["my money parcel"])
    refund_one, status = one.predict_proba(["my money parcel"])[0]
    account, refund_other = other.predict_proba(["my money parcel"])[0]
    assert line == pytest.approx([(refund_one + refund_other) / 2, status / 2, account / 2])
    assert line.sum() == pytest.approx(1)


def test_models_without_probabilities_vote() -> None:
    X, y = np.eye(3), ["a", "b", "c"]
    asked = askers.of(
        LinearSVC().fit(X, y), LinearSVC().fit(X, y), LinearSVC().fit(X, ["b", "b", "c"])
    )
    (answer,) = asked.answers(X[:1])
    assert (answer.label, answer.confidence, answer.top) == ("a", None, ())
    assert asked.chances(X[:1])[0] == pytest.approx([2 / 3, 1 / 3, 0])


def test_a_model_that_prefers_another_label_than_its_most_probable_is_believed() -> None:
    class Careful(LogisticRegression):  # type: ignore[misc]
        def predict(self, X: object) -> object:
            return np.where(self.predict_proba(X)[:, 1] > 0.9, *self.classes_[::-1])

    model = Careful().fit([[0.0], [1.0]], ["no", "yes"])
    asked = askers.of(model)
    (answer,) = asked.answers(np.array([[1.0]]))
    assert answer.label == "no"
    assert answer.confidence is not None
    assert answer.confidence < 0.5
    assert answer.top[0][0] == "yes"


def test_rows_that_a_model_does_not_take_are_one_sentence() -> None:
    asked = askers.of(LogisticRegression().fit(np.eye(2), ["a", "b"]), run="mine")
    with pytest.raises(DiagnosticsError, match="The model of mine cannot answer: ValueError"):
        asked.answers(np.ones((1, 7)))


def test_no_rows_are_no_answers() -> None:
    assert askers.of(askers.words()).answers([]) == []


def test_values_take_the_types_of_their_columns() -> None:
    row = pd.DataFrame({"age": [30], "share": [0.5], "town": ["Bern"], "member": [True]})
    changed = with_values(row, {"age": "41", "town": "Chur", "member": "no"})
    assert changed.iloc[0].tolist() == [41, 0.5, "Chur", False]
    assert changed.dtypes.tolist() == row.dtypes.tolist()
    assert row["age"].tolist() == [30]
    assert with_values(row, {"age": "41.5"})["age"].tolist() == [41.5]
    assert with_values(row, {"age": ""})["age"].isna().all()
    assert with_values(row, {"share": "−1.5"})["share"].tolist() == [-1.5]  # noqa: RUF001


def test_values_of_an_array_go_by_its_names() -> None:
    row = np.zeros((1, 2, 2))
    changed = with_values(row, {"c": 3}, ["a", "b", "c", "d"])
    assert changed.tolist() == [[[0, 0], [3, 0]]]
    assert not row.any()


def test_values_that_cannot_be_are_refused() -> None:
    row = pd.DataFrame({"age": [30], "town": pd.Categorical(["Bern"], ["Bern", "Chur"])})
    with pytest.raises(DiagnosticsError, match=r"age is a number, not 'old'\. Write decimals"):
        with_values(row, {"age": "old"})
    with pytest.raises(DiagnosticsError, match=r"No column 'agee'\. Did you mean: age"):
        with_values(row, {"agee": "3"})
    dated = pd.DataFrame({"day": pd.to_datetime(["2026-01-01"])})
    with pytest.raises(DiagnosticsError, match=r"day is of the type datetime64"):
        with_values(dated, {"day": "someday"})


def test_a_category_may_be_one_that_no_row_has() -> None:
    row = pd.DataFrame({"town": pd.Categorical(["Bern"], ["Bern", "Chur"]), "rooms": [3]})
    row["rooms"] = row["rooms"].astype("category")
    assert list(with_values(row, {"town": "Chur"})["town"]) == ["Chur"]
    assert list(with_values(row, {"rooms": "3"})["rooms"]) == [3]
    unseen = with_values(row, {"town": "Genf"})["town"]
    assert list(unseen) == ["Genf"]
    assert list(unseen.cat.categories) == ["Bern", "Chur", "Genf"]


def test_an_empty_text_is_a_text_and_an_empty_field_is_missing() -> None:
    row = pd.DataFrame({"text": ["where?"], "town": ["Bern"], "age": [3], "ok": [True]}, index=[7])
    assert with_values(row, {"text": ""}, texts=["text"])["text"].tolist() == [""]
    assert with_values(row, {"town": "", "age": "", "ok": ""}).isna().sum(axis=1).tolist() == [3]
    assert with_values(row, {"age": "inf"})["age"].tolist() == [float("inf")]


@pytest.mark.parametrize("says", ["raises", "nan", "columns"])
def test_a_model_that_fails_is_one_sentence(says: str) -> None:
    class Failing(GaussianNB):  # type: ignore[misc]
        def predict_proba(self, X: Any) -> Any:
            found = super().predict_proba(X)
            return {"nan": found * np.nan, "columns": found[:, :1]}.get(says, found)

        def predict(self, X: Any) -> Any:
            raise RuntimeError("no\nway")

    model = Failing().fit([[0.0], [1.0], [2.0]], ["a", "b", "c"])
    with pytest.raises(DiagnosticsError, match=r"^The model of run cannot answer: "):
        askers.of(model).said(np.zeros((1, 1)))


@pytest.fixture(scope="module")
def folded(tmp_path_factory: pytest.TempPathFactory) -> diagnostics.Workspace:
    """A cross-validated search that kept its models, beside a run without."""
    root = tmp_path_factory.mktemp("folded")
    recorded(
        root / "search",
        lambda recorder: GridSearchCV(
            askers.words(), {"logisticregression__C": [9]}, scoring=recorder, cv=2
        ),
        np.array(askers.TEXTS),
        np.array(askers.LABELS),
        models=True,
        content=askers.TEXTS,
    )
    record_animals(root / "bare/run")
    return diagnostics.open_workspace(root)


def test_an_example_is_asked_of_the_model_that_never_saw_it(folded: diagnostics.Workspace) -> None:
    (run,) = runs_with_models(folded.experiment("search"))
    experiment = folded.experiment("search")
    for row in experiment.predictions(run.run).collect().to_dicts():
        asked = asker(run, folded.root, example=row["example"])
        assert asked.fold == row["fold"]
        (answer,) = asked.answers(row_of(experiment, run, folded.root, row["example"]))
        assert answer.label == row["predicted_label"]
        assert answer.confidence == pytest.approx(row["confidence"], abs=1e-6)


def test_what_nobody_recorded_is_asked_of_all_folds(folded: diagnostics.Workspace) -> None:
    (run,) = runs_with_models(folded.experiment("search"))
    for example in (None, "nobody"):
        asked = asker(run, folded.root, example=example)
        assert len(asked.models) == 2
        assert asked.fold is None


def test_a_run_without_a_model_says_what_brings_one(folded: diagnostics.Workspace) -> None:
    run = folded.experiment("bare").runs[0]
    with pytest.raises(NoModel, match="has no model. Record it with keep_model=True"):
        asker(run, folded.root)
