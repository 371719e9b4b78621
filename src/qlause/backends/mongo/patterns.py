r"""Texts as regular expressions of MongoDB: escaped literals, the fold as classes, and no option anywhere.

The patterns are in what PCRE2, RE2 and, but for ``\z``, Python's ``re`` have in common. The end is ``\z``, because
``$`` also matches before a line feed at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from ...errors import UnsupportedError
from ...syntax.nodes import Comparator
from ...values.datetimes import instant_key
from ...values.fold import unfold
from ..parameters.placeholder import NeedsValueError, is_known, made, sort_of

__all__ = [
    "INSTANT",
    "Pattern",
    "any_pattern",
    "contains",
    "dot_of",
    "end_of",
    "equal_folded",
    "equal_instants",
    "is_whole_second",
    "second_of",
    "within_second",
]

_LONGEST: Final = 32_764  # bytes of a pattern that MongoDB takes
_SPECIAL: Final = frozenset("\\^$.|?*+()[]{}")
_FRACTION_DIGITS: Final = 9
_SECONDS: Final = 19  # characters of an instant's text up to its seconds
_END: Final = r"\z"


class Pattern(NamedTuple):
    """A regular expression, and another one that matches all that it matches, where that is known."""

    text: str
    wider: str | None = None


INSTANT: Final = Pattern(
    rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(?:\.[0-9]{{1,{_FRACTION_DIGITS}}})?Z{_END}"
)
"""Text of the kind ``instant_text``."""


def contains(text: str, *, starts: bool, ends: bool, folded: bool) -> Pattern:
    """Strings that contain a text. With ``folded`` it is folded already, and the strings are to be."""
    return Pattern(made(_contains, text, starts, ends, folded))


def _contains(text: str, starts: bool, ends: bool, folded: bool) -> str:
    return _checked(f"{'^' * starts}{_spelled(text, folded)}{_END * ends}")


def equal_folded(texts: Sequence[str]) -> list[Pattern]:
    """Strings whose fold is one of the folded texts: any of the patterns matches."""
    if all(map(is_known, texts)):
        return [Pattern(text) for text in _folded_patterns(texts)]
    return [Pattern(made(_one_folded, *texts))]


def _one_folded(*texts: str) -> str:
    found = _folded_patterns(texts)
    if len(found) > 1:
        raise NeedsValueError
    return found[0]


def _folded_patterns(texts: Iterable[str]) -> list[str]:
    """As few patterns as MongoDB takes."""
    room = _LONGEST - len(f"^(?:){_END}")
    parts: list[list[str]] = []
    left = 0
    for text in texts:
        spelled = _spelled(text, folded=True)
        size = len(spelled.encode()) + 1
        if size > left:
            parts.append([])
            left = room
        parts[-1].append(spelled)
        left -= size
    return [_whole(part) for part in parts]


def equal_instants(instants: Iterable[datetime]) -> list[Pattern]:
    """Texts of the kind ``instant_text`` that name one of the instants: any of the patterns matches."""
    return [Pattern(made(_equal_instant, made(instant_key, instant)), INSTANT.text) for instant in instants]


def _equal_instant(key: str) -> str:
    return f"^{key[:_SECONDS]}{_equal(_digits_of(key))}Z{_END}"


def within_second(comparator: Comparator, key: str) -> Pattern:
    """Texts of the same second as an instant, given by its key, that compare so with it; there are some."""
    return Pattern(made(_within_second, comparator, key), INSTANT.text)


def _within_second(comparator: Comparator, key: str) -> str:
    return f"^{key[:_SECONDS]}(?:{_fractions(comparator, _digits_of(key))})Z{_END}"


def any_pattern(patterns: Iterable[Pattern]) -> Pattern:
    """What any of the patterns matches."""
    texts = [pattern.text for pattern in patterns]
    return Pattern(texts[0] if len(texts) == 1 else made(_any_of, *texts))


def _any_of(*texts: str) -> str:
    return _checked("|".join([f"(?:{text})" for text in texts]))


def _whole(spelled: list[str]) -> str:
    return _checked(f"^{spelled[0]}{_END}" if len(spelled) == 1 else f"^(?:{'|'.join(spelled)}){_END}")


def _checked(text: str) -> str:
    if len(text.encode()) > _LONGEST:
        raise UnsupportedError("the text makes a longer pattern than MongoDB takes", code="pattern_length")
    return text


def _spelled(text: str, folded: bool) -> str:
    return "".join([_folded(each) if folded else _literal(each) for each in text])


@lru_cache(maxsize=4_096)
def _folded(character: str) -> str:
    return _class(unfold(character))


def _literal(character: str) -> str:
    if character == "\0":  # a pattern is text up to the first U+0000
        return r"\x00"
    return f"\\{character}" if character in _SPECIAL else character


def _class(characters: str) -> str:
    """One of the characters: a class, or an alternation where one stands beyond the Basic Multilingual Plane."""
    if len(characters) == 1:
        return _literal(characters)
    return f"[{characters}]" if max(characters) <= "\uffff" else f"(?:{'|'.join(characters)})"


def is_whole_second(instant: datetime) -> bool:
    """Whether an instant has no fraction."""
    sort = sort_of(instant)
    return sort == "second" if sort else instant.microsecond == 0


def second_of(key: str) -> str:
    """What all texts of an instant's second begin with."""
    return key[:_SECONDS]


def dot_of(key: str) -> str:
    """The least text of the second with a fraction."""
    return f"{key[:_SECONDS]}."


def end_of(key: str) -> str:
    """The greatest text of the second."""
    return f"{key[:_SECONDS]}Z"


def _digits_of(key: str) -> str:
    """The digits of a fraction without the zeros at its end."""
    return key[_SECONDS + 1 :].rstrip("0")


@lru_cache(maxsize=256)
def _fractions(comparator: Comparator, digits: str) -> str:
    """Fractions on that side of 0.digits. Most instants have few digits, or none."""
    found = _greater(digits) if comparator in (">", ">=") else _less(digits)
    if comparator in (">=", "<="):
        found.append(_equal(digits))
    return "|".join(found)


def _equal(digits: str) -> str:
    """Fractions equal to 0.digits: the dot is only left out where there are no digits."""
    zeros = _FRACTION_DIGITS - len(digits)
    return rf"\.{digits}0{{0,{zeros}}}" if digits else rf"(?:\.0{{1,{zeros}}})?"


def _greater(digits: str) -> list[str]:
    found = [
        rf"\.{digits[:place]}{_digits(int(digit) + 1, 9)}[0-9]{{0,{_FRACTION_DIGITS - 1 - place}}}"
        for place, digit in enumerate(digits)
        if digit != "9"
    ]
    longer = range(_FRACTION_DIGITS - len(digits))
    found += [
        rf"\.{digits}{'0' * zeros}[1-9][0-9]{{0,{_FRACTION_DIGITS - 1 - len(digits) - zeros}}}" for zeros in longer
    ]
    return found


def _less(digits: str) -> list[str]:
    """Fractions below 0.digits: a lower digit at some place, or an end before the last digit, which is no zero."""
    if not digits:
        return []
    found = ["", *(rf"\.{digits[:place]}" for place in range(1, len(digits)))]
    found += [
        rf"\.{digits[:place]}{_digits(0, int(digit) - 1)}[0-9]{{0,{_FRACTION_DIGITS - 1 - place}}}"
        for place, digit in enumerate(digits)
        if digit != "0"
    ]
    return found


def _digits(low: int, high: int) -> str:
    return str(low) if low == high else f"[{low}-{high}]"
