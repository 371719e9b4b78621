"""Pages of documents in memory: which items, which links."""

from __future__ import annotations

import base64
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qlause import Field, Listing, Page, Relation, RequestError, python, sql

DOCUMENTS = [{"id": number, "name": name} for number, name in enumerate(["b", "a", None, "c", "a", "b", "d"], 1)]
LISTING = Listing({"id": "integer", "name": "string"}, page_size=3, cursor_secret=b"secret", max_offset=6)


def page(query: str, documents: Any = DOCUMENTS, listing: Listing = LISTING, **headers: str) -> Page:
    return python.page(documents, listing.read(query, headers))


def ids(found: Page) -> list[int]:
    return [item["id"] for item in found.items]


def test_pages_by_number() -> None:
    first = page("pageNumber=1&sort=name:desc")
    assert ids(first) == [7, 4, 6]
    assert first.previous is None
    second = page(first.next or "")
    assert ids(second) == [1, 5, 2]
    assert second.previous == "sort=name%3Adesc&pageNumber=1"
    last = page(second.next or "")
    assert ids(last) == [3]
    assert last.next is None


def test_a_full_last_page_has_no_next() -> None:
    assert page("pageNumber=2", DOCUMENTS[:6]).next is None


def test_a_page_past_the_end_is_empty_and_knows_the_total() -> None:
    beyond = python.page(DOCUMENTS[:2], LISTING.read("pageNumber=3", {"X-Total-Count": "true"}))
    assert (beyond.items, beyond.total, beyond.next) == ([], 2, None)
    assert beyond.headers("/x")["X-Total-Count"] == "2"


@pytest.mark.parametrize("number", [2, 3])
def test_an_empty_page_with_a_number_leads_to_the_one_before(number: int) -> None:
    """The third page is the last that has a number, so that the next one would be named by a cursor."""
    empty = page(f"pageNumber={number}", DOCUMENTS[:2])
    assert (empty.items, empty.next, empty.previous) == ([], None, f"pageNumber={number - 1}")
    assert page("pageNumber=1", []).previous is None


def test_the_end_of_page_numbers_is_not_the_end_of_the_items() -> None:
    listing = Listing({"id": "integer"}, page_size=2, max_offset=3, total="always")
    second = python.page(DOCUMENTS, listing.read("pageNumber=2"))
    assert "last" not in second.headers("/x")["Link"]
    with pytest.raises(RequestError, match=r"pageNumber: the page begins after more than 3 items; narrow the query"):
        listing.read(second.next or "")
    assert python.page(DOCUMENTS[:4], listing.read("pageNumber=2")).next is None


def test_pages_go_on_by_cursors_where_their_numbers_end() -> None:
    third = page("pageNumber=3&sort=name", [*DOCUMENTS, *({"id": number, "name": "x"} for number in range(8, 12))])
    assert third.previous == "sort=name&pageNumber=2"
    fourth = page(third.next or "", [*DOCUMENTS, *({"id": number, "name": "x"} for number in range(8, 12))])
    assert (ids(third), ids(fourth)) == ([7, 8, 9], [10, 11])
    assert page(fourth.previous or "", DOCUMENTS).items


@pytest.mark.parametrize("sort", ["", "sort=name:desc&"])
def test_a_page_that_was_emptied_leads_back(sort: str) -> None:
    first = page(f"{sort}pageSize=3")
    left = [document for document in DOCUMENTS if document in first.items]
    emptied = page(first.next or "", left)
    assert (emptied.items, emptied.next) == ([], None)
    last = page(emptied.previous or "", left)
    assert (last.items, last.next, last.previous) == (first.items, None, None)
    second = page(first.next or "")
    emptied = page(second.previous or "", [document for document in DOCUMENTS if document not in left])
    assert (emptied.items, emptied.previous) == ([], None)
    assert ids(page(emptied.next or "")) == ids(first)
    assert page(page(emptied.next or "", []).next or "", []).next is None


def test_the_end_is_the_end_of_one_sort() -> None:
    emptied = page(page("sort=name").next or "", [])
    back = emptied.previous or ""
    assert back.startswith("sort=name&before=")
    for query in (back.replace("sort=name", "sort=name:desc"), back.replace("before", "after")):
        with pytest.raises(RequestError, match="another sort"):
            page(query)


TIED = Listing({"id": "integer", "name": "string"}, equals=["name"], page_size=1, cursor_secret=b"secret")


def following(listing: Listing, query: str, context: Any = ()) -> str:
    return python.page(DOCUMENTS, listing.read(query, context=context)).next or ""


def refused(listing: Listing, query: str, context: Any = ()) -> list[tuple[str | None, str]]:
    with pytest.raises(RequestError) as caught:
        listing.read(query, context=context)
    return [(name, error.code) for name, error in caught.value.errors]


def test_a_cursor_is_good_for_what_it_was_made_for() -> None:
    query = following(TIED, "q=id:>0&name=a&fields=id")
    assert ids(python.page(DOCUMENTS, TIED.read(query.replace("fields=id", "pageSize=5")))) == [5]
    assert ids(python.page(DOCUMENTS, TIED.read(query.replace("q=", "q=+")))) == [5]
    for other in (query.replace("name=a", "name=b"), query.replace("%3E0", "%3E1"), query.replace("name=a", "q2=a")):
        assert refused(TIED, other)[-1] == ("after", "cursor")
    with pytest.raises(RequestError, match="send a cursor with the q that it came with"):
        TIED.read(query.replace("name=a", "name=b"))


_CONTEXTS = [(), "a", "b", ["a", "b"], ["ab"], [1], ["1"], [None]]


@pytest.mark.parametrize("other", _CONTEXTS, ids=str)
@pytest.mark.parametrize("context", _CONTEXTS, ids=str)
def test_a_cursor_of_another_context_is_refused(context: Any, other: Any) -> None:
    query = following(TIED, "q=id:>0", context)
    named = [
        Listing({"id": "integer"}, page_size=1, cursor_secret=b"secret", cursor_context=each)
        for each in (context, other)
    ]
    of_listing = following(named[0], "")
    if context == other:
        assert ids(python.page(DOCUMENTS, TIED.read(query, context=other))) == [2]
        assert ids(python.page(DOCUMENTS, named[1].read(of_listing))) == [2]
    else:
        assert refused(TIED, query, other) == [("after", "cursor")]
        assert refused(named[1], of_listing) == [("after", "cursor")]
    if context:
        assert refused(named[0], following(TIED, "", context)) == [("after", "cursor")]


def test_a_context_that_can_have_no_effect_is_refused() -> None:
    with pytest.raises(ValueError, match="no cursor_secret"):
        Listing({"id": "integer"}).read("", context="acme")
    with pytest.raises(TypeError, match="the context of cursors is a text"):
        TIED.read("", context=[b"acme"])  # type: ignore[list-item]  # what it refuses


def test_a_response_says_which_headers_it_depends_on() -> None:
    title = {"type": "localized", "languages": ("en", "de")}
    assert page("").headers("")["Vary"] == "X-Total-Count"
    listing = Listing({"id": "integer", "title": title}, total="always")
    assert python.page([], listing.read("")).headers("")["Vary"] == "Accept-Language"
    assert "Vary" not in python.page([], Listing({"id": "integer"}, total="never").read("")).headers("")


def test_links_keep_the_parameters_of_the_request() -> None:
    found = page("q=name:~a+OR+name:~%26&pageNumber=1&pageSize=1")
    link = found.headers("https://x.example/orders")["Link"]
    assert link.count("rel=") == 2
    url = link.split('rel="first", <')[1].partition(">")[0]
    assert urlsplit(url).path == "/orders"
    assert parse_qsl(urlsplit(url).query) == [("q", "name:~a OR name:~&"), ("pageSize", "1"), ("pageNumber", "2")]


def test_an_envelope() -> None:
    found = python.page(DOCUMENTS, LISTING.read("pageSize=7&fields=id", {"x-total-count": "true"}))
    assert found.envelope("/x") == {
        "items": [{"id": number} for number in range(1, 8)],
        "total": 7,
        "next": None,
        "previous": None,
    }


def test_a_cursor_of_another_sort_is_refused_by_its_parameter() -> None:
    following = page("sort=name").next or ""
    with pytest.raises(RequestError) as caught:
        page(following.replace("sort=name", "sort=name:desc"))
    ((name, error),) = caught.value.errors
    assert (name, error.code) == ("after", "cursor_sort")


def test_a_restricted_listing_gives_no_page_without_a_condition() -> None:
    listing = Listing({"id": "integer"}, restricted=True)
    with pytest.raises(ValueError, match="restricted"):
        python.page(DOCUMENTS, listing.read(""))
    assert ids(python.page(DOCUMENTS, listing.read("").restricted({"id": 2}))) == [2]


class Order:
    """An object whose values are attributes."""

    def __init__(self, number: int, name: str) -> None:
        self.id = number
        self.name = name


def test_pages_of_objects() -> None:
    orders = [Order(2, "x"), Order(1, "x"), Order(3, "y")]
    listing = Listing({"id": "integer", "name": "string"}, page_size=1, cursor_secret=b"secret")
    first = python.page(orders, listing.read("q=name:x&sort=name"), attributes=True)
    assert first.items == [{"id": 1, "name": "x"}]
    second = python.page(orders, listing.read(first.next or ""), attributes=True)
    assert second.items == [{"id": 2, "name": "x"}]
    assert second.next is None


_VALUES = st.none() | st.sampled_from(["a", "A", "b", "é", " ", ""])


@given(
    names=st.lists(_VALUES, max_size=12),
    sort=st.sampled_from(["", "name", "name:desc", "id:desc", "name,id:desc"]),
    size=st.integers(1, 5),
    numbered=st.booleans(),
)
def test_all_pages_together_are_everything_once_in_order_forwards_and_backwards(
    names: list[str | None], sort: str, size: int, numbered: bool
) -> None:
    documents = [{"id": number, "name": name} for number, name in enumerate(names)]
    listing = Listing({"id": "integer", "name": "string"}, page_size=size, cursor_secret=b"secret", total="always")
    query: str | None = f"sort={sort}" + "&pageNumber=1" * numbered
    pages: list[Page] = []
    while query is not None:
        pages.append(page(query, documents, listing))
        query = pages[-1].next
    expected = sorted(documents, key=python.sort_key(sort))
    assert [item for found in pages for item in found.items] == expected
    assert {found.total for found in pages} == {len(documents)}
    assert all(len(found.items) == size for found in pages[:-1])
    for before, after in pairwise(pages):
        assert page(after.previous or "", documents, listing).items == before.items


def test_sealed_cursors_cannot_be_read_and_lead_on() -> None:
    pytest.importorskip("cryptography")
    schema = {"id": "integer", "name": "string"}
    sealed = Listing(schema, page_size=3, cursor_secret=b"secret", sealed_cursors=True, sort="name")
    plain = Listing(schema, page_size=3, cursor_secret=b"secret", sort="name")
    first, readable = page("", listing=sealed), page("", listing=plain)
    text, other = (dict(parse_qsl(each.next or ""))["after"] for each in (first, readable))
    decoded = [base64.urlsafe_b64decode(each + "=" * (-len(each) % 4)) for each in (text, other)]
    assert [b'[2,"' in each for each in decoded] == [False, True]
    assert ids(page(first.next or "", listing=sealed)) == ids(page(readable.next or "", listing=plain))
    for query, listing in ((readable.next, sealed), (first.next, plain)):
        with pytest.raises(RequestError):
            page(query or "", listing=listing)
    with pytest.raises(ValueError, match="sealed_cursors needs a cursor_secret"):
        Listing(schema, sealed_cursors=True)
    with pytest.raises(ValueError, match="secret of cursors is empty"):
        Listing(schema, cursor_secret=bytes(32))


def test_errors_of_fields_are_about_the_text_of_their_own_request() -> None:
    author = Field(type="string", relation=Relation("authors", (("id", "author_id"),), "name", one=True))
    fields: dict[str, Any] = {"id": {"type": "integer", "column": "id"}, "author.name": author}
    for secret, text, place in ((b"x" * 32, "id,author.name", (3, 11)), (b"y" * 32, 'id, "author".name', (4, 13))):
        listing = Listing(fields, cursor_secret=secret)
        with pytest.raises(RequestError) as caught:
            sql.statements(listing.read({"fields": text}), "t", "sqlite")
        ((name, error),) = caught.value.errors
        assert (name, error.code, error.text, (error.offset, error.length)) == ("fields", "related_rows", text, place)
