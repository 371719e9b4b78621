"""Files read in whatever format they have."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, assert_never

from ..arguments import Arguments, InputFormat
from .byte_stream import BUFFER_SIZE, STANDARD_INPUT, ByteStream, open_byte_stream
from .compression import CompressionError
from .encodings import EncodingError
from .ndjson_reader import read_ndjson
from .reader import LocatedDocuments, MakeItems, ReadContext

if TYPE_CHECKING:
    from .csv_table import CsvOptions

__all__ = [
    "FormatOptions",
    "asked_format",
    "format_of_name",
    "has_known_suffix",
    "name_without_suffixes",
    "read_documents",
    "read_items",
]

_FORMATS_BY_SUFFIX: Final[Mapping[str, InputFormat]] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".parquet": "parquet",
}
_COMPRESSED: Final = (".gz", ".bz2", ".xz", ".zst")
_PARQUET_MAGIC: Final = b"PAR1"
_RECORD_SEPARATOR: Final = b"\x1e"


ReadLines: TypeAlias = Callable[[str, ByteStream, ReadContext], Iterator[Any]]
"""Reads the lines of a file of this name, and makes something of the documents that match."""


class FormatOptions(NamedTuple):
    """How files are read.

    Attributes:
        input_format: The format that the user asked for. None: the name or the content decides.
        encoding: The encoding that the user asked for.
        records: The path from an object of JSON to the array that holds the documents.
        csv: Returns how CSV is read.

    """

    input_format: InputFormat | None
    encoding: str | None
    records: tuple[str, ...]
    csv: Callable[[], CsvOptions]


def asked_format(arguments: Arguments) -> InputFormat | None:
    """The format that the arguments ask for: a delimiter is one of CSV. None: the name or the content decides."""
    return arguments.input or (None if arguments.delimiter is None else "csv")


def format_of_name(name: str) -> InputFormat | None:
    """The format that the name of a file stands for, if any."""
    name = _without_compression(name)
    return next((format_ for suffix, format_ in _FORMATS_BY_SUFFIX.items() if name.endswith(suffix)), None)


def has_known_suffix(name: str) -> bool:
    """Whether the name of a file says that it holds documents."""
    return _without_compression(name).endswith((".json", *_FORMATS_BY_SUFFIX))


def name_without_suffixes(name: str) -> str:
    """The name of a file without the suffixes of its format and its compression."""
    plain = name[: len(_without_compression(name))]
    suffix = next((each for each in (".json", *_FORMATS_BY_SUFFIX) if plain.lower().endswith(each)), "")
    return plain[: len(plain) - len(suffix)]


def read_documents(
    name: str,
    options: FormatOptions,
    context: ReadContext,
    *,
    count_bytes: Callable[[int], None],
    before_wait: Callable[[], None],
) -> LocatedDocuments:
    """The documents of one file that match.

    Args:
        name: The name of the file; ``-`` is the standard input.
        options: How it is read.
        context: What is called meanwhile. A file that cannot be read is reported.
        count_bytes: Called with the length of each chunk that is read.
        before_wait: Called before a read that has to wait for input.

    """
    return read_items(
        name, options, context, lambda documents, _: documents, None, count_bytes=count_bytes, before_wait=before_wait
    )


def read_items(
    name: str,
    options: FormatOptions,
    context: ReadContext,
    make_items: MakeItems,
    read_lines: ReadLines | None,
    *,
    count_bytes: Callable[[int], None],
    before_wait: Callable[[], None],
) -> Iterator[Any]:
    """What is made of the documents of one file that match; see :func:`read_documents`.

    Args:
        name: The name of the file; ``-`` is the standard input.
        options: How it is read.
        context: What is called meanwhile. A file that cannot be read is reported.
        make_items: What is made of the documents.
        read_lines: What reads NDJSON and makes the items. None: this process does.
        count_bytes: Called with the length of each chunk that is read.
        before_wait: Called before a read that has to wait for input.

    """
    try:
        with open_byte_stream(name, count_bytes, before_wait, options.encoding) as stream:
            input_format = options.input_format or format_of_name(name) or _format_of_content(stream)
            if options.records and input_format == "ndjson":
                input_format = "json"  # which can go into an object
            if read_lines is not None and input_format == "ndjson":
                yield from read_lines(name, stream, context)
            else:
                yield from make_items(_documents(name, stream, input_format, options, context), context.report)
    except EncodingError as error:
        context.report(None, str(error))
    except (OSError, CompressionError) as error:
        context.report(None, (error.strerror if isinstance(error, OSError) else None) or str(error))


def _documents(
    name: str, stream: ByteStream, input_format: InputFormat | None, options: FormatOptions, context: ReadContext
) -> LocatedDocuments:
    match input_format:
        case "ndjson":
            yield from read_ndjson(stream, context)
        case "json":
            from .json_reader import read_json

            yield from read_json(io.BufferedReader(stream, BUFFER_SIZE), context, options.records)
        case "csv" | "tsv":
            from .csv_reader import read_csv

            yield from read_csv(stream, context, options.csv(), "\t" if input_format == "tsv" else None)
        case "parquet":
            from .parquet_reader import read_parquet

            if name == STANDARD_INPUT:
                context.report(None, "Parquet is read from its end, so it has to be a file")
            else:
                yield from read_parquet(name, context)
        case None:
            context.report(1, "this is neither a JSON array nor an object; for CSV, add --input csv")
        case other:
            assert_never(other)


def _without_compression(name: str) -> str:
    name = name.lower()
    return next((name.removesuffix(suffix) for suffix in _COMPRESSED if name.endswith(suffix)), name)


def _format_of_content(stream: ByteStream) -> InputFormat | None:
    """NDJSON if the first line is a whole object, otherwise JSON; None if the content is neither array nor object."""
    start = stream.peek(_has_whole_line).lstrip()
    if not start:
        return "ndjson"
    if start.startswith((b"[", _RECORD_SEPARATOR)):
        return "json"
    if start.startswith(_PARQUET_MAGIC):
        return "parquet"
    if not start.startswith(b"{"):
        return None
    from .json_reader import is_one_object

    return "ndjson" if is_one_object(start.partition(b"\n")[0]) else "json"


def _has_whole_line(start: bytes) -> bool:
    return b"\n" in start.lstrip()
