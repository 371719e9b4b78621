"""A dialect's row in the table of engines: documents in a column of JSON, in a table of a real database."""

from __future__ import annotations

import json
from typing import Any

from qlause import python, sql
from qlause.backends.sql import DialectName, Fragment

from ..conformance.cases import Request, load
from .databases import Database, asyncpg_database, database

__all__ = ["answer", "run", "run_asyncpg", "run_together"]


def run(dialect: DialectName, request: Request) -> list[Any]:
    """What an Engine runs."""
    return answer(database(dialect), request)


def run_asyncpg(request: Request) -> list[Any]:
    """The same on PostgreSQL through asyncpg."""
    return answer(asyncpg_database(), request)


def answer(engine: Database, request: Request) -> list[Any]:
    """What a database answers. Projected are the documents by the projector, from the columns that ``select`` names."""
    if request.kind == "fields":
        return _projected(engine, request)
    asked = _asked(engine, request)
    _load(engine, request)
    return (engine.selected if request.kind == "q" else engine.ordered)("cases", [asked])[0]


def run_together(dialect: DialectName, request: Request) -> list[Any]:
    """The same, for an engine that remembers: all cases over the same documents are asked in one go."""
    engine = database(dialect)
    if request.kind != "fields" and request.documents and request.documents != engine.loaded:
        others = [case.request for case in load() if case.expected is not None and not case.natives]
        same = [each for each in others if each.documents == request.documents]
        _load(engine, request)
        for kind, ask in (("q", engine.selected), ("sort", engine.ordered)):
            ask("cases", [_asked(engine, each) for each in same if each.kind == kind])
    return run(dialect, request)


def _asked(engine: Database, request: Request) -> Fragment:
    spelt = sql.where if request.kind == "q" else sql.order_by
    return spelt(request.text, engine.dialect, paramstyle=engine.paramstyle, **request.options)


def _load(engine: Database, request: Request) -> None:
    if request.documents != engine.loaded:
        engine.documents(request.documents, name="cases")
        engine.loaded = request.documents


def _projected(engine: Database, request: Request) -> list[Any]:
    project = python.projector(request.text, **request.options)
    columns = sql.select(request.text, engine.dialect, **request.options)
    _load(engine, request)
    rows = engine.execute(f"SELECT {columns.text} FROM cases ORDER BY id", ())
    found = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in rows]
    place = [document["id"] for document in request.documents].index
    return [project(document) for document in sorted(found, key=lambda document: place(document["id"]))]
