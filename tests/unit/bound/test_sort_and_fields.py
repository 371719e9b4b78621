"""Binding sort and fields, and what the Python backend does with them."""

from __future__ import annotations

import itertools
from collections import deque
from datetime import UTC, date, datetime
from typing import Any

import pytest

import qlause
from qlause import Cursor, Field, Fields, Path, Schema, Sort, SortKey, UnsupportedError, mongo, python
from qlause.bound.fields import bind_fields
from qlause.bound.nodes import BoundFields, BoundSort, BoundSortKey
from qlause.bound.sort import bind_sort
from qlause.schema.storage import Target

ID = BoundSortKey(Target(("id",)), descending=False, nulls_last=False)
REVERSED_ID = BoundSortKey(Target(("id",)), descending=True, nulls_last=True)


def key(*keys: str, descending: bool = False, nulls_last: bool = False, declared: bool = False) -> BoundSortKey:
    return BoundSortKey(Target(keys, declared, declared=declared), descending, nulls_last)


@pytest.mark.parametrize(
    ("text", "options", "keys"),
    [
        ("", {}, (ID,)),
        ("a", {}, (key("a"), ID)),
        ("a:desc", {}, (key("a", descending=True, nulls_last=True), REVERSED_ID)),
        ("a,b:desc", {"nulls": "first"}, (key("a"), key("b", descending=True), REVERSED_ID)),
        ("a.b:DESC,c:asc", {}, (key("a", "b", descending=True, nulls_last=True), key("c"), ID)),
        ("a:Desc,b:up", {}, (key("a"), key("b"), ID)),
        ("id:desc", {}, (key("id", descending=True, nulls_last=True),)),
        ("a,id,b", {}, (key("a"), ID, key("b"))),
        ("a", {"unique": None}, (key("a"),)),
        ("a", {"unique": "k.x"}, (key("a"), key("k", "x"))),
        ("a", {"unique": '"k.x"'}, (key("a"), key("k.x"))),
        (
            "a,b:desc",
            {"nulls": "last", "unique": None},
            (key("a", nulls_last=True), key("b", descending=True, nulls_last=True)),
        ),
        ("a,b:desc", {"nulls": "first", "unique": None}, (key("a"), key("b", descending=True))),
        ("a", {"nulls": "last"}, (key("a", nulls_last=True), ID)),
    ],
)
def test_the_bound_sort(text: str, options: Any, keys: tuple[BoundSortKey, ...]) -> None:
    assert bind_sort(text, **options) == BoundSort(keys)
    assert bind_sort(qlause.parse_sort(text), **options) == BoundSort(keys)


SCHEMA = Schema(
    {
        "id": Field(type="string", stored="_id", sortable=False),
        "name": "string",
        "title": Field(type="localized", languages=("en",), stored="t"),
        "at": Field(type="date-time", storage="instant"),
        "native": Field(type="date-time", storage="native"),
        "tags": "string[]",
        "box": "object",
        "box.pin": Field(type="string", projectable=False),
        "box.size": "integer",
        "list": "object[]",
        "list.pin": Field(type="string", projectable=False),
        "list.x": "integer",
        "open": Field(type="object", open=True),
        "open.pin": Field(type="string", projectable=False),
        "hush": Field(type="string", sortable=False, projectable=False),
    }
)


def test_a_sort_with_a_schema() -> None:
    unique = BoundSortKey(Target(("_id",), scalar=True, declared=True), descending=False, nulls_last=False)
    assert bind_sort("name", schema=SCHEMA).keys == (key("name", declared=True), unique)
    assert bind_sort("title.en", schema=SCHEMA) == bind_sort("title", schema=SCHEMA, language="en")
    assert bind_sort("title.en", schema=SCHEMA).keys[0].target == Target(("t", "en"), scalar=True, declared=True)
    assert [bind_sort(name, schema=SCHEMA).keys[0].instant for name in ("at", "native", "name")] == [True, False, False]
    assert bind_sort("open.x", schema=SCHEMA).keys[0].target == Target(("open", "x"))
    assert bind_sort("name", schema=SCHEMA, unique="other").keys[1].target == Target(("other",), scalar=True)


SAME_PLACE = Schema(
    {
        "id": {"type": "integer", "stored": "_id", "column": "id"},
        "number": {"type": "integer", "stored": "_id", "column": "id"},
        "a": {"type": "integer", "stored": "x", "column": "x"},
        "b": {"type": "integer", "stored": "x", "column": "x"},
        "c": {"type": "integer", "stored": "x", "column": "other"},
        "again": {"type": "integer", "stored": "_id", "column": "other_id"},
    }
)


@pytest.mark.parametrize(
    ("sort", "columns", "pairs"),
    [
        ("a,b:desc", ["x", "id"], [("x", 1), ("_id", 1)]),
        ("b:desc,a", ["x", "id"], [("x", -1), ("_id", -1)]),
        ("a:desc,c", ["x", "other", "id"], [("x", -1), ("_id", 1)]),
        ("number", ["id"], [("_id", 1)]),
        ("again:desc", ["other_id", "id"], [("_id", -1)]),  # another column, which may hold a value twice
    ],
)
def test_two_names_of_one_place_are_one_key(sort: str, columns: list[str], pairs: list[tuple[str, int]]) -> None:
    bound = bind_sort(sort, schema=SAME_PLACE)
    assert [key.target.column.name for key in bound.keys if key.target.column] == columns
    assert mongo.sort(sort, schema=SAME_PLACE) == pairs
    document = {"_id": 1, "x": 2}
    assert mongo.after(sort, Cursor.of(sort, document, schema=SAME_PLACE), schema=SAME_PLACE)


def test_mongodb_sorts_by_32_fields() -> None:
    names = ",".join(f"f{number}" for number in range(32))
    assert len(mongo.sort(names, unique=None)) == 32
    for ask in (mongo.sort, lambda sort: mongo.after(sort, Cursor.of(sort, {}))):
        with pytest.raises(UnsupportedError, match="by 32 fields, not by 33") as caught:
            ask(names)
        assert caught.value.code == "sort_keys"


@pytest.mark.parametrize(
    ("text", "options", "kind", "code", "hint"),
    [
        ("nmae", {}, "UnknownFieldError", "unknown_field", "did you mean name?"),
        ("id", {}, "UnknownFieldError", "not_sortable", None),
        ("hush", {}, "UnknownFieldError", "not_sortable", None),
        ("title", {}, "UnknownFieldError", "language_needed", "name one, as in title.en"),
        ("title.fr", {}, "UnknownFieldError", "unknown_field", "there are title.en"),
        ("title", {"language": "fr"}, "UnknownFieldError", "unknown_field", "there are title.en"),
        ("tags", {}, "OperatorNotAllowedError", "not_ordered", None),
        ("box", {}, "OperatorNotAllowedError", "not_ordered", None),
        ("list.pin", {}, "OperatorNotAllowedError", "not_ordered", None),
        ("name.x", {}, "UnknownFieldError", "unknown_field", None),
        ("name:descend", {"strict": True}, "QuerySyntaxError", "sort_direction", "did you mean desc?"),
    ],
)
def test_a_refused_sort(text: str, options: Any, kind: str, code: str, hint: str | None) -> None:
    whole = f"native, {text}"
    with pytest.raises(qlause.QlauseError) as caught:
        bind_sort(whole, schema=SCHEMA, **options)
    error = caught.value
    assert (type(error).__name__, error.code) == (kind, code)
    if hint is not None:
        assert error.hint == hint
    if code != "sort_direction":
        assert (error.offset, error.length) == (8, len(text))


ORDER: list[Any] = [
    None,
    -1.5,
    0,
    10**20,
    "",
    "A",
    "a",
    "é",
    "\uffff",
    "😀",
    False,
    True,
    date(2023, 12, 31),
    datetime(2024, 1, 1),
    datetime(2024, 1, 1, 1, tzinfo=UTC),
    [],
]


def test_the_order_of_values() -> None:
    documents = [{"id": number, "a": value} for number, value in enumerate(ORDER)]
    up, down = python.sort_key("a"), python.sort_key("a:desc")
    for shuffled in (documents[::-1], documents[5:] + documents[:5]):
        assert sorted(shuffled, key=up) == documents
        assert sorted(shuffled, key=down) == documents[::-1]
    keys = [python.sort_key("a", unique=None)(document) for document in documents]
    for low, high in itertools.combinations(keys, 2):
        assert low < high
        assert not high < low
    last = sorted(documents, key=python.sort_key("a", nulls="last"))
    assert last == [*documents[1:], documents[0]]
    assert min(documents, key=python.sort_key("a:desc", nulls="first"))["a"] is None


def test_missing_and_null_are_equal_and_arrays_are_not_looked_into() -> None:
    by = python.sort_key("a.b", unique=None)
    assert by({}) == by({"a": None}) == by({"a": {"b": None}}) == by({"a": [{"b": 1}]}) == by({"a": 5}) == (0,)
    assert by({"a": {"b": [1]}}) == by({"a": {"b": {"c": 2}}})


def test_sorts_built_in_code() -> None:
    sort = Sort((SortKey(Path(("a.b",)), descending=True), SortKey(Path(("c",)))))
    assert str(sort) == '"a.b":desc,c'
    assert qlause.parse_sort(str(sort)) == sort
    with pytest.raises(qlause.UnknownFieldError) as caught:
        bind_sort(sort, schema=SCHEMA)
    assert caught.value.offset is None


@pytest.mark.parametrize(
    ("text", "options", "include"),
    [
        ("", {}, None),
        ("", {"always": ("id",)}, None),
        ("a,b.c", {}, (("a",), ("b", "c"))),
        ("a.b,a", {}, (("a",),)),
        ("a", {"always": ("id", "b.c")}, (("a",), ("id",), ("b", "c"))),
        ("a.b", {"always": ("a",)}, (("a",),)),
        ("a", {"always": ["x,y"]}, (("a",), ("x",), ("y",))),
    ],
)
def test_the_bound_fields(text: str, options: Any, include: Any) -> None:
    assert bind_fields(text, **options) == BoundFields(include)
    assert bind_fields(qlause.parse_fields(text), **options) == BoundFields(include)


DOCUMENT = {
    "_id": "1",
    "name": "n",
    "box": {"pin": "s3", "size": 1},
    "list": [{"pin": "s3", "x": 1}, [{"pin": "s3"}], "s", None],
    "open": {"pin": "s3", "a": {"b": 1}},
    "hush": "s3",
    "other": {"x": 1},
}


@pytest.mark.parametrize("asked", ["", "box", "list", "open", "box,list,open,name", "box.size,list,open.a", "id,box"])
@pytest.mark.parametrize("always", [(), ("id",), ("box",), ("list", "open"), ("id", "name")])
def test_hidden_fields_never_come_out(asked: str, always: tuple[str, ...]) -> None:
    found = python.projector(asked, schema=SCHEMA, always=always)(DOCUMENT)
    assert "s3" not in str(found)
    for name in always:
        assert name in found
    if "list" in found:
        assert found["list"] == [{"x": 1}, [{}]]


@pytest.mark.parametrize("asked", ["hush", "box.pin", "list.pin", "open.pin", "name,hush", "open,open.pin"])
def test_hidden_fields_cannot_be_asked_for(asked: str) -> None:
    with pytest.raises(qlause.UnknownFieldError) as caught:
        bind_fields(asked, schema=SCHEMA)
    assert caught.value.code == "not_projectable"
    assert caught.value.offset == asked.rindex(asked.rpartition(",")[2])


@pytest.mark.parametrize("asked", ["name,name.x", "name.x,name", "box,box.nope", "nope,name,name.nope"])
def test_a_path_below_a_listed_one_must_be_a_field_too(asked: str) -> None:
    with pytest.raises(qlause.UnknownFieldError) as caught:
        bind_fields(asked, schema=SCHEMA)
    assert caught.value.code == "unknown_field"
    assert bind_fields("open.x,open", schema=SCHEMA) == bind_fields("open", schema=SCHEMA)


@pytest.mark.parametrize("asked", ["", "open"])
def test_what_is_always_kept_cannot_lie_below_what_is_hidden(asked: str) -> None:
    schema = Schema({"secret": {"type": "object", "projectable": False}, "secret.id": "integer", "open": "string"})
    with pytest.raises(ValueError, match=r"always: secret\.id is below secret, which the schema hides"):
        bind_fields(asked, schema=schema, always=("secret.id",))


def test_what_the_server_always_keeps_needs_no_permission() -> None:
    found = python.projector("name", schema=SCHEMA, always=("hush", "box.pin", "undeclared.x"))(DOCUMENT)
    assert found == {"name": "n", "box": {"pin": "s3"}, "hush": "s3"}


@pytest.mark.parametrize(
    ("asked", "document", "result"),
    [
        ("a", {"b": 1}, {}),
        ("a.b", {"a": {"c": 1}}, {"a": {}}),
        ("a.b", {"a": 5}, {}),
        ("a.b", {"a": None}, {}),
        ("a.b", {"a": []}, {"a": []}),
        ("a.b", {"a": [1, {"b": 2, "c": 3}, {"c": 4}, None, [{"b": 5}, 6]]}, {"a": [{"b": 2}, {}, [{"b": 5}]]}),
        ("a.b,c", {"c": 1, "a": {"x": 0, "b": [1]}}, {"c": 1, "a": {"b": [1]}}),
        ('"a.b"', {"a.b": 1, "a": {"b": 2}}, {"a.b": 1}),
        ("a.b", {"a": {"b": {1}}}, {"a": {"b": {1}}}),
        ("a.b", {"a": deque([{"b": 1}])}, {"a": [{"b": 1}]}),
    ],
)
def test_projection_keeps_the_shape(asked: str, document: Any, result: Any) -> None:
    assert python.projector(asked)(document) == result


def test_projection_keeps_the_documents_order_and_does_not_change_it() -> None:
    document = {"z": {"y": 1, "x": 2}, "a": 1}
    before = repr(document)
    assert list(python.projector("a,z.x,z.y")(document)) == ["z", "a"]
    assert list(python.projector("a,z.x,z.y")(document)["z"]) == ["y", "x"]
    assert repr(document) == before
    assert str(Fields((Path(("z", "x")), Path(("a b",))))) == 'z.x,"a b"'


def test_each_language_of_a_field_comes_out_under_its_own_name() -> None:
    title = {"type": "localized", "languages": ["en", "de"], "stored": "x.y.t"}
    bound = bind_fields("a.title", schema=Schema({"a.title": title}))
    assert bound.names is not None
    assert [(public, target.keys) for public, target in bound.names] == [
        (("a", "title", "en"), ("x", "y", "t", "en")),
        (("a", "title", "de"), ("x", "y", "t", "de")),
    ]
