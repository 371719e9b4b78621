"""A dialect's row in the table of engines: documents in a column of JSON, in a table of a real database."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from engines import postgresql
from engines.database import Database
from engines.sql import database
from qlause import Cursor, python, sql
from qlause.sql import DialectName, Fragment

from .cases import Request, load
from .cursors import sent

__all__ = ["answer", "run", "run_asyncpg", "run_together"]


def run(dialect: DialectName, request: Request) -> list[Any]:
    """What an Engine runs."""
    return answer(database(dialect), request)


def run_asyncpg(request: Request) -> list[Any]:
    """The same on PostgreSQL through asyncpg."""
    return answer(postgresql.through_asyncpg(), request)


def answer(engine: Database, request: Request) -> list[Any]:
    """What a database answers. Projected are the documents by the projector, from the columns that ``select`` names."""
    if request.kind == "fields":
        return _projected(engine, request)
    return _answers(engine, _form(request), [request])[0]


def run_together(dialect: DialectName, request: Request) -> list[Any]:
    """The same, for an engine that remembers: all cases over the same documents are asked in one go."""
    engine = database(dialect)
    if request.kind != "fields" and request.documents and request.documents != engine.loaded:
        others = [case.request for case in load() if case.expected is not None and not case.natives]
        same = [each for each in others if each.kind != "fields" and each.documents == request.documents]
        parts = [part for each in same for part in each.parts or (each,)]
        for form in _SPELT:
            _answers(engine, form, [part for part in parts if _form(part) == form])
    return run(dialect, request)


_Form: TypeAlias = Literal["condition", "order", "page"]


def _form(request: Request) -> _Form:
    if request.kind == "q":
        return "condition"
    return "order" if request.place is None else "page"


def _answers(engine: Database, form: _Form, requests: Sequence[Request]) -> list[list[Any]]:
    """The answers to requests of one form over the same documents."""
    asked = [_SPELT[form](engine, each) for each in requests]
    for each in requests:
        _load(engine, each)
    ask: Mapping[_Form, Callable[[str, Any], list[list[Any]]]]
    ask = {"condition": engine.selected, "order": engine.ordered, "page": engine.paged}
    return ask[form]("cases", asked)


def _condition(engine: Database, request: Request) -> Fragment:
    return sql.where(request.text, engine.dialect, paramstyle=engine.paramstyle, **request.options)


def _order(engine: Database, request: Request) -> Fragment:
    style, backward = engine.paramstyle, request.backward
    return sql.order_by(request.text, engine.dialect, paramstyle=style, backward=backward, **request.options)


def _page(engine: Database, request: Request) -> tuple[Fragment, Fragment]:
    """What stands behind the row of a document as the table gives it, and the order."""
    place, style, options = request.place, engine.paramstyle, request.options
    assert place is not None
    _load(engine, request)
    key = place.document["id"]
    cursor = sent(Cursor.of_row(place.sort, {"id": key, "doc": engine.stored("cases")[key]}, **options))
    behind = sql.after(request.text, cursor, engine.dialect, paramstyle=style, backward=place.backward, **options)
    return behind, _order(engine, request)


_SPELT: Final[Mapping[_Form, Callable[[Database, Request], Any]]] = {
    "condition": _condition,
    "order": _order,
    "page": _page,
}


def _load(engine: Database, request: Request) -> None:
    if request.documents != engine.loaded:
        engine.fill_documents(request.documents, name="cases")
        engine.loaded = request.documents


def _projected(engine: Database, request: Request) -> list[Any]:
    project = python.projector(request.text, **request.options)
    columns = sql.select(request.text, engine.dialect, **request.options)
    _load(engine, request)
    rows = engine.execute(f"SELECT {columns.text} FROM cases ORDER BY id", ())
    found = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in rows]
    place = [document["id"] for document in request.documents].index
    return [project(document) for document in sorted(found, key=lambda document: place(document["id"]))]
