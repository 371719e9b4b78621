"""The rows of the benchmark ``sql``: one table on each engine, made by the engine itself, with its indexes.

A row has plain columns, and the same values in the JSON of the column ``doc`` under ``data``. The indexes are those
that ``index_ddl`` prints, and beside them what a statement by hand needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from qlause import Field, Schema, sql
from qlause.backends.sql import DialectName
from tests.sql.databases import Database

__all__ = ["ENGINES", "TABLE", "Engine", "fill"]

TABLE: Final = "big"
_FIRST: Final = "Adams   Baker   Clark   Evans   Fisher  Grant   Hill    Irwin   "
_SECOND: Final = "Anna    Bert    Cora    Dirk    Edna    Fred    Gina    "
# Numbers that lie about: neighbours in the order of a value are no neighbours in the table.
_CODE: Final = "(n * 7919) % 50021"
_NAME: Final = "(n * 104729) % 1000003"
_QTY: Final = "(n * 611953) % 100003"


@dataclass(frozen=True)
class Engine:
    """How the rows are made on an engine."""

    columns: Mapping[str, str]
    """The SQL type of each column that is filled."""
    numbers: str
    """A table expression of the column ``n``, from 1 to ``{count}``."""
    at: str
    """The date-time of a row, from ``n``."""
    at_text: str
    """The same as text with milliseconds."""
    document: str
    """The JSON of the columns ``code``, ``name``, ``qty`` and ``at_text``."""
    schema: Schema
    before: Sequence[str] = ()
    """Statements before the indexes."""
    by_hand: Sequence[str] = ()
    """Indexes that statements by hand need beside those of ``index_ddl``."""
    analyze: str = f"ANALYZE {TABLE}"


def fill(engine: Database, count: int) -> None:
    """Make the table with so many rows, and its indexes."""
    rows = ENGINES[engine.dialect]
    engine.table(TABLE, rows.columns, [])
    first, second = (f"TRIM(SUBSTR('{names}', 1 + (n % {len(names) // 8}) * 8, 8))" for names in (_FIRST, _SECOND))
    made = (
        f"SELECT n AS id, CONCAT('C', 10000000 + {_CODE}) AS code, CONCAT({first}, ' ', {second}, ' ', {_NAME}) AS name,"
        f" {_QTY} AS qty, {rows.at} AS at, {rows.at_text} AS at_text FROM {rows.numbers.format(count=count)}"
    )
    if engine.dialect == "sqlite":
        made = made.replace("CONCAT(", "printf('%s%s%s%s%s', ")
    folded = ", LOWER(name)" * ("name_fold" in rows.columns)
    engine.execute(f"INSERT INTO {TABLE} SELECT id, code, name, qty, at, {rows.document}{folded} FROM ({made}) made", ())
    for statement in (*rows.before, *sql.index_ddl(engine.dialect, TABLE, schema=rows.schema), *rows.by_hand):
        engine.execute(statement, ())
    engine.execute(rows.analyze, ())


def _schema(at: str | None, folded: bool, **in_json: Mapping[str, Any]) -> Schema:
    fields: dict[str, Any] = {
        "code": Field(type="string", column="code", binary=True, case_sensitive=True),
        "name": Field(type="string", column="name", folded="name_fold"),
        "qty": Field(type="integer", column="qty"),
        "at": Field(type="date-time", column="at", storage=at),  # type: ignore[arg-type]  # a storage or None
        "data.code": {"type": "string", "case_sensitive": True},
        "data.name": "string",
        "data.qty": "integer",
        "data.at": {"type": "date-time", "storage": "milliseconds"},
    }
    return Schema({name: {**field, **in_json[name]} if name in in_json else field for name, field in fields.items()})


_SQLITE_JSON: Final = "json_extract(doc, '$.data.{}')"
ENGINES: Final[Mapping[DialectName, Engine]] = {}
