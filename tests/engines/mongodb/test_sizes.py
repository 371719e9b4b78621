"""Filters stay within what a server takes: the compiled size of each pattern, and the levels of the document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engines.mongodb.pcre import compiled_size
from qlause import Limits, QlauseError, Query, Schema, UnsupportedError, field, mongo
from qlause.backends.mongo.patterns import _units
from qlause.testing import queries
from qlause.values.fold import fold, unfold

from ..queries_at_the_limits import REFUSED, largest_texts, texts
from ..queries_at_the_limits import SCHEMA as LIMITS_SCHEMA

SCHEMA = Schema(
    {"t": {"type": "string", "ignore_case": True}, "ts": {"type": "string", "ignore_case": True, "array": True}}
)
GENEROUS = Limits.generous()
GERMAN = [
    "Donaudampfschifffahrt",
    "Straßenbahnhaltestelle",
    "Köln",
    "Überprüfung",
    "Jahreskarte",
    "Kirsche",
    "ΣΊΣΥΦΟΣ",
    "İK",
]
MANY = [f"{word}{number}" for number in range(100) for word in GERMAN]
COMPILED_BY_PCRE = 65_535
KELVIN = "k" * 20  # its class has the Kelvin sign, and takes 41 units


def patterns_of(value: Any) -> Iterator[str]:
    """All regular expressions of a filter."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "$regex":
                yield item
            yield from patterns_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from patterns_of(item)


def levels(value: Any) -> int:
    """How many levels of documents and lists are nested."""
    if isinstance(value, dict):
        return 1 + max(map(levels, value.values()), default=0)
    return 1 + max(map(levels, value), default=0) if isinstance(value, list) else 0


def check(filter_: dict[str, Any]) -> None:
    assert levels(filter_) <= 90
    for pattern in patterns_of(filter_):
        assert len(pattern.encode()) <= 32_764
        assert compiled_size(pattern) <= _units(pattern) <= COMPILED_BY_PCRE


@pytest.mark.parametrize("name", ["t", "ts"])
@pytest.mark.parametrize("count", [210, 740, 800])
def test_lists_that_ignore_case(name: str, count: int) -> None:
    filter_ = mongo.filter(f"{name}:({','.join(MANY[:count])})", schema=SCHEMA, limits=GENEROUS)
    check(filter_)
    kelvin = ",".join(f"{KELVIN}{number}" for number in range(count))
    check(mongo.filter(f"{name}:({kelvin})", schema=SCHEMA, limits=GENEROUS))
    check(mongo.filter(f"NOT {name}:({','.join(MANY[:count])})", schema=SCHEMA, limits=GENEROUS))


def test_a_text_as_long_as_it_may_be() -> None:
    for letter in ("k", "s", "å", "ß", "σ", "𐐀", "[", "x"):
        for form in ("~", "~^"):
            check(mongo.filter(f'a:{form}"{letter * 1_000}"'))
    with pytest.raises(UnsupportedError) as caught:
        mongo.filter(f"a:~{'k' * 2_000}", limits=GENEROUS)
    assert caught.value.code == "pattern_length"


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=20))
def test_the_estimate_is_never_too_small(texts: list[str]) -> None:
    for text in texts:
        check(mongo.filter(_contains(fold(text))))


def _contains(text: str) -> Query:
    return field("a").contains(text)


def test_every_class_of_a_letter_is_estimated() -> None:
    letters = [chr(code) for code in range(0x61, 0x1E944) if len(unfold(chr(code))) > 1]
    assert len(letters) > 1_000
    for start in range(0, len(letters), 40):
        check({"a": {"$regex": mongo.filter(_contains("".join(letters[start : start + 40])))["a"]["$regex"]}})


def test_instants() -> None:
    schema = Schema({"at": {"type": "date-time", "storage": "instant"}})
    for literal in ("2019-01-06T10:29:30Z", "2019-01-06T10:29:30.602001Z"):
        for comparator in ("", ">", ">=", "<", "<="):
            check(mongo.filter(f"at:{comparator}{literal}", schema=schema, now=datetime(2020, 1, 1, tzinfo=UTC)))


@pytest.mark.parametrize(
    "leaf", ["a:1", "a.b.c.d:(NOT 1 AND NOT ~x)", f"a:({' AND '.join(f'~x{n}' for n in range(20))})"]
)
@pytest.mark.parametrize("words", [("OR", "AND"), ("AND", "OR"), ("OR", "OR NOT")])
def test_no_filter_is_too_deep_for_a_server(leaf: str, words: tuple[str, str]) -> None:
    accepted = 0
    text = leaf
    for level in range(30):
        text = f"(b{level}:2 {words[level % 2]} ({text}))"
        try:
            filter_ = mongo.filter(text, limits=Limits(depth=100))
        except UnsupportedError:
            break
        check(filter_)
        accepted += 1
    assert accepted >= 10
    if accepted < 30:
        with pytest.raises(UnsupportedError, match="nested so deep"):
            mongo.filter(text, limits=Limits(depth=100))


@given(queries())
def test_random_filters_are_taken(query: Any) -> None:
    try:
        filter_ = mongo.filter(query)
    except QlauseError:
        return
    check(filter_)


@pytest.mark.parametrize("schema", [None, LIMITS_SCHEMA], ids=["undeclared", "declared"])
def test_filters_at_the_limits_are_taken(schema: Schema | None) -> None:
    names = ("t", "s", "n", "o.a.b.c") if schema is None else ("t", "s", "at", "n", "l", "o.a.b")

    @settings(suppress_health_check=list(HealthCheck), deadline=None)
    @given(texts(names) | largest_texts(schema))
    def run(text: str) -> None:
        try:
            filter_ = mongo.filter(text, schema=schema)
        except QlauseError as error:
            if error.code not in REFUSED:
                raise
            return
        check(filter_)

    run()
