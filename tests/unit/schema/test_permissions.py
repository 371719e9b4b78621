"""Permissions go by where a value is stored, and to a client a hidden field does not exist."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest

import qlause
from qlause import Cursor, Field, Relation, Schema, UnknownFieldError, mongo, python, sql
from qlause.bound.binder import bind
from qlause.bound.fields import bind_fields
from qlause.bound.sort import bind_sort

HIDDEN: dict[str, Any] = {"filterable": False, "sortable": False, "projectable": False}
OPEN: dict[str, Any] = {"type": "object", "open": True}
LINES: dict[str, Any] = {"table": "lines", "on": (("order_id", "id"),)}

# The fields, and a name by which what is hidden must not be reached.
BY_ANOTHER_NAME: dict[str, tuple[dict[str, Any], str]] = {
    "an open object over it": ({"extra": OPEN, "pw": {"stored": "extra.pw", **HIDDEN}}, "extra.pw"),
    "an open object far over it": ({"extra": OPEN, "pw": {"stored": "extra.a.pw", **HIDDEN}}, "extra.a.pw"),
    "below what is hidden": ({"extra": OPEN, "x": {"type": "object", "stored": "extra.x", **HIDDEN}}, "extra.x.y"),
    "a second name": ({"pw": {"type": "string", **HIDDEN}, "other": {"type": "string", "stored": "pw"}}, "other"),
    "a second name, below": ({"box": {"type": "object", **HIDDEN}, "x": {"type": "string", "stored": "box.x"}}, "x"),
    "an object in a mapping": ({"box": {"type": "object", **HIDDEN}, "box.x": "string"}, "box.x"),
    "an object two levels up": (
        {"box": {"type": "object", **HIDDEN}, "box.y": "object", "box.y.x": "string"},
        "box.y.x",
    ),
    "an object, and the field is stored elsewhere": (
        {"box": {"type": "object", **HIDDEN}, "box.x": {"type": "string", "stored": "y", "column": "y"}},
        "box.x",
    ),
    "a language": (
        {"name": {"type": "localized", "languages": ("en", "fr")}, "secret": {"stored": "name.fr", **HIDDEN}},
        "name.fr",
    ),
    "any language": ({"name": "localized", "secret": {"stored": "name.fr", **HIDDEN}}, "name.fr"),
    "a language that is declared": ({"name": "localized", "name.fr": {"type": "string", **HIDDEN}}, "name.fr"),
    "the only language": (
        {"name": {"type": "localized", "languages": ("fr",)}, "secret": {"stored": "name.fr", **HIDDEN}},
        "name.fr",
    ),
    "the JSON of a column": (
        {"data": {**OPEN, "column": "data"}, "ssn": {"type": "string", "column": ("data", "ssn"), **HIDDEN}},
        "data.ssn",
    ),
    "a column in another case": (
        {"data": {**OPEN, "column": "Data"}, "ssn": {"type": "string", "column": ("data", "ssn"), **HIDDEN}},
        "data.ssn",
    ),
    "a column": ({"pw": {"type": "string", "column": "pw", **HIDDEN}, "x": {"type": "string", "column": "PW"}}, "x"),
    "a lookup of Django": (
        {"ssn": {"type": "string", "column": "data__ssn", **HIDDEN}, "data": {**OPEN, "column": "data"}},
        "data.ssn",
    ),
    "a struct of Spark": (
        {
            "sku": {"type": "string", "array": True, "column": (("lines[]", "sku"),), **HIDDEN},
            "x": {"type": "string", "array": True, "column": (("lines[]", "sku"),)},
        },
        "x",
    ),
    "related rows": (
        {
            "lines.data": {**OPEN, "array": True, "relation": {**LINES, "column": "data"}},
            "cost": {"type": "string", "array": True, "relation": {**LINES, "column": ("data", "cost")}, **HIDDEN},
        },
        "lines.data.cost",
    ),
    "related rows by another join": (
        {
            "a": {"type": "string", "array": True, "relation": Relation(("s", "lines"), (("x", "id"),), "cost")},
            "cost": {"type": "string", "array": True, "relation": {**LINES, "column": "cost"}, **HIDDEN},
        },
        "a",
    ),
    "the column of its fold": (
        {"pw": {"type": "string", "column": "pw", "folded": "f", **HIDDEN}, "x": {"type": "string", "column": "f"}},
        "x",
    ),
    "a column that is its fold": (
        {"pw": {"type": "string", "column": "pw", **HIDDEN}, "x": {"type": "string", "column": "y", "folded": "pw"}},
        "x",
    ),
}  # fmt: skip
ASK: dict[str, Any] = {
    "q": lambda name, schema: bind(f"{name}:~^h", schema=schema),
    "sort": lambda name, schema: bind_sort(name, schema=schema),
    "fields": lambda name, schema: bind_fields(name, schema=schema),
}


def refused(ask: Any, name: str, schema: Schema) -> qlause.UnknownFieldError:
    with pytest.raises(qlause.UnknownFieldError) as caught:
        ask(name, schema)
    return caught.value


@pytest.mark.parametrize("ask", ASK.values(), ids=ASK)
@pytest.mark.parametrize(("fields", "name"), BY_ANOTHER_NAME.values(), ids=BY_ANOTHER_NAME)
def test_what_is_hidden_is_out_of_reach_by_every_name(fields: dict[str, Any], name: str, ask: Any) -> None:
    schema = Schema(fields)
    error = refused(ask, name, schema)
    assert (error.code, error.message) == ("unknown_field", f"there is no field {name}")
    for again in (pickle.loads(pickle.dumps(schema)), copy.deepcopy(schema)):  # noqa: S301  # our own bytes
        assert again == schema
        refused(ask, name, again)


@pytest.mark.parametrize("permission", ["filterable", "sortable", "projectable"])
@pytest.mark.parametrize(("fields", "name"), BY_ANOTHER_NAME.values(), ids=BY_ANOTHER_NAME)
def test_each_permission_alone(fields: dict[str, Any], name: str, permission: str) -> None:
    one = {
        key: {**{k: v for k, v in declared.items() if k not in HIDDEN}, permission: False}
        if isinstance(declared, dict) and declared.items() >= HIDDEN.items()
        else declared
        for key, declared in fields.items()
    }
    parameter = {"filterable": "q", "sortable": "sort", "projectable": "fields"}[permission]
    refused(ASK[parameter], name, Schema(one))


def test_the_operators_of_a_place_are_those_that_all_its_names_have() -> None:
    schema = Schema(
        {
            "extra": OPEN,
            "code": {"type": "string", "stored": "extra.code", "operators": {"equals", "presence"}},
            "second": {"type": "string", "stored": "extra.code", "operators": {"equals", "contains"}},
            "third": {"type": "string", "stored": "extra.code"},
        }
    )
    for name in ("extra.code", "code", "second", "third"):
        bind(f"{name}:x", schema=schema)
        for test in ("~x", "exists", "~^x"):
            with pytest.raises(qlause.OperatorNotAllowedError):
                bind(f"{name}:{test}", schema=schema)
    bind("extra.other:~x", schema=schema)


def test_the_operators_of_an_object_are_its_own() -> None:
    schema = Schema(
        {"a": {"type": "object", "operators": ()}, "a.b": "string", "c": {"type": "string", "stored": "a.c"}}
    )
    bind("a.b:~x c:x", schema=schema)


def test_an_object_that_holds_what_is_hidden_may_be_filtered_but_not_sorted_by() -> None:
    """MongoDB sorts objects by what they hold."""
    schema = Schema(
        {"extra": OPEN, "pw": {"type": "string", "stored": "extra.a.pw", **HIDDEN}, "x": {"stored": "extra"}}
    )
    bind("extra.a:exists x:exists extra.b:1", schema=schema)
    bind_sort("extra.b", schema=schema)
    for name in ("extra.a", "x"):
        assert refused(ASK["sort"], name, schema).code == "not_sortable"
    assert mongo.filter("extra.a:exists", schema=schema)


def test_languages_that_are_hidden_are_left_out_of_the_others() -> None:
    fields = {"name": {"type": "localized", "languages": ("en", "fr")}, "secret": {"stored": "name.fr", **HIDDEN}}
    matches = python.predicate("name:~x", schema=Schema(fields))
    assert (matches({"name": {"fr": "x"}}), matches({"name": {"en": "x"}})) == (False, True)
    with pytest.raises(qlause.UnknownFieldError) as caught:
        bind("name:x", schema=Schema(fields), language="fr")
    assert caught.value.hint == "there are name.en"


def test_a_field_without_a_column_is_in_the_document_column() -> None:
    schema = Schema({"all": {**OPEN, "column": "doc"}, "pw": {"type": "string", **HIDDEN}, "name": "string"})
    for document in ("doc", "DOC"):
        options: dict[str, Any] = {"schema": schema, "document": document}
        for ask in (
            lambda: sql.where("all.pw:~^h", "sqlite", **options),  # noqa: B023  # it is called at once
            lambda: sql.order_by("all.pw", "sqlite", **options),  # noqa: B023  # called in this turn of the loop
            lambda: sql.after("all.pw", None, "sqlite", **options),  # noqa: B023  # called in this turn of the loop
            lambda: sql.select("all.pw", "sqlite", **options),  # noqa: B023  # called in this turn of the loop
            lambda: Cursor.of_row("all.pw", {"doc": {}, "DOC": {}}, unique=None, **options),  # noqa: B023  # called in this turn of the loop
        ):
            with pytest.raises(qlause.UnknownFieldError):
                ask()
        sql.where("all.name:x", "sqlite", **options)
    sql.where("all.pw:x", "sqlite", schema=schema, document="other")
    hidden = Schema({"all": {**OPEN, "column": "doc", **HIDDEN}, "name": "string"})
    with pytest.raises(qlause.UnknownFieldError):
        sql.where("name:x", "sqlite", schema=hidden)
    sql.where("name:x", "sqlite", schema=hidden, document="other")


@pytest.mark.parametrize(
    "attribute", ["filterable", "sortable", "projectable", "open", "array", "nullable", "ignore_case"]
)
@pytest.mark.parametrize("value", ["false", "no", "", 0, 1, None, [], "true"])
def test_what_is_neither_true_nor_false_is_refused(attribute: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"{attribute} must be True or False, not "):
        Field(**{"type": "object", attribute: value})
    with pytest.raises(ValueError, match=f"the field a: {attribute} must be True or False"):
        Schema({"a": {attribute: value}})
    with pytest.raises(ValueError, match=f"the property a: {attribute} must be True or False"):
        Schema.from_json_schema({"properties": {"a": {"x-qlause": {attribute: value}}}})


@pytest.mark.parametrize("operators", ["equals", {"equals": False}, False, 0, True, [None], ["equal"], {"contains "}])
def test_operators_that_are_not_understood_are_refused(operators: Any) -> None:
    with pytest.raises(ValueError, match="operators"):
        Field(type="string", operators=operators)


@pytest.mark.parametrize(
    ("fields", "problem"), [(None, "NoneType"), (["a"], "list"), ("a", "str"), ({1: "string"}, "int")]
)
def test_what_is_no_mapping_of_names_is_a_type_error(fields: Any, problem: str) -> None:
    with pytest.raises(TypeError, match=f", not {problem}$"):
        Schema(fields)


PUBLIC: dict[str, Any] = {
    "id": "integer",
    "name": "string",
    "search": {"type": "string", "sortable": False, "projectable": False},
    "rank": {"type": "integer", "filterable": False, "projectable": False},
    "shown": {"type": "string", "filterable": False, "sortable": False},
}
SECRETS: dict[str, dict[str, Any]] = {
    "hidden": {"secret": {"type": "string", **HIDDEN}},
    "hidden, of several values": {"secret": {"type": "string", "array": True, **HIDDEN, "sortable": True}},
    "an object without permissions": {"secret": {"type": "object", **HIDDEN, "sortable": True}},
    "without an operator": {"secret": {"type": "string", **HIDDEN, "filterable": True, "operators": ()}},
    "localized": {"secret": {"type": "localized", "languages": ("en", "fr"), **HIDDEN}},
    "an enum": {"secret": {"type": "enum", "values": ("secretary",), **HIDDEN}},
    "open": {"secret": {**OPEN, **HIDDEN}},
    "with fields": {"secret": {"type": "object", **HIDDEN}, "secret.en": "string"},
    "stored": {"secret": {"type": "string", "stored": "deep.secret", **HIDDEN}},
}


@pytest.mark.parametrize("ask", ASK.values(), ids=ASK)
@pytest.mark.parametrize("fields", SECRETS.values(), ids=SECRETS)
def test_the_error_for_a_hidden_field_is_that_for_an_unknown_one(fields: dict[str, Any], ask: Any) -> None:
    with_it, without_it = Schema({**PUBLIC, **fields}), Schema(PUBLIC)
    for name in ("secret", "secrat", "secret.en", "secret.de", "secret.en.x", "deep.secret", "SECRET", "zzz"):
        assert refused(ask, name, with_it).to_dict() == refused(ask, name, without_it).to_dict()


@pytest.mark.parametrize(
    ("name", "parameter"), [("search", "sort"), ("search", "fields"), ("rank", "q"), ("shown", "q")]
)
def test_a_field_that_another_parameter_takes_is_known(name: str, parameter: str) -> None:
    code = {"q": "not_filterable", "sort": "not_sortable", "fields": "not_projectable"}[parameter]
    assert refused(ASK[parameter], name, Schema(PUBLIC)).code == code


def test_errors_of_storages_name_a_field_as_the_client_does() -> None:
    schema = Schema(
        {
            "id": {"type": "integer", "stored": ("_intern", "$id"), "column": "intern_id"},
            "at": {"type": "date-time", "stored": "_intern.at", "column": "intern_at", "storage": "native"},
            "when": {"type": "date-time", "stored": "_intern.when"},
            "odd": {"type": "string", "stored": ("_intern", "$x")},
        }
    )
    cursor = Cursor(Cursor.of("at", {}, schema=schema, unique=None).sort, ((1, 5),))
    texts = []
    for ask in (
        lambda: mongo.filter("odd:x", schema=schema),
        lambda: mongo.sort("odd", schema=schema),
        lambda: mongo.sort("when", schema=schema, unique=None),
        lambda: mongo.sort("at", schema=schema, unique=None, nulls="last"),
        lambda: mongo.sort("at", schema=schema),
        lambda: mongo.projection("odd", schema=schema),
        lambda: sql.after("at", cursor, "postgresql", schema=schema, unique=None),
        lambda: sql.where("at:now", "sqlite", schema=schema),
    ):
        with pytest.raises(qlause.QlauseError) as caught:
            ask()
        texts.append(str(caught.value) + json.dumps(caught.value.to_dict()))
    assert not [text for text in texts if "intern" in text or "$x" in text or "$id" in text]


def test_hints_name_only_what_can_be_used_so() -> None:
    open_object = {"type": "object", "open": True}
    none: Any = {"operators": ()}
    fields = {"id": "integer", "data": "object", "tags": "string[]", "free": open_object, "flag": none}
    schema = Schema(fields)
    with pytest.raises(UnknownFieldError) as raised:
        bind_sort("nothing", schema=schema)
    assert raised.value.hint == "there are flag, free, id"
    with pytest.raises(UnknownFieldError) as raised:
        bind_sort("dataa", schema=schema)
    assert raised.value.hint == "there are flag, free, id"
    with pytest.raises(UnknownFieldError) as raised:
        bind("nothing:1", schema=schema)
    assert raised.value.hint == "there are data, free, id, tags"


def test_a_copy_is_over_the_same_document_column() -> None:
    fields = {"a": Field(type="string", column=("body", "x")), "x": Field(type="string", filterable=False)}
    schema = Schema(fields).over_document("body")
    pickled = pickle.loads(pickle.dumps(schema))  # noqa: S301  # our own bytes
    for again in (schema, pickled, copy.deepcopy(schema), schema.rename(str)):
        assert again == schema
        with pytest.raises(UnknownFieldError) as raised:
            bind("a:1", schema=again)
        assert raised.value.code == "not_filterable"
