"""Processes that work on bytes, a task at a time. The results come in the order of the tasks.

The processes are forks: they need not load anything, and have the compiled request already. The bytes are handed over
in shared memory. Each process has a few slots of it, so that it has work while its last result is read. A process
writes its result into a pipe of its own, and waits there until it is its turn to be read.

A process ends when the command does, even if that is killed: it then finds its pipes closed.
"""

from __future__ import annotations

import gc
import io
import mmap
import os
import pickle
import signal
import threading
import traceback
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, BinaryIO, Final, NamedTuple, NoReturn, Self, TypeAlias

from ..arguments import UsageError

__all__ = ["SLOT_SIZE", "Task", "WorkerPool", "available_cores", "can_fork"]

Task: TypeAlias = tuple[Any, Sequence[bytes]]
"""What is asked, which can be pickled, and the bytes that it is asked about."""
Work: TypeAlias = Callable[[Any, memoryview], Any]
"""Returns something that can be pickled for a task. The bytes are there until it returns."""

SLOT_SIZE: Final = 1 << 20
"""How many bytes of a task wait in a slot. A task with more is handed over when no other is waiting."""
_SLOTS: Final = 2  # of each process
_LENGTH_SIZE: Final = 8  # bytes of the length before each message
_PIPE_SIZE: Final = 1 << 20  # as large as most results, so that the process can go on with its next block
_SET_PIPE_SIZE: Final = 1031  # F_SETPIPE_SZ of Linux; the module fcntl does not always have it


def available_cores() -> int:
    """How many cores this process may use. 1 where that cannot be known: there, forks are not safe either."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def can_fork() -> bool:
    """Whether this process can be forked. With other threads it cannot: one of them may hold a lock for ever."""
    return hasattr(os, "fork") and threading.active_count() == 1


class _Worker(NamedTuple):
    process: int
    requests: BinaryIO
    results: BinaryIO


class WorkerPool:
    """Forks of this process that work on tasks.

    Args:
        count: How many there are.
        work: What each does with a task. It runs in the forks only.

    """

    def __init__(self, count: int, work: Work) -> None:
        self._work = work
        self._memory = mmap.mmap(-1, count * _SLOTS * SLOT_SIZE)
        self._workers: list[_Worker] = []
        try:
            for _ in range(count):
                self._fork()
        except BaseException:  # an interrupt too; it is raised again
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes, whatever they do."""
        while self._workers:
            worker = self._workers.pop()
            with suppress(ProcessLookupError):
                os.kill(worker.process, signal.SIGKILL)
            with suppress(OSError):  # a request that was not sent
                worker.requests.close()
            worker.results.close()
            with suppress(ChildProcessError):
                os.waitpid(worker.process, 0)

    def map(self, tasks: Iterable[Task]) -> Iterator[Any]:
        """The results in the order of the tasks, of which only a few are taken ahead.

        If the tasks raise an exception, the results of those before it come first.

        Raises:
            UsageError: A process was killed.
            RuntimeError: The work raised an exception.

        """
        waiting: deque[int] = deque()
        error: Exception | None = None
        number = 0
        iterator = iter(tasks)
        while True:
            try:
                task = next(iterator, None)
            except Exception as raised:  # it is raised again in its turn
                task, error = None, raised
            if task is None:
                break
            request, parts = task
            size = sum(map(len, parts))
            if size > SLOT_SIZE:
                # Through the pipe: nobody waits for anything else, so neither side blocks the other.
                while waiting:
                    yield self._result(waiting.popleft())
                self._send(0, (request, None, size), *parts)
                yield self._result(0)
                continue
            if len(waiting) == len(self._workers) * _SLOTS:
                yield self._result(waiting.popleft())
            slot = number % (len(self._workers) * _SLOTS)
            number += 1
            self._memory.seek(slot * SLOT_SIZE)
            for part in parts:
                self._memory.write(part)
            self._send(slot % len(self._workers), (request, slot, size))
            waiting.append(slot % len(self._workers))
        while waiting:
            yield self._result(waiting.popleft())
        if error is not None:
            raise error

    def _send(self, index: int, request: Any, *parts: bytes) -> None:
        try:
            _write(self._workers[index].requests, pickle.dumps(request), *parts)
        except BrokenPipeError:
            self._tell_of_death()

    def _result(self, index: int) -> Any:
        message = _read(self._workers[index].results)
        if message is None:
            self._tell_of_death()
        result, problem = pickle.loads(message)  # noqa: S301  # a fork of this process wrote it
        if problem is not None:
            raise RuntimeError(problem)
        return result

    def _tell_of_death(self) -> NoReturn:
        self.close()
        raise UsageError("a process that filters a part of the input was killed; --jobs 1 does without")

    def _fork(self) -> None:
        request_reader, request_writer = os.pipe()
        result_reader, result_writer = os.pipe()
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # threads that Python does not know: see can_fork
                process = os.fork()
            if process == 0:
                self._run_and_exit(blocked, request_reader, result_writer, (request_writer, result_reader))
            self._workers.append(_Worker(process, open(request_writer, "wb"), open(result_reader, "rb")))  # noqa: PTH123, SIM115  # open until close
        except BaseException:  # an interrupt too; it is raised again
            os.close(request_writer)
            os.close(result_reader)
            raise
        finally:
            os.close(request_reader)
            os.close(result_writer)
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        with suppress(ImportError, OSError):  # not everywhere, and only so much for one user
            from fcntl import fcntl

            fcntl(result_reader, _SET_PIPE_SIZE, _PIPE_SIZE)

    def _run_and_exit(self, blocked: Iterable[int], requests: int, results: int, others: Iterable[int]) -> NoReturn:
        """What a fork does. It never returns, and writes nothing that the parent has in its buffers."""
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets it too, and ends all
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
            gc.freeze()  # memory is shared as long as nobody writes to it, not even the garbage collector
            for descriptor in others:
                os.close(descriptor)
            for worker in self._workers:  # the ends that the parent has of the pipes of others
                os.close(worker.requests.fileno())
                os.close(worker.results.fileno())
            self._serve(io.FileIO(requests), io.FileIO(results, "wb"))
        finally:
            os._exit(0)

    def _serve(self, requests: io.FileIO, results: io.FileIO) -> None:
        reader, writer, memory = io.BufferedReader(requests), io.BufferedWriter(results), memoryview(self._memory)
        while (message := _read(reader)) is not None:
            request, slot, length = pickle.loads(message)  # noqa: S301  # the parent wrote it
            if slot is None:
                data = memoryview(reader.read(length))
            else:
                data = memory[slot * SLOT_SIZE : slot * SLOT_SIZE + length]
            answer: tuple[Any, str | None]
            try:
                answer = self._work(request, data), None
            except Exception:  # the parent raises it
                answer = None, traceback.format_exc()
            _write(writer, pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))


def _write(file: BinaryIO | io.BufferedWriter, message: bytes, *more: bytes) -> None:
    file.write(len(message).to_bytes(_LENGTH_SIZE))
    for part in (message, *more):
        file.write(part)
    file.flush()


def _read(file: BinaryIO | io.BufferedReader) -> bytes | None:
    """The next message; None if the other side is gone."""
    header = file.read(_LENGTH_SIZE)
    length = int.from_bytes(header)
    message = file.read(length)
    return message if len(header) == _LENGTH_SIZE and len(message) == length else None
