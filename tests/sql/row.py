"""A dialect's row in the table of engines: documents in a column of JSON, in a table of a real database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from qlause import python, sql
from qlause.backends.sql import DialectName, Fragment

from ..conformance.cases import Request, load
from .databases import Database, database

__all__ = ["run", "run_together"]

_loaded: Final[dict[DialectName, tuple[Mapping[str, Any], ...]]] = {}


def run(dialect: DialectName, request: Request) -> list[Any]:
    """What an Engine runs. Projected are the documents by the projector, from the columns that ``select`` names."""
    engine = database(dialect)
    if request.kind == "fields":
        return _projected(engine, request)
    asked = _asked(dialect, request)
    _load(engine, request)
    return (engine.selected if request.kind == "q" else engine.ordered)("cases", [asked])[0]


def run_together(dialect: DialectName, request: Request) -> list[Any]:
    """The same, for an engine that remembers: all cases over the same documents are asked in one go."""
    engine = database(dialect)
    if request.kind != "fields" and request.documents and request.documents != _loaded.get(dialect):
        others = [case.request for case in load() if case.expected is not None and not case.natives]
        same = [each for each in others if each.documents == request.documents]
        _load(engine, request)
        for kind, ask in (("q", engine.selected), ("sort", engine.ordered)):
            ask("cases", [_asked(dialect, each) for each in same if each.kind == kind])
    return run(dialect, request)


def _asked(dialect: DialectName, request: Request) -> Fragment:
    return (sql.where if request.kind == "q" else sql.order_by)(request.text, dialect, **request.options)


def _load(engine: Database, request: Request) -> None:
    if request.documents != _loaded.get(engine.dialect):
        engine.documents(request.documents, name="cases")
        _loaded[engine.dialect] = request.documents


def _projected(engine: Database, request: Request) -> list[Any]:
    project = python.projector(request.text, **request.options)
    columns = sql.select(request.text, engine.dialect, **request.options)
    _load(engine, request)
    rows = engine.execute(f"SELECT {columns.text} FROM cases ORDER BY id", ())
    found = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in rows]
    place = [document["id"] for document in request.documents].index
    return [project(document) for document in sorted(found, key=lambda document: place(document["id"]))]
