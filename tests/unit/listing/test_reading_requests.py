"""What a listing makes of the parameters of a request, and how it refuses them."""

from __future__ import annotations

import contextlib
import pickle
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qlause import Listing, ListRequest, RequestError, Schema, field, python
from qlause.listing.languages import preferred_language

SCHEMA = Schema(
    {
        "id": "integer",
        "name": "string",
        "type": {"type": "enum", "values": ("A", "B")},
        "qty": {"type": "integer", "sortable": False},
        "at": "date-time",
        "title": {"type": "localized", "languages": ("en", "de")},
        "tenant": {"filterable": False, "sortable": False, "projectable": False},
    }
)
LISTING = Listing(SCHEMA, equals=["type", "qty", "at"], cursor_secret=b"secret", max_offset=1_000, ignore=["utm_*"])


def refused(params: Any, listing: Listing = LISTING) -> list[tuple[str | None, str]]:
    """The parameters that are refused, with the codes of the errors."""
    with pytest.raises(RequestError) as caught:
        listing.read(params)
    return [(name, error.code) for name, error in caught.value.errors]


def test_an_empty_request_asks_for_the_first_page_of_everything() -> None:
    request = LISTING.read("")
    assert (request.number, request.size, request.offset, request.cursor) == (1, 16, 0, None)
    assert not request.wants_total
    assert request.language is None
    assert [key.target.keys for key in request.sort.keys] == [("id",)]
    assert request == LISTING.read({}) == LISTING.read([]) == LISTING.read(b"")


@pytest.mark.parametrize(
    ("params", "errors"),
    [
        ("pageSiz=3", [("pageSiz", "unknown_parameter")]),
        ("Q=id:1", [("Q", "unknown_parameter")]),
        ("q=id:1&q=id:2", [("q", "repeated_parameter")]),
        ("type=A&type=A", [("type", "repeated_parameter")]),
        ("q=id:x&sort=nmae&fields=pin&pageSize=0", ["q", "sort", "fields", "pageSize"]),
        ("sort=name:dsc", [("sort", "sort_direction")]),
        ("sort=qty", [("sort", "not_sortable")]),
        ("q=tenant:x", [("q", "unknown_field")]),
        ("type=C", [("type", "value")]),
        ("type=A%20OR%20type:B", [("type", "value")]),
        ("qty=two", [("qty", "value")]),
        ("at=yesterday", [("at", "value")]),
        *(
            (f"pageSize={text}", [("pageSize", "parameter_value")])
            for text in ("", "x", "101", "-1", "1.0", "+1", "1e1")
        ),
        *((f"pageNumber={text}", [("pageNumber", "parameter_value")]) for text in ("0", "x", "%D9%A3", "00")),
        (f"pageNumber={'9' * 5_000}", [("pageNumber", "page_offset")]),
        (f"pageNumber={10**18}", [("pageNumber", "page_offset")]),
        ("pageNumber=64&pageSize=16", [("pageNumber", "page_offset")]),
        (f"pageNumber={10**17}", [("pageNumber", "page_offset")]),
        ("after=x", [("after", "cursor")]),
        ("after=", [("after", "cursor")]),
        ("after=x&pageNumber=1", [("after", "parameter_conflict")]),
        ("after=x&before=y", [("after", "parameter_conflict"), ("before", "cursor")]),
        ("q=%FF", [("q", "parameter_value")]),
        ("%FF=1", [("�", "parameter_value")]),
        ("&".join(f"a{number}=1" for number in range(101)), [(None, "repeated_parameter")]),
        ([("q", "id:1"), ("q", "")], [("q", "repeated_parameter")]),
        ({"q": ["id:1", "id:2"]}, [("q", "repeated_parameter")]),
    ],
)
def test_what_is_refused(params: Any, errors: list[Any]) -> None:
    found = refused(params)
    assert [name for name, _ in found] == errors if isinstance(errors[0], str) else found == errors


def test_the_hint_names_the_parameter_that_was_meant() -> None:
    with pytest.raises(RequestError) as caught:
        LISTING.read("pageSiz=3")
    ((_, error),) = caught.value.errors
    assert error.hint == "did you mean pageSize?"
    assert str(caught.value) == "pageSiz: there is no parameter pageSiz; did you mean pageSize?"


def test_an_error_is_data_for_a_problem_and_can_be_pickled() -> None:
    with pytest.raises(RequestError) as caught:
        LISTING.read("q=id:x&pageSize=0")
    problem = caught.value.to_problem()
    assert problem["status"] == 400
    assert [(error["parameter"], error["code"]) for error in problem["errors"]] == [
        ("q", "value"),
        ("pageSize", "parameter_value"),
    ]
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  # our own
    assert copy.to_problem() == problem
    assert copy.to_dict()["code"] == "request"


def selected(request: ListRequest, **document: Any) -> bool:
    return python.predicate(request.query)(document)


def test_q_never_widens_a_parameter_of_its_own() -> None:
    request = LISTING.read("type=A&q=id:1 OR id:2")
    assert selected(request, id=2, type="A")
    assert not selected(request, id=2, type="B")
    assert not selected(request, id=3, type="A")


def test_a_parameter_of_its_own_is_a_value_and_no_query() -> None:
    listing = Listing({"id": "integer", "name": "string"}, equals=["name"])
    for text in ("x", "~x", "(a,b)", "null", "exists", 'a" OR id:"1', "", " ", "a:b", "1", "true", "\0"):
        request = listing.read({"name": text})
        assert selected(request, name=text), text
        assert not selected(request, name="other")
        assert not selected(request)


def test_blanks_and_plus_signs_are_decoded_once() -> None:
    listing = Listing({"id": "integer", "name": "string"}, equals=["name"])
    assert selected(listing.read("name=a+b%2Bc%2520"), name="a b+c%20")


def test_parameters_that_are_ignored() -> None:
    assert LISTING.read("utm_source=x&utm_source=y").offset == 0
    assert refused("utm=x") == [("utm", "unknown_parameter")]


def test_a_parameter_of_the_listing_is_never_ignored() -> None:
    listing = Listing({"id": "integer"}, ignore=["*"])
    assert not selected(listing.read("q=id:1&x=2"), id=2)
    assert refused("q=id:1&q=id:2", listing) == [("q", "repeated_parameter")]
    assert not selected(LISTING.read("q=id:1&format=json", ignore=["format", "q"]), id=2)


def test_what_is_no_text_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="texts"):
        LISTING.read({"pageSize": 3})  # type: ignore[arg-type]  # the wrong type is what is refused


@pytest.mark.parametrize(("value", "wanted"), [("true", True), (" TRUE ", True), ("False", False), ("", False)])
def test_the_total_is_asked_for_by_a_header(value: str, wanted: bool) -> None:
    assert LISTING.read("", {"x-TOTAL-count": value}).wants_total is wanted
    assert Listing(SCHEMA, total="always").read("").wants_total
    assert not Listing(SCHEMA, total="never").read("", [("X-Total-Count", "true")]).wants_total


@pytest.mark.parametrize("value", ["1", "yes", "true, true", "wahr"])
def test_what_does_not_say_whether_to_count_is_refused(value: str) -> None:
    with pytest.raises(RequestError) as raised:
        LISTING.read("q=id:x", {"X-Total-Count": value})
    assert [(name, error.code) for name, error in raised.value.errors] == [
        ("q", "value"),
        ("X-Total-Count", "parameter_value"),
    ]
    assert Listing(SCHEMA, total="never").read("", {"X-Total-Count": value}).wants_total is False


@pytest.mark.parametrize(
    ("sent", "hint"),
    [
        ("filter", "did you mean q?"),
        ("$filter", "did you mean q?"),
        ("order_by", "did you mean sort?"),
        ("select", "did you mean fields?"),
        ("pageSize", "did you mean limit?"),
        ("per_page", "did you mean limit?"),
        ("page[size]", "did you mean limit?"),
        ("cursor", "there are q, sort, fields, page, limit, colour"),
        ("format", "there are q, sort, fields, page, limit, colour"),
        ("offset", "there are q, sort, fields, page, limit, colour"),
        ("color", "did you mean colour?"),
    ],
)
def test_a_parameter_of_another_api_is_told_what_it_is_called_here(sent: str, hint: str) -> None:
    names = {"page": "page", "size": "limit"}
    listing = Listing({"id": "integer", "colour": "string"}, names=names, equals=["colour"])
    with pytest.raises(RequestError) as raised:
        listing.read([(sent, "x")])
    assert [error.hint for _, error in raised.value.errors] == [hint]


def test_headers_may_come_one_time_only() -> None:
    request = LISTING.read("", iter([("X-Total-Count", "true"), ("Accept-Language", "de")]))
    assert (request.wants_total, request.language) == (True, "de")


def test_the_servers_own_condition() -> None:
    listing = Listing(SCHEMA, restricted=True)
    request = listing.read("q=id:1 OR id:2")
    with pytest.raises(ValueError, match="restricted"):
        _ = request.query
    for condition in ({"tenant": "acme"}, 'tenant:"acme"', field("tenant").equals("acme")):
        mine = request.restricted(condition)
        assert selected(mine, id=2, tenant="acme")
        assert not selected(mine, id=2, tenant="other")
        assert not selected(mine, id=3, tenant="acme")
    both = request.restricted({"tenant": "acme", "type": "A"}).restricted("qty:>1")
    assert selected(both, id=1, tenant="acme", type="A", qty=2)
    assert not selected(both, id=1, tenant="acme", type="A", qty=1)
    assert selected(request.restricted(""), id=1)
    with pytest.raises(ValueError, match="names no field"):
        request.restricted({})
    with pytest.raises(ValueError, match="own condition") as caught:
        request.restricted({"tenat": "acme"})
    assert type(caught.value) is ValueError


def test_the_servers_own_condition_is_read_in_the_zone_of_the_listing() -> None:
    listing = Listing(SCHEMA, restricted=True, timezone=ZoneInfo("Europe/Berlin"))
    request = listing.read("").restricted("at:2024-03-01")
    assert selected(request, at="2024-02-29T23:30:00Z")
    assert not selected(request, at="2024-03-01T23:30:00Z")


def test_a_hostile_value_in_the_servers_condition_is_a_value() -> None:
    request = Listing(SCHEMA, restricted=True).read("").restricted({"tenant": 'x" OR id:"1'})
    assert not selected(request, id=1, tenant="acme")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("DE-at;q=0.5", "de"),
        ("fr, de;q=0.1", "de"),
        ("de;q=0.1, en;q=0.2", "en"),
        ("de;q=0", None),
        ("*", None),
        ("fr", None),
        ("", None),
        ("de;q=2", None),
        (";;,,=", None),
        ("x" * 100_000, None),
    ],
)
def test_accept_language(header: str, language: str | None) -> None:
    assert LISTING.read("", {"Accept-Language": header}).language == language
    expected = language or "en"
    assert Listing(SCHEMA, default_language="en").read("", {"Accept-Language": header}).language == expected


def test_the_language_chooses_the_text_that_is_filtered_and_sorted() -> None:
    listing = Listing(SCHEMA)
    document = {"title": {"en": "cat", "de": "Katze"}}
    assert selected(listing.read("q=title:cat"), **document)
    assert selected(listing.read("q=title:cat", {"Accept-Language": "en"}), **document)
    assert not selected(listing.read("q=title:cat", {"Accept-Language": "de"}), **document)
    assert selected(listing.read("q=title.en:cat", {"Accept-Language": "de"}), **document)
    request = listing.read("sort=title", {"Accept-Language": "de"})
    assert request.sort.keys[0].target.keys == ("title", "de")
    assert refused("sort=title", listing) == [("sort", "language_needed")]


@given(st.text(max_size=40), st.lists(st.sampled_from(["de", "en", "pt-BR"]), unique=True))
def test_any_header_gives_a_language_of_the_list_or_the_default(header: str, languages: list[str]) -> None:
    assert preferred_language(header, languages, None) in [*languages, None]


@given(st.one_of(st.text(), st.binary(), st.lists(st.tuples(st.text(), st.text()))))
def test_any_parameters_are_read_or_refused(params: Any) -> None:
    with contextlib.suppress(RequestError):
        assert LISTING.read(params).size == 16


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"equals": ["nothing"]}, "equals"),
        ({"equals": ["tenant"]}, "equals"),
        ({"equals": ["q"]}, "equals|one name"),
        ({"unique": "uid"}, "no field uid"),
        ({"page_size": 0}, "page_size"),
        ({"total": "sometimes"}, "total"),
        ({"page_numbers": False}, "cursor_secret"),
        ({"cursor_secret": b""}, "empty"),
        ({"cursor_context": "orders"}, "cursor_secret"),
        ({"max_offset": 10**18}, "below 10"),
        ({"max_page_size": 2**63}, "below 10"),
        ({"names": {"limit": "n"}}, "no parameter"),
        ({"names": {"q": "sort"}}, "one name"),
        ({"default_language": "fr"}, "language"),
        ({"sort": "nmae"}, "nmae"),
    ],
)
def test_a_listing_that_contradicts_itself(options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Listing(SCHEMA, **options)


def test_options_that_there_are_not() -> None:
    with pytest.raises(TypeError, match="page_siz"):
        Listing(SCHEMA, page_siz=3)  # type: ignore[call-arg]  # the wrong type is what is refused
    with pytest.raises(TypeError, match="several names"):
        Listing(SCHEMA, equals="type")


def test_other_names_of_parameters() -> None:
    listing = Listing({"id": "integer"}, names={"page": "page", "size": "limit"})
    assert listing.read("page=3&limit=5").offset == 10
    assert refused("pageNumber=3", listing) == [("pageNumber", "unknown_parameter")]


def test_the_defaults_of_the_server() -> None:
    listing = Listing(SCHEMA, sort="name:desc", always=["id"], page_size=2)
    request = listing.read("fields=name")
    assert [key.target.keys for key in request.sort.keys] == [("name",), ("id",)]
    assert python.projector(request.fields)({"id": 1, "name": "x", "qty": 2}) == {"id": 1, "name": "x"}
    assert [key.target.keys for key in listing.read("sort=at").sort.keys] == [("at",), ("id",)]
