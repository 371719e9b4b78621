"""Compiles a bound query to one Python function, through source text.

The source consists of fixed templates and numbered names only. Keys and constants are the values of names (``k1``,
``c2``), so nothing that a user wrote can become code. The source handles the fast case: plain dicts on the way, and
candidates of exactly the built-in types. For everything else it calls functions:

- ``r3(n)``: a step meets neither a plain dict nor null, but an array, whose elements it enters, or another object. It
  repeats the rest of the path in a loop.
- ``a4(v)``: a path ends at another type: an array, whose elements it tests, or one candidate.
- ``p5(v)``: the closure that tests one candidate of any type.
- ``f6(d)``: a section of a long query, because Python takes longer over each character of a longer source.

They are made on their first call: most are never needed.

The names of one letter: ``d`` is the document, ``n`` the node that holds the next key, ``v`` the candidate, ``t`` its
type, ``x`` the candidate under the fold. With a number, ``k`` is a key of a path, ``c`` a constant, and ``r``, ``a``,
``p`` and ``f`` are the functions above.
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
from .closures import CompiledTest, compile_test
from .cost import Expression, estimate, in_order, together
from .leaves import COMPARATORS, Leaf, NamedTest, TestGroup, leaves_of, named_test

__all__ = ["TEMPLATES", "PredicateSource"]


class _ExactType(NamedTuple):
    """A type of candidates that the source tests without a call."""

    condition: str
    """The source of: the candidate is of the type. ``{v}`` is the candidate, ``{t}`` its type."""
    subjects: Mapping[Kind, str]
    """What is compared with the constant, by the kind of test. A test of a kind that is not here fails."""
    in_json: bool
    """Whether candidates from JSON can be of the type."""


_TYPES: Final = (
    _ExactType("{v} is True or {v} is False", {"boolean": "v"}, True),
    _ExactType("{t} is int or {t} is float", {"number": "v"}, True),
    _ExactType("{t} is str", {"string": "v", "folded": "{folded}", "instant_text": "v"}, True),
    _ExactType("{t} is datetime", {"instant": "(v if v.tzinfo is UTC else utc(v))"}, False),
    _ExactType("{t} is date", {"date": "v"}, False),
    _ExactType("{t} is time and {v}.tzinfo is None", {"time": "v"}, False),
    _ExactType("{t} is UUID", {"uuid": "v"}, False),
)
_NAMES: Final[Mapping[str, Any]] = {
    "__builtins__": {},
    **{
        function.__name__: function
        for function in (type, bool, int, float, str, dict, list, date, datetime, time, UUID, fold, utc, NoneType)
    },
    "UTC": UTC,
    "MISSING": MISSING,
    "INFINITY": float("inf"),
    "MINUS_INFINITY": float("-inf"),
    "is_instant_text": is_instant_text,
    "elements": lambda value: value if isinstance(value, ARRAYS) else (value,),
}
_FOLDED: Final = "(v.lower() if v.isascii() else fold(v))"
_MAX_SECTION: Final = 2_000  # characters
_MAX_KEPT: Final = 16_384  # characters of the source of a template that is kept
_SECTION: Final = """\
def {name}(d):
 return {condition}
"""
_ENTER: Final = """\
def {name}(n):
 for n in n if type(n) is list else elements(n):
  if type(n) is not dict: n = view(n, {key})
  if {condition}: return True
 return False
"""
_ANY_ELEMENT: Final = """\
def {name}(v):
 for v in v if type(v) is list else elements(v):
  if {condition}: return True
 return False
"""
_Function: TypeAlias = Callable[[Any], bool]
_Get: TypeAlias = Callable[[Any, str], Any]


class PredicateSource:
    """The source of one predicate, the values of its names, and the functions that it calls.

    ``get`` returns the value of a key of any node, or MISSING.
    """

    def __init__(self, root: Node, get: _Get = item) -> None:
        self._template, constants = TEMPLATES.find(root)
        self._root = root
        self._get = get
        values = filled(self._template.names.values(), constants)
        self._names = {**_NAMES, "view": self._view, "whole": self._whole}
        self._names.update(zip(self._template.names, values, strict=True))
        for name in self._template.on_demand:
            self._names[name] = partial(self._first_call, name)

    def compile(self) -> _Function:
        """Make the predicate. Queries that have the same source share its code."""
        return self._function("predicate", self._template.text)

    def _function(self, name: str, source: str) -> _Function:
        exec(_code(source), self._names)  # noqa: S102  # fixed templates and numbered names only, see above
        function: FunctionType = self._names[name]
        # A copy, because the interpreter adapts code to the values that it runs with, and each query has its own.
        function.__code__ = function.__code__.replace()
        return function

    def _first_call(self, name: str, value: Any) -> bool:
        """Make a function, then call it. If two threads make it, both make the same."""
        recipe = self._template.on_demand[name]
        function = self._passes(recipe) if isinstance(recipe, int) else self._function(name, recipe())
        self._names[name] = function
        return function(value)

    def _passes(self, number: int) -> CompiledTest:
        passes = compile_test(next(islice(_tests(self._root), number, None)))
        return passes if self._get is item else lambda value: passes(plain(value))

    def _view(self, node: Any, key: str) -> dict[str, Any]:
        """An object of any kind as a dict of the one key that a step needs."""
        value = self._get(node, key)
        return {} if value is MISSING else {key: value}

    def _whole(self, document: Any) -> bool:
        """The answer for a document that is no plain dict: the one for a dict of the keys that the query uses."""
        first_keys = [self._names[name] for name in self._template.first_keys]
        values = {key: self._get(document, key) for key in first_keys}
        matches: _Function = self._names["predicate"]
        return matches({key: value for key, value in values.items() if value is not MISSING})


class _Template(NodeVisitor[Expression]):
    """The source of the predicates of all queries of one structure, and how the functions that it calls are made.

    A node becomes an expression on the document ``d``. It needs no parentheses under ``and`` and ``or``.
    """

    def __init__(self, root: Node) -> None:
        self.names: dict[str, Any] = {}
        """The values of the names in the source; some are deferred."""
        self.on_demand: dict[str, int | Callable[[], str]] = {}
        """The functions that are made on their first call: the number of a test, or what returns the source."""
        self.first_keys: dict[str, None] = {}
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

    def _on_demand(self, letter: str, recipe: int | Callable[[str], str]) -> str:
        """Name a function that is made on its first call, of the test with this number or of the source for a name."""
        name = f"{letter}{len(self.on_demand)}"
        self.on_demand[name] = recipe if isinstance(recipe, int) else partial(recipe, name)
        return name

    def value_matches(self, node: ValueMatches) -> Expression:
        """Write that some candidate passes a test."""
        test = named_test(node.test, partial(self._name, "c"))
        keys = self._path_names(node.target)
        expression, (cost, holds) = self._path(keys, self._some(test)), estimate(test)
        return _leaf_expression(expression, cost + len(keys), holds, node.negated)

    def path_exists(self, node: PathExists) -> Expression:
        """Write that a value is reached."""
        keys = self._path_names(node.target)
        return _leaf_expression(self._path(keys, "{key} in {n}"), len(keys), 0.5, node.negated)

    def all_of(self, node: AllOf[Node]) -> Expression:
        """Write that every item holds."""
        return self._group(node.items, every=True)

    def any_of(self, node: AnyOf[Node]) -> Expression:
        """Write that some item holds."""
        return self._group(node.items, every=False)

    def _group(self, items: Sequence[Node], every: bool) -> Expression:
        members = in_order([self.visit(item) for item in items], every)
        word = " and " if every else " or "
        sections = [word.join(texts) for texts in _sections([member.text for member in members])]
        if len(sections) > 1:
            functions = [self._on_demand("f", partial(_source, _SECTION, condition=section)) for section in sections]
            sections = [f"{function}(d)" for function in functions]
        expression = word.join(sections) or str(every)
        estimates = together([member.estimate for member in members], every)
        return Expression(expression if every else f"({expression})", estimates)

    def _path(self, keys: tuple[str, ...], condition: str) -> str:
        """Write a condition on the end of a path: on ``n``, the object that holds the last ``key``."""
        self.first_keys[keys[0]] = None
        expression = condition.replace("{key}", keys[-1])
        for depth in range(len(keys) - 2, -1, -1):
            inner = expression.replace("{n}", "n")
            enter = self._on_demand("r", partial(_source, _ENTER, key=keys[depth + 1], condition=inner))
            step = f"type(n := {{n}}.get({keys[depth]})) is not dict"
            expression = f"n is not None and {enter}(n) if {step} else {inner}"
        return expression.replace("{n}", "d")

    def _some(self, test: NamedTest) -> str:
        """Write that some candidate under ``key`` in ``n`` passes."""
        leaves = list(leaves_of(test))
        unsure = [leaf.unsure_second for leaf in leaves if leaf.unsure_second is not None]
        seconds = self._name("c", compute(_tuple, *unsure)) if unsure else ""
        kinds = {leaf.kind for leaf in leaves}
        types = [exact for exact in _TYPES if not kinds.isdisjoint(exact.subjects)]
        passes = self._on_demand("p", self._tests)
        self._tests += 1

        def case(exact: _ExactType) -> tuple[str, str]:
            return _case(test, leaves, exact, passes, seconds)

        def any_element(name: str) -> str:
            condition = _chain(list(map(case, types)), "v", f"{passes}(v)") if types else f"{passes}(v)"
            return _source(_ANY_ELEMENT, name, condition=condition)

        elements = self._on_demand("a", any_element)
        cases = list(map(case, [exact for exact in types if exact.in_json] or types))
        if not cases or any(leaf.kind is None or leaf.negated for leaf in leaves):
            passes_null = _test(test, {})
            cases.append(("{t} is NoneType", passes_null))
            if passes_null == "True":
                return _chain(cases, "v := {n}.get({key}, MISSING)", f"v is not MISSING and {elements}(v)")
        return _chain(cases, "v := {n}.get({key})", f"v is not None and {elements}(v)")


TEMPLATES: Final = Kept(_Template, lambda template: len(template.text) <= _MAX_KEPT, parameterise_keys=True)
"""The templates of the last structures. The names of fields are no part of a structure here."""


def _leaf_expression(condition: str, cost: float, holds: float, negated: bool) -> Expression:
    if negated:
        return Expression(f"(not ({condition}))", (cost, 1 - holds))
    return Expression(f"({condition})", (cost, holds))


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


def _case(test: NamedTest, leaves: list[Leaf], exact: _ExactType, passes: str, seconds: str) -> tuple[str, str]:
    """The condition that the candidate ``v`` is of a type, and the source of: it passes, if it is."""
    condition = _test(test, exact.subjects)
    kinds = {leaf.kind for leaf in leaves} & exact.subjects.keys()
    if kinds == {"folded"}:
        condition = _once(condition, "{folded}", "x", _FOLDED)
    elif "folded" in kinds:
        condition = condition.replace("{folded}", _FOLDED)
    elif "instant_text" in kinds:
        condition = _instant_text(condition, leaves, passes, seconds)
    return exact.condition, condition if len(condition) <= _MAX_SECTION else f"{passes}(v)"


def _instant_text(condition: str, leaves: list[Leaf], passes: str, seconds: str) -> str:
    """A condition on text, made true to instants: the text is an instant, and a closure decides in unsure seconds."""
    if any(leaf.operation not in COMPARATORS or leaf.negated or leaf.kind == "string" for leaf in leaves):
        return f"{passes}(v)"
    is_text = "is_instant_text(v) is not None"
    if seconds:
        is_text = f"({passes}(v) if v.startswith({seconds}) else {is_text})"
    return f"{condition} and {is_text}"


def _test(test: NamedTest, subjects: Mapping[Kind, str]) -> str:
    """The test of candidates of the type that has these subjects; null has none.

    A leaf of another kind is false, or true if negated.
    """
    if isinstance(test, TestGroup):
        members = [_test(item, subjects) for item in test.items]
        return _joined(" and ", members, "True", "False") if test.every else _joined(" or ", members, "False", "True")
    kind = test.kind
    if kind is None or kind not in subjects:
        return str(test.negated is not (kind is None and not subjects))
    condition = _leaf(test, subjects[kind])
    return f"not {condition}" if test.negated else condition


def _leaf(leaf: Leaf, subject: str) -> str:
    operation, name = leaf.operation, leaf.name
    if operation == "contains":
        return f"{name} in {subject}"
    if operation.endswith("with"):
        return f"{subject}.{operation}({name})"
    if leaf.kind == "number" and operation in COMPARATORS:
        limit = "INFINITY >" if ">" in operation else "MINUS_INFINITY <"
        return f"{limit} {subject} {operation} {name}"
    return f"{subject} {operation} {name}"


def _joined(word: str, members: list[str], neutral: str, absorbing: str) -> str:
    """``absorbing`` decides the whole group; ``neutral`` members are dropped."""
    others = [member for member in members if member != neutral]
    if absorbing in others:
        return absorbing
    if len(others) < 2:
        return others[0] if others else neutral
    return f"({word.join(others)})"


def _chain(cases: list[tuple[str, str]], candidate: str, default: str) -> str:
    """A conditional expression: the first case whose type the candidate has, else ``default``."""
    chain = "".join([f"{passes} if {is_of_type} else " for is_of_type, passes in cases])
    chain = _once(chain, "{t}", "t", "type({v})")
    return chain.replace("{v}", f"({candidate})", 1).replace("{v}", "v") + default


def _once(text: str, placeholder: str, name: str, expression: str) -> str:
    """Replace a placeholder by an expression that is computed at its first use, which must come first at run time."""
    if text.count(placeholder) < 2:
        return text.replace(placeholder, expression)
    return text.replace(placeholder, f"({name} := {expression})", 1).replace(placeholder, name)


def _sections(texts: list[str]) -> list[list[str]]:
    """Divide the texts into sections of limited length."""
    sections: list[list[str]] = []
    room = 0
    for text in texts:
        if len(text) > room:
            sections.append([])
            room = _MAX_SECTION
        sections[-1].append(text)
        room -= len(text)
    return sections


@lru_cache(maxsize=256)
def _code(source: str) -> CodeType:
    return compile(source, "<qlause>", "exec")
