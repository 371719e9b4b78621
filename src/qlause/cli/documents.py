"""Files → records, whatever their format."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import PurePath
from typing import Final, Literal, TypeAlias

import orjson

from ..schema import FieldType
from .csv_records import csv_records
from .decoding import NotJsonError, decode
from .json_values import ends_open, json_records
from .records import Records, Report, kind_of
from .streams import LONGEST, PIECE, Stream, opened

__all__ = ["Format", "format_of_name", "read_documents"]

Format: TypeAlias = Literal["json", "ndjson", "csv"]

_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_SUFFIXES: Final[Mapping[str, Format]] = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson"}


def format_of_name(name: str) -> Format | None:
    """The format that the name of a file tells."""
    suffixes = [suffix.lower() for suffix in PurePath(name).suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return _SUFFIXES.get(suffixes[-1]) if suffixes else None


def read_documents(
    name: str,
    told: Format | None,
    column_types: Mapping[tuple[str, ...], FieldType],
    report: Report,
    count: Callable[[int], None],
) -> Records:
    """The records of one file. What is broken in it is reported, and so is a file that cannot be read.

    ``told`` is the format that the user gave, ``column_types`` are those of CSV columns which are no text, and
    ``count`` learns how many bytes were read.
    """
    try:
        with opened(name, count) as stream:
            if stream.look(lambda start: len(start) >= 2).startswith(_UTF_16):
                report(1, "UTF-16 text; convert it to UTF-8")
                return
            found = told or format_of_name(name) or _format_of_content(stream)
            buffered = io.BufferedReader(stream, PIECE)
            match found:
                case "ndjson":
                    yield from _ndjson_records(buffered, report)
                case "json":
                    yield from json_records(buffered, report)
                case "csv":
                    yield from csv_records(buffered, report, column_types)
                case None:
                    report(1, "neither JSON array nor object begins here; if it is CSV, give --input csv")
    except (OSError, EOFError, zlib.error) as error:
        report(None, (error.strerror if isinstance(error, OSError) else None) or str(error))


def _format_of_content(stream: Stream) -> Format | None:
    """NDJSON where the first line is a whole object, else JSON; None for what begins with neither ``[`` nor ``{``."""
    start = stream.look(_has_whole_line).lstrip()
    line = start.partition(b"\n")[0]
    if not start:
        return "ndjson"
    if start.startswith(b"["):
        return "json"
    if not start.startswith(b"{"):
        return None
    return "json" if line != start and ends_open(line) else "ndjson"


def _has_whole_line(start: bytes) -> bool:
    return b"\n" in start.lstrip()


def _ndjson_records(stream: io.BufferedIOBase, report: Report) -> Records:
    loads = orjson.loads
    for number, line in enumerate(iter(partial(stream.readline, LONGEST), b""), 1):
        try:
            document = loads(line)
        except orjson.JSONDecodeError:
            if len(line) == LONGEST and not line.endswith(b"\n"):
                report(number, f"a line of more than {LONGEST >> 20} MiB")
                while line and not line.endswith(b"\n"):
                    line = stream.readline(LONGEST)  # the rest of the same line
            elif not line.isspace():
                report(number, _problem(line))
            continue
        if type(document) is dict:
            yield number, line, document
        else:
            report(number, f"{kind_of(document)}, not an object")


def _problem(line: bytes) -> str:
    """Why a line is not JSON. Without its end, or the decoder counts a line more."""
    try:
        decode(line.rstrip(b"\r\n"))
    except NotJsonError as error:
        return error.reason
    raise AssertionError("a line that is JSON only without its end")
