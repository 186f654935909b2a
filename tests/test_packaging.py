"""The wheel: what is in it, and that it runs where nothing of the checkout is in reach."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.request import urlopen

import pytest

from tests import servers
from tests.places import ROOT

DASHBOARD = "diagnostics/_dashboard"

pytestmark = pytest.mark.slow

# Shows that the dashboard's script comes from the wheel, and what is on its first page.
LOOK = """
import sys
from streamlit.testing.v1 import AppTest
from diagnostics.command.main import main_script
script = main_script().with_name("main.py")
page = AppTest.from_file(str(script), default_timeout=60).run()
print(script, len(page.exception), *[title.value for title in page.title], sep="\\n")
"""


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel in it and a folder far from the checkout to run it in."""

    python: Path
    errata: Path
    site_packages: Path
    elsewhere: Path

    def run(self, *command: str | Path) -> str:
        """What the command prints; it has to succeed."""
        answer = subprocess.run(
            command, cwd=self.elsewhere, env=bare_environment(), capture_output=True, text=True
        )
        assert answer.returncode == 0, answer.stderr
        return answer.stdout


def bare_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what git would commit, with a secret in it that git ignores."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    copy = tmp_path_factory.mktemp("tree")
    for name in filter(None, listing.stdout.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    (copy / "app/.streamlit/secrets.toml").write_text('token = "not for the wheel"\n')
    (copy / "sample_runs/.errata").mkdir()
    (copy / "sample_runs/.errata/cached.parquet").write_bytes(b"")
    return copy


@pytest.fixture(scope="module")
def distributions(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution and, built from it, the wheel."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(tree)]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(distributions: Path) -> Path:
    (wheel,) = distributions.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def contents(wheel: Path) -> list[str]:
    return zipfile.ZipFile(wheel).namelist()


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel alone in a new environment; its dependencies are lent by this one.

    A path in a .pth file lends modules but runs no .pth files of its own, so that the editable
    installation of the checkout does not come along.
    """
    environment = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    binaries = environment / ("Scripts" if os.name == "nt" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", str(binaries / "python"), "install"]
    subprocess.run([*pip, "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    (site_packages,) = environment.rglob("site-packages")
    (site_packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "results").mkdir()
    (elsewhere / "results/predictions.csv").write_text(
        "id,text,label,predicted,confidence\n"
        "1,where is my card,arrival,arrival,0.9\n"
        "2,card is late,arrival,arrival,0.6\n"
        "3,still no card,arrival,lost,0.8\n"
        "4,i lost my card,lost,lost,0.7\n"
    )
    # The user's own files must not be taken for ours.
    (elsewhere / "app.py").write_text("raise RuntimeError('the wrong app')\n")
    (elsewhere / "pages").mkdir()
    (elsewhere / "pages/overview.py").write_text("raise RuntimeError('the wrong page')\n")
    return Installed(binaries / "python", binaries / "errata", site_packages, elsewhere)


def test_the_wheel_carries_the_dashboard_under_the_package(contents: list[str]) -> None:
    for folder in ("app", "pages"):
        ours = {path.name for path in (ROOT / folder).glob("*.py")}
        packed = {
            PurePosixPath(name).name
            for name in contents
            if PurePosixPath(name).parent == PurePosixPath(DASHBOARD, folder)
        }
        assert packed == ours
    assert f"{DASHBOARD}/app/.streamlit/config.toml" in contents
    assert "diagnostics/py.typed" in contents


def test_the_wheel_puts_nothing_else_into_site_packages(contents: list[str]) -> None:
    top = {PurePosixPath(name).parts[0] for name in contents}
    assert {name for name in top if not name.endswith(".dist-info")} == {"diagnostics"}


def test_neither_secrets_nor_caches_are_packed(contents: list[str], distributions: Path) -> None:
    (archive,) = distributions.glob("*.tar.gz")
    with tarfile.open(archive) as sources:
        packed = [*contents, *sources.getnames()]
    unwanted = ("secrets.toml", "/.errata/", "__pycache__", ".pyc", "/.venv/", "/tests/")
    assert [name for name in packed if any(part in name for part in unwanted)] == []


def test_the_sample_runs_are_packed(contents: list[str]) -> None:
    assert any(name.startswith(f"{DASHBOARD}/sample_runs/") for name in contents)


def test_the_library_comes_from_the_wheel(installed: Installed) -> None:
    place = installed.run(installed.python, "-c", "import diagnostics; print(diagnostics.__file__)")
    assert Path(place.strip()).is_relative_to(installed.site_packages)


def test_the_command_lists_what_it_can_do(installed: Installed) -> None:
    assert "summary" in installed.run(installed.errata, "--help")


def test_the_command_reads_results(installed: Installed) -> None:
    answer = json.loads(installed.run(installed.errata, "summary", "results", "--json"))
    (experiment,) = answer["experiments"]
    (run,) = experiment["runs"]
    assert (run["examples"], run["errors"]) == (4, 1)
    assert run["metrics"]["accuracy"] == 0.75


def test_the_first_page_is_drawn_by_the_installed_script(installed: Installed) -> None:
    script, exceptions, *titles = installed.run(
        installed.python, "-c", LOOK, installed.elsewhere / "results"
    ).splitlines()
    assert Path(script).is_relative_to(installed.site_packages)
    assert exceptions == "0"
    assert titles == ["Overview"]


def test_the_dashboard_starts_answers_and_stops(installed: Installed, tmp_path: Path) -> None:
    command = [installed.errata, "results"]
    log = tmp_path / "server.log"
    with (
        servers.running(command, cwd=installed.elsewhere, log=log) as server,
        urlopen(server.url, timeout=20) as answer,
    ):
        assert b"<title>Streamlit</title>" in answer.read()
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    # Shut down in order; the server behind the headers then passes the signal on to itself.
    assert server.process.returncode in (0, -signal.SIGTERM)
    assert not servers.is_listening(server.port)
    assert "Traceback" not in log.read_text()
