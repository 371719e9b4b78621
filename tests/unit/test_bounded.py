"""What is kept is bounded by memory: requests of any kind, sent again and again, fill nothing."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import pytest

from qlause import Schema, bind, cached, mongo, python, sql
from qlause.backends.mongo import filters
from qlause.backends.python import source
from qlause.backends.sql import compiler
from qlause.bound.plan import plans_of
from qlause.cache import Bounded, weight
from qlause.listing.listing import Listing

MIB = 1024 * 1024
LONG = "x" * 900


def test_the_oldest_entries_go() -> None:
    kept: Bounded[str] = Bounded(entries=3)
    for number in range(5):
        kept.put(number, str(number))
    kept.put(3, "again")
    assert [kept.get(number) for number in range(5)] == [None, None, "2", "again", "4"]
    assert len(kept) == 3
    kept.clear()
    assert (len(kept), kept.filled) == (0, 0)


def test_the_memory_is_bounded() -> None:
    kept: Bounded[str] = Bounded(entries=1_000, size=MIB)
    for number in range(500):
        kept.put(number, "x" * 10_000)
        assert kept.filled <= MIB
    assert 50 < len(kept) < 110
    kept.put("large", "x" * 100_000)
    assert kept.get("large") is None


def test_a_size_that_is_known_is_not_weighed() -> None:
    kept: Bounded[str] = Bounded(entries=1_000, size=MIB)
    kept.put("small", "x" * 100_000, size=10)
    kept.put("large", "x", size=100_000)
    assert (kept.get("large"), kept.filled, len(kept)) == (None, 10, 1)
    kept.put("small", "x", size=7)
    assert kept.filled == 7


def test_what_is_shared_counts_once_and_classes_do_not() -> None:
    text = "x" * 10_000
    assert weight([text, text, {"a": (text,)}, lambda: text]) < 12_000
    assert weight([object, gc]) < 200


def test_what_is_too_heavy_is_not_weighed_to_the_end() -> None:
    nested: list[object] = []
    for _ in range(10_000):
        nested = [nested, "x" * 1_000]
    assert 10_000 < weight(nested, 10_000) < 20_000 < weight(nested)


def _needles(number: int) -> str:
    return "".join(chr(0x3B1 + (number + place) % 20) for place in range(60))


REQUESTS: dict[str, Callable[[int], str]] = {
    "long paths": lambda n: f"{'.'.join(f'k{n}{LONG}{part}' for part in range(16))}:(NOT {n} AND ~x)",
    "undeclared paths": lambda n: " ".join(f"a{n}.b{part}:(NOT x AND NOT ~y)" for part in range(40)),
    "texts": lambda n: " ".join(f"a:~^{_needles(n + part)}" for part in range(100)),
    "numbers": lambda n: " ".join(f"a{part}:>{n}.{part + 1}" for part in range(150)),
    "one value": lambda n: f"a:({' OR '.join(f'~{_needles(n + part)}' for part in range(60))})",
}
BACKENDS: dict[str, Callable[[str], Any]] = {
    "mongo": mongo.filter,
    "python": python.predicate,
    **{name: (lambda q, name=name: sql.where(q, name)) for name in ("sqlite", "postgresql", "duckdb", "clickhouse")},  # type: ignore[misc]  # a default that is set
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("request_of", REQUESTS)
def test_requests_fill_no_memory(backend: str, request_of: str) -> None:
    make, text = BACKENDS[backend], REQUESTS[request_of]
    for number in range(3):
        for _ in range(3):
            make(text(number))
    for kept in (filters.TEMPLATES, source.TEMPLATES, compiler.STATEMENTS):
        assert kept._entries.filled <= 16 * MIB
        sizes = [size for _, size in kept._entries._entries.values()]
        assert max(sizes, default=0) <= MIB // 2
        assert sum(sizes) == kept._entries.filled
    assert source._CODES.filled <= 16 * MIB


SCHEMA = Schema(
    {
        "any": "localized",
        "name": {"type": "localized", "languages": tuple([f"l{number}" for number in range(40)])},
        "open": {"type": "object", "open": True, "column": "data"},
        "some": {"type": "object", "open": True, "column": ("data", "some")},
        "other": {"type": "any", "open": True, "column": ("data", "some", "a"), "operators": ("equals", "compare")},
        "n": "integer",
        "day": "date",
    }
)
PLANNED: dict[str, tuple[Schema | None, str]] = {
    **{name: (None, request_of(1)) for name, request_of in REQUESTS.items() if name != "numbers"},
    "one test": (None, "a:1"),
    "presence": (None, " ".join(f"a{part}:exists b{part}:null c{part}:empty" for part in range(30))),
    "numbers of elements": (None, f"a:size({','.join(str(2 * part) for part in range(160))})"),
    "tests of elements": (None, " ".join(f"a{part}:elemMatch(b:>1 OR NOT c:~x)" for part in range(30))),
    "undeclared languages": (SCHEMA, " ".join(f"any.l{part}:x" for part in range(50))),
    "one language of a list": (SCHEMA, "name.l1:x"),
    "all languages": (SCHEMA, "name:(x,y) OR name:~z"),
    "below an open object": (SCHEMA, " ".join(f"open.{LONG}{part}.b:>2 open.c{part}:x" for part in range(10))),
    "below one with operators": (SCHEMA, " ".join(f"some.a.b{part}:(>1 OR 2019-01-01)" for part in range(20))),
    "declared": (SCHEMA, "n:>1 AND day:2019-01-01 AND day:<now"),
}


@pytest.mark.parametrize(("schema", "text"), PLANNED.values(), ids=PLANNED)
def test_the_size_of_a_plan_is_no_less_than_what_it_owns(schema: Schema | None, text: str) -> None:
    plans_of(schema).clear()
    bind(text, schema=schema)
    ((outline, (plan, size)),) = plans_of(schema)._entries.items()
    assert plans_of(schema).filled == size
    plans_of(schema).clear()
    owned = weight([outline, plan, schema]) - weight(schema)
    assert owned <= size <= 4 * owned


def test_the_language_of_a_request_counts() -> None:
    for language in ("en", LONG):
        SCHEMA.plans.clear()
        bind("n:1", schema=SCHEMA, language=language)
        assert SCHEMA.plans.filled > len(language) + 2_000


def test_a_plan_does_not_weigh_what_its_schema_owns() -> None:
    schema = Schema({"e": {"type": "enum", "values": tuple([f"v{number}" for number in range(20_000)])}})
    bind("e:v1", schema=schema)
    assert len(schema.plans) == 1
    assert schema.plans.filled < 4_000


def test_the_ways_of_long_paths_are_not_kept() -> None:
    before = filters._ways.cache_info().currsize
    mongo.filter(REQUESTS["long paths"](1))
    assert filters._ways.cache_info().currsize == before


def test_a_large_result_counts_more_than_a_small_text() -> None:
    made = cached(lambda text: text * 20_000, size=64)
    for number in range(100):
        made(f"{number:03}")
    assert len(made) < 20
    assert len(made("999")) == 60_000


def test_a_listing_keeps_only_short_sorts_and_fields() -> None:
    names = [f"n{number}" for number in range(200)]
    listing = Listing(dict.fromkeys(["id", *names], "integer"), cursor_secret=b"s" * 32)
    for _ in range(2):
        request = listing.read({"sort": ",".join(names[:30]), "fields": ",".join(names)})
        assert len(request.fields.include or ()) >= 200
        assert not request.fields.is_small
        assert request.fetched.include is not None
    kept = [listing._sorts.cache_info().currsize, listing._selections.cache_info().currsize]
    assert kept == [2, 1]  # with those of no parameter at all
    listing.read({"sort": ",".join(names), "fields": ",".join(reversed(names))} | {"sort": ",".join(names[:3])})
    assert [listing._sorts.cache_info().currsize, listing._selections.cache_info().currsize] == [3, 1]
