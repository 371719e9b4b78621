"""Schemas drawn from JSON Schema and pydantic with columns: pages over what documents leave out, on every engine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pydantic
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engines.sql import DIALECTS, database
from qlause import Schema, Sort, python
from qlause.sql import DialectName
from qlause.testing import sorts
from tests.profiles import THOROUGH

from .keyset_pages import pages

_drawn = settings(
    max_examples=int(os.environ.get("QLAUSE_DRAWN_SCHEMAS", 60 if THOROUGH else 6)),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
_VALUES: Final[Mapping[str, Any]] = {
    "string": st.sampled_from(("a", "A", "b", "", "é", "z ")),
    "integer": st.sampled_from((0, 1, -1, 2**53 + 1)),
    "number": st.sampled_from((0.5, -0.5, 1e10, 0.1)),
}
_KINDS: Final = st.sampled_from(("string", "integer", "number"))


@st.composite
def _property(draw: st.DrawFn) -> tuple[dict[str, Any], bool]:
    """A property of a scalar, and whether it may be null, in one of the ways to say so."""
    kind = draw(_KINDS)
    declared: dict[str, Any] = {"type": kind}
    drawn: tuple[dict[str, Any], bool] = draw(
        st.sampled_from(
            [
                (declared, False),
                ({**declared, "default": 1}, False),
                ({**declared, "nullable": True}, True),
                ({**declared, "default": None}, True),
                ({"type": [kind, "null"]}, True),
                ({"anyOf": [declared, {"type": "null"}]}, True),
                ({"oneOf": [{"$ref": f"#/$defs/{kind}"}, declared]}, True),
                ({"allOf": [declared]}, False),
                ({"allOf": [declared], "nullable": True}, True),
            ]
        )
    )
    return drawn


def _values_of(declared: Mapping[str, Any]) -> Any:
    text = str(declared)
    return next(values for kind, values in _VALUES.items() if kind in text)


@st.composite
def _object(draw: st.DrawFn, prefix: str, nests: bool) -> tuple[dict[str, Any], Any]:
    """An object with columns, and a strategy of its values."""
    properties: dict[str, Any] = {}
    required: list[str] = []
    always: dict[str, Any] = {}
    optional: dict[str, Any] = {}
    for number in range(draw(st.integers(1, 2))):
        name = f"p{number}"
        declared, may_be_null = draw(_property())
        properties[name] = {**declared, "x-qlause": {"column": f"{prefix}{name}"}}
        values = _values_of(declared)
        is_required = draw(st.booleans())
        required += [name] * is_required
        (always if is_required else optional)[name] = st.none() | values if may_be_null else values
    if nests:
        inner, values = draw(_object(f"{prefix}o_", False))
        may_be_null, is_required = draw(st.booleans()), draw(st.booleans())
        properties["o"] = {**inner, "nullable": True} if may_be_null else inner
        required += ["o"] * is_required
        (always if is_required else optional)["o"] = st.none() | values if may_be_null else values
    declared_object = {"type": "object", "properties": properties, "required": required}
    return declared_object, st.fixed_dictionaries(always, optional=optional)


@st.composite
def _json_schemas(draw: st.DrawFn) -> tuple[Schema, list[dict[str, Any]]]:
    """A schema of a JSON Schema, and documents of it."""
    declared, values = draw(_object("", True))
    definitions = {kind: {"type": kind, "nullable": True} for kind in _VALUES}
    identity = {"id": {"type": "integer", "x-qlause": {"column": "id"}}}
    whole = {**declared, "properties": {**declared["properties"], **identity}, "$defs": definitions}
    documents = draw(st.lists(values, min_size=4, max_size=8))
    return Schema.from_json_schema(whole), [{**document, "id": number} for number, document in enumerate(documents)]


@st.composite
def _models(draw: st.DrawFn) -> tuple[Schema, list[dict[str, Any]]]:
    """A schema of a pydantic model, and documents that it takes."""
    fields: dict[str, Any] = {"id": (int, ...)}
    always: dict[str, Any] = {}
    optional: dict[str, Any] = {}
    for number in range(draw(st.integers(1, 3))):
        name, kind = f"p{number}", draw(_KINDS)
        annotation: Any = {"string": str, "integer": int, "number": float}[kind]
        values = _VALUES[kind]
        match draw(st.sampled_from(("required", "nullable", "default", "None", "factory", "optional"))):
            case "required":
                fields[name], always[name] = (annotation, ...), values
            case "nullable":
                fields[name], always[name] = (annotation | None, ...), st.none() | values
            case "default":
                fields[name], optional[name] = (annotation, annotation()), values
            case "None":  # a habit of old code
                fields[name], optional[name] = (annotation, None), st.none() | values
            case "factory":
                fields[name], optional[name] = (annotation, pydantic.Field(default_factory=annotation)), values
            case "optional":
                fields[name], optional[name] = (annotation | None, None), st.none() | values
    derived = Schema.from_pydantic(pydantic.create_model("Drawn", **fields))
    schema = Schema({str(path): replace(field, column=str(path)) for path, field in derived})
    documents = draw(st.lists(st.fixed_dictionaries(always, optional=optional), min_size=4, max_size=8))
    return schema, [{**document, "id": number} for number, document in enumerate(documents)]


def _cell(document: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document


_SQL_TYPES: Final[Mapping[DialectName, Mapping[str, str]]] = {
    "sqlite": {"string": "TEXT", "integer": "INTEGER", "number": "REAL"},
    "postgresql": {"string": "text", "integer": "bigint", "number": "double precision"},
    "mariadb": {"string": "VARCHAR(9)", "integer": "BIGINT", "number": "DOUBLE"},
    "mysql": {"string": "VARCHAR(9)", "integer": "BIGINT", "number": "DOUBLE"},
    "duckdb": {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE"},
    "clickhouse": {"string": "Nullable(String)", "integer": "Nullable(Int64)", "number": "Nullable(Float64)"},
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("source", ["json schema", "pydantic"])
@given(data=st.data())
@_drawn
def test_pages_are_the_sorted_documents(dialect: DialectName, source: str, data: st.DataObject) -> None:
    engine = database(dialect)
    schema, documents = data.draw(_json_schemas() if source == "json schema" else _models())
    columns = {
        str(field.column[0]): (path.segments, field.type)
        for path, field in schema
        if field.column is not None and field.type != "object"
    }
    table = f"drawn_{abs(hash(tuple(columns.items())))}"  # a statement that is kept must not change its types
    rows = [[_cell(document, keys) for keys, _ in columns.values()] for document in documents]
    engine.fill_table(table, {name: _SQL_TYPES[dialect][kind] for name, (_, kind) in columns.items()}, rows)
    for sort in data.draw(st.lists(sorts(schema), min_size=2, max_size=2)):
        assert isinstance(sort, Sort)
        options: Any = {"schema": schema, "nulls": data.draw(st.sampled_from((None, "first", "last")))}
        wanted = [document["id"] for document in sorted(documents, key=python.sort_key(sort, **options))]
        for backward in (False, True):
            asked = pages(engine, sort, 2, table=table, names=list(columns), backward=backward, **options)
            found = [row["id"] for page in asked for row in page]
            assert found == wanted[:: -1 if backward else 1], (str(sort), options, backward, documents)
    engine.execute(f"DROP TABLE {table}", ())
