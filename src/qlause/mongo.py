"""Bound query → the documents that MongoDB's ``find`` takes, with the meaning of the Python predicate.

What comes back goes unchanged into pymongo and its kin: ``collection.find(filter, projection).sort(sort)``. It is made
of constants only: no ``$where``, no ``$expr``, no operator and no pattern that a user wrote.
"""

from __future__ import annotations

from typing import Any, Unpack

from .backends.mongo.plan import kept_filter_of
from .backends.mongo.sort import after_of, sort_of
from .backends.mongo.values import path_of
from .bound.binder import BindOptions, bind
from .bound.cursor import Cursor
from .bound.fields import FieldsOptions, bind_fields
from .bound.sort import SortOptions, bind_sort
from .errors import UnsupportedError
from .schema.storage import Target
from .syntax.nodes import Fields, Query, Sort

__all__ = ["after", "filter", "projection", "sort"]


def filter(  # noqa: A001  # the word of the driver for it
    query: str | Query, *, decimals: bool = True, **options: Unpack[BindOptions]
) -> dict[str, Any]:
    """The filter that selects what :func:`qlause.python.predicate` does.

    With ``decimals``, numbers may be stored as Decimal128, and a literal such as 0.1 means that decimal there.
    Without it, all fractions are doubles and the filter is simpler. Options and errors are those of
    :func:`qlause.bind`; UnsupportedError for a key with a dot or a leading ``$``; ImportError where the filter holds a
    value of MongoDB's own (Decimal128, UUID, ObjectId) and pymongo is not installed.

    >>> filter('name:"John" qty:>=2')
    {'name': 'John', 'qty': {'$gte': 2}}
    """
    return kept_filter_of(bind(query, **options).root, decimals)


def sort(sort: str | Sort, *, backward: bool = False, **options: Unpack[SortOptions]) -> list[tuple[str, int]]:
    """The sort as pairs for ``cursor.sort``; with ``backward`` the exact reverse, for the page before a cursor.

    The order is that of rule 20 where each field holds values of one type and no arrays, as a schema promises: MongoDB
    has its own order of types, and looks into arrays. Options and errors are those of :func:`qlause.sort.bind_sort`;
    UnsupportedError where nulls are to stand elsewhere than MongoDB puts them (first ascending, last descending), and
    for a date-time that may be stored as text of any length.

    >>> sort("name,qty:desc", unique="_id")
    [('name', 1), ('qty', -1), ('_id', 1)]
    """
    bound = bind_sort(sort, **options)
    return sort_of(bound.reversed() if backward else bound)


def after(
    sort: str | Sort, cursor: Cursor | None, *, backward: bool = False, **options: Unpack[SortOptions]
) -> dict[str, Any]:
    """The filter for what stands behind a cursor in a sort; with ``backward``, before it.

    Without a cursor (None) everything does: the first page. It is to be combined by ``$and`` with that of the query.
    Options and errors as in :func:`sort`; CursorError with the code ``cursor_sort`` for a cursor of another sort, and
    ``cursor_value`` for the place of an object or an array, which MongoDB sorts in its own order; TypeError for what is
    no Cursor, as its text is not.

    >>> after("qty:desc", Cursor.of("qty:desc", {"id": 3, "qty": 7}))
    {'$or': [{'qty': {'$lt': 7}}, {'qty': None}, {'qty': 7, 'id': {'$gt': 3}}, ...]}
    """
    bound = bind_sort(sort, **options)
    return {} if cursor is None else after_of(bound, cursor, backward)


def projection(fields: str | Fields, **options: Unpack[FieldsOptions]) -> dict[str, int]:
    """The projection that gives what :func:`qlause.python.projector` does; ``_id`` only where it is asked for.

    Nothing listed means everything: the document is empty, or leaves out what the schema hides. Options and errors are
    those of :func:`qlause.fields.bind_fields`; UnsupportedError for an object that is asked for as a whole and holds
    a hidden field, because MongoDB has no projection with and without.

    >>> projection("name,groups.id")
    {'_id': 0, 'name': 1, 'groups.id': 1}
    """
    bound = bind_fields(fields, **options)
    hidden = _outermost(bound.exclude)
    if bound.include is None:
        return {path_of(Target(keys)): 0 for keys in hidden}
    for keys in bound.include:
        below = [path_of(Target(each)) for each in hidden if each[: len(keys)] == keys]
        if below:
            message = f"MongoDB cannot give {path_of(Target(keys))} without {', '.join(below)}"
            raise UnsupportedError(message, code="hidden", hint="ask for the fields below it")
    found = {path_of(Target(keys)): 1 for keys in bound.include}
    return found if any(keys[0] == "_id" for keys in bound.include) else {"_id": 0, **found}


def _outermost(paths: tuple[tuple[str, ...], ...]) -> list[tuple[str, ...]]:
    """The paths without those under another one, which MongoDB refuses."""
    known = set(paths)
    return [path for path in paths if not any(path[:length] in known for length in range(1, len(path)))]
