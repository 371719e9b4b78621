"""Relations to one row and to several, through third tables and over two steps, in SQLAlchemy and Django."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qlause import UnknownFieldError, python
from qlause.bound.sort import SortOptions
from qlause.testing import queries, sorts

from .blog import BLOG_STORES, Post, blog_store, posts
from .orders import thorough
from .walks import walked

everywhere = pytest.mark.parametrize("name", BLOG_STORES)


@everywhere
def test_both_libraries_derive_the_same_schema(name: str) -> None:
    kinds = {
        str(path): field.type + "[]" * field.array + "!" * (not field.sortable)
        for path, field in blog_store(name).schema
    }
    assert kinds == {
        "id": "integer",
        "title": "string",
        "author.name": "string",
        "author.country.name": "string",
        "author.badges.name": "string[]!",
        "tags.name": "string[]!",
        "comments.text": "string[]!",
        "comments.likes.by": "string[]!",
        "comments.country.name": "string[]!",
    }


@everywhere
@given(data=st.data())
@thorough
def test_queries_select_the_posts_that_the_predicate_selects(name: str, data: st.DataObject) -> None:
    store, stored = blog_store(name), data.draw(posts)
    store.fill(stored)
    for query in data.draw(st.lists(queries(store.schema), min_size=12, max_size=12)):
        matches = python.predicate(query, schema=store.schema)
        expected = {post["id"] for post in stored if matches(post)}
        for negated in (False, True):
            found = store.selected(query, negated)
            assert set(found) == ({post["id"] for post in stored} - expected if negated else expected), (
                str(query),
                negated,
            )
            assert len(found) == len(set(found)), "a post is found once"


_OF_A_COMMENT = st.recursive(
    st.sampled_from(
        (
            *("text:a", "text:~A", "country.name:FR", "country:elemMatch(name:~d)", "likes.by:a", "likes.by:(b,ab)"),
            *("likes.by:exists", "likes:elemMatch(by:a)", "likes:elemMatch(NOT by:a)", "likes.by:(>=a AND NOT b)"),
        )
    ),
    lambda inner: st.one_of(
        inner.map("NOT ({})".format),
        st.tuples(inner, st.sampled_from(("AND", "OR")), inner).map(lambda parts: f"({' '.join(parts)})"),
    ),
    max_leaves=3,
)


@everywhere
@given(data=st.data())
@thorough
def test_rows_of_one_row_are_asked_about_together(name: str, data: st.DataObject) -> None:
    store, stored = blog_store(name), data.draw(posts)
    store.fill(stored)
    for inner in data.draw(st.lists(_OF_A_COMMENT, min_size=12, max_size=12)):
        q = f"comments:elemMatch({inner})"
        expected = {post["id"] for post in stored if python.predicate(q, schema=store.schema)(post)}
        assert set(store.selected(q, False)) == expected, q
        assert set(store.selected(q, True)) == {post["id"] for post in stored} - expected, q


@everywhere
@given(data=st.data())
@thorough
def test_pages_are_the_sorted_posts(name: str, data: st.DataObject) -> None:
    store, stored = blog_store(name), data.draw(posts)
    store.fill(stored)
    for sort in data.draw(st.lists(sorts(store.schema), min_size=3, max_size=3)):
        options: SortOptions = {"schema": store.schema, "nulls": data.draw(st.sampled_from((None, "first", "last")))}
        wanted = [post["id"] for post in sorted(stored, key=python.sort_key(sort, **options))]
        for backward in (False, True):
            found = walked(
                lambda cursor: store.page(sort, cursor, backward, options),  # noqa: B023  # called at once
                lambda row: store.cursor_of(sort, row, options),  # noqa: B023  # called in this turn of the loop
                3,
                len(stored),
            )
            ids = [row.number if isinstance(row, Post) else row.id for row in found]
            assert ids == wanted[:: -1 if backward else 1], (str(sort), options, backward)


@everywhere
def test_no_post_comes_twice_and_no_sort_by_several_rows(name: str) -> None:
    store = blog_store(name)
    store.fill([{"id": 1, "title": "a", "tags": [{"name": "x"}, {"name": "y"}]}, {"id": 2, "title": "b"}])
    assert store.selected("tags.name:(x,y)", False) == [1]
    assert store.selected("tags.name:(x,y)", True) == [2]
    assert store.selected("tags.name:x tags.name:y NOT tags.name:(x AND y)", False) == [1]
    with pytest.raises(UnknownFieldError, match=r"tags\.name is not sortable .*; several rows belong to one"):
        store.page("tags.name", None, False, {"schema": store.schema})  # type: ignore[arg-type]  # a text is a sort too
