"""Texts to match by: patterns of LIKE, and the range of the texts that start with another."""

from __future__ import annotations

import re
from typing import Final, overload

from ....bound.param import Deferred, Param, compute

__all__ = ["ascii_prefix_pattern", "is_ascii", "like_pattern", "prefix_end"]

_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")
_MISSED: Final = re.compile(
    r"[^ -~\xa0-\ud7ff]|[\u0653-\u0655\u0670\u180e\u2028\u2029\u58bb\u5afa\u6052\u7881\u7ca7\u88cf\u92b9]"
)
"""What an index of MariaDB or MySQL may miss: controls, a few others, and what comes after the surrogates. Each of the
690 collations of both was asked for each character up to there."""


@overload
def prefix_end(text: str) -> str | None: ...
@overload
def prefix_end(text: Deferred) -> str | Deferred: ...
def prefix_end(text: str | Deferred) -> str | Deferred | None:
    """The least text that is greater than every text that starts with this one; None if there is none."""
    if isinstance(text, Deferred):  # it does not end in what has nothing after it
        return compute(_prefix_end, text)
    text = text.rstrip(chr(0x10FFFF))
    return _prefix_end(text) if text else None


def _prefix_end(text: str) -> str:
    code = ord(text[-1]) + 1
    return text[:-1] + chr(0xE000 if code == 0xD800 else code)


def like_pattern(text: str, starts: bool, ends: bool, escape: str) -> str:
    """A text as a pattern of LIKE in which nothing of it is special."""
    for special in (escape, "%", "_"):
        text = text.replace(special, escape + special)
    return ("" if starts else "%") + text + ("" if ends else "%")


def ascii_prefix_pattern(text: str, escape: str) -> str:
    """What a text starts with up to its first letter beyond ASCII, as a pattern of LIKE for what starts so.

    It is that of any text for one with characters that MariaDB and MySQL may miss in an index that they read for LIKE.
    """
    if _MISSED.search(text):
        return "%"
    (start, *_) = _NOT_ASCII.split(text, maxsplit=1)
    return like_pattern(start, starts=True, ends=False, escape=escape)


def is_ascii(text: object) -> bool:
    """Whether a text, or a parameter for one, is known to be of ASCII alone."""
    return text.known == "ascii" if isinstance(text, Param) else isinstance(text, str) and text.isascii()
