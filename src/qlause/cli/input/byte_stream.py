"""Files and the standard input as streams of bytes: decompressed, in UTF-8, counted, and with a look ahead."""

from __future__ import annotations

import errno
import io
import os
import select
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from .compression import MAGIC_BYTES, decompressed

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = [
    "BUFFER_SIZE",
    "MAX_DOCUMENT_SIZE",
    "STANDARD_INPUT",
    "ByteStream",
    "open_byte_stream",
    "total_size",
]

STANDARD_INPUT: Final = "-"
"""The name of the standard input among the names of files."""
BUFFER_SIZE: Final = 1 << 18
"""How many bytes buffers and looks ahead hold."""
MAX_DOCUMENT_SIZE: Final = 1 << 26
"""How many bytes a document may have. About as many are kept of a file without line ends."""
_CHUNK_SIZE: Final = 1 << 16  # larger chunks do not stay in a processor's cache
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_MAGIC_LENGTH: Final = max(map(len, MAGIC_BYTES))
_UTF_16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


class ByteStream(io.RawIOBase):
    """A stream over a function that reads, with a look ahead."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._ahead = b""

    def peek(self, is_enough: Callable[[bytes], bool]) -> bytes:
        """How the stream goes on: until that is enough, the buffer is full or the stream ends."""
        while len(self._ahead) < BUFFER_SIZE and not is_enough(self._ahead):
            chunk = self._read(BUFFER_SIZE)
            if not chunk:
                break
            self._ahead += chunk
        return self._ahead

    def skip_prefix(self, prefix: bytes) -> None:
        """Skip these bytes if the stream goes on with them."""
        if self.peek(lambda ahead: len(ahead) >= len(prefix)).startswith(prefix):
            self._ahead = self._ahead[len(prefix) :]

    def read_chunk(self) -> bytes:
        """What one read returns; empty at the end."""
        chunk, self._ahead = self._ahead or self._read(_CHUNK_SIZE), b""
        return chunk

    def readable(self) -> bool:
        """Whether the stream can be read: always."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill the buffer with what one read returns, and return its length; 0 at the end."""
        view = memoryview(buffer)
        chunk = self._ahead or self._read(len(view))
        taken, self._ahead = chunk[: len(view)], chunk[len(view) :]
        view[: len(taken)] = taken
        return len(taken)


@contextmanager
def open_byte_stream(
    name: str, count_bytes: Callable[[int], None], before_wait: Callable[[], None], encoding: str | None = None
) -> Iterator[ByteStream]:
    """The decompressed bytes of a file or of the standard input in UTF-8, without a byte order mark.

    Args:
        name: The name of the file; ``-`` is the standard input.
        count_bytes: Called with the length of each chunk that is read.
        before_wait: Called before a read that has to wait for input.
        encoding: The encoding of the text. None: UTF-8, or UTF-16 if the text begins with its byte order mark.

    Raises:
        OSError: The file cannot be opened, or the output goes to it.

    """
    with _open_file(name) as file:
        if _is_output_file(file.fileno()):
            raise OSError(errno.EINVAL, "the output goes to this file")
        never_waits = stat.S_ISREG(os.fstat(file.fileno()).st_mode)

        def read(size: int) -> bytes:
            if not never_waits and not _has_input(file.fileno()):
                before_wait()
            chunk: bytes | None = file.read(size)
            if chunk is None:
                raise BlockingIOError(errno.EAGAIN, "no data is available, and this input does not wait for it")
            count_bytes(len(chunk))
            return chunk

        stream = ByteStream(read)
        start = stream.peek(lambda ahead: len(ahead) >= _MAGIC_LENGTH)
        if start.startswith(MAGIC_BYTES):
            stream = ByteStream(decompressed(start, io.BufferedReader(stream, BUFFER_SIZE)))
        if encoding is None and stream.peek(lambda ahead: len(ahead) >= 2).startswith(_UTF_16_MARKS):
            encoding = "utf-16"
        if encoding is not None:
            from .encodings import read_as_utf_8

            stream = ByteStream(read_as_utf_8(stream.read_chunk, encoding))
        stream.skip_prefix(_BYTE_ORDER_MARK)
        yield stream


def total_size(names: Sequence[str]) -> int | None:
    """The size of all files together; None if one is no regular file. Files that cannot be read count as empty."""
    total = 0
    for name in names:
        try:
            status = os.fstat(0) if name == STANDARD_INPUT else os.stat(name)  # noqa: PTH116  # like fstat
        except (OSError, ValueError):
            continue
        if not stat.S_ISREG(status.st_mode):
            return None
        total += status.st_size
    return total


def _has_input(descriptor: int) -> bool:
    """Whether a read would return at once. Where that cannot be known: no."""
    try:
        return bool(select.select([descriptor], [], [], 0)[0])
    except (OSError, ValueError):
        return False


def _open_file(name: str) -> io.FileIO:
    if name != STANDARD_INPUT:
        try:
            return io.FileIO(name)
        except ValueError as error:  # a null character in the name
            raise OSError(errno.EINVAL, str(error)) from error
    if sys.stdin is None:
        raise OSError(errno.EBADF, "the standard input is closed")
    return io.FileIO(sys.stdin.fileno(), closefd=False)


def _is_output_file(descriptor: int) -> bool:
    """Whether the standard output is this very file: then reading it would never end."""
    try:
        input_status, output_status = os.fstat(descriptor), os.fstat(sys.stdout.fileno())
    except (OSError, ValueError):  # the output has no descriptor, as in a test
        return False
    return stat.S_ISREG(input_status.st_mode) and os.path.samestat(input_status, output_status)
