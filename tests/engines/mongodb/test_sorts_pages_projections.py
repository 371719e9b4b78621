"""Sorts, pages and projections on the server."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import bson
import pytest
from bson import Decimal128, ObjectId
from hypothesis import given
from hypothesis import strategies as st

from engines.mongodb.collection import numbered
from engines.mongodb.server import SERVERS, ServerName, database
from qlause import Cursor, CursorError, Schema, UnsupportedError, mongo, python
from qlause.bound.sort import SortOptions

SCHEMA = Schema(
    {
        "id": "integer",
        "name": "string",
        "qty": "number",
        "active": "boolean",
        "at": {"type": "date-time", "storage": "native"},
        "text": {"type": "date-time", "storage": "instant"},
        "owner.id": "objectid",
    }
)
_VALUES: dict[str, list[Any]] = {
    "name": ["", "a", "A", "b", "é", "z", "\uffff", "𐐀", None],
    "qty": [1, 1.0, -5, 2**53 + 1, float(2**53), 0.1, 1e300, None],
    "active": [True, False, None],
    "at": [datetime(2019, 1, 6, 10, 29, 30, 602000, UTC), datetime(1969, 12, 31, tzinfo=UTC), None],
    "owner.id": [ObjectId("5c33a1b2c3d4e5f60718293a"), ObjectId("0" * 24), None],
}


@st.composite
def _cases(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    documents = []
    for _ in range(draw(st.integers(1, 12))):
        document: dict[str, Any] = {}
        for path, values in _VALUES.items():
            if draw(st.integers(1, 4)) < 4:
                first, _, rest = path.partition(".")
                value = draw(st.sampled_from(values))
                document[first] = {rest: value} if rest else value
        documents.append(document)
    keys = draw(st.lists(st.sampled_from(sorted(_VALUES)), max_size=3, unique=True))
    directions = [draw(st.sampled_from(["", ":desc"])) for _ in keys]
    return ",".join(map("".join, zip(keys, directions, strict=True))), numbered(documents)


@pytest.mark.parametrize("server", SERVERS)
@given(_cases())
def test_pages_go_through_the_order_of_the_python_sort(
    server: ServerName, case: tuple[str, list[dict[str, Any]]]
) -> None:
    sort, documents = case
    wanted = [each["id"] for each in sorted(documents, key=python.sort_key(sort, schema=SCHEMA))]
    collection = _collection(documents, server)
    for backward in (False, True):
        pairs = mongo.sort(sort, schema=SCHEMA, backward=backward)
        found: list[int] = []
        filter_: dict[str, Any] = {}
        while page := list(collection.find(filter_).sort(pairs).limit(3)):
            found += [each["id"] for each in page]
            cursor = Cursor.decode(Cursor.of(sort, page[-1], schema=SCHEMA).encode(b"secret"), b"secret")
            filter_ = mongo.after(sort, cursor, schema=SCHEMA, backward=backward)
            behind = python.after(sort, cursor, schema=SCHEMA, backward=backward)
            left = {each["id"] for each in documents if behind(each)}
            assert left == {each["id"] for each in documents} - set(found)
            assert left == {each["id"] for each in collection.find(filter_)}
        assert found == (wanted[::-1] if backward else wanted)


def _collection(documents: list[dict[str, Any]], server: ServerName) -> Any:
    collection = database(server)["sorted"]
    collection.drop()
    collection.insert_many([{**each, "_id": each["id"]} for each in documents])
    return collection


@pytest.mark.parametrize("server", SERVERS)
def test_mixed_types_stand_in_the_order_of_both(server: ServerName) -> None:
    values = ["a", "", 5, -1, None, "é", 7.5, True, False, datetime(2019, 1, 6, tzinfo=UTC)]
    documents = numbered({"v": value} for value in values)
    collection = _collection(documents, server)
    for sort in ("v", "v:desc"):
        found = [each["id"] for each in collection.find().sort(mongo.sort(sort))]
        assert found == [each["id"] for each in sorted(documents, key=python.sort_key(sort))]
        for document in documents:
            cursor = Cursor.of(sort, document)
            behind = {each["id"] for each in collection.find(mongo.after(sort, cursor))}
            assert behind == set(found[found.index(document["id"]) + 1 :])


def test_native_values_in_a_cursor() -> None:
    owner, key = ObjectId("5c33a1b2c3d4e5f60718293a"), UUID("123e4567-e89b-12d3-a456-426614174000")
    document = {"_id": owner, "key": key, "price": Decimal128("0.10"), "at": datetime(2019, 1, 6, 1, 2, 3, 4000)}
    cursor = Cursor.of("price,at,key", document, unique="_id")
    assert cursor.values[0] == (1, Decimal("0.10"))
    decoded = Cursor.decode(cursor.encode(b"s"), b"s")
    assert decoded == cursor
    text = repr(mongo.after("price,at,key", decoded, unique="_id"))
    for part in ("Decimal128('0.10')", "2019, 1, 6, 1, 2, 3, 4000", repr(owner), "\\x12>Eg"):
        assert part in text


def test_a_cursor_cannot_be_changed_or_used_for_another_sort() -> None:
    cursor = Cursor.of("name", {"id": 7, "name": "é"})
    text = cursor.encode(b"secret")
    assert Cursor.decode(text, b"secret") == cursor
    assert text.isascii() and set(text).isdisjoint("+/=&")  # noqa: PT018  # one fact: it is fit for a URL
    for broken in ("", "x", "é", "?", text[4:], text + "AAAA", "A" + text[1:], text.swapcase()):
        with pytest.raises(CursorError) as caught:
            Cursor.decode(broken, b"secret")
        assert caught.value.code == "cursor"
    with pytest.raises(CursorError):
        Cursor.decode(text, b"other")
    for after in (mongo.after, python.after):
        for sort, unique in (("name:desc", "id"), ("qty", "id"), ("name", "_id"), ("name", None)):
            with pytest.raises(CursorError) as caught:
                after(sort, cursor, unique=unique)
            assert caught.value.code == "cursor_sort"
    with pytest.raises(CursorError) as caught:
        mongo.after("name", Cursor.of("name", {"id": 7, "name": ["a"]}))
    assert caught.value.code == "cursor_value"
    # Of a column of numbers of another database, and of no database.
    numbers = [(1, Decimal("0." + "1" * 40)), (1, Decimal("1E+7000")), (1, 10**40 + 1)]
    for value in (
        *((5, "NaN"), (5, "x" * 24), (5, "0" * 22 + "  "), (4, "2019-01-06T10:29:30Z"), (4, "9999-99")),
        *numbers,
    ):
        with pytest.raises(CursorError, match="a value that MongoDB does not have") as caught:
            mongo.after("name", Cursor(cursor.sort, (value, (1, 7))))
        assert caught.value.code == "cursor_value"
    wide = mongo.after("name", Cursor(cursor.sort, ((1, 2**70), (1, 7))))
    assert bson.encode(wide), "an integer of more than 64 bits is a decimal"


def test_orders_that_mongodb_has_not_are_refused() -> None:
    refused: list[tuple[str, SortOptions, str]] = [
        ("name", {"nulls": "last"}, "nulls"),
        ("name:desc", {"nulls": "first"}, "nulls"),
        ("text", {"schema": SCHEMA}, "instant_text"),
    ]
    for sort, options, code in refused:
        with pytest.raises(UnsupportedError) as caught:
            mongo.sort(sort, **options)
        assert caught.value.code == code
    assert mongo.sort("name:desc", nulls="last", unique=None) == [("name", -1)]


_DOCUMENTS = numbered(
    [
        {"name": "x", "groups": [{"id": 2, "name": "y"}, 3, {"name": "z"}], "c": {"d": 1, "e": {"f": 2}}},
        {"groups": {"id": 5, "name": "y"}, "c": 5},
        {"groups": [], "c": {}, "name": None},
    ]
)


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize(
    ("fields", "projection"),
    [
        ("", {}),
        ("name", {"_id": 0, "name": 1}),
        ("id,groups.id", {"_id": 0, "id": 1, "groups.id": 1}),
        ("groups,groups.id,c.e.f", {"_id": 0, "groups": 1, "c.e.f": 1}),
        ("_id,name", {"_id": 1, "name": 1}),
        ("c.d,c.e", {"_id": 0, "c.d": 1, "c.e": 1}),
    ],
)
def test_projections_leave_what_the_projector_leaves(
    fields: str, projection: dict[str, int], server: ServerName
) -> None:
    assert mongo.projection(fields) == projection
    stored = [{"_id": each["id"], **each} for each in _DOCUMENTS]
    found = list(_collection(_DOCUMENTS, server).find({}, mongo.projection(fields)).sort("_id", 1))
    assert found == list(map(python.projector(fields), stored))


def test_hidden_fields_never_come_out() -> None:
    schema = Schema(
        {
            "name": "string",
            "c": {"type": "object", "open": True},
            "c.secret": {"projectable": False},
            "s": {"type": "object", "projectable": False},
            "s.t": {"projectable": False},
        }
    )
    closed = Schema({"name": "string", "c": "object", "c.d": "string", "c.secret": {"projectable": False}})
    for fields in ("", "name,c"):
        assert mongo.projection(fields, schema=closed) == {"_id": 0, "c.d": 1, "name": 1}
    assert mongo.projection("name,c.d", schema=schema) == {"_id": 0, "name": 1, "c.d": 1}
    nothing = Schema({"c": "object", "c.secret": {"projectable": False}})
    for fields, refused in (("name,c", schema), ("", schema), ("", nothing), ("c", nothing)):
        with pytest.raises(UnsupportedError) as caught:
            mongo.projection(fields, schema=refused)
        assert caught.value.code == "hidden"
        assert "secret" not in str(caught.value)
