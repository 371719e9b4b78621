"""JSON: arrays of objects, and objects one after another, in a stream of any size.

Here a stream is only cut into the texts of its values, by strings and brackets. orjson decodes each text, as it does
for NDJSON, so that both formats mean the same. Memory holds one document.
"""

from __future__ import annotations

import io
import re
from typing import Final

from .byte_stream import BUFFER_SIZE, MAX_DOCUMENT_SIZE
from .json_codec import JsonError, decode_json, with_exact_integers
from .reader import LocatedDocuments, ReportProblem, expected_an_object

__all__ = ["is_incomplete", "read_json"]

_BLANKS: Final = re.compile(rb"[ \t\r\n]*+")
_STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_NO_BRACKETS: Final = rb'[^"\[\]{}]++|' + _STRING


def _balanced(depth: int) -> bytes:
    """A pattern of what one step skips: strings, other text, and what brackets enclose down to that depth."""
    nested = rb"|[\[{]" + _balanced(depth - 1) + rb"[\]}]" if depth else b""
    return b"(?:" + _NO_BRACKETS + nested + b")*+"


_BALANCED: Final = re.compile(_balanced(3), re.DOTALL)
_SCALAR: Final = re.compile(_STRING + rb'|[^ \t\r\n"\[\]{},]++', re.DOTALL)
_MAX_DEPTH: Final = 1024  # orjson decodes no deeper
_QUOTE, _COMMA, _OPEN_ARRAY, _CLOSE_ARRAY = b'",[]'
_OPENING_BRACKETS: Final = b"[{"


class _UnreadableError(Exception):
    """The stream cannot be read any further than ``line`` (None: than its present position)."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line


def read_json(stream: io.BufferedIOBase, report: ReportProblem) -> LocatedDocuments:
    """The objects in a stream of arrays and objects. Invalid JSON ends the stream."""
    scanner = _Scanner(stream)
    try:
        while (first := scanner.next_byte()) is not None:
            if first == _OPEN_ARRAY:
                scanner.skip_byte()
                yield from _elements(scanner, report)
            else:
                yield from _object(scanner, report)
    except _UnreadableError as error:
        report(error.line or scanner.line_number, str(error))


def is_incomplete(text: bytes) -> bool:
    """Whether an object or array begins in the text, but does not end there."""
    scanner = _Scanner(io.BytesIO(text))
    try:
        scanner.next_byte()
        scanner.take_value()
    except _UnreadableError:
        return True
    return False


def _elements(scanner: _Scanner, report: ReportProblem) -> LocatedDocuments:
    if scanner.next_byte() != _CLOSE_ARRAY:
        yield from _object(scanner, report)
        while (following := scanner.next_byte()) == _COMMA:
            scanner.skip_byte()
            yield from _object(scanner, report)
        if following != _CLOSE_ARRAY:
            raise _UnreadableError("expected a comma or the end of the array")
    scanner.skip_byte()


def _object(scanner: _Scanner, report: ReportProblem) -> LocatedDocuments:
    if scanner.next_byte() is None:
        raise _UnreadableError("the file ends inside an array")
    line_number = scanner.line_number
    text = scanner.take_value()
    try:
        value = with_exact_integers(text, decode_json(text))
    except JsonError as error:
        raise _UnreadableError(error.reason, line_number + error.line - 1) from error
    if type(value) is dict:
        yield line_number, None, value
    else:
        report(line_number, expected_an_object(value))


class _Scanner:
    """Cuts a stream into JSON texts."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream
        self._text = b""
        """What was read from the stream and is not left behind yet."""
        self._position = 0
        self._line_number = 1
        self._counted = 0
        """The position up to which line ends are counted."""

    @property
    def line_number(self) -> int:
        """The line of the present position, from 1."""
        self._line_number += self._text.count(b"\n", self._counted, self._position)
        self._counted = self._position
        return self._line_number

    def next_byte(self) -> int | None:
        """Skip blanks and return the next byte without taking it; None at the end."""
        while True:
            self._position = _BLANKS.match(self._text, self._position).end()  # type: ignore[union-attr]  # always matches
            if self._position < len(self._text):
                return self._text[self._position]
            if not self._read_more():
                return None

    def skip_byte(self) -> None:
        """Move past the next byte."""
        self._position += 1

    def take_value(self) -> bytes:
        """The text of the value that begins at the next byte."""
        is_nested = self._text[self._position] in _OPENING_BRACKETS
        length = self._nested_length() if is_nested else self._scalar_length()
        start = self._position
        self._position += length
        return self._text[start : self._position]

    def _nested_length(self) -> int:
        length = depth = 1
        while True:
            end = _BALANCED.match(self._text, self._position + length).end()  # type: ignore[union-attr]  # always matches
            length = end - self._position
            if end == len(self._text) or self._text[end] == _QUOTE:  # a string without an end so far
                self._require_more("the object or array that begins here has no end")
                continue
            depth += 1 if self._text[end] in _OPENING_BRACKETS else -1
            length += 1
            if depth == 0:
                return length
            if depth > _MAX_DEPTH:
                raise _UnreadableError("nested too deeply")

    def _scalar_length(self) -> int:
        while True:
            match = _SCALAR.match(self._text, self._position)
            is_string = self._text[self._position] == _QUOTE
            if match is None and not is_string:
                raise _UnreadableError("expected a value")
            if match is not None and (is_string or match.end() < len(self._text) or not self._read_more()):
                return match.end() - match.start()
            if match is None:
                self._require_more("the string that begins here has no end")

    def _require_more(self, problem: str) -> None:
        if len(self._text) - self._position > MAX_DOCUMENT_SIZE:
            raise _UnreadableError(f"the document is larger than {MAX_DOCUMENT_SIZE >> 20} MiB")
        if not self._read_more():
            raise _UnreadableError(problem)

    def _read_more(self) -> bool:
        """Read on, and forget what is before the position; False at the end.

        A long text grows in large steps, because a string without an end is scanned again after each.
        """
        self._line_number = self.line_number
        rest = self._text[self._position :]
        chunks = [rest]
        wanted = len(rest) // 4 if len(rest) > BUFFER_SIZE else 1
        while wanted > 0 and (chunk := self._stream.read1(BUFFER_SIZE)):
            chunks.append(chunk)
            wanted -= len(chunk)
        self._text, self._position, self._counted = b"".join(chunks), 0, 0
        return len(chunks) > 1
