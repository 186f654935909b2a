"""Things that drift apart unless something holds them together."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import diagnostics
from app.widgets.problems import KINDS
from tests.places import ROOT

MODULES = sorted((ROOT / "diagnostics").rglob("*.py"))
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
READERS = PYPROJECT["project"]["entry-points"]["errata.readers"]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]

# What must not be in a file that others read: paths of one machine, hosts of package indexes.
MACHINE_PATH = re.compile(rb"(?<![\w.~-])/(?:work|root|home|Users)/\w")
INDEX_HOST = re.compile(rb"pypi\.org|pythonhosted\.org|npmjs\.org|crates\.io|conda\.anaconda")
HEAVY = (
    *("altair", "lime", "matplotlib", "numba", "pandas", "polars", "pyarrow", "scipy", "shap"),
    *("sklearn", "streamlit"),
)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tracked_files() -> tuple[Path, ...]:
    """The files that git knows."""
    answer = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    return tuple(ROOT / name for name in answer.stdout.split("\0") if name)


def imported(module: Path) -> set[str]:
    """The top-level names that a file imports anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").split(".")[0])
    return names


def public_definitions(body: list[ast.stmt]) -> list[ast.stmt]:
    """Public functions and classes, and the public methods of those classes."""
    found: list[ast.stmt] = []
    for node in body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if node.name.startswith("_"):
            continue
        found.append(node)
        is_protocol = isinstance(node, ast.ClassDef) and any(
            isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases
        )
        if isinstance(node, ast.ClassDef) and not is_protocol:
            found += public_definitions(node.body)
    return found


def test_public_names_are_sorted_and_importable() -> None:
    assert diagnostics.__all__ == sorted(set(diagnostics.__all__))
    for name in diagnostics.__all__:
        assert getattr(diagnostics, name) is not None


def test_names_that_type_checkers_see_are_those_that_are_public() -> None:
    tree = ast.parse((ROOT / "diagnostics/__init__.py").read_text())
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    seen = [
        alias.name
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    assert sorted(seen) == diagnostics.__all__


def test_importing_the_library_loads_nothing_heavy() -> None:
    code = "import sys, diagnostics; print(*sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True
    )
    assert set(HEAVY) & set(answer.stdout.split()) == set()


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_the_library_knows_neither_streamlit_nor_the_dashboard(module: Path) -> None:
    assert imported(module) & {"streamlit", "app", "pages"} == set()


@pytest.mark.parametrize("module", sorted((ROOT / "app").rglob("*.py")), ids=relative)
def test_the_frame_does_not_know_its_pages(module: Path) -> None:
    assert "pages" not in imported(module)


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_everything_public_has_a_docstring(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "the module itself"
    without = [
        node.name
        for node in public_definitions(tree.body)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not ast.get_docstring(node)
    ]
    assert without == []


def test_every_page_is_in_the_navigation() -> None:
    from app.frame.navigation import ENTRIES

    files = [entry.file for entry in ENTRIES]
    assert sorted(files) == sorted(page.name for page in (ROOT / "pages").glob("*.py"))


def test_every_page_has_its_own_title_and_icon() -> None:
    from app.frame.navigation import ENTRIES

    assert len({entry.title for entry in ENTRIES}) == len(ENTRIES)
    assert len({entry.icon for entry in ENTRIES}) == len(ENTRIES)


def test_links_to_pages_stay_what_they_were() -> None:
    from app.frame.navigation import ENTRIES

    addresses = [entry.address or entry.path.stem for entry in ENTRIES]
    assert addresses == [
        *("overview", "runs", "compare", "confusion", "confidence", "examples"),
        *("importance", "assumptions", "try"),
    ]


@pytest.mark.parametrize("module", READERS.values(), ids=READERS.keys())
def test_every_reader_is_there_and_whole(module: str) -> None:
    reader = import_module(module)
    assert reader.NAME
    assert isinstance(reader.LOOKS_FOR, str)
    assert isinstance(reader.VERSION, int)
    assert callable(reader.matches)
    assert callable(reader.read)


def test_installed_readers_are_those_that_the_project_names() -> None:
    from diagnostics.readers import load_readers

    readers, problems = load_readers()
    assert problems == []
    assert {import_module(module).NAME for module in READERS.values()} <= {
        reader.NAME for reader in readers
    }


def test_every_problem_is_of_a_kind_that_somebody_chose() -> None:
    makers = {"Problem", "Unreadable", "UnreadableTable", "NotClassification", "problem"}
    codes = {
        call.args[0].value
        for module in (ROOT / "diagnostics").rglob("*.py")
        for call in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", getattr(call.func, "attr", "")) in makers
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
    chosen = tuple(code for kind in KINDS for code in kind.codes)
    assert len(codes) > 40
    assert {code for code in codes if not str(code).startswith(chosen)} == set()


@pytest.mark.parametrize("name", READERS)
def test_every_format_is_in_the_documents(name: str) -> None:
    formats = [path for path in DOCUMENTS if relative(path).startswith("docs/formats")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in formats)
    assert f"`{import_module(READERS[name]).NAME}`" in text


# `unsupported` reads nothing: it says which formats are known and not read yet.
@pytest.mark.parametrize("name", sorted(READERS.keys() - {"unsupported"}))
def test_every_format_is_in_the_readme(name: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert import_module(READERS[name]).NAME in readme.lower()


def test_every_command_is_in_the_readme() -> None:
    help_text = subprocess.run(
        [sys.executable, "-m", "diagnostics", "--help"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"},
    ).stdout
    _, _, listing = help_text.partition("Commands")
    commands = re.findall(r"^[│| ]*([a-z][a-z-]+) {2,}\S", listing, re.MULTILINE)
    assert {"serve", "summary", "confusion", "top"} <= set(commands)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in commands if f"errata {name}" not in readme] == []


def test_the_readme_has_the_commands_that_everyone_runs() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("open", "test", "check"):
        assert f"python3 develop.py {command}" in readme
    assert (ROOT / ".ci/run").read_text().rstrip().endswith("\npython3 develop.py test")


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text(encoding="utf-8"))
    near = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert [link for link in near if not (document.parent / link).exists()] == []


def test_no_file_names_a_machine_or_a_package_index() -> None:
    found = []
    for path in tracked_files():
        content = path.read_bytes() if path.is_file() else b""
        for pattern in (MACHINE_PATH, INDEX_HOST):
            if match := pattern.search(content):
                found.append((relative(path), match.group()))
    assert found == []


def test_constraints_are_plain_versions_in_order() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    for line in lines:
        assert re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line), line
    assert lines == sorted(lines)


def test_constraints_satisfy_what_the_project_asks_for() -> None:
    pinned = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines())
    project = PYPROJECT["project"]
    asked = [
        *PYPROJECT["build-system"]["requires"],
        *project["dependencies"],
        *PYPROJECT["dependency-groups"]["dev"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    for requirement in map(Requirement, asked):
        name = canonicalize_name(requirement.name)
        assert requirement.specifier.contains(pinned[name]), str(requirement)


# Words that say that something was come by, and not what it is.
EMPTY_NAMES = {"found", "said", "given", "held"}
LINES_OF_AN_EMPTY_NAME = 5


def empty_names(function: ast.AST) -> list[str]:
    """Variables and parameters of a function with such a name, in use for more than some lines."""
    lines: dict[str, list[int]] = {}
    bound = set()
    for node in ast.walk(function):
        if not isinstance(node, ast.arg | ast.Name):
            continue
        name = node.arg if isinstance(node, ast.arg) else node.id
        if name in EMPTY_NAMES:
            lines.setdefault(name, []).append(node.lineno)
            if isinstance(node, ast.arg) or isinstance(node.ctx, ast.Store):
                bound.add(name)
    return [
        name
        for name, used in lines.items()
        if name in bound and max(used) - min(used) > LINES_OF_AN_EMPTY_NAME
    ]


@pytest.mark.parametrize("folder", ["diagnostics", "app", "pages", "benchmarks"])
def test_what_lives_long_is_called_what_it_is(folder: str) -> None:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    wrong = {
        f"{relative(path)}:{getattr(node, 'name', 'lambda')} {name}"
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, functions)
        for name in empty_names(node)
    }
    assert sorted(wrong) == []


def test_an_empty_name_is_seen_where_it_lives_long() -> None:
    body = "\n".join(["    x = 1"] * 6)
    long, short = f"def f():\n    found = 1\n{body}\n    return found", "def f(said): return said"
    assert empty_names(ast.parse(long)) == ["found"]
    assert empty_names(ast.parse(short)) == []
