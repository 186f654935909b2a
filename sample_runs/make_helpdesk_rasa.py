"""Makes helpdesk_rasa/: data/helpdesk.csv through Rasa's own five-fold cross-validation.

    python sample_runs/make_helpdesk_rasa.py --rasa path/to/rasa [CONFIG ...]

Rasa 3.6.21 needs Python 3.10 and an environment of its own:

    python3.10 -m venv rasa-venv
    rasa-venv/bin/pip install rasa==3.6.21
    python sample_runs/make_helpdesk_rasa.py --rasa rasa-venv/bin/rasa

Each config of data/rasa_configs (or only those named, such as `diet`) gets a folder of its name
with the JSON files that Rasa wrote, and a copy of the config beside it. A second call gives
slightly other numbers: the models' seeds are in the configs, but Rasa shuffles the folds
without a seed, anew for each config.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
CONFIGS = HERE / "data" / "rasa_configs"
RESULTS = HERE / "helpdesk_rasa"
FOLDS = 5
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}


def write_training_data(path: Path) -> int:
    """How many utterances were written to `path`, in Rasa's format.

    It is the JSON one, deprecated but read by all of 3.x, because in the YAML one brackets in an
    utterance would be taken for entities.
    """
    with (HERE / "data" / "helpdesk.csv").open(encoding="utf-8", newline="") as file:
        examples = [
            {"text": row["text"], "intent": row["intent"], "entities": []}
            for row in csv.DictReader(file)
        ]
    content = {"rasa_nlu_data": {"common_examples": examples}}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return len(examples)


def cross_validate(rasa: Path, config: Path, data: Path, out: Path) -> None:
    """Run `rasa test nlu` where it can leave its temporary files behind."""
    command = [rasa, "test", "nlu", "--config", config, "--nlu", data, "--out", out]
    options = ["--cross-validation", "--folds", str(FOLDS), "--successes", "--no-plot"]
    call = subprocess.run([*command, *options], cwd=data.parent, env=os.environ | QUIET)
    if call.returncode:
        raise SystemExit(f"{config}: rasa ended with {call.returncode}; its own words are above.")


def keep(out: Path, config: Path) -> Path:
    """The folder that now holds the results of `config`, and nothing older."""
    folder = RESULTS / config.stem
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in sorted(out.glob("*.json")):
        shutil.copyfile(file, folder / file.name)
    shutil.copyfile(config, RESULTS / config.name)
    return folder


def checked_accuracy(folder: Path, examples: int) -> float:
    """The report's accuracy, once report, errors and successes agree with each other."""
    report, errors, successes = (
        json.loads((folder / f"intent_{part}.json").read_text(encoding="utf-8"))
        for part in ("report", "errors", "successes")
    )
    if len(errors) + len(successes) != examples:
        raise SystemExit(f"{folder}: {len(errors)} + {len(successes)} rows, expected {examples}.")
    if abs(report["accuracy"] - len(successes) / examples) > 1e-9:
        raise SystemExit(f"{folder}: accuracy {report['accuracy']}, {len(successes)} successes.")
    return float(report["accuracy"])


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description="Cross-validate the help desk's data with Rasa.")
    parser.add_argument("--rasa", type=Path, required=True, help="the rasa command, 3.6.21")
    known = sorted(path.stem for path in CONFIGS.glob("*.yml"))
    parser.add_argument("configs", nargs="*", metavar="CONFIG", help=f"of {', '.join(known)}")
    asked = parser.parse_args()
    if not asked.rasa.is_file():
        parser.error(f"No file {asked.rasa}. Give the path of an installed rasa command.")
    if unknown := sorted(set(asked.configs) - set(known)):
        parser.error(f"No config {unknown[0]} in {CONFIGS}. There is {', '.join(known)}.")
    asked.configs = asked.configs or known
    return asked


def main() -> None:
    """Cross-validate each config, check what came out and say how it went."""
    asked = arguments()
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch) / "nlu.json"
        examples = write_training_data(data)
        for name in asked.configs:
            config, out = CONFIGS / f"{name}.yml", Path(scratch) / name
            started = time.perf_counter()
            cross_validate(asked.rasa.absolute(), config, data, out)
            seconds = time.perf_counter() - started
            accuracy = checked_accuracy(keep(out, config), examples)
            print(f"{name}: accuracy {accuracy:.3f} of {examples}, {seconds:.0f} s")


if __name__ == "__main__":
    main()
