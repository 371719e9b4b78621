"""``~`` and ``ignore_case`` fold the same letters on every engine, wherever in a text they are."""

from __future__ import annotations

from typing import Any, Final

import pytest

from engines.database import Database
from engines.spark import open_database as spark_database
from engines.sql import DIALECTS, database
from qlause import Field, Schema, python, sql
from qlause import field as named
from qlause.sql import DialectName
from qlause.values.fold import RECENT, fold
from tests.profiles import THOROUGH

_SCHEMA: Final = Schema(
    {
        "t": Field(type="string", column="t", stored="t", ignore_case=True),
        "doc.t": Field(type="string", column=("doc", "t"), stored="t", ignore_case=True),
        "any.t": Field(type="string", array=True, column=("doc", "t"), stored="t", ignore_case=True),
    }
)
_CODES: Final = (*range(1, 0xD800), *range(0xE000, 0x20000))  # beyond no letter has a case
_LETTERS: Final = [letter for letter in map(chr, _CODES) if fold(letter) != letter]
_STORED: Final = [{"id": number, "t": f"x{letter}yz"} for number, letter in enumerate(_LETTERS, 1)]
_TEXTS: Final = {"mariadb": "VARCHAR(40)", "mysql": "VARCHAR(40)", "clickhouse": "String", "spark": "STRING"}


@pytest.mark.parametrize("dialect", [*DIALECTS, pytest.param("spark", marks=pytest.mark.xdist_group("spark"))])
def test_a_letter_in_the_middle_of_a_text_is_folded(dialect: DialectName) -> None:
    engine: Database = spark_database() if dialect == "spark" else database(dialect)
    rows = [(row["id"], row["t"], f'{{"t": "{row["t"]}"}}') for row in _STORED]
    engine.fill_table("folds", {"id": "BIGINT", "t": _TEXTS.get(dialect, "TEXT"), "doc": engine.json_type}, rows)
    queries: list[Any] = []
    is_dear = dialect == "spark"  # for each query
    paths = ["t"] if is_dear else ["t", "doc.t", "any.t"]
    chunk = 500 if is_dear else 25 if THOROUGH else 200
    for start in range(0, len(_LETTERS), chunk):
        texts = [fold(f"x{letter}yz") for letter in _LETTERS[start : start + chunk]]
        queries.append(named("t").one_of(texts))
    for letter in ("Ⱥ", "Ⱦ", "Ა", "Ꭰ", "Ꞻ", "\ua7cb", "\U00016ea0", "𞤀", "İ", "Σ", "É", "z"):
        for path in paths:
            queries += [named(path).contains(f"{fold(letter)}YZ"), named(path).ends_with(f"{letter}yz")]
            queries += [named(path).starts_with(f"x{fold(letter)}"), ~named(path).equals(f"X{letter}YZ")]
    fragments = [sql.where(query, dialect, schema=_SCHEMA) for query in queries]
    for query, found in zip(queries, engine.selected("folds", fragments), strict=True):
        matches = python.predicate(query, schema=_SCHEMA)
        assert sorted(found) == [row["id"] for row in _STORED if matches(row)], (str(query), dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_text_of_all_letters_that_some_engines_do_not_know(dialect: DialectName) -> None:
    engine, capitals = database(dialect), "".join(RECENT)
    engine.fill_documents([{"id": 1, "a": f"x{capitals}y"}, {"id": 2, "a": "xy"}])
    query = named("a").contains(fold(capitals))
    assert engine.selected("documents", [sql.where(query, dialect)]) == [[1]]
