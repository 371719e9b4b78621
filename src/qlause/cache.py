"""What is kept for the next request: results by their text, and entries bounded by number and memory."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from copy import deepcopy
from functools import lru_cache
from gc import get_referents
from math import inf
from sys import getsizeof
from threading import Lock
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final, Generic, TypeVar

from .values.datetimes import may_hold_date_math

__all__ = ["Bounded", "Cached", "cached", "weight"]

_T = TypeVar("_T")
_UNIT: Final = 64  # characters: a longer text counts more than once
_RESULT_UNIT: Final = 16_384  # bytes: a larger result counts more than once
_SHARE: Final = 16  # the part of the cache that one text may take
_V = TypeVar("_V")
_MOST_BYTES: Final = 16 * 1024 * 1024
_ENTRY_SHARE: Final = 32  # the part of the memory that one entry may take
_NOT_OWNED: Final = (type, ModuleType, type(lru_cache(len)))  # not owned by what refers to them


def cached(make: Callable[[str], _T], *, size: int = 1_024) -> Cached[_T]:
    """Wrap a function of a text so that it keeps the results for the texts that were used last.

    The cache can be shared between threads, and requests cannot fill the memory: a text counts once, and once more for
    each 64 characters and for each 16 KiB of its result, and all texts together count at most ``size``. A text that
    alone counts more than a sixteenth of that is not kept. Errors are not kept, and neither are results for text that
    may contain date math, which means something else a moment later.

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
        size, most = 1 + len(text) // _UNIT, self._size // _SHARE
        if size <= most:
            size += weight(result, most * _RESULT_UNIT) // _RESULT_UNIT
        if size > most:
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


class Bounded(Generic[_V]):
    """Keeps the entries that came last. It can be shared between threads.

    Args:
        entries: How many entries it holds at most.
        size: How many bytes they take at most, as :func:`weight` or the caller estimates. An entry that alone takes
            more than a part of that is not kept.

    Example:
        >>> squares = Bounded(entries=2)
        >>> for number in (1, 2, 3):
        ...     squares.put(number, number * number)
        >>> squares.get(1), squares.get(3)
        (None, 9)

    """

    def __init__(self, entries: int = 512, size: int = _MOST_BYTES) -> None:
        self._most = entries
        self._size = size
        self._entries: dict[Hashable, tuple[_V, int]] = {}
        self._filled = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def filled(self) -> int:
        """How many bytes the entries take."""
        return self._filled

    def get(self, key: Hashable) -> _V | None:
        """The value under a key, or None.

        Args:
            key: The key.

        Returns:
            The value, if it is still there.

        """
        entry = self._entries.get(key)
        return None if entry is None else entry[0]

    def put(self, key: Hashable, value: _V, size: int | None = None) -> None:
        """Keep a value, and let the oldest go where there is no room.

        Args:
            key: The key.
            value: The value, which does not grow later.
            size: How many bytes the two take at most, from a caller that knows without a look at each object, or that
                shares some of them with others. None: as :func:`weight` estimates them.

        """
        most = self._size // _ENTRY_SHARE
        if size is None:
            size = weight((key, value), most)
        if size > most:
            return
        with self._lock:
            _, before = self._entries.pop(key, (None, 0))
            self._entries[key] = (value, size)
            self._filled += size - before
            while len(self._entries) > self._most or self._filled > self._size:
                _, oldest = self._entries.pop(next(iter(self._entries)))
                self._filled -= oldest

    def clear(self) -> None:
        """Forget all entries."""
        with self._lock:
            self._entries.clear()
            self._filled = 0


def weight(value: Any, most: float = inf) -> int:
    """How many bytes a value takes with all that it refers to.

    Args:
        value: Any object. Classes and modules do not count, nor what a function finds in its module.
        most: Where to stop: what is heavier than this is not weighed to the end.

    Returns:
        An estimate; of what is heavier than ``most``, any number above that.

    Example:
        >>> weight(("x" * 1_000, "x")) > 1_000
        True

    """
    total = 0
    seen: set[int] = set()
    found: list[Any] = [value]
    while found and total <= most:
        owned: list[Any] = []
        for item in found:
            if id(item) not in seen and not isinstance(item, _NOT_OWNED):
                seen.add(id(item))
                owned.append(_OWNS[item.__class__](item) if item.__class__ in _OWNS else item)
        total += sum(map(getsizeof, owned))
        found = get_referents(*owned)
    return total


_OWNS: Final[dict[type[Any], Callable[[Any], tuple[Any, ...] | None]]] = {
    FunctionType: lambda function: function.__closure__,
    CodeType: lambda code: (code.co_code, code.co_consts, code.co_names, code.co_linetable),
}
"""What stands for an object whose other parts belong to its module, or are not found by a look at what it refers to."""
