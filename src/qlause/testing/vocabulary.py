"""The keys, texts and numbers in queries and documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID

from dateutil.tz import tzstr
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ..syntax.lexical import segment_problem

__all__ = [
    "DATES",
    "DATE_MATH",
    "INSTANTS",
    "NATIVES",
    "OBJECT_IDS",
    "OTHER_TIMES",
    "TIMES",
    "UUIDS",
    "VOCABULARY",
    "Vocabulary",
    "any_text",
    "exact_numbers",
    "mostly",
]

_T = TypeVar("_T")

_COMMON_KEYS: Final = ("a", "a", "b")
_ODD_KEYS: Final = (
    *("c", "é", "e\u0301", "İ", "\u212a", "名", "😀", "ς", "a\u200db", "1a", "a-b", "_id", "A"),
    *("a.b", "a b", 'a"b', "\\", "'", "$", "$a", "%", "_", "*", "[0]", "~", ":", "-x", "a\nb", "\x7f", "\u00a0", "#"),
    *("AND", "OR", "NOT", "null", "exists", "true", "now", "compoundLogicalQuery", "__class__", "id", "items", "get"),
)
_KEY_PIECES: Final = (
    '"',
    "\\",
    " ",
    "'",
    "`",
    "/",
    ".",
    "$",
    "*",
    "é",
    "\x01",
    "\t",
    "\x1f",
    "\x7f",
    "a",
    "b",
    "😀",
    ",",
    "u0022",
)
"""Keys are also put together of what a JSON text escapes, what paths are written with, and letters."""
_COMMON_TEXTS: Final = ("a", "A", "ab")
_ODD_TEXTS: Final = (
    *(
        "",
        "b",
        "ba",
        "aB",
        "a b",
        "b a",
        "a ",
        " a",
        "20",
        "1.0",
        "0668",
        "true",
        "false",
        "null",
        "exists",
        "AND",
        "c",
    ),
    *("İ", "i", "I", "ı", "i\u0307", "ς", "σ", "Σ", "ΑΣ", "ας", "ß", "ẞ", "ss", "K", "k", "\u212a", "s", "ſ", "S"),
    *("é", "É", "e\u0301", "e", "ǅ", "ǆ", "Ǆ", "ﬀ", "ff", "ÿ", "Ÿ", "😀", "😁", "𐐀", "𐐨", "Ꭰ", "ꭰ", "\u0301"),
    *("%", "_", "a%", "%a", "a_", "\\", "\\%", "\\\\", "'", "''", '"', '"a"', "$", "^", "^a", "a$", "*", ".*", "[a]"),
    *("(", ")", ",", "a,b", "~", "~a", ">1", "=", "!", ":", "a:1", "a\nb", "a\tb", "\x01", "\x7f", "\u00a0", "\u2028"),
    *("now", "now-7d", "-", "--", ";", "?", "{}", "${a}", "\ufeff", "\U0010ffff", "\ufffe", "NaN", "Infinity"),
)
_TEXT_PIECES: Final = (
    *("a", "b", "A", "ab", "yz", "İ", "ı", "ς", "Σ", "ß", "ẞ", "\u212a", "ſ", "é", "e\u0301", "ǅ", "ﬀ", "😀", "𐐀", "Ꭰ"),
    *("Ⱥ", "ⱥ", "Ⱦ", "ⱦ", "%", "_", "\\", "'", " ", "\n", "\x01", "\u2028", "\U0010ffff"),
)
"""Longer texts are put together of these, so that an awkward letter also stands before, between and behind others."""
_NUMBERS: Final = (1, 2, 20, 0, -1, 1.5, -0.5, 0.25, 7, 1000, 2**31, -(2**31) - 1, 2**53 - 1, -(2**53 - 1), 2.0**60)

INSTANTS: Final = (
    "2019-01-06T10:29:30.602Z",
    "2019-01-06T10:29:30Z",
    "2019-01-06T00:00:00Z",
    "2019-01-06T10:29:30.602001Z",
    "2019-01-07T00:00:00.000Z",
    "2020-02-29T23:59:59.999999Z",
    "2019-10-27T00:30:00Z",
    "1969-12-31T23:59:59.5Z",
    "2019-01-06T10:29:30.602+00:00",
    "2019-01-06T10:29:30-00:00",
    "9999-12-31T12:00:00Z",
)
"""Instants as text, in the form of a date-time field without a declared storage."""
OTHER_TIMES: Final = (
    "2019-01-06T12:29:30.602+02:00",
    "2019-01-06T10:29:30+01:00",
    "2019-01-06T10:29:30-01:00",
    "2019-01-06T10:29:30",
    "2019-01-06T10:29:30.602",
    "2019-01-06T10:29:30.6020000000Z",
    "2019-01-06T10:29:31z",
    "2019-01-06T10:29:30Zulu",
    "2019-13-32T25:61:61Z",
    "2019-01-06T10:29",
    "2019-01-06 10:29:30",
)
"""Texts that begin like an instant and are none, or of no real day."""
DATE_MATH: Final = ("now", "now-7d", "now+1M", "now-1y/d", "now/w", "now-90m/h", "now+3s", "now/M-1s", "now-2w/y")
"""Date math."""
DATES: Final = ("2019-01-06", "2019-01-07", "2020-02-29", "1969-12-31", "9999-12-31")
TIMES: Final = ("10:29:30", "10:29:30.602000", "00:00:00", "23:59:59.999999", "10:29:31")
UUIDS: Final = ("123e4567-e89b-12d3-a456-426614174000", "00000000-0000-0000-0000-000000000000")
OBJECT_IDS: Final = ("5c33a1b2c3d4e5f60718293a", "000000000000000000000000")
_PARIS: Final = tzstr("CET-1CEST,M3.5.0,M10.5.0/3")  # a rule instead of a name needs no zone data
_NATIVE_INSTANTS: Final = (
    *(datetime.fromisoformat(text) for text in INSTANTS),
    datetime(2019, 1, 6, 10, 29, 30, 602000),  # a naive one is UTC
    datetime(2019, 1, 6, 12, 29, 30, 602000, timezone(timedelta(hours=2))),
    datetime(2019, 1, 6, 23, 30, tzinfo=timezone(timedelta(hours=-5))),
    datetime(2019, 10, 27, 2, 30, tzinfo=_PARIS),  # the first of two: 00:30 UTC
    datetime(2019, 10, 27, 2, 30, tzinfo=_PARIS, fold=1),
    datetime(2019, 1, 6, tzinfo=UTC),
)
_NATIVE_OTHERS: Final = (
    *map(date.fromisoformat, DATES),
    *map(time.fromisoformat, TIMES),
    *map(UUID, UUIDS),
    *map(Decimal, ("1", "1.0", "1.50", "0.1", "20", "-0.5", "9007199254740993")),
)
NATIVES: Final[tuple[Any, ...]] = (*_NATIVE_INSTANTS, *_NATIVE_OTHERS)
"""Native date-times (naive, in UTC, with an offset, in an hour that a zone has twice), dates, times, UUIDs and
Decimals."""


@st.composite
def mostly(draw: DrawFn, common: SearchStrategy[_T], rare: SearchStrategy[_T], one_in: int) -> _T:
    """Draw from the common strategy, one time in ``one_in`` from the rare one. Shrinks towards the common one."""
    return draw(rare) if draw(st.integers(1, one_in)) == one_in else draw(common)


def any_text(*, min_size: int = 0, max_size: int = 8) -> SearchStrategy[str]:
    """Any text that a document can hold (rule 1): Unicode without U+0000 and without surrogates.

    Args:
        min_size: The smallest number of characters.
        max_size: The largest number of characters.

    Returns:
        A strategy for texts.

    Example:
        >>> @given(any_text())
        ... def test_any_text_can_be_encoded(text):
        ...     assert text.encode().decode() == text
        >>> test_any_text_can_be_encoded()

    """
    characters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
    return st.text(characters, min_size=min_size, max_size=max_size)


def exact_numbers() -> SearchStrategy[int | float]:
    """Numbers that every engine stores and compares exactly: integers up to ±(2^53 - 1) and eighths of integers.

    Returns:
        A strategy for numbers.

    Example:
        >>> @given(exact_numbers())
        ... def test_a_double_holds_every_number(number):
        ...     assert float(number) == number
        >>> test_a_double_holds_every_number()

    """
    eighths = st.integers(-8000, 8000).map(lambda number: number / 8)
    return st.one_of(st.integers(-(2**53) + 1, 2**53 - 1), eighths.filter(lambda number: not number.is_integer()))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What keys, texts and numbers are drawn from.

    Queries and documents match often only if both use the same vocabulary. If an engine cannot hold a key or a value,
    take it out of the vocabulary for both.

    Args:
        keys: Keys that a path can name: not empty, not only digits (rule 2).
        texts: Strings in documents and queries, the empty one perhaps among them.
        numbers: Finite numbers, no booleans.

    Example:
        >>> keys = VOCABULARY.keys.filter(lambda key: "." not in key and not key.startswith("$"))
        >>> for_mongodb = replace(VOCABULARY, keys=keys)
        >>> @given(sorts(vocabulary=for_mongodb))
        ... def test_mongodb_sorts_by_every_path(sort):
        ...     mongo.sort(sort)
        >>> test_mongodb_sorts_by_every_path()

    """

    keys: SearchStrategy[str]
    texts: SearchStrategy[str]
    numbers: SearchStrategy[int | float]


def _sampled(common: Sequence[_T], odd: Sequence[_T], free: SearchStrategy[_T], one_in: int) -> SearchStrategy[_T]:
    """The common ones; one time in ``one_in`` odd ones, and half of these times any."""
    return mostly(st.sampled_from(common), mostly(st.sampled_from(odd), free, 2), one_in)


def _composed(pieces: Sequence[str], max_size: int) -> SearchStrategy[str]:
    return st.lists(st.sampled_from(pieces), min_size=1, max_size=max_size).map("".join)


_KEYS: Final = (_composed(_KEY_PIECES, 3) | any_text(min_size=1)).filter(lambda key: not segment_problem(key))
VOCABULARY: Final = Vocabulary(
    keys=_sampled(_COMMON_KEYS, _ODD_KEYS, _KEYS, 12),
    texts=_sampled(
        _COMMON_TEXTS,
        (*_ODD_TEXTS, *INSTANTS, *INSTANTS, *OTHER_TIMES, *DATES, *TIMES, *UUIDS, *OBJECT_IDS),
        _composed(_TEXT_PIECES, 5) | any_text(),
        3,
    ),
    numbers=_sampled(_NUMBERS[:2], _NUMBERS, exact_numbers(), 4),
)
"""The vocabulary of all strategies by default: a few keys and values most of the time, odd ones now and then."""
