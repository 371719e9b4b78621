"""Compressed files: gzip, bzip2, xz and Zstandard, told apart by their first bytes."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, Final

__all__ = ["MAGIC_BYTES", "CompressionError", "decompressed"]

MAGIC_BYTES: Final = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
"""What compressed files begin with: gzip, bzip2, xz, Zstandard."""


class CompressionError(Exception):
    """The file cannot be decompressed."""


def decompressed(start: bytes, file: io.BufferedReader[Any]) -> Callable[[int], bytes]:
    """A function that reads the decompressed bytes of a file that starts so. Broken ones raise CompressionError."""
    gzip, bzip2, xz, _ = map(start.startswith, MAGIC_BYTES)
    if gzip:
        return _reading_gzip(file)
    if bzip2:
        return _reading_bzip2(file)
    return _reading_xz(file) if xz else _reading_zstandard(file)


def _reading_gzip(file: io.BufferedReader[Any]) -> Callable[[int], bytes]:
    import zlib
    from gzip import GzipFile

    return _reading(GzipFile(fileobj=file).read1, (OSError, EOFError, zlib.error))


def _reading_bzip2(file: io.BufferedReader[Any]) -> Callable[[int], bytes]:
    from bz2 import BZ2File

    return _reading(BZ2File(file).read1, (OSError, EOFError))


def _reading_xz(file: io.BufferedReader[Any]) -> Callable[[int], bytes]:
    from lzma import LZMAError, LZMAFile

    return _reading(LZMAFile(file).read1, (LZMAError, EOFError))


def _reading_zstandard(file: io.BufferedReader[Any]) -> Callable[[int], bytes]:
    try:
        from compression.zstd import ZstdError, ZstdFile  # type: ignore[import-not-found]  # Python 3.14
    except ImportError:
        try:
            from backports.zstd import ZstdError, ZstdFile
        except ImportError as error:
            message = 'Zstandard needs Python 3.14 or the package backports.zstd: pip install "qlause[cli]"'
            raise CompressionError(message) from error
    return _reading(ZstdFile(file).read1, (ZstdError, EOFError))


def _reading(read1: Callable[[int], bytes], errors: tuple[type[Exception], ...]) -> Callable[[int], bytes]:
    def read(size: int) -> bytes:
        try:
            return read1(size)
        except errors as error:
            raise CompressionError(str(error)) from error

    return read
