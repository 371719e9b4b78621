"""Text in other encodings than UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from ...errors import shorten
from ..arguments import UsageError

__all__ = ["check_encoding", "read_as_utf_8"]


def check_encoding(name: str) -> None:
    """Raise UsageError if there is no such encoding of text."""
    try:
        is_text = codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError):
        is_text = False
    if not is_text:
        raise UsageError(f"there is no encoding {shorten(name)}; write one like latin-1, cp1252, utf-16")


def read_as_utf_8(read_chunk: Callable[[], bytes], encoding: str) -> Callable[[int], bytes]:
    """A function that reads the text as UTF-8. It raises UnicodeDecodeError for bytes that are not in the encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()

    def read(_: int) -> bytes:
        while chunk := read_chunk():
            text = decoder.decode(chunk)
            if text:
                return text.encode("utf-8", "surrogatepass")
        return decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")

    return read
