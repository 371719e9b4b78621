"""Bound query → one Python function, by way of source text.

The text is made of fixed templates and numbered names only: keys and constants are values that are bound to the names
(``k1``, ``c2``), so nothing that a user wrote can become code. It spells what is fast: plain dicts on the way, values
of exactly the built-in types. For all else it calls, by name:

- ``r3(n)``, where a step meets neither a plain dict nor null: an array, each of whose elements is entered, or an
  object of another kind. The rest of the path is spelled there once more, in a loop.
- ``a4(v)``, where a path ends at another type: an array, each of whose elements is tested, or one candidate.
- ``p5(v)``, the closure that tests one candidate of any type.

These are made when they are first called: most are never needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from types import CodeType, NoneType
from typing import Any, Final, NamedTuple, TypeAlias, assert_never
from uuid import UUID

from .. import bound
from ..bound import BoundTest, Compare, ContainsText, IsNull, Kind, OneOf, Reached, Some
from ..dates import instant_key, instant_text_key
from ..fold import fold
from .python_order import cheapest_first
from .python_tests import Passes, compile_test
from .python_values import ARRAYS, MISSING, item, plain, utc

__all__ = ["PredicateSource"]


class _Type(NamedTuple):
    """An exact type of candidates that the text tests itself."""

    condition: str
    """Whether the candidate is of the type."""
    subjects: Mapping[Kind, str]
    """What the candidate is compared as, by the kind of test; a kind that is not named takes no such candidate."""


_TYPES: Final = (
    _Type("{t} is int or t is float", {"number": "v"}),
    _Type("{t} is bool", {"boolean": "v"}),
    _Type("{t} is str", {"string": "v", "folded": "(v.lower() if v.isascii() else fold(v))", "instant_text": "v"}),
    _Type("{t} is datetime", {"instant": "(v if v.tzinfo is UTC else utc(v))"}),
    _Type("{t} is date", {"date": "v"}),
    _Type("{t} is UUID", {"uuid": "v"}),
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
    "is_instant_text": lambda text: instant_text_key(text) is not None,
    "elements": lambda value: value if isinstance(value, ARRAYS) else (value,),
}
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
  if {passes}: return True
 return False
"""
_Function: TypeAlias = Callable[[Any], bool]
_Get: TypeAlias = Callable[[Any, str], Any]


class PredicateSource:
    """The source of a predicate, the functions that it may call, and the values of its names.

    ``get`` gives the value of a key of any node, or MISSING.
    """

    def __init__(self, root: bound.Node, get: _Get = item) -> None:
        self.names: dict[str, Any] = {**_NAMES, "view": self._view, "whole": self._whole}
        self.functions: dict[str, str] = {}
        """The source of what may be called later, by its name."""
        self._get = get
        self._keys: dict[str, str] = {}
        self._roots: set[str] = set()
        self.text = f"predicate = lambda d: {self._node(root)} if type(d) is dict else whole(d)\n"

    def compile(self) -> _Function:
        """The function. Its source is compiled once for all queries of the same shape."""
        return self._compiled("predicate", self.text)

    def _compiled(self, name: str, source: str) -> _Function:
        exec(_code(source), self.names)  # noqa: S102  # templates and numbered names only, see above
        function: _Function = self.names[name]
        return function

    def _view(self, node: Any, key: str) -> dict[str, Any]:
        """What one step needs of an object of any kind."""
        value = self._get(node, key)
        return {} if value is MISSING else {key: value}

    def _whole(self, document: Any) -> bool:
        """The answer for a document that is no plain dict: that for a dict of what is asked of it."""
        found = {key: self._get(document, key) for key in self._roots}
        answer: bool = self.names["predicate"]({key: value for key, value in found.items() if value is not MISSING})
        return answer

    def _bind(self, letter: str, value: Any) -> str:
        name = f"{letter}{len(self.names)}"
        self.names[name] = value
        return name

    def _key(self, key: str) -> str:
        return self._keys.get(key) or self._keys.setdefault(key, self._bind("k", key))

    def _later(self, letter: str, make: Callable[[str], _Function]) -> str:
        """The name of a function that is made when it is first called. Made twice by two threads, it is the same."""

        def first(value: Any) -> bool:
            function = self.names[name] = make(name)
            return function(value)

        name = self._bind(letter, first)
        return name

    def _later_from(self, letter: str, template: str, **parts: str) -> str:
        name = self._later(letter, lambda name: self._compiled(name, self.functions[name]))
        self.functions[name] = template.format(name=name, **parts)
        return name

    def _node(self, node: bound.Node) -> str:
        """Whether ``d`` is selected: an expression that needs no more parentheses under ``and`` and ``or``."""
        match node:
            case bound.All():
                return " and ".join(map(self._node, cheapest_first(node))) or "True"
            case bound.Any():
                return f"({' or '.join(map(self._node, cheapest_first(node))) or 'False'})"
            case Reached(target=target, negated=negated):
                found = self._path(target.keys, "{key} in {n}")
            case Some(target=target, test=test, negated=negated):
                found = self._path(target.keys, self._some(test))
            case _:
                assert_never(node)
        return f"(not ({found}))" if negated else f"({found})"

    def _path(self, path: tuple[str, ...], end: str) -> str:
        """What holds where the path leads: ``end`` is asked of ``n``, the object that holds the last ``key``."""
        self._roots.add(path[0])
        keys = [self._key(each) for each in path]
        found = end.replace("{key}", keys[-1])
        for key, below in zip(reversed(keys[:-1]), reversed(keys[1:]), strict=True):
            rest = self._later_from("r", _REST, key=below, found=found.replace("{n}", "n"))
            found = (
                f"n is not None and {rest}(n) if type(n := {{n}}.get({key})) is not dict"
                f" else {found.replace('{n}', 'n')}"
            )
        return found.replace("{n}", "d")

    def _some(self, test: BoundTest) -> str:
        """Whether some candidate under ``key`` in ``n`` passes."""
        passes = self._later("p", lambda _: self._passes(test))
        kinds = {_kind(each) for each in _leaves(test)}
        types = [each for each in _TYPES if not kinds.isdisjoint(each.subjects)]
        cases = [(each.condition, self._of_type(test, each.subjects, passes)) for each in types]
        null, fetched = "None", "v := {n}.get({key})"
        if self._test(test, {}) == "True":
            cases.append(("{t} is NoneType", "True"))
            null, fetched = "MISSING", "v := {n}.get({key}, MISSING)"
        if not cases:
            return "False"
        elements = self._later_from("a", _ANY_ELEMENT, passes=_chain(cases, "v", f"{passes}(v)"))
        return _chain(cases, fetched, f"v is not {null} and {elements}(v)")

    def _passes(self, test: BoundTest) -> Passes:
        passes = compile_test(test)
        return passes if self._get is item else lambda value: passes(plain(value))

    def _of_type(self, test: BoundTest, subjects: Mapping[Kind, str], passes: str) -> str:
        """Whether ``v`` passes, where it is of the type that has these subjects."""
        asked = [each for each in _leaves(test) if _kind(each) == "instant_text"]
        if "instant_text" not in subjects or not asked:
            return self._test(test, subjects)
        if any(each.negated or not isinstance(each, Compare) for each in _leaves(test)):
            return f"{passes}(v)"
        # Text of the right form that differs from a constant in its first 19 characters stands to it as they do.
        seconds = self._bind("c", tuple(_seconds(each) for each in asked if isinstance(each, Compare)))
        return f"{self._test(test, subjects)} and ({passes}(v) if v.startswith({seconds}) else is_instant_text(v))"

    def _test(self, test: BoundTest, subjects: Mapping[Kind, str]) -> str:
        """The test as an expression, for candidates of the type that has these subjects; null has none.

        A leaf that takes no such candidates is false, or true where negated.
        """
        match test:
            case bound.All():
                parts = [self._test(each, subjects) for each in cheapest_first(test)]
                return "False" if "False" in parts else " and ".join(each for each in parts if each != "True") or "True"
            case bound.Any():
                parts = [self._test(each, subjects) for each in cheapest_first(test)]
                holding = [each for each in parts if each != "False"]
                return "True" if "True" in holding else f"({' or '.join(holding)})" if holding else "False"
            case _:
                kind = _kind(test)
                if isinstance(test, IsNull) or kind is None or kind not in subjects:
                    return str(test.negated is not (kind is None and not subjects))
                found = self._leaf(test, subjects[kind])
                return f"not {found}" if test.negated else found

    def _leaf(self, test: OneOf | Compare | ContainsText, subject: str) -> str:
        match test:
            case OneOf(kind="boolean", values=(value,)):
                return f"{subject} is {value}"
            case OneOf(values=(value,)):
                return f"{subject} == {self._bind('c', value)}"
            case OneOf(values=values):
                return f"{subject} in {self._bind('c', frozenset(values))}"
            case Compare(kind="instant_text", comparator=comparator):
                # Text that starts with the seconds is longer, and goes on with a dot or Z: it stands before "[".
                seconds = _seconds(test)
                return f"{subject} {comparator} {self._bind('c', seconds if '>' in comparator else seconds + '[')}"
            case Compare(kind="number", comparator=comparator, value=value):
                limit = "INFINITY >" if ">" in comparator else "MINUS_INFINITY <"
                return f"{limit} {subject} {comparator} {self._bind('c', value)}"
            case Compare(comparator=comparator, value=value):
                return f"{subject} {comparator} {self._bind('c', value)}"
            case ContainsText(text=text, starts=True, ends=True):
                return f"{subject} == {self._bind('c', text)}"
            case ContainsText(text=text, starts=starts, ends=ends) if starts or ends:
                return f"{subject}.{'startswith' if starts else 'endswith'}({self._bind('c', text)})"
            case ContainsText(text=text):
                return f"{self._bind('c', text)} in {subject}"
            case _:
                assert_never(test)


def _chain(cases: list[tuple[str, str]], candidate: str, others: str) -> str:
    """What the first case says whose condition the type of the candidate meets; ``others`` if none does."""
    chain = [f"{found} if {condition.replace('{t}', 't')} else " for condition, found in cases]
    condition, found = cases[0]
    chain[0] = f"{found} if {condition.replace('{t}', f'(t := type({candidate}))')} else "
    return "".join(chain) + others


def _leaves(test: BoundTest) -> Iterator[OneOf | Compare | ContainsText | IsNull]:
    if isinstance(test, bound.All | bound.Any):
        for each in test.items:
            yield from _leaves(each)
    else:
        yield test


def _kind(test: OneOf | Compare | ContainsText | IsNull) -> Kind | None:
    match test:
        case IsNull():
            return None
        case ContainsText(folded=folded):
            return "folded" if folded else "string"
        case _:
            return test.kind


def _seconds(test: Compare) -> str:
    """The constant of a test of instants as text, up to its seconds."""
    return instant_key(test.value)[:19]  # type: ignore[arg-type]  # the constant of the kind is a datetime


@lru_cache(maxsize=256)
def _code(source: str) -> CodeType:
    return compile(source, "<qlause>", "exec")
