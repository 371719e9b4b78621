"""How long what a backend makes is, for queries of 16 and of 256 clauses or members.

Linear is 16 times.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from qlause import Limits

from ..measure import Row, ratio
from ..packages import NO_BACKEND, backend

__all__ = ["run"]

COUNTS: Final = (16, 256)


def _repeated(clause: str, between: str, around: str = "{}") -> Callable[[int], str]:
    """A text of any number of clauses or members, each with a number of its own."""
    return lambda count: around.format(between.join(clause.format(number) for number in range(1000, 1000 + count)))


SHAPES: Final = {
    "AND": _repeated("f{}:x", " "),
    "OR": _repeated("f{}:~x", " OR "),
    "AND of ORs": _repeated("(f{}:x OR g.h:>7)", " "),
    "NOT of an AND": _repeated("f{}:x", " ", "NOT ({})"),
    "list": _repeated("{}", ",", "id:({})"),
    "list of ~": _repeated("{}", ",", "name:~({})"),
    "ranges": _repeated("(>{} AND <9000)", " OR ", "a.b:({})"),
}


def run() -> list[Row]:
    """One row an engine and a shape: characters, parameters included, and their ratio."""
    made = {"SQLite": _sql("sqlite"), "PostgreSQL": _sql("postgresql"), "MongoDB": _mongo()}
    return [
        _row({"engine": engine, "query": name}, make, shape)
        for engine, make in made.items()
        for name, shape in SHAPES.items()
    ]


def _row(names: Row, make: Callable[[str], str] | None, shape: Callable[[int], str]) -> Row:
    small, large = (len(make(shape(count))) if make else None for count in COUNTS)
    return {
        **names,
        "characters at 16": small,
        "characters at 256": large,
        "256 : 16": ratio(large, small) if large and small else None,
        "note": "" if make else NO_BACKEND,
    }


def _sql(dialect: str) -> Callable[[str], str] | None:
    module = backend("sql")

    def text(query: str) -> str:
        made = module.where(query, dialect, limits=Limits.generous())
        return f"{made.text}{made.params!r}"

    return module and text


def _mongo() -> Callable[[str], str] | None:
    module = backend("mongo")
    return module and (lambda query: repr(module.filter(query, limits=Limits.generous())))
