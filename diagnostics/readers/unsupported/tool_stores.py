"""Folders that a tool keeps its runs in, told by their layout and the beginnings of files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from diagnostics.readers import Folder
from diagnostics.readers.unread_formats import (
    MOST,
    UnreadFormat,
    counted,
    descendants,
    file_names,
    group,
    head_of,
    subfolders,
)
from diagnostics.readers.unsupported.databases import is_mlflow_database

_RUN_ID = re.compile(r"[0-9a-f]{32}")
_VERSION = re.compile(r"version_\d+")
_WANDB_RUN = re.compile(r"(offline-)?run-\d{8}_\d{6}-\w+")
_CHECKPOINT = re.compile(r"checkpoint-\d+")
_TRIAL = re.compile(r"trial_\w+")


def mlflow_files(folder: Folder) -> Iterator[UnreadFormat]:
    """An MLflow file store, one experiment or run of it, or the files of an MLflow database."""
    if "meta.yaml" in folder.names:
        head = folder.head("meta.yaml")
        if b"artifact_location:" in head and b"experiment_id:" in head:
            n = len(_mlflow_runs(folder.path))
            yield UnreadFormat(folder.relative, f"An MLflow experiment with {counted(n, 'run')}.")
        # MLflow wrote run_uuid through 2.x, and writes run_id alone since 3.
        elif b"artifact_uri:" in head and (b"run_id:" in head or b"run_uuid:" in head):
            yield UnreadFormat(folder.relative, "An MLflow run.")
        return
    experiments = [path for path in _children(folder) if _is_mlflow_experiment(path / "meta.yaml")]
    if experiments:
        n = sum(len(_mlflow_runs(path)) for path in islice(experiments, MOST))
        what = f"{counted(len(experiments), 'experiment')} and {counted(n, 'run')}"
        yield UnreadFormat(folder.relative, f"An MLflow file store with {what}.")
    elif folder.path.name == "mlruns":
        yield from _mlflow_artifacts(folder)


def _mlflow_artifacts(folder: Folder) -> Iterator[UnreadFormat]:
    """The files of an MLflow database; beside the database they are no store of their own."""
    runs = [
        run for path in _children(folder) for run in subfolders(path) if _RUN_ID.fullmatch(run.name)
    ]
    if not runs:
        return
    beside = file_names(folder.path.parent) if folder.relative != "." else []
    base = next((name for name in beside if is_mlflow_database(folder.path.parent / name)), None)
    what = f"Files of {counted(len(runs), 'run')} of an MLflow database that is not beside them."
    yield UnreadFormat(folder.relative, what, is_spoken_for=base is not None)


def _is_mlflow_experiment(meta: Path) -> bool:
    try:
        with meta.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return False
    return b"artifact_location:" in head and b"experiment_id:" in head


def _mlflow_runs(experiment: Path) -> list[Path]:
    # Beside the runs lie models, datasets and traces, which are none.
    return [path for path in subfolders(experiment) if _RUN_ID.fullmatch(path.name)]


def ray_tune(folder: Folder) -> Iterator[UnreadFormat]:
    """An experiment of Ray Tune."""
    states = [n for n in folder.names if n.startswith("experiment_state-") and n.endswith(".json")]
    is_state = any(
        b'"trial_data"' in folder.head(n) or b'"checkpoints"' in folder.head(n) for n in states
    )
    if is_state:
        # Not by progress.csv: a trial that failed has none.
        n = sum("params.json" in file_names(path) for path in islice(_children(folder), 1_000))
        yield UnreadFormat(folder.relative, f"A Ray Tune experiment with {counted(n, 'trial')}.")
    elif "params.json" in folder.names and b'"training_iteration"' in head_of(
        folder, "result.json"
    ):
        yield UnreadFormat(folder.relative, "A trial of Ray Tune.")


def lightning(folder: Folder) -> Iterator[UnreadFormat]:
    """The logs of PyTorch Lightning: `lightning_logs`, or version folders under another name."""
    if folder.path.name == "lightning_logs":
        n = sum(1 for _ in islice(descendants(folder.path, _VERSION, depth=3), MOST))
        if n:
            yield UnreadFormat(folder.relative, _lightning_logs(n))
    elif _VERSION.fullmatch(folder.path.name) and _is_lightning_version(folder.path):
        yield group(folder, _is_lightning_version, _lightning_logs)


def _lightning_logs(versions: int) -> str:
    return f"Logs of PyTorch Lightning with {counted(versions, 'version')}."


def _is_lightning_version(path: Path) -> bool:
    names = file_names(path)
    # The default logger writes event files and no metrics.csv.
    return "hparams.yaml" in names and ("metrics.csv" in names or any(map(_is_event_file, names)))


def wandb(folder: Folder) -> Iterator[UnreadFormat]:
    """The folder that Weights & Biases keeps its runs in, or one run of it."""
    runs = [path for path in _children(folder) if _is_wandb_run(path)]
    if folder.path.name == "wandb" and runs:
        yield UnreadFormat(folder.relative, _wandb_runs(len(runs)))
    elif _is_wandb_run(folder.path):
        yield group(folder, _is_wandb_run, _wandb_runs)


def _wandb_runs(runs: int) -> str:
    return f"{counted(runs, 'run')} of Weights & Biases."


def _is_wandb_run(path: Path) -> bool:
    if not _WANDB_RUN.fullmatch(path.name):
        return False
    return (path / "files").is_dir() or any(name.endswith(".wandb") for name in file_names(path))


def keras_tuner(folder: Folder) -> Iterator[UnreadFormat]:
    """A project of Keras Tuner."""
    if b'"ongoing_trials"' in head_of(folder, "oracle.json"):
        n = sum(bool(_TRIAL.fullmatch(path.name)) for path in _children(folder))
        yield UnreadFormat(folder.relative, f"A Keras Tuner project with {counted(n, 'trial')}.")


def catboost(folder: Folder) -> Iterator[UnreadFormat]:
    """What CatBoost logs while it trains: curves, no answers."""
    curves = [name for name in ("learn_error.tsv", "test_error.tsv") if name in folder.names]
    if any(folder.head(name).startswith(b"iter\t") for name in curves):
        yield UnreadFormat(folder.relative, "A training log of CatBoost: its losses by iteration.")


def event_files(folder: Folder) -> Iterator[UnreadFormat]:
    """TensorBoard's event files, outside of the stores that keep them too."""
    events = [name for name in sorted(folder.names) if _is_event_file(name)]
    if any(b"brain.Event:" in folder.head(name)[:64] for name in events):
        yield group(folder, _has_event_files, _event_folders)


def _has_event_files(path: Path) -> bool:
    return any(map(_is_event_file, file_names(path)))


def _event_folders(folders: int) -> str:
    return f"TensorBoard event files in {counted(folders, 'folder')}."


def _is_event_file(name: str) -> bool:
    return name.startswith("events.out.tfevents.")


def transformers_trainings(folder: Folder) -> Iterator[UnreadFormat]:
    """What the Hugging Face Trainer leaves: its state in every checkpoint, its results flat."""
    if b'"log_history"' in head_of(folder, "trainer_state.json"):
        parent = folder.path.parent
        if (
            _CHECKPOINT.fullmatch(folder.path.name)
            and folder.relative != "."
            and _is_training(parent)
        ):
            return
        yield group(folder, _is_training, _training_states)
    # Others call their results all_results.json too; only the Trainer's has its speed in it.
    elif b'_samples_per_second"' in head_of(folder, "all_results.json"):
        yield UnreadFormat(folder.where("all_results.json"), "Scores of the Hugging Face Trainer.")


def _training_states(states: int) -> str:
    return f"Output of the Hugging Face Trainer: {counted(states, 'training state')}."


def _is_training(path: Path) -> bool:
    return (path / "trainer_state.json").is_file()


def _children(folder: Folder) -> list[Path]:
    return [folder.path / name for name in folder.folders]


#: Each of these is one thing as a whole: who finds it need not look below.
STORES: tuple[Callable[[Folder], Iterator[UnreadFormat]], ...] = (
    mlflow_files,
    ray_tune,
    lightning,
    wandb,
    keras_tuner,
    catboost,
)
