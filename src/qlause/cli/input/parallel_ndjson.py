"""NDJSON that several processes filter.

This process reads a file and cuts it into blocks, as it does alone. Other processes parse the lines, match the
documents and prepare what is written of them. What they find is put in order again here: items, problems and date-times
with an offset, each where it would come from one process. So the output and the messages are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple, Self, TypeAlias

from .byte_stream import ByteStream
from .line_prefilter import Cascade
from .ndjson_reader import Block, documents_of_blocks, line_blocks
from .offset_watch import OffsetWatch
from .reader import LocatedDocuments, MakeItems, ReadContext
from .worker_pool import SLOT_SIZE, Task, WorkerPool

__all__ = ["ParallelReader"]

_BLOCKS_SIZE: Final = SLOT_SIZE // 2
"""About how many bytes are handed over at once. Blocks of a reader are smaller, to stay in a processor's cache."""


class _Request(NamedTuple):
    file: str
    blocks: list[tuple[int | None, Cascade]]
    """The length of each block (None: a line that is too long), and what is searched for in its lines."""


_Event: TypeAlias = tuple[int, bool, tuple[Any, ...]]
"""How many items come before it, whether it is a problem or a date-time with an offset, and what was told of it."""


class _Result(NamedTuple):
    items: list[Any]
    events: list[_Event]
    line_count: int


class ParallelReader:
    """Reads NDJSON with several processes. They are forked at once, so all that is given here must be complete.

    Args:
        jobs: How many processes there are.
        context: How each reads, apart from where problems are reported.
        make_items: What is made of the documents that match.
        offsets: What counts the date-times with an offset.
        begin_file: Called in each process with the name of the file that is read.

    """

    def __init__(
        self,
        jobs: int,
        context: ReadContext,
        make_items: MakeItems,
        offsets: OffsetWatch,
        begin_file: Callable[[str], None],
    ) -> None:
        self._context = context
        self._make_items = make_items
        self._offsets = offsets
        self._begin_file = begin_file
        self._pool = WorkerPool(jobs, self._work)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    def read(self, file: str, stream: ByteStream, context: ReadContext) -> Iterator[Any]:
        """The items of one file. Problems are reported where they would be without other processes."""
        lines_before = 0
        for items, events, line_count in self._pool.map(_tasks(file, stream, context)):
            start = 0
            for position, is_problem, told in events:
                yield from items[start:position]
                start = position
                if is_problem:
                    number, reason = told
                    context.report(lines_before + number, reason)
                else:
                    self._offsets.count(*told)
            yield from items[start:] if start else items
            lines_before += line_count

    def _work(self, request: _Request, data: memoryview) -> _Result:
        """What one of the processes finds in some blocks."""
        items: list[Any] = []
        events: list[_Event] = []

        def report(number: int | None, reason: str) -> None:
            events.append((len(items), True, (number, reason)))

        self._offsets.on_found = lambda *told: events.append((len(items), False, told))
        self._begin_file(request.file)
        line_count = 0

        def documents() -> LocatedDocuments:
            nonlocal line_count
            line_count = yield from documents_of_blocks(_blocks(request, data), self._context._replace(report=report))

        for item in self._make_items(documents(), report):
            items.append(item)  # noqa: PERF402  # an event needs to know how many there are
        return _Result(items, events, line_count)


def _tasks(file: str, stream: ByteStream, context: ReadContext) -> Iterator[Task]:
    """The blocks of a file, some at a time. One that is longer than a slot comes alone."""
    blocks: list[Block] = []
    size = 0
    iterator = line_blocks(stream, context)
    while True:
        try:
            block = next(iterator, None)
        except Exception:  # what was read before comes first, as from one process
            if blocks:
                yield _task(file, blocks)
            raise
        if block is None:
            break
        length = len(block[0] or b"")
        if blocks and size + length > SLOT_SIZE:
            yield _task(file, blocks)
            blocks, size = [], 0
        blocks.append(block)
        size += length
        if size >= _BLOCKS_SIZE:
            yield _task(file, blocks)
            blocks, size = [], 0
    if blocks:
        yield _task(file, blocks)


def _task(file: str, blocks: Iterable[Block]) -> Task:
    lengths = [(None if block is None else len(block), cascade) for block, cascade in blocks]
    return _Request(file, lengths), [block for block, _ in blocks if block is not None]


def _blocks(request: _Request, data: memoryview) -> Iterator[Block]:
    """The blocks as they were before they were put together."""
    position = 0
    for length, cascade in request.blocks:
        if length is None:
            yield None, cascade
        else:
            yield bytes(data[position : position + length]), cascade
            position += length
