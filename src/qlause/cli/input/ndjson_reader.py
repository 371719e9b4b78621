"""NDJSON: one object on each line, or several one after another."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Final

import orjson

from .byte_stream import MAX_DOCUMENT_SIZE, ByteStream
from .json_codec import JsonError, decode_json
from .line_prefilter import LinePrefilter, LineSpan
from .reader import LocatedDocuments, ReadContext, Report, expected_an_object

__all__ = ["read_ndjson"]

_LINE_END: Final = b"\n"


def read_ndjson(stream: ByteStream, context: ReadContext) -> LocatedDocuments:
    """The documents that match.

    Invalid lines are reported; those that the prefilter rules out only if they do not begin and end like an object.
    """
    report, matches, prefilter, watch = context.report, context.matches, context.prefilter, context.watch
    blocks = _LineBlocks(stream, report)
    line_prefilter = LinePrefilter(prefilter) if prefilter is not None and prefilter.conditions else None
    loads = orjson.loads
    for block in blocks:
        if watch is not None and watch.unseen:
            watch.look_at_lines(block)
        spans = None if line_prefilter is None else line_prefilter.lines_to_parse(block)
        number = blocks.line_number
        lines = enumerate(io.BytesIO(block), number) if spans is None else _numbered_lines(block, spans, number)
        for number, line in lines:
            try:
                document = loads(line)
            except orjson.JSONDecodeError:
                if not line.isspace():
                    yield from _several_objects(number, line, context)
                continue
            if type(document) is not dict:
                report(number, expected_an_object(document))
            elif matches(document):
                yield number, line, document
        if spans is None:
            blocks.line_number = number + 1
        else:
            blocks.line_number = number + block.count(_LINE_END, spans[-1][0] if spans else 0)


def _several_objects(number: int, line: bytes, context: ReadContext) -> LocatedDocuments:
    """The objects of a line that is no JSON text: all of them, or the line is reported."""
    from .json_reader import split_objects

    parts = split_objects(line)
    if parts is None:
        context.report(number, _problem(line))
        return
    for text, document in parts:
        if context.matches(document):
            yield number, text, document


def _numbered_lines(block: bytes, spans: Iterable[LineSpan], number: int) -> Iterator[tuple[int, bytes]]:
    """Some lines of a block, each with its number; ``number`` is that of the block's first line."""
    counted = 0
    for start, end in spans:
        number += block.count(_LINE_END, counted, start)
        counted = start
        yield number, block[start:end]


class _LineBlocks:
    """A stream cut into blocks of whole lines. A line that is too long is reported and skipped."""

    def __init__(self, stream: ByteStream, report: Report) -> None:
        self.line_number = 1
        """The number of the next block's first line. Whoever takes a block adds the number of its lines."""
        self._stream = stream
        self._report = report

    def __iter__(self) -> Iterator[bytes]:
        """What each read returns up to its last line end. Only the beginning of a line is held until the next read."""
        begun: list[bytes] = []
        size = 0
        while chunk := self._stream.read_chunk():
            start, end = 0, chunk.rfind(_LINE_END) + 1
            if end:
                if size:
                    start = chunk.find(_LINE_END) + 1
                    yield b"".join((*begun, chunk[:start]))
                    begun, size = [], 0
                if start < end:
                    yield chunk[start:end]
                chunk = chunk[end:]
            begun.append(chunk)
            size += len(chunk)
            if size > MAX_DOCUMENT_SIZE:
                self._report(self.line_number, f"the line is longer than {MAX_DOCUMENT_SIZE >> 20} MiB")
                begun = [self._skip_line()]
                size = len(begun[0])
                self.line_number += 1
        if size:
            yield b"".join(begun)

    def _skip_line(self) -> bytes:
        """Read to the next line end, and return what was read after it."""
        while chunk := self._stream.read_chunk():
            end = chunk.find(_LINE_END) + 1
            if end:
                return chunk[end:]
        return b""


def _problem(line: bytes) -> str:
    """Why a line is not JSON."""
    try:
        decode_json(line.rstrip(b"\r\n"))  # with its end the decoder would count one line more
    except JsonError as error:
        return error.reason
    raise AssertionError("the line is JSON without its line end, but was refused with it")
