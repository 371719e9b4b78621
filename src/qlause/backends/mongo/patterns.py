r"""Texts as regular expressions of MongoDB: escaped literals, the fold as character classes, and no options.

The patterns use only what PCRE2, RE2 and, apart from ``\z``, Python's ``re`` have in common. They end in ``\z``
because ``$`` also matches before a line feed at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from ...bound.param import Deferred, Param, compute, require_values
from ...errors import UnsupportedError
from ...values.datetimes import SECONDS, instant_key, second_of
from ...values.fold import unfold

__all__ = [
    "INSTANT",
    "Pattern",
    "any_pattern",
    "contains",
    "end_of",
    "equal_folded",
    "equal_instants",
    "is_whole_second",
    "within_second",
]

_LONGEST: Final = 32_764  # bytes of a pattern that MongoDB takes
_LARGEST: Final = (
    60_000  # units of a compiled pattern; PCRE takes 65,535 where its links have two bytes, as MongoDB's do
)
_TOKEN: Final = re.compile(r"\[([^]]*)\]|\{[0-9,]*\}|\(\?:|\\.|.", re.DOTALL)
_UNITS: Final = {"(?:": 3, ")": 3, "|": 3, "?": 4, "^": 1, r"\z": 1}
_SPECIAL: Final = frozenset("\\^$.|?*+()[]{}")
_FRACTION_DIGITS: Final = 9
_END: Final = r"\z"
_UTC: Final = "(?:Z|[+-]00:00)"


class Pattern(NamedTuple):
    """A regular expression, and where it is known, a wider one that matches everything that this one matches."""

    text: str | Deferred
    wider: str | None = None


_INSTANT: Final = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
    rf"(?:\.[0-9]{{1,{_FRACTION_DIGITS}}})?{_UTC}{_END}"
)
INSTANT: Final = Pattern(_INSTANT)
"""Text of the kind ``instant_text``."""


def contains(text: str | Deferred, *, starts: bool, ends: bool, folded: bool) -> Pattern:
    """Strings that contain a text. With ``folded``, the text is folded already and the strings are compared so."""
    return Pattern(compute(_contains, text, starts, ends, folded))


def _contains(text: str, starts: bool, ends: bool, folded: bool) -> str:
    return _checked(f"{'^' * starts}{_escaped(text, folded)}{_END * ends}")


def equal_folded(texts: Sequence[Any]) -> list[Pattern]:
    """Strings whose fold is one of the folded texts: one of the patterns matches.

    How many patterns a list takes depends on its texts.
    """
    if len(texts) == 1:
        return [Pattern(compute(_equal_folded, *texts))]
    return [Pattern(text) for text in _folded_patterns(*require_values(texts))]


def _equal_folded(text: str) -> str:
    return _alternation([_escaped(text, folded=True)])


def _folded_patterns(*texts: str) -> list[str]:
    """As few patterns as their greatest length and compiled size allow."""
    frame = f"^(?:){_END}"
    groups: list[list[str]] = []
    length = units = 0
    for text in texts:
        escaped = _escaped(text, folded=True)
        size, compiled = len(escaped.encode()) + 1, _units(escaped) + _UNITS["|"]
        if not groups or length + size > _LONGEST or units + compiled > _LARGEST:
            groups.append([])
            length, units = len(frame), _units(frame)
        groups[-1].append(escaped)
        length += size
        units += compiled
    return [_alternation(group) for group in groups]


def equal_instants(instants: Iterable[Any]) -> list[Pattern]:
    """Texts of the kind ``instant_text`` that name one of the instants: one of the patterns matches."""
    return [Pattern(compute(_equal_instant, compute(instant_key, instant)), _INSTANT) for instant in instants]


def _equal_instant(key: str) -> str:
    return f"^{second_of(key)}{_equal(_digits_of(key))}{_UTC}{_END}"


def within_second(comparator: str, key: str | Deferred) -> Pattern:
    """Texts in the same second as an instant, given by its key, that compare so with it.

    There must be some: none is less than a whole second.
    """
    return Pattern(compute(_within_second, comparator, key), _INSTANT)


def _within_second(comparator: str, key: str) -> str:
    return f"^{second_of(key)}(?:{_fractions(comparator, _digits_of(key))}){_UTC}{_END}"


def any_pattern(patterns: Iterable[Pattern]) -> str | Deferred:
    """A regular expression that matches what any of the patterns matches."""
    texts = [pattern.text for pattern in patterns]
    return texts[0] if len(texts) == 1 else compute(_any_of, *texts)


def _any_of(*texts: str) -> str:
    return _checked("|".join([f"(?:{text})" for text in texts]))


def _alternation(escaped: list[str]) -> str:
    return _checked(f"^{escaped[0]}{_END}" if len(escaped) == 1 else f"^(?:{'|'.join(escaped)}){_END}")


def _checked(text: str) -> str:
    if len(text.encode()) > _LONGEST or _units(text) > _LARGEST:
        raise UnsupportedError("the text makes a longer pattern than MongoDB takes", code="pattern_length")
    return text


def _units(pattern: str) -> int:
    """How large a pattern is when PCRE has compiled it, at most: a class of one letter can take 41 units.

    The older PCRE 8 makes classes of letters that PCRE2 knows to be one letter in two cases.
    """
    return sum(_class_units(token[1]) if token[1] else _token_units(token[0]) for token in _TOKEN.finditer(pattern))


def _token_units(token: str) -> int:
    return 8 if token[0] == "{" and token[1:] else _UNITS.get(token, 1 + len(token.encode()))


@lru_cache(maxsize=4_096)
def _class_units(letters: str) -> int:
    """A map of the first 256 characters, and a list of the others."""
    others = [letter for letter in letters if letter > "\xff"]
    has_map = len(others) < len(letters)
    return 5 + 32 * has_map + sum(1 + len(letter.encode()) for letter in others)


def _escaped(text: str, folded: bool) -> str:
    return "".join([_folded(character) if folded else _literal(character) for character in text])


@lru_cache(maxsize=4_096)
def _folded(character: str) -> str:
    return _class(unfold(character))


def _literal(character: str) -> str:
    if character == "\0":  # a pattern is text up to the first U+0000
        return r"\x00"
    return f"\\{character}" if character in _SPECIAL else character


def _class(characters: str) -> str:
    """One of the characters: a class, or an alternation if one is beyond the Basic Multilingual Plane."""
    if len(characters) == 1:
        return _literal(characters)
    return f"[{characters}]" if max(characters) <= "\uffff" else f"(?:{'|'.join(characters)})"


def is_whole_second(instant: datetime | str | Param) -> bool:
    """Whether an instant, or its text, has no fraction."""
    if isinstance(instant, Param):
        return instant.known == "second"
    return not instant[SECONDS:].strip(".0Z") if isinstance(instant, str) else instant.microsecond == 0


def end_of(key: str) -> str:
    """The greatest text of the second."""
    return f"{second_of(key)}Z"


def _digits_of(key: str) -> str:
    """The digits of a fraction without the zeros at its end."""
    return key[SECONDS + 1 :].rstrip("0")


@lru_cache(maxsize=256)
def _fractions(comparator: str, digits: str) -> str:
    """Fractions on that side of 0.digits. Most instants have few digits, or none."""
    alternatives = _greater(digits) if comparator in (">", ">=") else _less(digits)
    if comparator in (">=", "<="):
        alternatives.append(_equal(digits))
    return "|".join(alternatives)


def _equal(digits: str) -> str:
    """Fractions equal to 0.digits: the dot may only be missing if there are no digits."""
    zeros = _FRACTION_DIGITS - len(digits)
    return rf"\.{digits}0{{0,{zeros}}}" if digits else rf"(?:\.0{{1,{zeros}}})?"


def _greater(digits: str) -> list[str]:
    """Fractions above 0.digits: a higher digit at some position, or further digits that are not all zero."""
    alternatives = [
        rf"\.{digits[:position]}{_digits(int(digit) + 1, 9)}[0-9]{{0,{_FRACTION_DIGITS - 1 - position}}}"
        for position, digit in enumerate(digits)
        if digit != "9"
    ]
    further = range(_FRACTION_DIGITS - len(digits))
    alternatives += [
        rf"\.{digits}{'0' * zeros}[1-9][0-9]{{0,{_FRACTION_DIGITS - 1 - len(digits) - zeros}}}" for zeros in further
    ]
    return alternatives


def _less(digits: str) -> list[str]:
    """Fractions below 0.digits: a lower digit at some position, or an end before the last digit, which is not 0."""
    if not digits:
        return []
    alternatives = ["", *(rf"\.{digits[:length]}" for length in range(1, len(digits)))]
    alternatives += [
        rf"\.{digits[:position]}{_digits(0, int(digit) - 1)}[0-9]{{0,{_FRACTION_DIGITS - 1 - position}}}"
        for position, digit in enumerate(digits)
        if digit != "0"
    ]
    return alternatives


def _digits(low: int, high: int) -> str:
    return str(low) if low == high else f"[{low}-{high}]"
