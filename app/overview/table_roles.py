"""What can be said of a prediction table's columns in plain words, and the section it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: What somebody said of one table: keys and values as `errata.toml` has them, without `file`.
Told = dict[str, Any]

#: The roles that are asked about first, in the words of somebody who never wrote Python.
ROLES = {
    "true_label": "The true label",
    "predicted_label": "The model's answer",
    "confidence": "How sure the model was",
    "probabilities": "A score for each label",
    "id": "What names the example",
    "text": "Its text",
}
#: Those that few tables have.
OTHERS = {
    "model": "What names the run (a run for each value)",
    "group": "Whose example it is (a patient, a user)",
    "fold": "Fold of a cross-validation",
    "split": "Train, validation or test",
    "weight": "How much a row counts",
    "image": "Its picture",
    "verdict": "What a reviewer said (accept, reject)",
}
#: Columns that are shown with the example and are nothing else.
SHOWN = "shown"


def chosen_columns(section: Mapping[str, Any], role: str) -> list[str]:
    """The columns that a section names for a role, or the pattern for them."""
    value = section.get(role, [])
    return [str(name) for name in value] if isinstance(value, list) else [str(value)]


def with_role(told: Told, plain: Mapping[str, Any], role: str, columns: list[str]) -> Told:
    """What is told after somebody gave a role to other columns, or to none.

    Parameters
    ----------
    told
        What was told before; not changed.
    plain
        What is recognised without a word: a role that comes back to that needs none.
    role, columns
        The role and the columns it is given to now; none for a role that no column has.

    Returns
    -------
    A column has one role: others that named it are recognised anew. One that loses its role to
    nothing is shown with the example.
    """
    before = {*chosen_columns(told, role), *chosen_columns(plain, role)} - {*columns}
    own = [
        name for name in chosen_columns(told, SHOWN) if name not in columns and name not in before
    ]
    shown = own if columns else [*own, *sorted(before)]
    roles = {
        key: value
        for key, value in told.items()
        if key not in (role, SHOWN) and not {*columns} & {*chosen_columns(told, key)}
    }
    if role in ("confidence", "true_label"):
        roles.pop("positive_label", None)
    if columns and columns != chosen_columns(plain, role):
        is_one = len(columns) == 1 and role != SHOWN
        roles[role] = columns[0] if is_one else columns
    if shown:
        roles[SHOWN] = shown
    return roles
