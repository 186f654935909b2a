"""Inputs that were edited: rows of them, and why they are answered as they are."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

import diagnostics
from diagnostics import record
from diagnostics.models.evaluated_inputs import evaluated_inputs
from diagnostics.models.whatif.asker import Asker
from diagnostics.models.whatif.counterfactual import without_words
from diagnostics.models.whatif.edited_input import (
    EditedInput,
    Start,
    asker_for,
    edited_question,
    edited_row,
    explain_edited,
    picture_of,
    start_from,
    text_of,
    texts_in,
)
from diagnostics.models.whatif.perturbations import changes_for
from diagnostics.models.whatif.robustness import robustness
from diagnostics.models.whatif.typed_variants import perturbed_answers
from diagnostics.models.whatif.typos import typos
from tests.made import askers

IDS = [f"t{at}" for at in range(len(askers.TEXTS))]
#: Texts beside a town and a number.
MIXED = pd.DataFrame(
    {
        "text": askers.TEXTS,
        "town": pd.Categorical(["Bern", "Chur"] * 6),
        "age": np.arange(12.0) % 4,
    }
)


def mixed_model(estimator: Any) -> Any:
    parts = [
        ("words", CountVectorizer(), "text"),
        ("town", OneHotEncoder(handle_unknown="ignore"), ["town"]),
        ("age", "passthrough", ["age"]),
    ]
    return make_pipeline(ColumnTransformer(parts), estimator).fit(MIXED, askers.LABELS)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> diagnostics.Workspace:
    root = tmp_path_factory.mktemp("edited")
    estimators = {
        "forest": RandomForestClassifier(15, random_state=0),
        "linear": LogisticRegression(),
        "near": KNeighborsClassifier(3),
    }
    for name, estimator in estimators.items():
        record(
            root / "mixed" / name, model=mixed_model(estimator), X=MIXED, example=IDS,
            true_label=askers.LABELS, keep_model=True,
        )  # fmt: skip
    return diagnostics.open_workspace(root)


def asked(
    workspace: diagnostics.Workspace, run: str, **values: str
) -> tuple[Asker, Any, Start, EditedInput]:
    experiment, found = workspace.find(run)
    edited = EditedInput("fields", "t0", values=tuple(values.items()))
    start = start_from(experiment, found, workspace.root, "t0")
    row = edited_row(
        experiment, found, workspace.root, edited, names=start.names, column=start.column
    )
    return asker_for(found, workspace.root, edited), row, start, edited


def question(workspace: diagnostics.Workspace, run: str, **values: str) -> Any:
    experiment, found = workspace.find(run)
    asker, row, _, edited = asked(workspace, run, **values)
    return edited_question(experiment, found, workspace.root, edited, asker, row)


def test_the_form_has_the_text_and_the_lists_of_its_columns(
    workspace: diagnostics.Workspace,
) -> None:
    *_, start, edited = asked(workspace, "linear", text="other")
    assert (start.column, start.text) == ("text", askers.TEXTS[0])
    assert text_of(edited, start) == "other"
    assert start.unseen([("town", "Genf"), ("town", "Chur"), ("town", ""), ("age", "x")]) == [
        ("town", "Genf", ("Bern", "Chur"))
    ]


def test_an_edited_tree_is_taken_apart_to_its_own_probabilities(
    workspace: diagnostics.Workspace,
) -> None:
    found = question(workspace, "forest", text="refund my money", age="3", town="Genf")
    shown = explain_edited(found)
    assert shown is not None
    share = found.model.probabilities(found.row)[0]
    places = [found.model.labels.index(name) for name in (found.label, str(found.against))]
    assert found.label == "refund"
    assert shown.output == pytest.approx(share[places[0]] - share[places[1]], abs=1e-9)
    assert found.text == "refund my money"


def test_trees_whose_sum_misses_are_not_asked_unasked(
    workspace: diagnostics.Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def far_off(trees: Any, seen: Any) -> Any:
        return np.full(len(trees.classes_), 1e12), np.eye(seen.shape[1], len(trees.classes_))

    monkeypatch.setattr("diagnostics.models.explanation.tree_shap._shapley", far_off)
    assert explain_edited(question(workspace, "forest", text="refund")) is None


def test_linear_models_are_exact_and_others_are_not_taken_apart(
    workspace: diagnostics.Workspace,
) -> None:
    exact = explain_edited(question(workspace, "linear", text="refund"))
    assert exact is not None
    assert exact.exact
    assert explain_edited(question(workspace, "near", text="refund")) is None


def test_what_is_not_trusted_is_explained_only_on_request(
    workspace: diagnostics.Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment, run = workspace.find("linear")
    asker, row, _, edited = asked(workspace, "linear")
    given = (experiment, run, workspace.root, edited, asker, row)
    seen = []

    def opened(*_: Any, trust_pickles: bool, **__: Any) -> Any:
        seen.append(trust_pickles)
        return asker.models[0]

    monkeypatch.setattr("diagnostics.models.explanation.question.model_for", opened)
    edited_question(*given, trust_pickles=True)
    edited_question(*given)
    assert seen == [True, False]


def test_words_of_a_text_beside_columns_are_left_out_in_their_row(
    workspace: diagnostics.Workspace,
) -> None:
    asker, row, start, _ = asked(workspace, "linear", text="where is my parcel money")
    made = texts_in(row, start.column)
    found = without_words(asker, "where is my parcel money", make_rows=made)
    assert found.changes
    for change in found.changes:
        assert change.text is not None
        one = row.assign(text=[change.text])
        assert asker.models[0].answers(one) == [change.label] != [found.label]


def test_a_text_beside_columns_is_mistyped_in_its_row(workspace: diagnostics.Workspace) -> None:
    asker, row, start, _ = asked(workspace, "linear")
    found = perturbed_answers(
        asker, start.text, [typos(0.3)], draws=20, make_rows=texts_in(row, start.column)
    )
    for text, label in zip(found["text"], found["label"], strict=True):
        assert asker.models[0].answers(row.assign(text=[text])) == [label]
    assert found["text"].nunique() > 5


def test_texts_and_numbers_of_a_frame_are_both_changed(workspace: diagnostics.Workspace) -> None:
    experiment, run = workspace.find("linear")
    evaluated = evaluated_inputs(experiment, run, workspace.root)
    changes = changes_for(evaluated, rate=0.3)
    assert {"typos", "upper case", "noise 25%"} <= {change.name for change in changes}
    found = robustness(evaluated, changes, seed=2)
    typed = found.flips[found.flips["change"] == "typos"]
    assert len(typed)
    for flip in typed.itertuples():
        row = MIXED.iloc[[IDS.index(flip.example)]].assign(text=[flip.input])
        assert evaluated.parts[0].model.answers(row) == [flip.after] != [flip.before]
    numbers = found.flips[found.flips["change"].str.startswith("noise")]
    assert numbers["input"].isna().all()


@pytest.mark.parametrize("is_negative", [False, True])
def test_an_edited_picture_is_as_bright_as_the_example_shows_it(*, is_negative: bool) -> None:
    pixels = np.linspace(0, 16, 12)
    start = Start("picture", values=tuple(pixels), picture=(3, 4))
    shown = 255 - pixels * 15 if is_negative else pixels * 15
    made = picture_of(pixels[None, :], start, shown=png(shown.reshape(3, 4)))
    assert made is not None
    grey = np.asarray(Image.open(BytesIO(made)), float).ravel()
    assert (np.diff(grey) < 0).all() if is_negative else (np.diff(grey) > 0).all()


def test_what_shows_no_picture_exchanges_nothing() -> None:
    start = Start("picture", values=(0.0, 1.0), picture=(1, 2))
    made = picture_of(np.array([[0.0, 1.0]]), start, shown=b"no picture")
    assert made == picture_of(np.array([[0.0, 1.0]]), start)


def png(grey: Any) -> bytes:
    buffer = BytesIO()
    Image.fromarray(np.asarray(grey).astype(np.uint8)).save(buffer, "png")
    return buffer.getvalue()
