"""Names and texts as the dialects write them."""

from __future__ import annotations

from typing import overload

from ....bound.param import Deferred, compute

__all__ = ["following", "like_pattern", "quoted"]


@overload
def following(text: str) -> str | None: ...
@overload
def following(text: Deferred) -> str | Deferred: ...
def following(text: str | Deferred) -> str | Deferred | None:
    """The least text that is greater than every text that starts with this one; None where there is none."""
    if isinstance(text, Deferred):  # it does not end in what has nothing after it
        return compute(_following, text)
    text = text.rstrip(chr(0x10FFFF))
    return _following(text) if text else None


def _following(text: str) -> str:
    code = ord(text[-1]) + 1
    return text[:-1] + chr(0xE000 if code == 0xD800 else code)


def quoted(name: str, mark: str) -> str:
    """A name between marks, the marks in it doubled."""
    if "\0" in name:
        raise ValueError("a name in SQL cannot hold U+0000")
    return f"{mark}{name.replace(mark, mark * 2)}{mark}"


def like_pattern(text: str, starts: bool, ends: bool, escape: str) -> str:
    """A text as a pattern of LIKE in which nothing of it is special."""
    for special in (escape, "%", "_"):
        text = text.replace(special, escape + special)
    return ("" if starts else "%") + text + ("" if ends else "%")
