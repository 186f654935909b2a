"""What a test needs from the machine: skipped where it is missing, failed where CI must have it."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest

CHROMIUM_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def is_ci() -> bool:
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


def missing(reason: str) -> NoReturn:
    """Skip with the reason; in CI, fail with it."""
    if is_ci():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def chromium() -> str:
    """Path of a Chromium or Chrome on PATH."""
    for name in CHROMIUM_NAMES:
        path = shutil.which(name)
        if path:
            return path
    missing(f"Needs a browser on PATH, one of: {', '.join(CHROMIUM_NAMES)}.")


def java() -> str:
    """Path of the Java that Spark runs on."""
    home = os.environ.get("JAVA_HOME")
    path = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    return path or missing("Needs Java for Spark: no java on PATH or in JAVA_HOME.")
