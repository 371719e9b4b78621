"""The terminal: error messages, the standard output as bytes, and a progress bar that does not mix with either."""

from __future__ import annotations

import io
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final, Self, TextIO

from ...errors import escape_text

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["ProgressBar", "binary_stdout", "escape_controls", "is_terminal", "print_error"]

_DELAY: Final = 1.0  # seconds before the bar appears
_INTERVAL: Final = 0.1  # seconds between two updates
_LAYOUT: Final = re.compile("([\t\n\r]+)")


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person is at the other end of the stream."""
    return stream is not None and stream.isatty()


def escape_controls(text: str) -> str:
    """The text with control and format characters escaped, but for tabs and line ends. JSON remains the same JSON."""
    return "".join(
        part if part.isprintable() or _LAYOUT.fullmatch(part) else escape_text(part) for part in _LAYOUT.split(text)
    )


def binary_stdout() -> BinaryIO:
    """The standard output for bytes, with a buffer.

    With ``python -u`` there is only the unbuffered file, which may write just a part of what it is given.
    """
    stream = sys.stdout.buffer
    if isinstance(stream, io.FileIO):
        return io.BufferedWriter(io.FileIO(stream.fileno(), "wb", closefd=False))
    return stream


def print_error(message: str) -> None:
    """Print a message on the standard error, if there is one."""
    if sys.stderr is not None:
        print(message, file=sys.stderr, flush=True)


class ProgressBar:
    """A bar on the standard error that shows how many of ``total`` bytes are read; the total may be unknown (None).

    It appears after a second, from a thread of its own: short runs show none, and reading need not look at the clock.
    Whoever writes to the terminal does so inside :meth:`hidden`.
    """

    def __init__(self, total: int | None, shown: bool) -> None:
        self._position = 0
        self._total = total
        self._bar: Progress | None = None
        self._lock = threading.RLock()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._shown = shown and is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"

    def __enter__(self) -> Self:
        if self._shown:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        with self._lock:
            self._erase()

    def advance(self, count: int) -> None:
        """Count bytes that were read."""
        self._position += count

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Keep the bar off the terminal."""
        with self._lock:
            self._erase()
            yield

    def _run(self) -> None:
        wait = _DELAY
        while not self._done.wait(wait):
            wait = _INTERVAL
            with self._lock:
                if self._done.is_set():
                    return
                if self._bar is None:
                    self._bar = self._new_bar()
                    self._bar.start()
                self._bar.update(self._bar.task_ids[0], completed=self._position)
                self._bar.refresh()

    def _new_bar(self) -> Progress:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

        bar = Progress(
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        bar.add_task("read", total=self._total)
        return bar

    def _erase(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
