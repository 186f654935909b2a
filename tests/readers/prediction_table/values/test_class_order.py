from __future__ import annotations

import numpy as np
import polars as pl

from diagnostics.readers.prediction_table.values.class_order import class_labels


def test_scores_without_names_follow_the_predictions_when_sorted_order_does_not() -> None:
    scores = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]])
    order, note = class_labels(None, scores, ["ant", "bee"], pl.Series(["bee", "ant", "bee"]))
    assert order == ["bee", "ant"]
    assert note == (
        "The scores carry no labels; each got the label that is predicted where it is largest."
    )


def test_lists_of_numbered_labels_are_counted_from_0_or_1() -> None:
    scores = np.full((2, 3), 1 / 3)
    assert class_labels(None, scores, ["0", "2"], None)[0] == ["0", "1", "2"]
    assert class_labels(None, scores, ["1", "3"], None)[0] == ["1", "2", "3"]
