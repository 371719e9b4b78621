"""Who imports whom: the depth of each package, the longest chain and every import cycle.

    python -m tests.architecture [FOLDER]

prints them for a checkout of the project, this one by default. A module counts as importing another wherever the import
stands in its text, inside a function too; imports under TYPE_CHECKING are shown apart. Files of the folder are read,
never run, so any version of the project can be looked at.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Literal, TypeAlias

__all__ = ["ROOT", "Import", "Sources", "circles", "depths", "longest_chain", "report"]

ROOT: Final = Path(__file__).parents[1]
When: TypeAlias = Literal["load", "call", "typing"]
"""When an import runs: when the module is loaded, when a function is called, or never, for type checkers only."""
Graph: TypeAlias = Mapping[str, frozenset[str]]
"""What each module or package imports."""


@dataclass(frozen=True)
class Import:
    """One import of one name."""

    name: str
    """A module of the package, without the package's own name; or a module of another."""
    ours: bool
    line: int
    when: When


class Sources:
    """The modules of a package by their names, the package itself as the empty name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = {
            ".".join(file.relative_to(folder).with_suffix("").parts).removesuffix("__init__").rstrip("."): file
            for file in sorted(folder.rglob("*.py"))
        }

    @cached_property
    def imports(self) -> Mapping[str, Sequence[Import]]:
        """All imports of each module."""
        return {module: list(self._imports_of(module)) for module in self.files}

    def _imports_of(self, module: str) -> Iterator[Import]:
        file = self.files[module]
        package = module.split(".") if file.name == "__init__.py" else module.split(".")[:-1]
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node, when in _import_nodes(tree, "load"):
            if isinstance(node, ast.Import):
                yield from (self._absolute(alias.name, node.lineno, when) for alias in node.names)
            elif node.level == 0:
                yield from (
                    self._absolute(f"{node.module}.{alias.name}", node.lineno, when, node.module or "")
                    for alias in node.names
                )
            else:
                above = [part for part in package if part]
                above = above[: len(above) - node.level + 1]
                for alias in node.names:
                    parts = [*above, *(node.module or "").split("."), alias.name]
                    yield Import(self._module(".".join(part for part in parts if part)), True, node.lineno, when)

    def _absolute(self, name: str, line: int, when: When, module: str | None = None) -> Import:
        own = f"{self.folder.name}."
        if f"{name}.".startswith(own):
            return Import(self._module(name.removeprefix(own[:-1]).lstrip(".")), True, line, when)
        return Import(name if module is None else module, False, line, when)

    def _module(self, name: str) -> str:
        """The module of a name, which may be that of something in a module."""
        return name if name in self.files else name.rpartition(".")[0]

    def modules(self, *when: When) -> Graph:
        """What each module imports of the package at these moments, and the packages that Python loads before it."""
        graph: dict[str, frozenset[str]] = {}
        for module, imports in self.imports.items():
            imported = {found.name for found in imports if found.ours and found.when in when}
            above = {package for name in imported for package in _packages_above(name)}
            graph[module] = frozenset(imported | (above - {*_packages_above(module)})) - {module}
        return graph

    def packages(self, *when: When) -> Graph:
        """The same of top-level packages and modules."""
        joined: dict[str, frozenset[str]] = {}
        for module, imported in self.modules(*when).items():
            package = _package(module)
            others = frozenset(map(_package, imported)) - {package}
            joined[package] = joined.get(package, frozenset()) | others
        return joined


def _import_nodes(node: ast.AST, when: When) -> Iterator[tuple[ast.Import | ast.ImportFrom, When]]:
    """The imports below a node, with the moment at which each runs."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.Import, ast.ImportFrom)):
            yield child, when
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for statement in child.body:
                yield from _import_nodes(ast.Module([statement], []), "typing")
            for statement in child.orelse:
                yield from _import_nodes(ast.Module([statement], []), when)
        elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) and when == "load":
            yield from _import_nodes(child, "call")
        else:
            yield from _import_nodes(child, when)


def _packages_above(module: str) -> list[str]:
    """The packages that a module lies in, but for the whole one."""
    parts = module.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts))]


def _package(module: str) -> str:
    return module.partition(".")[0]


def circles(graph: Graph) -> list[list[str]]:
    """The groups whose members import each other, by way of others too, the largest first."""
    reached = {name: _reached(graph, name) for name in graph}
    groups = {
        tuple(sorted(other for other in reached[name] if name in reached.get(other, ())))
        for name in graph
        if name in reached[name]
    }
    return sorted(map(list, groups), key=lambda group: (-len(group), group))


def _reached(graph: Graph, start: str) -> frozenset[str]:
    """What a member imports, by way of others too."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        new = graph.get(waiting.pop(), frozenset()) - seen
        seen |= new
        waiting += new
    return frozenset(seen)


def depths(graph: Graph) -> dict[str, int]:
    """How many steps lie between each member and the ground; the members of a circle are one step together."""
    group_of = {name: name for name in graph} | {name: group[0] for group in circles(graph) for name in group}
    steps: dict[str, set[str]] = {}
    for name, imported in graph.items():
        others = {group_of[other] for other in imported if other in graph}
        steps.setdefault(group_of[name], set()).update(others - {group_of[name]})
    found: dict[str, int] = {}

    def depth(group: str) -> int:
        if group not in found:
            found[group] = max((depth(other) + 1 for other in steps[group]), default=0)
        return found[group]

    return {name: depth(group_of[name]) for name in graph}


def longest_chain(graph: Graph) -> list[str]:
    """From the top to the ground: each imports the next, one member of each circle."""
    depth = depths(graph)
    group_of = {name: tuple(group) for group in circles(graph) for name in group}
    chain: list[str] = []
    candidates = set(graph)
    while candidates:
        # Ties go by the name, so that the chain is the same on every run.
        chain.append(max(candidates, key=lambda name: (depth[name], name)))
        members = group_of.get(chain[-1], (chain[-1],))
        below = {other for name in members for other in graph[name] if other in graph}
        candidates = {name for name in below if depth[name] < depth[chain[-1]]}
    return chain


def report(folder: Path) -> str:
    """What the command prints of a checkout. Raises FileNotFoundError where there is none."""
    [source, *_] = [*folder.glob("src/*/__init__.py"), folder / "src"]
    if not source.is_file():
        raise FileNotFoundError(f"no package under {source}")
    sources = Sources(source.parent)
    packages, modules = sources.packages("load", "call"), sources.modules("load", "call")
    lines = [f"{len(packages)} packages and modules at the top, {len(modules)} modules in all", ""]
    depth, of_modules = depths(packages), depths(modules)
    sizes = {name: [module for module in modules if _package(module) == name] for name in packages}
    lines.append(f"{'depth':>5}  {'modules':>7}  {'inner depth':>11}  {'imports':<16}")
    for name in sorted(packages, key=lambda name: (depth[name], name)):
        inner = {module: modules[module] & set(sizes[name]) for module in sizes[name]}
        imported = ", ".join(_shown(other) for other in sorted(packages[name], key=lambda other: (depth[other], other)))
        lines.append(
            f"{depth[name]:>5}  {len(sizes[name]):>7}  {max(depths(inner).values()):>11}  "
            f"{_shown(name)}{': ' * bool(imported)}{imported}"
        )
    lines += ["", f"deepest package {max(depth.values())}, deepest module {max(of_modules.values())}"]
    lines.append("longest chain of modules: " + " → ".join(map(_shown, longest_chain(modules))))
    for title, graph in (
        ("circles of packages", packages),
        ("circles of modules", modules),
        ("circles of modules with those under TYPE_CHECKING", sources.modules("load", "call", "typing")),
    ):
        groups = circles(graph)
        lines.append(f"{title}: {len(groups) or 'none'}")
        lines += [f"  {len(group)}: {', '.join(map(_shown, group))}" for group in groups]
    return "\n".join(lines)


def _shown(module: str) -> str:
    return module or "(the package itself)"


if __name__ == "__main__":
    print(report(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT))
