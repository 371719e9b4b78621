"""Problems of the input, printed as ``file:line: reason``."""

from __future__ import annotations

import re
from typing import Final

from ...errors import shorten
from ..input.byte_stream import STANDARD_INPUT
from .terminal import ProgressBar, print_error

__all__ = ["MAX_PROBLEMS", "Problems", "StopRunError", "shown_name"]

MAX_PROBLEMS: Final = 10
"""How many problems of one kind are printed for one file."""
_MAX_NAME_LENGTH: Final = 4096  # characters of a file's name in a message
_MAX_KINDS: Final = 100
_DETAIL: Final = re.compile(r'".*"|[0-9]+')


class StopRunError(Exception):
    """A strict run ends at the first problem."""


class Problems:
    """Prints the problems of the input as ``file:line: reason``, at most ``limit`` of a kind for each file.

    ``remedy`` is the end of the line that tells how many were not printed.
    """

    def __init__(self, progress: ProgressBar, strict: bool, limit: int | None, remedy: str = "") -> None:
        self.count = 0
        """How many problems there are."""
        self._progress = progress
        self._strict = strict
        self._limit = limit
        self._remedy = remedy
        self._counts: dict[str, int] = {}
        """How many problems of each kind the file has so far."""

    @property
    def any(self) -> bool:
        """Whether there is a problem."""
        return self.count > 0

    def report(self, file: str, line_number: int | None, reason: str) -> None:
        """Print one problem. Raises StopRunError in a strict run."""
        self.count += 1
        kind = _DETAIL.sub("", reason)
        if kind not in self._counts and len(self._counts) >= _MAX_KINDS:
            kind = ""
        count = self._counts[kind] = self._counts.get(kind, 0) + 1
        if self._limit is None or count <= self._limit:
            self.warn(file, line_number, reason)
        if self._strict:
            raise StopRunError

    def warn(self, file: str, line_number: int | None, text: str) -> None:
        """Print a warning, which does not change the exit status."""
        name = shown_name(file)
        self.print(f"{name}: {text}" if line_number is None else f"{name}:{line_number}: {text}")

    def print(self, message: str) -> None:
        """Print any message."""
        with self._progress.hidden():
            print_error(message)

    def end_file(self, file: str) -> None:
        """Tell of the problems of a file that were not printed."""
        if self._limit is not None:
            hidden = sum(max(count - self._limit, 0) for count in self._counts.values())
            if hidden:
                self.print(f"{shown_name(file)}: and {hidden:,} more{self._remedy}")
        self._counts.clear()


def shown_name(file: str) -> str:
    """The name of a file in a message."""
    return "(standard input)" if file == STANDARD_INPUT else shorten(file, _MAX_NAME_LENGTH)
