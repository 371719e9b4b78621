"""The options of binding: what is misspelt or makes no sense is refused, never passed over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from qlause import bind, python
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
