"""What is hidden has no influence on anything that a client sees: rows, orders, documents, cursors, errors.

Schemas are drawn whose names overlap in what they store. Two collections that differ only in hidden values must answer
every request alike, and so must the errors that two schemas give, of which one has other hidden fields.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from qlause import Cursor, QlauseError, Schema, mongo, python, sql

pytest.importorskip("bson")
from engines.mongodb.collection import MatcherCollection
from engines.mongodb.matcher import enters_array

_Keys = tuple[str, ...]
_PUBLIC: Final = ("a", "b", "en")
_HIDDEN_NAMES: Final = ("h1", "h2")
_STORED: Final = (*_PUBLIC, "k1")
_APART: Final = ("free", "own")
"""Keys of fields at whose place nothing is hidden."""
_PERMISSIONS: Final = ("filterable", "sortable", "projectable")
_SECRET: Final = b"a secret of the tests"
_NEVER_NAMED: Final = re.compile("h[12]|k[12]").findall


class Case(NamedTuple):
    """A schema, requests, and two collections that differ in what one parameter must not see."""

    fields: dict[str, dict[str, Any]]
    schema: Schema
    documents: dict[str, tuple[list[Any], list[Any]]]
    q: str
    sort: str
    asked: str


def keys_of(names: tuple[str, ...], most: int = 3) -> st.SearchStrategy[_Keys]:
    return st.lists(st.sampled_from(names), min_size=1, max_size=most).map(tuple)


def stored_as(field: dict[str, Any], public: _Keys, stored: _Keys, columns: bool) -> dict[str, Any]:
    return {**field, "column": stored} if columns else field if stored == public else {**field, "stored": stored}


@st.composite
def declarations(draw: DrawFn, columns: bool, apart: bool) -> tuple[dict[str, dict[str, Any]], list[_Keys]]:
    """Fields, some of which (with ``apart``, none) lead to what another one hides, and the paths by which they do."""
    fields: dict[str, dict[str, Any]] = {}
    paths: list[_Keys] = []
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.lists(st.sampled_from(_STORED), min_size=1 + columns, max_size=3).map(tuple))
        name = draw(st.sampled_from((place, (draw(st.sampled_from(_HIDDEN_NAMES)),))))
        denied = draw(st.sampled_from((_PERMISSIONS, _PERMISSIONS, *((each,) for each in _PERMISSIONS))))
        kind = draw(st.sampled_from(("string", "any", "object")))
        if name[0] in _HIDDEN_NAMES:
            denied = _PERMISSIONS
        fields[".".join(name)] = stored_as({"type": kind, **dict.fromkeys(denied, False)}, name, place, columns)
        above = draw(st.integers(1, len(place)))  # how much of the place another name leads to
        other = draw(st.sampled_from((place[:above], draw(keys_of(_PUBLIC, 2)))))
        if apart:
            other = draw(keys_of(_APART, 2))
        kinds = ("object", "object", "localized") if above < len(place) else ("string", "any")
        if columns and above == 1:
            kinds = ("object", "localized")  # a column of another type is no JSON
        kind = draw(st.sampled_from(kinds))
        field: dict[str, Any] = {"type": kind, "open": True} if kind == "object" else {"type": kind}
        if kind == "object":
            field["open"] = not apart and draw(st.sampled_from((True, True, False)))
        if kind == "localized" and (apart or draw(st.booleans())):
            field["languages"] = ("en", place[-1])
        if draw(st.integers(1, 6)) == 1:
            field[draw(st.sampled_from(_PERMISSIONS))] = False
        fields.setdefault(".".join(other), stored_as(field, other, other if apart else place[:above], columns))
        if draw(st.booleans()):
            inner = draw(keys_of(_PUBLIC, 1))
            fields.setdefault(".".join((*other, *inner)), {"type": "any" if not columns else "string"})
        paths += [name, (*other, *place[above:]), (*other, *place[above:-1]), other, (*name, "a")]
    return fields, paths


def stored_places(fields: Mapping[str, Mapping[str, Any]], permission: str) -> list[_Keys]:
    """Where the declared fields are stored that lack a permission."""
    lacking = [name for name, field in fields.items() if not field.get(permission, True)]
    return [place_of(fields, tuple(name.split("."))) for name in lacking]


def place_of(fields: Mapping[str, Mapping[str, Any]], keys: _Keys) -> _Keys:
    field = fields[".".join(keys)]
    stored = field.get("column", field.get("stored"))
    if stored is not None:
        return tuple(stored)
    above = next((keys[:size] for size in range(len(keys) - 1, 0, -1) if ".".join(keys[:size]) in fields), None)
    return keys if above is None else (*place_of(fields, above), *keys[len(above) :])


_VALUES: Final = st.sampled_from(("h", "x", "hx", 1, 2, None, True, "2024-01-01"))


def values(depth: int) -> st.SearchStrategy[Any]:
    inner = st.dictionaries(st.sampled_from(_STORED), values(depth - 1), max_size=3) if depth else _VALUES
    return inner if depth == 2 else st.one_of(_VALUES, inner, st.lists(inner, max_size=2))


def with_value(document: dict[str, Any], place: _Keys, value: Any) -> dict[str, Any]:
    """The document with a value at a place; the objects on the way are made where there are none."""
    first, *rest = place
    inner = document.get(first)
    below = with_value(inner if isinstance(inner, dict) else {}, tuple(rest), value) if rest else value
    return {**document, first: below}


def replaced(value: Any, place: _Keys, draw: Callable[[], Any]) -> Any:
    """The value with something else at a place, wherever that is: inside objects, and inside arrays of them."""
    if isinstance(value, list):
        return [replaced(each, place, draw) for each in value]
    if not isinstance(value, dict):
        return value
    first, *rest = place
    if rest:
        return {key: replaced(inner, tuple(rest), draw) if key == first else inner for key, inner in value.items()}
    other = draw()
    others = {key: inner for key, inner in value.items() if key != first}
    return others if other is _ABSENT else {**others, first: other}


_ABSENT: Final = object()


@st.composite
def cases(draw: DrawFn, *, columns: bool = False, apart: bool = False) -> Case:
    fields, leading = draw(declarations(columns, apart))
    try:
        schema = Schema(fields, open=not columns and not apart and draw(st.integers(1, 4)) == 1)
    except ValueError:
        assume(False)
    documents = {}
    hidden = {permission: stored_places(fields, permission) for permission in _PERMISSIONS}
    stored = [{"id": number, **draw(values(2) if number == 1 else st.just({}))} for number in (1, 2, 3)]
    for permission in _PERMISSIONS:
        for place in hidden[permission]:
            stored = [with_value(each, place, draw(values(1))) for each in stored]
    for permission in _PERMISSIONS:
        others = stored
        for place in hidden[permission]:
            others = [replaced(each, place, lambda: draw(_VALUES | values(1) | st.just(_ABSENT))) for each in others]
        documents[permission] = stored, others
    paths = st.sampled_from(leading) | st.sampled_from(leading) | keys_of((*_PUBLIC, *_HIDDEN_NAMES, "k1"), 3)
    named = paths.filter(len).map(".".join)
    tests = st.sampled_from(("exists", "missing", "null", "~^h", "h", "(h,1)", ">0", "(NOT h)"))
    clauses = st.builds("{}{}:{}".format, st.sampled_from(("", "NOT ")), named, tests)
    q = draw(st.lists(clauses, min_size=1, max_size=2).map(draw(st.sampled_from((" ", " OR "))).join))
    sort = draw(st.lists(named, max_size=2, unique=True).map(",".join)) + draw(st.sampled_from(("", ":desc")))
    asked = draw(st.lists(named, max_size=2).map(",".join))
    return Case(fields, schema, documents, q, "" if sort == ":desc" else sort, asked)


def answered(ask: Callable[[], Any]) -> Any:
    """What a client sees: an answer or an error."""
    try:
        return ask()
    except QlauseError as error:
        return {**error.to_dict(), "shown": str(error)}


def by_python(case: Case, permission: str, documents: list[Any]) -> Iterator[Any]:
    schema = case.schema
    match permission:
        case "filterable":
            yield answered(lambda: [each["id"] for each in filter(python.predicate(case.q, schema=schema), documents)])
        case "sortable":
            ordered = answered(lambda: sorted(documents, key=python.sort_key(case.sort, schema=schema)))
            yield [each["id"] for each in ordered] if isinstance(ordered, list) else ordered
            for each in ordered if isinstance(ordered, list) else ():
                cursor = Cursor.of(case.sort, each, schema=schema)
                yield cursor.encode(_SECRET)
                yield [other["id"] for other in documents if python.after(case.sort, cursor, schema=schema)(other)]
        case _:
            yield answered(lambda: list(map(python.projector(case.asked, schema=schema), documents)))


def by_mongo(case: Case, permission: str, documents: list[Any]) -> Iterator[Any]:
    collection, schema = MatcherCollection(documents), case.schema
    match permission:
        case "filterable":
            yield answered(lambda: collection.ids(mongo.filter(case.q, schema=schema)))
        case "sortable":
            pairs = answered(lambda: mongo.sort(case.sort, schema=schema))
            ordered = in_mongo_order(collection, pairs) if isinstance(pairs, list) else pairs
            yield ordered
            if isinstance(pairs, list) and any(enters_array(each, path) for each in documents for path, _ in pairs):
                return  # what comes after such a document depends on the version of MongoDB
            for number in ordered if isinstance(ordered, list) else ():
                document = next(each for each in documents if each["id"] == number)
                cursor = Cursor.of(case.sort, document, schema=schema)
                yield answered(lambda: collection.ids(mongo.after(case.sort, cursor, schema=schema)))  # noqa: B023  # called in this turn of the loop
        case _:
            yield answered(lambda: collection.projected(mongo.projection(case.asked, schema=schema)))


def in_mongo_order(collection: MatcherCollection, pairs: list[tuple[str, int]]) -> list[int]:
    """The ids in an order that depends on all that MongoDB's does: it orders objects by what they hold."""

    def held(document: Any, path: str) -> str:
        for key in path.split("."):
            document = document.get(key) if isinstance(document, dict) else None
        return json.dumps(document)

    try:
        return collection.sorted_ids(pairs)
    except AssertionError:  # the matcher does not know the order of objects
        by_text = [(tuple(held(each, path) for path, _ in pairs), each["id"]) for each in collection.documents]
        return [number for _, number in sorted(by_text)]


class Table:
    """A table of SQLite: the documents in one column, or each of their keys in a column of JSON."""

    def __init__(self, documents: list[Any], columns: bool) -> None:
        self.database = sqlite3.connect(":memory:")
        self.database.row_factory = sqlite3.Row
        names = (*_STORED, "doc") if columns else ("doc",)
        self.database.execute(f"CREATE TABLE t (id INTEGER, {', '.join(names)})")
        for each in documents:
            cells = [json.dumps(each.get(name)) if name in each else None for name in names[:-1]]
            self.database.execute(
                f"INSERT INTO t VALUES (?{', ?' * len(names)})", (each["id"], *cells, json.dumps(each))
            )

    def rows(self, fragment: sql.Fragment, order: sql.Fragment | None = None) -> list[sqlite3.Row]:
        after = "" if order is None else f" ORDER BY {order.text}"
        params = [*fragment.params, *(() if order is None else order.params)]
        return self.database.execute(f"SELECT * FROM t WHERE {fragment.text}{after}", params).fetchall()


def by_sqlite(case: Case, permission: str, documents: list[Any], columns: bool = False) -> Iterator[Any]:
    table, schema = Table(documents, columns), case.schema
    everything = sql.Fragment("1", (), "qmark")
    match permission:
        case "filterable":
            found = answered(lambda: table.rows(sql.where(case.q, "sqlite", schema=schema)))
            yield sorted(row["id"] for row in found) if isinstance(found, list) else found
        case "sortable":
            found = answered(lambda: table.rows(everything, sql.order_by(case.sort, "sqlite", schema=schema)))
            yield [row["id"] for row in found] if isinstance(found, list) else found
            for row in found if isinstance(found, list) else ():
                cursor = answered(lambda: Cursor.of_row(case.sort, row, schema=schema))  # noqa: B023  # called in this turn of the loop
                yield cursor.encode(_SECRET)
                after = answered(lambda: table.rows(sql.after(case.sort, cursor, "sqlite", schema=schema)))  # noqa: B023  # called in this turn of the loop
                yield sorted(row["id"] for row in after) if isinstance(after, list) else after
        case _:
            names = answered(lambda: sql.select(case.asked, "sqlite", schema=schema).text)
            yield names
            if columns and isinstance(names, str):
                project = python.projector(case.asked, schema=schema)
                for row in table.database.execute(f"SELECT {names} FROM t ORDER BY id").fetchall():
                    cells = {name: json.loads(row[name]) for name in row.keys() if row[name] is not None}  # noqa: SIM118  # a sqlite3.Row iterates over values
                    yield project(cells)


def by_columns(case: Case, permission: str, documents: list[Any]) -> Iterator[Any]:
    return by_sqlite(case, permission, documents, columns=True)


def check(case: Case, *backends: Callable[[Case, str, list[Any]], Iterator[Any]]) -> None:
    known = f"{case.q} {case.sort} {case.asked} {[str(path) for path, field in case.schema if field.public]}"
    for permission, (documents, others) in case.documents.items():
        for backend in backends:
            answers, other_answers = list(backend(case, permission, documents)), list(backend(case, permission, others))
            assert answers == other_answers, (backend.__name__, permission)
            told = [answer for answer in answers if isinstance(answer, dict) and "code" in answer]
            for name in _NEVER_NAMED(json.dumps([{**each, "snippet": ""} for each in told])):
                assert name in known, (backend.__name__, permission, told)


@given(cases())
def test_hidden_values_have_no_influence_on_documents(case: Case) -> None:
    check(case, by_python, by_mongo, by_sqlite)


@given(cases(columns=True))
def test_hidden_values_have_no_influence_on_columns(case: Case) -> None:
    check(case, by_columns)


@given(cases(apart=True), st.sampled_from(("filterable", "sortable", "projectable")))
def test_errors_are_those_of_a_schema_without_what_is_hidden(case: Case, permission: str) -> None:
    """Where no object is open, and nothing else is stored at a hidden place or below it."""
    public = {name: field for name, field in case.fields.items() if any(field.get(each, True) for each in _PERMISSIONS)}
    known = {str(path): field for path, field in case.schema}
    assume(all(known[name] == Schema(public).resolve(path).field for path, _ in Schema(public) for name in [str(path)]))  # type: ignore[union-attr]  # the schema has these paths
    without = case._replace(schema=Schema(public))
    asked = [next(iter(by_python(each, permission, []))) for each in (case, without)]
    assert [each for each in asked if isinstance(each, dict)] in ([], asked)
    assert asked[0] == asked[1]
