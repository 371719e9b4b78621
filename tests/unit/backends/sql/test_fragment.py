"""How large a kept statement is."""

from __future__ import annotations

from qlause.backends.sql.compiler import Compiler
from qlause.backends.sql.dialects import dialect_named
from qlause.backends.sql.fragment import Statement
from qlause.backends.sql.parts import Shared, Sql, bind, raw, sql, text_length
from qlause.bound.binder import bind as bind_query


def test_the_text_of_what_is_shared_counts_once() -> None:
    inner = raw("12345")
    outer = Sql((Shared("inner", inner), "67"))
    assert text_length(sql("{} = {} OR {}", outer, bind("no text"), Sql((Shared("outer", outer),)))) == (
        len("67 =  OR ") + 5 + 2 + 5
    )


def test_a_statement_whose_text_depends_on_values_counts_what_it_shares() -> None:
    compiler = Compiler(dialect_named("clickhouse"), "doc", None)
    one, two = (Statement(compiler.dialect, compiler.query(bind_query(text).root)) for text in ("a:x", "a:x b:y"))
    longest_shared = max(len(text) for text in one.fill([]).text.split(" AS "))
    assert one.size > longest_shared > 100
    assert one.size < two.size < 2 * one.size
