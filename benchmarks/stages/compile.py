"""From a text to what runs it: each stage beside the parse of the same text.

A stage is what comes on top of the one before: bind on top of the parse, what a backend makes on top of bind. The whole
way from the text is shown too, and what is left of it where a cache has kept the predicate.

No query is asked for twice in a row: each call is about other values. What a backend writes for queries that differ in
nothing else is kept when a shape comes again, so there are rows for the first two queries of a shape as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle
from typing import Any, Final

import qlause

from ..measure import Row, ratio, side_by_side
from ..packages import MISSING, NO_BACKEND, backend, installed
from ..peers.parse import FIQL, QLAUSE

__all__ = ["run"]

QUERIES: Final = {
    "simple": QLAUSE.simple,
    "four clauses": QLAUSE.four_clauses,
    "list of 100": f"id:({','.join(f'5c3{number:021}' for number in range(100))})",
}
SCHEMA: Final = qlause.Schema(
    {"id": "string", "name": "string", "surname": "string", "metadata.createdAt": "date-time", "primary": "boolean"}
)
COLUMNS: Final = qlause.Schema(
    {
        "id": {"type": "string", "column": "id"},
        "name": {"type": "string", "column": "name"},
        "surname": {"type": "string", "column": "surname"},
        "metadata.createdAt": {"type": "date-time", "column": "created_at"},
        "primary": {"type": "boolean", "column": "is_primary"},
    }
)
_Compile = Callable[..., object]
_PREDICATE: Final = "predicate"
_KEPT: Final = "predicate, kept"
_FIRST: Final = "{}, first two of a shape"
_OTHER: Final = 8  # queries that are asked for in turns
_SHAPES: Final = 600  # more than any backend keeps
_BACKENDS: Final[dict[str, tuple[str, str, dict[str, str]]]] = {
    _PREDICATE: ("python", "predicate", {}),
    "SQL, SQLite": ("sql", "where", {"dialect": "sqlite"}),
    "SQL, PostgreSQL": ("sql", "where", {"dialect": "postgresql"}),
    "MongoDB filter": ("mongo", "filter", {}),
}
"""Each stage: the backend, its function and what this takes beside the query."""


def run() -> list[Row]:
    """One row a query, schema and step: microseconds, and how they stand to the parse."""
    stages = {name: _stage(*about) for name, about in _BACKENDS.items()}
    rows: list[Row] = []
    for name, text in QUERIES.items():
        for declared, options in (("none", {}), ("declared", {"schema": SCHEMA}), ("columns", {"schema": COLUMNS})):
            rows += _rows({"query": name, "schema": declared}, text, stages, options)
    return rows


def _rows(names: Row, text: str, stages: dict[str, _Compile | None], options: dict[str, Any]) -> list[Row]:
    texts = [_with_other_values(text, number) for number in range(_OTHER)]
    trees = [qlause.parse(each) for each in texts]
    there: dict[str, _Compile] = {"bind": qlause.bind, **{name: make for name, make in stages.items() if make}}
    calls: dict[str, Callable[[], object]] = {"parse": _in_turns(qlause.parse, texts)}
    for name, make in there.items():
        calls[f"{name} of the text"] = _in_turns(partial(make, **options), texts)
        calls[f"{name} of the tree"] = _in_turns(partial(make, **options), trees)
    firsts = [name for name in there if name != "bind" and not options]
    if firsts:
        shapes = [_with_other_names(each, number) for number in range(_SHAPES) for each in texts[:2]]
        firsts_of_shapes = [qlause.parse(each) for each in shapes]
        calls |= {_FIRST.format(name): _in_turns(there[name], firsts_of_shapes) for name in firsts}
    if _PREDICATE in there:
        calls[_KEPT] = partial(qlause.cached(partial(there[_PREDICATE], **options)), text)
    if installed(FIQL.distribution):
        calls["fiql"] = partial(FIQL.load(), FIQL.texts.four_clauses)
    spent = side_by_side(calls)
    parse, bind, fiql = spent["parse"], spent["bind of the tree"], spent.get("fiql")
    rows = [_row({**names, "stage": "parse"}, parse, parse, parse, fiql)]
    for name in ("bind", *stages):
        if name not in there:
            rows.append({**dict.fromkeys(rows[0]), **names, "stage": name, "note": NO_BACKEND})
            continue
        stage = max(spent[f"{name} of the tree"] - (0 if name == "bind" else bind), 0.0)
        rows.append(_row({**names, "stage": name}, stage, spent[f"{name} of the text"], parse, fiql))
    for name in firsts:
        whole = spent[_FIRST.format(name)]
        rows.append(_row({**names, "stage": _FIRST.format(name)}, max(whole - bind, 0.0), parse + whole, parse, fiql))
    if _KEPT in spent:
        rows.append(_row({**names, "stage": _KEPT}, spent[_KEPT], spent[_KEPT], parse, fiql))
    return rows


def _in_turns(make: _Compile, queries: Sequence[object]) -> Callable[[], object]:
    following = cycle(queries).__next__
    return lambda: make(following())


def _with_other_values(text: str, number: int) -> str:
    """The query with another digit in its values."""
    return re.sub("(John|Smith|5c|[.]60)[0-9]?", rf"\g<1>{number}", text)


def _with_other_names(text: str, number: int) -> str:
    """The query about fields of other names."""
    return re.sub(r"([A-Za-z]+):", rf"\g<1>{number}:", text)


def _row(names: Row, stage: float, whole: float, parse: float, fiql: float | None) -> Row:
    return {
        **names,
        "stage µs": round(stage * 1e6, 2),
        "from the text µs": round(whole * 1e6, 2),
        "stage : parse": ratio(stage, parse),
        "from the text : parse": ratio(whole, parse),
        "from the text : fiql-parser's parse of four clauses": ratio(whole, fiql) if fiql else None,
        "note": "" if fiql else f"{FIQL.distribution} is {MISSING}",
    }


def _stage(name: str, function: str, options: dict[str, str]) -> _Compile | None:
    """What makes something of a text or a tree, if there is the backend."""
    module = backend(name)
    return module and partial(getattr(module, function), **options)
