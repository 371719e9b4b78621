"""A schema with other public names: queries and sorts under the new names mean those under the old ones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qlause
from qlause import Field, Path, Schema, python, sql
from qlause.syntax.nodes import Clause, ElemMatch
from qlause.testing import documents, queries, schemas, sorts


def new_name(name: str) -> str:
    return f"n{name.encode().hex()}"


class Renaming(qlause.Transformer):
    def __init__(self, schema: Schema) -> None:
        paths = [path.segments for path, _ in schema]
        self.named = {path[:length] for path in paths for length in range(len(path) + 1)}
        self.above: tuple[str, ...] = ()
        """The path of the array whose element a clause is about."""

    def path(self, path: Path) -> Path:
        keys = (*self.above, *path.segments)
        length = max(size for size in range(len(keys) + 1) if keys[:size] in self.named)
        return Path((*map(new_name, keys[:length]), *keys[length:])[len(self.above) :])

    def visit_Path(self, node: Path) -> Path:
        return self.path(node)

    def visit_Clause(self, node: Clause) -> Clause:
        if not isinstance(node.test, ElemMatch):
            renamed: Clause = self.generic_visit(node)
            return renamed
        path, before = self.path(node.path), self.above
        self.above = (*before, *node.path.segments)
        try:
            return Clause(path, self.visit(node.test))
        finally:
            self.above = before


NOW = datetime(2024, 2, 29, 12, tzinfo=UTC)


def outcome(call: Any, *arguments: Any, **options: Any) -> Any:
    """What a call returns, or the code of the error."""
    try:
        return call(*arguments, **options)
    except qlause.QlauseError as error:
        return error.code


@given(st.data())
def test_renamed_queries_and_sorts_mean_the_same(data: st.DataObject) -> None:
    schema = data.draw(schemas())
    renamed, rename = schema.rename(new_name), Renaming(schema)
    query, sort = data.draw(queries(schema)), data.draw(sorts(schema))
    new_query = rename.visit(query)
    new_sort = qlause.Sort(tuple(qlause.SortKey(rename.path(key.path), key.descending) for key in sort.keys))
    assert outcome(qlause.bind, new_query, schema=renamed, now=NOW) == outcome(
        qlause.bind, query, schema=schema, now=NOW
    )
    unique = str(rename.path(Path(("id",))))
    assert outcome(qlause.bind_sort, new_sort, schema=renamed, unique=unique) == outcome(
        qlause.bind_sort, sort, schema=schema
    )
    found = [
        outcome(python.predicate, each, schema=of, now=NOW) for each, of in ((new_query, renamed), (query, schema))
    ]
    if callable(found[0]):
        for document in data.draw(st.lists(documents(schema), max_size=3)):
            assert found[0](document) is found[1](document)
    assert [str(path) for path, _ in schema.rename(str)] == [str(path) for path, _ in schema]
    assert schema.rename(str) == schema


def test_columns_languages_and_open_objects() -> None:
    schema = Schema(
        {
            "first_name": {"type": "string", "column": "first_name"},
            "home_address": {"type": "object", "column": "address"},
            "home_address.zip_code": "string",
            "short_text": {"type": "localized", "languages": ("en", "fr")},
            "free_form": {"type": "object", "open": True},
            "order_lines.unit_price": Field(type="number", stored="lines.price", array=True),
        }
    )
    renamed = schema.rename(
        lambda name: "".join(word.title() if at else word for at, word in enumerate(name.split("_")))
    )
    assert [str(path) for path, _ in renamed] == [
        *("firstName", "freeForm", "homeAddress", "homeAddress.zipCode", "orderLines.unitPrice", "shortText")
    ]
    for new, old in (
        ("firstName:x", "first_name:x"),
        ("homeAddress.zipCode:~1", "home_address.zip_code:~1"),
        ("shortText.fr:x shortText:y", "short_text.fr:x short_text:y"),
        ("freeForm.any_thing:x", "free_form.any_thing:x"),
        ("orderLines.unitPrice:>1", "order_lines.unit_price:>1"),
    ):
        assert sql.where(new, "sqlite", schema=renamed) == sql.where(old, "sqlite", schema=schema)
    with pytest.raises(qlause.UnknownFieldError) as caught:
        python.predicate("first_name:x", schema=renamed)
    assert caught.value.hint == "did you mean firstName?"


def test_a_hidden_array_whose_name_is_taken_keeps_its_own() -> None:
    hidden = Field(type="string", array=True, filterable=False, sortable=False, projectable=False)
    renamed = Schema({"a": "string", "b": hidden}).rename(lambda _: "x")
    assert [(str(path), field.array) for path, field in renamed] == [("b", True), ("x", False)]
    assert renamed.arrays == {("b",)}
    assert renamed.to_json_schema()["properties"]["x"]["type"] == ["string", "null"]


@pytest.mark.parametrize(
    ("name_of", "problem"),
    [
        (lambda _: "x", "b cannot be renamed to x: another one is"),
        (lambda _: "", "a cannot be renamed to : a part of a field name is empty"),
        (lambda _: "1", "cannot consist of digits only"),
    ],
)
def test_names_that_cannot_be_are_refused(name_of: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Schema({"a": "string", "b": "string"}).rename(name_of)
