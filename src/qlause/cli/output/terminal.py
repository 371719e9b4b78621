"""What a person sees while the command runs: messages, and a progress bar that never mixes with the output."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final, Self, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

__all__ = ["Progress", "byte_output", "complain", "is_terminal"]

_DELAY: Final = 1.0  # seconds before the bar appears
_INTERVAL: Final = 0.1  # seconds between two looks at it


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person reads this stream."""
    return stream is not None and stream.isatty()


def byte_output() -> BinaryIO:
    """The standard output for bytes, with a buffer.

    Where Python was told to have none, there is only the raw file below, which may write a part of what it is given.
    """
    out = sys.stdout.buffer
    if isinstance(out, io.FileIO):
        return io.BufferedWriter(io.FileIO(out.fileno(), "wb", closefd=False))
    return out


def complain(message: str) -> None:
    """A message on the standard error, if there is one."""
    if sys.stderr is not None:
        print(message, file=sys.stderr, flush=True)


class Progress:
    """A bar on the standard error, by bytes read of ``total`` (None: not known).

    It appears after a second, from a thread of its own, so that short runs show none and the work need not look at
    the clock. Who writes to the terminal meanwhile does so inside :meth:`hidden`.
    """

    def __init__(self, total: int | None, shown: bool) -> None:
        self._position = 0
        self._total = total
        self._bar: Bar | None = None
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
        """So many more bytes were read."""
        self._position += count

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """The time in which there is no bar on the terminal."""
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

    def _new_bar(self) -> Bar:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

        columns = [BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()]
        console = Console(stderr=True)
        bar = Progress(
            *columns,
            console=console,
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
