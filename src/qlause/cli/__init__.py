"""The command ``qlause``: filter files, explain a query, check one, serve files and tables.

Arguments become a :class:`.request.Request`; ``filter`` then reads documents (``input``) and writes those that the
request selects (``output``).
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Final, assert_never

from .arguments import Arguments, UsageError, parse_arguments
from .exit_status import ExitStatus
from .output.terminal import print_error
from .request import RequestError

__all__ = ["main"]

_FILTER_PACKAGES: Final = ("orjson", "rich")
_SERVE_PACKAGES: Final = (*_FILTER_PACKAGES, "starlette", "uvicorn", "sqlalchemy")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: The arguments without the name of the program. None: those of this process.

    Returns:
        The exit status: 0, 1 where ``filter`` selects nothing, 2 after an error, and 128 + the number of the signal
        after an interrupt or where nobody reads the output any more.

    Example:
        >>> main(["check", "name:John surname:~Smith"])
        q: name:"John" AND surname:~"Smith"
        0

    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    return int(_run(sys.argv[1:] if argv is None else argv))


def _run(argv: Sequence[str]) -> int:
    try:
        status = _run_reporting(argv)
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        _discard_output()  # nobody may read it any more
        return ExitStatus.INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return ExitStatus.BROKEN_PIPE
    except MemoryError:
        print_error("qlause: there is not enough memory")
        return ExitStatus.ERROR
    except OSError as error:  # problems with the input are reported where it is read, so this one is about the output
        print_error(f"qlause: cannot write: {error.strerror or error}")
        _discard_output()
        return ExitStatus.ERROR
    return status


def _run_reporting(argv: Sequence[str]) -> int:
    """Run the command and print why a request cannot be answered."""
    try:
        return _run_command(parse_arguments(argv))
    except SystemExit as end:  # argparse has printed the help, the version or what is wrong
        return end.code if isinstance(end.code, int) else ExitStatus.OK
    except RequestError as refusal:
        print_error(refusal.error.pretty())
    except UsageError as error:
        print_error(f"qlause: {error}")
    return ExitStatus.ERROR


def _run_command(arguments: Arguments) -> ExitStatus:
    match arguments.command:
        case "filter":
            _require_packages("filter", "cli", _FILTER_PACKAGES)
            from .commands.filter import run
        case "explain":
            from .commands.explain import run
        case "check":
            from .commands.check import run
        case "schema":
            _require_packages("schema", "cli", _FILTER_PACKAGES)
            from .commands.schema import run
        case "serve":
            _require_packages("serve", "serve", _SERVE_PACKAGES)
            from .commands.serve import run
        case _:
            assert_never(arguments.command)
    return run(arguments)


def _require_packages(command: str, extra: str, packages: Sequence[str]) -> None:
    if any(find_spec(name) is None for name in packages):
        raise UsageError(f'qlause {command} needs the {extra} extra: pip install "qlause[{extra}]"')


def _discard_output() -> None:
    """Send what is still buffered nowhere, or the interpreter fails to write it when it ends, or waits for a reader."""
    try:
        descriptor = sys.stdout.fileno()
    except (AttributeError, OSError, ValueError):  # there is no output, or none with a descriptor
        return
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, descriptor)
    os.close(null)
