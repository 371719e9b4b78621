"""Literals by the declared type of their field: what each accepts, refuses, and becomes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

import qlause
from qlause import Field, Schema, bind
from qlause.bound import nodes as b

NOW = datetime(2024, 1, 1, tzinfo=UTC)
ID = "123e4567-e89b-12d3-a456-426614174000"
FIELDS: dict[str, Any] = {
    "string": "string",
    "folded": Field(type="string", ignore_case=True),
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "enum": Field(type="enum", values=("OPEN", "Done")),
    "enumfold": Field(type="enum", values=("OPEN", "Done"), ignore_case=True),
    "date": Field(type="date", storage="native"),
    "datetext": Field(type="date", storage="text"),
    "uuid": Field(type="uuid", storage="native"),
    "uuidtext": Field(type="uuid", storage="text"),
    "uuidany": "uuid",
    "any": "any",
    "anyfold": Field(type="any", ignore_case=True),
    "object": "object",
}
SCHEMA = Schema(FIELDS)


def leaf(q: str, schema: Schema | None = SCHEMA) -> object:
    """The test of a query about one candidate."""
    root = bind(q, schema=schema, now=NOW).root
    assert isinstance(root, b.ValueMatches)
    return root.test


def one(kind: b.Kind, value: Any) -> b.OneOf:
    return b.OneOf(kind, (value,))


@pytest.mark.parametrize(
    ("q", "test"),
    [
        ("string:1", one("string", "1")),
        ("string:true", one("string", "true")),
        ("string:>1", b.Compare("string", ">", "1")),
        ("folded:ÀbC", one("folded", "àbc")),
        ("folded:>B", b.Compare("string", ">", "B")),
        ("integer:20", one("number", 20)),
        ('integer:"20"', one("number", 20)),
        ("integer:-0", one("number", 0)),
        ("integer:2e1", one("number", 20)),
        ("integer:1.0", one("number", 1)),
        ("integer:9223372036854775807", one("number", 2**63 - 1)),
        ("integer:-9223372036854775808", one("number", -(2**63))),
        ("integer:>=9007199254740993", b.Compare("number", ">=", 2**53 + 1)),
        ("number:0.1", one("number", 0.1)),
        ("number:9007199254740991", one("number", 2**53 - 1)),
        ("number:1e300", one("number", 1e300)),
        ("number:<-1.5E-3", b.Compare("number", "<", -0.0015)),
        ("boolean:true", one("boolean", True)),
        ('boolean:"false"', one("boolean", False)),
        ("enum:OPEN", one("string", "OPEN")),
        ("enum:(OPEN,Done)", b.OneOf("string", ("OPEN", "Done"))),
        ("enumfold:open", one("folded", "open")),
        ("enum:~pe", b.ContainsText("pe", False, False, True)),
        ("date:2024-02-29", one("date", date(2024, 2, 29))),
        ("date:<now-1d", b.Compare("date", "<", date(2023, 12, 31))),
        ("datetext:>=2024-02-29", b.Compare("string", ">=", "2024-02-29")),
        (f"uuid:{ID}", one("uuid", UUID(ID))),
        (f"uuidtext:{ID.upper()}", b.OneOf("string", (ID, ID.upper()))),
        (f"uuidtext:{'0' * 8}{'-0000' * 3}-{'0' * 12}", one("string", str(UUID(int=0)))),
        (f"uuidany:{ID}", b.AnyOf((one("uuid", UUID(ID)), b.OneOf("string", (ID, ID.upper()))))),
        ("any:x", one("string", "x")),
        ("any:1", b.AnyOf((one("string", "1"), one("number", 1)))),
        ('any:"1"', one("string", "1")),
        ("any:true", b.AnyOf((one("string", "true"), one("boolean", True)))),
        ("any:>1", b.Compare("number", ">", 1)),
        ('any:>"1"', b.Compare("string", ">", "1")),
        ("any:>true", b.Compare("string", ">", "true")),
        ("any:0668", one("string", "0668")),
        ("any:9007199254740992", one("string", "9007199254740992")),
        ("any:1e400", one("string", "1e400")),
        ("anyfold:X", one("folded", "x")),
    ],
)
def test_what_is_read(q: str, test: object) -> None:
    found = leaf(q)
    assert found == test
    assert repr(found) == repr(test)  # 1 and True and 1.0 are equal in Python


def test_without_a_schema_the_text_decides() -> None:
    instant = datetime(2024, 1, 1, tzinfo=UTC)
    text = "2024-01-01T00:00:00Z"
    for q in (f"a:{text}", f'a:"{text}"'):
        assert leaf(q, None) == b.AnyOf((one("string", text), one("instant", instant)))
    for q in (f"a:>{text}", f'a:>"{text}"', 'a:>"2024-01-01T02:00:00+02:00"'):
        in_text = b.Compare("instant_or_text", ">", text)
        assert leaf(q, None) == b.AnyOf((in_text, b.Compare("instant", ">", instant)))
    for q in ("a:2024-01-01", "a:now", "a:2024-01-01T00:00:00", "a:2024-02-30T00:00:00Z"):
        assert leaf(q, None) == one("string", q[2:])


@pytest.mark.parametrize(
    ("q", "message", "hint"),
    [
        ("integer:x", "is not a whole number", "write it as in 20"),
        ("integer:1.5", "is not a whole number", "write it as in 20"),
        ("integer:01", "is not a whole number", "write it as in 20"),
        ("integer:+1", "is not a whole number", "write it as in 20"),
        ("integer:1e-1", "is not a whole number", "write it as in 20"),
        ('integer:""', "is not a whole number", "write it as in 20"),
        ("integer:9223372036854775808", "is beyond 64 bits", None),
        ("integer:-9223372036854775809", "is beyond 64 bits", None),
        ("integer:1e30", "is beyond 64 bits", None),
        ("integer:1e16", "is beyond what every engine holds exactly", "write all of its digits"),
        ("integer:-9007199254740992.0", "is beyond what every engine holds exactly", "write all of its digits"),
        ("integer:1" + "0" * 5000, "is beyond 64 bits", None),
        ("number:x", "is not a number", "write it as in 20 or -1.5e3"),
        ("number:NaN", "is not a number", "write it as in 20 or -1.5e3"),
        ("number:0x1", "is not a number", "write it as in 20 or -1.5e3"),
        ("number:1_000", "is not a number", "write it as in 20 or -1.5e3"),
        ("number:١", "is not a number", "write it as in 20 or -1.5e3"),
        ("number:9007199254740993", "is beyond what every engine holds exactly", None),
        ("number:1e400", "is beyond what every engine holds exactly", None),
        ("boolean:1", "is not true or false", "write true or false"),
        ("boolean:True", "is not true or false", "write true or false"),
        ("enum:open", "is not one of its values", "did you mean OPEN?"),
        ("enum:zzz", "is not one of its values", "the values are OPEN, Done"),
        ("enumfold:zzz", "is not one of its values", "the values are OPEN, Done"),
        ("date:2023-02-29", "is not a date", "write it as in 2019-01-06, or now-7d"),
        ("date:2024-01-01T00:00:00Z", "is not a date", "write it as in 2019-01-06, or now-7d"),
        ("uuid:123e4567", "is not a UUID", "write it as in 123e4567-e89b-12d3-a456-426614174000"),
        (f"uuid:{{{ID}}}", "is not a UUID", "write it as in 123e4567-e89b-12d3-a456-426614174000"),
        (f"uuid:{ID.replace('-', '')}", "is not a UUID", "write it as in 123e4567-e89b-12d3-a456-426614174000"),
        ("any:>1e400", "is beyond what every engine holds exactly", 'put quotes around it if text is stored: "1e400"'),
    ],
)
def test_what_is_refused(q: str, message: str, hint: str | None) -> None:
    prefix = "x.y:1 OR "
    schema = Schema({**FIELDS, "x.y": "any"})
    name, _, literal = q.partition(":")
    with pytest.raises(qlause.ValueReadingError) as caught:
        bind(prefix + q, schema=schema, now=NOW)
    error = caught.value
    assert error.message.endswith(message)
    kind = {str(path): declared.type for path, declared in schema}[name]
    assert error.message.startswith(f"the field {name} is of type {kind}, and")
    written = literal.lstrip("><=")
    assert (error.code, error.hint) == ("value", hint)
    assert (error.offset, error.length) == (len(prefix + q) - len(written), len(written))
    assert len(str(error)) < 300


@pytest.mark.parametrize(
    ("q", "words"),
    [
        ("boolean:>true", "a plain value, exists, missing and null"),
        ("boolean:~t", "a plain value, exists, missing and null"),
        ("enum:>OPEN", "a plain value, ~, ~^, ~…$, exists, missing and null"),
        (f"uuid:>{ID}", "a plain value, exists, missing and null"),
        ("integer:~1", "a plain value, > >= < <=, exists, missing and null"),
        ("date:~^2024", "a plain value, > >= < <=, exists, missing and null"),
        ("object:x", "empty(), exists, missing and null"),
        ("object:~x$", "empty(), exists, missing and null"),
    ],
)
def test_operators_that_a_type_does_not_take(q: str, words: str) -> None:
    with pytest.raises(qlause.OperatorNotAllowedError) as caught:
        bind(q, schema=SCHEMA, now=NOW)
    error = caught.value
    assert (error.code, error.hint) == ("operator_not_allowed", f"it takes {words}")
    assert (error.offset, (error.offset or 0) + error.length) == (q.index(":") + 1, len(q))


@pytest.mark.parametrize("name", [name for name in FIELDS if name != "object"])
def test_every_type_takes_presence_and_values_in_groups(name: str) -> None:
    for q in (f"{name}:exists", f"{name}:missing", f"{name}:null", f"NOT {name}:null", f"{name}:()"):
        bind(q, schema=SCHEMA)


def test_permitted_operators_only() -> None:
    schema = Schema({"a": Field(type="string", operators=frozenset({"equals"})), "b": Field(operators=frozenset())})
    bind("a:(x,y) NOT a:z", schema=schema)
    for q in ("a:~x", "a:>x", "a:exists", "a:(x,null)", "a:(x,~y)", "a:(NOT (x OR >1))", "NOT a:~x", "b:1"):
        with pytest.raises(qlause.OperatorNotAllowedError) as caught:
            bind(q, schema=schema)
        assert caught.value.hint == (None if q == "b:1" else "it takes a plain value")
