"""A run's models are found for its examples and asked about the rows they answered."""

from __future__ import annotations

from shutil import copytree

import polars as pl
import pytest

import diagnostics
from diagnostics.models.run_models import NoModel, model_for, models_by_fold, rows_for
from tests.places import SAMPLES


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> diagnostics.Workspace:
    root = tmp_path_factory.mktemp("samples")
    for name in ("helpdesk", "tumours", "digits"):
        copytree(SAMPLES / name, root / name)
    return diagnostics.open_workspace(root)


@pytest.mark.parametrize(
    ("experiment", "run"),
    [("helpdesk", "logistic-words-C10"), ("tumours", "forest"), ("tumours", "logistic"),
     ("digits", "neighbours"), ("digits", "support-vectors")],
)  # fmt: skip
def test_a_model_gives_its_answers_again(
    samples: diagnostics.Workspace, experiment: str, run: str
) -> None:
    found = samples.experiment(experiment)
    rows = found.predictions(run).sort("example").collect().gather_every(37)
    of_run = found.run(run)
    asked = rows_for(found, of_run, samples.root, rows["example"].to_list())
    for at, (example, answer) in enumerate(rows.select("example", "predicted_label").rows()):
        model = model_for(of_run, samples.root, example)
        row = asked.iloc[[at]] if hasattr(asked, "iloc") else asked[at : at + 1]
        assert model.answers(row) == [answer]


def test_a_cross_validated_run_has_a_model_for_each_fold(samples: diagnostics.Workspace) -> None:
    run = samples.experiment("helpdesk").run("logistic-words-C10")
    models = models_by_fold(run, samples.root)
    assert list(models) == [0, 1, 2, 3, 4]
    folds = samples.experiment("helpdesk").predictions(run.run).select("example", "fold").collect()
    example, fold = folds.filter(pl.col("fold") == 3).row(0)
    assert model_for(run, samples.root, example) is models[fold]


def test_what_is_missing_is_said_with_what_brings_it(samples: diagnostics.Workspace) -> None:
    helpdesk = samples.experiment("helpdesk")
    with pytest.raises(NoModel, match="has no model. Record it with keep_model=True"):
        model_for(helpdesk.run("logistic-words-C1"), samples.root)
    run = helpdesk.run("logistic-words-C10")
    with pytest.raises(NoModel, match="is the one that answered 'nobody'"):
        model_for(run, samples.root, "nobody")
    with pytest.raises(diagnostics.DiagnosticsError, match="no text of the example 'nobody'"):
        rows_for(helpdesk, run, samples.root, ["nobody"])
