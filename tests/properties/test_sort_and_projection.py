"""Sorting and projecting: rules 20 and 21."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Literal

from hypothesis import given
from hypothesis import strategies as st

import qlause
from qlause import Path, Schema, Sort, SortKey, python
from qlause.testing import collections, documents, fields, schemas, sorts, spellings

from .generators import WIDE, as_mappings, as_objects
from .reference_sort_projection import compare, in_order, projected
from .reference_values import Request

NULLS: tuple[Literal["first", "last"] | None, ...] = (None, "first", "last")
UNIQUE = st.sampled_from(("id", "id", "a", None))
ALWAYS = st.sampled_from(((), ("id",), ("a",), ("b", "id")))


def sign(key: Any, left: Any, right: Any) -> int:
    first, second = key(left), key(right)
    assert (first == second) == (not first < second and not second < first)
    return int(second < first) - int(first < second)


@given(st.data())
def test_a_sort_is_what_the_slow_comparison_says(data: st.DataObject) -> None:
    with_schema = data.draw(st.booleans())
    schema = data.draw(schemas(native=True)) if with_schema else None
    sort, nulls, unique = data.draw(sorts(schema)), data.draw(st.sampled_from(NULLS)), data.draw(UNIQUE)
    if schema is not None:
        unique = "id" if unique == "a" else unique
    found = data.draw(collections(native=True, vocabulary=WIDE) | collections(schema, native=True, vocabulary=WIDE))
    key = python.sort_key(sort, schema=schema, nulls=nulls, unique=unique)
    request = Request(schema)
    assert sorted(found, key=key) == in_order(found, sort, request, nulls, unique)
    for left, right in pairwise(found):
        assert sign(key, left, right) == compare(left, right, sort, request, nulls, unique)
    text = data.draw(spellings(sort))
    by_text = python.sort_key(text, schema=schema, nulls=nulls, unique=unique, attributes=True)
    assert sorted(found, key=lambda each: by_text(as_objects(each))) == sorted(found, key=key)


@given(st.data())
def test_the_order_is_total_and_descending_its_exact_reverse(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from((Path(("a",)), Path(("b",)), Path(("a", "b")))))
    found = data.draw(collections(native=True, vocabulary=WIDE))
    schema = data.draw(st.sampled_from((None, Schema({str(path): "date-time"}))))
    up = python.sort_key(Sort((SortKey(path),)), schema=schema, unique=None)
    down = python.sort_key(Sort((SortKey(path, descending=True),)), schema=schema, unique=None)
    for left in found:
        for right in found:
            assert sign(up, left, right) == -sign(up, right, left) == sign(down, right, left)
            assert sign(up, left, right) or up(left) == up(right)
    in_turn = sorted(found, key=up)
    assert all(sign(up, left, right) <= 0 for at, left in enumerate(in_turn) for right in in_turn[at:])


@given(st.data())
def test_pages_never_overlap(data: st.DataObject) -> None:
    """With the unique key the order does not depend on the order before."""
    found = data.draw(collections(native=True, vocabulary=WIDE))
    key = python.sort_key(data.draw(sorts()))
    assert sorted(found, key=key) == sorted(data.draw(st.permutations(found)), key=key)


@given(st.data())
def test_a_projection_is_the_slow_one(data: st.DataObject) -> None:
    asked, always = data.draw(fields()), data.draw(ALWAYS)
    document = data.draw(documents(native=True, vocabulary=WIDE))
    project = python.projector(asked, always=always)
    wanted = projected(document, asked, None, always)
    found = project(document)
    assert found == wanted
    assert list(found) == list(wanted)
    assert project(found) == found
    assert python.projector(data.draw(spellings(asked)), always=always)(document) == wanted
    matching = python.projector(asked, always=always, attributes=True)
    assert as_mappings(matching(as_objects(document))) == wanted


def is_stored_under_its_names(schema: Schema) -> bool:
    """Else what comes out has other names than what is stored."""
    return all(field.stored in (None, path.segments) for path, field in schema)


@given(st.data())
def test_a_projection_with_a_schema_is_the_slow_one(data: st.DataObject) -> None:
    schema = data.draw(schemas(native=True).filter(is_stored_under_its_names))
    asked, always = data.draw(fields(schema)), data.draw(st.sampled_from(((), ("id",))))
    document = data.draw(documents(schema, native=True) | documents(native=True))
    project = python.projector(asked, schema=schema, always=always)
    wanted = projected(document, asked, schema, always)
    assert project(document) == wanted
    assert project(project(document)) == wanted
    matching = python.projector(asked, schema=schema, always=always, attributes=True)
    assert as_mappings(matching(as_objects(document))) == wanted


@given(documents(native=True))
def test_asking_for_nothing_gives_everything(document: dict[str, Any]) -> None:
    assert python.projector("")(document) is document
    assert python.projector(qlause.parse_fields("  "), always=("id",))(document) is document
