"""No text of a user becomes code: every backend makes of a query what it makes of its benign twin, but for constants.

The first line of an input is ``q``, the second ``sort``, the third ``fields``.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from types import CodeType
from typing import Any, Final

from engines.database import Database
from engines.sql import database
from qlause import Field, Limits, Path, QlauseError, Query, Schema, mongo, python, sql
from qlause.backends.mongo import filters
from qlause.backends.python import source
from qlause.backends.sql.compiler import STATEMENTS
from qlause.sql import DialectName
from qlause.syntax.nodes import ElemMatch

from ..twins import Twins

__all__ = ["COMPARED", "check"]

SCHEMA: Final = Schema(
    {
        "id": "integer",
        "a": Field(type="string", ignore_case=True, array=True),
        "b": "string",
        "c": {"type": "string", "case_sensitive": True},
        "n": "number",
        "at": "date-time",
        "l": {"type": "localized"},
        "o": {"type": "object", "open": True},
        "x": {"type": "string", "column": "x"},
        "e": {"type": "enum", "values": ("x", "y'")},
    }
)
_DIALECTS: Final[tuple[DialectName, ...]] = (
    *("sqlite", "postgresql", "mariadb", "mysql", "duckdb", "clickhouse", "spark"),
)
_LIMITS: Final = Limits(q_length=1_000)
"""How many patterns a longer text takes in MongoDB would depend on its letters: one may need 41 units of 60,000."""
_ESCAPED_OR_BAR: Final = re.compile(r"\\.|\|", re.DOTALL)
_HEX: Final = re.compile(r"X'[0-9a-fA-F]*'")
_OPERATORS: Final = frozenset(
    {"$and", "$or", "$nor", "$in", "$nin", "$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$exists", "$type", "$regex"}
    | {"$not", "$elemMatch", "$size", "$all"}
)
COMPARED: Final[dict[str, int]] = {}
"""How many pairs of twins were compared, by backend: for a test that they are."""


def check(data: bytes) -> None:
    """Compile the request and its twin without and with a schema, and run it on SQLite."""
    lines = data.decode("utf-8", "replace").split("\n")
    q, sort, fields = (*lines, "", "", "")[:3]
    for schema in (None, SCHEMA):
        twins = Twins()
        with contextlib.suppress(QlauseError):
            query = _parsed(q, schema)
            _check_query(query, twins.query(query), twins, schema)
        with contextlib.suppress(QlauseError):
            _check_sort(sort, schema)
        with contextlib.suppress(QlauseError):
            python.projector(fields, schema=schema)({"a": {"b": 1}})
            mongo.projection(fields, schema=schema)


def _parsed(q: str, schema: Schema | None) -> Query:
    from qlause import bind, parse

    query = parse(q, limits=_LIMITS)
    bind(query, schema=schema)
    return query


def _check_query(query: Query, twin: Query, twins: Twins, schema: Schema | None) -> None:
    _check_rows(query, twins, schema)
    if not twins.are_comparable:
        return
    for dialect in _DIALECTS:
        _compare(dialect, query, twin, partial(_statement, dialect, schema=schema), schema)
    _compare("mongo", query, twin, lambda asked: _skeleton(mongo.filter(asked, schema=schema)), schema)
    _compare("python", query, twin, lambda asked: _python_source(asked, schema), schema)


def _compare(backend: str, query: Query, twin: Query, made: Callable[[Query], Any], schema: Schema | None) -> None:
    """What is made of both; nothing that was kept for one serves the other."""
    outcomes = []
    for asked in (query, twin):
        for kept in (STATEMENTS, filters.TEMPLATES, source.TEMPLATES):
            kept.clear()
        try:
            outcomes.append(made(asked))
        except QlauseError as error:
            outcomes.append(error.code)
    if schema is not None and outcomes[1] in ("bad_value", "unknown_field", "bad_date"):
        return  # a twin may be no member of an enumeration
    assert outcomes[0] == outcomes[1], (backend, str(query), str(twin), outcomes)
    COMPARED[backend] = COMPARED.get(backend, 0) + 1


def _statement(dialect: DialectName, query: Query, schema: Schema | None) -> str:
    if dialect == "spark":
        return _sql_text(sql.where(query, dialect, schema=schema, paramstyle="inline"))
    return _sql_text(sql.where(query, dialect, schema=schema))


def _sql_text(fragment: sql.Fragment) -> str:
    return _HEX.sub("X''", fragment.text)


def _skeleton(part: Any) -> Any:
    """A filter without its constants: operators, and patterns by the structure that they are compiled to."""
    if isinstance(part, dict):
        for key in part:
            assert not key.startswith("$") or key in _OPERATORS, key
        return [
            (key if key.startswith("$") else "key", _pattern(value) if key == "$regex" else _skeleton(value))
            for key, value in part.items()
        ]
    if isinstance(part, list):
        return [_skeleton(item) for item in part]
    return type(part).__name__


def _pattern(pattern: str) -> list[Any]:
    """The structure of a pattern, without the letters it looks for."""
    parser: Any = import_module("re._parser")  # the one parser of patterns that comes with Python
    # A group before each alternative: where all begin with one letter, as twins may, the parser would take it out.
    marked = _ESCAPED_OR_BAR.sub(lambda found: "|()" if found[0] == "|" else found[0], pattern)
    return [_without_letters(step) for step in parser.parse(marked.replace(r"\z", r"\Z"))]


def _without_letters(step: Any) -> Any:
    if isinstance(step, tuple) and len(step) == 2 and str(step[0]) in ("LITERAL", "IN", "NOT_LITERAL"):
        return "letter"
    if isinstance(step, tuple | list) or type(step).__name__ == "SubPattern":
        return [_without_letters(part) for part in step]
    return str(step)


def _python_source(query: Query, schema: Schema | None) -> list[str]:
    """The source of the predicate, all of whose parts are compiled by being called."""
    compiled: list[str] = []
    code = source._code

    def recorded(text: str) -> CodeType:
        compiled.append(text)
        return code(text)

    source._code = recorded  # type: ignore[assignment]  # put back below
    try:
        python.predicate(query, schema=schema)({"a": 1})
    finally:
        source._code = code
    return compiled


def _check_sort(sort: str, schema: Schema | None) -> None:
    from qlause import parse_sort

    asked = parse_sort(sort)
    twins = Twins()
    twin = twins.sort(asked)
    python.sort_key(asked, schema=schema)
    mongo.sort(asked, schema=schema)
    if schema is None and twins.are_comparable:
        for dialect in _DIALECTS:
            style: Any = {"paramstyle": "inline"} if dialect == "spark" else {}
            texts = [_sql_text(sql.order_by(each, dialect, **style)) for each in (asked, twin)]
            assert texts[0] == texts[1], (dialect, sort, texts)


def _check_rows(query: Query, twins: Twins, schema: Schema | None) -> None:
    """The statement runs, and selects on SQLite what the predicate selects, of documents with the query's own texts."""
    if schema is not None:
        return  # a column of its own would need a table of its own
    twins.query(query)
    engine = _engine()
    # No document has U+0000 (docs/semantics.md).
    texts = [text for text in (*twins.texts, *twins.texts.values()) if "\0" not in text][:6] or ["x"]
    documents: list[dict[str, Any]] = [{"id": 0}]
    for clause in [clause for clause in query.clauses() if "\0" not in "".join(clause.path.segments)][:4]:
        for value in (*texts, 1, None, *_elements(clause.test, texts)):
            documents.append({"id": len(documents), **_under(clause.path, value)})
    engine.execute("DELETE FROM fuzzed", ())
    engine.execute_many("INSERT INTO fuzzed VALUES (?, ?)", [(each["id"], json.dumps(each)) for each in documents])
    try:
        fragment = sql.where(query, "sqlite")
    except QlauseError:
        return
    rows = engine.execute(f"SELECT id FROM fuzzed WHERE {fragment.text} ORDER BY id", fragment.params)
    matches = python.predicate(query)
    assert [row[0] for row in rows] == [each["id"] for each in documents if matches(each)], str(query)
    COMPARED["rows"] = COMPARED.get("rows", 0) + 1


def _elements(test: Any, texts: list[str]) -> list[Any]:
    """Arrays of objects, for a test of these."""
    if not isinstance(test, ElemMatch):
        return []
    paths = [clause.path for clause in Query(test.node).clauses()][:3]
    return [[_under(path, text) for path in paths] for text in texts[:3]]


def _under(path: Path, value: Any) -> dict[str, Any]:
    for key in reversed(path.segments):
        value = {key: value}
    found: dict[str, Any] = value
    return {key: each for key, each in found.items() if key != "id"}


@cache
def _engine() -> Database:
    engine = database("sqlite")
    engine.execute("CREATE TABLE fuzzed (id INTEGER, doc TEXT)", ())
    return engine
