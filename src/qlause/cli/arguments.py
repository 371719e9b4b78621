"""The arguments of the command."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, Literal, NoReturn, TypeAlias

from .help_texts import (
    CHECK_DETAILS,
    DESCRIPTION,
    EXPLAIN_DETAILS,
    FILTER_DETAILS,
    OVERVIEW_DETAILS,
    SCHEMA_DETAILS,
    SERVE_DETAILS,
)
from .options import DEFAULT_PAGE_SIZE, InputFormat, OutputFormat, ReportFormat, add_options

__all__ = ["Arguments", "Command", "InputFormat", "OutputFormat", "UsageError", "parse_arguments"]

Command: TypeAlias = Literal["filter", "explain", "check", "serve", "schema"]

_WITHOUT_QUERY: Final = ("serve", "schema")
_HINT: Final = "put -- before a query that starts with -"
# A field and a colon look like short options with a value. The value of -s has a colon only before a direction.
_LIKE_A_QUERY: Final = re.compile(r"-(?!s.*:(?:asc|desc)\b)[A-Za-z_][^=]*:").match
_POSITIONAL_MARK: Final = "\0"  # no argument of a process can contain it


class UsageError(Exception):
    """The command cannot do what the arguments ask for."""


class Arguments(argparse.Namespace):
    """The parsed arguments. Those below ``types`` exist only for the command that has them."""

    command: Command
    q: str
    schema: str | None
    sort: str | None
    fields: str | None
    strict: bool
    now: str | None
    timezone: str | None
    language: str | None
    limits: str | None
    types: list[str] | None

    files: list[str]
    input: InputFormat | None
    output: OutputFormat | None
    limit: int | None
    page: int | None
    page_size: int | None
    count: bool
    count_by: str | None
    invert: bool
    validate: bool
    jobs: int | None
    text: bool
    delimiter: str | None
    encoding: str | None
    records: str | None
    with_filename: bool
    escape_formulas: bool

    backend: str | None
    report: ReportFormat

    sources: list[str]
    schemas: list[str] | None
    tables: list[str] | None
    ids: list[str] | None
    hidden: list[str] | None
    database: str | None
    host: str
    port: int
    seconds: float


class _PrintVersion(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        print(f"qlause {_version()}")
        parser.exit()


class _PrintCompletion(argparse.Action):
    """Prints what a shell needs to complete the command."""

    def __call__(self, parser: argparse.ArgumentParser, _: object, values: Any, *__: Any) -> NoReturn:
        try:
            from argcomplete.shell_integration import shellcode
        except ImportError:
            parser.error('completion needs the cli extra: pip install "qlause[cli]"')
        print(shellcode(["qlause"], shell=values))
        parser.exit()


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        if message.startswith("the following arguments are required: Q"):  # argparse adds FILE, which is optional
            message = f"the query is missing; {_HINT}"
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
    parser.add_argument(
        "--completion",
        action=_PrintCompletion,
        choices=("bash", "zsh", "fish"),
        help="print the script with which a shell completes the command, and exit",
    )
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    parsers: dict[str, _Parser] = {
        "filter": _add_command(commands, "filter", "print the documents that a query selects", FILTER_DETAILS),
        "explain": _add_command(commands, "explain", "show what a query means, step by step", EXPLAIN_DETAILS),
        "check": _add_command(commands, "check", "check whether a query is accepted", CHECK_DETAILS),
        "serve": _add_command(commands, "serve", "serve files and tables as list endpoints with a page", SERVE_DETAILS),
        "schema": _add_command(commands, "schema", "print the JSON Schema of the documents in files", SCHEMA_DETAILS),
    }
    if "_ARGCOMPLETE" in os.environ:  # a shell asks for completions
        for name, command_parser in parsers.items():
            add_options(name, command_parser)
        _complete(parser)
    if not argv or argv[0] not in parsers:
        return parser.parse_args(argv, Arguments())
    # Only the command that runs needs its options, and making them takes time.
    add_options(argv[0], parsers[argv[0]])
    return _parse_command(parsers[argv[0]], argv)


def _complete(parser: _Parser) -> None:
    """Answer a shell and exit. Without argcomplete there is nothing to answer."""
    with suppress(ImportError):
        from argcomplete import autocomplete

        autocomplete(parser)


def _parse_command(parser: _Parser, argv: Sequence[str]) -> Arguments:
    """Parse the arguments of a command, options among the positional ones, as in ``Q --limit 3 FILE``.

    Only ``parse_intermixed_args`` can do that, but it ignores ``--``: what follows that is marked, so that it does not
    look like an option.
    """
    command, *rest = argv
    end_of_options = rest.index("--") if "--" in rest else len(rest)
    if command not in _WITHOUT_QUERY and any(map(_LIKE_A_QUERY, rest[:end_of_options])):
        parser.error(f"the query is missing; {_HINT}")
    marked = [_POSITIONAL_MARK + argument for argument in rest[end_of_options + 1 :]]
    arguments = parser.parse_intermixed_args([*rest[:end_of_options], *marked], Arguments(command=command))
    if "q" in arguments:
        arguments.q = arguments.q.removeprefix(_POSITIONAL_MARK)
    for names in ("files", "sources"):
        if names in arguments:
            setattr(arguments, names, [name.removeprefix(_POSITIONAL_MARK) for name in getattr(arguments, names)])
    if arguments.command == "filter":
        _complete_paging(arguments, parser)
    return arguments


def _add_command(
    commands: argparse._SubParsersAction[_Parser],
    name: Command,
    summary: str,
    details: str,
) -> _Parser:
    return commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=details,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _complete_paging(arguments: Arguments, parser: _Parser) -> None:
    if arguments.page is None and arguments.page_size is None:
        return
    if arguments.limit is not None:
        parser.error("--limit cannot be combined with --page or --page-size")
    arguments.page = arguments.page or 1
    arguments.page_size = arguments.page_size or DEFAULT_PAGE_SIZE


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("qlause")
    except PackageNotFoundError:  # run from a checkout
        return "(not installed)"
