"""NDJSON → records: one object a line."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Final

import orjson

from ...backends.python.prefilter import Prefilter
from .candidates import Candidates, Place
from .decoding import NotJsonError, decode
from .records import Matches, Records, Report, kind_of
from .streams import LONGEST, Stream

__all__ = ["ndjson_records"]

_END: Final = b"\n"


def ndjson_records(stream: Stream, report: Report, matches: Matches, prefilter: Prefilter | None) -> Records:
    """The records that match. Broken lines are reported; those that the prefilter passes over only if they show it."""
    reader = _Reader(stream, report)
    candidates = Candidates(prefilter) if prefilter is not None and prefilter.conditions else None
    loads = orjson.loads
    for block in reader.blocks():
        chosen = None if candidates is None else candidates(block)
        number = reader.line
        lines = enumerate(io.BytesIO(block), reader.line) if chosen is None else _chosen(block, chosen, reader.line)
        for number, line in lines:
            try:
                document = loads(line)
            except orjson.JSONDecodeError:
                if not line.isspace():
                    report(number, _problem(line))
                continue
            if type(document) is not dict:
                report(number, f"{kind_of(document)}, not an object")
            elif matches(document):
                yield number, line, document
        if chosen is None:
            reader.line = number + 1
        else:
            reader.line = number + block.count(_END, chosen[-1][0] if chosen else 0)


def _chosen(block: bytes, places: Iterable[Place], number: int) -> Iterator[tuple[int, bytes]]:
    counted = 0
    for start, end in places:
        number += block.count(_END, counted, start)
        counted = start
        yield number, block[start:end]


class _Reader:
    """A stream cut into blocks of whole lines."""

    def __init__(self, stream: Stream, report: Report) -> None:
        self.line = 1
        """The line in which the next block begins; whoever takes a block counts its lines."""
        self._stream = stream
        self._report = report

    def blocks(self) -> Iterator[bytes]:
        """What each read gives, up to its last line end; no more is held than that and one line."""
        begun: list[bytes] = []
        size = 0
        while piece := self._stream.piece():
            start, end = 0, piece.rfind(_END) + 1
            if end:
                if size:
                    start = piece.find(_END) + 1
                    yield b"".join((*begun, piece[:start]))
                    begun, size = [], 0
                if start < end:
                    yield piece[start:end]
                piece = piece[end:]
            begun.append(piece)
            size += len(piece)
            if size > LONGEST:
                self._report(self.line, f"a line of more than {LONGEST >> 20} MiB")
                begun = [self._behind_line()]
                size = len(begun[0])
                self.line += 1
        if size:
            yield b"".join(begun)

    def _behind_line(self) -> bytes:
        """What is read behind the next line end."""
        while piece := self._stream.piece():
            end = piece.find(_END) + 1
            if end:
                return piece[end:]
        return b""


def _problem(line: bytes) -> str:
    """Why a line is not JSON. Without its end, or the decoder counts a line more."""
    try:
        decode(line.rstrip(b"\r\n"))
    except NotJsonError as error:
        return error.reason
    raise AssertionError("a line that is JSON only without its end")
