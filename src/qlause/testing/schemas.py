"""Schemas of all types, permissions and storages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias, get_args

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ..schema.schema import Field, FieldType, Schema, Storage
from ..syntax.nodes import Path
from .vocabulary import VOCABULARY, Vocabulary

__all__ = ["LANGUAGES", "schemas"]

_Keys: TypeAlias = tuple[str, ...]
LANGUAGES: Final = ("en", "fr")
_TYPES: Final[tuple[FieldType, ...]] = get_args(FieldType)
_ENUM: Final = ("a", "A", "b", "ab", "ς")
_TEXT_STORAGES: Final[Mapping[FieldType, tuple[Storage | None, ...]]] = {
    "date-time": (None, "instant", "seconds", "milliseconds", "microseconds"),
    "date": (None, "text"),
    "uuid": (None, "text"),
    "objectid": (None, "text"),
}


@st.composite
def schemas(draw: DrawFn, *, native: bool = False, vocabulary: Vocabulary = VOCABULARY) -> Schema:
    """A schema of one to five fields of all types, some stored elsewhere, with permissions and options of their own.

    With ``native``, date-times, dates and uuids may be declared as stored natively. Neither public nor stored paths
    stand one under the other, and ``id`` is left to :func:`qlause.testing.collections`.
    """
    public: dict[_Keys, Field] = {}
    stored: list[_Keys] = []
    for keys in draw(st.lists(_places(vocabulary), min_size=1, max_size=5, unique=True)):
        place = draw(_places(vocabulary)) if draw(_one_in(4)) else keys
        if not _overlaps(keys, public) and not _overlaps(place, stored):
            public[keys] = draw(_fields(native, None if place == keys else place))
            stored.append(place)
    return Schema({str(Path(keys)): field for keys, field in public.items()})


def _places(vocabulary: Vocabulary) -> SearchStrategy[_Keys]:
    found = st.lists(vocabulary.keys, min_size=1, max_size=2).map(tuple)
    return found.filter(lambda keys: keys[0] != "id")


def _overlaps(keys: _Keys, others: Iterable[_Keys]) -> bool:
    return any(keys[: len(other)] == other[: len(keys)] for other in others)


@st.composite
def _fields(draw: DrawFn, native: bool, stored: _Keys | None) -> Field:
    kind = draw(st.sampled_from(_TYPES))
    storages = _TEXT_STORAGES.get(kind, (None,))
    if native and kind in _TEXT_STORAGES and kind != "objectid":  # that would need the package of MongoDB's driver
        storages = (*storages, "native")
    field = Field(
        type=kind,
        array=draw(st.booleans()),
        nullable=draw(st.booleans()),
        values=_ENUM if kind == "enum" else (),
        languages=draw(st.sampled_from((LANGUAGES, ()))) if kind == "localized" else (),
        stored=stored,
        storage=draw(st.sampled_from(storages)),
        open=kind == "object" and draw(st.booleans()),
        filterable=not draw(_one_in(8)),
        sortable=not draw(_one_in(8)),
        projectable=not draw(_one_in(8)),
        case_sensitive=draw(_one_in(4)),
        ignore_case=draw(_one_in(4)),
    )
    if not draw(_one_in(8)):
        return field
    return replace(field, operators=draw(st.frozensets(st.sampled_from(sorted(field.allowed)))))


def _one_in(number: int) -> SearchStrategy[bool]:
    """True one time in ``number``; shrinks towards False."""
    return st.integers(1, number).map(number.__eq__)
