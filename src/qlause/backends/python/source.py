"""Compiles a bound query to one Python function, through source text.

The source consists of fixed templates and numbered names only. Keys and constants are the values of names (``k1``,
``c2``), so nothing that a user wrote can become code. The source handles the fast case: plain dicts on the way, and
candidates of exactly the built-in types. For everything else it calls functions:

- ``r3(n)``: a step meets neither a plain dict nor null, but an array, whose elements it enters, or another object. It
  repeats the rest of the path in a loop.
- ``a4(v)``: a path ends at another type: an array, whose elements it tests, or one candidate.
- ``p5(v)``: the closure that tests one candidate of any type.
- ``e5(v)``: a path ends at an array whose elements, or an object that itself, must meet a condition of its own.
- ``c5(v)``: whether the whole value has so many elements.
- ``f6(d)``: a section of a long query, because Python takes longer over each character of a longer source.

They are made on their first call: most are never needed.

The names of one letter: ``d`` is the document, ``n`` the node that holds the next key, ``v`` the candidate, ``t`` its
type, ``x`` the candidate under the fold. With a number, ``k`` is a key of a path, ``c`` a constant, and ``r``, ``a``,
``p`` and ``f`` are the functions above.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from enum import Enum
from functools import partial
from itertools import islice
from types import CodeType, FunctionType, NoneType
from typing import Any, Final, TypeAlias
from uuid import UUID

from ...bound.nodes import AllOf, AnyOf, BoundTest, Node, PathExists, SizeMatches, SomeElement, ValueMatches
from ...bound.param import Deferred, compute
from ...bound.query import BoundQuery
from ...bound.visitor import NodeVisitor
from ...cache import Bounded
from ...schema.storage import Target
from ...values.datetimes import is_instant_text
from ...values.fold import fold
from ...values.sort_values import utc
from ..parameters.kept import Kept, filled
from .access import MISSING, attribute, is_array, is_object, item, plain, require_document
from .closures import CompiledTest, compile_test, size_test
from .conditions import TYPES, ExactType, case_of, chained, condition_of
from .cost import Expression, estimate, in_order, together
from .leaves import NamedTest, leaves_of, named_test

__all__ = ["TEMPLATES", "PredicateSource"]


def _elements(value: Any) -> Iterable[Any]:
    """The candidates of a value that a path reaches."""
    if value.__class__ is str:
        return (value,)
    value = plain(value)
    return value if is_array(value) else (value,)


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
    "elements": _elements,
}
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
_SOME_OBJECT: Final = """\
def {name}(v):
 for d in v if type(v) is list else elements(v):
  if type(d) is not dict:
   d = {as_dict}(d)
   if d is None: continue
  if {condition}: return True
 return False
"""
_Function: TypeAlias = Callable[[Any], bool]
_Get: TypeAlias = Callable[[Any, str], Any]


class PredicateSource:
    """The source of one predicate, the values of its names, and the functions that it calls.

    ``get`` returns the value of a key of any node, or MISSING.
    """

    def __init__(self, query: BoundQuery, get: _Get = item) -> None:
        self._template, constants = TEMPLATES.find(query)
        self._query = query
        self._get = get
        values = filled(self._template.names.values(), constants)
        self._names = {**_NAMES, "view": self._view, "whole": self._whole}
        self._names.update(zip(self._template.names, values, strict=True))
        for name in self._template.on_demand:
            self._names[name] = partial(self._first_call, name)
        for name, first_keys in self._template.of_elements.items():
            self._names[name] = partial(self._element, first_keys)

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
        passes = compile_test(next(islice(_tests(self._query.root), number, None)))
        return lambda value: passes(value.value if isinstance(value, Enum) else value)

    def _view(self, node: Any, key: str) -> dict[str, Any]:
        """An object of any kind as a dict of the one key that a step needs."""
        value = self._get(node, key)
        return {} if value is MISSING else {key: value}

    def _whole(self, document: Any) -> bool:
        """The answer for a document that is no plain dict: the one for a dict of the keys that the query uses.

        Raises TypeError if it gets anything but a document.
        """
        require_document(document, self._get is attribute)
        matches: _Function = self._names["predicate"]
        return matches(self._dict(document, self._template.first_keys))

    def _element(self, first_keys: Iterable[str], element: Any) -> dict[str, Any] | None:
        """An element that is no plain dict as one; None if it is no object."""
        return self._dict(element, first_keys) if is_object(element, self._get is attribute) else None

    def _dict(self, node: Any, first_keys: Iterable[str]) -> dict[str, Any]:
        """An object of any kind as a dict of the keys with these names."""
        keys = [self._names[name] for name in first_keys]
        return {key: value for key in keys if (value := self._get(node, key)) is not MISSING}


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
        """The names of the first keys of all paths: of the document or, inside an elemMatch, of the element."""
        self.of_elements: dict[str, dict[str, None]] = {}
        """What makes a dict of an element, by its name in the source: the names of the first keys of its paths."""
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

    def size_matches(self, node: SizeMatches) -> Expression:
        """Write that a value has one of some numbers of elements, or is empty."""
        keys = self._path_names(node.target)
        passes = self._name("c", size_test(node.sizes, node.or_empty))
        expression = self._path(keys, f"(v := {{n}}.get({{key}})) is not None and {passes}(v)")
        return _leaf_expression(expression, 1 + len(keys), 0.2, node.negated)

    def some_element(self, node: SomeElement) -> Expression:
        """Write that some object meets a condition of its own."""
        keys = self._path_names(node.target)
        above, self.first_keys = self.first_keys, {}
        inner = self.visit(node.node)
        as_dict = f"o{len(self.of_elements)}"
        self.of_elements[as_dict] = self.first_keys
        self.first_keys = above
        some = self._on_demand("e", partial(_source, _SOME_OBJECT, as_dict=as_dict, condition=inner.text))
        cost, holds = inner.estimate
        expression = self._path(keys, f"(v := {{n}}.get({{key}})) is not None and {some}(v)")
        return _leaf_expression(expression, 3 * cost + len(keys), 1 - (1 - holds) ** 3, node.negated)

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
        types = [exact for exact in TYPES if not kinds.isdisjoint(exact.subjects)]
        passes = self._on_demand("p", self._tests)
        self._tests += 1

        def case(exact: ExactType) -> tuple[str, str]:
            return case_of(test, leaves, exact, passes, seconds)

        def any_element(name: str) -> str:
            condition = chained(list(map(case, types)), "v", f"{passes}(v)") if types else f"{passes}(v)"
            return _source(_ANY_ELEMENT, name, condition=condition)

        elements = self._on_demand("a", any_element)
        cases = list(map(case, [exact for exact in types if exact.in_json] or types))
        if not cases or any(leaf.kind is None or leaf.negated for leaf in leaves):
            passes_null = condition_of(test, {})
            cases.append(("{t} is NoneType", passes_null))
            if passes_null == "True":
                return chained(cases, "v := {n}.get({key}, MISSING)", f"v is not MISSING and {elements}(v)")
        return chained(cases, "v := {n}.get({key})", f"v is not None and {elements}(v)")


TEMPLATES: Final = Kept(
    _Template, lambda template: len(template.text) <= _MAX_KEPT, parameterise_keys=True, whole_lists=True
)
"""The templates of the last structures. Names of fields and lengths of lists are no part of a structure here."""


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
    elif isinstance(node, SomeElement):
        yield from _tests(node.node)
    elif isinstance(node, (AllOf, AnyOf)):
        for item in node.items:
            yield from _tests(item)


def _source(template: str, name: str, **parts: str) -> str:
    return template.format(name=name, **parts)


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


_CODES: Final[Bounded[CodeType]] = Bounded(entries=256)
"""By source."""


def _code(source: str) -> CodeType:
    code = _CODES.get(source)
    if code is None:
        code = compile(source, "<qlause>", "exec")
        _CODES.put(source, code)
    return code
