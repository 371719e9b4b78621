"""Bound query → one Python function, by way of source text.

The text is made of fixed templates and numbered names only: keys and constants are values that are bound to the names
(``k1``, ``c2``), so nothing that a user wrote can become code. It spells what is fast: plain dicts on the way, values
of exactly the built-in types. For all else it calls, by name:

- ``r3(n)``, where a step meets neither a plain dict nor null: an array, each of whose elements is entered, or an
  object of another kind. The rest of the path is spelled there once more, in a loop.
- ``a4(v)``, where a path ends at another type: an array, each of whose elements is tested, or one candidate.
- ``p5(v)``, the closure that tests one candidate of any type.
- ``f6(d)``, a part of a long query: Python takes longer over each character of a longer text.

These are made when they are first called: most are never needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from types import CodeType, FunctionType, NoneType
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from ...bound import nodes as bound
from ...bound.nodes import Kind
from ...values.datetimes import is_instant_text
from ...values.fold import fold
from ...values.sort_values import utc
from .access import ARRAYS, MISSING, item, plain
from .closures import Passes, compile_test
from .cost import Part, estimate, in_order, together
from .shape import COMPARATORS, Asked, Group, Leaf, NodeShape, Outline, TestGroup, TestShape

__all__ = ["PredicateSource"]


class _Type(NamedTuple):
    """An exact type of candidates that the text tests itself."""

    condition: str
    """Whether the candidate is of the type."""
    subjects: Mapping[Kind, str]
    """What the candidate is compared as, by the kind of test; a kind that is not named takes no such candidate."""
    in_json: bool


_TYPES: Final = (
    _Type("{v} is True or {v} is False", {"boolean": "v"}, True),
    _Type("{t} is int or {t} is float", {"number": "v"}, True),
    _Type("{t} is str", {"string": "v", "folded": "{folded}", "instant_text": "v"}, True),
    _Type("{t} is datetime", {"instant": "(v if v.tzinfo is UTC else utc(v))"}, False),
    _Type("{t} is date", {"date": "v"}, False),
    _Type("{t} is UUID", {"uuid": "v"}, False),
)
_NAMES: Final[Mapping[str, Any]] = {
    "__builtins__": {},
    **{
        each.__name__: each
        for each in (type, bool, int, float, str, dict, list, date, datetime, UUID, fold, utc, NoneType)
    },
    "UTC": UTC,
    "MISSING": MISSING,
    "INFINITY": float("inf"),
    "MINUS_INFINITY": float("-inf"),
    "is_instant_text": is_instant_text,
    "elements": lambda value: value if isinstance(value, ARRAYS) else (value,),
}
_FOLDED: Final = "(v.lower() if v.isascii() else fold(v))"
_LONGEST: Final = 2_000  # characters of one text
_PIECE: Final = """\
def {name}(d):
 return {found}
"""
_REST: Final = """\
def {name}(n):
 for n in n if type(n) is list else elements(n):
  if type(n) is not dict: n = view(n, {key})
  if {found}: return True
 return False
"""
_ANY_ELEMENT: Final = """\
def {name}(v):
 for v in v if type(v) is list else elements(v):
  if {found}: return True
 return False
"""
_Function: TypeAlias = Callable[[Any], bool]
_Get: TypeAlias = Callable[[Any, str], Any]
_KEPT: Final = 100  # names and tests of a query whose plan is kept


class PredicateSource:
    """The source of a predicate, the functions that it may call, and the values of its names.

    ``get`` gives the value of a key of any node, or MISSING.
    """

    def __init__(self, root: bound.Node, get: _Get = item) -> None:
        outline = Outline(root)
        is_small = len(outline.names) + len(outline.tests) <= _KEPT
        self._plan = _kept_plan(outline.shape) if is_small else _Plan(outline.shape)
        self._tests = outline.tests
        self._get = get
        self.text = self._plan.text
        self.sources: list[str] = []
        """All that was compiled so far."""
        self.names = {**_NAMES, "view": self._view, "whole": self._whole, **outline.names}
        for name in self._plan.later:
            self.names[name] = partial(self._first, name)

    def compile(self) -> _Function:
        """The function. Its source is compiled once for all queries of the same shape."""
        return self._compiled("predicate", self.text)

    def _compiled(self, name: str, source: str) -> _Function:
        self.sources.append(source)
        exec(_code(source), self.names)  # noqa: S102  # templates and numbered names only, see above
        function: FunctionType = self.names[name]
        # A copy: the interpreter adapts code to the names it runs with, and those of other queries are others.
        function.__code__ = function.__code__.replace()
        return function

    def _first(self, name: str, value: Any) -> bool:
        """Make a function when it is first called. Made twice by two threads, it is the same."""
        later = self._plan.later[name]
        function = self.names[name] = self._passes(later) if isinstance(later, int) else self._compiled(name, later())
        return function(value)

    def _passes(self, place: int) -> Passes:
        passes = compile_test(self._tests[place])
        return passes if self._get is item else lambda value: passes(plain(value))

    def _view(self, node: Any, key: str) -> dict[str, Any]:
        """What one step needs of an object of any kind."""
        value = self._get(node, key)
        return {} if value is MISSING else {key: value}

    def _whole(self, document: Any) -> bool:
        """The answer for a document that is no plain dict: that for a dict of what is asked of it."""
        found = {key: self._get(document, key) for key in map(self.names.__getitem__, self._plan.roots)}
        answer: bool = self.names["predicate"]({key: value for key, value in found.items() if value is not MISSING})
        return answer


class _Plan:
    """What a shape becomes: the text of the predicate, and how the functions are made that it may call."""

    def __init__(self, shape: NodeShape) -> None:
        self.later: dict[str, int | Callable[[], str]] = {}
        """By name: which test the function is, or what gives its source."""
        self.roots: dict[str, None] = {}
        """The names of the first keys of all paths."""
        self.text = f"predicate = lambda d: {self._node(shape).text} if type(d) is dict else whole(d)\n"

    def _later(self, letter: str, make: int | Callable[[str], str]) -> str:
        """The name of a function that is made when it is first called: a test, or what the source makes of the name."""
        name = f"{letter}{len(self.later)}"
        self.later[name] = make if isinstance(make, int) else partial(make, name)
        return name

    def _node(self, shape: NodeShape) -> Part:
        """Whether ``d`` is selected. Under ``and`` and ``or`` the text needs no more parentheses."""
        if isinstance(shape, Group):
            return self._group(shape)
        if shape.test is None:
            found, (cost, holds) = self._path(shape.keys, "{key} in {n}"), (0.0, 0.5)
        else:
            found, (cost, holds) = self._path(shape.keys, self._some(shape, shape.test)), estimate(shape.test)
        cost += len(shape.keys)
        return Part(f"(not ({found}))", (cost, 1 - holds)) if shape.negated else Part(f"({found})", (cost, holds))

    def _group(self, group: Group) -> Part:
        every = group.every
        parts = in_order([self._node(each) for each in group.items], every)
        word = " and " if every else " or "
        pieces = [word.join(texts) for texts in _pieces([part.text for part in parts])]
        if len(pieces) > 1:
            pieces = [f"{self._later('f', partial(_source, _PIECE, found=each))}(d)" for each in pieces]
        found = word.join(pieces) or str(every)
        return Part(found if every else f"({found})", together([part.estimate for part in parts], every))

    def _path(self, keys: tuple[str, ...], end: str) -> str:
        """What holds where the path leads: ``end`` is asked of ``n``, the object that holds the last ``key``."""
        self.roots[keys[0]] = None
        found = end.replace("{key}", keys[-1])
        for at in range(len(keys) - 2, -1, -1):
            inner = found.replace("{n}", "n")
            rest = self._later("r", partial(_source, _REST, key=keys[at + 1], found=inner))
            found = f"n is not None and {rest}(n) if type(n := {{n}}.get({keys[at]})) is not dict else {inner}"
        return found.replace("{n}", "d")

    def _some(self, asked: Asked, test: TestShape) -> str:
        """Whether some candidate under ``key`` in ``n`` passes."""
        leaves = list(_leaves(test))
        kinds = {leaf.kind for leaf in leaves}
        types = [each for each in _TYPES if not kinds.isdisjoint(each.subjects)]
        passes = self._later("p", asked.place)

        def case(candidate: _Type) -> tuple[str, str]:
            return _case(test, leaves, candidate, passes, asked.unsure)

        def any_element(name: str) -> str:
            cases = [case(each) for each in types]
            return _source(_ANY_ELEMENT, name, found=_chain(cases, "v", f"{passes}(v)") if cases else f"{passes}(v)")

        elements = self._later("a", any_element)
        cases = [case(each) for each in [each for each in types if each.in_json] or types]
        if not cases or any(leaf.kind is None or leaf.negated for leaf in leaves):
            at_null = _test(test, {})
            cases.append(("{t} is NoneType", at_null))
            if at_null == "True":
                return _chain(cases, "v := {n}.get({key}, MISSING)", f"v is not MISSING and {elements}(v)")
        return _chain(cases, "v := {n}.get({key})", f"v is not None and {elements}(v)")


_kept_plan: Final = lru_cache(maxsize=256)(_Plan)


def _source(template: str, name: str, **parts: str) -> str:
    return template.format(name=name, **parts)


def _case(test: TestShape, leaves: list[Leaf], candidate: _Type, passes: str, unsure: str) -> tuple[str, str]:
    """The condition that the candidate is of a type, and whether ``v``, if it is, passes."""
    found = _test(test, candidate.subjects)
    asked = {leaf.kind for leaf in leaves} & candidate.subjects.keys()
    if asked == {"folded"}:
        found = _once(found, "{folded}", "x", _FOLDED)
    elif "folded" in asked:
        found = found.replace("{folded}", _FOLDED)
    elif "instant_text" in asked:
        found = _instant_text(found, leaves, passes, unsure)
    return candidate.condition, found if len(found) <= _LONGEST else f"{passes}(v)"


def _instant_text(found: str, leaves: list[Leaf], passes: str, unsure: str) -> str:
    """Whether text passes that ``found`` compares as the text it is."""
    if any(leaf.how not in COMPARATORS or leaf.negated or leaf.kind == "string" for leaf in leaves):
        return f"{passes}(v)"
    is_text = "is_instant_text(v) is not None"
    if unsure:
        is_text = f"({passes}(v) if v.startswith({unsure}) else {is_text})"
    return f"{found} and {is_text}"


def _test(test: TestShape, subjects: Mapping[Kind, str]) -> str:
    """The test as an expression, for candidates of the type that has these subjects; null has none.

    A leaf that takes no such candidates is false, or true where negated.
    """
    if isinstance(test, TestGroup):
        parts = [_test(each, subjects) for each in test.items]
        return _joined(" and ", parts, "True", "False") if test.every else _joined(" or ", parts, "False", "True")
    kind = test.kind
    if kind is None or kind not in subjects:
        return str(test.negated is not (kind is None and not subjects))
    found = _leaf(test, subjects[kind])
    return f"not {found}" if test.negated else found


def _leaf(leaf: Leaf, subject: str) -> str:
    if leaf.how == "contains":
        return f"{leaf.name} in {subject}"
    if leaf.how.endswith("with"):
        return f"{subject}.{leaf.how}({leaf.name})"
    if leaf.kind == "number" and leaf.how in COMPARATORS:
        limit = "INFINITY >" if ">" in leaf.how else "MINUS_INFINITY <"
        return f"{limit} {subject} {leaf.how} {leaf.name}"
    return f"{subject} {leaf.how} {leaf.name}"


def _joined(word: str, parts: list[str], neutral: str, decisive: str) -> str:
    open_parts = [each for each in parts if each != neutral]
    if decisive in open_parts:
        return decisive
    if len(open_parts) < 2:
        return open_parts[0] if open_parts else neutral
    return f"({word.join(open_parts)})"


def _chain(cases: list[tuple[str, str]], candidate: str, others: str) -> str:
    """What the first case says whose condition the type of the candidate meets; ``others`` if none does."""
    chain = "".join([f"{found} if {condition} else " for condition, found in cases])
    chain = _once(chain, "{t}", "t", "type({v})")
    return chain.replace("{v}", f"({candidate})", 1).replace("{v}", "v") + others


def _once(text: str, placeholder: str, name: str, expression: str) -> str:
    """The text with an expression in its places, computed once: in the first, which is to be where the text starts."""
    if text.count(placeholder) < 2:
        return text.replace(placeholder, expression)
    return text.replace(placeholder, f"({name} := {expression})", 1).replace(placeholder, name)


def _pieces(texts: list[str]) -> list[list[str]]:
    """The texts, in pieces that are not too long for one source each."""
    pieces: list[list[str]] = []
    room = 0
    for text in texts:
        if len(text) > room:
            pieces.append([])
            room = _LONGEST
        pieces[-1].append(text)
        room -= len(text)
    return pieces


def _leaves(test: TestShape) -> Iterator[Leaf]:
    if isinstance(test, TestGroup):
        for each in test.items:
            yield from _leaves(each)
    else:
        yield test


@lru_cache(maxsize=256)
def _code(source: str) -> CodeType:
    return compile(source, "<qlause>", "exec")
