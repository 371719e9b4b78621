"""What MongoDB itself answers, as its own tests of filters, sorts and projections show it, in examples of ours.

The matcher has to agree or to fail: it fails where versions of MongoDB differ, and for what the backend never emits. A
server has to agree where it is a judge.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from bson import Binary, Decimal128

from engines.mongodb.collection import Collection, MatcherCollection
from engines.mongodb.judge import judge_of
from engines.mongodb.matcher import matches
from engines.mongodb.matcher_sort_projection import projected, sorted_documents
from engines.mongodb.server import SERVERS, ServerName, database

VALUES: dict[str, Any] = {
    "null": None,
    "five": 5,
    "six": 6.0,
    "text": "five",
    "true": True,
    "empty object": {},
    "b is 5": {"b": 5},
    "b is null": {"b": None},
    "b is [5, 9]": {"b": [5, 9]},
    "[]": [],
    "[5]": [5],
    "[3, 9]": [3, 9],
    "[null, 5]": [None, 5],
    "[text, 5]": ["five", 5],
    "[[]]": [[]],
    "[[5]]": [[5]],
    "[[3, 9], 5]": [[3, 9], 5],
    "[b is 5]": [{"b": 5}],
    "[b is 3, b is 9]": [{"b": 3}, {"b": 9}],
    "[b is [5, 9]]": [{"b": [5, 9]}],
    "[[b is 5]]": [[{"b": 5}]],
    "[b is null, b is 5]": [{"b": None}, {"b": 5}],
    "[b is 5, no b]": [{"b": 5}, {}],
}
NAMES = [*VALUES, "missing"]
DOCUMENTS: list[dict[str, Any]] = [*({"a": value} for value in VALUES.values()), {}]

_FIVE = ["five", "[5]", "[null, 5]", "[text, 5]", "[[3, 9], 5]"]
_ARRAYS = [name for name in VALUES if name.startswith("[")]
_WITH_ARRAY_IN_ARRAY = ["[[]]", "[[5]]", "[[3, 9], 5]", "[[b is 5]]"]
_WITH_OBJECT = [name for name in _ARRAYS if name.startswith("[b is")]


def _but(names: list[str]) -> list[str]:
    return [name for name in NAMES if name not in names]


FILTERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    # An array is tried as a whole and by its elements, not by theirs.
    "equal": ({"a": 5}, _FIVE),
    "not equal": ({"a": {"$ne": 5}}, _but(_FIVE)),
    "an array as a whole or as an element": ({"a": [5]}, ["[5]", "[[5]]"]),
    "in": ({"a": {"$in": [6, "five"]}}, ["six", "text", "[text, 5]"]),
    "in nothing": ({"a": {"$in": []}}, []),
    "not in nothing": ({"a": {"$nin": []}}, NAMES),
    "a bool is no number": ({"a": True}, ["true"]),
    "null is also what is missing": ({"a": None}, ["null", "[null, 5]", "missing"]),
    "not null": ({"a": {"$ne": None}}, _but(["null", "[null, 5]", "missing"])),
    "null in a list": ({"a": {"$in": [None, 6]}}, ["null", "six", "[null, 5]", "missing"]),
    "null not in a list": ({"a": {"$nin": [None, 6]}}, _but(["null", "six", "[null, 5]", "missing"])),
    # Several conditions of one path may be met by several elements, those of $elemMatch by one.
    "a range": ({"a": {"$gt": 4, "$lt": 6}}, ["five", "[5]", "[3, 9]", "[null, 5]", "[text, 5]", "[[3, 9], 5]"]),
    "a range in AND": (
        {"$and": [{"a": {"$gt": 4}}, {"a": {"$lt": 6}}]},
        ["five", "[5]", "[3, 9]", "[null, 5]", "[text, 5]", "[[3, 9], 5]"],
    ),
    "a range of one element": (
        {"a": {"$elemMatch": {"$gt": 4, "$lt": 6}}},
        ["[5]", "[null, 5]", "[text, 5]", "[[3, 9], 5]"],
    ),
    "a bound of texts meets texts": ({"a": {"$gte": "f"}}, ["text", "[text, 5]"]),
    "an element that is null": ({"a": {"$elemMatch": {"$eq": None}}}, ["[null, 5]"]),
    "an element that is not null": ({"a": {"$elemMatch": {"$ne": None}}}, [name for name in _ARRAYS if name != "[]"]),
    "an element that is none of these": (
        {"a": {"$elemMatch": {"$nin": [5, []]}}},
        [name for name in _ARRAYS if name not in ("[]", "[5]", "[[]]")],
    ),
    "an element that is not": (
        {"a": {"$elemMatch": {"$not": {"$lt": 9}}}},
        [name for name in _ARRAYS if name not in ("[]", "[5]")],
    ),
    "no element": ({"a": {"$not": {"$elemMatch": {"$gt": 4}}}}, _but([*_FIVE[1:], "[3, 9]"])),
    # $not and $nor are about the whole field.
    "not above": ({"a": {"$not": {"$gt": 4}}}, _but([*_FIVE, "six", "[3, 9]"])),
    "not unequal": ({"a": {"$not": {"$ne": 5}}}, _FIVE),
    "nor": ({"$nor": [{"a": {"$gt": 4}}, {"a": "five"}]}, _but([*_FIVE, "six", "text", "[3, 9]"])),
    # $type looks at the field as a whole and at its elements; $exists at the field.
    "type number": ({"a": {"$type": "number"}}, [*_FIVE, "six", "[3, 9]"]),
    "type array": ({"a": {"$type": "array"}}, _ARRAYS),
    "type of several": ({"a": {"$type": ["string", "bool"]}}, ["text", "true", "[text, 5]"]),
    "no array": ({"$nor": [{"a": {"$type": "array"}}]}, _but(_ARRAYS)),
    "an element of type array": ({"a": {"$elemMatch": {"$type": "array"}}}, _WITH_ARRAY_IN_ARRAY),
    # $size looks at the field as a whole, not at arrays in it.
    "no element at all": ({"a": {"$size": 0}}, ["[]"]),
    "two elements": (
        {"a": {"$size": 2}},
        [
            *("[3, 9]", "[null, 5]", "[text, 5]", "[[3, 9], 5]", "[b is 3, b is 9]", "[b is null, b is 5]"),
            "[b is 5, no b]",
        ],
    ),
    "two elements below": ({"a.b": {"$size": 2}}, ["b is [5, 9]", "[b is [5, 9]]"]),
    "another number of elements": (
        {"a": {"$type": "array"}, "$nor": [{"a": {"$size": 1}}, {"a": {"$size": 2}}]},
        ["[]"],
    ),
    "an empty object": ({"a": {"$in": ["", {}]}, "$nor": [{"a": {"$type": "array"}}]}, ["empty object"]),
    "exists": ({"a": {"$exists": True}}, list(VALUES)),
    "does not exist": ({"a": {"$exists": False}}, ["missing"]),
    "a pattern": ({"a": {"$regex": "^fi"}}, ["text", "[text, 5]"]),
    "not a pattern": ({"a": {"$not": {"$regex": "^fi"}}}, _but(["text", "[text, 5]"])),
    # A dotted path goes through the documents of an array, not through an array in an array.
    "below": (
        {"a.b": 5},
        ["b is 5", "b is [5, 9]", "[b is 5]", "[b is [5, 9]]", "[b is null, b is 5]", "[b is 5, no b]"],
    ),
    "exists below": ({"a.b": {"$exists": True}}, ["b is 5", "b is null", "b is [5, 9]", *_WITH_OBJECT]),
    "does not exist below": (
        {"a.b": {"$exists": False}},
        _but(["b is 5", "b is null", "b is [5, 9]", *_WITH_OBJECT]),
    ),
    "type null below": ({"a.b": {"$type": "null"}}, ["b is null", "[b is null, b is 5]"]),
    "an element below": ({"a.b": {"$elemMatch": {"$gt": 4, "$lt": 6}}}, ["b is [5, 9]", "[b is [5, 9]]"]),
    # $elemMatch over documents takes an array in an array for a document, whose keys are its places.
    "an element with": (
        {"a": {"$elemMatch": {"b": {"$gt": 4, "$lt": 6}}}},
        ["[b is 5]", "[b is [5, 9]]", "[b is null, b is 5]", "[b is 5, no b]"],
    ),
    "an element without": (
        {"a": {"$elemMatch": {"b": {"$exists": False}}}},
        [*_WITH_ARRAY_IN_ARRAY, "[b is 5, no b]"],
    ),
    "an element with null": (
        {"a": {"$elemMatch": {"b": None}}},
        [*_WITH_ARRAY_IN_ARRAY, "[b is null, b is 5]", "[b is 5, no b]"],
    ),
    "an element without null": ({"a": {"$elemMatch": {"b": {"$ne": None}}}}, _WITH_OBJECT),
    "an element with an element": (
        {"a": {"$elemMatch": {"b": {"$elemMatch": {"$gt": 4, "$lt": 6}}}}},
        ["[b is [5, 9]]"],
    ),
    "an element with one of two": (
        {"a": {"$elemMatch": {"b": {"$ne": 5}, "$or": [{"b": 9}, {"b": {"$type": "null"}}]}}},
        ["[b is 3, b is 9]", "[b is null, b is 5]"],
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_the_matcher_selects_what_mongodb_selects(name: str) -> None:
    filter_, selected = FILTERS[name]
    found = [each for each, document in zip(NAMES, DOCUMENTS, strict=True) if matches(filter_, document)]
    assert sorted(found) == sorted(selected)


_WRONG: dict[ServerName, set[str]] = {"secantusdb": {"an element without", "an element with null"}}
"""SecantusDB takes no array in an array for a document. The backend emits no filter that shows it."""


@pytest.mark.parametrize("server", SERVERS)
def test_a_server_selects_what_mongodb_selects(server: ServerName) -> None:
    judge = judge_of(server)
    documents = [{**each, "_id": name} for name, each in zip(NAMES, DOCUMENTS, strict=True) if judge.holds(each)]
    held = {document["_id"] for document in documents}
    collection = database(server)["facts"]
    collection.drop()
    collection.insert_many(documents)
    wrong = set()
    for name, (filter_, selected) in FILTERS.items():
        if judge.selects(filter_) and {each["_id"] for each in collection.find(filter_)} != held.intersection(selected):
            wrong.add(name)
    assert wrong == _WRONG.get(server, set())


_UUID = UUID("123e4567-e89b-12d3-a456-426614174000")
_OTHER = Binary(_UUID.bytes, 3)


def _collection(values: list[Any], server: ServerName | None) -> MatcherCollection:
    documents = [{"a": value, "id": number} for number, value in enumerate(values)]
    return MatcherCollection(documents) if server is None else Collection(documents, server)


@pytest.mark.parametrize("server", [None, *SERVERS])
def test_numbers_dates_and_bytes_are_compared_as_mongodb_does(server: ServerName | None) -> None:
    values: list[Any] = [
        *(Decimal128(text) for text in ("0", "-0", "1.0", "1.00", "12345678901234.56789012345678901234")),
        *(1, 2**55 - 1, float(2**55), Decimal128(str(2**55 - 1))),
        *(datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)),
        *(_UUID, Binary.from_uuid(_UUID), _OTHER, Binary(b"\x01" * 15, 0), b"\xff"),
    ]
    collection = _collection(values, server)
    for filter_, places in (
        ({"a": 1}, [2, 3, 5]),
        ({"a": 0.0}, [0, 1]),
        ({"a": Decimal128("1.000")}, [2, 3, 5]),
        ({"a": {"$gt": Decimal128("1.00000000000001")}}, [4, 6, 7, 8]),
        ({"a": 2**55 - 1}, [6, 8]),
        ({"a": float(2**55)}, [7]),
        ({"a": {"$lt": datetime(1970, 1, 1, tzinfo=UTC)}}, [9]),
        ({"a": Binary.from_uuid(_UUID)}, [11, 12]),
        ({"a": _OTHER}, [13]),
        ({"a": {"$type": "binData"}}, [11, 12, 13, 14, 15]),
    ):
        assert collection.ids(filter_) == places, filter_


def test_bytes_are_ordered_by_length_subtype_and_content() -> None:
    """FerretDB and SecantusDB order them otherwise, and no schema declares any but UUIDs."""
    values = [b"\xff", Binary(b"\x01" * 15, 0), _OTHER, Binary.from_uuid(_UUID), UUID(int=_UUID.int + 1)]
    collection = _collection(values, None)
    assert collection.sorted_ids([("a", 1)]) == [0, 1, 2, 3, 4]
    assert collection.ids({"a": {"$lt": Binary.from_uuid(_UUID)}}) == [0, 1, 2]


@pytest.mark.parametrize("server", [None, *SERVERS])
@pytest.mark.parametrize(
    ("values", "pairs", "order"),
    [
        ([1, [2, 9], 3, [], None], [("a", 1)], [3, 4, 0, 1, 2]),
        ([1, [2, 9], 3, [], None], [("a", -1)], [1, 2, 0, 4, 3]),
        ([{"b": 2}, {"b": [1, 7]}, {"b": []}, {}, 5], [("a.b", 1), ("id", 1)], [2, 3, 4, 1, 0]),
        ([{"b": 2}, {"b": [1, 7]}, {"b": []}, {}, 5], [("a.b", -1), ("id", 1)], [1, 0, 3, 4, 2]),
        ([[{"b": 4}, {"b": 1}], {"b": 3}, [{"b": [0, 9]}], [{}, {"b": 2}]], [("a.b", 1), ("id", 1)], [3, 2, 0, 1]),
        ([[{"b": 4}, {"b": 1}], {"b": 3}, [{"b": [0, 9]}], [{}, {"b": 2}]], [("a.b", -1), ("id", 1)], [2, 0, 1, 3]),
    ],
)
def test_a_sort_has_the_order_of_mongodb(
    values: list[Any], pairs: list[tuple[str, int]], order: list[int], server: ServerName | None
) -> None:
    """An array has the place of its least or greatest element, and an empty one stands before null."""
    assert _collection(values, server).sorted_ids(pairs) == order


@pytest.mark.parametrize("server", [None, *SERVERS])
@pytest.mark.parametrize(
    ("projection", "value", "left"),
    [
        ({"a.b": 1, "_id": 0}, {"b": 1, "c": 2}, {"a": {"b": 1}}),
        ({"a.b": 1, "_id": 0}, {"c": 2}, {"a": {}}),
        ({"a.b": 1, "_id": 0}, 5, {}),
        ({"a.b": 1, "_id": 0}, None, {}),
        ({"a.b": 1, "_id": 0}, ["x", {"b": 1, "c": 2}, None, {"c": 3}], {"a": [{"b": 1}, {}]}),
        ({"a.b": 1, "_id": 0}, [1, [2, {"b": 1}], [[{"c": 1}]]], {"a": [[{"b": 1}], [[{}]]]}),
        ({"a.b.c": 1, "_id": 0}, [{"b": [1, {"c": 2, "d": 3}, [4]]}], {"a": [{"b": [{"c": 2}, []]}]}),
        ({"a.b": 1, "a.c": 1, "_id": 0}, [{"c": 1, "d": 2}, {"b": 3}], {"a": [{"c": 1}, {"b": 3}]}),
        ({"a.b": 0, "_id": 0}, ["x", {"b": 1, "c": 2}, {"b": 3}], {"a": ["x", {"c": 2}, {}]}),
    ],
)
def test_a_projection_leaves_what_mongodb_leaves(
    projection: dict[str, int], value: Any, left: dict[str, Any], server: ServerName | None
) -> None:
    (kept,) = _collection([value], server).projected(projection)
    assert {key: each for key, each in kept.items() if key != "id"} == left


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        # MongoDB 8 says no, MongoDB 9 yes.
        (lambda: matches({"a.b": None}, {"a": []}), "depends on the version"),
        (lambda: matches({"a.b": {"$ne": None}}, {"a": [1]}), "depends on the version"),
        (lambda: matches({"a.b": {"$in": [None, 5]}}, {"a": [{"b": 5}]}), "depends on the version"),
        (lambda: matches({"a.b": {"$not": {"$nin": [None]}}}, {"a": [{"b": 5}]}), "depends on the version"),
        (lambda: matches({"a": {"$gte": None}}, {}), "does not emit"),
        (lambda: matches({"a": {"$lt": [5]}}, {"a": 5}), "does not emit"),
        (lambda: matches({"a": {"$elemMatch": {"$elemMatch": {"$gt": 4}}}}, {"a": [[5]]}), "does not emit"),
        (lambda: sorted_documents([("a.b", 1), ("a.c", 1)], [{"a": [{"b": 1, "c": 2}]}]), "meet an array"),
        (lambda: sorted_documents([("a", 1), ("b", 1)], [{"a": [1], "b": []}]), "meet an array"),
        (lambda: projected({"a": 1, "a.b": 1}, {"a": {"b": 1}}), "path collision"),
    ],
)
def test_the_matcher_fails_for_what_it_cannot_judge(asked: Callable[[], object], reason: str) -> None:
    with pytest.raises(AssertionError, match=reason):
        asked()
