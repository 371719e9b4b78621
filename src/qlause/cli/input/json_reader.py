"""JSON: arrays of objects, objects one after another, and objects that hold the records, in a stream of any size.

Here a stream is only cut into the texts of its values, by strings and brackets. orjson decodes each text, as it does
for NDJSON, so that both formats mean the same. Memory holds one document. Most elements of arrays need not be cut out
byte by byte: see :mod:`.array_elements`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Generator, Iterator
from typing import Final

from ...errors import shorten
from ...syntax.lexical import keys_text
from .array_elements import ArrayElements
from .byte_stream import BUFFER_SIZE, MAX_DOCUMENT_SIZE
from .json_codec import JsonError, decode_json
from .reader import Document, ElementText, LocatedDocument, LocatedDocuments, ReadContext, expected_an_object

__all__ = ["is_one_object", "read_json", "split_objects"]

_BLANKS: Final = re.compile(rb"[ \t\r\n]*+")
_STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_NO_BRACKETS: Final = rb'[^"\[\]{}]++|' + _STRING


def _balanced(depth: int) -> bytes:
    """A pattern of what one step skips: strings, other text, and what brackets enclose down to that depth."""
    nested = rb"|[\[{]" + _balanced(depth - 1) + rb"[\]}]" if depth else b""
    return b"(?:" + _NO_BRACKETS + nested + b")*+"


_BALANCED: Final = re.compile(_balanced(3), re.DOTALL)
_SCALAR: Final = re.compile(_STRING + rb'|[^ \t\r\n"\[\]{},]++', re.DOTALL)
_CHUNK_SIZE: Final = 1 << 16  # larger chunks do not stay in a processor's cache
_MAX_DEPTH: Final = 1024  # orjson decodes no deeper
_QUOTE, _COMMA, _COLON, _OPEN_ARRAY, _CLOSE_ARRAY, _OPEN_OBJECT, _CLOSE_OBJECT = b'",:[]{}'
_RECORD_SEPARATOR: Final = 0x1E  # begins each text of a JSON text sequence (RFC 7464)
_OPENING_BRACKETS: Final = b"[{"


class _UnreadableError(Exception):
    """The stream cannot be read any further than ``line`` (None: than its present position)."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line


def read_json(stream: io.BufferedIOBase, context: ReadContext, records: tuple[str, ...] = ()) -> LocatedDocuments:
    """The objects that match, in a stream of arrays and objects. Invalid JSON ends the stream.

    ``records`` is the path from each outermost object to the array that holds the documents.
    """
    scanner = _Scanner(stream)
    elements = ArrayElements(context.prefilter)
    try:
        while (first := scanner.next_byte()) is not None:
            if first == _RECORD_SEPARATOR:
                scanner.skip_byte()
            elif first == _OPEN_ARRAY or records:
                yield from _records(scanner, context, records, elements)
            else:
                yield from _object(scanner, context)
    except _UnreadableError as error:
        context.report(error.line or scanner.line_number, str(error))


def is_one_object(text: bytes) -> bool:
    """Whether the text is one whole object or array, perhaps with blanks around it."""
    scanner = _Scanner(io.BytesIO(text))
    try:
        scanner.next_byte()
        scanner.take_value()
        return scanner.next_byte() is None
    except _UnreadableError:
        return False


def split_objects(text: bytes) -> list[tuple[bytes, Document]] | None:
    """The objects that a text consists of, each with its text; None if there is anything else."""
    scanner = _Scanner(io.BytesIO(text))
    parts: list[tuple[bytes, Document]] = []
    try:
        while scanner.next_byte() is not None:
            part = scanner.take_value()
            document = decode_json(part)
            if type(document) is not dict:
                return None
            parts.append((part, document))
    except (_UnreadableError, JsonError):
        return None
    return parts


def _records(
    scanner: _Scanner, context: ReadContext, path: tuple[str, ...], elements: ArrayElements
) -> LocatedDocuments:
    """The documents at a path of the value that comes next. Arrays on the way are entered."""
    first = scanner.next_byte()
    if first == _OPEN_ARRAY:
        for _ in scanner.items(_CLOSE_ARRAY):
            if path and scanner.next_byte() != _OPEN_ARRAY:  # an array in an array is not entered
                yield from _records(scanner, context, path, elements)
                continue
            if not (yield from _elements(scanner, context, elements)):
                yield from _object(scanner, context)
                elements.learn(scanner.text, scanner.position)
    elif not path or first != _OPEN_OBJECT:
        yield from _object(scanner, context)
    else:
        line_number, is_there = scanner.line_number, False
        for _ in scanner.items(_CLOSE_OBJECT):
            if scanner.take_key() == path[0]:
                is_there = True
                yield from _records(scanner, context, path[1:], elements)
            else:
                scanner.next_byte()
                scanner.take_value()
        if not is_there:
            context.report(line_number, f"the object has no {shorten(keys_text(path))} with records")


def _elements(
    scanner: _Scanner, context: ReadContext, elements: ArrayElements
) -> Generator[LocatedDocument, None, bool]:
    """The objects that match, of those at the next byte that can be cut out together. Returns whether there are any."""
    if scanner.next_byte() != _OPEN_OBJECT:
        return False
    first = scanner.position
    watch, matches = context.watch, context.matches
    may_skip = watch is None or not watch.unseen  # a field that was not seen yet may be in any document
    for start, text, document in elements.take(scanner.text, scanner.position, may_skip):
        if watch is not None and watch.unseen:
            watch.look_at_document(document)
        if matches(document):
            scanner.position = start
            yield scanner.line_number, ElementText(text), document
    scanner.position = elements.end
    return elements.end > first


def _object(scanner: _Scanner, context: ReadContext) -> LocatedDocuments:
    if scanner.next_byte() is None:
        raise _UnreadableError("the file ends inside an array")
    line_number = scanner.line_number
    text = scanner.take_value()
    try:
        value = decode_json(text)
    except JsonError as error:
        raise _UnreadableError(error.reason, line_number + error.line - 1) from error
    if type(value) is not dict:
        context.report(line_number, expected_an_object(value))
        return
    if context.watch is not None and context.watch.unseen:
        context.watch.look_at_document(value)
    if context.matches(value):
        yield line_number, ElementText(text), value


class _Scanner:
    """Cuts a stream into JSON texts."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream
        self.text = b""
        """What was read from the stream and is not left behind yet."""
        self.position = 0
        """Where in the text the next byte is."""
        self._line_number = 1
        self._counted = 0
        """The position up to which line ends are counted."""
        self._next_line_end = -1
        """The position of the first line end that is not counted; before ``_counted``: not known."""

    @property
    def line_number(self) -> int:
        """The line of the present position, from 1."""
        if self._next_line_end < self._counted:
            self._next_line_end = self.text.find(b"\n", self._counted)
            if self._next_line_end < 0:
                self._next_line_end = len(self.text)
        if self._next_line_end < self.position:
            self._line_number += self.text.count(b"\n", self._counted, self.position)
            self._counted = self.position
        return self._line_number

    def next_byte(self) -> int | None:
        """Skip blanks and return the next byte without taking it; None at the end."""
        while True:
            self.position = _BLANKS.match(self.text, self.position).end()  # type: ignore[union-attr]  # always matches
            if self.position < len(self.text):
                return self.text[self.position]
            if not self._read_more():
                return None

    def skip_byte(self) -> None:
        """Move past the next byte."""
        self.position += 1

    def items(self, closing: int) -> Iterator[None]:
        """Stop at each element or member of the array or object that begins at the next byte; the caller takes it."""
        kind = "array" if closing == _CLOSE_ARRAY else "object"
        self.skip_byte()
        following = self.next_byte()
        if following != closing:
            yield
            while (following := self.next_byte()) == _COMMA:
                self.skip_byte()
                yield
            if following != closing:
                raise _UnreadableError(f"expected a comma or the end of the {kind}")
        self.skip_byte()

    def take_key(self) -> str:
        """The key of the member that begins at the next byte. The position is then at its value."""
        if self.next_byte() != _QUOTE:
            raise _UnreadableError("expected a key in quotes")
        try:
            key: str = decode_json(self.take_value())
        except JsonError as error:
            raise _UnreadableError(error.reason) from error
        if self.next_byte() != _COLON:
            raise _UnreadableError("expected a colon")
        self.skip_byte()
        return key

    def take_value(self) -> bytes:
        """The text of the value that begins at the next byte."""
        if self.position == len(self.text):
            raise _UnreadableError("expected a value")
        is_nested = self.text[self.position] in _OPENING_BRACKETS
        length = self._nested_length() if is_nested else self._scalar_length()
        start = self.position
        self.position += length
        return self.text[start : self.position]

    def _nested_length(self) -> int:
        length = depth = 1
        while True:
            end = _BALANCED.match(self.text, self.position + length).end()  # type: ignore[union-attr]  # always matches
            length = end - self.position
            if end == len(self.text) or self.text[end] == _QUOTE:  # a string without an end so far
                self._require_more("the object or array that begins here has no end")
                continue
            depth += 1 if self.text[end] in _OPENING_BRACKETS else -1
            length += 1
            if depth == 0:
                return length
            if depth > _MAX_DEPTH:
                raise _UnreadableError(f"nested in more than {_MAX_DEPTH} levels")

    def _scalar_length(self) -> int:
        while True:
            match = _SCALAR.match(self.text, self.position)
            is_string = self.text[self.position] == _QUOTE
            if match is None and not is_string:
                raise _UnreadableError("expected a value")
            if match is not None and (is_string or match.end() < len(self.text) or not self._read_more()):
                return match.end() - match.start()
            if match is None:
                self._require_more("the string that begins here has no end")

    def _require_more(self, problem: str) -> None:
        if len(self.text) - self.position > MAX_DOCUMENT_SIZE:
            raise _UnreadableError(f"the document is larger than {MAX_DOCUMENT_SIZE >> 20} MiB")
        if not self._read_more():
            raise _UnreadableError(problem)

    def _read_more(self) -> bool:
        """Read on, and forget what is before the position; False at the end.

        A long text grows in large steps, because a string without an end is scanned again after each.
        """
        self._line_number = self.line_number
        rest = self.text[self.position :]
        chunks = [rest]
        wanted = len(rest) // 4 if len(rest) > BUFFER_SIZE else 1
        while wanted > 0 and (chunk := self._stream.read1(_CHUNK_SIZE)):
            chunks.append(chunk)
            wanted -= len(chunk)
        self.text, self.position, self._counted, self._next_line_end = b"".join(chunks), 0, 0, -1
        return len(chunks) > 1
