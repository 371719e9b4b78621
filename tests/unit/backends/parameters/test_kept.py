"""When something is compiled, for which queries it serves, and how much is kept."""

from __future__ import annotations

from typing import Any

import pytest

import qlause
from qlause import UnsupportedError
from qlause.backends.parameters.kept import Kept, filled
from qlause.bound.nodes import AllOf, ContainsText, Node, ValueMatches
from qlause.bound.param import Param, compute, require_value
from qlause.bound.query import BoundQuery


def bound(text: str) -> BoundQuery:
    return qlause.bind(text)


def texts(node: Node) -> list[Any]:
    """The texts that a query of ``~`` clauses looks for."""
    if isinstance(node, AllOf):
        return [text for item in node.items for text in texts(item)]
    assert isinstance(node, ValueMatches)
    assert isinstance(node.test, ContainsText)
    return [node.test.text]


class Compiler:
    """Compiles a query of ``~`` clauses to its texts in capitals, and counts how often. It needs some of the values."""

    def __init__(self, *needed: int) -> None:
        self.calls = 0
        self.needed = needed

    def __call__(self, node: Node, *context: str) -> list[Any]:
        self.calls += 1
        found = [require_value(text) if i in self.needed else text for i, text in enumerate(texts(node))]
        return [*context, *(compute(str.upper, text) for text in found)]


def test_what_was_compiled_serves_all_queries_of_a_structure() -> None:
    compiler = Compiler()
    kept = Kept(compiler, lambda _: True)
    for text in "xyx":
        compiled, constants = kept.find(bound(f"name:~{text} other:~z"))
        assert constants == [text, "z"]
        assert filled(compiled, constants) == [text.upper(), "Z"]
    assert compiler.calls == 1
    kept.find(bound("name:~^x other:~z"))
    assert compiler.calls == 2
    kept.clear()
    kept.find(bound("name:~x other:~z"))
    assert compiler.calls == 3


def test_the_context_belongs_to_the_key() -> None:
    compiler = Compiler()
    kept = Kept(compiler, lambda _: True)
    for context in ("one", "other", "one"):
        compiled, constants = kept.find(bound("name:~x"), context)
        assert filled(compiled, constants) == [context, "X"]
    assert compiler.calls == 2


def test_a_compiler_that_needs_a_value_is_called_once_for_each() -> None:
    compiler = Compiler(1)
    kept = Kept(compiler, lambda _: True)
    calls = []
    for one, other in (("a", "x"), ("b", "x"), ("c", "y"), ("d", "x"), ("e", "y")):
        compiled, constants = kept.find(bound(f"name:~{one} other:~{other}"))
        assert filled(compiled, constants) == [one.upper(), other.upper()]
        assert isinstance(compiled[0].arguments[0], Param)
        assert compiled[1] == other.upper()
        calls.append(compiler.calls)
    assert calls == [2, 2, 3, 3, 3]  # at first it is not known which values are needed


def test_several_values_may_be_needed_one_after_another() -> None:
    compiler = Compiler(0, 1)
    kept = Kept(compiler, lambda _: True)
    for one, other in (("a", "x"), ("b", "x"), ("a", "x")):
        compiled, constants = kept.find(bound(f"name:~{one} other:~{other}"))
        assert compiled == [one.upper(), other.upper()]
        assert filled(compiled, constants) == compiled
    assert compiler.calls == 4


def test_what_needs_too_many_values_is_compiled_once_for_each_query() -> None:
    compiler = Compiler(*range(6))
    kept = Kept(compiler, lambda _: True)
    counts = []
    for first in ("a", "b", "a"):
        compiler.calls = 0
        compiled, constants = kept.find(bound(" ".join(f"n{number}:~{first}" for number in range(6))))
        assert compiled == filled(compiled, constants) == [first.upper()] * 6
        counts.append(compiler.calls)
    assert counts[1:] == [1, 1]


def test_what_is_not_small_is_not_kept() -> None:
    compiler = Compiler(0)
    kept = Kept(compiler, lambda compiled: len(compiled) < 2)
    for text in ("name:~x other:~y", "name:~x"):
        compiler.calls = 0
        counts = []
        for _ in range(2):
            compiled, constants = kept.find(bound(text))
            assert filled(compiled, constants) == [constant.upper() for constant in constants]  # type: ignore[union-attr]  # texts
            counts.append(compiler.calls)
        assert counts == ([2, 4] if "other" in text else [2, 2])


def test_a_large_query_is_compiled_with_its_constants() -> None:
    compiler = Compiler(0, 100)
    kept = Kept(compiler, lambda _: True)
    text = " ".join(f"a{number}:~x{number}" for number in range(101))
    for _ in range(2):
        compiled, constants = kept.find(bound(text))
        assert compiled == [f"X{number}" for number in range(101)]
        assert filled(compiled, constants) == compiled
    assert compiler.calls == 2


def test_an_error_is_raised_for_each_query_anew() -> None:
    calls = []

    def refuse(node: Node) -> None:
        calls.append(node)
        raise UnsupportedError("not this one")

    kept = Kept(refuse, lambda _: True)
    for number in (1, 2):
        with pytest.raises(UnsupportedError, match="not this one"):
            kept.find(bound("name:~x"))
        assert len(calls) == number


def test_so_many_structures_are_kept() -> None:
    compiler = Compiler()
    kept = Kept(compiler, lambda _: True)
    for number in range(1_500):
        kept.find(bound(f"name{number}:~x"))
    assert compiler.calls == 1_500
    assert len(kept._entries) == 512  # what is bounded can be seen nowhere else
    kept.find(bound("name1499:~y"))
    assert compiler.calls == 1_500
    kept.find(bound("name0:~x"))
    assert compiler.calls == 1_501


def test_needed_values_count_among_the_structures() -> None:
    kept = Kept(Compiler(0), lambda _: True)
    for number in range(1_500):
        compiled, _ = kept.find(bound(f"name:~x{number}"))
        assert compiled == [f"X{number}"]
    assert len(kept._entries) == 512  # as above


def test_a_query_that_needs_many_values_is_compiled_a_few_times() -> None:
    compiler = Compiler(*range(50))
    kept = Kept(compiler, lambda _: True)
    compiled, constants = kept.find(bound(" ".join(f"a{number}:~x{number}" for number in range(50))))
    assert filled(compiled, constants) == [f"X{number}" for number in range(50)]
    assert compiler.calls <= 5
