"""What queries that differ in their constants only have in common, and which constants are part of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

import qlause
from qlause import Limits, Schema
from qlause.backends.parameters.structure import Structure
from qlause.bound.nodes import Compare, ContainsText, Node, OneOf, ValueMatches
from qlause.bound.param import Param

FOLDED = Schema({"name": {"type": "string", "ignore_case": True}})


def structure(text: str, *, ordered: bool = False, **options: Any) -> Structure:
    return Structure(qlause.bind(text, **options), ordered)


def operands(node: Any) -> Iterator[Any]:
    """What the tests of a bound tree compare with, from left to right."""
    if isinstance(node, ValueMatches):
        yield from operands(node.test)
    elif isinstance(node, OneOf):
        yield from node.values
    elif isinstance(node, Compare):
        yield node.value
    elif isinstance(node, ContainsText):
        yield node.text
    else:
        for item in getattr(node, "items", ()):
            yield from operands(item)


def inline(text: str, *, ordered: bool = False, **options: Any) -> list[Any]:
    """The constants that are part of a structure."""
    tree: Node = structure(text, ordered=ordered, **options).parameterised(())
    return [operand for operand in operands(tree) if not isinstance(operand, Param)]


def test_queries_that_differ_in_constants_only_have_one_structure() -> None:
    texts = (
        'name:(a,b) NOT qty:(>1 AND <5) at:"2019-01-06T10:29:30Z" c:true d:exists e:null f:~x',
        'name:(k,l) NOT qty:(>3 AND <4) at:"2020-01-06T10:29:31Z" c:true d:exists e:null f:~y',
    )
    one, other = (structure(text, ordered=True) for text in texts)
    assert one.key == other.key
    instants = datetime(2019, 1, 6, 10, 29, 30, tzinfo=UTC), datetime(2020, 1, 6, 10, 29, 31, tzinfo=UTC)
    assert one.constants == ["a", "b", 1, 5, "2019-01-06T10:29:30Z", instants[0], "true", "x"]
    assert other.constants == ["k", "l", 3, 4, "2020-01-06T10:29:31Z", instants[1], "true", "y"]
    assert one.parameterised(()) == other.parameterised(())


def test_structures_differ_where_anything_but_a_constant_does() -> None:
    texts = ("a:b", "a:(b,c)", "a:~b", "a:~^b", "a:~b$", "b:b", "a.b:b", "a:>b", "a:>=b", "a:1", "a:1.5", "a:true")
    structures = [structure(text) for text in (*texts, "NOT a:b", "a:exists", "a:null", "a:b b:b", "a:(>b AND <c)")]
    structures += [structure("a:b", schema=Schema({"a": {"type": "string", "column": name}})) for name in ("a", "c")]
    structures += [structure("a:false"), structure("name:~b", schema=FOLDED)]
    assert len({item.key for item in structures}) == len(structures)


def test_each_constant_becomes_a_parameter_that_tells_what_is_known_of_it() -> None:
    declared = Schema(
        {
            "text": "string",
            "number": "number",
            "at": {"type": "date-time", "storage": "native"},
            "day": {"type": "date", "storage": "native"},
            "key": {"type": "uuid", "storage": "native"},
        }
    )
    text = (
        "text:(x,é) number:(1,1.5) "
        'at:(>"2019-01-06T10:29:30Z",>"2019-01-06T10:29:31.5Z",>"2019-01-06T10:29:33.000001Z")'
        " day:2019-01-06 key:123e4567-e89b-12d3-a456-426614174000"
    )
    found = list(operands(structure(text, schema=declared).parameterised(())))
    known = [param.known for param in found]
    assert known == ["ascii", "text", "integer", "fraction", "second", "millisecond", "microsecond", "date", "uuid"]
    assert [param.index for param in found] == list(range(9))


@pytest.mark.parametrize(
    ("text", "constants"),
    [
        ('a:""', [""]),
        ('a:"x\\u0000y"', ["x\0y"]),
        ('a:~^"x\\u0000"', ["x\0"]),
        ('a:"x\U0010ffff"', ["x\U0010ffff"]),
        ('a:"\ud7ff"', ["\ud7ff"]),
        ("a:>1e16", [1e16]),
        ("a:>-1e300", [-1e300]),
        ("a:>9007199254740991", []),
        ('a:"1699-12-31T23:59:59Z"', [datetime(1699, 12, 31, 23, 59, 59, tzinfo=UTC)]),
        ('a:"0001-01-01T00:00:00Z"', [datetime(1, 1, 1, tzinfo=UTC)]),
        ('a:"2250-01-01T00:00:00Z"', [datetime(2250, 1, 1, tzinfo=UTC)]),
        ('a:"1700-01-01T00:00:00Z"', []),
        ("a:x", []),
    ],
)
def test_a_constant_of_which_too_little_is_known_is_part_of_the_structure(text: str, constants: list[Any]) -> None:
    assert inline(text) == constants
    assert (structure(text).key != structure("a:x").key) or not constants


def test_equal_constants_of_other_classes_are_told_apart() -> None:
    big = Schema({"a": "number", "b": "integer"})
    assert structure("a:1e16", schema=big).key != structure("b:10000000000000000", schema=big).key


def test_constants_that_a_backend_needs_stay_in_the_tree() -> None:
    found = list(operands(structure("a:(>1 AND <5) b:~x").parameterised({1, 2})))
    assert isinstance(found[0], Param)
    assert found[1:] == [5, "x"]


def test_the_order_of_the_constants_of_one_test_is_part_of_the_structure_where_it_counts() -> None:
    for text, other in (("a:(>1 AND <2)", "a:(>2 AND <1)"), ("a:(>x AND <y)", "a:(>y AND <x)")):
        assert structure(text).key == structure(other).key
        assert structure(text, ordered=True).key != structure(other, ordered=True).key
    params = list(operands(structure("a:(>7 AND <2 AND >=5)", ordered=True).parameterised(())))
    least, middle, greatest = params[1], params[2], params[0]
    assert least < middle < greatest


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a:(>2 AND <2)", 2),
        ("a:(>=2 AND <=2.0)", 2),
        ("a:(>2 AND <3)", 0),
        ("a:(~x AND ~x)", 2),
        ("a:(~x AND ~y)", 0),
        ("a:(1 OR ~x)", 0),
        ('a:(>="2019-01-06T10:29:30.1Z" AND <"2019-01-06T10:29:31.09Z")', 2),
        ('a:(>="2019-01-06T10:29:30.1Z" AND <"2019-01-06T10:29:31.1Z")', 0),
        ("a:(>2 AND <1e16)", 2),
    ],
)
def test_constants_without_a_sure_order_stay_in_the_tree(text: str, count: int) -> None:
    assert len(inline(text, ordered=True)) == count


def test_a_text_may_equal_another_that_is_looked_for_under_the_fold() -> None:
    assert inline("name:(x AND NOT ~^x$)", ordered=True, schema=FOLDED) == ["x", "x"]
    assert inline("name:(x AND NOT ~^y$)", ordered=True, schema=FOLDED) == []


def test_a_constant_alone_has_an_order_with_what_is_computed_of_it_only() -> None:
    one, other = operands(structure("a:>x b:>y", ordered=True).parameterised(()))
    with pytest.raises(TypeError, match="have no order"):
        assert one < other


def test_what_is_large_stays_as_it_is() -> None:
    many = " ".join(f"a{number}:exists" for number in range(900))
    long = f"a:({','.join(map(str, range(33)))})"
    for text in (many, long, " ".join(f"a:{number}" for number in range(101))):
        query = qlause.bind(text, limits=Limits.generous())
        assert not Structure(query).is_small
        assert Structure(query).parameterised(()) is query.root
    assert structure(f"a:({','.join(map(str, range(16)))})").is_small
