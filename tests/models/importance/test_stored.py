"""What models were asked is kept on disk, under all that it depends on."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.naive_bayes import GaussianNB

from diagnostics import open_workspace, record
from diagnostics.models.evaluated_inputs import evaluated_inputs
from diagnostics.models.importance.on_request import asked_again
from diagnostics.models.importance.shapley.sampled_shapley import sampled_contributions
from diagnostics.models.importance.stored import importance_key, store_result, stored_result

ROWS = pd.DataFrame(np.random.default_rng(0).random((40, 3)), columns=["age", "a.b", "height"])
TRUTH = np.where(ROWS["age"] > 0.5, "old", "new")


def opened(folder: Path, truth: Any = TRUTH) -> Any:
    model = GaussianNB().fit(ROWS, TRUTH)
    record(folder / "bayes", model=model, X=ROWS, true_label=truth, keep_model=True,
           overwrite=True)  # fmt: skip
    return found(folder)


def found(folder: Path) -> Any:
    workspace = open_workspace(folder)
    home, run = workspace.find("bayes", None)
    return home, run, workspace.root


def same(one: Any, other: Any) -> bool:
    if hasattr(one, "__dataclass_fields__"):
        return all(same(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    if isinstance(one, np.ndarray):
        return bool(one.dtype == other.dtype and np.array_equal(one, other, equal_nan=True))
    return bool(one == other and type(one) is type(other))


def test_what_was_asked_comes_back_as_it_was(tmp_path: Path) -> None:
    home, run, root = opened(tmp_path)
    evaluated = evaluated_inputs(home, run, root)
    for found in (asked_again(evaluated), sampled_contributions(evaluated)):
        assert stored_result(root, "key") is None
        store_result(root, "key", found)
        assert same(stored_result(root, "key"), found)
        next(root.rglob("importance-key.npz")).unlink()


def test_other_answers_or_settings_are_another_question(tmp_path: Path) -> None:
    home, run, root = opened(tmp_path / "one")
    first = importance_key(home, run, root, method="permutation", metric="accuracy")
    again = importance_key(*found(tmp_path / "one"), method="permutation", metric="accuracy")
    other = importance_key(home, run, root, method="permutation", metric="log loss")
    home, run, root = opened(tmp_path / "two", TRUTH[::-1])
    truth = importance_key(home, run, root, method="permutation", metric="accuracy")
    assert first == again
    assert len({first, other, truth}) == 3


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"no archive at all"])
def test_a_broken_archive_is_none(tmp_path: Path, content: bytes) -> None:
    _, _, root = opened(tmp_path)
    store_result(root, "key", asked_again(evaluated_inputs(*opened(tmp_path))))
    next(root.rglob("importance-key.npz")).write_bytes(content)
    assert stored_result(root, "key") is None
