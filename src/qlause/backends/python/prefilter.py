r"""A condition that JSON texts must meet to match a query, so that most need not be parsed (Sparser, VLDB 2018).

The condition is necessary, never sufficient: a text that fails it cannot match, one that meets it may. It consists of
byte strings to search for. JSON can spell a character in several ways (``J`` is ``\u004a`` too, ``é`` is two bytes or
``\u00e9``), so a text also passes if any of the characters searched for is in it in another spelling.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial, reduce
from operator import attrgetter
from typing import Final, NamedTuple

from ...bound.nodes import (
    FALSE,
    TRUE,
    AllOf,
    AnyOf,
    BoundTest,
    Compare,
    Constant,
    ContainsText,
    IsNull,
    Kind,
    Node,
    OneOf,
    PathExists,
    SizeMatches,
    SomeElement,
    ValueMatches,
    all_of,
    any_of,
)
from ...bound.param import require_value
from ...bound.visitor import NodeVisitor, TestVisitor
from ...values.datetimes import instant_key, second_of
from ...values.fold import unfold
from ...values.kinds import NATIVE_KINDS

__all__ = ["Condition", "Prefilter", "line_at"]

_ESCAPE: Final = b"\\"
_MAX_TEXTS: Final = 8  # that are searched for one condition
_MAX_TEXT_LENGTH: Final = 32  # characters
_MAX_BRANCHES: Final = _MAX_TEXTS  # characters that can come where the two limits of a range part
# Runs of characters that are mostly written as they are. All others (quotes, slashes, control characters) end a run.
_RUN: Final = re.compile(r"[ !#-.0-\[\]-~]+|[^\x00-\x7f]+")


class Needles(NamedTuple):
    """Byte strings and escapes; a JSON text must hold at least one of them. Without any, no text passes."""

    texts: frozenset[bytes]
    escapes: frozenset[str]
    r"""UTF-16 units, each as four hexadecimal digits in lower case. Behind ``\u``, one of them can replace a text."""
    folded: bool
    """The texts are in lower case, and are searched for in the JSON text with its ASCII letters in lower case."""
    weight: int
    """Estimates how many JSON texts it keeps out; 0 if most will hold it."""


class Condition:
    """A condition for JSON texts: one of some byte strings is there, or a character of them in another spelling."""

    def __init__(self, needles: Needles) -> None:
        self.texts = tuple(sorted(needles.texts))
        """The byte strings to search for; a search takes longer the more there are."""
        self.folded = needles.folded
        """Whether a JSON text must be converted to lower case before the search."""
        self._escapes: re.Pattern[bytes] | None = None
        """Finds other spellings in the JSON text as it is."""
        if needles.escapes:
            self._escapes = re.compile(rb"\\u(?i:%b)" % "|".join(sorted(needles.escapes)).encode())

    def holds(self, json_text: bytes) -> bool:
        """Whether a JSON text meets the condition."""
        searched = json_text.lower() if self.folded else json_text
        for text in self.texts:
            if text in searched:
                return True
        return self._escapes is not None and _ESCAPE in json_text and self._escapes.search(json_text) is not None

    def hits(self, block: bytes, start: int) -> Iterator[int]:
        """The positions from ``start`` where one of the byte strings or another spelling begins, in order."""
        searched = block.lower() if self.folded else block
        finds: list[Callable[[int], int]] = [partial(searched.find, text) for text in self.texts]
        if self._escapes is not None and _ESCAPE in block:
            finds.append(partial(_first_match, self._escapes, block))
        positions = [find(start) for find in finds]
        while (hit := min((each for each in positions if each >= 0), default=-1)) >= 0:
            yield hit
            positions = [find(hit + 1) if each == hit else each for find, each in zip(finds, positions, strict=True)]

    def matching_lines(self, block: bytes) -> dict[int, int]:
        """The lines of NDJSON that meet the condition: where each ends in the block, by where it starts.

        It searches the whole block once for each text, which is much faster than a search of each line.
        """
        ends_by_start: dict[int, int] = {}
        searched = block.lower() if self.folded else block
        find, rfind = block.find, block.rfind
        for text in self.texts:
            position = searched.find(text)
            while position >= 0:
                end = find(b"\n", position) + 1 or len(block)
                ends_by_start[rfind(b"\n", 0, position) + 1] = end
                position = searched.find(text, end)
        if self._escapes is not None and _ESCAPE in block:
            escape = self._escapes.search(block)
            while escape is not None:
                start, end = line_at(block, escape.start())
                ends_by_start[start] = end
                escape = self._escapes.search(block, end)
        return ends_by_start


def _first_match(pattern: re.Pattern[bytes], block: bytes, start: int) -> int:
    match = pattern.search(block, start)
    return -1 if match is None else match.start()


def line_at(block: bytes, position: int) -> tuple[int, int]:
    """Where the line that holds a byte starts and ends in a block, its line end included."""
    end = block.find(b"\n", position) + 1
    return block.rfind(b"\n", 0, position) + 1, end or len(block)


class Prefilter:
    """Returns False for JSON texts that cannot match a query, without parsing them.

    A text is the UTF-8 of one JSON value. Its strings, numbers, true, false and null must be the values that the
    predicate would see.
    """

    def __init__(self, root: Node) -> None:
        self.conditions = tuple(map(Condition, dict.fromkeys(_NodeNeedles().visit(root))))
        """All of them must be met. Empty: every text passes."""

    def __call__(self, json_text: bytes) -> bool:
        """Whether a JSON text may match; False is certain."""
        return all(condition.holds(json_text) for condition in self.conditions)


_NEVER: Final = Needles(frozenset(), frozenset(), False, 1_000)


class _NodeNeedles(NodeVisitor[list[Needles]]):
    """Collects what a JSON text must hold to match a node. An empty list: every text may match."""

    def all_of(self, node: AllOf[Node]) -> list[Needles]:
        return [needles for item in node.items for needles in self.visit(item)]

    def any_of(self, node: AnyOf[Node]) -> list[Needles]:
        return _either(map(self.visit, node.items))

    def value_matches(self, node: ValueMatches) -> list[Needles]:
        if node.negated:
            return []
        return [*_TestNeedles().visit_test(_in_json(node.test)), *_of_keys(node.target.keys)]

    def path_exists(self, node: PathExists) -> list[Needles]:
        return [] if node.negated else _of_keys(node.target.keys)

    def size_matches(self, node: SizeMatches) -> list[Needles]:
        return [] if node.negated else _of_keys(node.target.keys)

    def some_element(self, node: SomeElement) -> list[Needles]:
        return [] if node.negated else [*self.visit(node.node), *_of_keys(node.target.keys)]


class _TestNeedles(TestVisitor[list[Needles]]):
    """Collects what a JSON text must hold for a candidate in it to pass a test."""

    def all_of(self, test: AllOf[BoundTest]) -> list[Needles]:
        return [*_of_range(test.items), *(needles for item in test.items for needles in self.visit_test(item))]

    def any_of(self, test: AnyOf[BoundTest]) -> list[Needles]:
        return _either(map(self.visit_test, test.items))

    def one_of(self, test: OneOf) -> list[Needles]:
        if test.negated or len(test.values) > _MAX_TEXTS:
            return []
        return _either(_of_constant(test.kind, require_value(value)) for value in test.values)

    def compare(self, test: Compare) -> list[Needles]:  # noqa: ARG002  # only two limits together say something
        return []

    def contains_text(self, test: ContainsText) -> list[Needles]:
        if test.negated:
            return []
        return _of_text(require_value(test.text), starts=test.starts, ends=test.ends, folded=test.folded)

    def is_null(self, test: IsNull) -> list[Needles]:  # noqa: ARG002  # a missing value passes too
        return []


def _of_keys(keys: Iterable[str]) -> list[Needles]:
    """The text holds every key of the path."""
    return [needles._replace(weight=0) for key in keys for needles in _of_text(key, starts=True, ends=True)]


def _in_json(test: BoundTest) -> BoundTest:
    """The test for candidates from JSON, which has no native dates and the like."""
    match test:
        case AllOf(items=items):
            return all_of([_in_json(item) for item in items])
        case AnyOf(items=items):
            return any_of([_in_json(item) for item in items])
        case OneOf(kind=kind, negated=negated) | Compare(kind=kind, negated=negated) if kind in NATIVE_KINDS:
            return TRUE if negated else FALSE
        case _:
            return test


def _of_constant(kind: Kind, value: Constant) -> list[Needles]:
    """What a JSON text holds if it has a value equal to a constant. A number has too many spellings."""
    match kind, value:
        case "boolean", bool():
            return [Needles(frozenset({b"true" if value else b"false"}), frozenset(), False, 1)]
        case "string" | "folded", str():
            return _of_text(value, starts=True, ends=True, folded=kind == "folded")
        case "instant_text", _:
            return _of_text(_limit(kind, value), starts=True)
        case _:
            return []


def _of_range(tests: Iterable[BoundTest]) -> list[Needles]:
    """Strings between two limits that begin alike begin like both."""
    needles: list[Needles] = []
    for kind in ("string", "instant_text", "instant_or_text"):
        sides: dict[str, list[str]] = {"<": [], ">": []}
        for test in tests:
            if isinstance(test, Compare) and test.kind == kind and not test.negated:
                sides[test.comparator[0]].append(_limit(test.kind, require_value(test.value)))
        if sides["<"] and sides[">"]:
            needles += _between(max(sides[">"]), min(sides["<"]))
    return needles


def _between(low: str, high: str) -> list[Needles]:
    """What strings from ``low`` to ``high`` begin with."""
    if low > high:
        return [_NEVER]
    shared = 0
    while shared < min(len(low), len(high)) and low[shared] == high[shared]:
        shared += 1
    prefix = low[:shared]
    needles = _of_text(prefix, starts=True)
    if prefix in (low, high):  # the string may end there
        return needles
    branches = range(ord(low[shared]), ord(high[shared]) + 1)
    if len(branches) <= _MAX_BRANCHES:
        needles += _either(_of_text(prefix + chr(code_point), starts=True) for code_point in branches)
    return needles


def _limit(kind: Kind, value: Constant) -> str:
    """A limit of a range as text: an instant up to its seconds, which all texts of it share."""
    if kind == "string":
        return str(value)
    return second_of(str(value) if kind == "instant_or_text" else instant_key(value))


def _of_text(text: str, *, starts: bool = False, ends: bool = False, folded: bool = False) -> list[Needles]:
    """What a JSON text holds if a string in it contains the text: at its start, at its end, or anywhere."""
    if not text and starts and ends:
        return [Needles(frozenset({b'""'}), frozenset(), False, 1)]
    return [
        _of_run(run[0], starts=starts and run.start() == 0, ends=ends and run.end() == len(text), folded=folded)
        for run in _RUN.finditer(text)
    ]


def _of_run(run: str, *, starts: bool, ends: bool, folded: bool) -> Needles:
    is_whole = len(run) <= _MAX_TEXT_LENGTH
    run = run[:_MAX_TEXT_LENGTH]
    quoted = '"' * starts + run + '"' * (ends and is_whole)
    variants = {variant for character in run for variant in (unfold(character) if folded else character)}
    # The search is in lower case for ASCII letters, so only other characters can be there in several forms.
    others = {variant for variant in variants if not variant.isascii() and variant not in run}
    texts = frozenset(text.encode() for text in (quoted, *others))
    escapes = frozenset(variant.encode("utf-16-be")[:2].hex() for variant in variants)
    weight = len(quoted) * 2 if run.isascii() else len(quoted)
    return Needles(texts, escapes, folded, weight)


def _either(members: Iterable[list[Needles]]) -> list[Needles]:
    """What a text must hold to meet one of the members: the best needles of each. Empty if one of them is empty."""
    possible = [needles for needles in members if _NEVER not in needles]
    if len(possible) == 1:
        return possible[0]
    best = {max(needles, key=attrgetter("weight"), default=None) for needles in possible}
    if None in best or len(best) > _MAX_TEXTS:
        return []
    union = reduce(_united, filter(None, best), _NEVER)
    return [union] if len(union.texts) <= _MAX_TEXTS else []


def _united(one: Needles, other: Needles) -> Needles:
    folded = one.folded or other.folded
    texts = {text.lower() if folded else text for text in one.texts | other.texts}
    needed = frozenset(text for text in texts if not any(part != text and part in text for part in texts))
    return Needles(needed, one.escapes | other.escapes, folded, min(one.weight, other.weight))
