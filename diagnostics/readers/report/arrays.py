"""Confusion matrices in numpy's files, opened without pickles."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from diagnostics.readers.report.confusion import Matrix, is_named_confusion, square_matrix

SUFFIXES = (".npy", ".npz")
_LABELS = ("labels", "classes", "class_names", "target_names", "label_names")


def is_confusion_array(path: Path, head: bytes) -> bool:
    """Whether an array is called a confusion matrix: the file, or one in an archive of several."""
    if head.startswith(b"\x93NUMPY"):
        return is_named_confusion(path.name)
    if not head.startswith(b"PK"):
        return is_named_confusion(path.name) and path.suffix.lower() in SUFFIXES
    try:
        with zipfile.ZipFile(path) as archive:
            return any(is_named_confusion(name) for name in archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return is_named_confusion(path.name)


def matrix_in_array(path: Path) -> Matrix:
    """The matrix in a .npy or .npz file.

    Raises
    ------
    ValueError, OSError
        If it is none, says why.
    """
    with path.open("rb") as file:
        if not file.read(6).startswith((b"\x93NUMPY", b"PK")):
            raise ValueError("it is no file of numpy's, or was cut off")
    try:
        content = np.load(path, allow_pickle=False)
        if isinstance(content, np.ndarray):
            return _matrix(content, None)
        with content:
            names = [name for name in content.files if is_named_confusion(name)]
            names = names or [name for name in content.files if content[name].ndim == 2]
            if len(names) != 1:
                raise ValueError(f"it has {len(names)} arrays that may be the matrix")
            labels = next((content[key] for key in _LABELS if key in content.files), None)
            return _matrix(content[names[0]], labels)
    except (EOFError, zipfile.BadZipFile) as error:
        raise ValueError("it was cut off") from error
    except ValueError as error:
        if "allow_pickle" in str(error):
            raise ValueError("it holds Python objects, which are never opened") from error
        raise


def _matrix(values: np.ndarray, labels: Any) -> Matrix:
    if values.ndim != 2 or values.shape[0] != values.shape[1]:
        shape = " x ".join(map(str, values.shape)) or "single number"
        raise ValueError(f"a confusion matrix is a square of numbers, and this array is {shape}")
    if values.dtype.kind not in "iufb":
        raise ValueError(f"it holds {values.dtype} and no numbers")
    names = None
    if labels is not None and labels.ndim == 1 and len(labels) == len(values):
        names = [str(label) for label in labels.tolist()]
    matrix = square_matrix(values, names)
    if matrix is None:
        raise ValueError("it has fewer than two classes, or numbers below 0 or not finite")
    return matrix
