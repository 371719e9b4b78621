"""The arguments of the command."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, Final, Literal, NoReturn, TypeAlias, get_args

from .help_texts import CHECK_DETAILS, DESCRIPTION, EXPLAIN_DETAILS, FILTER_DETAILS, OVERVIEW_DETAILS

__all__ = ["Arguments", "Command", "InputFormat", "OutputFormat", "UsageError", "parse_arguments"]

Command: TypeAlias = Literal["filter", "explain", "check"]
InputFormat: TypeAlias = Literal["json", "ndjson", "csv"]
OutputFormat: TypeAlias = Literal["json", "ndjson", "csv", "table"]
ReportFormat: TypeAlias = Literal["text", "json"]

_DEFAULT_PAGE_SIZE: Final = 16
_MAX_DIGITS: Final = 18  # of a number of documents
_POSITIONAL_MARK: Final = "\0"  # no argument of a process can contain it


class UsageError(Exception):
    """The command cannot do what the arguments ask for."""


class Arguments(argparse.Namespace):
    """The parsed arguments. Those below ``language`` exist only for the command that has them."""

    command: Command
    q: str
    schema: str | None
    sort: str | None
    fields: str | None
    strict: bool
    now: str | None
    timezone: str | None
    language: str | None

    files: list[str]
    input: InputFormat | None
    output: OutputFormat | None
    limit: int | None
    page: int | None
    page_size: int | None
    count: bool
    invert: bool
    validate: bool

    report: ReportFormat


class _PrintVersion(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        print(f"qlause {_version()}")
        parser.exit()


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        if message.startswith("the following arguments are required: Q"):  # argparse adds FILE, which is optional
            message = "the query is missing; put -- before a query that starts with -"
        self.exit(2, f"{self.prog}: {message}\nsee {self.prog} --help\n")


def parse_arguments(argv: Sequence[str]) -> Arguments:
    """Parse the arguments. Raises SystemExit: 0 after the help or the version, 2 after an error."""
    parser = _Parser(
        prog="qlause",
        description=DESCRIPTION,
        epilog=OVERVIEW_DETAILS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_PrintVersion, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    parsers: dict[str, _Parser] = {
        "filter": _add_command(commands, "filter", "print the documents that a query selects", FILTER_DETAILS),
        "explain": _add_command(commands, "explain", "show what a query means, step by step", EXPLAIN_DETAILS),
        "check": _add_command(commands, "check", "check whether a query is accepted", CHECK_DETAILS),
    }
    _add_filter_options(parsers["filter"])
    _add_check_options(parsers["check"])
    for command_parser in parsers.values():
        _add_query_options(command_parser)
    if not argv or argv[0] not in parsers:
        return parser.parse_args(argv, Arguments())
    return _parse_command(parsers[argv[0]], argv)


def _parse_command(parser: _Parser, argv: Sequence[str]) -> Arguments:
    """Parse the arguments of a command, options among the positional ones, as in ``Q --limit 3 FILE``.

    Only ``parse_intermixed_args`` can do that, but it ignores ``--``: what follows that is marked, so that it does not
    look like an option.
    """
    command, *rest = argv
    end_of_options = rest.index("--") if "--" in rest else len(rest)
    marked = [_POSITIONAL_MARK + argument for argument in rest[end_of_options + 1 :]]
    arguments = parser.parse_intermixed_args([*rest[:end_of_options], *marked], Arguments(command=command))
    arguments.q = arguments.q.removeprefix(_POSITIONAL_MARK)
    if arguments.command == "filter":
        arguments.files = [name.removeprefix(_POSITIONAL_MARK) for name in arguments.files]
        _complete_paging(arguments, parser)
    return arguments


def _add_command(
    commands: argparse._SubParsersAction[_Parser],
    name: Command,
    summary: str,
    details: str,
) -> _Parser:
    parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=details,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("q", metavar="Q", help="the query; an empty one selects everything")
    return parser


def _add_query_options(parser: _Parser) -> None:
    group = parser.add_argument_group("the query")
    group.add_argument("--sort", metavar="SORT", help="sort by these fields, e.g. name,metadata.createdAt:desc")
    group.add_argument("--fields", metavar="FIELDS", help="return only these fields, e.g. id,name,address.city")
    group.add_argument(
        "--schema", metavar="FILE", help="a JSON Schema of a document: its fields, their types and permissions"
    )
    group.add_argument(
        "--now", metavar="TIME", help="the current time of date math, e.g. 2024-06-01T12:00:00Z (default: the clock's)"
    )
    group.add_argument(
        "--timezone", metavar="ZONE", help="the time zone in which days begin, e.g. Europe/Brussels (default: UTC)"
    )
    group.add_argument(
        "--language", metavar="LANG", help="the language of localized fields that the query names without one"
    )
    strict = "refuse any sort direction but asc and desc"
    if parser.prog.endswith("filter"):
        strict += ", and stop at the first unreadable file or invalid line"
    group.add_argument("--strict", action="store_true", help=strict)


def _add_filter_options(parser: _Parser) -> None:
    parser.add_argument("files", metavar="FILE", nargs="*", help="the files to read (default: the standard input)")
    parser.add_argument(
        "--input", choices=get_args(InputFormat), help="the format of the input (default: by name and content)"
    )
    parser.add_argument(
        "--output",
        choices=get_args(OutputFormat),
        help="the format of the output (default: table on a terminal, otherwise ndjson)",
    )
    parser.add_argument("--limit", metavar="N", type=_positive_integer, help="print at most N documents")
    parser.add_argument("--page", metavar="N", type=_positive_integer, help="print only page N, counted from 1")
    parser.add_argument(
        "--page-size",
        metavar="N",
        type=_positive_integer,
        help=f"the number of documents on a page (default: {_DEFAULT_PAGE_SIZE})",
    )
    parser.add_argument("--count", action="store_true", help="print only the number of documents")
    parser.add_argument(
        "--validate", action="store_true", help="parse every line of NDJSON, so that each invalid one is reported"
    )
    parser.add_argument("--invert", action="store_true", help="select the documents that the query does not select")


def _add_check_options(parser: _Parser) -> None:
    parser.add_argument(
        "--output",
        dest="report",
        choices=get_args(ReportFormat),
        default="text",
        help="the format of the answer (default: text)",
    )


def _complete_paging(arguments: Arguments, parser: _Parser) -> None:
    if arguments.page is None and arguments.page_size is None:
        return
    if arguments.limit is not None:
        parser.error("--limit cannot be combined with --page or --page-size")
    arguments.page = arguments.page or 1
    arguments.page_size = arguments.page_size or _DEFAULT_PAGE_SIZE


def _positive_integer(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a whole number of 1 or more")
    return int(text)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("qlause")
    except PackageNotFoundError:  # run from a checkout
        return "(not installed)"
