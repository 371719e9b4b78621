"""What is special to PostgreSQL: indexes of trigrams."""

from __future__ import annotations

from engines.sample_table import index_of
from engines.sql import database
from qlause import Field, Schema, sql


def test_trigrams_find_what_is_no_text_too() -> None:
    """The text of a number, a boolean or a list in JSON is in the index, and no row is selected by it."""
    schema = Schema({"n": Field(type="string", column=("doc", "n"))})
    engine = database("postgresql")
    values = ["a 4242", "A4242", 4242, [4242], {"4242": 4242}, True, "TRUE", None]
    engine.fill_documents([{"id": place, "n": value} for place, value in enumerate(values)], name="trigrams")
    for statement in sql.index_ddl("postgresql", "trigrams", schema=schema):
        engine.execute(statement, ())
    engine.execute("SET enable_seqscan = off", ())
    try:
        for q, expected in (("n:~4242", {0, 1}), ("n:~^a424", {1}), ("n:~true", {6}), ("n:4242", set())):
            fragment = sql.where(q, "postgresql", schema=schema)
            statement = f"SELECT id FROM trigrams WHERE {fragment.text}"
            assert index_of(engine, statement, fragment.params).startswith("trigrams_n")
            assert {row[0] for row in engine.execute(statement, fragment.params)} == expected
    finally:
        engine.execute("RESET enable_seqscan", ())
