"""How large a kept statement is, and how the parameters of a fragment are numbered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import get_args

import pytest

from qlause import Limits, Schema, UnsupportedError
from qlause.backends.sql.compiler import Compiler
from qlause.backends.sql.dialects import dialect_named
from qlause.backends.sql.fragment import Fragment, Statement
from qlause.backends.sql.paramstyles import STYLES, ParamStyle
from qlause.backends.sql.parts import Shared, Sql, bind, raw, sql, text_length
from qlause.bound.binder import bind as bind_query
from qlause.sql import DialectName, where


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


_DIALECTS: dict[ParamStyle, DialectName] = {
    "clickhouse": "clickhouse",
    "clickhouse_text": "clickhouse",
    "inline": "spark",
}


@pytest.mark.parametrize("style", STYLES)
def test_parameters_that_have_numbers_are_numbered_on(style: ParamStyle) -> None:
    dialect = _DIALECTS.get(style, "sqlite")
    fragment = where("a:x b:~50%", dialect, paramstyle=style)
    later = fragment.renumbered(20)
    has_numbers = STYLES[style].mark(1, "x") != STYLES[style].mark(2, "x")
    assert (later != fragment) is has_numbers
    assert later.renumbered(0) == fragment
    assert _values(later) == _values(fragment)
    if has_numbers:
        assert re.search(r"[$p]21\b", later.text)
        assert not re.search(r"[$p][1-9]\b", later.text)


def _values(fragment: Fragment) -> list[object]:
    return list(fragment.params.values() if isinstance(fragment.params, Mapping) else fragment.params)


_SIZES = ",".join(str(number) for number in range(1, 3_000, 2))


@pytest.mark.parametrize("dialect", get_args(DialectName))
@pytest.mark.parametrize("q", [f'"{"k" * 5_000}":size({_SIZES})', f'a:elemMatch("{"k" * 5_000}":size({_SIZES}))'])
def test_a_long_list_and_a_long_name_do_not_multiply(dialect: DialectName, q: str) -> None:
    fragment = where(q, dialect, limits=Limits.generous())
    assert len(fragment.text) + sum(len(str(value)) for value in _values(fragment)) < 15 * len(q)


def test_more_parameters_than_a_statement_takes_are_refused() -> None:
    schema = Schema({"a": {"type": "string", "column": "a"}})
    texts = [f"a:({','.join(map(str, range(members)))})" for members in (10_000, 40_000, 65_536)]
    found = [where(text, "mysql", schema=schema, limits=Limits.generous()) for text in texts[:2]]
    assert [len(each.params) for each in found] == [20_000, 40_000]  # an index is asked for so many
    with pytest.raises(UnsupportedError, match="no statement of more than 65,535 parameters") as caught:
        where(texts[2], "mariadb", schema=schema, limits=Limits.generous())
    assert caught.value.code == "too_long"
