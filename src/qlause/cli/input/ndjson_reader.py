"""NDJSON: one object on each line, or several one after another."""

from __future__ import annotations

import io
from collections.abc import Generator, Iterable, Iterator
from typing import Final, TypeAlias

import orjson

from .byte_stream import MAX_DOCUMENT_SIZE, ByteStream
from .json_codec import JsonError, decode_json
from .line_prefilter import Cascade, LinePrefilter, LineSpan, lines_to_parse
from .reader import LocatedDocument, LocatedDocuments, ReadContext, expected_an_object

__all__ = ["Block", "documents_of_blocks", "line_blocks", "read_ndjson"]

_LINE_END: Final = b"\n"


Block: TypeAlias = tuple[bytes | None, Cascade]
"""Whole lines, or None for a line that is too long, and what is searched for in them."""


def read_ndjson(stream: ByteStream, context: ReadContext) -> LocatedDocuments:
    """The documents that match.

    Invalid lines are reported; those that the prefilter rules out only if they do not begin and end like an object.
    """
    yield from documents_of_blocks(line_blocks(stream, context), context)


def line_blocks(stream: ByteStream, context: ReadContext) -> Iterator[Block]:
    """The blocks of lines that a stream consists of. The field watch looks at them."""
    prefilter, watch = context.prefilter, context.watch
    line_prefilter = LinePrefilter(prefilter) if prefilter is not None and prefilter.conditions else None
    for block in _whole_lines(stream):
        if block is not None and watch is not None and watch.unseen:
            watch.look_at_lines(block)
        yield block, line_prefilter.cascade_for(block) if block is not None and line_prefilter is not None else ()


def documents_of_blocks(blocks: Iterable[Block], context: ReadContext) -> Generator[LocatedDocument, None, int]:
    """The documents that match, of blocks that follow one another. Returns how many lines these have."""
    report, matches = context.report, context.matches
    conditions = () if context.prefilter is None else context.prefilter.conditions
    loads = orjson.loads
    next_number = 1
    for block, cascade in blocks:
        number = next_number
        if block is None:
            report(number, f"the line is longer than {MAX_DOCUMENT_SIZE >> 20} MiB")
            next_number += 1
            continue
        spans = lines_to_parse(block, [conditions[position] for position in cascade]) if cascade else None
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
            next_number = number + 1
            continue
        next_number = number + block.count(_LINE_END, spans[-1][0] if spans else 0)
    return next_number - 1


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


def _whole_lines(stream: ByteStream) -> Iterator[bytes | None]:
    """What each read returns up to its last line end; None for a line that is too long, which is skipped.

    Only the beginning of a line is held until the next read.
    """
    begun: list[bytes] = []
    size = 0
    while chunk := stream.read_chunk():
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
            yield None
            begun = [_skip_line(stream)]
            size = len(begun[0])
    if size:
        yield b"".join(begun)


def _skip_line(stream: ByteStream) -> bytes:
    """Read to the next line end, and return what was read after it."""
    while chunk := stream.read_chunk():
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
