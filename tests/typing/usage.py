"""Typed usage, as a type checker sees it. Not run as a test: ``test_typing.py`` checks it with mypy.

Lines with ``type: ignore`` must be errors: mypy reports an ignore that is not needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, assert_type
from zoneinfo import ZoneInfo

import qlause
from qlause import Field, Fields, Limits, Path, Query, Schema, Sort, SortKey, Transformer, Visitor, bind, field, python
from qlause.bound.binder import BindOptions
from qlause.bound.fields import bind_fields
from qlause.bound.nodes import BoundFields, BoundSort
from qlause.bound.query import BoundQuery
from qlause.bound.sort import SortOptions, bind_sort
from qlause.syntax.nodes import And, Clause, Equals, LiteralValue, Node, Not, Or
from qlause.syntax.query_builder import FieldBuilder

# ── texts ──

query = qlause.parse("a:1", limits=Limits(tests=5))
assert_type(query, Query)
assert_type(qlause.parse_sort("a:desc", strict=True), Sort)
assert_type(qlause.parse_fields("a,b"), Fields)
assert_type(query.root, Node | None)
assert_type(query & query | ~query, Query)
assert_type(str(query), str)
assert_type([clause.path.segments for clause in query.clauses()], list[tuple[str, ...]])
qlause.parse(b"a:1")  # type: ignore[arg-type]  # mypy must refuse it
qlause.parse("a:1", limit=Limits())  # type: ignore[call-arg]  # mypy must refuse it
qlause.parse_fields("a", strict=True)  # type: ignore[call-arg]  # mypy must refuse it
Limits(5)  # type: ignore[call-arg]  # mypy must refuse it
Limits(tests="5")  # type: ignore[arg-type]  # mypy must refuse it
Limits(test=5)  # type: ignore[call-arg]  # mypy must refuse it

# ── trees ──

path = Path(("a", "b"))
assert_type(path.segments, tuple[str, ...])
clause = Clause(path, Equals(LiteralValue("1", bare=True)))
assert_type(clause.span, tuple[int, int] | None)
both: And[Node] = And((clause, Not(clause)))
nothing: Or[Node] = Or(())
assert_type(Query(both).root, Node | None)
assert_type(SortKey(path, descending=True).descending, bool)
Path("a")  # type: ignore[arg-type]  # mypy must refuse it
Path(("a",), segment=1)  # type: ignore[call-arg]  # mypy must refuse it
Query("a:1")  # type: ignore[arg-type]  # mypy must refuse it
path.segments = ()  # type: ignore[misc]  # mypy must refuse it
query.root = None  # type: ignore[misc]  # mypy must refuse it
query & "b:2"  # type: ignore[operator]  # mypy must refuse it
_ = path < path  # type: ignore[operator]  # mypy must refuse it


def nodes(node: Node) -> str:
    """A match over all nodes is complete."""
    match node:
        case And(items=items) | Or(items=items):
            return " ".join(map(nodes, items))
        case Not(item=item):
            return nodes(item)
        case Clause(path=path):
            return str(path)


# ── queries built in code ──

assert_type(field("a"), FieldBuilder)
assert_type(field(path).contains("x") & (field("qty") >= 2) & (5 > field("qty")), Query)  # noqa: SIM300  # the other way round
assert_type(field("a").one_of([1, "x", None, datetime.now(UTC)]), Query)
field("a").equals([1])  # type: ignore[arg-type]  # mypy must refuse it
field("a").contains(1)  # type: ignore[arg-type]  # mypy must refuse it
_ = field("a") > None  # type: ignore[operator]  # mypy must refuse it

# ── schemas ──

schema = Schema({"a": "string", "b": Field(type="enum", values=("x",)), "c": {"type": "integer", "array": True}})
assert_type(Schema.from_json_schema({"properties": {}}), Schema)
Schema({"a": 5})  # type: ignore[dict-item]  # mypy must refuse it
Field(type="text")  # type: ignore[arg-type]  # mypy must refuse it
Field("string")  # type: ignore[call-arg]  # mypy must refuse it
Field(storage="bson")  # type: ignore[arg-type]  # mypy must refuse it
Field(operators=frozenset({"like"}))  # type: ignore[arg-type]  # mypy must refuse it


@dataclass
class Record:
    name: str


assert_type(Schema.from_dataclass(Record), Schema)
Schema.from_dataclass(int)  # type: ignore[arg-type]  # mypy must refuse it

# ── binding: the options are known by name and type ──

options: BindOptions = {"schema": schema, "now": datetime.now(UTC), "timezone": ZoneInfo("UTC"), "language": "fr"}
assert_type(bind(query, **options), BoundQuery)
assert_type(bind("a:1", schema=schema, now=lambda: datetime.now(UTC)), BoundQuery)
assert_type(bind_sort("a", nulls="last", unique=None), BoundSort)
assert_type(bind_fields("a", always=("id",)), BoundFields)
bind(query, shema=schema)  # type: ignore[call-arg]  # mypy must refuse it
bind(query, schema={"a": "string"})  # type: ignore[arg-type]  # mypy must refuse it
bind(query, now="2024-01-01")  # type: ignore[arg-type]  # mypy must refuse it
bind_sort("a", nulls="Last")  # type: ignore[arg-type]  # mypy must refuse it
bind_fields("a", language="fr")  # type: ignore[call-arg]  # mypy must refuse it
wrong: SortOptions = {"nulls": 1}  # type: ignore[typeddict-item]  # mypy must refuse it

# ── the Python backend ──

matches = python.predicate("a:1", schema=schema, attributes=True)
assert_type(matches, Callable[[Any], bool])
assert_type(matches({"a": 1}), bool)
assert_type([each for each in [{"a": 1}] if matches(each)], list[dict[str, int]])
rows = sorted([{"a": 1}], key=python.sort_key("a:desc", nulls="last"))
assert_type(rows, list[dict[str, int]])
project = python.projector(Fields(), schema=schema, always=["id"])
assert_type(project, Callable[[Any], Any])
assert_type(qlause.python.predicate(query), Callable[[Any], bool])
python.predicate("a:1", attribute=True)  # type: ignore[call-arg]  # mypy must refuse it
python.predicate(5)  # type: ignore[arg-type]  # mypy must refuse it
python.sort_key("a", always=("id",))  # type: ignore[call-arg]  # mypy must refuse it
python.projector("a", timezone=ZoneInfo("UTC"))  # type: ignore[call-arg]  # mypy must refuse it

# ── errors and visitors ──

try:
    qlause.parse("a")
except qlause.QlauseError as error:
    assert_type(error.offset, int | None)
    assert_type(error.hint, str | None)
    assert_type(error.expected, tuple[str, ...])
    assert_type(error.to_dict(), dict[str, Any])
    assert_type(error.pretty(), str)


class Rename(Transformer):
    """A method takes the node of its name."""

    def visit_Path(self, node: Path) -> Path:
        """The path below another."""
        return Path(("x", *node.segments))


assert_type(isinstance(Rename(), Visitor), bool)
