"""Files and the standard input as streams of bytes: decompressed, counted, and with a look at how they begin."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["LONGEST", "PIECE", "Stream", "opened", "total_size"]

PIECE: Final = 1 << 18
"""Bytes that are read at once."""
_NEXT: Final = 1 << 16  # bytes of one piece of a file: larger ones do not stay in a processor's cache
LONGEST: Final = 1 << 26
"""Bytes of the longest document that is read; no more than about that is held of a file without line ends."""

_GZIP: Final = b"\x1f\x8b"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class Stream(io.RawIOBase):
    """Bytes from a function that reads some more, with a look ahead."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._ahead = b""

    def look(self, enough: Callable[[bytes], bool]) -> bytes:
        """How the rest of the stream begins: as much as is enough, or up to a piece or the end of the stream."""
        while len(self._ahead) < PIECE and not enough(self._ahead):
            piece = self._read(PIECE)
            if not piece:
                break
            self._ahead += piece
        return self._ahead

    def skip(self, start: bytes) -> None:
        """Leave out these bytes if the stream begins with them."""
        if self.look(lambda ahead: len(ahead) >= len(start)).startswith(start):
            self._ahead = self._ahead[len(start) :]

    def piece(self) -> bytes:
        """What one read gives; nothing at the end."""
        piece, self._ahead = self._ahead or self._read(_NEXT), b""
        return piece

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill the buffer as far as one read does; 0 at the end."""
        view = memoryview(buffer)
        piece = self._ahead or self._read(len(view))
        taken, self._ahead = piece[: len(view)], piece[len(view) :]
        view[: len(taken)] = taken
        return len(taken)


@contextmanager
def opened(name: str, count: Callable[[int], None]) -> Iterator[Stream]:
    """The bytes of a file, of the standard input for ``-``, decompressed; ``count`` is told how many were read.

    Raises OSError for what cannot be opened, and for a file that the output is written to.
    """
    with _raw(name) as raw:
        if _is_output(raw.fileno()):
            raise OSError(errno.EINVAL, "the output is written to this file")

        def read(size: int) -> bytes:
            piece: bytes | None = raw.read(size)
            if piece is None:
                raise BlockingIOError(errno.EAGAIN, "it has no more to read now, and does not wait")
            count(len(piece))
            return piece

        stream = Stream(read)
        if stream.look(lambda ahead: len(ahead) >= len(_GZIP)).startswith(_GZIP):
            import gzip

            stream = Stream(gzip.GzipFile(fileobj=io.BufferedReader(stream, PIECE)).read1)
        stream.skip(_BYTE_ORDER_MARK)
        yield stream


def total_size(names: list[str]) -> int | None:
    """The bytes of all the files together, if all are files; files that cannot be read count for nothing."""
    total = 0
    for name in names:
        try:
            status = os.fstat(0) if name == "-" else os.stat(name)  # noqa: PTH116  # fstat has no other form
        except (OSError, ValueError):
            continue
        if not stat.S_ISREG(status.st_mode):
            return None
        total += status.st_size
    return total


def _raw(name: str) -> io.FileIO:
    if name != "-":
        try:
            return io.FileIO(name)
        except ValueError as error:
            raise OSError(errno.EINVAL, str(error)) from error
    if sys.stdin is None:
        raise OSError(errno.EBADF, "the standard input is closed")
    return io.FileIO(sys.stdin.fileno(), closefd=False)


def _is_output(descriptor: int) -> bool:
    """Whether this is the very file that the standard output is: reading it would go round in a circle."""
    try:
        here, there = os.fstat(descriptor), os.fstat(sys.stdout.fileno())
    except (OSError, ValueError):  # an output that is no file of the system, as under a test
        return False
    return stat.S_ISREG(here.st_mode) and os.path.samestat(here, there)
