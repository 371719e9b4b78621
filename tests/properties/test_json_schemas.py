"""JSON Schemas with documents that meet them: no path of a document is unknown, and every value is found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from qlause import Path, Query, Schema, python
from qlause.syntax.nodes import Clause, Equals, Exists, LiteralValue
from qlause.testing.vocabulary import DATES, INSTANTS, UUIDS

Keys = tuple[str, ...]
KEYS = st.sampled_from(("a", "b", "c", "d"))


class Described(NamedTuple):
    """A JSON Schema and values that meet it."""

    schema: Any
    values: SearchStrategy[Any]


def text_of(kind: str, *texts: str) -> Described:
    return Described({"type": "string", "format": kind}, st.sampled_from(texts))


SCALARS = (
    Described({"type": "string"}, st.sampled_from(("x", "20", "true"))),
    Described({"type": "integer"}, st.sampled_from((0, 1, 20))),
    Described({"type": "number"}, st.sampled_from((0, 1.5, -2.25))),
    Described({"type": "boolean"}, st.booleans()),
    Described({"enum": ["x", "y"]}, st.sampled_from(("x", "y"))),
    Described({"enum": [1, "x", None]}, st.sampled_from((1, "x", None))),
    Described({"const": "x"}, st.just("x")),
    Described({"type": ["string", "null"]}, st.sampled_from(("x", None))),
    text_of("date-time", *INSTANTS),
    text_of("date", *DATES),
    text_of("uuid", *UUIDS, UUIDS[0].upper()),
    Described({}, st.sampled_from(("x", 1, None))),
    Described({"type": "null"}, st.none()),
)


@st.composite
def described(draw: DrawFn, definitions: dict[str, Any], depth: int) -> Described:
    if depth == 0:
        scalar: Described = draw(st.sampled_from(SCALARS))
        return scalar
    inner = described(definitions, depth - 1)
    found: Described = draw(
        st.one_of(
            st.sampled_from(SCALARS),
            objects(definitions, depth),
            objects(definitions, depth),
            inner.map(
                lambda each: Described({"type": "array", "items": each.schema}, st.lists(each.values, max_size=3))
            ),
            st.lists(inner, min_size=1, max_size=3).flatmap(tuples),
            st.lists(inner, min_size=1, max_size=3).flatmap(unions),
            inner.map(lambda each: one_or_many(each)),
            inner.map(lambda each: referred(each, definitions)),
        )
    )
    return found


def tuples(items: list[Described]) -> SearchStrategy[Described]:
    schemas = [item.schema for item in items]
    values = st.tuples(*(item.values for item in items)).map(list)
    forms = ({"prefixItems": schemas, "items": False}, {"items": schemas}, {"items": schemas, "additionalItems": False})
    return st.sampled_from([Described({"type": "array", **form}, values) for form in forms])


def unions(choices: list[Described]) -> SearchStrategy[Described]:
    values = st.one_of([choice.values for choice in choices])
    schemas = [choice.schema for choice in choices]
    return st.sampled_from([Described({keyword: schemas}, values) for keyword in ("anyOf", "oneOf")])


def one_or_many(each: Described) -> Described:
    many = {"type": "array", "items": each.schema}
    return Described({"oneOf": [each.schema, many]}, each.values | st.lists(each.values, max_size=2))


def referred(each: Described, definitions: dict[str, Any]) -> Described:
    name = f"D{len(definitions)}"
    definitions[name] = {"allOf": [each.schema], "$anchor": f"x{name}"}
    reference = f"#/$defs/{name}" if len(definitions) % 2 else f"#x{name}"
    return Described({"$ref": reference}, each.values)


@st.composite
def objects(draw: DrawFn, definitions: dict[str, Any], depth: int) -> Described:
    """An object: its properties stand in it, or in parts that one keyword or another combines."""
    drawn = draw(st.dictionaries(KEYS, described(definitions, depth - 1), min_size=1, max_size=3))
    every = {key: each.values for key, each in drawn.items()}
    schema: dict[str, Any] = {"type": "object", "properties": {}}
    for key, each in drawn.items():
        part = {"properties": {key: each.schema}}
        match draw(st.sampled_from(("own", "own", "allOf", "anyOf", "then", "else", "dependentSchemas"))):
            case "own":
                schema["properties"][key] = each.schema
            case "allOf" | "anyOf" as keyword:
                schema.setdefault(keyword, []).append({"type": "object", **part})
            case "then" | "else" as keyword:
                schema |= {"if": {"required": ["zzz"]}}
                schema[keyword] = {
                    "properties": {**schema.get(keyword, {}).get("properties", {}), **part["properties"]}
                }
            case keyword:
                schema.setdefault(keyword, {})[key] = part
    match draw(st.integers(0, 7)):
        case 0:
            each = draw(st.sampled_from(SCALARS))
            schema["additionalProperties"], every["extra"] = each.schema, each.values
        case 1:
            each = draw(st.sampled_from(SCALARS))
            schema["patternProperties"], every["x-extra"] = {"^x-": each.schema}, each.values
        case 2:
            schema["additionalProperties"] = False
        case 3:
            each = draw(st.sampled_from(SCALARS))
            schema = {"type": "object", "propertyNames": {"enum": ["a", "b"]}, "additionalProperties": each.schema}
            every = {"a": each.values, "b": each.values}
    return Described(schema, st.fixed_dictionaries({}, optional=every))


def reached(value: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Every path of a document with each of its candidates; an array in an array is not entered."""
    for each in value if isinstance(value, list) else [value]:
        yield keys, each
        if isinstance(each, dict):
            for key, below in each.items():
                yield from reached(below, (*keys, key))


@given(data=st.data())
def test_no_path_is_unknown_and_every_value_is_found(data: st.DataObject) -> None:
    definitions: dict[str, Any] = {}
    root = data.draw(objects(definitions, 3))
    schema = Schema.from_json_schema({**root.schema, "$defs": definitions})
    document = data.draw(root.values)
    for keys, value in reached(document):
        if not keys:
            continue
        path = Path(keys)
        resolved = schema.resolve(path)
        assert resolved is not None, (keys, schema)
        assert python.predicate(Query(Clause(path, Exists())), schema=schema)(document)
        if isinstance(value, str | int | float) and resolved.field.type != "object":
            text = str(value).lower() if isinstance(value, bool) else str(value)
            literal = LiteralValue(text, bare=not isinstance(value, str))
            matches = python.predicate(Query(Clause(path, Equals(literal))), schema=schema)
            assert matches(document), (keys, value, schema)
