"""What is special to DuckDB: its index under collations."""

from __future__ import annotations

from engines.sample_table import index_of
from engines.sql import separate_database
from qlause import Field, Schema, sql


def test_an_index_of_duckdb_is_used_under_any_collation() -> None:
    """What the column or the session calls equal is not looked at."""
    schema = Schema({"code": Field(type="string", column="code")})
    for collation, session in (("", ""), ("COLLATE NOCASE", ""), ("", "NOCASE")):
        engine = separate_database("duckdb", f"collated {collation}")
        engine.fill_table("collated", {"id": "BIGINT", "code": f"VARCHAR {collation}"}, [])
        values = "CONCAT(CASE WHEN n % 2 = 0 THEN 'c' ELSE 'C' END, n // 2)"
        engine.execute(f"INSERT INTO collated SELECT n, {values} FROM range(20000) t(n)", ())
        engine.execute("CREATE INDEX collated_code ON collated (code)", ())
        engine.execute(f"SET default_collation = '{session}'", ())
        for q, expected in (("code:c7", {14}), ("code:(C7,C8)", {15, 17})):
            fragment = sql.where(q, "duckdb", schema=schema)
            statement = f"SELECT id FROM collated WHERE {fragment.text}"
            assert index_of(engine, statement, fragment.params)
            assert {row[0] for row in engine.execute(statement, fragment.params)} == expected
