"""Which mistakes can be made in a module: one of cosmic-ray's operators at one place.

Left out is what no test could see: annotations, decorators that only type checkers or caches need, and ``is`` for
``==`` or the other way round, which the interpreter answers alike for most values.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

__all__ = ["Mutant", "mutated", "sample"]

_INVISIBLE_OPERATORS: Final = {
    *(f"core/ReplaceComparisonOperator_{names}" for names in ("Is_Eq", "Eq_Is", "IsNot_NotEq", "NotEq_IsNot")),
    "core/NoOp",
}
_INVISIBLE_DECORATORS: Final = ("overload", "final", "cache", "lru_cache", "runtime_checkable")


@dataclass(frozen=True)
class Mutant:
    """One mistake."""

    path: Path
    operator: str
    occurrence: int
    """Which of the operator's places in the module."""
    start: tuple[int, int]
    """Line and column."""

    def __str__(self) -> str:
        return f"{self.path}:{self.start[0]} {self.operator.removeprefix('core/')} #{self.occurrence}"


def sample(paths: list[Path], size: int, seed: int) -> list[Mutant]:
    """So many mutants of the modules in the paths, in random order, at most one at each place of the source."""
    random = Random(seed)
    places: dict[tuple[Path, tuple[int, int]], list[Mutant]] = {}
    for path in paths:
        for mutant in _mutants(path):
            places.setdefault((path, mutant.start), []).append(mutant)
    drawn = random.sample(sorted(places), min(size, len(places)))
    return [random.choice(places[place]) for place in drawn]


def mutated(mutant: Mutant, source: str) -> str:
    """The module's source with the mistake in it."""
    made = mutate_code(source, get_operator(mutant.operator)(), mutant.occurrence)
    assert made is not None, mutant
    return str(made)


def _mutants(path: Path) -> Iterator[Mutant]:
    source = path.read_text(encoding="utf-8")
    tree: Any = get_ast(source)
    nodes = list(ast_nodes(tree))
    hidden = [*_annotations(ast.parse(source))]
    for name in operator_names():
        operator = get_operator(name)
        if name in _INVISIBLE_OPERATORS or operator.arguments():
            continue
        positions = (position for node in nodes for position in operator().mutation_positions(node))
        for occurrence, (start, end) in enumerate(positions):
            decorated = name == "core/RemoveDecorator" and _text(source, start, end).lstrip("@").startswith(
                _INVISIBLE_DECORATORS
            )
            if not decorated and not any(first <= start < last for first, last in hidden):
                yield Mutant(path, name, occurrence, start)


def _annotations(tree: ast.AST) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Where annotations begin and end, which ``from __future__ import annotations`` leaves unevaluated."""
    for node in ast.walk(tree):
        parts = (getattr(node, "annotation", None), getattr(node, "returns", None))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("cast", "TypeVar"):
            parts = (node, None)
        for part in parts:
            if isinstance(part, ast.expr):
                assert part.end_lineno is not None
                assert part.end_col_offset is not None
                yield (part.lineno, part.col_offset), (part.end_lineno, part.end_col_offset)


def _text(source: str, start: tuple[int, int], end: tuple[int, int]) -> str:
    lines = source.splitlines()[start[0] - 1 : end[0]]
    return lines[0][start[1] :]
