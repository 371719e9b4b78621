"""The options of binding: what is misspelt or makes no sense is refused, never passed over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

import qlause
from qlause import Cursor, Field, Limits, Schema, bind, mongo, python, sql
from qlause.bound.fields import bind_fields
from qlause.bound.sort import bind_sort

CALLS: list[Any] = [bind, bind_sort, bind_fields, python.predicate, python.sort_key, python.projector]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
@pytest.mark.parametrize("text", ["a", ""])
def test_an_unknown_option_is_refused(call: Any, text: str) -> None:
    if call in (bind, python.predicate):
        text = text and "a:1"
    with pytest.raises(TypeError, match=r"no option 'shema'; there are schema"):
        call(text, shema=None)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
@pytest.mark.parametrize("value", [None, 5, b"a", ["a"], {}])
def test_what_is_no_text_and_no_tree_is_refused(call: Any, value: Any) -> None:
    with pytest.raises(
        TypeError, match=rf"^the (query|sort|fields) must be of type str or .*, not {type(value).__name__}$"
    ):
        call(value)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
@pytest.mark.parametrize("option", [{"schema": {"a": "string"}}, {"limits": None}, {"limits": 5}], ids=repr)
def test_an_option_of_another_type_is_refused(call: Any, option: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=r"^(schema|limits) must be of type (Schema or None|Limits), not "):
        call("", **option)


@pytest.mark.parametrize("now", [datetime(2024, 1, 1), lambda: datetime(2024, 1, 1)])
def test_the_clock_has_a_zone(now: Any) -> None:
    with pytest.raises(ValueError, match="aware"):
        bind("a:1", now=now)


def test_the_clock_is_asked_once() -> None:
    asked: list[int] = []

    def now() -> datetime:
        asked.append(1)
        return datetime(2024, 1, 1, tzinfo=UTC)

    bind("a:1 b:2 c:(>now AND <now)", now=now)
    assert asked == [1]


@pytest.mark.parametrize("nulls", ["Last", "", "LAST", True])
def test_nulls_stand_first_or_last(nulls: Any) -> None:
    with pytest.raises(ValueError, match="nulls must be"):
        bind_sort("a", nulls=nulls)


def test_always_is_a_list() -> None:
    always: Any = "id"
    with pytest.raises(TypeError, match=r"\('id',\)"):
        bind_fields("a", always=always)


@pytest.mark.parametrize("unique", ["a,b", "", " "])
def test_unique_is_one_field(unique: str) -> None:
    with pytest.raises(ValueError, match="one field"):
        bind_sort("a", unique=unique)


SORT, FIELDS = qlause.parse_sort("qty:dsc"), qlause.parse_fields("qty")


@pytest.mark.parametrize("option", [{"limits": Limits()}, {"limits": Limits(tests=1)}, {"strict": True}], ids=repr)
@pytest.mark.parametrize(
    ("call", "parsed", "more"),
    [
        *((call, SORT, ()) for call in (bind_sort, python.sort_key, mongo.sort)),
        *((call, SORT, (None,)) for call in (python.after, mongo.after)),
        (sql.order_by, SORT, ("sqlite",)),
        (sql.after, SORT, (None, "sqlite")),
        (Cursor.of, SORT, ({"qty": 1, "id": 1},)),
        (Cursor.of_row, SORT, ({"doc": "{}"},)),
        *((call, FIELDS, ()) for call in (bind_fields, python.projector, mongo.projection)),
        (sql.select, FIELDS, ("sqlite",)),
    ],
)
def test_what_is_parsed_takes_no_option_of_a_text(
    call: Any, parsed: Any, more: tuple[Any, ...], option: dict[str, Any]
) -> None:
    (name,) = option
    if (name == "strict") is not (parsed is SORT):
        return  # no option of it, or one that counts: see test_cost.py
    with pytest.raises(TypeError, match=f"^{name} says how a text is read, and this {type(parsed).__name__} is parsed"):
        call(parsed, *more, **option)
    if name != "strict":
        call(str(parsed), *more, **option)


@pytest.mark.parametrize("call", [bind, bind_sort, python.predicate, python.sort_key, mongo.filter, mongo.sort])
def test_a_language_needs_a_schema(call: Any) -> None:
    with pytest.raises(TypeError, match="language needs a schema"):
        call("", language="fr")
    call("", language=None)
    call("", language="fr", schema=Schema({"name": "localized"}))


@pytest.mark.parametrize("options", [{}, {"schema": None}, {"schema": {"a": "string"}}, {"shema": Schema({})}])
def test_indexes_are_of_a_schema(options: Any) -> None:
    with pytest.raises(TypeError, match=r"schema must be of type Schema|no option 'shema'"):
        sql.index_ddl("sqlite", "t", **options)


@pytest.mark.parametrize("option", [{"case_sensitive": True}, {"ignore_case": True}, {"folded": "f", "column": "c"}])
@pytest.mark.parametrize("kind", ["integer", "boolean", "date-time", "uuid", "object"])
def test_a_field_that_is_no_text_takes_no_option_of_text(kind: Any, option: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"are for text, not for a field of type {kind}"):
        Field(type=kind, **option)
    Field(type="string", **option)
    Field(type="object", open=True, **option)
