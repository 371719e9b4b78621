"""A table of any number of rows, which each SQL engine generates itself, with its indexes.

A row has plain columns, and the same values in the JSON of the column ``doc`` under ``data``. The indexes are those
that ``index_ddl`` prints, and those that statements written by hand need.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from qlause import Schema, sql
from qlause.sql import DialectName

from .database import Database
from .sample_questions import POSTGRESQL_NAME

__all__ = ["ENGINES", "TABLE", "Rows", "fill", "index_of"]

TABLE: Final = "big"
_FIRST: Final = "Adams   Baker   Clark   Evans   Fisher  Grant   Hill    Irwin   "
_SECOND: Final = "Anna    Bert    Cora    Dirk    Edna    Fred    Gina    "


def _one_of(names: str) -> str:
    """One of some names of eight characters each."""
    return f"TRIM(SUBSTR('{names}', CAST(1 + (n % {len(names) // 8}) * 8 AS INTEGER), 8))"


# Neighbours in the order of a value are no neighbours in the table.
_VALUES: Final = {
    "code": "CONCAT('C', 10000000 + (n * 7919) % 50021)",
    "name": f"CONCAT({_one_of(_FIRST)}, ' ', {_one_of(_SECOND)}, ' ', (n * 104729) % 1000003)",
    "qty": "(n * 611953) % 100003",
    "seconds": "(n * 7919) % 31536000",
}
_YEAR: Final = "2023-01-01"


@dataclass(frozen=True)
class Rows:
    """How the rows are made on an engine, and what is declared of them."""

    types: Mapping[str, str]
    """The SQL type of each column."""
    numbers: str
    """A table expression of the column ``n``, from 1 to ``{count}``."""
    at: str
    """A date-time from ``seconds`` of the year."""
    at_text: str
    """The same as text with milliseconds."""
    document: str
    """The JSON of the columns ``code``, ``name``, ``qty`` and ``at_text``."""
    fields: Mapping[str, Mapping[str, Any]]
    """What the engine's fields have beside those of all."""
    generated: Sequence[str] = ()
    """Columns beside the JSON."""
    settings: Sequence[str] = ()
    """What makes it faster to load and to index so many rows, and plans that do not depend on chance."""
    by_hand: Sequence[str] = ()
    """What statements by hand have indexes of, beside those that ``index_ddl`` makes."""

    @property
    def schema(self) -> Schema:
        """The plain columns, and the values in JSON."""
        return Schema(self.declared)

    @property
    def declared(self) -> dict[str, dict[str, Any]]:
        """The fields of the schema; a name with a dot is one in JSON."""
        return {name: {**known, **self.fields.get(name, {})} for name, known in _FIELDS.items()}


_FIELDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "code": {"type": "string", "column": "code", "case_sensitive": True},
    "name": {"type": "string", "column": "name", "folded": "name_fold"},
    "qty": {"type": "integer", "column": "qty"},
    "at": {"type": "date-time", "column": "made_at"},
    "data.code": {"type": "string", "column": ("doc", "data", "code"), "case_sensitive": True},
    "data.name": {"type": "string", "column": ("doc", "data", "name")},
    "data.qty": {"type": "integer", "column": ("doc", "data", "qty")},
    "data.at": {"type": "date-time", "column": ("doc", "data", "at"), "storage": "milliseconds"},
}


def fill(engine: Database, count: int, schema: Schema | None = None) -> None:
    """Make the table with so many rows, and its indexes: of its whole schema and for SQL by hand, or of this schema."""
    rows = ENGINES[engine.dialect]
    engine.fill_table(TABLE, rows.types, [])
    values = ", ".join(f"{value} AS {name}" for name, value in _VALUES.items())
    made = f"SELECT n AS id, {values} FROM {rows.numbers.format(count=count)}"
    made = f"SELECT id, code, name, qty, {rows.at} AS made_at, {rows.at_text} AS at_text FROM ({made}) made"
    folded = ", LOWER(name)" * ("name_fold" in rows.types)
    text = f"INSERT INTO {TABLE} SELECT id, code, name, qty, made_at, {rows.document}{folded} FROM ({made}) made"
    if engine.dialect == "sqlite":
        text = re.sub(r"CONCAT\(", "printf('%s%s%s%s%s', ", text)
    if engine.dialect == "mysql":
        text = text.replace("AS INTEGER)", "AS SIGNED)")
    indexes = sql.index_ddl(engine.dialect, TABLE, schema=schema or rows.schema)
    terms = rows.by_hand if schema is None else ()
    by_hand = [f"CREATE INDEX hand_{place} ON {TABLE} {term}" for place, term in enumerate(terms)]
    generated = [f"ALTER TABLE {TABLE} ADD COLUMN {each}" for each in rows.generated]
    for statement in (*rows.settings, text, *generated, *indexes, *by_hand):
        engine.execute(statement, ())
    engine.execute(f"ANALYZE {'TABLE ' * (engine.dialect in ('mariadb', 'mysql'))}{TABLE}", ())


def index_of(engine: Database, text: str, params: Any, table: str = TABLE) -> str:
    """The index, or the indexes, that the engine looks into for a statement; empty: it scans the table."""
    if engine.dialect == "sqlite":
        plan = str(engine.execute(f"EXPLAIN QUERY PLAN {text}", params))
        return ", ".join(dict.fromkeys(re.findall(r"SEARCH .*? INDEX (\w+)", plan)))
    if engine.dialect == "postgresql":
        plan = "\n".join(row[0] for row in engine.execute(f"EXPLAIN {text}", params))
        return ", ".join(dict.fromkeys(re.findall(r"Index (?:Only )?Scan (?:Backward )?(?:using|on) (\w+)", plan)))
    if engine.dialect == "duckdb":  # the index is chosen when the statement runs, and has no name in the plan
        plan = str(engine.execute(f"EXPLAIN ANALYZE {text}", params))
        return "(ART)" if "Index Scan" in plan else ""
    if engine.dialect == "mysql":  # it has the partitions too
        rows = engine.execute(f"EXPLAIN FORMAT=TRADITIONAL {text}", params)
        return ", ".join(row[6] for row in rows if row[2] == table and row[6])
    return ", ".join(row[5] for row in engine.execute(f"EXPLAIN {text}", params) if row[2] == table and row[5])


_SQLITE_JSON: Final = "(json_extract(doc, '$.data.{}'){})"
_MARIADB_TEXT: Final = "VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"
_MYSQL_TEXT: Final = "VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin"
_FROM_1: Final = "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}) SELECT n FROM s) s"
_GENERATED_FIELDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "code": {"binary": True},
    "data.code": {"column": "data_code", "binary": True},
    "data.qty": {"column": "data_qty"},
    "data.at": {"column": "data_at", "binary": True},
}
ENGINES: Final[Mapping[DialectName, Rows]] = {
    "sqlite": Rows(
        {
            "id": "INTEGER PRIMARY KEY",
            "code": "TEXT",
            "name": "TEXT",
            "qty": "INTEGER",
            "made_at": "TEXT",
            "doc": "TEXT",
        }
        | {"name_fold": "TEXT"},
        _FROM_1,
        f"strftime('%Y-%m-%dT%H:%M:%S', '{_YEAR}', seconds || ' seconds') || '.000Z'",
        f"strftime('%Y-%m-%dT%H:%M:%S', '{_YEAR}', seconds || ' seconds') || '.000Z'",
        "json_object('data', json_object('code', code, 'name', name, 'qty', qty, 'at', at_text))",
        {"at": {"storage": "milliseconds"}},
        by_hand=[
            *(_SQLITE_JSON.format(name, "") for name in ("code", "qty", "at")),
            _SQLITE_JSON.format("name", " COLLATE NOCASE"),
        ],
    ),
    "postgresql": Rows(
        {
            "id": "bigint PRIMARY KEY",
            "code": 'text COLLATE "C"',
            "name": "text",
            "qty": "integer",
            "made_at": "timestamptz",
        }
        | {"doc": "jsonb"},
        "generate_series(1, {count}::bigint) AS n",
        f"timestamptz '{_YEAR} UTC' + seconds * interval '1 second'",
        f"to_char(timestamp '{_YEAR}' + seconds * interval '1 second', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')",
        "jsonb_build_object('data', jsonb_build_object('code', code, 'name', name, 'qty', qty, 'at', at_text))",
        {"code": {"binary": True}},
        # Otherwise PostgreSQL goes over to a plan for any values after five calls, or does not, by a hair's breadth.
        settings=["SET maintenance_work_mem = '512MB'", "SET plan_cache_mode = force_custom_plan"],
        by_hand=[
            "((doc -> 'data' ->> 'code'))",
            "((doc -> 'data' ->> 'code') text_pattern_ops)",
            "(((doc -> 'data' ->> 'qty')::integer))",
            "((doc -> 'data' ->> 'at'))",
            f"USING gin (({POSTGRESQL_NAME}) gin_trgm_ops)",
        ],
    ),
    "mariadb": Rows(
        {"id": "BIGINT PRIMARY KEY", "code": _MARIADB_TEXT, "name": "VARCHAR(40)", "qty": "INTEGER"}
        | {"made_at": "DATETIME(6)", "doc": "JSON"},
        "(SELECT seq AS n FROM seq_1_to_{count}) s",
        f"'{_YEAR}' + INTERVAL seconds SECOND",
        f"DATE_FORMAT('{_YEAR}' + INTERVAL seconds SECOND, '%Y-%m-%dT%H:%i:%s.000Z')",
        "json_object('data', json_object('code', code, 'name', name, 'qty', qty, 'at', at_text))",
        _GENERATED_FIELDS,
        settings=["SET GLOBAL innodb_buffer_pool_size = 1073741824"],
        generated=[
            f"data_code {_MARIADB_TEXT} AS (json_value(doc, '$.data.code'))",
            "data_qty INTEGER AS (json_value(doc, '$.data.qty'))",
            f"data_at {_MARIADB_TEXT} AS (json_value(doc, '$.data.at'))",
        ],
    ),
    "mysql": Rows(
        {"id": "BIGINT PRIMARY KEY", "code": _MYSQL_TEXT, "name": "VARCHAR(40)", "qty": "INTEGER"}
        | {"made_at": "DATETIME(6)", "doc": "JSON"},
        _FROM_1,
        f"'{_YEAR}' + INTERVAL seconds SECOND",
        f"DATE_FORMAT('{_YEAR}' + INTERVAL seconds SECOND, '%Y-%m-%dT%H:%i:%s.000Z')",
        "json_object('data', json_object('code', code, 'name', name, 'qty', qty, 'at', at_text))",
        _GENERATED_FIELDS,
        settings=["SET SESSION cte_max_recursion_depth = 4294967295"],
        generated=[
            f"data_code {_MYSQL_TEXT} AS (doc ->> '$.data.code')",
            "data_qty INTEGER AS (doc ->> '$.data.qty')",
            f"data_at {_MYSQL_TEXT} AS (doc ->> '$.data.at')",
        ],
    ),
    "duckdb": Rows(
        {"id": "BIGINT PRIMARY KEY", "code": "VARCHAR", "name": "VARCHAR", "qty": "INTEGER", "made_at": "TIMESTAMPTZ"}
        | {"doc": "JSON", "name_fold": "VARCHAR"},
        "range(1, {count} + 1) t(n)",
        f"timezone('UTC', TIMESTAMP '{_YEAR}' + to_seconds(seconds))",
        f"strftime(TIMESTAMP '{_YEAR}' + to_seconds(seconds), '%Y-%m-%dT%H:%M:%S.000Z')",
        "json_object('data', json_object('code', code, 'name', name, 'qty', qty, 'at', at_text))",
        {},
    ),
}
