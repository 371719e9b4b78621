"""The options of each command."""

from __future__ import annotations

import argparse
from typing import Any, Final, Literal, TypeAlias, get_args

__all__ = ["DEFAULT_PAGE_SIZE", "InputFormat", "OutputFormat", "ReportFormat", "add_options"]

InputFormat: TypeAlias = Literal["json", "ndjson", "csv", "tsv", "parquet"]
OutputFormat: TypeAlias = Literal["json", "ndjson", "csv", "tsv", "table", "markdown", "raw"]
ReportFormat: TypeAlias = Literal["text", "json"]

DEFAULT_PAGE_SIZE: Final = 16
_MAX_PAGE_SIZE: Final = 1_000
_MAX_JOBS: Final = 256
_MAX_DIGITS: Final = 18  # of a number of documents


def add_options(command: str, parser: argparse.ArgumentParser) -> None:
    """Add the arguments of a command to its parser."""
    match command:
        case "serve":
            _add_serve_options(parser)
            return
        case "schema":
            _add_schema_options(parser)
            return
    parser.add_argument("q", metavar="Q", help="the query; an empty one selects everything")
    _add_query_options(parser)
    match command:
        case "filter":
            _add_filter_options(parser)
        case "explain":
            _add_explain_options(parser)
        case _:
            _add_check_options(parser)


def _add_query_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the query")
    group.add_argument("-s", "--sort", metavar="SORT", help="sort by these fields, e.g. name,metadata.createdAt:desc")
    group.add_argument("-f", "--fields", metavar="FIELDS", help="return only these fields, e.g. id,name,address.city")
    group.add_argument(
        "--schema", metavar="FILE", help="a JSON Schema of a document: its fields, their types and permissions"
    )
    group.add_argument(
        "--type",
        dest="types",
        metavar="FIELD=TYPE,...",
        action="append",
        help="the types of some fields, without a schema for the others, e.g. qty=integer,at=date-time",
    )
    group.add_argument(
        "--now", metavar="TIME", help="the current time of date math, e.g. 2024-06-01T12:00:00Z (default: the clock's)"
    )
    group.add_argument(
        "--timezone", metavar="ZONE", help="the time zone in which days begin, e.g. Europe/Brussels (default: UTC)"
    )
    group.add_argument(
        "--language", metavar="LANG", help="the language of the schema's localized fields that are named without one"
    )
    group.add_argument(
        "--limits",
        metavar="LIMITS",
        help="refuse requests as an endpoint does: default, or a list such as tests=50,depth=8 (default: generous)",
    )
    strict = "refuse any sort direction but asc and desc"
    if parser.prog.endswith("filter"):
        strict += ", and stop at the first unreadable file or invalid line"
    group.add_argument("--strict", action="store_true", help=strict)


def _add_filter_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", metavar="FILE", nargs="*", help="files, folders, patterns in quotes (default: the standard input)"
    )
    _add_selection_options(parser.add_argument_group("the result"))
    _add_input_options(parser.add_argument_group("the input"))
    _add_output_options(parser.add_argument_group("the output"))


def _add_selection_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "-v", "--invert", action="store_true", help="select the documents that the query does not select"
    )
    group.add_argument("-n", "--limit", metavar="N", type=_positive_integer, help="print at most N documents")
    group.add_argument("--page", metavar="N", type=_positive_integer, help="print only page N, counted from 1")
    group.add_argument(
        "--page-size",
        metavar="N",
        type=_positive_integer,
        help=f"the number of documents on a page (default: {DEFAULT_PAGE_SIZE})",
    )
    group.add_argument("-c", "--count", action="store_true", help="print only the number of documents")
    group.add_argument(
        "--count-by", metavar="FIELD", help="print each value of the field with the number of documents that have it"
    )


def _add_format_options(group: argparse._ArgumentGroup) -> None:
    """The options that say how files are read."""
    group.add_argument(
        "--input",
        metavar="FORMAT",
        choices=get_args(InputFormat),
        help=f"the format of the input: {', '.join(get_args(InputFormat))} (default: by name and content)",
    )
    group.add_argument(
        "--records", metavar="PATH", help="where in an object of JSON the documents are, e.g. results or data.items"
    )
    group.add_argument("--text", action="store_true", help="read all cells of CSV as text")
    group.add_argument(
        "--delimiter", metavar="CHARACTER", type=_delimiter, help="what separates cells of CSV (default: by the header)"
    )
    group.add_argument(
        "--encoding",
        metavar="NAME",
        help="the encoding of the input, e.g. latin-1 (default: UTF-8, or UTF-16 by its mark)",
    )


def _add_input_options(group: argparse._ArgumentGroup) -> None:
    _add_format_options(group)
    group.add_argument(
        "--validate", action="store_true", help="parse every document, and report every problem of the input"
    )
    group.add_argument(
        "--jobs",
        metavar="N",
        type=_jobs,
        help="how many processes filter large files of NDJSON (default: one for each core)",
    )


def _add_output_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "-o",
        "--output",
        metavar="FORMAT",
        choices=get_args(OutputFormat),
        help=f"the format of the output: {', '.join(get_args(OutputFormat))} "
        "(default: table on a terminal, otherwise ndjson)",
    )
    group.add_argument(
        "-r",
        "--raw",
        dest="output",
        action="store_const",
        const="raw",
        help="print the values of --fields without quotes and names, the same as --output raw",
    )
    group.add_argument("--with-filename", action="store_true", help="add the name of the file as the field filename")
    group.add_argument(
        "--escape-formulas",
        action="store_true",
        help="put ' before cells of CSV and TSV that a spreadsheet takes for formulas",
    )


def _add_explain_options(parser: argparse.ArgumentParser) -> None:
    backend = parser.add_argument(
        "--backend", metavar="NAME", help="show what this backend makes of the query, e.g. python, sqlite; all for all"
    )
    backend.completer = _backend_names  # type: ignore[attr-defined]  # for argcomplete


def _backend_names(**_: Any) -> list[str]:
    from ..sql import DialectName

    return ["python", "mongo", *get_args(DialectName), "all"]


def _add_check_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o",
        "--output",
        dest="report",
        choices=get_args(ReportFormat),
        default="text",
        help="the format of the answer (default: text)",
    )


def _add_serve_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "sources", metavar="FILE", nargs="+", help="files, folders, patterns in quotes, or URLs of databases"
    )
    group = parser.add_argument_group("what is served")
    group.add_argument(
        "--schema",
        dest="schemas",
        metavar="[NAME=]FILE",
        action="append",
        help="a JSON Schema of the documents of a file (default: inferred from them)",
    )
    group.add_argument(
        "--table", dest="tables", metavar="NAME", action="append", help="a table or view (default: all tables)"
    )
    group.add_argument(
        "--id",
        dest="ids",
        metavar="[NAME=]FIELD",
        action="append",
        help="the field that tells any two items apart (default: id, _id, the primary key, or the number of the row)",
    )
    group.add_argument(
        "--hide",
        dest="hidden",
        metavar="[NAME=]FIELD",
        action="append",
        help="a field that no request can filter by, sort by or see",
    )
    group.add_argument(
        "--database",
        metavar="FILE",
        help="keep what was read from files in this SQLite database, and start from it the next time",
    )
    _add_format_options(parser.add_argument_group("the input"))
    group = parser.add_argument_group("the server")
    group.add_argument(
        "--host", metavar="ADDRESS", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)"
    )
    group.add_argument(
        "--port", metavar="N", type=_port, default=8000, help="the port; 0 takes a free one (default: 8000)"
    )
    group.add_argument(
        "--page-size",
        metavar="N",
        type=_page_size,
        default=DEFAULT_PAGE_SIZE,
        help=f"the number of items on a page (default: {DEFAULT_PAGE_SIZE})",
    )
    group.add_argument(
        "--seconds", metavar="N", type=_seconds, default=5.0, help="how long one request may take (default: 5)"
    )


def _add_schema_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("infer",), help="infer: from the documents in the files")
    parser.add_argument(
        "files", metavar="FILE", nargs="*", help="files, folders, patterns in quotes (default: the standard input)"
    )
    _add_format_options(parser.add_argument_group("the input"))


def _delimiter(text: str) -> str:
    text = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(text) != 1 or text in '"\r\n':
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not one character, such as ; or | or tab")
    return text


def _positive_integer(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a whole number of 1 or more")
    return int(text)


def _jobs(text: str) -> int:
    number = _positive_integer(text)
    if number > _MAX_JOBS:
        raise argparse.ArgumentTypeError(f"at most {_MAX_JOBS} processes can be started")
    return number


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) < 65_536):
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a port, a whole number up to 65535")
    return int(text)


def _page_size(text: str) -> int:
    number = _positive_integer(text)
    if number > _MAX_PAGE_SIZE:
        raise argparse.ArgumentTypeError(f"a page has at most {_MAX_PAGE_SIZE:,} items")
    return number


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0.01 <= number <= 3600:
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a number of seconds up to 3600")
    return number
