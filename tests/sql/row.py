"""A dialect's row in the table of engines: documents in a column of JSON, in a table of a real database."""

from __future__ import annotations

import json
from typing import Any

from qlause import python, sql
from qlause.backends.sql import DialectName

from ..conformance.cases import Request
from .databases import Database, asyncpg_database, database

__all__ = ["answer", "run", "run_asyncpg"]


def run(dialect: DialectName, request: Request) -> list[Any]:
    """What an Engine runs."""
    return answer(database(dialect), request)


def run_asyncpg(request: Request) -> list[Any]:
    """The same on PostgreSQL through asyncpg."""
    return answer(asyncpg_database(), request)


def answer(engine: Database, request: Request) -> list[Any]:
    """What a database answers. Projected are the documents by the projector, from the columns that ``select`` names."""
    dialect, style = engine.dialect, engine.paramstyle
    if request.kind == "q":
        condition = sql.where(request.text, dialect, paramstyle=style, **request.options)
        rest, params = f"id FROM cases WHERE {condition.text}", condition.params
    elif request.kind == "sort":
        order = sql.order_by(request.text, dialect, paramstyle=style, **request.options)
        rest, params = f"id FROM cases ORDER BY {order.text}", order.params
    else:
        project = python.projector(request.text, **request.options)
        columns = sql.select(request.text, dialect, paramstyle=style, **request.options)
        rest, params = f"{columns.text} FROM cases ORDER BY id", ()
    if request.documents != engine.loaded:
        engine.documents(request.documents, name="cases")
        engine.loaded = request.documents
    rows = engine.execute(f"SELECT {rest}", params)
    if request.kind != "fields":
        return [row[0] for row in rows]
    found = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in rows]
    place = [document["id"] for document in request.documents].index
    return [project(document) for document in sorted(found, key=lambda document: place(document["id"]))]
