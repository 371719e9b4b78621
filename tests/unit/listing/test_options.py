"""Options of a listing: one of a wrong type, or one that can have no effect, is refused when it is made."""

from __future__ import annotations

import contextlib
from types import NoneType
from typing import Any

import pytest

from qlause import Listing, Relation, Schema, bind_sort
from qlause.listing.settings import ListingOptions

SCHEMA: dict[str, Any] = {"id": "integer", "name": {"type": "localized", "languages": ("en", "fr")}}
RIGHT: dict[str, Any] = {
    "equals": ["id"],
    "sort": "id",
    "unique": "id",
    "strict_sort": False,
    "page_size": 5,
    "max_page_size": 50,
    "max_offset": 10,
    "page_numbers": True,
    "cursor_secret": b"secret",
    "cursor_context": "orders",
    "sealed_cursors": False,
    "total": "never",
    "languages": ["en"],
    "default_language": "en",
    "always": ["id"],
    "restricted": True,
    "ignore": ["utm_*"],
    "names": {"page": "page", "after": "next"},
    "document": "data",
}

RIGHT_TYPES: dict[str, Any] = {
    **{name: type(value) for name, value in RIGHT.items()},
    **dict.fromkeys(("equals", "always", "ignore", "languages", "names", "timezone", "limits"), ()),
    "cursor_secret": (bytes, NoneType),
    "cursor_context": (str, list),
    "default_language": (str, NoneType),
}
"""The types of values that are no TypeError. No given value is right for those with several names."""


def listing(**options: Any) -> Listing:
    return Listing(SCHEMA, **options)


def test_every_option_has_its_type() -> None:
    assert RIGHT.keys() | {"timezone", "limits"} == ListingOptions.__annotations__.keys()
    listing(**RIGHT)


@pytest.mark.parametrize("option", sorted(ListingOptions.__annotations__))
@pytest.mark.parametrize("value", ["yes", "false", 1, 0, True, None, 1.5, b"x", [5], {"q": 5}, 1j], ids=repr)
def test_an_option_of_another_type_is_refused(option: str, value: Any) -> None:
    if isinstance(value, RIGHT_TYPES[option]) and not (isinstance(value, bool) and RIGHT_TYPES[option] is int):
        with contextlib.suppress(ValueError):
            listing(**{option: value})
        return
    with pytest.raises(TypeError, match="the name of q" if value == {"q": 5} and option == "names" else option):
        listing(**{option: value})


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"page_numbers": False, "cursor_secret": b"s", "max_offset": 5}, "max_offset is about page numbers"),
        ({"names": {"after": "next"}}, "names has a name for after, a parameter that needs a cursor_secret"),
        ({"names": {"before": "back"}}, "names has a name for before"),
        (
            {"page_numbers": False, "cursor_secret": b"s", "names": {"page": "p"}},
            "names has a name for page, a parameter that needs page numbers",
        ),
        ({"sealed_cursors": True}, "sealed_cursors needs a cursor_secret"),
        ({"languages": ["en", "de"]}, "no localized field has the language de; there are en, fr"),
        ({"languages": [], "default_language": "de"}, "no localized field has the language de"),
        ({"ignore": ["q"]}, "ignore names q, which is a parameter of the listing"),
        ({"ignore": ["p"], "names": {"page": "p"}}, "ignore names p"),
        ({"ignore": ["id"], "equals": ["id"]}, "ignore names id"),
    ],
)
def test_an_option_without_effect_is_refused(options: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        listing(**options)


@pytest.mark.parametrize("option", [{"languages": ["en"]}, {"default_language": "en"}])
def test_languages_are_about_localized_fields(option: Any) -> None:
    with pytest.raises(ValueError, match="is about localized fields, and the schema has none"):
        Listing({"id": "integer"}, **option)
    Listing({"id": "integer", "name": "localized"}, **option)


@pytest.mark.parametrize("value", ["yes", "false", 1, 0, None, [], b"1"], ids=repr)
def test_a_flag_is_true_or_false(value: Any) -> None:
    with pytest.raises(TypeError, match="open must be of type bool"):
        Schema({"a": "string"}, open=value)
    with pytest.raises(TypeError, match="strict must be of type bool"):
        bind_sort("a", strict=value)
    with pytest.raises(ValueError, match="one must be True or False"):
        Relation("t", on=(("a", "b"),), column="c", one=value)


@pytest.mark.parametrize("names", ["id,at", "at,id", "id,id.below", "id.below,id", "", " "])
@pytest.mark.parametrize("option", ["equals", "always", "unique"])
def test_a_name_of_a_field_is_one_name(option: str, names: str) -> None:
    with pytest.raises(ValueError, match=f"'{names}' is not one field name"):
        Listing({"id": "integer", "at": "date"}, **{option: names if option == "unique" else [names]})  # type: ignore[arg-type]  # an option by its name
    with pytest.raises(ValueError, match=f"'{names}' is not one field name"):
        Schema({names: "integer"})
