"""What no document of rule 1 holds is just not found: nothing raises, whatever is in a document.

What is no document at all is refused, by every function alike.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType, SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qlause import Cursor, python
from qlause.testing import VOCABULARY, fields, queries, schemas, sorts
from qlause.testing.vocabulary import NATIVES


class Hostile:
    """Raises in whatever is asked of it."""

    def _refuse(self, *_: Any) -> Any:
        raise RuntimeError("hostile")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __len__ = __str__ = _refuse
    __hash__ = __iter__ = __contains__ = __int__ = __float__ = __index__ = __format__ = _refuse

    @property
    def a(self) -> Any:
        raise RuntimeError("hostile")


class LikeAnArray:
    """Compares by element and has no truth value, as arrays of numbers do elsewhere."""

    def __eq__(self, other: object) -> Any:
        return LikeAnArray()

    __lt__ = __le__ = __gt__ = __ge__ = __eq__
    __hash__ = None  # type: ignore[assignment]  # as those arrays

    def __bool__(self) -> bool:
        raise ValueError("the truth value is ambiguous")


class OwnMapping(Mapping[Any, Any]):
    def __init__(self, inner: dict[Any, Any]) -> None:
        self.inner = inner

    def __getitem__(self, key: Any) -> Any:
        return self.inner[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.inner)

    def __len__(self) -> int:
        return len(self.inner)


class Colour(StrEnum):
    RED = "a"


class Slots:
    __slots__ = ("_hidden", "a")
    a: Any


class OneSlot:
    __slots__ = "name"  # one name may stand for a tuple of one


class Number(int):
    pass


class NoOffset(tzinfo):
    def utcoffset(self, _: datetime | None) -> timedelta | None:
        return None

    dst = utcoffset

    def tzname(self, _: datetime | None) -> str:
        return "nowhere"


def nested(depth: int, wrap: Any) -> Any:
    found: Any = "a"
    for _ in range(depth):
        found = wrap(found)
    return found


FILLED = Slots()
FILLED.a = "a"
EDGES = (
    datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))),
    datetime(2019, 1, 6, tzinfo=NoOffset()),
    *(date.min, date.max, time(), time(1, tzinfo=NoOffset()), timedelta(1)),
)
ODD = (
    *(float("nan"), float("inf"), -float("inf"), -0.0, 10**400, -(10**400), 1j),
    *map(Decimal, ("NaN", "sNaN", "Infinity", "-0", "1E+999999", "1E-999999")),
    *(b"a", bytearray(b"a"), memoryview(b"a"), "a\0", "\ud800", "\udc00a", Number(1), True),
    *(
        Hostile(),
        LikeAnArray(),
        FILLED,
        Slots(),
        OneSlot(),
        Colour.RED,
        object(),
        object,
        len,
        Ellipsis,
        NotImplemented,
    ),
    *(SimpleNamespace(a="a", b=Hostile()), range(3), deque(["a"]), iter("a"), UUID(int=0), OrderedDict(a="a")),
    *({"a"}, frozenset({"a"}), ("a", ("a",)), MappingProxyType({"a": "a"}), OwnMapping({"a": ("a",), 1: 2, None: 3})),
    *(nested(3000, lambda inner: [inner]), nested(3000, lambda inner: {"a": inner}), nested(9, lambda inner: (inner,))),
    *EDGES,
    *NATIVES,
)
ATOMS = st.integers(0, len(ODD) - 1).map(ODD.__getitem__) | VOCABULARY.texts | VOCABULARY.numbers | st.none()
KEYS = VOCABULARY.keys | st.sampled_from((1, None, True, (), 1.5, b"a", Colour.RED))
VALUES: st.SearchStrategy[Any] = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(KEYS, inner, max_size=3),
        st.dictionaries(KEYS, inner, max_size=3).map(OwnMapping),
        st.dictionaries(VOCABULARY.keys, inner, max_size=3).map(lambda each: SimpleNamespace(**each)),
    ),
    max_leaves=6,
)
DOCUMENTS = st.one_of(st.dictionaries(KEYS, VALUES, max_size=4), VALUES)
MANY = st.lists(DOCUMENTS, max_size=6)


def is_document(value: Any, attributes: bool) -> bool:
    """A mapping, or an object where attributes are read: no null, text, number, date or array, and no Enum of these."""
    if isinstance(value, Mapping):
        return True
    plain = (str, bytes, bytearray, memoryview, int, float, complex, Decimal, date, time, timedelta, UUID, type(None))
    arrays = (list, tuple, set, frozenset, deque, range)
    return attributes and not isinstance(value, (*plain, *arrays))


def refuses(function: Callable[[Any], Any], value: Any) -> bool:
    try:
        function(value)
    except TypeError as error:
        assert str(error).startswith("a document must be a mapping, not ")  # noqa: PT017  # whether it is raised is asked
        return True
    return False


@given(st.data(), MANY, st.booleans())
def test_a_predicate_takes_every_document(data: st.DataObject, documents: list[Any], attributes: bool) -> None:
    schema = data.draw(st.none() | schemas(native=True))
    query = data.draw(queries(schema))
    matches = python.predicate(query, schema=schema, attributes=attributes)
    opposite = python.predicate(~query, schema=schema, attributes=attributes)
    for document in documents:
        if is_document(document, attributes):
            assert matches(document) is (not opposite(document))
        else:
            assert refuses(matches, document)
            assert refuses(opposite, document)


@given(st.data(), MANY, st.booleans())
def test_a_sort_takes_every_document(data: st.DataObject, documents: list[Any], attributes: bool) -> None:
    schema = data.draw(st.none() | schemas(native=True))
    sort = data.draw(sorts(schema))
    key = python.sort_key(sort, schema=schema, attributes=attributes)
    first = python.after(sort, None, schema=schema, attributes=attributes)
    taken = [document for document in documents if is_document(document, attributes)]
    assert len(sorted(taken, key=key)) == len(taken) == len(list(filter(first, taken)))
    for document in documents:
        if not is_document(document, attributes):
            assert refuses(key, document)
            assert refuses(first, document)


@given(st.data(), MANY, st.booleans())
def test_a_projection_takes_every_document(data: st.DataObject, documents: list[Any], attributes: bool) -> None:
    schema = data.draw(st.none() | schemas(native=True))
    project = python.projector(data.draw(fields(schema)), schema=schema, always=("id",), attributes=attributes)
    for document in documents:
        assert refuses(project, document) is not is_document(document, attributes)


@pytest.mark.parametrize("value", [None, 5, "a", [], [{"a": 1}], (), {1}, datetime(2024, 1, 1), Colour.RED], ids=repr)
@pytest.mark.parametrize("attributes", [False, True])
def test_what_is_no_document_is_refused(value: Any, attributes: bool) -> None:
    functions: list[Callable[[Any], Any]] = [
        *(python.predicate(q, attributes=attributes) for q in ("", "a:1", "NOT a:1", "a:missing", "a.b:null")),
        *(python.sort_key(sort, attributes=attributes) for sort in ("", "a", "a,b:desc")),
        python.sort_key("", unique=None, attributes=attributes),
        python.after("a", None, attributes=attributes),
        *(python.projector(asked, attributes=attributes) for asked in ("", "a", "a.b")),
    ]
    for function in functions:
        with pytest.raises(TypeError, match=rf"^a document must be a mapping, not {type(value).__name__}$"):
            function(value)
    with pytest.raises(TypeError, match=r"^a document must be a mapping"):
        Cursor.of("a", value)


def test_an_object_is_a_document_where_attributes_are_read() -> None:
    thing = SimpleNamespace(a=1)
    for make, text in ((python.predicate, "NOT a:2"), (python.sort_key, "b"), (python.projector, "a")):
        with pytest.raises(TypeError, match=r"not SimpleNamespace; attributes=True reads the attributes of objects$"):
            make(text)(thing)
        make(text, attributes=True)(thing)


def test_each_odd_value_passes_every_kind_of_test() -> None:
    """All of them against all kinds, not as chance has it."""
    texts = (
        *(
            "a:a",
            "a:(a,b)",
            "a:1",
            "a:(1,2)",
            "a:true",
            "a:~a",
            "a:~^a$",
            "a:>a",
            "a:<=1",
            "a:>1",
            "a:null",
            "a:exists",
        ),
        *("a:missing", "a:(NOT a)", "a:2019-01-06T10:29:30Z", "a:>2019-01-06T10:29:30Z", "a.a:a", "a.a.a:~a"),
    )
    for attributes in (False, True):
        for text in texts:
            matches = python.predicate(text, attributes=attributes)
            for odd in ODD:
                for document in ({"a": odd}, {"a": [odd]}, {"a": {"a": odd}}):
                    assert matches(document) in (True, False)
        for sort in ("a", "a:desc", "a.a,a:desc"):
            found = [{"a": odd} for odd in ODD]
            assert len(sorted(found, key=python.sort_key(sort, attributes=attributes))) == len(ODD)
        for asked in ("a", "a.a", "a.a.a", "b"):
            for odd in ODD:
                python.projector(asked, attributes=attributes)({"a": odd})
