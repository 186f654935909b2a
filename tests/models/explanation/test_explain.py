"""Explanations add up to the model's own figures, in the words of the example."""

from __future__ import annotations

import math
import re
import sys
from pathlib import Path
from shutil import copytree
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.ensemble import VotingClassifier
from sklearn.feature_extraction.text import (
    CountVectorizer,
    HashingVectorizer,
    TfidfTransformer,
    TfidfVectorizer,
)
from sklearn.feature_selection import SelectKBest, chi2
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Perceptron, RidgeClassifier, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import ComplementNB, GaussianNB, MultinomialNB
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    Normalizer,
    OneHotEncoder,
    StandardScaler,
)
from sklearn.svm import LinearSVC

import diagnostics
from diagnostics import DiagnosticsError
from diagnostics.examples.answers import answer as answer_of
from diagnostics.models.explanation import from_files, shap_values, stored_estimates
from diagnostics.models.explanation.exact import exact_explanation
from diagnostics.models.explanation.explain import OWN_SCORE, explain_example, is_available
from diagnostics.models.explanation.explanation import Explanation
from diagnostics.models.pipelines.linear import NotLinear
from diagnostics.models.run_models import NoModel
from diagnostics.workspace import stored_tables
from tests.made.questions import question_of
from tests.places import SAMPLES

#: A model that has not come to rest is explained all the same.
CONVERGED_OR_NOT = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
WORDS = ["red", "Green", "blé", "cold", "the", "of", "x1", "字", "don't"]


def without_tags(text: str) -> str:
    return re.sub("<[^>]*>", " ", text)


def lengths(texts: Any) -> np.ndarray:
    return np.array([[len(text), len(text.split())] for text in texts], float)


def small_letters(texts: Any) -> list[str]:
    return [text.lower() for text in texts]


FEATURES = [
    TfidfVectorizer(),
    TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), stop_words=["the", "of"]),
    TfidfVectorizer(norm=None, use_idf=False),
    TfidfVectorizer(norm="l1", smooth_idf=False, analyzer="char", ngram_range=(1, 3)),
    TfidfVectorizer(max_features=3, max_df=0.9, binary=True, strip_accents="ascii"),
    CountVectorizer(analyzer="char", ngram_range=(1, 2), strip_accents="unicode"),
    CountVectorizer(analyzer="char_wb", ngram_range=(2, 3), lowercase=False),
    CountVectorizer(token_pattern=r"(?u)\b\w+\b", binary=True),
    CountVectorizer(preprocessor=without_tags),
    CountVectorizer(tokenizer=str.split, token_pattern=None),
    HashingVectorizer(n_features=16),
    make_pipeline(CountVectorizer(), TfidfTransformer(), MaxAbsScaler()),
    make_pipeline(CountVectorizer(), SelectKBest(chi2, k=3)),
    make_pipeline(TfidfVectorizer(), SelectKBest(chi2, k=2), StandardScaler(with_mean=False)),
    make_pipeline(CountVectorizer(binary=True), Normalizer("l1")),
    make_pipeline(TfidfVectorizer(), TruncatedSVD(2)),
    make_union(TfidfVectorizer(), CountVectorizer(analyzer="char", ngram_range=(2, 2))),
    make_union(CountVectorizer(), FunctionTransformer(lengths)),
    make_pipeline(FunctionTransformer(small_letters), CountVectorizer(lowercase=False)),
]
CLASSIFIERS = [
    LogisticRegression(C=5),
    LogisticRegression(fit_intercept=False),
    LinearSVC(random_state=0),
    SGDClassifier(random_state=0),
    SGDClassifier(random_state=0, loss="log_loss"),
    SGDClassifier(random_state=0, loss="modified_huber"),
    RidgeClassifier(),
    Perceptron(random_state=0),
    OneVsRestClassifier(LogisticRegression()),
    OneVsRestClassifier(LinearSVC(random_state=0)),
]


@st.composite
def texts_and_labels(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    n_labels = draw(st.integers(2, 4))
    joint = draw(st.sampled_from([" ", "  ", "\n", ", "]))
    texts = draw(st.lists(st.lists(st.sampled_from(WORDS), max_size=6), min_size=12, max_size=18))
    labels = [f"label {at % n_labels}" for at in range(len(texts))]
    return [joint.join(["red cold x1", *words]) for words in texts], labels


def assert_adds_up(found: Explanation) -> None:
    """To the model's own figure; and what lies over the text, with the rest, to the sum."""
    assert found.error is not None
    assert found.error <= 1e-9 * max(1.0, abs(found.output))
    added = math.fsum(entry.contribution for entry in found.contributions)
    assert found.base + added == pytest.approx(found.output, abs=1e-9)
    if found.text is not None:
        laid = math.fsum(span.contribution for span in found.spans)
        assert laid + found.unplaced == pytest.approx(added, abs=1e-9)
        assert all(0 <= span.start < span.end <= len(found.text) for span in found.spans)


@CONVERGED_OR_NOT
@settings(max_examples=25, deadline=None)
@given(
    data=texts_and_labels(),
    features=st.sampled_from(FEATURES),
    classifier=st.sampled_from(CLASSIFIERS),
)
def test_explanations_of_texts_add_up_to_the_models_own_figure(
    data: tuple[list[str], list[str]], features: Any, classifier: Any
) -> None:
    texts, labels = data
    model = make_pipeline(clone(features), clone(classifier)).fit(texts, labels)
    for text in (texts[0], "", "Red <b>blé</b> red of wörds"):
        known = model.classes_
        assert_adds_up(exact_explanation(question_of(model, text, known[0], known[1])))
        if len(known) > 2:
            assert_adds_up(exact_explanation(question_of(model, text, known[2])))


@CONVERGED_OR_NOT
@pytest.mark.parametrize("features", FEATURES, ids=range(len(FEATURES)))
def test_every_kind_of_feature_adds_up(features: Any) -> None:
    texts = ["red cold blé", "the Green of x1", "cold cold don't", "blé x1 字 red"] * 3
    for labels in (list("abab") * 3, list("abca") * 3):
        model = make_pipeline(clone(features), LogisticRegression(C=5)).fit(texts, labels)
        assert_adds_up(exact_explanation(question_of(model, "red cold <i>BLÉ</i>", "a", "b")))


@CONVERGED_OR_NOT
@pytest.mark.parametrize("classifier", CLASSIFIERS, ids=lambda model: str(model)[:60])
@pytest.mark.parametrize("labels", ["abab", "abca"])
def test_every_kind_of_linear_model_adds_up(classifier: Any, labels: str) -> None:
    texts = ["red cold blé", "the Green of x1", "cold cold don't", "blé x1 字 red"] * 3
    model = make_pipeline(TfidfVectorizer(), clone(classifier)).fit(texts, list(labels) * 3)
    found = exact_explanation(question_of(model, "red cold", "a", "b"))
    assert_adds_up(found)
    with np.errstate(all="ignore"):
        scores = np.atleast_1d(model.decision_function(["red cold"])[0])
    expected = scores[0] - scores[1] if len(scores) > 1 else -scores[0]
    assert found.output == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    "classifier",
    [
        CalibratedClassifierCV(LinearSVC(), cv=2),
        OneVsRestClassifier(MultinomialNB()),
        VotingClassifier([("one", LogisticRegression())]),
        GaussianNB(),
    ],
    ids=lambda model: type(model).__name__,
)
def test_what_only_holds_linear_models_is_refused(classifier: Any) -> None:
    X, y = np.random.default_rng(0).random((12, 3)), np.arange(12) % 3
    with pytest.raises(NotLinear, match="is not linear"):
        exact_explanation(question_of(classifier.fit(X, y), X[:1], "0", "1"))


@pytest.mark.parametrize("classifier", [MultinomialNB(), ComplementNB()])
def test_naive_bayes_is_checked_against_its_log_chances(classifier: Any) -> None:
    texts, labels = ["red cold", "Green warm", "blue", "red red"] * 3, list("abca") * 3
    model = make_pipeline(TfidfVectorizer(), classifier).fit(texts, labels)
    assert_adds_up(exact_explanation(question_of(model, "red warm", "a", "b")))


@pytest.fixture(scope="module")
def people() -> tuple[pd.DataFrame, np.ndarray]:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": random.normal(40, 12, 90),
            "amount": np.where(random.random(90) < 0.2, np.nan, random.exponential(100, 90)),
            "town": random.choice(["Bern", "Rom", "Wien"], 90),
            "note": random.choice(["wants money back", "happy", "back again", "no idea"], 90),
        }
    )
    return frame, np.array(["x", "y", "z"])[np.arange(90) % 3]


def columns() -> ColumnTransformer:
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    return ColumnTransformer(
        [
            ("town", OneHotEncoder(), ["town"]),
            ("note", TfidfVectorizer(), "note"),
            ("numbers", numbers, ["amount", "age"]),
        ]
    )


def test_columns_are_named_in_the_words_of_the_example(
    people: tuple[pd.DataFrame, np.ndarray],
) -> None:
    frame, labels = people
    model = Pipeline([("columns", columns()), ("model", LogisticRegression())]).fit(frame, labels)
    row = pd.DataFrame({"age": [50.0], "amount": [np.nan], "town": ["Rom"], "note": ["money back"]})
    question = question_of(model, row, "x", "y", text="money back", text_column="note")
    found = exact_explanation(question)
    assert_adds_up(found)
    values = {entry.feature: (entry.value, entry.place) for entry in found.contributions}
    assert values["age"] == (50.0, 0)
    assert values["town = Rom"] == ("Rom", 2)
    assert values["note: back"] == (1, None)
    assert "amount" not in values or np.isnan(values["amount"][0])
    assert not {"town = Bern", "note: happy"} & set(values)
    words = {"money back"[span.start : span.end] for span in found.spans}
    assert words == {"money", "back"}


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 999),
    middle=st.sampled_from(["passthrough", MaxAbsScaler(), SelectKBest(k=4), PCA(3)]),
    drop=st.sampled_from([None, "first", "if_binary"]),
)
def test_explanations_of_columns_add_up_whatever_comes_between(
    seed: int, middle: Any, drop: Any
) -> None:
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"a": random.normal(size=40), "b": random.choice(list("pq"), 40), "c": random.random(40)}
    )
    one_hot = OneHotEncoder(drop=drop, sparse_output=False)
    split = ColumnTransformer([("b", one_hot, ["b"])], remainder="passthrough")
    step = middle if isinstance(middle, str) else clone(middle)
    if isinstance(step, SelectKBest | PCA):
        step.set_params(**{"k" if isinstance(step, SelectKBest) else "n_components": 2})
    model = make_pipeline(split, step, LogisticRegression()).fit(frame, np.arange(40) % 2)
    found = exact_explanation(question_of(model, frame.iloc[[3]], "1", "0"))
    assert_adds_up(found)
    allowed = {"a", "c", "b = p", "b = q", "pca0", "pca1"}
    assert {entry.feature for entry in found.contributions} <= allowed


def test_indicators_rare_categories_and_second_texts_have_their_own_names(
    people: tuple[pd.DataFrame, np.ndarray],
) -> None:
    frame, labels = people
    frame = frame.assign(town=["Rom"] * 80 + ["Ur", "Uruk"] * 5, topic="bank account")
    numbers = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    rare = OneHotEncoder(min_frequency=10, handle_unknown="infrequent_if_exist")
    split = ColumnTransformer(
        [
            ("numbers", numbers, make_column_selector(dtype_include=float)),
            ("towns", rare, ["town"]),
            ("notes", TfidfVectorizer(), "note"),
            ("topics", CountVectorizer(), "topic"),
        ]
    )
    model = make_pipeline(split, LogisticRegression()).fit(frame, labels)
    row = frame.iloc[[81]].assign(amount=np.nan, note="no money")
    found = exact_explanation(
        question_of(model, row, "x", "y", text="no money", text_column="note")
    )
    assert_adds_up(found)
    assert {entry.feature for entry in found.contributions} == {
        "age", "missingindicator_amount", "town = infrequent_sklearn",
        "note: no", "note: money", "topic: bank", "topic: account",
    } | {entry.feature for entry in found.contributions if entry.feature == "amount"}  # fmt: skip
    assert {"no money"[span.start : span.end] for span in found.spans} == {"no", "money"}


class Reversed(TransformerMixin, BaseEstimator):
    """A step of somebody's own, which says nothing of its columns."""

    def fit(self, X: Any, y: Any = None) -> Reversed:
        return self

    def transform(self, X: Any) -> Any:
        return np.asarray(X)[:, ::-1]


def test_a_step_that_cannot_be_followed_gives_no_false_names() -> None:
    X, y = np.array([[1.0, 2], [3, 4], [5, 7], [8, 8.5]]), [0, 1, 0, 1]
    model = make_pipeline(Reversed(), LogisticRegression()).fit(X, y)
    found = exact_explanation(question_of(model, X[:1], "1", "0"))
    assert {entry.feature for entry in found.contributions} == {"Reversed 0", "Reversed 1"}


def test_a_word_that_comes_twice_has_half_its_share_at_each_place() -> None:
    model = make_pipeline(CountVectorizer(), LogisticRegression())
    model.fit(["back money", "fine", "back", "good"], ["a", "b", "a", "b"])
    found = exact_explanation(question_of(model, "back, and Back again", "a", "b"))
    (entry,) = found.contributions
    assert (entry.feature, entry.value) == ("back", 2)
    assert [(span.start, span.end) for span in found.spans] == [(0, 4), (10, 14)]
    assert [span.contribution for span in found.spans] == [entry.contribution / 2] * 2


def test_words_that_share_a_hash_are_named_together() -> None:
    model = make_pipeline(
        HashingVectorizer(n_features=1, alternate_sign=False, norm=None), LogisticRegression()
    ).fit(["one", "one two three", "one", "one two four"], [0, 1, 0, 1])
    found = exact_explanation(question_of(model, "one two", "1", "0"))
    assert [entry.feature for entry in found.contributions] == ["one / two"]
    assert len(found.spans) == 2


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> diagnostics.Workspace:
    root = tmp_path_factory.mktemp("samples")
    for name in ("helpdesk", "tumours", "digits"):
        copytree(SAMPLES / name, root / name)
    return diagnostics.open_workspace(root)


def explained(
    samples: diagnostics.Workspace, experiment: str, run: str, example: str, **asked: Any
) -> Explanation:
    found = samples.experiment(experiment)
    return explain_example(found, found.run(run), example, root=samples.root, **asked)


def test_a_mistake_is_explained_by_its_folds_model_against_the_true_label(
    samples: diagnostics.Workspace,
) -> None:
    run = samples.experiment("helpdesk").run("logistic-words-C10")
    top = diagnostics.top_examples(run, k=8).examples
    assert top["fold"].nunique() > 1
    for example, true, said in top[["example", "true_label", "predicted_label"]].values.tolist():
        found = explained(samples, "helpdesk", run.run, example)
        assert (found.label, found.against) == (said, true)
        assert (found.method, found.exact, found.scale) == ("exact", True, "log-odds")
        assert_adds_up(found)
        recorded = answer_of(run, example)
        assert recorded is not None
        shares = dict(zip(run.labels, recorded["probabilities"], strict=True))
        if shares[true] > 0.01:  # kept to four decimals: small shares are known roughly
            assert found.output == pytest.approx(math.log(shares[said] / shares[true]), abs=0.02)


@pytest.mark.parametrize("method", ["lime", "shap"])
def test_an_estimate_is_asked_for_by_its_name(method: Any, tmp_path: Path) -> None:
    texts = ["my money back", "where is my money", "send it back", "is it there"]
    model = make_pipeline(CountVectorizer(), LogisticRegression(C=9))
    model.fit(texts, ["refund", "status", "refund", "status"])
    diagnostics.record(
        tmp_path / "one", model=model, X=texts, content=texts, example=list("1234"),
        true_label=["refund", "status", "refund", "status"], keep_model=True,
    )  # fmt: skip
    (experiment,) = diagnostics.open_workspace(tmp_path).experiments
    run = experiment.runs[0]
    found = diagnostics.explain_example(experiment, run, "3", root=tmp_path, method=method)
    assert (found.method, found.exact) == (method, False)
    assert found.contributions[0].feature in ("back", "send")


def test_a_right_answer_is_held_against_the_next_probable(samples: diagnostics.Workspace) -> None:
    run = samples.experiment("helpdesk").run("logistic-words-C10")
    top = diagnostics.top_examples(run, "confident-correct", k=1).examples.iloc[0]
    answer = answer_of(run, top["example"])
    assert answer is not None
    ranked = sorted(zip(answer["probabilities"], run.labels, strict=True), reverse=True)
    found = explained(samples, "helpdesk", run.run, top["example"])
    assert (found.label, found.against) == (ranked[0][1], ranked[1][1])


def test_labels_can_be_chosen(samples: diagnostics.Workspace) -> None:
    asked = ("helpdesk", "logistic-words-C10", "h2296")
    true = explained(samples, *asked, label="out_of_scope")
    assert (true.label, true.against) == ("out_of_scope", "cancel_order")
    forth, back = explained(samples, *asked), true
    assert forth.output == pytest.approx(-back.output)
    alone = explained(samples, *asked, against=OWN_SCORE)
    assert (alone.against, alone.scale) == (None, "margin")
    assert_adds_up(alone)
    with pytest.raises(DiagnosticsError, match="No label 'cancel'. Did you mean: cancel_order"):
        explained(samples, *asked, label="cancel")
    with pytest.raises(DiagnosticsError, match="cannot be held against itself"):
        explained(samples, *asked, against="cancel_order")
    with pytest.raises(DiagnosticsError, match="no method 'guess'. Use one of auto, exact"):
        explained(samples, *asked, method="guess")


def test_of_two_labels_it_is_always_the_other(samples: diagnostics.Workspace) -> None:
    found = explained(samples, "tumours", "logistic", "tumour-040", against=OWN_SCORE)
    assert (found.label, found.against, found.scale) == ("benign", "malignant", "log-odds")
    assert_adds_up(found)
    raw = pd.read_parquet(samples.root / "tumours/logistic/inputs.parquet")
    assert {entry.feature for entry in found.contributions} == set(raw.columns)
    assert all(entry.value in raw[entry.feature].tolist() for entry in found.contributions)


@pytest.mark.parametrize(
    ("experiment", "run", "example", "method"),
    [
        ("helpdesk", "logistic-words-C10", "h2296", "exact"),
        ("tumours", "forest", "tumour-040", "shap"),
        ("tumours", "logistic", "tumour-040", "exact"),
    ],
)
def test_the_recorded_answer_is_read_once_and_handed_on(
    samples: diagnostics.Workspace,
    monkeypatch: pytest.MonkeyPatch,
    experiment: str,
    run: str,
    example: str,
    method: str,
) -> None:
    scanned: list[str] = []
    scan = stored_tables.scan

    def counted(run: diagnostics.Run) -> Any:
        scanned.append(run.run)
        return scan(run)

    monkeypatch.setattr(stored_tables, "scan", counted)
    assert explained(samples, experiment, run, example).method == method
    assert scanned == [run]


def test_pixels_are_named_by_where_they_are(samples: diagnostics.Workspace) -> None:
    found = explained(samples, "digits", "logistic", "digit-1551")
    assert found.picture == (8, 8)
    assert_adds_up(found)
    for entry in found.contributions:
        assert entry.place is not None
        row, column = divmod(entry.place, 8)
        assert entry.feature == f"row {row + 1}, column {column + 1}"


def test_a_model_that_is_not_linear_is_refused_by_name(samples: diagnostics.Workspace) -> None:
    with pytest.raises(NotLinear, match="KNeighborsClassifier is not linear"):
        explained(samples, "digits", "neighbours", "digit-1551", method="exact")
    with pytest.raises(DiagnosticsError, match="Ask for shap or lime"):
        explained(samples, "digits", "neighbours", "digit-1551")


@pytest.mark.parametrize("method", ["lime", "shap"])
def test_what_is_not_installed_is_named_with_what_installs_it(
    samples: diagnostics.Workspace, monkeypatch: pytest.MonkeyPatch, method: Any
) -> None:
    monkeypatch.setitem(sys.modules, method, None)
    assert not is_available(method)
    with pytest.raises(DiagnosticsError) as caught:
        explained(samples, "digits", "neighbours", "digit-1551", method=method)
    assert str(caught.value) == f"{method} is not installed. pip install {method}"


@pytest.mark.parametrize(
    ("method", "module"),
    [("auto", from_files), ("auto", shap_values), ("lime", stored_estimates)],
    ids=["what the run brought along", "trees", "estimates"],
)
def test_a_module_of_our_own_that_fails_is_an_error_and_not_one_that_is_not_installed(
    samples: diagnostics.Workspace,
    monkeypatch: pytest.MonkeyPatch,
    method: Any,
    module: ModuleType,
) -> None:
    monkeypatch.setitem(sys.modules, module.__name__, None)
    with pytest.raises(ImportError, match=module.__name__):
        explained(samples, "digits", "neighbours", "digit-1551", method=method)


def test_without_a_model_it_is_said_what_brings_one(samples: diagnostics.Workspace) -> None:
    with pytest.raises(NoModel, match="has no model. Record it with keep_model=True"):
        explained(samples, "helpdesk", "logistic-words-C1", "h2296")
    with pytest.raises(NoModel, match="kept no explanation of 'h2296'"):
        explained(samples, "helpdesk", "logistic-words-C1", "h2296", method="kept")
    with pytest.raises(DiagnosticsError, match="has no example 'nobody'"):
        explained(samples, "helpdesk", "logistic-words-C10", "nobody")


def test_a_true_label_that_the_model_never_saw_is_noted(tmp_path: Path) -> None:
    texts = ["red", "green", "blue", "red green"]
    model = make_pipeline(CountVectorizer(), LogisticRegression()).fit(texts, list("abca"))
    diagnostics.record(
        tmp_path / "run", model=model, X=texts, true_label=list("abcz"), content=texts,
        example=list("1234"), keep_model=True,
    )  # fmt: skip
    workspace = diagnostics.open_workspace(tmp_path)
    experiment = workspace.experiments[0]
    found = explain_example(experiment, experiment.runs[0], "4", root=workspace.root)
    assert found.notes == ("The model never saw the true label when it was fitted.",)
    assert found.against in ("b", "c")
