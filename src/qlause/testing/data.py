"""Documents: what a query is asked about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ..schema.schema import Field, FieldType, Schema
from .schemas import LANGUAGES
from .vocabulary import DATES, INSTANTS, NATIVES, OBJECT_IDS, UUIDS, VOCABULARY, Vocabulary, mostly

__all__ = ["collections", "documents", "json_documents", "values"]

_INT64: Final = 2**63


def values(
    *, native: bool = False, arrays: bool = True, depth: int = 2, vocabulary: Vocabulary = VOCABULARY
) -> SearchStrategy[Any]:
    """A stored value: null, a boolean, number or string, an array (nested ones too) or an object, of mixed types.

    ``native`` adds date-times, dates, Decimals and UUIDs; ``arrays`` says whether there are arrays; ``depth`` bounds
    the arrays and objects around a scalar.
    """
    scalars: SearchStrategy[Any] = st.one_of(
        vocabulary.texts, vocabulary.numbers, vocabulary.texts, vocabulary.numbers, st.booleans(), st.none()
    )
    if native:
        scalars = mostly(scalars, st.sampled_from(NATIVES), 4)
    if depth == 0:
        return scalars
    inner = values(native=native, arrays=arrays, depth=depth - 1, vocabulary=vocabulary)
    kinds: list[SearchStrategy[Any]] = [scalars, scalars, _objects(vocabulary, inner, 4)]
    if arrays:
        kinds += [st.lists(inner, max_size=3)]
    return st.one_of(kinds)


def documents(
    schema: Schema | None = None,
    *,
    native: bool = False,
    arrays: bool = True,
    vocabulary: Vocabulary = VOCABULARY,
) -> SearchStrategy[dict[str, Any]]:
    """A document (rule 1). With a schema, one that keeps its promises, read by stored paths.

    A field that the schema declares may be missing, is null only where it is nullable, and has otherwise the declared
    type, in an array or below one only where that is declared; undeclared keys stand beside. ``native`` adds values
    that JSON has not: without a schema anywhere, with one where the field's type and storage allow them. ``arrays``
    is about documents without a schema.
    """
    if schema is not None:
        return _conforming(_tree(schema), native, vocabulary)
    inner = values(native=native, arrays=arrays, vocabulary=vocabulary)
    return _objects(vocabulary, inner, 6)


def json_documents(
    schema: Schema | None = None, *, vocabulary: Vocabulary = VOCABULARY
) -> SearchStrategy[dict[str, Any]]:
    """A document that JSON can write: :func:`documents` without native values."""
    return documents(schema, vocabulary=vocabulary)


@st.composite
def collections(
    draw: DrawFn,
    schema: Schema | None = None,
    *,
    native: bool = False,
    arrays: bool = True,
    max_size: int = 12,
    vocabulary: Vocabulary = VOCABULARY,
) -> list[dict[str, Any]]:
    """Documents with ids: a list of :func:`documents`, each with its place in the list, from 1, as its ``id``."""
    drawn = documents(schema, native=native, arrays=arrays, vocabulary=vocabulary)
    found = draw(st.lists(drawn, min_size=1, max_size=max_size))
    return [{**document, "id": number} for number, document in enumerate(found, 1)]


def _objects(vocabulary: Vocabulary, inner: SearchStrategy[Any], max_size: int) -> SearchStrategy[dict[str, Any]]:
    return st.lists(st.tuples(vocabulary.keys, inner), max_size=max_size).map(dict)


class _Stored:
    """What lies at a key of the stored documents: a declared field, or an object on the way to some."""

    __slots__ = ("below", "field")

    def __init__(self) -> None:
        self.field: Field | None = None
        self.below: dict[str, _Stored] = {}

    @property
    def in_array(self) -> bool:
        """Whether all the fields below may be reached through an array."""
        return all(each.field.array if each.field else each.in_array for each in self.below.values())


def _tree(schema: Schema) -> _Stored:
    root = _Stored()
    for path, field in schema:
        node = root
        for key in field.stored if isinstance(field.stored, tuple) else path.segments:
            node = node.below.setdefault(key, _Stored())
        node.field = field
    return root


@st.composite
def _conforming(draw: DrawFn, node: _Stored, native: bool, vocabulary: Vocabulary) -> dict[str, Any]:
    others = _objects(vocabulary, values(depth=1, vocabulary=vocabulary), 1)
    found = {key: value for key, value in draw(others).items() if key not in node.below}
    for key, below in node.below.items():
        if draw(st.integers(1, 4)) < 4:
            found[key] = draw(_value(below, native, vocabulary))
    return found


def _value(node: _Stored, native: bool, vocabulary: Vocabulary) -> SearchStrategy[Any]:
    if node.below:
        inner: SearchStrategy[Any] = _conforming(node, native, vocabulary)
        return st.one_of(inner, st.lists(inner, max_size=3)) if node.in_array else inner
    field = node.field or Field()
    if field.type == "localized":
        texts = _typed(field, vocabulary.texts)
        return st.dictionaries(st.sampled_from(field.languages or LANGUAGES), texts, max_size=2)
    return _typed(field, _scalar(field, native, vocabulary))


def _typed(field: Field, scalars: SearchStrategy[Any]) -> SearchStrategy[Any]:
    one = mostly(scalars, st.none(), 6) if field.nullable else scalars
    return st.one_of(one, st.lists(one, max_size=3)) if field.array else one


def _scalar(field: Field, native: bool, vocabulary: Vocabulary) -> SearchStrategy[Any]:
    if field.type in _PARSERS:
        texts = _TEXTS[field.type]
        written = st.sampled_from(texts).map(lambda text: _written(text, field))
        parsed = st.sampled_from([_PARSERS[field.type](text) for text in texts])
        if field.storage == "native":
            return parsed if native else st.none()
        return st.one_of(written, parsed) if native and field.storage is None else written
    match field.type:
        case "string":
            return vocabulary.texts
        case "integer":
            whole = vocabulary.numbers.filter(lambda number: float(number).is_integer())
            return whole.map(int).filter(lambda number: -_INT64 <= number < _INT64)
        case "number":
            return vocabulary.numbers
        case "boolean":
            return st.booleans()
        case "enum":
            return st.sampled_from(field.values)
        case "object":
            inner = values(arrays=field.open, depth=1, native=native, vocabulary=vocabulary)
            return _objects(vocabulary, inner, 3)
        case _:
            return values(arrays=False, depth=1, native=native, vocabulary=vocabulary)


def _written(text: str, field: Field) -> str:
    """The text as the field's storage has it: instants with as many digits as declared."""
    digits = {"seconds": 0, "milliseconds": 3, "microseconds": 6}.get(field.storage or "")
    if digits is None:
        return text
    whole, _, fraction = text.removesuffix("Z").partition(".")
    return f"{whole}.{fraction:0<6.6}"[: 20 + digits].removesuffix(".") + "Z"


_TEXTS: Final[Mapping[FieldType, tuple[str, ...]]] = {
    "date-time": INSTANTS,
    "date": DATES,
    "uuid": UUIDS,
    "objectid": OBJECT_IDS,
}
_PARSERS: Final[Mapping[FieldType, Callable[[str], Any]]] = {
    "date-time": datetime.fromisoformat,
    "date": date.fromisoformat,
    "uuid": UUID,
    "objectid": str,
}
