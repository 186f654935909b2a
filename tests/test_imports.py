"""What may import what: the floors of the house, held by reading every import in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.imports import arrows, circles, sources
from tests.places import ROOT

# A package imports only from floors below its own; packages on one floor do not know each other.
# What a package holds that is not named here, a module or a folder, stands on its floor.
FLOORS = [
    {"diagnostics.errors", "diagnostics.statistics"},
    {"diagnostics.workspace"},
    {
        *("diagnostics.readers", "diagnostics.recording", "diagnostics.confusion"),
        *("diagnostics.confidence", "diagnostics.models.pipelines"),
    },
    {"diagnostics.predictions"},
    {"diagnostics.examples", "diagnostics.runs"},
    {"diagnostics.comparison", "diagnostics.models", "diagnostics.runs.parameters"},
    {"diagnostics.assumptions", "diagnostics.models.explanation"},
    {"diagnostics.models.importance", "diagnostics.models.whatif"},
    {"diagnostics.charts", "diagnostics.command", "diagnostics"},  # the last one is the door
    {"diagnostics.__main__"},
    {"app.widgets"},
    {"app.frame"},
    {"app.overview", "app.runs", "app.confusion", "app.confidence", "app.examples"},
    {
        *("app.comparison", "app.assumptions", "app.explanation", "app.importance"),
        *("app.runs.parameters", "app.confidence.thresholds"),
    },
    {"app.whatif"},
    {"app.example_card"},
    {"pages", "app.main", "app.asgi", "app"},
]
FLOOR = {package: floor for floor, packages in enumerate(FLOORS) for package in packages}

# Of the lower packages not only the floor is held, but everything of ours that they may know.
MAY_KNOW = {
    "statistics": set(),
    "workspace": {"errors", "statistics"},
    "recording": {"errors", "workspace"},
    "confusion": {"errors", "statistics", "workspace"},
    "confidence": {"errors", "statistics", "workspace"},
    "readers": {"errors", "statistics", "workspace"},
}

# Only these may import a library that is heavy, or that says how something is shown.
ONLY_IN = {
    "typer": "diagnostics.command",
    "rich": "diagnostics.command",
    "altair": "diagnostics.charts",
    "streamlit": "app",
}

# The frame loads it at the start, to have the garbage collector pass over it for good.
NOT_SHOWN = {("altair", "app.frame.session")}

# Packages whose `__init__` is more than a sentence: the door, the face of the data model, the
# readers' contract, and the readers that are packages, which the entry points name.
NOT_ONLY_A_SENTENCE = {"diagnostics", "diagnostics.workspace", "diagnostics.readers"}

MODULES_IN_A_FOLDER = 20
LINES_IN_A_MODULE = 400


def package_of(module: str) -> str:
    """The innermost package of the table that a module stands in, or the module itself."""
    while module not in FLOOR:
        module = module.rpartition(".")[0]
        assert module, "no floor is named for this module's package"
    return module


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def test_no_modules_import_each_other() -> None:
    assert circles(arrows()) == []


def test_a_circle_is_seen_however_long() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set(), "e": {"f"}, "f": {"e", "a"}}
    assert circles(graph) == [["a", "b", "c"], ["e", "f"]]


def test_every_package_has_a_floor() -> None:
    packages = {
        ".".join(path.parent.relative_to(ROOT).parts[:2])
        for path in python_files("diagnostics", "app")
    }
    assert packages - FLOOR.keys() == set()
    assert {name for name in FLOOR if name not in sources()} - {"pages"} == set()


def test_every_import_leads_to_a_lower_floor() -> None:
    wrong = [
        f"{module} imports {other}"
        for module, others in arrows().items()
        for other in others
        if package_of(module) != package_of(other)
        and FLOOR[package_of(module)] <= FLOOR[package_of(other)]
    ]
    assert wrong == []


@pytest.mark.parametrize("package", MAY_KNOW)
def test_the_lower_packages_know_only_what_they_stand_on(package: str) -> None:
    known = {
        package_of(other).removeprefix("diagnostics.")
        for module, others in arrows().items()
        if package_of(module) == f"diagnostics.{package}"
        for other in others
    }
    assert known - {package} - MAY_KNOW[package] == set()


def test_charts_know_the_library_s_types_and_not_its_computing() -> None:
    allowed = "diagnostics.statistics.metric_names"
    wrong = [
        f"{module} imports {other}"
        for module, tree in sources().items()
        if package_of(module) == "diagnostics.charts"
        for other in imported_at_runtime(tree)
        if other.startswith("diagnostics.")
        and not other.startswith(("diagnostics.charts", allowed))
    ]
    assert wrong == []


def imported_at_runtime(tree: ast.Module) -> Iterator[str]:
    """The modules that are imported, without those for type checkers alone."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            waiting += node.orelse
            continue
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)


@pytest.mark.parametrize("library", ONLY_IN)
def test_what_shows_things_is_imported_in_one_place(library: str) -> None:
    wrong = [
        module
        for module, tree in sources().items()
        if library in {name.partition(".")[0] for name in imported_at_runtime(tree)}
        and not f"{module}.".startswith((f"{ONLY_IN[library]}.", "pages."))
        and (library, module) not in NOT_SHOWN
    ]
    assert wrong == []


def test_packages_say_what_they_hold_and_nothing_else() -> None:
    readers = {path.parent for path in (ROOT / "diagnostics/readers").glob("*/__init__.py")}
    wrong = []
    for path in python_files("diagnostics", "app"):
        name = ".".join(path.parent.relative_to(ROOT).parts)
        if path.name != "__init__.py" or name in NOT_ONLY_A_SENTENCE or path.parent in readers:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if len(tree.body) != 1 or not ast.get_docstring(tree):
            wrong.append(name)
    assert wrong == []


def test_no_folder_is_a_hall_and_no_module_a_book() -> None:
    files = python_files("diagnostics", "app", "pages")
    folders = [path.parent for path in files if path.name != "__init__.py"]
    halls = {str(folder) for folder in folders if folders.count(folder) > MODULES_IN_A_FOLDER}
    books = [
        str(path)
        for path in files
        if len(path.read_text(encoding="utf-8").splitlines()) > LINES_IN_A_MODULE
    ]
    assert (halls, books) == (set(), [])


def test_private_names_stay_in_their_module() -> None:
    wrong = [
        f"{module}: {alias.name} of {node.module}"
        for module, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] != "__future__"
        for alias in node.names
        if alias.name.startswith("_") and str(node.module).split(".")[0] in ("diagnostics", "app")
    ]
    assert wrong == []


def test_our_own_modules_are_imported_by_name() -> None:
    """A wrong name in a string is no error until it is asked for; only the door does that."""
    wrong = [
        f"{module}:{node.lineno}"
        for module, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) == "import_module"
        and module != "diagnostics"
    ]
    assert wrong == []


# Where the address of a page is not one word in all of these, it is said why.
NOT_THERE = {
    ("overview", "library"): "what a folder holds is the readers' work",
    ("overview", "charts"): "it draws those of runs",
    ("examples", "charts"): "they are lists and texts; its bars are charts/probabilities.py",
}


def test_a_page_has_one_address_everywhere() -> None:
    pages = [path.stem for path in python_files("pages")]
    library = {path.parent.name for path in python_files("diagnostics")}
    tests = {path.parent.name for path in python_files("tests") if path.name.startswith("test_")}
    charts = {path.stem for path in python_files("diagnostics/charts")}
    places = {
        "app": {path.parent.name for path in (ROOT / "app").glob("*/view.py")}
        | {path.name for path in (ROOT / "app").iterdir()},
        "library": library,
        "charts": charts,
        "tests": tests,
    }
    wrong = [
        (page, place)
        for page in pages
        for place, names in places.items()
        if page not in names and (page, place) not in NOT_THERE
    ]
    assert wrong == []


def test_charts_bear_the_names_of_what_they_draw() -> None:
    """But for what several of them are made of."""
    shared = {"__init__", "colours", "class_figures", "probabilities", "score_axes"}
    charts = {path.stem for path in python_files("diagnostics/charts")} - shared
    ideas = {
        name
        for path in python_files("diagnostics", "app")
        if "charts" not in path.parts
        for name in (path.stem, path.parent.name)
    }
    assert charts - ideas == set()


def test_tests_stand_where_what_they_test_stands() -> None:
    ours = {"app", "browser", "charts", "data", "fuzz", "made"}
    wrong = []
    for path in python_files("tests"):
        parts = path.relative_to(ROOT / "tests").parts[:-1]
        if not path.name.startswith("test_") or not parts or parts[0] in ours - {"app"}:
            continue
        home = ROOT.joinpath(*parts) if parts[0] == "app" else ROOT.joinpath("diagnostics", *parts)
        if not home.is_dir():
            wrong.append("/".join(parts))
    assert sorted(set(wrong)) == []
