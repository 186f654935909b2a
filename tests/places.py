"""Where things lie that tests open."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tests" / "data"
SAMPLES = ROOT / "sample_runs"
#: The dashboard's script, which `AppTest` starts.
MAIN = ROOT / "app" / "main.py"
