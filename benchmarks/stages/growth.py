"""How the time to parse grows from 1,024 to 16,384 characters, for good and for broken text.

Linear is 16 times. Every text is filled up to exactly the length; a broken one is broken at its very end where it can
be, so that all of it is read first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qlause

from ..measure import seconds

__all__ = ["run"]

SIZES = (1024, 2048, 4096, 8192, 16384)


def _filled(head: str, unit: str, tail: str = "") -> Callable[[int], str]:
    """A text of any length: the unit as often as it fits, and the last quoted value or word made longer."""

    def text(size: int) -> str:
        room = size - len(head) - len(tail)
        found = head + unit * (room // len(unit)) + tail
        return found + " " * (size - len(found)) if tail else found.ljust(size)

    return text


def _deep(size: int) -> str:
    """Groups 30 deep, one after the other."""
    group = "NOT (" * 15 + "a:1 OR b:2" + ")" * 15 + " "
    return (group * (size // len(group))).ljust(size)


GOOD: dict[str, Callable[[int], str]] = {
    "clauses": _filled("", 'name.first:"John S" '),
    "OR of clauses": _filled("a:1", ' OR name:~"John S"'),
    "ranges": _filled("", 'at:(>"2019-01-06T10:29:30Z" AND <=2020-01-07) '),
    "one list": _filled("code:(1", ",A", ")"),
    "a list of quoted texts": _filled('code:("a"', ',"b\\n"', ")"),
    "one quoted text": _filled('name:"', "x", '"'),
    "one phrase": _filled("name:(x", " word", ")"),
    "one word": _filled("name:", "x"),
    "deep groups": _deep,
}
BROKEN: dict[str, Callable[[int], str]] = {
    "an open quote": _filled('name:"', "x"),
    "open quotes in names": _filled("", '"a".'),
    "a bad escape at the end": _filled('name:"', "x", '\\q"'),
    "backslashes": _filled('name:"', "\\\\", '\\"'),
    "an open list": _filled("code:(1", ",1"),
    "open parentheses": _filled("", "("),
    "words without a colon": _filled("", "word "),
    "one word without a colon": _filled("", "x"),
    "names without a colon": _filled("a", ".a"),
    "a clause without a value at the end": _filled("", 'name.first:"John S" ', "b:"),
    "a phrase of keywords": _filled("a:(", "AND "),
    "a control character at the end": _filled("name:(x", " word", "\0)"),
    "an unknown escape in a deep group": _filled("(" * 30 + 'a:"', "x", '\\x"' + ")" * 30),
}


def run() -> list[dict[str, Any]]:
    """One row a shape of text: the ratio of the times of the longest and the shortest text, and whether it parsed."""
    limits = qlause.Limits(contains_length=16_384)
    rows: list[dict[str, Any]] = []
    for good, shapes in ((True, GOOD), (False, BROKEN)):
        for name, shape in shapes.items():
            times = [seconds(_parsing(shape(size), limits, good), repeats=5) for size in SIZES]
            per_character = [spent / size * 1e9 for spent, size in zip(times, SIZES, strict=True)]
            rows.append(
                {
                    "text": ("" if good else "broken: ") + name,
                    "16,384 : 1,024": round(times[-1] / times[0], 1),
                    **{f"ns/char at {size:,}": round(each, 1) for size, each in zip(SIZES, per_character, strict=True)},
                }
            )
    return rows


def _parsing(text: str, limits: qlause.Limits, good: bool) -> Callable[[], object]:
    def parse() -> object:
        try:
            return qlause.parse(text, limits=limits)
        except qlause.QlauseError as error:
            return error

    if isinstance(parse(), qlause.QlauseError) is good:
        raise AssertionError(f"{text[:60]!r}… was to {'parse' if good else 'be refused'}")
    return parse
