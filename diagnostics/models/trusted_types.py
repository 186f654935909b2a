"""Types of scikit-learn that a skops file may hold besides those that skops itself trusts.

Some are plain Python objects that nothing but their attributes makes. Trees and sparse matrices are
gone through by compiled code: a file cannot make them run its own, but one whose nodes or indices
point outside would make scikit-learn read memory that is not theirs. So they are trusted only
after every one of those was looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from types import BuiltinMethodType, MethodType, ModuleType
from typing import Any

import numpy as np

#: Objects of attributes alone; kinds of numbers; and what ranks features when a model is fitted,
#: which nothing calls afterwards.
PLAIN = frozenset(
    {
        "numpy.dtype",
        "sklearn.utils._bunch.Bunch",
        *(
            f"sklearn.feature_selection._univariate_selection.{name}"
            for name in ("chi2", "f_classif", "f_oneway", "f_regression", "r_regression")
        ),
        "sklearn.feature_selection._mutual_info.mutual_info_classif",
        # Histogram boosting's first look at columns that are no categories. What it calls has to be
        # trusted by itself, and a step with a function and its settings is trusted by skops anyway.
        "functools.partial",
        "sklearn.utils.validation.check_array",
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
        "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
        *(
            f"sklearn.gaussian_process.kernels.{name}"
            for name in (
                *("CompoundKernel", "ConstantKernel", "DotProduct", "ExpSineSquared"),
                *("Exponentiation", "Hyperparameter", "Matern", "PairwiseKernel", "Product"),
                *("RBF", "RationalQuadratic", "Sum", "WhiteKernel"),
            )
        ),
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
    }
)
TREE = "sklearn.tree._tree.Tree"
PREDICTOR = "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"
SPARSE = frozenset(
    f"scipy.sparse._{form}.{form}_{kind}" for form in ("csr", "csc") for kind in ("array", "matrix")
)
TRUSTED = PLAIN | SPARSE | {TREE, PREDICTOR}


def broken_part(model: Any) -> str:
    """What is wrong with a tree or matrix inside a model that was loaded, "" if nothing is.

    Parameters
    ----------
    model
        Any object; what it holds is gone through.
    """
    for part in _held(model, set()):
        kind = f"{type(part).__module__}.{type(part).__qualname__}"
        if kind == TREE and not _is_sound_tree(part):
            return "a decision tree whose nodes point outside of it"
        if kind == PREDICTOR and not _is_sound_predictor(part):
            return "a boosted tree whose nodes point outside of it"
        if kind in SPARSE and not _is_sound_matrix(part):
            return "a sparse matrix whose indices point outside of it"
        if _asks_for_more(part):
            return "a tree that asks for more features than the model has"
    return ""


def _held(value: Any, seen: set[int]) -> Iterator[Any]:
    """The object and everything that it holds, each once."""
    stack = [value]
    while stack:
        part = stack.pop()
        if id(part) in seen or isinstance(part, str | bytes | int | float | None):
            continue
        seen.add(id(part))
        yield part
        if isinstance(part, Mapping):
            stack += [*part.keys(), *part.values()]
        elif isinstance(part, list | tuple | set | frozenset):
            stack += part
        elif isinstance(part, np.ndarray):
            stack += part.ravel().tolist() if part.dtype == object else []
        elif isinstance(part, partial):
            stack += [part.func, *part.args, *part.keywords.values()]
        elif isinstance(part, MethodType | BuiltinMethodType):
            stack += [] if isinstance(part.__self__, ModuleType) else [part.__self__]
        else:
            stack += vars(part).values() if hasattr(part, "__dict__") else []


def _is_sound_tree(tree: Any) -> bool:
    """Whether every node's children come after it and within the tree, as they are grown."""
    n = tree.node_count
    left, right, feature = tree.children_left, tree.children_right, tree.feature
    if n < 1 or len({len(left), len(right), len(feature), len(tree.value), n}) > 1:
        return False
    is_split = left != -1
    own = np.arange(n)
    return bool(
        (is_split == (right != -1)).all()
        and all(((child > own) & (child < n))[is_split].all() for child in (left, right))
        and ((feature >= 0) & (feature < tree.n_features))[is_split].all()
    )


def _is_sound_matrix(matrix: Any) -> bool:
    try:
        matrix.check_format(full_check=True)
    except (ValueError, TypeError, IndexError):
        return False
    return True


def _asks_for_more(model: Any) -> bool:
    """Whether a model's trees look at features beyond those that its rows have."""
    own = vars(model) if hasattr(model, "__dict__") else {}
    n = own.get("n_features_in_")
    if "tree_" in own:
        return bool(own["tree_"].n_features != n)
    trees = [tree for trees in own.get("_predictors", []) for tree in trees]
    return any(n is None or (tree.nodes["feature_idx"] >= n).any() for tree in trees)


def _is_sound_predictor(predictor: Any) -> bool:
    nodes = predictor.nodes
    own, n = np.arange(len(nodes)), len(nodes)
    is_split = nodes["is_leaf"] == 0
    inside = all(((nodes[c] > own) & (nodes[c] < n))[is_split].all() for c in ("left", "right"))
    bitsets = len(predictor.raw_left_cat_bitsets)
    categorical = is_split & (nodes["is_categorical"] != 0)
    return bool(n and inside and (nodes["bitset_idx"][categorical] < bitsets).all())
