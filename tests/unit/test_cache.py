"""The cache of what is made of texts: what it keeps, what it must not keep, and that it stays within its bounds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest

import qlause
from qlause import Limits, Schema, cached, mongo, python, sql

SCHEMA = Schema({"name": "string", "qty": "integer", "at": "date-time"})


class Counting:
    """A function of a text that knows how often it was asked for each."""

    def __init__(self, make: Callable[[str], Any] = python.predicate) -> None:
        self.make = make
        self.asked: list[str] = []

    def __call__(self, text: str) -> Any:
        self.asked.append(text)
        return self.make(text)


def test_a_text_is_made_once() -> None:
    make = Counting()
    predicate = cached(make)
    assert predicate("a:1") is predicate("a:1") is predicate("".join(["a", ":1"]))
    assert predicate("a:1") is not predicate("a:1 ")  # another text, of the same meaning
    assert make.asked == ["a:1", "a:1 "]
    assert predicate("a:1")({"a": 1})
    assert predicate("")({})
    assert predicate("") is predicate("")


def test_options_are_those_of_the_function() -> None:
    """Equal options of other types, or none at all, have caches of their own."""
    without, within = cached(python.predicate), cached(partial(python.predicate, schema=SCHEMA))
    for _ in range(2):
        assert without("qty:1")({"qty": "1"})
        assert not within("qty:1")({"qty": "1"})
    assert without("extra:1")({"extra": 1})
    with pytest.raises(qlause.UnknownFieldError):
        within("extra:1")


def test_only_texts_are_asked_for() -> None:
    parse = cached(qlause.parse)
    parse("a:1")
    others: list[Any] = [True, 1, 1.0, None, b"a:1", ["a:1"]]
    for other in others:
        with pytest.raises(TypeError):
            parse(other)
    assert len(parse) == 1


def test_a_query_is_made_each_time() -> None:
    query: Any = qlause.parse("a:1")
    predicate = cached(python.predicate)
    assert predicate(query)({"a": 1})
    assert len(predicate) == 0


def test_a_refusal_is_not_kept() -> None:
    make = Counting(partial(python.predicate, limits=Limits(tests=1)))
    predicate = cached(make)
    raised = []
    for text in ("a", "a", "a:1 b:2", "a:1 b:2"):
        with pytest.raises(qlause.QlauseError) as caught:
            predicate(text)
        raised.append(caught.value)
    assert len(set(map(id, raised))) == 4
    assert len(make.asked) == 4
    assert len(predicate) == 0


@pytest.mark.parametrize(
    "q",
    [
        "at:>now-1d",
        'at:>"now-1d"',
        r'at:>"\u006eow-1d"',
        r'at:>"n\u006Fw-1d"',
        "at:(now-9d,>now-1d)",
        "at:>now-1d name:x",
    ],
)
def test_date_math_is_not_kept(q: str) -> None:
    clock = datetime(2024, 1, 10, tzinfo=UTC)
    bind = cached(lambda text: qlause.bind(text, schema=SCHEMA, now=lambda: clock))
    first = bind(q)
    clock += timedelta(days=30)
    assert bind(q) != first
    assert bind(q) == qlause.bind(q, schema=SCHEMA, now=clock)
    assert len(bind) == 0


def test_what_can_change_is_each_callers_own() -> None:
    filters = cached(mongo.filter)
    for _ in range(3):
        found = filters("a:(>1 AND <5)")
        assert found == mongo.filter("a:(>1 AND <5)")
        found["$or"].clear()  # nested, and at the top
        found["tenant"] = "acme"
    where = cached(partial(sql.where, dialect="postgresql", paramstyle="named"))
    for _ in range(3):
        fragment = where("a:1")
        assert fragment == sql.where("a:1", "postgresql", paramstyle="named")
        fragment.params.clear()  # type: ignore[union-attr]  # a dict
    shared = cached(partial(sql.where, dialect="sqlite"))
    assert shared("a:1") is shared("a:1")


def test_any_language_can_be_kept() -> None:
    order = cached(partial(sql.order_by, dialect="sqlite", schema=SCHEMA))
    assert order("name,qty:desc") is order("name,qty:desc")
    shape = cached(python.projector)
    assert shape("name")({"name": "x", "qty": 1}) == {"name": "x"}
    assert qlause.cached(qlause.parse)("a:1") == qlause.parse("a:1")


def test_the_least_used_is_given_up() -> None:
    make = Counting()
    predicate = cached(make, size=16)
    for number in range(16):
        predicate(f"a:{number}")
    predicate("a:0")
    predicate("b:1")
    make.asked.clear()
    predicate("a:0")
    assert make.asked == []
    predicate("a:1")
    assert make.asked == ["a:1"]
    assert len(predicate) == 16


def test_what_texts_can_fill_is_bounded() -> None:
    """Whatever is sent, there are at most so many entries and so many characters."""
    parse = cached(qlause.parse, size=64)
    random = Random(7)  # texts of a test
    kept: set[str] = set()
    for _ in range(3_000):
        kept.add(text := f'a:"{"x" * random.choice((1, 60, 200, 300))}{random.randrange(500)}"')
        assert parse(text) == qlause.parse(text)
    again = [text for text in kept if text in parse._entries]
    assert len(parse) == len(again) <= 64
    assert sum(1 + len(text) // 64 for text in again) == parse._filled <= 64
    make = Counting(qlause.parse)
    parse = cached(make, size=64)
    for length in (255, 256, 16_000):  # a sixteenth is 4, and 256 characters count 5 times
        text = f'a:"{"x" * (length - 4)}"'
        assert parse(text) == parse(text)
        assert make.asked.count(text) == (1 if length == 255 else 2)


@pytest.mark.parametrize("size", [0, -1, 15])
def test_the_size_makes_sense(size: int) -> None:
    with pytest.raises(ValueError, match="at least 16"):
        cached(python.predicate, size=size)


def test_threads_share_it() -> None:
    parse = cached(qlause.parse, size=32)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)

    def ask(seed: int) -> None:
        random = Random(seed)  # test data, no secrets
        for _ in range(1_500):
            number = int(random.expovariate(0.04))
            assert parse(f"a:{number}") == qlause.field("a").equals(number)
            assert parse._filled <= 33  # one that is being added

    try:
        with ThreadPoolExecutor(8) as pool:
            for done in [pool.submit(ask, seed) for seed in range(8)]:
                done.result()
    finally:
        sys.setswitchinterval(interval)
    assert parse._filled == len(parse) == 32
