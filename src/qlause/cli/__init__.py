"""The command ``qlause``: filter files, explain a query, check one.

Text flows one way: arguments → :class:`.request.Request` → records of the input → payloads of the output. The exit
status is grep's: 0 something was selected, 1 nothing was, 2 an error.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Final

from .arguments import Arguments, UsageError, parse_arguments
from .output.terminal import complain
from .request import RequestError

__all__ = ["main"]

OK: Final = 0
FAILED: Final = 2
INTERRUPTED: Final = 128 + signal.SIGINT
BROKEN_PIPE: Final = 128 + 13  # SIGPIPE, which not every system has

_EXTRA: Final = ("orjson", "rich")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status. ``argv`` is without the name of the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            status = _run(parse_arguments(sys.argv[1:] if argv is None else argv))
        except SystemExit as done:  # argparse has printed help, the version or what is wrong
            status = done.code if isinstance(done.code, int) else OK
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return BROKEN_PIPE
    except OSError as error:  # input reports its own, so this is about writing
        complain(f"qlause: cannot write: {error.strerror or error}")
        _drop_output()
        return FAILED


def _run(arguments: Arguments) -> int:
    try:
        return _COMMANDS[arguments.command](arguments)
    except RequestError as refused:
        complain(refused.error.pretty())
    except UsageError as error:
        complain(f"qlause: {error}")
    return FAILED


def _filter(arguments: Arguments) -> int:
    if any(find_spec(name) is None for name in _EXTRA):
        raise UsageError('qlause filter needs the cli extra: pip install "qlause[cli]"')
    if sys.stdout is None:
        raise UsageError("the standard output is closed")
    from .commands.filter import run

    return run(arguments)


def _explain(arguments: Arguments) -> int:
    from .commands.explain import run

    return run(arguments)


def _check(arguments: Arguments) -> int:
    from .commands.check import run

    return run(arguments)


_COMMANDS: Final[Mapping[str, Callable[[Arguments], int]]] = {
    "filter": _filter,
    "explain": _explain,
    "check": _check,
}


def _drop_output() -> None:
    """What is still buffered goes nowhere, so that the interpreter does not complain when it ends."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
