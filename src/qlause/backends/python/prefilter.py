r"""Bound query → what the bytes of a JSON text must hold, so that most texts need not be parsed (Sparser, VLDB 2018).

The condition is necessary, never sufficient: a text without it is not selected, one with it may be. It is made of byte
strings that are searched as they stand. JSON may spell a character in several ways (``J`` is ``\u004a`` too, ``é`` is
two bytes or ``\u00e9``), so a text passes as well where any one of the searched characters stands in another spelling.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import reduce
from typing import Final, NamedTuple, assert_never

from ...bound import nodes as bound
from ...bound.nodes import (
    BoundTest,
    Compare,
    Constant,
    ContainsText,
    IsNull,
    OneOf,
    PathExists,
    ValueMatches,
    all_of,
    any_of,
)
from ...bound.param import require_value
from ...values.datetimes import instant_key
from ...values.fold import unfold
from ...values.kinds import NATIVE_KINDS

__all__ = ["Condition", "Prefilter", "line_at"]

_ESCAPE: Final = b"\\"
_FALSE: Final[bound.AnyOf[BoundTest]] = bound.AnyOf(())
_TRUE: Final[bound.AllOf[BoundTest]] = bound.AllOf(())
_MOST: Final = 8  # texts that are searched for one condition
_LONGEST: Final = 32  # characters of one
_WIDEST: Final = _MOST  # characters that may stand where two limits of a range part
_SECONDS: Final = len("2019-01-06T10:29:30")
# Runs of characters that are mostly written as they are. What is none (quotes, slashes, control characters) parts them.
_RUN: Final = re.compile(r"[ !#-.0-\[\]-~]+|[^\x00-\x7f]+")


class Needles(NamedTuple):
    """Byte strings of which a JSON text must hold one, or one of the escapes. None at all: no text passes."""

    texts: frozenset[bytes]
    escapes: frozenset[str]
    r"""UTF-16 units, four digits in lower case each, of which one may stand behind ``\u`` in place of a text."""
    folded: bool
    """The texts are in lower case, and so are the ASCII letters of the JSON text in which they are searched."""
    weight: int
    """How much it is expected to keep out; 0 for what most texts will hold."""


class Condition:
    """What a JSON text must hold: one of the texts, or a character of them in another spelling."""

    def __init__(self, needles: Needles) -> None:
        self.texts = tuple(sorted(needles.texts))
        """The byte strings that are searched for; how long a search takes depends on how many there are."""
        self.folded = needles.folded
        """Whether they are searched for in lower case, which a JSON text must be converted to first."""
        self._escapes: re.Pattern[bytes] | None = None
        """Other spellings, searched for in the JSON text as it is."""
        if needles.escapes:
            self._escapes = re.compile(rb"\\u(?i:%b)" % "|".join(sorted(needles.escapes)).encode())

    def holds(self, text: bytes) -> bool:
        """Whether a JSON text meets the condition."""
        searched = text.lower() if self.folded else text
        for each in self.texts:
            if each in searched:
                return True
        return self._escapes is not None and _ESCAPE in text and self._escapes.search(text) is not None

    def matching_lines(self, block: bytes) -> dict[int, int]:
        """The lines of NDJSON that meet the condition: where each ends in the block, by where it starts.

        It takes one search of the whole block for each text, which is much faster than asking each line.
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


def line_at(block: bytes, position: int) -> tuple[int, int]:
    """Where the line that holds a byte starts and ends in a block, its line end included."""
    end = block.find(b"\n", position) + 1
    return block.rfind(b"\n", 0, position) + 1, end or len(block)


class Prefilter:
    """Whether a JSON text may be that of a document which a query selects: where not, it need not be parsed.

    The text is the UTF-8 of one JSON value, whose strings, numbers, true, false and null are taken as such.
    """

    def __init__(self, root: bound.Node) -> None:
        self.conditions = tuple(map(Condition, dict.fromkeys(_of_node(root))))
        """Each must be met. None: nothing is known."""

    def __call__(self, text: bytes) -> bool:
        """False: the text is surely none of a document that is selected."""
        return all(each.holds(text) for each in self.conditions)


_NEVER: Final = Needles(frozenset(), frozenset(), False, 1_000)


def _of_node(node: bound.Node) -> list[Needles]:
    match node:
        case bound.AllOf(items=items):
            return [needles for each in items for needles in _of_node(each)]
        case bound.AnyOf(items=items):
            return _either(_of_node(each) for each in items)
        case PathExists(negated=True) | ValueMatches(negated=True):
            return []
        case PathExists(target=target):
            return _of_keys(target.keys)
        case ValueMatches(target=target, test=test):
            return [*_of_test(_in_json(test)), *_of_keys(target.keys)]
        case _:
            assert_never(node)


def _of_keys(keys: Iterable[str]) -> list[Needles]:
    """Every key on the way to a value stands in the text."""
    return [each._replace(weight=0) for key in keys for each in _of_text(key, starts=True, ends=True)]


def _in_json(test: BoundTest) -> BoundTest:
    """The test as it is for JSON, which has no native dates and the like."""
    match test:
        case bound.AllOf(items=items):
            return all_of([_in_json(each) for each in items])
        case bound.AnyOf(items=items):
            return any_of([_in_json(each) for each in items])
        case OneOf(kind=kind, negated=negated) | Compare(kind=kind, negated=negated) if kind in NATIVE_KINDS:
            return _TRUE if negated else _FALSE
        case _:
            return test


def _of_test(test: BoundTest) -> list[Needles]:
    match test:
        case bound.AllOf(items=items):
            return [*_of_range(items), *(needles for each in items for needles in _of_test(each))]
        case bound.AnyOf(items=items):
            return _either(map(_of_test, items))
        case OneOf(kind=kind, values=values, negated=False) if len(values) <= _MOST:
            return _either(_of_constant(kind, require_value(value)) for value in values)
        case ContainsText(text=text, starts=starts, ends=ends, folded=folded, negated=False):
            return _of_text(require_value(text), starts=starts, ends=ends, folded=folded)
        case OneOf() | Compare() | ContainsText() | IsNull():
            return []
        case _:
            assert_never(test)


def _of_constant(kind: bound.Kind, value: Constant) -> list[Needles]:
    """What a text holds that has a value equal to a constant. A number has too many spellings."""
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
    """Between two limits that begin alike, every text begins like them."""
    found: list[Needles] = []
    for kind in ("string", "instant_text"):
        sides: dict[str, list[str]] = {"<": [], ">": []}
        for test in tests:
            if isinstance(test, Compare) and test.kind == kind and not test.negated:
                sides[test.comparator[0]].append(_limit(test.kind, require_value(test.value)))
        if sides["<"] and sides[">"]:
            found += _between(max(sides[">"]), min(sides["<"]))
    return found


def _between(low: str, high: str) -> list[Needles]:
    """What a string from one text up to another begins with."""
    if low > high:
        return [_NEVER]
    same = 0
    while same < len(low) and same < len(high) and low[same] == high[same]:
        same += 1
    start = low[:same]
    if same == len(low) or same == len(high):  # the string may end there
        return _of_text(start, starts=True)
    characters = range(ord(low[same]), ord(high[same]) + 1)
    found = _of_text(start, starts=True)
    if len(characters) <= _WIDEST:
        found += _either(_of_text(start + chr(each), starts=True) for each in characters)
    return found


def _limit(kind: bound.Kind, value: Constant) -> str:
    """A limit of a range as text. An instant up to its seconds, which are alike in every text of it."""
    return str(value) if kind == "string" else instant_key(value)[:_SECONDS]  # type: ignore[arg-type]  # the constant of the kind is a datetime


def _of_text(text: str, *, starts: bool = False, ends: bool = False, folded: bool = False) -> list[Needles]:
    """What a JSON text holds that has a string with the text in it: at its start, at its end, or anywhere."""
    if not text and starts and ends:
        return [Needles(frozenset({b'""'}), frozenset(), False, 1)]
    return [
        _of_run(run[0], starts=starts and run.start() == 0, ends=ends and run.end() == len(text), folded=folded)
        for run in _RUN.finditer(text)
    ]


def _of_run(run: str, *, starts: bool, ends: bool, folded: bool) -> Needles:
    whole = len(run) <= _LONGEST
    run = run[:_LONGEST]
    quoted = '"' * starts + run + '"' * (ends and whole)
    characters = {each for character in run for each in (unfold(character) if folded else character)}
    # In the searched text ASCII letters are in lower case, so that only the others stand there in several forms.
    others = {each for each in characters if not each.isascii() and each not in run}
    texts = frozenset(each.encode() for each in (quoted, *others))
    escapes = frozenset(each.encode("utf-16-be")[:2].hex() for each in characters)
    weight = len(quoted) * 2 if run.isascii() else len(quoted)
    return Needles(texts, escapes, folded, weight)


def _either(members: Iterable[list[Needles]]) -> list[Needles]:
    """One of the members is met: of each the best is taken. Nothing is known where one of them says nothing."""
    possible = [needles for needles in members if _NEVER not in needles]
    if len(possible) == 1:
        return possible[0]
    best = {max(needles, key=lambda each: each.weight, default=None) for needles in possible}
    if None in best or len(best) > _MOST:
        return []
    together = reduce(_united, filter(None, best), _NEVER)
    return [together] if len(together.texts) <= _MOST else []


def _united(one: Needles, other: Needles) -> Needles:
    folded = one.folded or other.folded
    texts = {each.lower() if folded else each for each in one.texts | other.texts}
    shortest = frozenset(each for each in texts if not any(text != each and text in each for text in texts))
    return Needles(shortest, one.escapes | other.escapes, folded, min(one.weight, other.weight))
