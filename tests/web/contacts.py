"""The documents and the two listings that the apps of all frameworks serve."""

from __future__ import annotations

from typing import Any, Final

from qlause import Listing

__all__ = ["DOCUMENTS", "FIELDS", "LISTINGS", "SECRET", "listings_of"]

SECRET: Final = b"the secret of the tests"
_ROWS: Final[list[tuple[Any, ...]]] = [
    ("Ada", 5, "OPEN", "2024-03-01T09:00:00Z", {"tags": ["a", "b"], "title": {"en": "cat", "de": "Katze"}}),
    ("ada", -1, "DONE", "2024-03-01T23:59:59Z", {"tags": ["b"], "title": {"en": "Katze", "de": "dog"}}),
    ("a b", 2**53 + 1, "OPEN", "2024-03-02T00:00:00Z", {"tags": [], "title": {"de": "Maus"}}),
    ("a+b", 2**63 - 1, "DONE", None, {}),
    ("50%", 0, None, "1999-12-31T23:59:59Z", {"tags": ["a b"]}),
    ("Zoë", None, "OPEN", "2024-02-29T12:00:00Z", {"title": {"en": "bird", "de": "Vogel"}}),
    ('x" OR id:"1', 7, "DONE", "2024-03-01T09:00:00Z", {"tags": ["%"]}),
    (None, None, None, None, None),
]
DOCUMENTS: Final[list[dict[str, Any]]] = [
    {"id": number, "name": name, "qty": qty, "status": status, "at": at, "data": data, "secret": "hush"}
    for number, (name, qty, status, at, data) in enumerate(_ROWS, 1)
]
FIELDS: Final[dict[str, Any]] = {
    "id": {"type": "integer", "nullable": False},
    "name": {"type": "string"},
    "qty": {"type": "integer"},
    "status": {"type": "enum", "values": ("OPEN", "DONE")},
    "at": {"type": "date-time", "storage": "seconds"},
    "data": {"type": "object"},
    "data.tags": {"type": "string", "array": True},
    "data.title": {"type": "localized", "languages": ("en", "de")},
    "secret": {"type": "string", "filterable": False, "sortable": False, "projectable": False},
}


def listings_of(fields: dict[str, Any]) -> dict[str, Listing]:
    """The listings by the paths of their endpoints: pages by cursors and numbers, and by numbers in an envelope."""
    equals = ("status", "qty", "at", "name")
    contacts = Listing(fields, equals=equals, cursor_secret=SECRET, ignore=("utm_*",))
    numbered = Listing(fields, sort="name:desc", page_size=3, max_offset=1_000, total="always")
    return {"/contacts": contacts, "/numbered": numbered}


LISTINGS: Final = listings_of(FIELDS)
