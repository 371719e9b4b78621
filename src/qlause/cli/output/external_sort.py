"""A sort of any size: what memory does not hold waits in a temporary file, in sorted runs that are merged.

The file has no name, or loses it as soon as it is open, so it goes with the process however that ends, and nobody else
can write to it. That is why reading it back with pickle is safe: it holds what this process wrote and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from gc import get_referents
from heapq import merge
from itertools import islice
from operator import itemgetter
from sys import getsizeof
from typing import IO, Any, Final, TypeAlias

from ..arguments import UsageError

__all__ = ["sorted_items"]

_Pair: TypeAlias = tuple[Any, Any]
"""A sort key, and an item that has a length: text, or a row of cells."""

_MAX_MEMORY: Final = 1 << 27
"""How many bytes the pairs may take before a run is written."""
_BLOCK_SIZE: Final = 1 << 15
"""About how many bytes of memory a block takes when it is read back. Merging holds one block of each run."""
_MEASURED: Final = 16
"""One pair of so many is measured, because measuring takes about as long as encoding."""
_LENGTH_SIZE: Final = 8  # bytes of the length before each block
_BY_KEY: Final = itemgetter(0)


def sorted_items(pairs: Iterable[_Pair], stop: int | None) -> Iterator[Any]:
    """The items in the order of their keys, equal ones in the order of the input.

    Args:
        pairs: Pairs of a sort key and an item.
        stop: How many items are wanted. None: all of them.

    Raises:
        UsageError: The temporary file cannot be written or read.

    """
    with ExitStack() as stack:
        runs: list[Iterator[_Pair]] = []
        file: IO[bytes] | None = None
        batch = _Batch(stop)
        for pair in pairs:
            batch.add(pair)
            if batch.is_full:
                import tempfile  # rarely needed, and slow to load

                with _telling_of_the_file():
                    file = file or stack.enter_context(tempfile.TemporaryFile())
                    runs.append(_written(file, batch))
        for _, item in merge(*runs, batch.take(), key=_BY_KEY):
            yield item


class _Batch:
    """Pairs in memory. Where so many are wanted, no more than twice as many are kept."""

    def __init__(self, wanted: int | None) -> None:
        self._wanted = wanted
        self._pairs: list[_Pair] = []
        self._size = self._count = 0
        self._limit: _Pair | None = None
        """As many pairs as are wanted come before a later one that does not come before this one."""

    @property
    def is_full(self) -> bool:
        """Whether the pairs take as much memory as they may."""
        return self._size >= _MAX_MEMORY

    def add(self, pair: _Pair) -> None:
        """Keep a pair, unless enough come before it."""
        if self._limit is not None and not pair[0] < self._limit[0]:
            return
        length = len(pair[1])
        self._pairs.append(pair)
        self._size += length
        if self._count % _MEASURED == 0:
            self._size += (_size(pair) - length) * _MEASURED
        self._count += 1
        if self._wanted is not None and len(self._pairs) >= self._wanted * 2:
            self._size //= 2
            self._pairs = self._sorted()
            self._limit = self._pairs[-1]

    def take(self) -> Iterator[_Pair]:
        """The pairs in order. Each is forgotten when it is taken."""
        pairs, self._pairs, self._size = self._sorted(), [], 0
        pairs.reverse()
        while pairs:
            yield pairs.pop()

    def blocks(self) -> Iterator[list[_Pair]]:
        """The pairs in order, in blocks of about the same size."""
        length = max(1, _BLOCK_SIZE * len(self._pairs) // max(self._size, 1))
        pairs = self.take()
        while block := list(islice(pairs, length)):
            yield block

    def _sorted(self) -> list[_Pair]:
        """The pairs that are wanted, in order."""
        self._pairs.sort(key=_BY_KEY)
        return self._pairs if self._wanted is None else self._pairs[: self._wanted]


def _written(file: IO[bytes], batch: _Batch) -> Iterator[_Pair]:
    """Write a run at the end of the file, and return what reads it."""
    import pickle

    start = end = file.seek(0, 2)
    for block in batch.blocks():
        data = pickle.dumps(block, pickle.HIGHEST_PROTOCOL)
        file.write(len(data).to_bytes(_LENGTH_SIZE))
        file.write(data)
        end += _LENGTH_SIZE + len(data)
    file.flush()
    return _read(file, start, end)


def _read(file: IO[bytes], position: int, end: int) -> Iterator[_Pair]:
    """The pairs of a run, a block at a time."""
    import pickle

    while position < end:
        with _telling_of_the_file():
            file.seek(position)
            length = int.from_bytes(file.read(_LENGTH_SIZE))
            data = file.read(length)
        position += _LENGTH_SIZE + length
        yield from pickle.loads(data)  # noqa: S301  # this process wrote it, see above


@contextmanager
def _telling_of_the_file() -> Iterator[None]:
    """Say that a problem is one of the temporary file, not of the input or the output."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"the temporary file of the sort: {reason}; TMPDIR names another folder for it") from error


def _size(value: Any) -> int:
    """How many bytes a value takes with all that it holds."""
    return getsizeof(value) + sum(_size(each) for each in get_referents(value) if not isinstance(each, type))
