"""What was made of a text, kept for the next request that sends the same one."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from threading import Lock
from typing import Any, Final, Generic, TypeVar

from .values.datetimes import may_hold_date_math

__all__ = ["Cached", "cached"]

_T = TypeVar("_T")
_UNIT: Final = 64  # characters
_SHARE: Final = 16


def cached(make: Callable[[str], _T], *, size: int = 1_024) -> Cached[_T]:
    """The same function of a text, which keeps what it made of the texts that were asked for last.

    ``make`` is a function of this package with all of its options: each cache is of one schema and of one set of
    options, so that none can be taken for another.

    >>> from functools import partial
    >>> predicate = cached(partial(python.predicate, schema=Schema({"name": "string"})))
    >>> predicate("name:x") is predicate("name:x")
    True

    Texts come from requests, so all that they can fill is bounded: ``size`` texts of less than 64 characters are kept,
    a longer one counts once more for each 64 characters, and one that is more than a sixteenth of the whole is not
    kept. Neither is a refusal, nor what is made of a text that may hold date math: a moment later it means something
    else.

    It may be shared between threads. Raises ValueError for a size below 16.
    """
    return Cached(make, size)


class Cached(Generic[_T]):
    """A function of a text that keeps what it made; see :func:`cached`.

    What can be hashed, as a predicate or a Fragment, nobody can change, and it is given to all who ask; of anything
    else (a filter of MongoDB is a dict) each caller gets a copy of its own. ``len()`` tells how many texts are kept.
    """

    __slots__ = ("_entries", "_filled", "_lock", "_make", "_size")

    def __init__(self, make: Callable[[str], _T], size: int) -> None:
        if size < _SHARE:
            raise ValueError(f"the size of a cache must be at least {_SHARE}, not {size!r}")
        self._make = make
        self._size = size
        self._entries: dict[str, _Entry[_T]] = {}
        self._filled = 0
        self._lock = Lock()

    def __call__(self, text: str) -> _T:
        """What ``make`` gives for the text. Raises what that raises."""
        entry = self._entries.get(text)
        if entry is None:
            return self._made(text)
        entry.used = True
        return _copy(entry.found) if entry.copied else entry.found

    def __len__(self) -> int:
        return len(self._entries)

    def _made(self, text: str) -> _T:
        found = self._make(text)
        if text.__class__ is not str or may_hold_date_math(text):
            return found
        size = 1 + len(text) // _UNIT
        if size > self._size // _SHARE:
            return found
        copied = not _is_hashable(found)
        with self._lock:
            if text not in self._entries:  # another thread may have been faster
                self._entries[text] = _Entry(_copy(found), copied, size)
                self._filled += size
                self._make_room()
        return found

    def _make_room(self) -> None:
        """Give up the oldest entries, but those that were used since they were last looked at only the next time."""
        while self._filled > self._size:
            text = next(iter(self._entries))
            entry = self._entries.pop(text)
            if entry.used:
                entry.used = False
                self._entries[text] = entry
            else:
                self._filled -= entry.size


class _Entry(Generic[_T]):
    __slots__ = ("copied", "found", "size", "used")

    def __init__(self, found: _T, copied: bool, size: int) -> None:
        self.found = found
        self.copied = copied
        self.size = size
        self.used = False


def _copy(found: Any) -> Any:
    if isinstance(found, dict):
        return {key: _copy(each) for key, each in found.items()}
    if isinstance(found, list):
        return [_copy(each) for each in found]
    return found if _is_hashable(found) else deepcopy(found)


def _is_hashable(found: object) -> bool:
    try:
        hash(found)
    except TypeError:
        return False
    return True
