"""Files read in whatever format they have."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Mapping
from typing import Final, assert_never

from ...backends.python.prefilter import Prefilter
from ...schema.schema import Schema
from ..arguments import InputFormat
from .byte_stream import BUFFER_SIZE, ByteStream, open_byte_stream
from .ndjson_reader import read_ndjson
from .reader import LocatedDocuments, Matches, ReportProblem

__all__ = ["format_of_name", "read_documents"]

_UTF_16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_FORMATS_BY_SUFFIX: Final[Mapping[str, InputFormat]] = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson"}


def format_of_name(name: str) -> InputFormat | None:
    """The format that the name of a file stands for, if any."""
    name = name.lower().removesuffix(".gz")
    return next((format_ for suffix, format_ in _FORMATS_BY_SUFFIX.items() if name.endswith(suffix)), None)


def read_documents(
    name: str,
    *,
    input_format: InputFormat | None,
    schema: Schema | None,
    report: ReportProblem,
    count_bytes: Callable[[int], None],
    matches: Matches,
    prefilter: Prefilter | None,
) -> LocatedDocuments:
    """The documents of one file that match.

    Args:
        name: The name of the file; ``-`` is the standard input.
        input_format: The format that the user asked for. None: the name or the content decides.
        schema: Declares which columns of CSV are not text.
        report: Called for each problem, a file that cannot be read included.
        count_bytes: Called with the length of each chunk that is read.
        matches: Whether a document is selected.
        prefilter: Whether a line of NDJSON may match, without parsing it.

    """
    try:
        with open_byte_stream(name, count_bytes) as stream:
            if stream.peek(lambda start: len(start) >= 2).startswith(_UTF_16_MARKS):
                report(1, "UTF-16 is not supported; convert the file to UTF-8")
                return
            match input_format or format_of_name(name) or _format_of_content(stream):
                case "ndjson":
                    yield from read_ndjson(stream, report, matches, prefilter)
                case "json":
                    from .json_reader import read_json

                    documents = read_json(io.BufferedReader(stream, BUFFER_SIZE), report)
                    yield from (located for located in documents if matches(located[2]))
                case "csv":
                    from .csv_reader import read_csv
                    from .csv_types import column_converters

                    documents = read_csv(io.BufferedReader(stream, BUFFER_SIZE), report, column_converters(schema))
                    yield from (located for located in documents if matches(located[2]))
                case None:
                    report(1, "this is neither a JSON array nor an object; for CSV, add --input csv")
                case other:
                    assert_never(other)
    except (OSError, EOFError, zlib.error) as error:
        report(None, (error.strerror if isinstance(error, OSError) else None) or str(error))


def _format_of_content(stream: ByteStream) -> InputFormat | None:
    """NDJSON if the first line is a whole object, otherwise JSON; None if the content is neither array nor object."""
    start = stream.peek(_has_whole_line).lstrip()
    line = start.partition(b"\n")[0]
    if not start:
        return "ndjson"
    if start.startswith(b"["):
        return "json"
    if not start.startswith(b"{"):
        return None
    if line == start:
        return "ndjson"
    from .json_reader import is_incomplete

    return "json" if is_incomplete(line) else "ndjson"


def _has_whole_line(start: bytes) -> bool:
    return b"\n" in start.lstrip()
