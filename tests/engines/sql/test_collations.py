"""Indexes of columns of text on MariaDB and MySQL: with one, a query selects what it selects without.

For LIKE these engines read a part of an index that ends before some characters, other ones in each collation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from engines.database import Database
from engines.sql import database
from qlause import Field, Query, Schema, python, sql
from qlause import field as named
from qlause.sql import DialectName

_AFTER: Final = (
    *("", "b", "é", "ж", "漢", "\u0653", "\u0670", "\u180e", "\u2028", "墻", "銹", "\n", "\t", "\x7f", "\x85"),
    *("\ud7a3", "\ue000", "\ufb01", "\ufffd", "\uffee", "😀", "\U0010ffff", "é😀", "éb", "%", "_", "!", "\\"),
)
_TEXTS: Final = (*("a" + each for each in _AFTER), "", "b", "A", "Á", "é", "😀", "😀é", "\U0010ffff", "z")
_OTHERS: Final = [f"z{number}" for number in range(1_500)]
"""So many that the engines look into the index."""
_COLLATIONS: Final[dict[DialectName, list[str]]] = {
    "mariadb": ["unicode_ci", "general_ci", "bin", "czech_ci", "persian_ci", "uca1400_ai_ci", "nopad_bin"],
    "mysql": ["unicode_ci", "general_ci", "bin", "czech_ci", "persian_ci", "0900_ai_ci", "0900_bin"],
}
_BY_CODE_POINT: Final = ("nopad_bin", "0900_bin")


def _queries(name: str) -> Iterator[Query]:
    for text in _TEXTS:
        yield named(name).equals(text)
        yield named(name).one_of([text, "b", "aé"])
        yield named(name).one_of([text, *(f"x{number}" for number in range(40))])
        if text:
            yield named(name).starts_with(text)


def _check(engine: Database, schema: Schema, queries: list[Query], rows: list[tuple[int, str]]) -> None:
    fragments = [sql.where(query, engine.dialect, schema=schema) for query in queries]
    for query, found in zip(queries, engine.selected("collated", fragments), strict=True):
        matches = python.predicate(query, schema=schema)
        assert sorted(found) == [number for number, text in rows if matches({"c": text})], str(query)


@pytest.mark.parametrize(
    ("dialect", "collation"), [(dialect, each) for dialect, all_ in _COLLATIONS.items() for each in all_]
)
def test_an_index_of_any_collation(dialect: DialectName, collation: str) -> None:
    engine = database(dialect)
    rows = list(enumerate([*_TEXTS, *_OTHERS]))
    engine.fill_table("collated", {"id": "BIGINT", "c": f"VARCHAR(40) COLLATE utf8mb4_{collation}"}, rows)
    engine.execute("CREATE INDEX collated_c ON collated (c)", ())
    options: dict[str, Any] = {"column": "c", "stored": "c", "binary": collation in _BY_CODE_POINT}
    exact = Schema({"c": Field(type="string", case_sensitive=True, **options)})
    _check(engine, exact, list(_queries("c")), rows)
    folded = Schema({"c": Field(type="string", folded="c_folded", **options)})
    for statement in sql.index_ddl(dialect, "collated", schema=folded):
        if "c_folded" in statement:
            engine.execute(statement, ())
    _check(engine, folded, [named("c").starts_with(text) for text in _TEXTS if text], rows)
