"""Documents, and the values in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final, NamedTuple, assert_never
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ..schema.schema import Field, FieldType, Schema, Storage
from .schemas import LANGUAGES
from .vocabulary import DATES, INSTANTS, NATIVES, OBJECT_IDS, TIMES, UUIDS, VOCABULARY, Vocabulary, mostly

__all__ = ["collections", "documents", "json_documents", "values"]

_INT64: Final = 2**63
_FRACTION: Final = "000000"


class _Samples(NamedTuple):
    """Values of a type that is stored natively or as text."""

    texts: Sequence[str]
    parse: Callable[[str], Any]
    """Makes the native value of a text."""


_SAMPLES: Final[Mapping[FieldType, _Samples]] = {
    "date-time": _Samples(INSTANTS, datetime.fromisoformat),
    "date": _Samples(DATES, date.fromisoformat),
    "time": _Samples(TIMES, time.fromisoformat),
    "uuid": _Samples(UUIDS, UUID),
}


def values(
    *, native: bool = False, arrays: bool = True, depth: int = 2, vocabulary: Vocabulary = VOCABULARY
) -> SearchStrategy[Any]:
    """Stored values of mixed types: null, booleans, numbers, strings, arrays (nested ones too) and objects.

    Args:
        native: Whether there are native date-times, dates, times, Decimals and UUIDs.
        arrays: Whether there are arrays.
        depth: How many arrays and objects may enclose a scalar.
        vocabulary: The keys, texts and numbers.

    Returns:
        A strategy for values.

    Example:
        >>> @given(values(depth=0))
        ... def test_scalars(value):
        ...     assert value is None or isinstance(value, (bool, int, float, str))
        >>> test_scalars()

    """
    scalars: SearchStrategy[Any] = st.one_of(
        vocabulary.texts, vocabulary.numbers, vocabulary.texts, vocabulary.numbers, st.booleans(), st.none()
    )
    if native:
        scalars = mostly(scalars, st.sampled_from(NATIVES), 4)
    if depth == 0:
        return scalars
    inner = values(native=native, arrays=arrays, depth=depth - 1, vocabulary=vocabulary)
    strategies: list[SearchStrategy[Any]] = [scalars, scalars, _objects(vocabulary, inner, 4)]
    if arrays:
        strategies.append(st.lists(inner, max_size=3))
    return st.one_of(strategies)


def documents(
    schema: Schema | None = None,
    *,
    native: bool = False,
    arrays: bool = True,
    vocabulary: Vocabulary = VOCABULARY,
) -> SearchStrategy[dict[str, Any]]:
    """Documents; with a schema, documents that conform to it.

    With a schema, a declared field may be missing at its stored path. If it is there, its value has the declared type,
    is null only if the field is nullable, and is in an array only if the field is declared as one. Other keys may be
    there too.

    Args:
        schema: The fields of the documents. None: any keys and values.
        native: Whether there are values that JSON does not have: anywhere without a schema, otherwise where the type
            and the storage of a field allow them. Without them, natively stored fields are missing.
        arrays: Whether there are arrays, if there is no schema.
        vocabulary: The keys, texts and numbers.

    Returns:
        A strategy for documents.

    Example:
        >>> schema = Schema({"qty": {"type": "integer", "nullable": False}})
        >>> @given(documents(schema))
        ... def test_qty_is_an_integer(document):
        ...     assert isinstance(document.get("qty", 0), int)
        >>> test_qty_is_an_integer()

    """
    if schema is not None:
        return _conforming(_stored_tree(schema), native, vocabulary)
    return _objects(vocabulary, values(native=native, arrays=arrays, vocabulary=vocabulary), 6)


def json_documents(
    schema: Schema | None = None, *, vocabulary: Vocabulary = VOCABULARY
) -> SearchStrategy[dict[str, Any]]:
    """Documents that can be written as JSON: :func:`documents` without native values.

    Args:
        schema: The fields of the documents. None: any keys and values.
        vocabulary: The keys, texts and numbers.

    Returns:
        A strategy for documents.

    Example:
        >>> @given(json_documents())
        ... def test_documents_survive_json(document):
        ...     assert json.loads(json.dumps(document)) == document
        >>> test_documents_survive_json()

    """
    return documents(schema, vocabulary=vocabulary)


@st.composite
def collections(  # noqa: D417  # callers do not give draw
    draw: DrawFn,
    schema: Schema | None = None,
    *,
    native: bool = False,
    arrays: bool = True,
    max_size: int = 12,
    vocabulary: Vocabulary = VOCABULARY,
) -> list[dict[str, Any]]:
    """Lists of :func:`documents` with unique ids: the ``id`` of a document is its position in the list, from 1.

    Args:
        schema: The fields of the documents. None: any keys and values.
        native: Whether there are values that JSON does not have, as in :func:`documents`.
        arrays: Whether there are arrays, if there is no schema.
        max_size: The largest number of documents. There is always one.
        vocabulary: The keys, texts and numbers.

    Returns:
        A strategy for lists of documents.

    Example:
        >>> @given(queries(), collections())
        ... def test_a_query_and_its_negation_share_no_document(query, documents):
        ...     selected = list(filter(python.predicate(query), documents))
        ...     others = list(filter(python.predicate(~query), documents))
        ...     assert len(selected) + len(others) == len(documents)
        >>> test_a_query_and_its_negation_share_no_document()

    """
    strategy = documents(schema, native=native, arrays=arrays, vocabulary=vocabulary)
    drawn = draw(st.lists(strategy, min_size=1, max_size=max_size))
    return [{**document, "id": number} for number, document in enumerate(drawn, 1)]


def _objects(vocabulary: Vocabulary, inner: SearchStrategy[Any], max_size: int) -> SearchStrategy[dict[str, Any]]:
    return st.lists(st.tuples(vocabulary.keys, inner), max_size=max_size).map(dict)


class _StoredKey:
    """A key in stored documents: that of a declared field, or of an object with declared fields below it."""

    __slots__ = ("below", "field")

    def __init__(self) -> None:
        self.field: Field | None = None
        self.below: dict[str, _StoredKey] = {}

    @property
    def in_array(self) -> bool:
        """Whether all fields below the key may be reached through an array."""
        return all(child.field.array if child.field else child.in_array for child in self.below.values())


def _stored_tree(schema: Schema) -> _StoredKey:
    root = _StoredKey()
    for path, field in schema:
        node = root
        for key in field.stored if isinstance(field.stored, tuple) else path.segments:
            node = node.below.setdefault(key, _StoredKey())
        node.field = field
    return root


@st.composite
def _conforming(draw: DrawFn, node: _StoredKey, native: bool, vocabulary: Vocabulary) -> dict[str, Any]:
    undeclared = draw(_objects(vocabulary, values(depth=1, vocabulary=vocabulary), 1))
    document = {key: value for key, value in undeclared.items() if key not in node.below}
    for key, child in node.below.items():
        is_there = draw(st.integers(1, 4)) < 4
        if is_there and (child.field is None or _has_values(child.field, native)):
            document[key] = draw(_values_at(child, native, vocabulary))
    return document


def _has_values(field: Field, native: bool) -> bool:
    """Whether there are values to draw for a field. Native ObjectIds would need the package of MongoDB's driver."""
    return not _is_native(field) or (native and field.type != "objectid")


def _is_native(field: Field) -> bool:
    return field.storage in ("native", "utc")


def _values_at(node: _StoredKey, native: bool, vocabulary: Vocabulary) -> SearchStrategy[Any]:
    if node.below:
        inner: SearchStrategy[Any] = _conforming(node, native, vocabulary)
        return st.one_of(inner, st.lists(inner, max_size=3)) if node.in_array else inner
    field = node.field or Field()
    strategy = _in_arrays(field, _scalars(field, native, vocabulary))
    if field.type == "localized":
        return st.dictionaries(st.sampled_from(field.languages or LANGUAGES), strategy, max_size=2)
    return strategy


def _in_arrays(field: Field, scalars: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """The scalars, null if the field is nullable, and arrays of both if it is an array."""
    elements = mostly(scalars, st.none(), 6) if field.nullable else scalars
    return st.one_of(elements, st.lists(elements, max_size=3)) if field.array else elements


def _scalars(field: Field, native: bool, vocabulary: Vocabulary) -> SearchStrategy[Any]:
    """The values of a field's type; of a localized field, those of a language."""
    match field.type:
        case "string" | "localized":
            return vocabulary.texts
        case "integer":
            whole = vocabulary.numbers.filter(lambda number: float(number).is_integer())
            return whole.map(int).filter(lambda number: -_INT64 <= number < _INT64)
        case "number":
            return vocabulary.numbers
        case "boolean":
            return st.booleans()
        case "date-time" | "date" | "time" | "uuid":
            return _texts_or_natives(field, native, _SAMPLES[field.type])
        case "objectid":
            return st.sampled_from(OBJECT_IDS)
        case "enum":
            return st.sampled_from(field.values)
        case "object":
            inner = values(arrays=field.open, depth=1, native=native, vocabulary=vocabulary)
            return _objects(vocabulary, inner, 3)
        case "any":
            return values(arrays=False, depth=1, native=native, vocabulary=vocabulary)
        case _:
            assert_never(field.type)


def _texts_or_natives(field: Field, native: bool, samples: _Samples) -> SearchStrategy[Any]:
    """The texts as the storage writes them, or what they are natively; both if no storage is declared."""
    natives = st.sampled_from([samples.parse(text) for text in samples.texts])
    if _is_native(field):
        return natives
    written = st.sampled_from([_with_stored_digits(text, field.storage) for text in samples.texts])
    return st.one_of(written, natives) if native and field.storage is None else written


def _with_stored_digits(text: str, storage: Storage | None) -> str:
    """The text with as many digits of a second as the storage has."""
    match storage:
        case "seconds":
            digits = 0
        case "milliseconds":
            digits = 3
        case "microseconds":
            digits = 6
        case "native" | "utc" | "text" | "instant" | None:
            return text
        case _:
            assert_never(storage)
    in_utc = text.replace("+00:00", "Z").replace("-00:00", "Z")
    zone = "Z" if in_utc.endswith("Z") else ""
    seconds, _, fraction = in_utc.removesuffix("Z").partition(".")
    fraction = (fraction + _FRACTION)[:digits]
    return f"{seconds}.{fraction}{zone}" if fraction else f"{seconds}{zone}"
