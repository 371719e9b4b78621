"""Text in other encodings than UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Final

from ...errors import shorten
from ..arguments import UsageError

__all__ = ["EncodingError", "check_encoding", "read_as_utf_8"]

_WITHOUT_MARK: Final = "there is no byte order mark; name the order, as in --encoding utf-16-le or utf-16-be"


class EncodingError(Exception):
    """The text is not in its encoding. Nothing can be read after that place."""


def check_encoding(name: str) -> None:
    """Raise UsageError if there is no such encoding of text."""
    try:
        is_text = codecs.lookup(name)._is_text_encoding
        codecs.getincrementaldecoder(name)().decode(b"", final=True)  # there is one that decodes nothing: undefined
    except (LookupError, ValueError):
        is_text = False
    if not is_text:
        raise UsageError(f"there is no encoding {shorten(name)}; write one like latin-1, cp1252, utf-16")


def read_as_utf_8(read_chunk: Callable[[], bytes], encoding: str) -> Callable[[int], bytes]:
    """A function that reads the text as UTF-8. It raises EncodingError after the text before bytes that are none."""
    decoder = codecs.getincrementaldecoder(encoding)()
    problem: EncodingError | None = None
    """What follows the text that was read last."""

    def decoded(chunk: bytes, *, final: bool = False) -> bytes:
        nonlocal problem
        _, mode = decoder.getstate()
        try:
            return decoder.decode(chunk, final).encode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            problem = EncodingError(f"invalid {error.encoding}: {error.reason}")
            decoder.setstate((b"", mode))  # the bytes that it held back are among those of the error
            return decoder.decode(error.object[: error.start]).encode("utf-8", "surrogatepass")
        except UnicodeError as error:  # some encodings say so of the whole text, and not of some bytes
            reason = _WITHOUT_MARK if codecs.lookup(encoding).name == "utf-16" else str(error)
            raise EncodingError(f"invalid {encoding}: {reason}") from error

    def read(_: int) -> bytes:
        text = b""
        while not text and problem is None and (chunk := read_chunk()):
            text = decoded(chunk)
        if not text and problem is None:
            text = decoded(b"", final=True)
        if not text and problem is not None:
            raise problem
        return text

    return read
