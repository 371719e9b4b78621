"""Times of day in columns of the engine's own type, with fractions and in arrays: rows, order, pages and refusals."""

from __future__ import annotations

from datetime import time
from typing import Any, Final

import pytest

from engines.database import Database
from engines.sql import DIALECTS, database
from qlause import Schema, UnsupportedError, python, sql
from qlause.backends.sql.dialects import dialect_named
from qlause.sql import DialectName

from .keyset_pages import pages

_TIMES: Final = (None, "10:29:30", "00:00:00", "10:29:30.602", "10:29:30.602001", "23:59:59.999999", "10:29:30")
_STORED: Final[list[dict[str, Any]]] = [
    {"id": number} if text is None else {"id": number, "opens": time.fromisoformat(text)}
    for number, text in enumerate(_TIMES)
]
_TYPES: Final = {
    "postgresql": "time",
    "mariadb": "TIME(6)",
    "mysql": "TIME(6)",
    "duckdb": "TIME",
    "clickhouse": "Nullable(Time64(6))",
}
_QUERIES: Final = (
    *(f"opens:{sign}{text}" for sign in ("", ">", ">=", "<", "<=") for text in ("10:29:30", "10:29:30.602", "10:29")),
    *("opens:(10:29:30,10:29:30.602001)", "opens:(>00:00 AND <=10:29:30.602)", "opens:(NOT 10:29:30)", "opens:null"),
)
_HAVE: Final = tuple(dialect for dialect in DIALECTS if "time" in dialect_named(dialect).natives)
with_times = pytest.mark.parametrize("dialect", _HAVE)


def _schema(**attributes: Any) -> Schema:
    opens = {"type": "time", "column": "opens", **attributes}
    return Schema({"id": {"type": "integer", "column": "id"}, "opens": opens})


def _filled(dialect: DialectName) -> Database:
    engine = database(dialect)
    as_is = dialect in ("postgresql", "duckdb")
    cells = [(document["id"], document.get("opens")) for document in _STORED]
    rows = [(number, opens if as_is or opens is None else opens.isoformat()) for number, opens in cells]
    engine.fill_table("times", {"id": "BIGINT", "opens": _TYPES[dialect]}, rows)
    return engine


def test_each_dialect_with_times_is_tested() -> None:
    assert set(_HAVE) == set(_TYPES)


@with_times
@pytest.mark.parametrize("storage", [None, "native"])
def test_rows(dialect: DialectName, storage: str | None) -> None:
    engine, schema = _filled(dialect), _schema(storage=storage)
    for q in [*_QUERIES, *(f"NOT {q}" for q in _QUERIES)]:
        matches = python.predicate(q, schema=schema)
        fragment = sql.where(q, dialect, schema=schema)
        rows = engine.execute(f"SELECT id FROM times WHERE {fragment.text}", fragment.params)
        assert {row[0] for row in rows} == {each["id"] for each in _STORED if matches(each)}, fragment


@with_times
@pytest.mark.parametrize("sort", ["opens", "opens:desc"])
@pytest.mark.parametrize("nulls", [None, "first", "last"])
def test_pages(dialect: DialectName, sort: str, nulls: Any) -> None:
    """The cursor is made of what the driver returns: a time, or a timedelta where the type also holds durations."""
    engine, schema = _filled(dialect), _schema()
    wanted = [each["id"] for each in sorted(_STORED, key=python.sort_key(sort, schema=schema, nulls=nulls))]
    for backward in (False, True):
        options = {"table": "times", "names": ("id", "opens"), "schema": schema, "nulls": nulls, "backward": backward}
        found = [row["id"] for page in pages(engine, sort, 2, **options) for row in page]
        assert found == wanted[:: -1 if backward else 1]


@pytest.mark.parametrize(("dialect", "column_type"), [("postgresql", "time[]"), ("duckdb", "TIME[]")])
def test_arrays(dialect: DialectName, column_type: str) -> None:
    engine, schema = database(dialect), _schema(array=True)
    stored = [(1, [time(9), time(17)]), (2, [time(13)]), (3, None)]
    engine.fill_table("time_lists", {"id": "BIGINT", "opens": column_type}, stored)
    for q, expected in (("opens:17:00", [1]), ("opens:(>09:00 AND <17:00)", [2]), ("NOT opens:<12:00", [2, 3])):
        fragment = sql.where(q, dialect, schema=schema)
        rows = engine.execute(f"SELECT id FROM time_lists WHERE {fragment.text} ORDER BY id", fragment.params)
        assert [row[0] for row in rows] == expected, fragment


@pytest.mark.parametrize("dialect", [dialect for dialect in DIALECTS if dialect not in _HAVE])
def test_an_engine_without_the_type_refuses_it(dialect: DialectName) -> None:
    with pytest.raises(UnsupportedError, match="no type for a column of time") as refused:
        sql.where("opens:10:30", dialect, schema=_schema(storage="native"))
    assert (refused.value.code, refused.value.hint) == ("no_native_type", "say storage, as what text it is stored")
