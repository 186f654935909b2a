"""Which of our modules imports which: in functions and under TYPE_CHECKING, too."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache

from tests.places import ROOT

TOPS = ("diagnostics", "app", "pages")


@cache
def sources() -> dict[str, ast.Module]:
    """Every module of the library, the dashboard and its pages, by its dotted name."""
    parsed = {}
    for top in TOPS:
        for path in sorted((ROOT / top).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            parsed[name.removesuffix(".__init__")] = ast.parse(path.read_text(encoding="utf-8"))
    return parsed


@cache
def arrows() -> dict[str, set[str]]:
    """Of every module those of ours that it imports, wherever in it the import stands."""
    return {name: set(_imported(name, tree)) - {name} for name, tree in sources().items()}


def _imported(module: str, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in sources())
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            for alias in node.names:
                # `from package import module` and `from module import name` look alike.
                whole = f"{node.module}.{alias.name}"
                if whole in sources():
                    yield whole
                elif node.module in sources():
                    yield str(node.module)


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The groups of nodes that reach each other (Tarjan 1972), each sorted, in order."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    groups: list[list[str]] = []

    def visit(node: str) -> None:
        order[node] = lowest[node] = len(order)
        path.append(node)
        for other in sorted(graph.get(node, ())):
            if other not in order:
                visit(other)
                lowest[node] = min(lowest[node], lowest[other])
            elif other in path:
                lowest[node] = min(lowest[node], order[other])
        if lowest[node] == order[node]:
            start = path.index(node)
            group, path[start:] = path[start:], []
            if len(group) > 1:
                groups.append(sorted(group))

    for node in sorted(graph):
        if node not in order:
            visit(node)
    return sorted(groups)
