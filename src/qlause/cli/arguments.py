"""The arguments of the command, and the help that teaches them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, Final, Literal, NoReturn

__all__ = ["Arguments", "UsageError", "parse_arguments"]

_PAGE_SIZE: Final = 16
_MARK: Final = "\0"  # no argument of a process can hold it

_ABOUT: Final = "Filter, sort and project documents with the q, sort and fields of a list endpoint."
_EPILOG: Final = """\
examples:
  qlause filter 'name:~john' people.ndjson
  qlause explain 'qty:(>=10 AND <=20) NOT type:BILLING'
  qlause check 'name:"John" surname:~Smith' --sort name,age:desc

qlause COMMAND --help tells more about each.
"""
_FILTER_EPILOG: Final = """\
input:
  JSON (an array of objects, or objects one after another, on as many lines as you like), NDJSON (one object a
  line) and CSV (comma, a header line), in UTF-8, each also compressed with gzip. No FILE, or -, is the standard
  input. *.csv, *.ndjson and *.jsonl (also with .gz) are told by their names, the others by how they begin; --input
  decides where that is wrong. Input is read as a stream, whatever its size; only --sort without --limit or --page
  keeps all that is selected in memory.

  A line of NDJSON that lacks a key or a text which the query asks for is not parsed: it is only looked at whether it
  begins with { and ends with }, and what is broken inside it goes unnoticed. --validate and --strict parse every line.

CSV:
  The names in the header are paths: metadata.createdAt becomes a nested value. An empty cell is a missing value.
  Cells are text, also to --sort; the columns that --schema declares as integer, number or boolean are read as such.

exit status:
  0  something was selected
  1  nothing was selected
  2  an error: the query is refused, a file cannot be read, or a line is broken (told on the standard error as
     file:line: reason; the other lines are filtered all the same, unless --strict is given)

examples:
  qlause filter 'name:~john' people.ndjson
  qlause filter 'primary:true metadata.createdAt:>=now-1y' contacts.json.gz --now 2024-06-01
  curl … | qlause filter 'NOT type:BILLING' --fields id,contact.name --output csv
  qlause filter 'qty:>20' stock.csv --schema stock.schema.json --sort qty:desc --limit 10
  qlause filter '' people.ndjson --sort name --page 2 --page-size 50
  qlause filter 'email:missing' people.ndjson --count
"""
_EXPLAIN_EPILOG: Final = """\
shown are: the canonical text, the tree that was read, what it means in plain words (with --schema: by the declared
types), and what each backend makes of it.

examples:
  qlause explain 'name:("John","Jack") OR qty:>20'
  qlause explain 'createdAt:now-7d' --schema contact.schema.json --now 2024-06-01T12:00:00Z

exit status: 0, or 2 where the query is refused.
"""
_CHECK_EPILOG: Final = """\
prints the canonical texts, or why the query is refused. --output json prints one JSON object: ok, and canonical (q,
sort, fields) or error (code, message, and where known hint, offset, length, line, column, snippet, expected) with the
parameter that it is about.

examples:
  qlause check 'name: John'
  qlause check 'name:~john' --schema contact.schema.json --sort name --fields id,name --output json

exit status: 0, or 2 where the query is refused.
"""


class UsageError(Exception):
    """What was asked for on the command line cannot be done."""


class _Version(argparse.Action):
    """It looks the version up only where it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        print(f"qlause {_version()}")
        parser.exit()


class Arguments(argparse.Namespace):
    """What was asked for on the command line."""

    command: str
    q: str
    files: list[str]
    schema: str | None
    sort: str | None
    fields: str | None
    strict: bool
    now: str | None
    timezone: str | None
    language: str | None
    limit: int | None
    page: int | None
    page_size: int | None
    count: bool
    invert: bool
    validate: bool
    input: Literal["json", "ndjson", "csv"] | None
    output: str | None


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        if message.startswith("the following arguments are required: Q"):  # argparse adds FILE, which is not
            message = "the query is missing; one that begins with - stands behind --"
        self.exit(2, f"{self.prog}: {message}\n{self.prog} --help tells more\n")


def parse_arguments(argv: Sequence[str]) -> Arguments:
    """Read the arguments. Raises SystemExit, with 0 for help and version, and 2 for what cannot be read."""
    parser = _Parser(
        prog="qlause",
        description=_ABOUT,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show program's version number and exit")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    known = {
        "filter": _command(commands, "filter", "print the documents that a query selects", _FILTER_EPILOG),
        "explain": _command(commands, "explain", "show what a query means, step by step", _EXPLAIN_EPILOG),
        "check": _command(commands, "check", "tell whether a query is accepted", _CHECK_EPILOG),
    }
    _add_filter(known["filter"])
    known["check"].add_argument("--output", choices=("text", "json"), default="text", help="default: text")
    for command in known.values():
        _add_query(command)
    if not argv or argv[0] not in known:
        return parser.parse_args(argv, Arguments())
    # Not through the main parser: only this reads Q --limit 3 FILE, options among the positionals. It forgets about --,
    # so what stands behind that gets a mark with which nothing begins and which makes it no option.
    before, after = _split(argv[1:])
    marked = [*before, *(_MARK + argument for argument in after)]
    arguments = known[argv[0]].parse_intermixed_args(marked, Arguments(command=argv[0]))
    arguments.q = arguments.q.removeprefix(_MARK)
    if arguments.command == "filter":
        arguments.files = [name.removeprefix(_MARK) for name in arguments.files]
        _settle_pages(arguments, known["filter"])
    return arguments


def _split(argv: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """What stands before and behind the first ``--``."""
    position = argv.index("--") if "--" in argv else len(argv)
    return argv[:position], argv[position + 1 :]


def _command(
    commands: argparse._SubParsersAction[_Parser],
    name: str,
    about: str,
    epilog: str,
) -> _Parser:
    parser = commands.add_parser(
        name,
        help=about,
        description=f"{about[0].upper()}{about[1:]}.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("q", metavar="Q", help="the query; an empty one selects everything")
    return parser


def _add_query(parser: _Parser) -> None:
    group = parser.add_argument_group("the query")
    group.add_argument("--sort", metavar="SORT", help="sort by these fields, as in name,metadata.createdAt:desc")
    group.add_argument("--fields", metavar="FIELDS", help="keep these fields, as in id,name,address.city")
    group.add_argument("--schema", metavar="FILE", help="a JSON Schema of one document: fields, types and permissions")
    group.add_argument("--now", metavar="TIME", help="the clock of date math, as in 2024-06-01T12:00:00Z")
    group.add_argument("--timezone", metavar="ZONE", help="where days begin, as in Europe/Brussels (default: UTC)")
    group.add_argument("--language", metavar="LANG", help="the language of localized fields named without one")
    strict = "refuse a sort direction other than asc and desc"
    if parser.prog.endswith("filter"):
        strict += ", and stop at the first broken line or unreadable file"
    group.add_argument("--strict", action="store_true", help=strict)


def _add_filter(parser: _Parser) -> None:
    parser.add_argument("files", metavar="FILE", nargs="*", help="what to read (default: the standard input)")
    parser.add_argument("--input", choices=("json", "ndjson", "csv"), help="the format of the input, whatever its name")
    parser.add_argument(
        "--output",
        choices=("json", "ndjson", "csv", "table"),
        help="the format of the output (default: table on a terminal, else ndjson)",
    )
    parser.add_argument("--limit", metavar="N", type=_whole, help="at most N documents")
    parser.add_argument("--page", metavar="N", type=_whole, help="only page N, from 1")
    parser.add_argument("--page-size", metavar="N", type=_whole, help=f"documents of a page (default: {_PAGE_SIZE})")
    parser.add_argument("--count", action="store_true", help="print only how many documents there are")
    parser.add_argument(
        "--validate", action="store_true", help="read every line in full, so that no broken one is missed"
    )
    parser.add_argument("--invert", action="store_true", help="the documents that the query does not select")


def _settle_pages(arguments: Arguments, parser: _Parser) -> None:
    if arguments.page is None and arguments.page_size is None:
        return
    if arguments.limit is not None:
        parser.error("--limit cannot stand beside --page and --page-size")
    arguments.page = arguments.page or 1
    arguments.page_size = arguments.page_size or _PAGE_SIZE


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18 and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a whole number from 1")
    return int(text)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("qlause")
    except PackageNotFoundError:  # run from a checkout
        return "(not installed)"
