"""Sessions and databases that are set up otherwise: every conformance case, and columns of each type, come out alike.

What a session cannot be: in MariaDB and MySQL, one whose ``character_set_connection`` lacks letters of a request (their
servers turn these into question marks before any comparison), or with ``EMPTY_STRING_IS_NULL``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import pytest

from engines import postgresql
from engines.database import Database
from engines.sql import separate_database
from qlause import python, sql
from qlause.sql import DialectName
from tests.conformance.cases import Case, load
from tests.conformance.sql_backend import answer

from . import orders_table

_CASES: Final = [case for case in load() if case.expected is not None and not case.natives]
_MODES: Final = "ANSI_QUOTES,PIPES_AS_CONCAT,IGNORE_SPACE,HIGH_NOT_PRECEDENCE,REAL_AS_FLOAT,ONLY_FULL_GROUP_BY"
_LIKE_MARIADB: Final[Mapping[str, tuple[str, ...]]] = {
    "modes": (f"sql_mode = '{_MODES}'", "time_zone = '+05:30'"),
    "backslashes": ("sql_mode = 'NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH,STRICT_ALL_TABLES'",),
    "collation": ("collation_connection = 'utf8mb4_turkish_ci'", "time_zone = '-11:00'", "div_precision_increment = 0"),
}
_SESSIONS: Final[Mapping[DialectName, Mapping[str, tuple[str, ...]]]] = {
    "sqlite": {
        "pragmas": (
            *("PRAGMA case_sensitive_like = ON", "PRAGMA reverse_unordered_selects = ON"),
            *("PRAGMA short_column_names = OFF", "PRAGMA full_column_names = ON", "PRAGMA trusted_schema = OFF"),
        )
    },
    "postgresql": {
        "texts": (
            *("SET standard_conforming_strings = off", "SET escape_string_warning = off", "SET backslash_quote = off"),
            *("SET extra_float_digits = -15", "SET bytea_output = 'escape'", "SET array_nulls = off"),
        ),
        "times": (
            *("SET TimeZone = 'Asia/Kolkata'", "SET DateStyle = 'German, DMY'", "SET IntervalStyle = 'sql_standard'"),
            *("SET transform_null_equals = on", "SET xmlbinary = 'hex'", "SET quote_all_identifiers = on"),
        ),
        "plans": ("SET plan_cache_mode = force_generic_plan", "SET jit = off", "SET enable_hashjoin = off"),
    },
    "mariadb": {
        **_LIKE_MARIADB,
        "oracle": ("sql_mode = 'ORACLE'", "time_zone = 'SYSTEM'"),
    },
    "mysql": _LIKE_MARIADB,
    "duckdb": {
        "first": (
            *("SET TimeZone = 'Asia/Kolkata'", "SET default_null_order = 'nulls_first'", "SET default_order = 'DESC'"),
            *("SET default_collation = 'NOCASE'", "SET integer_division = true"),
        ),
        "last": (
            *("SET default_null_order = 'nulls_last_on_asc_first_on_desc'", "SET default_collation = 'NOACCENT'"),
            *("SET ieee_floating_point_ops = false", "SET old_implicit_casting = true", "SET threads = 1"),
        ),
    },
}
_ICU: Final[Mapping[str, str]] = {
    "english": "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'",
    "loose": "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'und-u-ks-level1' LOCALE 'C.UTF-8'",
}


def _session(dialect: DialectName, name: str) -> Database:
    """A connection of its own to the engine of the other tests, set up otherwise."""
    found = separate_database(dialect, name)
    for each in _SESSIONS[dialect][name]:
        found.execute(f"SET SESSION {each}" if dialect in ("mariadb", "mysql") else each, ())
    return found


@cache
def _set_up(dialect: DialectName, name: str) -> Database:
    if dialect == "postgresql" and name in _ICU:
        return postgresql.through_psycopg(postgresql.separate_connection(f"icu_{name}", _ICU[name]))
    return _session(dialect, name)


SET_UP: Final = [
    *((dialect, name) for dialect, sessions in _SESSIONS.items() for name in sessions),
    *(("postgresql", name) for name in _ICU),
]


@pytest.mark.parametrize(("dialect", "name"), SET_UP)
def test_every_conformance_case_comes_out_alike(dialect: DialectName, name: str) -> None:
    engine = _set_up(dialect, name)
    wrong = [case.id for case in _CASES if _found(engine, case) != _expected(case)]
    assert wrong == []


def _found(engine: Database, case: Case) -> list[Any]:
    found = answer(engine, case.request)
    return sorted(found) if case.request.kind == "q" else found


def _expected(case: Case) -> list[Any]:
    expected = list(case.expected or ())
    return sorted(expected) if case.request.kind == "q" else expected


_ASKED: Final = (
    *("at:>2019-01-06T10:29:30Z", "at:2019-01-06", "at:<=2019-01-06T10:29:30.5Z", "day:2019-01-06", "day:>=2019-01-07"),
    *(
        'written:"2019-01-06T10:29:30Z"',
        "price:0.1",
        "price:>0.1",
        "price:<=0.3",
        "qty:9007199254740993",
        "active:true",
    ),
    *(
        'code:"a "',
        "code:~^B",
        "code:~É",
        "code:>a",
        'code:(a,"\\\\\\\\","\'")',
        "ref:f23e4567-e89b-42d3-b456-426614174000",
    ),
    *("NOT code:a", "NOT at:2019-01-06", "status:(A,ab)", "NOT active:true", 'code:""'),
)


@pytest.mark.parametrize(("dialect", "name"), SET_UP)
def test_columns_of_each_type_come_out_alike(dialect: DialectName, name: str) -> None:
    engine = _set_up(dialect, name)
    stored = orders_table.each_type()
    orders_table.fill(engine, stored)
    for text in _ASKED:
        fragment = sql.where(text, dialect, schema=orders_table.SCHEMA, alias="o")
        rows = engine.execute(f"SELECT o.id FROM orders o WHERE {fragment.text}", fragment.params)
        matches = python.predicate(text, schema=orders_table.SCHEMA)
        expected = [document["id"] for document in stored if matches(document)]
        assert sorted(row[0] for row in rows) == expected, (text, fragment)
    for field in ("code", "qty", "price", "active", "at", "written", "day", "ref"):
        for sort in (field, f"{field}:desc"):
            order = sql.order_by(sort, dialect, schema=orders_table.SCHEMA)
            rows = engine.execute(f"SELECT id FROM orders ORDER BY {order.text}", order.params)
            wanted = sorted(stored, key=python.sort_key(sort, schema=orders_table.SCHEMA))
            assert [row[0] for row in rows] == [document["id"] for document in wanted], order
