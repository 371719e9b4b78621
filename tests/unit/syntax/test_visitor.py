"""Walking, rewriting and printing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

import qlause
from qlause import Path, Query, Transformer, Visitor
from qlause.syntax.nodes import And, Clause, Compare, Contains, Equals, Exists, LiteralValue, Missing, Not, Null, Or
from qlause.syntax.visitor import children

TEXT = 'a:1 NOT (b.c:(>2 AND ~^x$,"y") OR d:exists) e:() f:(missing,null) g:elemMatch(h:1) i:size(>2) j:empty()'


def test_a_visitor_sees_every_node_from_left_to_right() -> None:
    class Log(Visitor):
        def __init__(self) -> None:
            self.seen: list[str] = []

        def generic_visit(self, node: Any) -> Any:
            self.seen.append(type(node).__name__)
            return super().generic_visit(node)

    log = Log()
    log.visit(qlause.parse(TEXT))
    assert " ".join(log.seen) == (
        "Query And Clause Path Equals LiteralValue Not Or Clause Path Or And Compare LiteralValue Contains "
        "Equals LiteralValue Clause Path Exists Clause Path Or Clause Path Or Missing Null "
        "Clause Path ElemMatch Clause Path Equals LiteralValue "
        "Clause Path HasSize Compare LiteralValue Clause Path IsEmpty"
    )


def test_a_visitor_stops_where_a_method_does_not_go_on() -> None:
    class Paths(Visitor):
        found: tuple[str, ...] = ()

        def visit_Path(self, node: Path) -> None:
            self.found += (str(node),)

        def visit_Not(self, _: Not[Any]) -> str:
            return "stop"

    paths = Paths()
    paths.visit(qlause.parse(TEXT))
    assert paths.found == ("a", "e", "f", "g", "h", "i", "j")
    assert paths.visit(Not(Or(()))) == "stop"
    for child in children(Query()):
        pytest.fail(f"a query of everything has the child {child}")


def test_a_transformer_that_changes_nothing_gives_the_same_object() -> None:
    query = qlause.parse(TEXT)
    assert Transformer().visit(query) is query


def test_a_transformer_rewrites_each_kind_of_node() -> None:
    class Rewrite(Transformer):
        def visit_LiteralValue(self, node: LiteralValue) -> LiteralValue:
            return LiteralValue(node.text.upper(), node.bare)

        def visit_Contains(self, node: Contains) -> Contains:
            return Contains(node.text + "!", node.starts, node.ends)

        def visit_Exists(self, _: Exists) -> Or[Any]:
            return Or(())

        def visit_Path(self, node: Path) -> Path:
            return Path(("p", *node.segments))

    found = Rewrite().visit(qlause.parse(TEXT))
    text = 'p.a:1 AND NOT (p.b.c:(>2 AND ~^"x!"$ OR "Y") OR p.d:()) AND p.e:() AND p.f:(missing,null)'
    assert str(found) == f"{text} AND p.g:elemMatch(p.h:1) AND p.i:size(>2) AND p.j:empty()"
    assert qlause.parse(str(found)) == found


def test_a_transformer_keeps_trees_whole() -> None:
    class Drop(Transformer):
        def visit_Clause(self, node: Clause) -> Any:
            return Or(()) if str(node.path) == "a" else node

    assert str(Drop().visit(qlause.parse("a:1 OR b:2"))) == "b:2"
    assert str(Drop().visit(qlause.parse("a:1 OR a:2"))) == "()"
    assert str(Drop().visit(qlause.parse("a:1 b:2"))) == "() AND b:2"
    assert str(Drop().visit(qlause.parse("NOT a:1"))) == "NOT ()"


@pytest.mark.parametrize("kind", [Visitor, Transformer])
@pytest.mark.parametrize("name", ["visit_Literal", "visit_clause", "visit_SortKey", "visit_", "visit_Node"])
def test_a_method_for_a_node_that_does_not_exist_is_refused(kind: type[Visitor], name: str) -> None:
    def method(self: Visitor, node: Any) -> Any:
        pytest.fail("no node has this name")

    with pytest.raises(TypeError, match=rf"Wrong\.{name} would never be called; the nodes are Query, And, .*Literal"):
        type("Wrong", (kind,), {name: method})
    mixin = type("Mixin", (), {name: method})
    with pytest.raises(TypeError, match=rf"Wrong\.{name} would never be called"):
        type("Wrong", (mixin, kind), {})


def test_a_method_for_each_node_is_accepted_and_called() -> None:
    seen: set[str] = set()
    nodes = [type(node).__name__ for node in every_node(qlause.parse(TEXT))]

    def method(self: Visitor, node: Any) -> None:
        seen.add(type(node).__name__)
        self.generic_visit(node)

    body = {f"visit_{name}": method for name in nodes}
    assert set(re.findall(r"visit_\w+", Visitor.__doc__ or "")) - {"visit_"} == set(body)
    type("All", (Visitor,), body | {"visit_count": 0})().visit(qlause.parse(TEXT))
    assert seen == set(nodes)


def every_node(node: Any) -> Iterator[Any]:
    yield node
    for child in children(node):
        yield from every_node(child)


def test_a_transformer_may_not_leave_a_node_out() -> None:
    class Forget(Transformer):
        def visit_Clause(self, node: Clause) -> None:
            pass

    with pytest.raises(TypeError, match=r"Forget\.visit_Clause returned None"):
        Forget().visit(qlause.parse("a:1 b:2"))


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", ""),
        ("a:1", "a:1"),
        ("a:x", 'a:"x"'),
        ("a:1.0", "a:1.0"),
        ("a:01", 'a:"01"'),
        ('a:"1"', 'a:"1"'),
        ("a:>=x", 'a:>="x"'),
        ("a:~x b:~^y$", 'a:~"x" AND b:~^"y"$'),
        ("a:~$", None),
        ('a:~"^x$"', 'a:~"^x$"'),
        ("a:(x y,  z)", 'a:("x y","z")'),
        ("a:(1 OR >2)", "a:(1 OR >2)"),
        ("a:((1))", "a:1"),
        ("a:(NOT 1 AND (2,3))", "a:(NOT 1 AND (2,3))"),
        ("a:(NOT (1 AND 2))", "a:(NOT (1 AND 2))"),
        ("a:1 b:2 OR c:3", "a:1 AND b:2 OR c:3"),
        ("a:1 (b:2 OR c:3)", "a:1 AND (b:2 OR c:3)"),
        ("NOT (a:1)", "NOT a:1"),
        ("NOT (a:1 b:2)", "NOT (a:1 AND b:2)"),
        ("NOT NOT a:1", "NOT NOT a:1"),
        ("compoundLogicalQuery:((a:1) OR (b:2))", "a:1 OR b:2"),
        ('"a"."b c".é:1', 'a."b c".é:1'),
        ('AND:1 "compoundLogicalQuery":2 a.OR:3', '"AND":1 AND "compoundLogicalQuery":2 AND a."OR":3'),
        ('a:"\\u0041\\/\\n\\u0000😀"', 'a:"A/\\n\\u0000😀"'),
    ],
)
def test_canonical_text(text: str, canonical: str | None) -> None:
    if canonical is None:
        with pytest.raises(qlause.QuerySyntaxError):
            qlause.parse(text)
        return
    query = qlause.parse(text)
    assert str(query) == canonical
    again = qlause.parse(canonical)
    assert again == query
    assert str(again) == canonical


def test_every_node_has_its_text() -> None:
    one = Clause(Path(("a",)), Equals(LiteralValue("1", bare=True)))
    nodes: list[tuple[Any, str]] = [
        (one, "a:1"),
        (Not(one), "NOT a:1"),
        (And((one, one)), "a:1 AND a:1"),
        (Or((one, one)), "a:1 OR a:1"),
        (Or(()), "()"),
        (Path(("a", "b c")), 'a."b c"'),
        (LiteralValue("1"), '"1"'),
        (LiteralValue("1", bare=True), "1"),
        (Equals(LiteralValue("x")), '"x"'),
        (Compare(">=", LiteralValue("1", bare=True)), ">=1"),
        (Contains("x", starts=True), '~^"x"'),
        (Contains("x", ends=True), '~"x"$'),
        (Exists(), "exists"),
        (Missing(), "missing"),
        (Null(), "null"),
    ]
    assert [str(node) for node, _ in nodes] == [text for _, text in nodes]
    assert str(Or((Equals(LiteralValue("x")), Compare(">", LiteralValue("1", bare=True))))) == '"x" OR >1'
