"""A run is found by its name, wherever it was evaluated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from diagnostics import DiagnosticsError, Evidence, Experiment, Run, Workspace

RUN = Run("one", "rasa", "one", "classification", Evidence.SCORES, siblings="one")
ENTITIES = Experiment("entities", "entities", (replace(RUN, task="entities", examples=500),))
FEW = Experiment("intents", "classification", (replace(RUN, examples=5),))
MORE = Experiment("responses", "classification", (replace(RUN, examples=9),))


def workspace_of(*experiments: Experiment) -> Workspace:
    return Workspace(Path(), experiments)


def test_a_run_is_at_home_in_its_classification_of_most_examples() -> None:
    assert workspace_of(ENTITIES, FEW).find("one")[0] is FEW
    assert workspace_of(ENTITIES, FEW, MORE).find("one")[0] is MORE
    assert workspace_of(ENTITIES, FEW).find("one", "entities")[0] is ENTITIES


def test_candidates_that_share_a_name_are_told_apart_by_their_experiment() -> None:
    other = replace(MORE, runs=(replace(RUN, siblings="another one"),))
    with pytest.raises(DiagnosticsError, match="in several experiments: 'intents', 'responses'"):
        workspace_of(FEW, other).find("one")
