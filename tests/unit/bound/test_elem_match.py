"""elemMatch: which fields it reaches, what hides from it, and what it may cost."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

import qlause
from qlause import Limits, OperatorNotAllowedError, Relation, Schema, UnknownFieldError, bind, mongo, python

LINES = Relation("lines", on=(("order_id", "id"),), column="sku")
HIDDEN = {"type": "string", "filterable": False, "sortable": False, "projectable": False}


@pytest.mark.parametrize("limits", [Limits(), Limits.public()])
def test_one_in_another_costs_more_with_each_level(limits: Limits) -> None:
    def nested(levels: int) -> str:
        return f"{'a.b:elemMatch(' * levels}c:exists{')' * levels}"

    with pytest.raises(qlause.LimitExceededError) as caught:
        mongo.filter(nested(8), limits=limits)
    assert caught.value.code == "limit_cost"
    assert len(str(mongo.filter(nested(3), limits=limits))) < 10_000


@pytest.mark.parametrize(
    ("fields", "q"),
    [
        ({"data": {"type": "object", "open": True}}, "data.lines:elemMatch(sku:A q:1)"),
        ({"data": {"type": "object", "open": True}}, "data:elemMatch(lines:elemMatch(sku:A q:1))"),
        ({"data": {"type": "any", "open": True}}, "data.lines:elemMatch(sku:A q:1)"),
        ({"id": "integer"}, "data.lines:elemMatch(sku:A q:1)"),
    ],
)
def test_an_open_object_has_any_array(fields: dict[str, Any], q: str) -> None:
    schema = Schema(fields, open="data" not in fields)
    matches = python.predicate(q, schema=schema)
    assert matches({"data": {"lines": [{"sku": "A", "q": 1}]}})
    assert not matches({"data": {"lines": [{"sku": "A"}, {"q": 1}]}})


@pytest.mark.parametrize("q", ["vault:elemMatch(key:x)", "vault:elemMatch(x:1)", "vault:exists", "vaul:elemMatch(x:1)"])
def test_what_holds_hidden_fields_alone_does_not_exist(q: str) -> None:
    with pytest.raises(qlause.UnknownFieldError) as caught:
        qlause.bind(q, schema=Schema({"id": "integer", "vault.key": HIDDEN}))
    assert caught.value.message == f"there is no field {q.partition(':')[0]}"
    assert caught.value.hint == "there are id"


@pytest.mark.parametrize("q", ["lines:elemMatch(pin:x)", "lines.pin:x", "data:elemMatch(pw:x)", "data.pw:x"])
def test_a_hidden_field_is_out_of_reach(q: str) -> None:
    fields: dict[str, Any] = {"lines": "object[]", "lines.sku": "string", "lines.pin": HIDDEN}
    schema = Schema({**fields, "data": {"type": "object", "open": True}, "data.pw": HIDDEN})
    with pytest.raises(qlause.UnknownFieldError, match="there is no field"):
        qlause.bind(q, schema=schema)


def test_schemas_that_differ_in_an_array_inside_an_array_are_not_equal() -> None:
    one, other = (Schema({"lines": "object[]", "lines.sku": kind}) for kind in ("string", "string[]"))
    assert one != other
    roots: list[Any] = [qlause.bind("lines:elemMatch(sku:A)", schema=schema).root for schema in (one, other)]
    assert [root.node.target.scalar for root in roots] == [True, False]


@pytest.mark.parametrize(
    ("fields", "q"),
    [
        (
            {"stats.score": {"type": "integer", "column": ("data", "score"), "stored": "score"}},
            "stats:elemMatch(score:1)",
        ),
        ({"skus": {"type": "string", "array": True, "relation": LINES}}, "skus:elemMatch(a:1)"),
        ({"a.lines.sku": {"type": "string", "array": True, "relation": LINES}}, "a:elemMatch(lines.sku:x)"),
    ],
)
def test_an_array_is_not_taken_for_one_further_up(fields: dict[str, Any], q: str) -> None:
    with pytest.raises((qlause.UnknownFieldError, qlause.OperatorNotAllowedError)):
        qlause.bind(q, schema=Schema(fields))


def test_fields_keep_what_they_are_after_a_round_trip() -> None:
    schema = Schema({"lines": "object[]", "lines.sku": "string", "lines.tags": "string[]"})
    pickled = pickle.loads(pickle.dumps(schema))  # noqa: S301  # made in the line itself
    for same in (schema, pickled, schema.over_document("other"), schema.rename(str)):
        root: Any = qlause.bind("lines:elemMatch(sku:A tags:x)", schema=same).root
        assert [each.target.scalar for each in root.node.items] == [True, False]


def test_an_object_over_several_columns_is_no_array() -> None:
    fields = {"owner.id": {"type": "integer", "column": "owner_id"}, "owner.name": {"type": "string", "column": "name"}}
    hidden = {"owner.pin": {"type": "string", "column": "pin", "filterable": False}}
    with pytest.raises(OperatorNotAllowedError) as raised:
        bind("owner:elemMatch(name:Ann id:>1)", schema=Schema({**hidden, **fields}))
    assert (raised.value.offset, raised.value.length) == (6, 25)
    assert raised.value.hint == "write a clause for each of its fields, as in owner.id:…"
    with pytest.raises(UnknownFieldError, match="there is no field owner"):
        bind("owner:elemMatch(pin:1)", schema=Schema({"id": "integer", **hidden}))
