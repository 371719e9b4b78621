"""Elements of a JSON array, cut out of a buffer without looking at each byte here.

Where an element ends is guessed and then proven. The guess is what was between the last two elements, such as ``},{``.
The proof is that orjson decodes what is before it as one value: JSON has only one way to read it. Where the guess was
wrong, as in an array of objects inside an element, the next one is tried.

Elements that cannot match are passed over without decoding. There the proof is that strings and brackets all have ends.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Any, Final, TypeAlias

import orjson

from ...backends.python.prefilter import Condition, Prefilter
from .line_prefilter import FIRST_PERIOD, LONGEST_PERIOD, SAMPLE_SIZE, best_cascade

__all__ = ["ArrayElements", "Element"]

# With the beginning of the next element, which is often the same, and seldom so in objects inside an element.
_SEPARATOR: Final = re.compile(rb"[ \t\r\n]*,[ \t\r\n]*\{([^{}]{0,32})")
_MAX_GUESSES: Final = 64  # for the end of one element
_MAX_PROOFS: Final = 4  # for one element, or for one run of them
_RUN_SIZE: Final = 1 << 14
"""How many bytes are passed over at once. A run that is not proven is decoded."""
_COST_OF_PROOF: Final = 0.4  # where decoding costs 1
_NO_STRUCTURE: Final = bytes(byte for byte in range(256) if byte not in b'"[]{}')


Element: TypeAlias = tuple[int, bytes, Any]
"""Where an object in an array begins in the buffer, its text and what that means."""


class ArrayElements:
    """Cuts the elements of one file. The first one, and one that no guess fits, must be taken in another way."""

    def __init__(self, prefilter: Prefilter | None) -> None:
        self._separator = b""
        """What ends an element and begins the next one. Empty: not known."""
        self._to_next = 0
        """From the end of an element to the beginning of the next one."""
        self._conditions = () if prefilter is None else prefilter.conditions
        self._condition: Condition | None = None
        """What is searched for. None: all elements are decoded."""
        self._sample: list[bytes] = []
        self._period = FIRST_PERIOD
        self._bytes_left = 0
        """How much is still read before a new sample is taken."""
        self.end = 0
        """The position after the last element that was taken."""

    def learn(self, text: bytes, end: int) -> None:
        """Learn what is between two elements, from one that ends there: so much as was there each time."""
        match = _SEPARATOR.match(text, end)
        if match is None or match.end() == len(text) or text[end - 1 : end] != b"}":
            return
        seen = b"}" + match[0]
        least = len(seen) - len(match[1])
        if self._separator[:least] == seen[:least]:
            pairs = zip(self._separator, seen, strict=False)
            self._separator = seen[: sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))]
        else:
            self._separator = seen
            self._to_next = least - len(b"}{")

    def take(self, text: bytes, start: int, may_skip: bool) -> Iterator[Element]:
        """The elements of a buffer that may match, from the one that begins at ``start``, as far as the guesses fit.

        ``end`` is set before each is yielded, and at the end. ``may_skip`` says whether elements may be passed over.
        """
        self.end = start
        if not self._separator:
            return
        search = self._search(text, start) if may_skip else None
        while search is None:
            first = start
            lines = self._lines(text, start)
            for line in lines:
                try:
                    document = orjson.loads(line)
                except orjson.JSONDecodeError:  # what separates elements is inside of this one too
                    element = self._element(text, start)
                    if element is None:
                        return
                    _, line, document = element
                    line += b" " * self._to_next
                    lines.seek(start - first + len(line))
                begun, start = start, start + len(line)
                self.end = start - self._to_next
                self._bytes_left -= len(line)
                if self._bytes_left <= 0 and may_skip and self._conditions and self._is_sampled(line):
                    search = self._search(text, start)
                yield begun, line, document
                if search is not None:
                    break
            else:
                return
        yield from self._take_searched(text, start, search)

    def _take_searched(self, text: bytes, start: int, search: _Search) -> Iterator[Element]:
        """The elements that may match, and some others."""
        decoded_to = start
        while True:
            if start >= decoded_to:
                decoded_to = min(search.next_hit(start), start + _RUN_SIZE)
                self._bytes_left -= decoded_to - start
                end = self._proven_run(text, start, decoded_to)
                if end > start:
                    self.end, start = end, end + self._to_next
                    decoded_to = start
                    continue
            element = self._element(text, start)
            if element is None:
                return
            self.end = start + len(element[1])
            yield element
            start = self.end + self._to_next

    def _lines(self, text: bytes, start: int) -> io.BytesIO:
        """The text up to the last separator, with a line end in each of them, right before the next element.

        Line ends that are there become other blanks. JSON has the same meaning, or is as broken as before.
        """
        end = text.rfind(self._separator, start) + 1
        if end == 0:
            return io.BytesIO()
        separator = self._separator.replace(b"\n", b"\r")
        blanks = b"\r" * (self._to_next - 1) + b"\n"
        block = text[start:end].replace(b"\n", b"\r")
        return io.BytesIO(block.replace(separator, b"}" + blanks + separator[1 + self._to_next :]) + blanks)

    def _is_sampled(self, text: bytes) -> bool:
        """Add a text to the sample, if one is taken. Returns whether it is complete, and the condition chosen."""
        self._sample.append(text)
        if len(self._sample) < SAMPLE_SIZE:
            return False
        cascade = best_cascade(self._conditions, self._sample, _COST_OF_PROOF)
        self._condition = self._conditions[cascade[0]] if cascade else None
        self._sample = []
        self._bytes_left = self._period = min(self._period * 2, LONGEST_PERIOD)
        return True

    def _search(self, text: bytes, start: int) -> _Search | None:
        if self._bytes_left <= 0:
            self._condition = None  # until there is a new sample
        return None if self._condition is None else _Search(self._condition, text, start)

    def _element(self, text: bytes, start: int) -> Element | None:
        """The element that begins there; None if none is proven."""
        separator, find, rfind = self._separator, text.find, text.rfind
        position, proofs = start, 0
        for _ in range(_MAX_GUESSES):
            position = find(separator, position)
            if position < 0:
                return None
            position += 1
            if rfind(b"[", start, position) > rfind(b"]", start, position):  # mostly inside an array of the element
                continue
            if proofs and text.count(b"[", start, position) != text.count(b"]", start, position):
                continue
            element = text[start:position]
            try:
                return start, element, orjson.loads(element)
            except orjson.JSONDecodeError:
                proofs += 1
                if proofs == _MAX_PROOFS:
                    return None
        return None

    def _proven_run(self, text: bytes, start: int, stop: int) -> int:
        """The end of as many whole elements as are proven before ``stop``; ``start`` if none is."""
        rfind, proofs = text.rfind, 0
        position = stop
        for _ in range(_MAX_GUESSES):
            position = rfind(self._separator, start, position)
            if position < 0:
                break
            if rfind(b"[", start, position) > rfind(b"]", start, position):  # mostly inside an array of an element
                continue
            if _is_whole(text[start : position + 1]):
                return position + 1
            proofs += 1
            if proofs == _MAX_PROOFS:
                break
        return start


class _Search:
    """Finds where a condition may be met in a text."""

    def __init__(self, condition: Condition, text: bytes, start: int) -> None:
        self._hits = condition.hits(text, start)
        self._end = len(text)
        self._next = -1

    def next_hit(self, position: int) -> int:
        """The first hit that is not before a position, or the end of the text. Positions must not decrease."""
        while self._next < position:
            self._next = next(self._hits, self._end)
        return self._next


def _is_whole(text: bytes) -> bool:
    """Whether a text ends outside of all brackets and strings that begin in it, and in none of those around it.

    It must begin outside of a string. False if a string holds brackets, for then this cannot be said so fast.
    """
    if b"\\" in text:
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    # Two quotes side by side now are a string without brackets. A string with some leaves a quote on either side.
    brackets = text.translate(None, _NO_STRUCTURE).replace(b'""', b"")
    if b'"' in brackets:
        return False
    while brackets:
        length = len(brackets)
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if len(brackets) == length:
            return False
    return True
