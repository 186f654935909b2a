"""Importances that other tools wrote: tables and dictionaries, told by what is in them.

Read are csv, tsv and JSON: a feature beside one figure or several (scikit-learn's permutation
importance, pandas' `to_csv` of a series, LightGBM's and CatBoost's tables, long tables by label or
method), XGBoost's `get_score` and MLflow's `feature_importance_*.json` (feature to figure), and the
list at the end of LightGBM's own text files. docs/formats/importances.md describes each.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from diagnostics.errors import DiagnosticsError
from diagnostics.workspace.tables import IMPORTANCES, empty

#: What a column, or a key, is called by one tool or another; small letters, blanks as underscores.
FEATURE = (
    *("feature", "features", "feature_name", "feature_names", "feature_id", "name", "names"),
    *("variable", "column", "term", "token", "word", "predictor", "", "unnamed:_0", "index"),
)
MEAN = (
    *(
        "mean",
        "importance",
        "importances",
        "importances_mean",
        "importance_mean",
        "mean_importance",
    ),
    *("feature_importance", "feature_importances", "permutation_importance", "value", "score"),
    *("mean_abs_shap", "mean(|shap|)", "shap_importance", "overall", "0"),
)
STD = (
    "std",
    "importances_std",
    "importance_std",
    "std_importance",
    "stddev",
    "sd",
    "standard_error",
)
LABEL = ("label", "class", "class_name", "target", "category")
METHOD = ("method", "importance_type", "kind", "type")
#: Columns that are a figure and the name of their method.
METHODS = {
    "gain": "gain", "total_gain": "total gain", "weight": "weight", "split": "split",
    "splits": "split", "cover": "cover", "total_cover": "total cover", "frequency": "frequency",
    "coefficient": "coefficients", "coef": "coefficients", "coefficients": "coefficients",
    "impurity": "impurity", "gini": "impurity", "permutation": "permutation",
    "predictionvalueschange": "PredictionValuesChange", "lossfunctionchange": "LossFunctionChange",
}  # fmt: skip
#: Files larger than this are none of ours.
LARGEST = 32 * 2**20
DECIMAL_COMMA = re.compile(r"^(-?\d+),(\d+(?:[eE][-+]?\d+)?)$")
SUFFIXES = (".csv", ".tsv", ".json", ".txt")


class NoImportances(DiagnosticsError):  # noqa: N818 - says what the file is not
    """The file holds no importances in a form that is read."""


def read_importances(path: Path) -> pl.DataFrame:
    """The importances in a file.

    Returns
    -------
    The columns of `diagnostics.workspace.tables.IMPORTANCES`: `feature`, `label` (None for all),
    `method`, `mean`, `std` (None where unknown). Rows of one feature, label and method are
    averaged, with their standard deviation (n - 1): those of folds or repeats.

    Raises
    ------
    NoImportances
        If it cannot be read, or holds something else.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise NoImportances(f"{path.name} is larger than lists of importances are.")
        text = path.read_text(encoding="utf-8-sig")
        rows = list(_rows(path.suffix.lower(), text))
    except (OSError, UnicodeDecodeError, ValueError, csv.Error, RecursionError) as error:
        said = " ".join(str(error).split())[:200]
        raise NoImportances(f"{path.name} cannot be read: {said}") from error
    if not rows:
        raise NoImportances(
            f"{path.name} holds no features with figures.",
            hint="Name the columns feature and mean; std, label and method may follow.",
        )
    method = _method_of(path.stem)
    return _averaged([(*row[:2], row[2] or method, *row[3:]) for row in rows])


Row = tuple[str, str | None, str, float, float | None]


def _method_of(stem: str) -> str:
    """MLflow and others name the kind of importance in the file's name."""
    words = stem.lower().replace("-", "_").split("_")
    return next((METHODS[word] for word in reversed(words) if word in METHODS), "importance")


def _rows(suffix: str, text: str) -> Iterable[Row]:
    if suffix == ".json":
        return _of_json(json.loads(text))
    if suffix == ".txt" and "feature_importances:" in text:
        return _of_lightgbm(text)
    return _of_table(text)


def _of_lightgbm(text: str) -> Iterable[Row]:
    lines = text.split("feature_importances:", 1)[1].strip().splitlines()
    for line in lines:
        name, _, figure = line.partition("=")
        if _number(figure) is None:
            return
        yield name.strip(), None, "split", float(figure), None


def _of_table(text: str) -> Iterable[Row]:
    first = text.split("\n", 1)[0]
    separator = next((mark for mark in ("\t", ";") if mark in first), ",")
    lines = [line for line in csv.reader(io.StringIO(text), delimiter=separator) if line]
    if len(lines) < 2:
        return []
    if separator == ";":  # where spreadsheets write 0,3 for 0.3
        lines = [[DECIMAL_COMMA.sub(r"\1.\2", cell) for cell in line] for line in lines]
    if any(_number(cell) is not None for cell in lines[0][:2]) and _is_pairs(lines):
        return _of_pairs(lines)
    header = lines[0]
    return _of_columns({name: [line[at] if at < len(line) else "" for line in lines[1:]]
                        for at, name in enumerate(header)})  # fmt: skip


def _is_pairs(lines: Sequence[Sequence[str]]) -> bool:
    """A figure beside a name in every line and no header: CatBoost's file of strengths."""
    return all(
        len(line) == 2 and sum(_number(cell) is not None for cell in line) >= 1 for line in lines
    ) and not _is_series(lines[0])


def _is_series(header: Sequence[str]) -> bool:
    """The header that pandas writes for a series without a name."""
    return list(header) == ["", "0"]


def _of_pairs(lines: Sequence[Sequence[str]]) -> Iterable[Row]:
    for first, second in lines:
        name, figure = (second, first) if _number(first) is not None else (first, second)
        yield name, None, "", float(figure), None


def _of_json(content: Any) -> Iterable[Row]:
    if isinstance(content, list):
        records = [entry for entry in content if isinstance(entry, dict)]
        if records and len(records) == len(content):
            names = list(dict.fromkeys(key for entry in records for key in entry))
            return _of_columns({n: [entry.get(n) for entry in records] for n in names})
        pairs = [entry for entry in content if isinstance(entry, list) and len(entry) == 2]
        if pairs and len(pairs) == len(content):
            return _of_pairs([[str(cell) for cell in pair] for pair in pairs])
        return []
    if not isinstance(content, dict):
        return []
    if _figures_by_name(content):
        return [(str(k), None, "", float(v), None) for k, v in content.items()]
    if all(isinstance(value, dict) for value in content.values()):
        return _of_nested(content)
    inner = content.get("feature_importances")
    if isinstance(inner, dict):  # LightGBM's dump_model
        return _of_json(inner)
    lists = {key: value for key, value in content.items() if isinstance(value, list)}
    return _of_columns(lists)


def _of_nested(content: Mapping[str, Any]) -> Iterable[Row]:
    """Method, label or pandas' column to features, or feature to several figures."""
    columns = {_plain(key) for key in content}
    if columns & set(FEATURE[:-3]) and columns & {*MEAN, *METHODS}:  # pandas' to_json
        order = next(iter(content.values()))
        yield from _of_columns({k: [v.get(row) for row in order] for k, v in content.items()})
        return
    for key, inner in content.items():
        if _plain(key) in METHODS and _figures_by_name(inner):
            for name, value in inner.items():
                yield str(name), None, METHODS[_plain(key)], float(value), None
        elif {_plain(name) for name in inner} & {*MEAN, *METHODS}:
            yield from _of_columns({"feature": [key], **{n: [v] for n, v in inner.items()}})
        elif _figures_by_name(inner):
            for name, value in inner.items():
                yield str(name), str(key), "", float(value), None


def _figures_by_name(content: Any) -> bool:
    return (
        isinstance(content, dict)
        and bool(content)
        and all(isinstance(v, int | float) and not isinstance(v, bool) for v in content.values())
    )


def _of_columns(columns: Mapping[str, Sequence[Any]]) -> Iterable[Row]:
    named = {_plain(name): values for name, values in columns.items()}
    feature = next((named[name] for name in FEATURE if name in named), None)
    if feature is None:
        return
    labels = next((named[name] for name in LABEL if name in named), [None] * len(feature))
    methods = next((named[name] for name in METHOD if name in named), [""] * len(feature))
    spread = next((named[name] for name in STD if name in named), [None] * len(feature))
    figures = [(METHODS[name], named[name]) for name in named if name in METHODS]
    # scikit-learn's own `importances` are lists of repeats beside their mean.
    usual = next(
        (named[name] for name in MEAN if name in named and _has_figures(named[name])), None
    )
    if usual is not None:
        figures.insert(0, ("", usual))
    for method, values in figures:
        for at, name in enumerate(feature):
            value = _number(values[at]) if at < len(values) else None
            if value is None or name in (None, ""):
                continue
            label = labels[at]
            own = str(methods[at] or "") if method == "" else method
            std = _number(spread[at]) if method in ("", figures[0][0]) else None
            yield str(name), None if label in (None, "") else str(label), own, value, std


def _has_figures(values: Sequence[Any]) -> bool:
    return any(_number(value) is not None for value in values)


def _plain(name: Any) -> str:
    return str(name).strip().lower().replace(" ", "_")


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _averaged(rows: Sequence[Row]) -> pl.DataFrame:
    if not rows:
        return empty(IMPORTANCES)
    frame = pl.DataFrame(
        rows,
        schema={"feature": pl.String, "label": pl.String, "method": pl.String,
                "mean": pl.Float64, "std": pl.Float64},
        orient="row",
    )  # fmt: skip
    keys = ["feature", "label", "method"]
    found = frame.group_by(keys, maintain_order=True).agg(
        pl.col("mean").mean(),
        pl.when(pl.len() > 1).then(pl.col("mean").std()).otherwise(pl.col("std").first())
        .alias("std"),
    )  # fmt: skip
    return found.select(list(IMPORTANCES))
