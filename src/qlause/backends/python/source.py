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

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache, partial
from itertools import islice
from types import CodeType, FunctionType, NoneType
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from ...bound.nodes import AllOf, AnyOf, BoundTest, Kind, Node, PathExists, ValueMatches
from ...bound.param import Deferred, compute
from ...bound.visitor import NodeVisitor
from ...schema.storage import Target
from ...values.datetimes import is_instant_text
from ...values.fold import fold
from ...values.sort_values import utc
from ..parameters.kept import Kept, filled
from .access import ARRAYS, MISSING, item, plain
from .closures import Passes, compile_test
from .cost import Part, estimate, in_order, together
from .leaves import COMPARATORS, Leaf, NamedTest, TestGroup, leaves_of, named_test

__all__ = ["TEMPLATES", "PredicateSource"]


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
    _Type("{t} is time and {v}.tzinfo is None", {"time": "v"}, False),
    _Type("{t} is UUID", {"uuid": "v"}, False),
)
_NAMES: Final[Mapping[str, Any]] = {
    "__builtins__": {},
    **{
        each.__name__: each
        for each in (type, bool, int, float, str, dict, list, date, datetime, time, UUID, fold, utc, NoneType)
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
_LONGEST_KEPT: Final = 16_384  # characters of the text of a template that is kept


class PredicateSource:
    """The source of a predicate, the functions that it may call, and the values of its names.

    ``get`` gives the value of a key of any node, or MISSING.
    """

    def __init__(self, root: Node, get: _Get = item) -> None:
        self._template, constants = TEMPLATES.find(root)
        self._root = root
        self._get = get
        self.text = self._template.text
        self.sources: list[str] = []
        """All that was compiled so far."""
        values = filled(self._template.names.values(), constants)
        self.names = {**_NAMES, "view": self._view, "whole": self._whole}
        self.names.update(zip(self._template.names, values, strict=True))
        for name in self._template.later:
            self.names[name] = partial(self._first, name)

    def compile(self) -> _Function:
        """The function. Its source is compiled once for all queries that have the same one."""
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
        later = self._template.later[name]
        function = self.names[name] = self._passes(later) if isinstance(later, int) else self._compiled(name, later())
        return function(value)

    def _passes(self, number: int) -> Passes:
        passes = compile_test(next(islice(_tests(self._root), number, None)))
        return passes if self._get is item else lambda value: passes(plain(value))

    def _view(self, node: Any, key: str) -> dict[str, Any]:
        """What one step needs of an object of any kind."""
        value = self._get(node, key)
        return {} if value is MISSING else {key: value}

    def _whole(self, document: Any) -> bool:
        """The answer for a document that is no plain dict: that for a dict of what is asked of it."""
        found = {key: self._get(document, key) for key in map(self.names.__getitem__, self._template.roots)}
        answer: bool = self.names["predicate"]({key: value for key, value in found.items() if value is not MISSING})
        return answer


class _Template(NodeVisitor[Part]):
    """What the queries of a structure become: the text of the predicate, and how the functions that it calls are made.

    A node becomes an expression about the document ``d``. Under ``and`` and ``or`` it needs no more parentheses.
    """

    def __init__(self, root: Node) -> None:
        self.names: dict[str, Any] = {}
        """The values of the names in the text; some are deferred."""
        self.later: dict[str, int | Callable[[], str]] = {}
        """By name: which test the function is, or what gives its source."""
        self.roots: dict[str, None] = {}
        """The names of the first keys of all paths."""
        self._keys: dict[str | Deferred, str] = {}
        self._tests = 0
        self.text = f"predicate = lambda d: {self.visit(root).text} if type(d) is dict else whole(d)\n"

    def _name(self, letter: str, value: Any) -> str:
        name = f"{letter}{len(self.names)}"
        self.names[name] = value
        return name

    def _path_names(self, target: Target) -> tuple[str, ...]:
        for key in target.keys:
            if key not in self._keys:
                self._keys[key] = self._name("k", key)
        return tuple([self._keys[key] for key in target.keys])

    def _later(self, letter: str, make: int | Callable[[str], str]) -> str:
        """The name of a function that is made when it is first called: a test, or what the source makes of the name."""
        name = f"{letter}{len(self.later)}"
        self.later[name] = make if isinstance(make, int) else partial(make, name)
        return name

    def value_matches(self, node: ValueMatches) -> Part:
        """Some candidate passes a test."""
        test = named_test(node.test, partial(self._name, "c"))
        keys = self._path_names(node.target)
        expression, (cost, holds) = self._path(keys, self._some(test)), estimate(test)
        return _leaf_part(expression, cost + len(keys), holds, node.negated)

    def path_exists(self, node: PathExists) -> Part:
        """A value is reached."""
        keys = self._path_names(node.target)
        return _leaf_part(self._path(keys, "{key} in {n}"), len(keys), 0.5, node.negated)

    def all_of(self, node: AllOf[Node]) -> Part:
        """Every item holds."""
        return self._group(node.items, every=True)

    def any_of(self, node: AnyOf[Node]) -> Part:
        """Some item holds."""
        return self._group(node.items, every=False)

    def _group(self, items: Sequence[Node], every: bool) -> Part:
        parts = in_order([self.visit(item) for item in items], every)
        word = " and " if every else " or "
        pieces = [word.join(texts) for texts in _pieces([part.text for part in parts])]
        if len(pieces) > 1:
            pieces = [f"{self._later('f', partial(_source, _PIECE, found=piece))}(d)" for piece in pieces]
        expression = word.join(pieces) or str(every)
        estimates = together([part.estimate for part in parts], every)
        return Part(expression if every else f"({expression})", estimates)

    def _path(self, keys: tuple[str, ...], end: str) -> str:
        """What holds where the path leads: ``end`` is asked of ``n``, the object that holds the last ``key``."""
        self.roots[keys[0]] = None
        found = end.replace("{key}", keys[-1])
        for at in range(len(keys) - 2, -1, -1):
            inner = found.replace("{n}", "n")
            rest = self._later("r", partial(_source, _REST, key=keys[at + 1], found=inner))
            found = f"n is not None and {rest}(n) if type(n := {{n}}.get({keys[at]})) is not dict else {inner}"
        return found.replace("{n}", "d")

    def _some(self, test: NamedTest) -> str:
        """Whether some candidate under ``key`` in ``n`` passes."""
        leaves = list(leaves_of(test))
        unsure = [leaf.second for leaf in leaves if leaf.second is not None]
        seconds = self._name("c", compute(_tuple, *unsure)) if unsure else ""
        kinds = {leaf.kind for leaf in leaves}
        types = [each for each in _TYPES if not kinds.isdisjoint(each.subjects)]
        passes = self._later("p", self._tests)
        self._tests += 1

        def case(candidate: _Type) -> tuple[str, str]:
            return _case(test, leaves, candidate, passes, seconds)

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


TEMPLATES: Final = Kept(_Template, lambda template: len(template.text) <= _LONGEST_KEPT, anonymous=True)
"""What predicates are made of, by the structure of their query: fields of other names make no difference."""


def _leaf_part(expression: str, cost: float, holds: float, negated: bool) -> Part:
    return Part(f"(not ({expression}))", (cost, 1 - holds)) if negated else Part(f"({expression})", (cost, holds))


def _tuple(*values: Any) -> tuple[Any, ...]:
    return values


def _tests(node: Node) -> Iterator[BoundTest]:
    """The tests of a query, from left to right."""
    if isinstance(node, ValueMatches):
        yield node.test
    elif isinstance(node, (AllOf, AnyOf)):
        for item in node.items:
            yield from _tests(item)


def _source(template: str, name: str, **parts: str) -> str:
    return template.format(name=name, **parts)


def _case(test: NamedTest, leaves: list[Leaf], candidate: _Type, passes: str, unsure: str) -> tuple[str, str]:
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


def _test(test: NamedTest, subjects: Mapping[Kind, str]) -> str:
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


@lru_cache(maxsize=256)
def _code(source: str) -> CodeType:
    return compile(source, "<qlause>", "exec")
