"""What a request may cost: counted by hand, refused before a backend sees it, the same for text and for a tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qlause
from qlause import Cursor, LimitExceededError, Limits, Query, Relation, Schema, bind, mongo, python, sql
from qlause.bound.sort import bind_sort

LANGUAGES = tuple("abcdefghijklmnopqrstuvwx")
SCHEMA = Schema(
    {
        "name": "string",
        "tags": "string[]",
        "price.amount": "number",
        "lines.item.sku": {"type": "string", "array": True},
        "title": {"type": "localized", "languages": LANGUAGES},
        "any": {"type": "localized"},
        "open": {"type": "object", "open": True},
        "qty": {"type": "integer", "column": "qty"},
        "label": {"type": "string", "column": "label", "ignore_case": True},
        "json": {"type": "integer", "column": ("data", "json")},
        "orders": {"type": "integer", "array": True, "relation": Relation("orders", (("id", "id"),), "n")},
    }
)
UNDECLARED = [
    ("a:1", 6),
    ("a:~x", 6),
    ("a.b.c:1", 18),
    ("a:1 b:2 OR NOT c:3", 18),
    ("a:(1,2,3)", 6),
    ("a:(1 OR 2 OR >3)", 12),
    ("a:(>1 AND <5 AND NOT 3)", 18),
    ("a.b:(~x OR ~y)", 24),
    ("a:exists b:missing", 12),
    ("a:null", 12),
    ("a:(1,null)", 18),
    ("a:()", 0),
    ("", 0),
]
DECLARED = [
    ("name:x", 6),
    ("price.amount:>1", 6),
    ("tags:x", 6),
    ("lines.item.sku:x", 18),
    ("title:x", 24 * 6),
    ("title.a:x", 6),
    ("any.xy:x", 12),
    ("open.x.y:x", 18),
    ("qty:1", 1),
    ("qty:(1,2,>3)", 2),
    ("label:x", 6),
    ("json:1", 6),
    ("orders:1", 6),
    ("orders:(1,2)", 6),
]


@pytest.mark.parametrize(
    ("text", "cost", "schema"),
    [*((text, cost, None) for text, cost in UNDECLARED), *((text, cost, SCHEMA) for text, cost in DECLARED)],
)
def test_the_cost_of_a_query(text: str, cost: int, schema: Schema | None) -> None:
    query = qlause.parse(text)
    if cost:
        bind(text, schema=schema, limits=Limits(cost=cost))
        bind(query, schema=schema, limits=Limits(cost=cost))
    else:
        bind(text, schema=schema, limits=Limits(cost=1))
    if cost > 1:
        for same in (text, query):
            with pytest.raises(LimitExceededError, match=f"costs more than {cost - 1}") as caught:
                bind(same, schema=schema, limits=Limits(cost=cost - 1))
            error = caught.value
            assert error.code == "limit_cost"
            assert error.text == text
            assert error.hint


@pytest.mark.parametrize(
    ("text", "characters", "schema"),
    [
        ("ab:xyz", 5, None),
        ("ab.c:xyz", 12, None),
        ("ab:(xyz,~uvw)", 8, None),
        ("title:xy", 24 * 7, SCHEMA),
        ("qty:12", 5, SCHEMA),
    ],
)
def test_the_characters_of_a_query(text: str, characters: int, schema: Schema | None) -> None:
    bind(text, schema=schema, limits=Limits(characters=characters))
    with pytest.raises(LimitExceededError) as caught:
        bind(text, schema=schema, limits=Limits(characters=characters - 1))
    assert (caught.value.code, caught.value.offset) == ("limit_characters", 0)


def test_the_clause_that_is_too_much_is_named() -> None:
    with pytest.raises(LimitExceededError) as caught:
        bind("a:1 b.c:2 d:3", limits=Limits(cost=12))
    error = caught.value
    assert (error.offset, error.length) == (4, 3)
    with pytest.raises(LimitExceededError, match="name one of the 24 languages"):
        bind("title:x", schema=SCHEMA, limits=Limits(cost=12))
    bind("title:x", schema=SCHEMA, language="a", limits=Limits(cost=12))


def test_a_clause_that_was_built_is_shown_as_text() -> None:
    with pytest.raises(LimitExceededError) as caught:
        bind(qlause.field("a.b").equals(1), limits=Limits(cost=6))
    assert (caught.value.text, caught.value.offset, caught.value.length) == ("a.b:1", 0, 3)


N = qlause.field("n").equals("x")


@pytest.mark.parametrize("query", [N, qlause.field("a").equals("y") & N, qlause.field("lines").elem_match(N | ~N)])
def test_a_query_that_was_built_is_refused_as_its_text_is(query: Query) -> None:
    schema = Schema({"n": "integer", "a": "string", "lines": "object[]", "lines.n": "integer"})
    codes: list[set[str]] = []
    for cost in range(1, 100):
        codes.append(set())
        for same in (query, str(query)):
            with pytest.raises(qlause.QlauseError) as caught:
                bind(same, schema=schema, limits=Limits(cost=cost))
            codes[-1].add(caught.value.code)
    assert codes[0] == {"limit_cost"}
    assert codes[-1] == {"value"}
    assert {len(both) for both in codes} == {1}


SORT = qlause.parse_sort("a.b,c")


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        *((call, (qlause.parse("a.b:1 c:2"),)) for call in (bind, python.predicate, python.prefilter, mongo.filter)),
        (sql.where, (qlause.parse("a.b:1 c:2"), "sqlite")),
        *((call, (SORT,)) for call in (bind_sort, python.sort_key, mongo.sort)),
        *((call, (SORT, None)) for call in (python.after, mongo.after)),
        (sql.order_by, (SORT, "sqlite")),
        (sql.after, (SORT, None, "sqlite")),
        (Cursor.of, (SORT, {"id": 1})),
    ],
)
def test_limits_count_beside_what_is_parsed(call: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    cost = 90 if arguments[0] is SORT else 18
    call(*arguments, limits=Limits(cost=cost))
    for same in (arguments, (str(arguments[0]), *arguments[1:])):
        with pytest.raises(LimitExceededError, match=f"costs more than {cost - 1}"):
            call(*same, limits=Limits(cost=cost - 1))


def test_a_sort_counts_each_key() -> None:
    bind_sort("qty,name", schema=SCHEMA, unique=None, limits=Limits(cost=35))
    with pytest.raises(LimitExceededError) as caught:
        bind_sort("qty,name", schema=SCHEMA, unique=None, limits=Limits(cost=34))
    assert (caught.value.code, caught.value.offset) == ("limit_cost", 4)


def test_nothing_is_made_of_what_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def made(*_: Any, **__: Any) -> Any:
        raise AssertionError("a backend was asked")

    monkeypatch.setattr("qlause.sql.condition_of", made)
    monkeypatch.setattr("qlause.mongo.filter_of", made)
    text = " OR ".join(["title:x"] * 900)
    for call in (lambda: sql.where(text, "postgresql", schema=SCHEMA), lambda: mongo.filter(text, schema=SCHEMA)):
        with pytest.raises(LimitExceededError):
            call()


def test_ordinary_queries_are_far_from_the_defaults() -> None:
    bind(" OR ".join(f"qty:{number}" for number in range(999)), schema=SCHEMA)
    bind(" ".join(f"meta.field{number}:~x" for number in range(80)))
    bind("title:~x OR name:~x", schema=SCHEMA, limits=Limits.public())
    bind(" ".join(f"meta.field{number}:x" for number in range(20)), limits=Limits.public())
    bind(f"id:({','.join(map(str, range(1_000)))})", limits=Limits.public())


def test_the_three_limits_are_in_order() -> None:
    public, default, generous = Limits.public(), Limits(), Limits.generous()
    names: tuple[str, ...] = Limits.__match_args__
    for name in names:
        assert getattr(public, name) <= getattr(default, name) <= getattr(generous, name)
    assert public != default != generous


@given(st.lists(st.sampled_from([text for text, _ in DECLARED]), max_size=8), st.data())
def test_clauses_add_up(texts: list[str], data: st.DataObject) -> None:
    costs = dict(DECLARED)
    total = sum(costs[text] for text in texts)
    word = data.draw(st.sampled_from([" ", " OR ", " AND NOT "]))
    bind(word.join(texts), schema=SCHEMA, limits=Limits(cost=max(1, total)))
    if total > 1:
        with pytest.raises(LimitExceededError):
            bind(word.join(texts), schema=SCHEMA, limits=Limits(cost=total - 1))
