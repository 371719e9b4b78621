"""Files → records, whatever their format."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias

from ...backends.python.prefilter import Prefilter
from ...schema.schema import Schema
from .ndjson import ndjson_records
from .records import Matches, Records, Report
from .streams import PIECE, Stream, opened

__all__ = ["Format", "format_of_name", "read_documents"]

Format: TypeAlias = Literal["json", "ndjson", "csv"]

_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_SUFFIXES: Final[Mapping[str, Format]] = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson"}


def format_of_name(name: str) -> Format | None:
    """The format that the name of a file tells."""
    name = name.lower().removesuffix(".gz")
    return next((told for suffix, told in _SUFFIXES.items() if name.endswith(suffix)), None)


def read_documents(
    name: str,
    told: Format | None,
    schema: Schema | None,
    report: Report,
    count: Callable[[int], None],
    matches: Matches,
    prefilter: Prefilter | None,
) -> Records:
    """The records of one file that match. What is broken in it is reported, and so is a file that cannot be read.

    ``told`` is the format that the user gave, ``schema`` tells which columns of CSV are no text, ``count`` learns how
    many bytes were read, and ``prefilter`` tells which lines of NDJSON cannot match.
    """
    try:
        with opened(name, count) as stream:
            if stream.look(lambda start: len(start) >= 2).startswith(_UTF_16):
                report(1, "UTF-16 text; convert it to UTF-8")
                return
            found = told or format_of_name(name) or _format_of_content(stream)
            match found:
                case "ndjson":
                    yield from ndjson_records(stream, report, matches, prefilter)
                case "json":
                    from .json_values import json_records

                    records = json_records(io.BufferedReader(stream, PIECE), report)
                    yield from (record for record in records if matches(record[2]))
                case "csv":
                    from .csv_records import column_types, csv_records

                    records = csv_records(io.BufferedReader(stream, PIECE), report, column_types(schema))
                    yield from (record for record in records if matches(record[2]))
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
    if line == start:
        return "ndjson"
    from .json_values import ends_open

    return "json" if ends_open(line) else "ndjson"


def _has_whole_line(start: bytes) -> bool:
    return b"\n" in start.lstrip()
