"""Schemas: what a declaration may say, and how a path of a request is found in one."""

from __future__ import annotations

import copy
import pickle
import re
from typing import Any

import pytest

import qlause
from qlause import Field, Path, Schema, bind, python
from qlause.bound.nodes import ValueMatches
from qlause.bound.sort import bind_sort


def path(text: str) -> Path:
    return qlause.parse_fields(text).paths[0]


@pytest.mark.parametrize(
    ("attributes", "problem"),
    [
        ({"type": "text"}, "'text' is not a field type; there are string, integer"),
        ({"type": "string[]"}, "not a field type"),
        ({"type": None}, "not a field type"),
        ({"type": ["string", "null"]}, "not a field type"),
        ({"type": "string", "storage": "native"}, "type string has no storage 'native'"),
        ({"type": "date-time", "storage": "text"}, "type date-time has no storage 'text'"),
        ({"type": "date", "storage": "instant"}, "type date has no storage"),
        ({"type": "any", "storage": "native"}, "type any has no storage"),
        ({"type": "enum"}, "a field of type enum needs values"),
        ({"type": "string", "values": ("a",)}, "only a field of type enum takes values"),
        ({"type": "enum", "values": "OPEN"}, "values takes several texts"),
        ({"type": "enum", "values": (1, 2)}, "values takes several texts"),
        ({"type": "localized", "languages": "en"}, "languages takes several texts"),
        ({"type": "string", "languages": ("en",)}, "only a field of type localized takes languages"),
        ({"type": "string", "open": True}, "only a field of type object takes open"),
        ({"type": "boolean", "operators": {"compare"}}, "type boolean has no operators compare"),
        ({"type": "string", "operators": {"like", "regex"}}, "no operators like, regex"),
        ({"type": "object", "operators": {"equals"}}, "type object has no operators equals"),
        ({"stored": ()}, "at least one key"),
        ({"stored": ("a", "")}, "no key is empty"),
        ({"stored": (1,)}, "stored takes several texts"),
        ({"stored": ""}, "not one field name"),
        ({"stored": "a,b"}, "not one field name"),
    ],
)
def test_a_field_that_contradicts_itself_is_refused(attributes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        Field(**attributes)
    with pytest.raises(ValueError, match="the field a: "):
        Schema({"a": attributes})


@pytest.mark.parametrize("declared", ["text", "string[][]", {"typ": "string"}, None, 5, {"type": "enum"}])
def test_a_schema_names_the_field_that_is_wrong(declared: Any) -> None:
    with pytest.raises(ValueError, match=r"the field a\.b: "):
        Schema({"a.b": declared})


@pytest.mark.parametrize("name", ["", " ", "a,b", "a..b", "items.0", 'a."', "a:desc"])
def test_a_schema_takes_only_names_that_a_request_can_have(name: str) -> None:
    with pytest.raises(ValueError, match="field"):
        Schema({name: "string"})


def test_no_field_is_declared_twice() -> None:
    with pytest.raises(ValueError, match=r"a\.b is declared twice"):
        Schema({"a.b": "string", '"a".b': "integer"})


def test_the_three_ways_to_declare() -> None:
    assert Schema({"a": "integer[]"}) == Schema({"a": Field(type="integer", array=True)})
    assert Schema({"a": {"type": "enum", "values": ["x", "y"]}}) == Schema({"a": Field(type="enum", values=("x", "y"))})
    assert Schema({"a": Field(stored="x.y")}) == Schema({"a": Field(stored=("x", "y"))})
    assert Schema({"a": {"stored": ["x", "y"], "operators": ["equals"]}}) == Schema(
        {"a": Field(stored="x.y", operators=frozenset({"equals"}))}
    )
    assert Schema({"a": {"stored": ("a.b", "0")}}).resolve(path("a"))


def test_a_schema_is_immutable_hashable_and_picklable() -> None:
    schema = Schema({"b": "string", "a.x": "integer[]", "n": {"type": "localized", "languages": ["en", "fr"]}})
    again = pickle.loads(pickle.dumps(schema))  # noqa: S301  # our own bytes
    assert again == schema == copy.deepcopy(schema)
    assert hash(again) == hash(schema)
    assert len(schema) == 3
    assert repr(schema) == "Schema(a.x: integer[], b: string, n: localized)"
    assert [str(name) for name, _ in schema] == ["a.x", "b", "n"]
    assert schema == Schema({"n": Field(type="localized", languages=("en", "fr")), "a.x": "integer[]", "b": "string"})
    assert schema != Schema({"b": "string"})
    anything: Any = schema
    with pytest.raises(AttributeError, match="cannot be changed"):
        anything.extra = 1
    with pytest.raises(AttributeError, match="cannot be changed"):
        del anything._fields


def test_what_is_below_an_object_is_stored_below_it() -> None:
    """Else a hidden field would come out with the object, whose stored name is another one."""
    schema = Schema(
        {
            "meta": Field(type="object", stored="m"),
            "meta.a.pin": Field(type="string", projectable=False),
            "meta.b": Field(type="object", stored="elsewhere"),
            "meta.b.c": "string",
        }
    )
    stored = {str(name): found.target.keys for name, _ in schema if (found := schema.resolve(name))}
    assert stored == {
        "meta": ("m",),
        "meta.a.pin": ("m", "a", "pin"),
        "meta.b": ("elsewhere",),
        "meta.b.c": ("elsewhere", "c"),
    }
    document = {"m": {"a": {"pin": 1, "x": 2}, "y": 3}, "elsewhere": {"c": 4, "d": 5}}
    for asked in ("meta", ""):
        assert python.projector(asked, schema=schema)(document) == {"meta": {"b": {"c": 4}}}


def test_what_is_below_an_array_can_reach_several_values() -> None:
    """Else the promise of a scalar, which backends may rely on, would be false."""
    schema = Schema(
        {"items": "object[]", "items.qty": "integer", "items.a.b": Field(type="string"), "itemsx": "string"}
    )
    assert {str(name): field.array for name, field in schema} == {
        "items": True,
        "items.a.b": True,
        "items.qty": True,
        "itemsx": False,
    }
    root = bind("items.qty:1", schema=schema).root
    assert isinstance(root, ValueMatches)
    assert not root.target.scalar


SCHEMA = Schema(
    {
        "name": Field(type="string", stored="n"),
        "title": Field(type="localized", languages=("en", "fr"), stored="t.all"),
        "label": "localized",
        "meta": Field(type="object", open=True, stored="m"),
        "meta.secret": Field(type="string", filterable=False, projectable=False, sortable=False),
        "meta.inner": Field(type="object"),
        "closed": "object",
        "closed.a": "integer",
    }
)


def test_only_paths_that_the_schema_lists_are_remembered() -> None:
    """Any number of others can be asked for, and all would be kept for ever."""
    title = {"type": "localized", "languages": ("en", "fr")}
    schema = Schema({"open": {"type": "object", "open": True}, "label": "localized", "title": title})
    for name in ("open", "label", "title", "title.en"):
        assert schema.resolve(path(name)) is schema.resolve(path(name)) is not None
    for name in ("open.x", "open.x.y", "label.en"):
        assert schema.resolve(path(name)) == schema.resolve(path(name)) is not None
        assert schema.resolve(path(name)) is not schema.resolve(path(name))
    assert schema.resolve(path("nope")) is schema.resolve(path("title.de")) is None


@pytest.mark.parametrize(
    ("name", "keys", "kind"),
    [
        ("name", ("n",), "string"),
        ("name.first", None, None),
        ("nam", None, None),
        ("NAME", None, None),
        ("title", ("t", "all"), "localized"),
        ("title.en", ("t", "all", "en"), "localized"),
        ("title.de", None, None),
        ("title.en.x", None, None),
        ("label.de", ("label", "de"), "localized"),
        ("meta", ("m",), "object"),
        ("meta.a.b", ("m", "a", "b"), "any"),
        ("meta.secret", ("m", "secret"), "string"),
        ("meta.secret.x", None, None),
        ("meta.inner.x", None, None),
        ("closed", ("closed",), "object"),
        ("closed.a", ("closed", "a"), "integer"),
        ("closed.b", None, None),
    ],
)
def test_resolving(name: str, keys: tuple[str, ...] | None, kind: str | None) -> None:
    found = SCHEMA.resolve(path(name))
    assert (found and found.target.keys, found and found.field.type) == (keys, kind)
    assert bool(found and found.by_language is not None) == (name in ("title", "label"))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("nmae", "did you mean name?"),
        ("Name", "did you mean name?"),
        ("title.enn", "there are title.en, title.fr"),
        ("closed.aa", "did you mean closed.a?"),
        ("meta.secret.x", None),
        ("zzzzzzzz", "there are closed, closed.a, label, meta, meta.inner, name, title"),
    ],
)
def test_an_unknown_field_is_refused_with_the_nearest_that_may_be_used(name: str, hint: str | None) -> None:
    with pytest.raises(qlause.UnknownFieldError) as caught:
        bind(f"{name}:1", schema=SCHEMA)
    error = caught.value
    assert (error.code, error.offset, error.length) == ("unknown_field", 0, len(name))
    if hint is not None:
        assert error.hint == hint
    assert "secret" not in str(error.hint)


def test_an_open_object_hands_its_permissions_down() -> None:
    schema = Schema({"m": Field(type="object", open=True, filterable=False, sortable=False), "o": "object"})
    for call, text, code in ((bind, "m.a:1", "not_filterable"), (bind_sort, "m.a", "not_sortable")):
        with pytest.raises(qlause.UnknownFieldError) as caught:
            call(text, schema=schema)
        assert caught.value.code == code
    assert python.projector("m.a", schema=schema)({"m": {"a": 1, "b": 2}}) == {"m": {"a": 1}}
    with pytest.raises(qlause.UnknownFieldError):
        bind("o.a:1", schema=schema)
