"""A stream of JSON cut into documents: the elements of arrays, and objects that follow one another.

Only where a value ends is found here, by strings and brackets; what stands in it is read by the one decoder that reads
NDJSON too, so that both mean the same. Memory holds one document.
"""

from __future__ import annotations

import io
import re
from typing import Final

from .decoding import NotJsonError, decode, exact
from .records import Records, Report, kind_of
from .streams import LONGEST, PIECE

__all__ = ["ends_open", "json_records"]

_BLANKS: Final = re.compile(rb"[ \t\r\n]*+")
_STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_FLAT: Final = re.compile(rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+", re.DOTALL)
_SCALAR: Final = re.compile(_STRING + rb'|[^ \t\r\n"\[\]{},]++', re.DOTALL)
_QUOTE, _COMMA, _OPEN_ARRAY, _CLOSE_ARRAY = b'",[]'
_OPENING: Final = b"[{"


class _BrokenError(Exception):
    """From here on the stream cannot be read."""


def json_records(stream: io.BufferedIOBase, report: Report) -> Records:
    """The objects in a stream of arrays and objects. A broken place ends it."""
    scanner = _Scanner(stream)
    try:
        while (first := scanner.next_byte()) is not None:
            if first == _OPEN_ARRAY:
                scanner.skip()
                yield from _elements(scanner, report)
            else:
                yield from _object(scanner, report)
    except _BrokenError as broken:
        report(scanner.line, str(broken))


def ends_open(text: bytes) -> bool:
    """Whether an object or array that begins in the text does not end in it."""
    scanner = _Scanner(io.BytesIO(text))
    try:
        scanner.next_byte()
        scanner.take()
    except _BrokenError:
        return True
    return False


def _elements(scanner: _Scanner, report: Report) -> Records:
    if scanner.next_byte() != _CLOSE_ARRAY:
        yield from _object(scanner, report)
        while (following := scanner.next_byte()) == _COMMA:
            scanner.skip()
            yield from _object(scanner, report)
        if following != _CLOSE_ARRAY:
            raise _BrokenError("a comma or the end of the array is missing here")
    scanner.skip()


def _object(scanner: _Scanner, report: Report) -> Records:
    if scanner.next_byte() is None:
        raise _BrokenError("the file ends inside an array")
    line = scanner.line
    text = scanner.take()
    try:
        value = exact(text, decode(text))
    except NotJsonError as error:
        scanner.line = line + error.line - 1
        raise _BrokenError(error.reason) from error
    if type(value) is dict:
        yield line, None, value
    else:
        report(line, f"{kind_of(value)}, not an object")


class _Scanner:
    """What is left of a stream. ``line`` is the line in which it goes on, from 1."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self.line = 1
        self._stream = stream
        self._text = bytearray()

    def next_byte(self) -> int | None:
        """The next byte that is no blank; None at the end."""
        while True:
            self._drop(_BLANKS.match(self._text).end())  # type: ignore[union-attr]  # it matches no blanks too
            if self._text:
                return self._text[0]
            if not self._more():
                return None

    def skip(self) -> None:
        """Go on behind the next byte."""
        self._drop(1)

    def take(self) -> bytes:
        """The value that begins at the next byte."""
        end = self._end_of_nested() if self._text[0] in _OPENING else self._end_of_scalar()
        value = bytes(self._text[:end])
        self._drop(end)
        return value

    def _end_of_nested(self) -> int:
        end = depth = 0
        while True:
            end = _FLAT.match(self._text, end).end()  # type: ignore[union-attr]  # it matches nothing too
            if end == len(self._text) or self._text[end] == _QUOTE:  # a string that is not all there
                self._need_more("an object or array that begins here has no end")
                continue
            depth += 1 if self._text[end] in _OPENING else -1
            end += 1
            if depth == 0:
                return end

    def _end_of_scalar(self) -> int:
        while True:
            found = _SCALAR.match(self._text)
            if found is None and self._text[0] != _QUOTE:
                raise _BrokenError("a value is missing here")
            if found is not None and (self._text[0] == _QUOTE or found.end() < len(self._text)):
                return found.end()
            if found is not None and not self._more():
                return found.end()
            if found is None:
                self._need_more("a string that begins here has no end")

    def _need_more(self, problem: str) -> None:
        if len(self._text) > LONGEST:
            raise _BrokenError(f"a document of more than {LONGEST >> 20} MiB")
        if not self._more():
            raise _BrokenError(problem)

    def _more(self) -> bool:
        """Read on. A long text grows in large steps, because a string that is not all there is scanned again."""
        before = len(self._text)
        while piece := self._stream.read1(PIECE):
            self._text += piece
            if len(self._text) < 4 * PIECE or len(self._text) >= before + before // 4:
                break
        return len(self._text) > before

    def _drop(self, end: int) -> None:
        if end:
            self.line += self._text.count(b"\n", 0, end)
            del self._text[:end]
