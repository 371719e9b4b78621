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

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from itertools import count
from types import CodeType, FunctionType, NoneType
from typing import Any, Final, NamedTuple, TypeAlias, assert_never
from uuid import UUID

from .. import bound
from ..bound import BoundTest, Compare, ContainsText, IsNull, Kind, OneOf, Reached, Some
from ..dates import instant_key, is_instant_text
from ..fold import fold
from ..order import utc
from .python_order import Part, estimate, in_order, together
from .python_tests import Passes, compile_test
from .python_values import ARRAYS, MISSING, item, plain

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
_Leaf: TypeAlias = OneOf | Compare | ContainsText | IsNull
_AskedLeaf: TypeAlias = tuple[Kind | None, _Leaf]
_Get: TypeAlias = Callable[[Any, str], Any]


class PredicateSource:
    """The source of a predicate, the functions that it may call, and the values of its names.

    ``get`` gives the value of a key of any node, or MISSING.
    """

    def __init__(self, root: bound.Node, get: _Get = item) -> None:
        self.names: dict[str, Any] = {**_NAMES, "view": self._view, "whole": self._whole}
        self.sources: list[str] = []
        """All that was compiled so far."""
        self._get = get
        self._numbers = count(1)
        self._keys: dict[str, str] = {}
        self._roots: set[str] = set()
        self.text = f"predicate = lambda d: {self._node(root).text} if type(d) is dict else whole(d)\n"

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
        name = f"{letter}{next(self._numbers)}"
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

    def _function(self, template: str, name: str, **parts: str) -> _Function:
        return self._compiled(name, template.format(name=name, **parts))

    def _node(self, node: bound.Node) -> Part:
        """Whether ``d`` is selected. Under ``and`` and ``or`` the text needs no more parentheses."""
        match node:
            case bound.All(items=items):
                return self._group(items, every=True)
            case bound.Any(items=items):
                return self._group(items, every=False)
            case Reached(target=target, negated=negated):
                found, (cost, holds) = self._path(target.keys, "{key} in {n}"), (0.0, 0.5)
            case Some(target=target, test=test, negated=negated):
                found, (cost, holds) = self._path(target.keys, self._some(test)), estimate(test)
            case _:
                assert_never(node)
        cost += len(target.keys)
        return Part(f"(not ({found}))", (cost, 1 - holds)) if negated else Part(f"({found})", (cost, holds))

    def _group(self, items: Iterable[bound.Node], every: bool) -> Part:
        parts = in_order([self._node(each) for each in items], every)
        word = " and " if every else " or "
        pieces = [word.join(texts) for texts in _pieces([part.text for part in parts])]
        if len(pieces) > 1:
            pieces = [f"{self._later('f', partial(self._function, _PIECE, found=each))}(d)" for each in pieces]
        found = word.join(pieces) or str(every)
        return Part(found if every else f"({found})", together([part.estimate for part in parts], every))

    def _path(self, path: tuple[str, ...], end: str) -> str:
        """What holds where the path leads: ``end`` is asked of ``n``, the object that holds the last ``key``."""
        self._roots.add(path[0])
        keys = [self._key(each) for each in path]
        found = end.replace("{key}", keys[-1])
        for at in range(len(keys) - 2, -1, -1):
            inner = found.replace("{n}", "n")
            rest = self._later("r", partial(self._function, _REST, key=keys[at + 1], found=inner))
            found = f"n is not None and {rest}(n) if type(n := {{n}}.get({keys[at]})) is not dict else {inner}"
        return found.replace("{n}", "d")

    def _some(self, test: BoundTest) -> str:
        """Whether some candidate under ``key`` in ``n`` passes."""
        leaves = list(_leaves(test))
        kinds = {kind for kind, _ in leaves}
        types = [each for each in _TYPES if not kinds.isdisjoint(each.subjects)]
        passes = self._later("p", lambda _: self._passes(test))
        elements = self._later("a", lambda name: self._elements(name, test, leaves, types, passes))
        cases = [self._case(test, leaves, each, passes) for each in [each for each in types if each.in_json] or types]
        if not cases or any(kind is None or leaf.negated for kind, leaf in leaves):
            at_null = self._test(test, {})
            cases.append(("{t} is NoneType", at_null))
            if at_null == "True":
                return _chain(cases, "v := {n}.get({key}, MISSING)", f"v is not MISSING and {elements}(v)")
        return _chain(cases, "v := {n}.get({key})", f"v is not None and {elements}(v)")

    def _elements(
        self, name: str, test: BoundTest, leaves: list[_AskedLeaf], types: list[_Type], passes: str
    ) -> _Function:
        cases = [self._case(test, leaves, each, passes) for each in types]
        found = _chain(cases, "v", f"{passes}(v)") if cases else f"{passes}(v)"
        return self._function(_ANY_ELEMENT, name, found=found)

    def _passes(self, test: BoundTest) -> Passes:
        passes = compile_test(test)
        return passes if self._get is item else lambda value: passes(plain(value))

    def _case(self, test: BoundTest, leaves: list[_AskedLeaf], candidate: _Type, passes: str) -> tuple[str, str]:
        """The condition that the candidate is of a type, and whether ``v``, if it is, passes."""
        found = self._test(test, candidate.subjects)
        asked = {kind for kind, _ in leaves} & candidate.subjects.keys()
        if asked == {"folded"}:
            found = _once(found, "{folded}", "x", _FOLDED)
        elif "folded" in asked:
            found = found.replace("{folded}", _FOLDED)
        elif "instant_text" in asked:
            found = self._instant_text(found, [leaf for _, leaf in leaves], passes)
        return candidate.condition, found if len(found) <= _LONGEST else f"{passes}(v)"

    def _instant_text(self, found: str, leaves: list[_Leaf], passes: str) -> str:
        """Whether text passes that ``found`` compares as the text it is."""
        if any(not isinstance(leaf, Compare) or leaf.negated or leaf.kind == "string" for leaf in leaves):
            return f"{passes}(v)"
        # Text of the right form stands to a constant as it does as text, unless it has the same seconds.
        unsure = tuple({_seconds(leaf) for leaf in leaves if isinstance(leaf, Compare) and not _whole(leaf)})
        is_text = "is_instant_text(v) is not None"
        if unsure:
            is_text = f"({passes}(v) if v.startswith({self._bind('c', unsure)}) else {is_text})"
        return f"{found} and {is_text}"

    def _test(self, test: BoundTest, subjects: Mapping[Kind, str]) -> str:
        """The test as an expression, for candidates of the type that has these subjects; null has none.

        A leaf that takes no such candidates is false, or true where negated.
        """
        match test:
            case bound.All(items=items):
                return _joined(" and ", [self._test(each, subjects) for each in items], "True", "False")
            case bound.Any(items=items):
                return _joined(" or ", [self._test(each, subjects) for each in items], "False", "True")
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
                end = "" if _whole(test) or ">" in comparator else "["
                return f"{subject} {comparator} {self._bind('c', _seconds(test) + end)}"
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


def _leaves(test: BoundTest) -> Iterator[_AskedLeaf]:
    if isinstance(test, bound.All | bound.Any):
        for each in test.items:
            yield from _leaves(each)
    else:
        yield _kind(test), test


def _kind(test: _Leaf) -> Kind | None:
    """The kind of candidate that a test takes; None for null."""
    if isinstance(test, ContainsText):
        return "folded" if test.folded else "string"
    return None if isinstance(test, IsNull) else test.kind


def _seconds(test: Compare) -> str:
    """The constant of a test of instants as text, up to its seconds."""
    return instant_key(test.value)[:19]  # type: ignore[arg-type]  # the constant of the kind is a datetime


def _whole(test: Compare) -> bool:
    """Whether the seconds alone part what passes from what does not: ``>=`` and ``<`` a constant without a fraction."""
    return test.comparator in (">=", "<") and test.value.microsecond == 0  # type: ignore[union-attr]  # as above


@lru_cache(maxsize=256)
def _code(source: str) -> CodeType:
    return compile(source, "<qlause>", "exec")
