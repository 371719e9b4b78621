"""A query that is bound by the plan of its structure equals the query bound alone."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qlause
from qlause import Limits, QlauseError, Query, Schema
from qlause._record import replace
from qlause.bound import binder
from qlause.bound.nodes import all_of
from qlause.bound.plan import plans_of, with_constants
from qlause.bound.query import BoundQuery, all_queries
from qlause.syntax.nodes import Clause, Compare, Contains, ElemMatch, Equals, HasSize, LiteralValue, Not
from qlause.testing import queries, schemas

from .generators import TABLE, WIDE, outcome

_TEXTS: Final = (
    *("", "a", "A", "b", "İß", "x" * 300, "true", "false", "null", "1", "1.0", "1e0", "2", "-7", "0.1"),
    *("9007199254740993", "9223372036854775808", "1e400", "007", "2019-01-06", "2019-01-06T10:29:30Z"),
    *("2019-01-06T10:29:30.602+02:00", "9999-12-31", "9999-12-31T23:59:59Z", "0001-01-01", "now", "now-7d/d"),
    *("now+99999y", "10:29:30", "24:00:00", "123e4567-e89b-12d3-a456-426614174000", "5c33a1b2c3d4e5f60718293a"),
)
_SIZES: Final = st.sampled_from(["3", "0", ">=3", ">=3,>=3", "NOT 3", "1,2"]).map(
    lambda text: qlause.parse(f"a:size({text})").root.test.test  # type: ignore[union-attr]  # a clause about a size
)
_LITERALS: Final = st.builds(LiteralValue, st.sampled_from(_TEXTS), st.booleans())


def with_other_values(node: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Any:
    """The parsed tree with other values, some of them as before."""
    if isinstance(node, Clause):
        return replace(node, test=with_other_values(node.test, draw))
    if isinstance(node, HasSize):
        return replace(node, test=draw(st.just(node.test) | _SIZES))
    if isinstance(node, ElemMatch):
        return replace(node, node=with_other_values(node.node, draw))
    if isinstance(node, Not):
        return replace(node, item=with_other_values(node.item, draw))
    if isinstance(node, (Equals, Compare)):
        return replace(node, literal=draw(st.just(node.literal) | _LITERALS))
    if isinstance(node, Contains):
        return replace(node, text=draw(st.sampled_from([node.text, *_TEXTS[1:]])))
    if hasattr(node, "items"):
        return replace(node, items=tuple([with_other_values(item, draw) for item in node.items]))
    return node


def itself(root: Any) -> Any:
    return root


def shared(query: BoundQuery) -> Any:
    """The tree of the structure with the constants of the query."""
    return with_constants(query.derived(itself), query.constants) if query.is_shared else query.root


def check(schema: Schema | None, query: Query, data: st.DataObject, **options: Any) -> None:
    drawn = [query, *[Query(with_other_values(query.root, data.draw)) for _ in range(4)], query]
    for each in [*drawn, *[qlause.parse(str(each), limits=Limits.generous()) for each in drawn]]:
        found = outcome(lambda: shared(qlause.bind(each, schema=schema, now=_NOW, **options)))  # noqa: B023  # at once
        plans = copy.deepcopy(schema)
        if schema is None:
            plans_of(None).clear()
        alone = outcome(lambda: qlause.bind(each, schema=plans, now=_NOW, **options).root)  # noqa: B023  # as above
        assert found == alone, str(each)


_NOW: Final = datetime(2026, 7, 8, 9, 10, 11, tzinfo=UTC)


@given(queries(vocabulary=WIDE).filter(lambda query: query.root is not None), st.data())
def test_any_field(query: Query, data: st.DataObject) -> None:
    check(None, query, data)


@given(st.data())
def test_declared_fields(data: st.DataObject) -> None:
    schema = data.draw(schemas(native=True, vocabulary=WIDE))
    check(schema, data.draw(queries(schema, vocabulary=WIDE).filter(lambda query: query.root is not None)), data)


@given(queries(TABLE, vocabulary=WIDE).filter(lambda query: query.root is not None), st.data())
def test_columns(query: Query, data: st.DataObject) -> None:
    check(TABLE, query, data)
    check(TABLE, query, data, language="en", limits=Limits(cost=60, characters=900))


@given(st.lists(queries(vocabulary=WIDE), min_size=1, max_size=4))
def test_queries_together(several: list[Query]) -> None:
    for _ in range(2):
        bound = [qlause.bind(query) for query in several]
        together = all_queries(bound)
        assert together.root == shared(together) == all_of([query.root for query in bound])


def test_the_second_query_of_a_structure_is_not_bound_again(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = Schema({"id": "integer", "name": "string", "at": "date-time", "tags": "string[]"})
    text = 'id:{0} name:~"n{0}" at:(>"2019-01-0{0}T10:29:30Z" AND <now) tags:(a{0},b) NOT id:(1 OR >{0})'
    qlause.bind(text.format(2), schema=schema)
    monkeypatch.setattr(binder, "_Binder", None)
    assert qlause.bind(text.format(3), schema=schema).is_shared
    with pytest.raises(TypeError, match="NoneType"):
        qlause.bind(text.format(3).replace("tags:", "tags:x tags:"), schema=schema)


def test_a_large_query_has_no_plan() -> None:
    for text in (" ".join(f"a{number}:exists" for number in range(600)), f"a:({','.join(map(str, range(101)))})"):
        assert not qlause.bind(text, limits=Limits.generous()).is_shared


def test_an_error_is_about_the_text_that_was_read_now() -> None:
    schema = Schema({"id": "integer"})
    qlause.bind("id:1 OR id:2", schema=schema)
    with pytest.raises(qlause.ValueReadingError) as caught:
        qlause.bind("id:1  OR  id:x", schema=schema)
    assert (caught.value.text, caught.value.offset) == ("id:1  OR  id:x", 13)


def test_limits_hold_for_each_query_of_a_structure() -> None:
    schema = Schema({"name": "string"})
    limits = Limits(characters=100)
    qlause.bind(f'name:"{"x" * 10}"', schema=schema, limits=limits)
    qlause.bind(f'name:"{"x" * 96}"', schema=schema, limits=limits)
    with pytest.raises(qlause.LimitExceededError):
        qlause.bind(f'name:"{"x" * 97}"', schema=schema, limits=limits)
    for cost in (1_000, 1):
        if cost == 1:
            with pytest.raises(qlause.LimitExceededError):
                qlause.bind("name:x name:y", schema=schema, limits=Limits(cost=cost))
        else:
            qlause.bind("name:x name:z", schema=schema, limits=Limits(cost=cost))


def test_sizes_cost_what_is_written() -> None:
    few, many = "t.t:size(>=3) x:1", f"t.t:size({','.join(['>=3'] * 90)}) x:1"
    qlause.bind(few)
    with pytest.raises(qlause.LimitExceededError):
        qlause.bind(many)


def test_a_schema_over_another_document_has_plans_of_its_own() -> None:
    """The field `pw` is inside the column `data`: with documents there, `extra.pw` is another name of it."""
    schema = Schema(
        {
            "extra": {"type": "object", "open": True},
            "pw": {"type": "string", "column": ("data", "extra", "pw"), "filterable": False, "projectable": False},
        }
    )
    assert schema != schema.over_document("data")
    qlause.sql.where("extra.pw:x", "sqlite", schema=schema)
    with pytest.raises(qlause.UnknownFieldError):
        qlause.sql.where("extra.pw:x", "sqlite", document="data", schema=schema)
    qlause.sql.where("extra:elemMatch(pw:x)", "sqlite", schema=schema)
    with pytest.raises(QlauseError):
        qlause.sql.where("extra:elemMatch(pw:x)", "sqlite", document="data", schema=schema)
