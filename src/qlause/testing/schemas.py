"""Schemas of all types, permissions and storages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, TypeAlias, assert_never, get_args

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ..schema.schema import Field, FieldType, Schema, Storage
from ..schema.types import TYPES
from ..syntax.nodes import Path
from .vocabulary import VOCABULARY, Vocabulary

__all__ = ["LANGUAGES", "schemas"]

_Keys: TypeAlias = tuple[str, ...]
LANGUAGES: Final = ("en", "fr")
"""The languages of localized fields."""
_FIELD_TYPES: Final[tuple[FieldType, ...]] = get_args(FieldType)
_ENUM_VALUES: Final = ("a", "A", "b", "ab", "ς")


@st.composite
def schemas(draw: DrawFn, *, native: bool = False, vocabulary: Vocabulary = VOCABULARY) -> Schema:  # noqa: D417  # callers do not give draw
    """Schemas of one to five fields of all types, with permissions and options; some are stored under other names.

    No path is below another one, neither of the public paths nor of the stored ones. ``id`` is not declared, because
    :func:`collections` sets it.

    Args:
        native: Whether date-times, dates, times and uuids may be declared as stored natively.
        vocabulary: The keys of the paths.

    Returns:
        A strategy for schemas.

    Example:
        >>> @given(st.data())
        ... def test_every_schema_is_bound(data):
        ...     schema = data.draw(schemas())
        ...     bind(data.draw(queries(schema)), schema=schema)
        >>> test_every_schema_is_bound()

    """
    fields: dict[_Keys, Field] = {}
    stored_paths: list[_Keys] = []
    for public in draw(st.lists(_paths(vocabulary), min_size=1, max_size=5, unique=True)):
        stored = draw(_paths(vocabulary)) if draw(_one_in(4)) else public
        if not _overlaps(public, fields) and not _overlaps(stored, stored_paths):
            fields[public] = draw(_fields(native, None if stored == public else stored))
            stored_paths.append(stored)
    return Schema({str(Path(keys)): field for keys, field in fields.items()})


def _paths(vocabulary: Vocabulary) -> SearchStrategy[_Keys]:
    paths = st.lists(vocabulary.keys, min_size=1, max_size=2).map(tuple)
    return paths.filter(lambda keys: keys[0] != "id")


def _overlaps(keys: _Keys, others: Iterable[_Keys]) -> bool:
    return any(keys[: len(other)] == other[: len(keys)] for other in others)


@st.composite
def _fields(draw: DrawFn, native: bool, stored: _Keys | None) -> Field:
    field_type = draw(st.sampled_from(_FIELD_TYPES))
    is_text = "contains" in TYPES[field_type].operators
    field = Field(
        type=field_type,
        array=draw(st.booleans()),
        nullable=draw(st.booleans()),
        values=_ENUM_VALUES if field_type == "enum" else (),
        languages=draw(st.sampled_from((LANGUAGES, ()))) if field_type == "localized" else (),
        stored=stored,
        storage=draw(st.sampled_from(_storages(field_type, native))),
        open=field_type == "object" and draw(st.booleans()),
        filterable=not draw(_one_in(8)),
        sortable=not draw(_one_in(8)),
        projectable=not draw(_one_in(8)),
        case_sensitive=is_text and draw(_one_in(4)),
        ignore_case=is_text and draw(_one_in(4)),
    )
    if not draw(_one_in(8)):
        return field
    return replace(field, operators=draw(st.frozensets(st.sampled_from(sorted(field.allowed)))))


def _storages(field_type: FieldType, native: bool) -> tuple[Storage | None, ...]:
    """The storages that are drawn for a type. ``utc`` is not: it is said of columns, and means native in documents."""
    natively: tuple[Storage, ...] = ("native",) if native else ()
    match field_type:
        case "date-time":
            return (None, "instant", "seconds", "milliseconds", "microseconds", *natively)
        case "time":
            return (None, "text", "seconds", "milliseconds", "microseconds", *natively)
        case "date" | "uuid":
            return (None, "text", *natively)
        case "objectid":  # native ones would need the package of MongoDB's driver
            return (None, "text")
        case "string" | "integer" | "number" | "boolean" | "enum" | "localized" | "object" | "any":
            return (None,)
        case _:
            assert_never(field_type)


def _one_in(number: int) -> SearchStrategy[bool]:
    """True one time in ``number``; shrinks towards False."""
    return st.integers(1, number).map(number.__eq__)
