"""MongoDB's row in the table of engines: how it is asked, and which cases come out otherwise there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from engines.mongodb.server import ServerName, database
from qlause import Cursor, mongo, python

from .cursors import sent

if TYPE_CHECKING:
    from engines.mongodb.collection import MatcherCollection

    from .cases import Request

__all__ = ["OTHERWISE", "REFUSED", "run", "run_by_matcher"]

_KEY: Final = "MongoDB takes a key with a dot for a path, and one with a leading $ for an operator"
_KEYS: Final = (
    *(f"dotted_keys: key{below}: {key}" for below in ("", " below") for key in ("$where", "$gt", "a.b", "$")),
    "dotted_keys: NOT of a key with a dot",
    "dotted_keys: exists for a key with a dollar",
    "dotted_keys: a key with a dollar inside an array",
    "dotted_keys: a key with a dot inside an array",
    "dotted_keys: sorted by a key that is an operator",
    "dotted_keys: projected keys",
    "fields: quoted segments",
    "schema: a stored path with a key that is quoted",
    "sort: quoted segments",
)
_BY_TIME: Final = "MongoDB sorts text as text, in one order with nothing else"
_TEXTS_BY_TIME: Final = (
    "dates: instant: sorted",
    "dates: instant: +00:00 sorted",
    "dates: instant: +00:00 in pages",
    "dates: instant: +00:00 in pages, from other text",
    "native: declared without a storage: sorted by time",
    "sort: instants by time, not as text",
    "sort: text that is no instant stands before instants",
    "pages: before an instant",
    "pages: behind an instant, to which one written otherwise is equal",
    "pages: behind text that is no instant",
    "pages: descending, behind an instant",
)
_NULLS: Final = "MongoDB has one place for nulls in each direction"
_MISPLACED_NULLS: Final = (
    "sort: nulls last, ascending",
    "sort: nulls first, descending",
    "pages: nulls last, behind a missing value",
    "pages: nulls last, before null",
    "pages: nulls first, descending, behind null",
    "pages: two keys, nulls last, behind null in the second",
)
_NO_PLACE: Final = "MongoDB sorts objects and arrays in an order of its own, which a cursor does not know"
_NO_PLACES: Final = (
    "pages: behind an array, to which an object is equal",
    "pages: before an object",
)
_HIDDEN: Final = "MongoDB has no projection that includes an object and excludes a field of it"
_HIDES: Final = (
    "projection_permissions: the parent without what is hidden",
    "projection_permissions: everything without what is hidden",
)

REFUSED: Final[Mapping[str, str]] = {
    **dict.fromkeys(_KEYS, _KEY),
    **dict.fromkeys(_TEXTS_BY_TIME, _BY_TIME),
    **dict.fromkeys(_MISPLACED_NULLS, _NULLS),
    **dict.fromkeys(_NO_PLACES, _NO_PLACE),
    **dict.fromkeys(_HIDES, _HIDDEN),
}
"""Cases that the backend refuses."""

_MIXED: Final = "MongoDB sorts objects before booleans and dates, and arrays by one of their elements"
_OF_MIXED_TYPES: Final = (
    "native: sorted: date-times stand behind booleans, naive ones are UTC",
    "native: sorted, descending",
    "sort: ascending",
    "sort: ascending, said",
    "sort: descending",
    "sort: descending in capitals",
    "sort: any other direction is ascending",
    "sort: a misspelled direction is ascending",
    "sort: an empty direction is ascending",
    "sort: blanks around the parts",
    "sort: nulls last, descending",
    "sort: nulls first, ascending",
    "sort: equal values: the unique key said, descending",
    "sort: a path through an array is missing",
    "sort: strict takes asc and desc",
    "sort: strict takes a path alone",
    "pages: behind a text, with an object at the end",
)

OTHERWISE: Final[Mapping[str, str]] = dict.fromkeys(_OF_MIXED_TYPES, _MIXED)
"""Sorts of mixed types and arrays, which no schema declares: docs/mongodb.md says so."""


def run(server: ServerName, request: Request) -> list[Any]:
    """The answer of a server, with which the matcher must agree."""
    database(server)  # tells of a missing driver before bson is imported
    from engines.mongodb.collection import Collection

    return _answer(Collection(request.documents, server), request)


def run_by_matcher(request: Request) -> list[Any]:
    """The answer of the matcher alone, which needs no server."""
    from engines.mongodb.collection import MatcherCollection

    return _answer(MatcherCollection(request.documents), request)


def _answer(collection: MatcherCollection, request: Request) -> list[Any]:
    if request.kind == "q":
        return collection.ids(mongo.filter(request.text, **request.options))
    if request.kind == "sort":
        ids = collection.sorted_ids(mongo.sort(request.text, backward=request.backward, **request.options))
        if request.place is None:
            return ids
        last = collection.documents[request.documents.index(request.place.document)]
        cursor = sent(Cursor.of(request.place.sort, last, **request.options))
        behind = collection.ids(mongo.after(request.text, cursor, backward=request.backward, **request.options))
        return [number for number in ids if number in behind]
    projected = collection.projected(mongo.projection(request.text, **request.options))
    schema = request.options.get("schema")
    if schema is None or not any(field.stored for _, field in schema):
        return projected
    return list(map(python.projector(request.text, **request.options), projected))  # the public names
