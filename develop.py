#!/usr/bin/env python3
"""Set up this checkout, once, and open the dashboard or run the tests and checks.

    python3 develop.py open [FOLDER] [OPTIONS]   open FOLDER, or sample_runs, in the dashboard
    python3 develop.py test [PYTEST OPTIONS]     run the whole test suite, or the part named
    python3 develop.py check                     lint, format, types, tests; say which failed

Everything is installed into .venv beside this file, in the versions that constraints.txt names.
Needs nothing but a Python's standard library; a second call finds all in place and starts at once.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
CONSTRAINTS = ROOT / "constraints.txt"
SUPPORTED = ((3, 11), (3, 12), (3, 13))

#: The whole suite runs on every core, a file's tests on one of them.
ALL_TESTS = ["pytest", "--numprocesses", "auto", "--dist", "loadfile"]
CHECKS = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "pytest": ALL_TESTS,
}


def main(arguments: list[str]) -> int:
    """Do what the first argument names; the exit code is that of what was run."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command == "open":
        set_up("runtime")
        return run(["diagnostics", *folder_and_options(rest)])
    if command == "test":
        set_up("dev")
        return run(["pytest", *rest] if rest else ALL_TESTS, folder=ROOT)
    if command == "check" and not rest:
        set_up("dev")
        return check()
    asked = command in ("-h", "--help", "help")
    print(__doc__.strip(), file=sys.stdout if asked else sys.stderr)
    return 0 if asked else 2


def folder_and_options(arguments: list[str]) -> list[str]:
    """The arguments with the folder first, absolute; sample_runs unless one is named."""
    if arguments and not arguments[0].startswith("-"):
        return [str(Path(arguments[0]).resolve()), *arguments[1:]]
    return [str(ROOT / "sample_runs"), *arguments]


def run(module: list[str], *, folder: Path | None = None) -> int:
    """Run a module in the environment, in place of this process where the system can.

    In place, so that Ctrl-C, SIGTERM and the exit code are the module's own.
    """
    command = [str(PYTHON), "-m", *module]
    if folder is not None:
        os.chdir(folder)
    if os.name == "nt":  # exec returns to the shell at once there
        return subprocess.call(command)
    sys.stdout.flush()
    os.execv(command[0], command)


def check() -> int:
    """Run every check, also after one has failed; 1 if any did."""
    failed = []
    for name, module in CHECKS.items():
        print(f"== {name}", flush=True)
        if subprocess.call([str(PYTHON), "-m", *module], cwd=ROOT) != 0:
            failed.append(name)
    print(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def set_up(level: str) -> None:
    """Bring .venv to `level`, runtime or dev, unless its stamp says that it is there already."""
    stamps = {name: VENV / f"errata-{name}.stamp" for name in ("runtime", "dev")}
    wanted = fingerprint()
    enough = [stamps["dev"]] if level == "dev" else list(stamps.values())
    if any(stamp.is_file() and stamp.read_text() == wanted for stamp in enough):
        return
    for stamp in stamps.values():
        stamp.unlink(missing_ok=True)  # an interrupted installation must not look finished
    if not is_usable():
        create_environment()
    print("Installing into .venv; this takes a minute or two, the first time only.", flush=True)
    install(level)
    stamps[level].write_text(fingerprint())


def fingerprint() -> str:
    """A hash of what the environment is made from; changes when it has to be brought up to date."""
    digest = hashlib.sha256()
    for path in (ROOT / "pyproject.toml", CONSTRAINTS, VENV / "pyvenv.cfg"):
        digest.update(path.read_bytes() if path.is_file() else b"missing")
    # An environment cannot be moved, and dies with the Python that it was made with.
    digest.update(f"{ROOT} {PYTHON.resolve()} {PYTHON.is_file()}".encode())
    return digest.hexdigest()


def install(level: str) -> None:
    """Install Errata from this checkout with its dependencies; for `dev` the tools as well."""
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--constraint", str(CONSTRAINTS)]
    group = ["--group", "dev"] if level == "dev" else []
    # First pip itself: dependency groups and build constraints need a recent one.
    attempt([*pip, "pip"])
    attempt([*pip, "--build-constraint", str(CONSTRAINTS), "--editable", ".", *group])


def attempt(command: list[str]) -> None:
    """Run one step of the installation; a failure ends the program, saying what to do."""
    if subprocess.call(command, cwd=ROOT) != 0:
        sys.exit(
            "The installation did not finish; the reason is above. "
            "Run the same command again once it is mended."
        )


def is_usable() -> bool:
    """Whether .venv has a Python that runs, is recent enough and has pip."""
    return version_of(PYTHON) in SUPPORTED and is_importable(PYTHON, "pip")


def create_environment() -> None:
    """Make .venv anew with the first supported Python at hand."""
    python = find_python()
    print(f"Making .venv with {python}.", flush=True)
    if is_importable(python, "ensurepip"):
        attempt([python, "-m", "venv", "--clear", str(VENV)])
        return
    # Debian's python3 comes without ensurepip until python3-venv is installed.
    if is_importable(python, "pip"):
        attempt([python, "-m", "venv", "--clear", "--without-pip", str(VENV)])
        attempt([python, "-m", "pip", "--python", str(PYTHON), "install", "--quiet", "pip"])
    elif is_importable(python, "virtualenv"):
        attempt([python, "-m", "virtualenv", "--quiet", "--clear", str(VENV)])
    else:
        sys.exit(
            f"{python} can make no virtual environments: its modules ensurepip and pip are missing."
            " On Debian and Ubuntu: apt-get install python3-venv, then run this again."
        )


def find_python() -> str:
    """The Python that runs this, if it is supported, else the newest on PATH that is."""
    names = [f"python{major}.{minor}" for major, minor in reversed(SUPPORTED)]
    found = [sys.executable, *filter(None, map(shutil.which, names))]
    # Asked, not trusted: a version manager's shim may be on PATH with nothing behind it.
    for python in found:
        if version_of(python) in SUPPORTED:
            return python
    running = ".".join(map(str, sys.version_info[:3]))
    sys.exit(
        f"Errata needs Python 3.11, 3.12 or 3.13. This is {running}, and there is no "
        f"{', '.join(names)} on PATH. Install one of them, then run this again."
    )


def version_of(python: str | Path) -> tuple[int, ...]:
    """A Python's major and minor version; empty if it does not run."""
    answer = ask(python, "import sys; print(*sys.version_info[:2])")
    return tuple(map(int, answer.split()))


def is_importable(python: str | Path, module: str) -> bool:
    """Whether that Python can import the module."""
    return ask(python, f"import {module}; print('yes')").strip() == "yes"


def ask(python: str | Path, code: str) -> str:
    """What the code prints under that Python; "" if it fails there."""
    try:
        # -I: neither the current folder nor the user's settings may answer for it.
        answer = subprocess.run(
            [str(python), "-I", "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:
        return ""
    return answer.stdout.decode() if answer.returncode == 0 else ""


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
