"""What a JSON Schema says about access is understood or refused, and never passed over."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from pydantic.alias_generators import to_camel
from typing_extensions import TypedDict

import qlause
from qlause import Schema, python
from qlause.bound.binder import bind

STRING = {"type": "string"}
INTEGER = {"type": "integer"}
PIN = {"type": "string", "writeOnly": True}
NOT_SHOWN = {"type": "string", "x-qlause": {"projectable": False}}
NOT_FILTERED = {"type": "string", "x-qlause": {"filterable": False}}


def granted(declared: Any, **definitions: Any) -> tuple[bool, bool, bool]:
    document = {"properties": {"a": declared}, "$defs": {"Pin": PIN, "Plain": STRING, **definitions}}
    ((_, field),) = [(path, field) for path, field in Schema.from_json_schema(document) if str(path) == "a"]
    return field.filterable, field.sortable, field.projectable


@pytest.mark.parametrize("value", ["true", "false", "no", 1, 0, None, [], {}])
@pytest.mark.parametrize(
    "document",
    [
        lambda part: part,
        lambda part: {"properties": {"a": part}},
        lambda part: {"properties": {"a": {"items": part, "type": "array"}}},
        lambda part: {"properties": {"a": {"type": "object", "properties": {"b": part}}}},
        lambda part: {"properties": {"a": {"anyOf": [part, {"type": "null"}]}}},
        lambda part: {"properties": {"a": {"allOf": [STRING, part]}}},
        lambda part: {"properties": {"a": {"oneOf": [INTEGER, part]}}},
        lambda part: {"properties": {"a": {"$ref": "#/$defs/P"}}, "$defs": {"P": part}},
        lambda part: {"properties": {"a": {"not": part}}},
        lambda part: {"properties": {"a": {"patternProperties": {"x": part}}}},
        lambda part: {"properties": {"a": STRING}, "dependentSchemas": {"a": part}},
        lambda part: {"properties": {"a": STRING}, "additionalProperties": part},
        lambda part: {"type": "array", "items": {"properties": {"a": part}}},
        lambda part: {"$defs": {"unused": part}},
    ],
)
def test_write_only_is_true_or_false(document: Any, value: Any) -> None:
    with pytest.raises(ValueError, match=r"writeOnly at #.* must be true or false, not "):
        Schema.from_json_schema(document({"writeOnly": value}))
    if value is not None:
        with pytest.raises(ValueError, match=r"filterable|x-qlause"):
            Schema.from_json_schema(document({"x-qlause": {"filterable": value}}))
        with pytest.raises(ValueError, match=r"x-qlause|'int'|'str'|mapping"):
            Schema.from_json_schema(document({"x-qlause": [value]}))


def test_a_property_may_have_the_name_of_a_keyword() -> None:
    names = ("writeOnly", "x-qlause", "properties", "enum")
    document = {"properties": {**dict.fromkeys(names, STRING), "b": {"const": {"writeOnly": "no"}}}}
    assert len(Schema.from_json_schema(document)) == 5


@pytest.mark.parametrize(
    ("declared", "permissions"),
    [
        ({"allOf": [PIN, {"writeOnly": False}]}, (False, False, False)),
        ({"allOf": [{"writeOnly": False}, PIN]}, (False, False, False)),
        ({"$ref": "#/$defs/Pin", "writeOnly": False}, (False, False, False)),
        ({"anyOf": [PIN, {"type": "null"}], "writeOnly": False}, (False, False, False)),
        ({"oneOf": [STRING, PIN]}, (False, False, False)),
        ({"allOf": [NOT_SHOWN, NOT_FILTERED]}, (False, True, False)),
        ({"allOf": [NOT_SHOWN, {"x-qlause": {"projectable": True}}]}, (True, True, False)),
        ({"allOf": [NOT_SHOWN], "x-qlause": {"projectable": True}}, (True, True, False)),
        ({"allOf": [NOT_SHOWN, PIN]}, (False, False, False)),
        ({"type": "array", "items": NOT_SHOWN, "x-qlause": {"projectable": True}}, (True, True, False)),
        ({"type": "array", "items": STRING, "x-qlause": {"sortable": False}}, (True, False, True)),
        ({"type": "string", "writeOnly": True, "x-qlause": {"filterable": True}}, (True, False, False)),
        ({"allOf": [PIN], "x-qlause": {"filterable": True}}, (False, False, False)),
        ({"allOf": [{"x-qlause": {"filterable": True}}, PIN]}, (False, False, False)),
        ({"$ref": "#/$defs/Pin", "x-qlause": {"projectable": True}}, (False, False, False)),
        ({"type": "array", "items": PIN, "x-qlause": {"projectable": True}}, (False, False, False)),
        ({"anyOf": [STRING, NOT_FILTERED]}, (False, True, True)),
        ({"type": "string", "if": NOT_FILTERED}, (False, True, True)),
        (
            {"type": "array", "items": {"type": "string", "x-qlause": {"projectable": True}}, "writeOnly": True},
            (False, False, False),
        ),
        (
            {"type": "array", "items": {"type": "array", "items": PIN}, "x-qlause": {"projectable": True}},
            (False, False, False),
        ),
        ({"type": "object", "patternProperties": {"x": PIN}, "x-qlause": {"filterable": True}}, (False, False, False)),
    ],
)
def test_what_one_part_denies_no_other_grants(declared: Any, permissions: tuple[bool, bool, bool]) -> None:
    assert granted(declared) == permissions


PERMISSIONS = ("filterable", "sortable", "projectable")
KEYWORDS = ("$ref", "allOf", "anyOf", "oneOf", "if", "then", "else")
SAID: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    (
        {},
        {"writeOnly": True},
        {"writeOnly": False},
        *({"x-qlause": {permission: granted}} for permission in PERMISSIONS for granted in (True, False)),
        {"x-qlause": dict.fromkeys(PERMISSIONS, True)},
    )
)
"""What one part says about access. No part says two things that contradict each other."""


@st.composite
def combined(draw: DrawFn, definitions: dict[str, Any], depth: int = 3) -> tuple[Any, set[str]]:
    """A schema of one text, of several parts that have parts, with the permissions that some part denies."""
    own = draw(SAID)
    schema: dict[str, Any] = {"type": "string", **own}
    denied = set(PERMISSIONS) if own.get("writeOnly") else set()
    denied |= {name for name, granted in own.get("x-qlause", {}).items() if not granted}
    for keyword in draw(st.lists(st.sampled_from(KEYWORDS), max_size=3 if depth else 0, unique=True)):
        parts = draw(st.lists(combined(definitions, depth - 1), min_size=1, max_size=2))
        if keyword == "$ref":
            name = f"D{len(definitions)}"
            definitions[name], schema["$ref"], parts = parts[0][0], f"#/$defs/{name}", parts[:1]
        elif keyword in ("allOf", "anyOf", "oneOf"):
            schema[keyword] = [part for part, _ in parts]
        else:
            schema[keyword], parts = parts[0][0], parts[:1]
        denied.update(*(each for _, each in parts))
    return dict(draw(st.permutations(list(schema.items())))), denied


@given(st.data())
def test_what_any_part_denies_is_denied_however_the_parts_are_combined(data: st.DataObject) -> None:
    definitions: dict[str, Any] = {}
    declared, denied = data.draw(combined(definitions))
    found = dict(zip(PERMISSIONS, granted(declared, **definitions), strict=True))
    assert {name for name, is_granted in found.items() if not is_granted} == denied


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_operators_of_parts_are_those_of_all(keyword: str) -> None:
    first = {"type": "string", "x-qlause": {"operators": ["equals", "presence"]}}
    second = {"type": "string", "x-qlause": {"operators": ["equals", "contains"]}}
    schema = Schema.from_json_schema({"properties": {"a": {keyword: [first, second]}, "b": {keyword: [first, STRING]}}})
    assert [sorted(field.allowed) for _, field in schema] == [["equals"], ["equals", "presence"]]
    mixed = Schema.from_json_schema({"properties": {"a": {"anyOf": [first, INTEGER]}}})
    with pytest.raises(qlause.OperatorNotAllowedError):
        bind("a:~x", schema=mixed)


@pytest.mark.parametrize("wrapped", [lambda root: root, lambda root: {"type": "array", "items": root}])
def test_the_whole_document_may_be_hidden(wrapped: Any) -> None:
    properties = {"a": STRING, "b": {"type": "object", "properties": {"c": STRING}}}
    for said in ({"writeOnly": True}, {"x-qlause": {"filterable": False, "sortable": False, "projectable": False}}):
        schema = Schema.from_json_schema(wrapped({"properties": properties, **said}))
        assert not [path for path, field in schema if field.public]
        assert python.projector("", schema=schema)({"a": "x", "b": {"c": "y"}}) == {}
    schema = Schema.from_json_schema(wrapped({"properties": properties, "x-qlause": {"filterable": False}}))
    assert {(field.filterable, field.projectable) for _, field in schema} == {(False, True)}
    of_array = Schema.from_json_schema({"type": "array", "writeOnly": True, "items": {"properties": properties}})
    assert not [path for path, field in of_array if field.public]
    with pytest.raises(
        ValueError, match="x-qlause of a whole document takes filterable, sortable, projectable, not open"
    ):
        Schema.from_json_schema(wrapped({"properties": properties, "x-qlause": {"open": True}}))


def test_a_part_of_the_document_that_is_no_property_cannot_be_hidden() -> None:
    for part in (
        {"not": {"properties": {"a": PIN}}},
        {"patternProperties": {"^a": PIN}},
    ):
        with pytest.raises(ValueError, match="hides a part of a document that is no property"):
            Schema.from_json_schema({"properties": {"a": STRING}, **part})
    for unnamed in ({"patternProperties": {"^x-": PIN}}, {"additionalProperties": PIN}):
        schema = Schema.from_json_schema({"properties": {"a": STRING}, **unnamed})
        assert python.projector("", schema=schema)({"a": "x", "x-b": "s3"}) == {"a": "x"}


class Part(pydantic.BaseModel):
    shown: str = ""
    hidden: str = pydantic.Field(default="", exclude=True)


@pydantic.dataclasses.dataclass
class PartOfDataclass:
    shown: str = ""
    hidden: Annotated[str, pydantic.Field(exclude=True)] = ""


class PartOfDict(TypedDict):
    shown: str
    hidden: Annotated[str, pydantic.Field(exclude=True)]


class Whole(Part):
    model_config = pydantic.ConfigDict(alias_generator=lambda name: name.upper())

    part: Part = Part()
    parts: list[Part] = []
    maybe: Part | None = None
    of_dataclass: PartOfDataclass = PartOfDataclass()
    of_dict: PartOfDict | None = None
    gone: Part = pydantic.Field(default=Part(), exclude=True)
    gone_list: list[Part] = pydantic.Field(default=[], exclude=True)
    searched: str = pydantic.Field(default="", exclude=True, json_schema_extra={"x-qlause": {"filterable": True}})
    kept: str = pydantic.Field(default="", exclude=False)


def test_an_excluded_field_of_pydantic_is_hidden() -> None:
    fields = {
        str(path): (field.filterable, field.sortable, field.projectable) for path, field in Schema.from_pydantic(Whole)
    }
    hidden = {name for name, permissions in fields.items() if not any(permissions)}
    parts = ("PART", "PARTS", "MAYBE", "OF_DATACLASS")
    below = {f"{name}.hidden" for name in parts} | {"OF_DICT.HIDDEN"}
    assert hidden == {
        "HIDDEN",
        "GONE",
        "GONE.shown",
        "GONE.hidden",
        "GONE_LIST",
        "GONE_LIST.shown",
        "GONE_LIST.hidden",
        *below,
        *("hidden", "gone", "gone_list", "searched", "OF_DICT.hidden"),  # by their own names, without an alias
    }
    assert fields["SEARCHED"] == (True, False, False)
    assert fields["KEPT"] == fields["SHOWN"] == fields["PART.shown"] == (True, True, True)
    for name in ("HIDDEN", "GONE", "GONE.shown", "PARTS.hidden"):
        with pytest.raises(qlause.UnknownFieldError, match="there is no field"):
            bind(f"{name}:exists", schema=Schema.from_pydantic(Whole))


class Open(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")

    one: str = pydantic.Field(default="", exclude=True, alias="a_one")
    two: str = pydantic.Field(
        default="",
        exclude=True,
        validation_alias=pydantic.AliasChoices("v_two", "w_two", pydantic.AliasPath("z_two", "below")),
        serialization_alias="s_two",
    )
    shown: dict[str, Any] = {}
    three: str = pydantic.Field(default="", exclude=True, validation_alias=pydantic.AliasPath("shown", "three"))


@pydantic.dataclasses.dataclass
class OpenDataclass:
    one: str = pydantic.Field(default="", exclude=True, alias="a_one")
    two: Annotated[str, pydantic.Field(exclude=True, validation_alias=pydantic.AliasChoices("v_two", "w_two"))] = ""


class Holder(pydantic.BaseModel):
    inner: Open | dict[str, Any] = {}
    of_dataclass: OpenDataclass | dict[str, Any] = {}


@dataclasses.dataclass
class DataHolder:
    inner: OpenDataclass | dict[str, Any]


NAMES = ("one", "a_one", "two", "v_two", "w_two", "s_two", "three", "z_two.below")


@pytest.mark.parametrize("mode", ["validation", "serialization"])
@pytest.mark.parametrize("attributes", [False, True])
def test_an_excluded_field_is_hidden_under_each_of_its_names(mode: Any, attributes: bool) -> None:
    schema = Schema.from_pydantic(Open, mode=mode)
    stored: dict[str, Any] = {
        "one": "s3",
        "a_one": "s3",
        "two": "s3",
        "v_two": "s3",
        "w_two": "s3",
        "s_two": "s3",
        "three": "s3",
    }
    stored |= {"z_two": {"below": "s3"}, "other": "x"}
    made: Any = Open
    document = made(a_one="s3", v_two="s3", other="x") if attributes else stored
    for name in NAMES:
        for read in (python.predicate, python.sort_key, python.projector):
            text = f"{name}:exists" if read is python.predicate else name
            with pytest.raises(qlause.UnknownFieldError):
                read(text, schema=schema)
    assert python.predicate("other:x", schema=schema, attributes=attributes)(document)
    assert "s3" not in str(python.projector("", schema=schema, attributes=attributes)(document))


def test_an_excluded_field_is_hidden_under_each_of_its_names_in_what_may_be_open() -> None:
    of_model, of_dataclass = Schema.from_pydantic(Holder), Schema.from_dataclass(DataHolder)
    secrets = {"one": "s3", "a_one": "s3", "two": "s3", "v_two": "s3", "w_two": "s3"}
    for schema, name in ((of_model, "inner"), (of_model, "of_dataclass"), (of_dataclass, "inner")):
        for key in secrets:
            with pytest.raises(qlause.UnknownFieldError):
                bind(f"{name}.{key}:exists", schema=schema)
        assert python.predicate(f"{name}.x:1", schema=schema)({name: {"x": 1}})
        assert "s3" not in str(python.projector("", schema=schema)({name: {**secrets, "x": 1}}))


def test_a_path_to_an_excluded_field_hides_only_what_it_leads_to() -> None:
    schema = Schema.from_pydantic(Open, mode="serialization")
    assert python.projector("", schema=schema)({"shown": {"three": "s3", "x": 1}}) == {"shown": {"x": 1}}
    assert python.predicate("shown.x:1", schema=schema)({"shown": {"x": 1}})


def test_names_of_a_hidden_field_may_become_one() -> None:
    class Camel(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(extra="allow", alias_generator=to_camel)

        first_name: str = pydantic.Field(default="", exclude=True)
        last_name: str = ""

    schema = Schema.from_pydantic(Camel).rename(to_camel)
    for name in ("firstName", "first_name"):
        with pytest.raises(qlause.UnknownFieldError):
            bind(f"{name}:exists", schema=schema)


class InDataclass(pydantic.BaseModel):
    part: PlainPart


@dataclasses.dataclass
class PlainPart:
    pin: str = dataclasses.field(default="", metadata={"qlause": {"projectable": False}})
    ok: str = ""


def test_metadata_of_a_dataclass_in_a_model_is_read() -> None:
    InDataclass.model_rebuild()
    project = python.projector("", schema=Schema.from_pydantic(InDataclass))
    assert project({"part": {"pin": "s3", "ok": "x"}}) == {"part": {"ok": "x"}}


HIDE: Any = {"projectable": False}


@pytest.mark.parametrize(
    "make",
    [
        lambda: Schema.from_json_schema({"properties": {"a": {"type": "string", "qlause": HIDE}}}),
        lambda: Schema.from_json_schema({"properties": {"a": {"type": "string", "x_qlause": HIDE}}}),
        lambda: Schema.from_json_schema({"properties": {"a": STRING}, "X-Qlause": HIDE}),
        lambda: Schema.from_json_schema({"properties": {"a": {"not": {"qlause": HIDE}}}}),
        lambda: Schema.from_pydantic(
            pydantic.create_model("M", a=(str, pydantic.Field(json_schema_extra={"qlause": HIDE})))
        ),
        lambda: Schema.from_pydantic(
            pydantic.create_model("M", __config__=pydantic.ConfigDict(json_schema_extra={"qlause": HIDE}), a=(str, ""))
        ),
        lambda: Schema.from_dataclass(
            dataclasses.make_dataclass("D", [("a", str, dataclasses.field(metadata={"x-qlause": HIDE}))])
        ),
        lambda: Schema.from_pydantic(
            pydantic.create_model(
                "M",
                a=dataclasses.make_dataclass("D", [("a", str, dataclasses.field(metadata={"x-qlause": HIDE}))]),
            )
        ),
    ],
)
def test_what_is_said_under_a_key_of_another_place_is_refused(make: Any) -> None:
    with pytest.raises(ValueError, match=r"(?i)x?[-_]?qlause of .* has no effect: write (x-)?qlause"):
        make()
