"""An argument of a wrong type is a TypeError that says so, not an error from inside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import qlause
from qlause import Cursor, Field, Fields, Path, Query, Relation, Schema, Sort, SortKey, field, parse, python
from qlause.syntax.nodes import Clause, Contains, LiteralValue
from qlause.syntax.query_builder import FieldBuilder

NAME, ANY = field("name"), parse("a:1")
A: Any = "a"
WRONG: dict[str, Callable[[Any], Any]] = {
    "contains": NAME.contains,
    "starts_with": NAME.starts_with,
    "ends_with": NAME.ends_with,
    "equals": lambda value: NAME.equals([value]),  # type: ignore[arg-type]  # what is tested
    "one_of": lambda value: NAME.one_of(None if value is None else b"a"),  # type: ignore[arg-type]  # the wrong type is what is refused
    "one_of a mapping": lambda value: NAME.one_of({"a": value}),
    "greater": lambda value: NAME.__gt__([value]),  # type: ignore[operator]  # the wrong type is what is refused
    "field": field,
    "FieldBuilder": FieldBuilder,
    "and": lambda value: ANY & value,
    "or": lambda value: ANY | value,
    "reversed and": lambda value: value & ANY,
    "Query": lambda value: Query(value or A),
    "Clause": lambda value: Clause(value, Contains("a")),
    "Clause, test": lambda value: Clause(Path(("a",)), value),
    "Contains": Contains,
    "LiteralValue": LiteralValue,
    "Path": lambda value: Path((value,)),
    "SortKey": SortKey,
    "Sort": lambda value: Sort((value,)),
    "Fields": lambda value: Fields((value,)),
    "parse": parse,
    "parse_sort": qlause.parse_sort,
    "parse_fields": qlause.parse_fields,
    "Schema": Schema,
    "Schema, name": lambda value: Schema({value: "string"}),
    "resolve": Schema({"a": "string"}).resolve,
    "from_dataclass": Schema.from_dataclass,
    "Cursor.of": lambda value: Cursor.of("a", value),
    "Cursor.of, sort": lambda value: Cursor.of(value, {}),
    "Cursor.of_row": lambda value: Cursor.of_row("a", value),
    "Cursor.decode": lambda value: Cursor.decode(value, b"secret"),
    "after": lambda value: python.after("a", value or "text"),  # type: ignore[arg-type]  # the wrong type is what is refused
    "now": lambda value: python.predicate("a:now", now=value or "now"),  # type: ignore[arg-type]  # the wrong type is what is refused
}


@pytest.mark.parametrize("value", [None, 5, b"a", 1.5, object()], ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("call", WRONG.values(), ids=WRONG)
def test_an_argument_of_a_wrong_type_is_a_type_error(call: Callable[[Any], Any], value: Any) -> None:
    with pytest.raises(TypeError) as caught:
        call(value)
    assert "has no attribute" not in str(caught.value)


@pytest.mark.parametrize(
    "call", [lambda: ANY & A, lambda: ANY | A, lambda: Query(A), lambda: Sort(A), lambda: Fields(A)]
)
def test_text_is_no_tree(call: Callable[[], Any]) -> None:
    with pytest.raises(TypeError, match=r"must be of type .*, not str"):
        call()


@pytest.mark.parametrize("on", [("ab",), "ab", ("ab", "cd"), (("a",),), (("a", "b", "c"),)])
def test_a_relation_is_joined_by_pairs(on: Any) -> None:
    with pytest.raises(ValueError, match="pairs of columns"):
        Relation("t", on=on, column="c")
    for attributes in ({"relation": 5}, {"relation": "t"}, {"column": "a", "folded": 5}):
        with pytest.raises(ValueError, match=r"relation must be a Relation|folded must be the name"):
            Field(array=True, type="string", **attributes)
