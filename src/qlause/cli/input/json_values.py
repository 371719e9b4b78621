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
_OTHER: Final = rb'[^"\[\]{}]++|' + _STRING


def _passed(depth: int) -> bytes:
    """What is passed in one step: strings, what is neither string nor bracket, and brackets up to that depth."""
    nested = rb"|[\[{]" + _passed(depth - 1) + rb"[\]}]" if depth else b""
    return b"(?:" + _OTHER + nested + b")*+"


_PASSED: Final = re.compile(_passed(3), re.DOTALL)
_SCALAR: Final = re.compile(_STRING + rb'|[^ \t\r\n"\[\]{},]++', re.DOTALL)
_DEEPEST: Final = 1024  # brackets in brackets that the decoder takes
_QUOTE, _COMMA, _OPEN_ARRAY, _CLOSE_ARRAY = b'",[]'
_OPENING: Final = b"[{"


class _BrokenError(Exception):
    """From here on, or from ``line`` on, the stream cannot be read."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line


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
        report(broken.line or scanner.line, str(broken))


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
        raise _BrokenError(error.reason, line + error.line - 1) from error
    if type(value) is dict:
        yield line, None, value
    else:
        report(line, f"{kind_of(value)}, not an object")


class _Scanner:
    """What is left of a stream."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream
        self._text = b""
        self._position = 0
        self._line = 1
        self._counted = 0

    @property
    def line(self) -> int:
        """The line in which the rest of the stream begins, from 1."""
        self._line += self._text.count(b"\n", self._counted, self._position)
        self._counted = self._position
        return self._line

    def next_byte(self) -> int | None:
        """The next byte that is no blank; None at the end."""
        while True:
            self._position = _BLANKS.match(self._text, self._position).end()  # type: ignore[union-attr]  # it matches no blanks too
            if self._position < len(self._text):
                return self._text[self._position]
            if not self._more():
                return None

    def skip(self) -> None:
        """Go on behind the next byte."""
        self._position += 1

    def take(self) -> bytes:
        """The value that begins at the next byte."""
        nested = self._text[self._position] in _OPENING
        length = self._length_of_nested() if nested else self._length_of_scalar()
        start = self._position
        self._position += length
        return self._text[start : self._position]

    def _length_of_nested(self) -> int:
        length = depth = 1
        while True:
            end = _PASSED.match(self._text, self._position + length).end()  # type: ignore[union-attr]  # it matches nothing too
            length = end - self._position
            if end == len(self._text) or self._text[end] == _QUOTE:  # a string that is not all there
                self._need_more("an object or array that begins here has no end")
                continue
            depth += 1 if self._text[end] in _OPENING else -1
            length += 1
            if depth == 0:
                return length
            if depth > _DEEPEST:
                raise _BrokenError("nested too deeply")

    def _length_of_scalar(self) -> int:
        while True:
            found = _SCALAR.match(self._text, self._position)
            begins_text = self._text[self._position] == _QUOTE
            if found is None and not begins_text:
                raise _BrokenError("a value is missing here")
            if found is not None and (begins_text or found.end() < len(self._text) or not self._more()):
                return found.end() - found.start()
            if found is None:
                self._need_more("a string that begins here has no end")

    def _need_more(self, problem: str) -> None:
        if len(self._text) - self._position > LONGEST:
            raise _BrokenError(f"a document of more than {LONGEST >> 20} MiB")
        if not self._more():
            raise _BrokenError(problem)

    def _more(self) -> bool:
        """Read on. A long text grows in large steps, because a string that is not all there is scanned again."""
        self._line = self.line
        left = self._text[self._position :]
        pieces = [left]
        wanted = len(left) // 4 if len(left) > PIECE else 1
        while wanted > 0 and (piece := self._stream.read1(PIECE)):
            pieces.append(piece)
            wanted -= len(piece)
        self._text, self._position, self._counted = b"".join(pieces), 0, 0
        return len(pieces) > 1
