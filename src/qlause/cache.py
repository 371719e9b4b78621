"""Results that are kept for the next request with the same text."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from threading import Lock
from typing import Any, Final, Generic, TypeVar

from .values.datetimes import may_hold_date_math

__all__ = ["Cached", "cached"]

_T = TypeVar("_T")
_UNIT: Final = 64  # characters: a longer text counts more than once
_SHARE: Final = 16  # the part of the cache that one text may take


def cached(make: Callable[[str], _T], *, size: int = 1_024) -> Cached[_T]:
    """Wrap a function of a text so that it keeps the results for the texts that were used last.

    The cache can be shared between threads, and requests cannot fill the memory: a text counts once, and once more for
    each 64 characters, and all texts together count at most ``size``. A text that alone counts more than a sixteenth of
    that is not kept. Errors are not kept, and neither are results for text that may contain date math, which means
    something else a moment later.

    Args:
        make: a function of one text, such as ``functools.partial(python.predicate, schema=schema)``. Use one cache for
            each schema and each set of options.
        size: how many texts of less than 64 characters to keep, at least 16.

    Returns:
        The function with a cache.

    Raises:
        ValueError: ``size`` is less than 16.

    Example:
        >>> from functools import partial
        >>> predicate = cached(partial(python.predicate, schema=Schema({"name": "string"})))
        >>> predicate("name:x") is predicate("name:x")
        True

    """
    return Cached(make, size)


class Cached(Generic[_T]):
    """A function of a text with a cache of its results; see :func:`cached`. ``len()`` is the number of kept texts.

    A hashable result, such as a predicate or a Fragment, cannot be changed, and all callers get the same object. Of any
    other result, such as the dict of a MongoDB filter, each caller gets a copy.
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
        """Return the result for a text, and raise whatever the function raises."""
        entry = self._entries.get(text)
        if entry is None:
            return self._make_and_keep(text)
        entry.used = True
        return _copy(entry.result) if entry.copied else entry.result

    def __len__(self) -> int:
        return len(self._entries)

    def _make_and_keep(self, text: str) -> _T:
        result = self._make(text)
        if text.__class__ is not str or may_hold_date_math(text):
            return result
        size = 1 + len(text) // _UNIT
        if size > self._size // _SHARE:
            return result
        copied = not _is_hashable(result)
        with self._lock:
            if text not in self._entries:  # another thread may have been faster
                self._entries[text] = _Entry(_copy(result), copied, size)
                self._filled += size
                self._make_room()
        return result

    def _make_room(self) -> None:
        """Remove the oldest entries. One that was used since the last look is moved to the end instead."""
        while self._filled > self._size:
            text = next(iter(self._entries))
            entry = self._entries.pop(text)
            if entry.used:
                entry.used = False
                self._entries[text] = entry
            else:
                self._filled -= entry.size


class _Entry(Generic[_T]):
    __slots__ = ("copied", "result", "size", "used")

    def __init__(self, result: _T, copied: bool, size: int) -> None:
        self.result = result
        self.copied = copied
        self.size = size
        self.used = False


def _copy(result: Any) -> Any:
    if isinstance(result, dict):
        return {key: _copy(value) for key, value in result.items()}
    if isinstance(result, list):
        return [_copy(item) for item in result]
    return result if _is_hashable(result) else deepcopy(result)


def _is_hashable(result: object) -> bool:
    try:
        hash(result)
    except TypeError:
        return False
    return True
