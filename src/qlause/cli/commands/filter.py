"""``qlause filter``: the documents of files that a query selects, as a stream."""

from __future__ import annotations

import heapq
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import Any, BinaryIO, Final, assert_never

from ...backends.python.prefilter import Prefilter
from ...bound.binder import bind
from ...errors import shorten
from ...python import predicate, projector, sort_key
from ..arguments import Arguments, UsageError
from ..exit_status import ExitStatus
from ..input.byte_stream import STANDARD_INPUT, total_size
from ..input.formats import format_of_name, read_documents
from ..input.json_codec import JsonError
from ..output.json_writers import JsonWriter, NdjsonWriter
from ..output.terminal import ProgressBar, binary_stdout, is_terminal, print_error
from ..output.writer import DocumentWriter, Project, WriteBytes
from ..request import Request, read_request

__all__ = ["run"]

_MAX_NAME_LENGTH: Final = 4096  # characters of a file's name in a message


def run(arguments: Arguments) -> ExitStatus:
    """Print the selected documents."""
    if sys.stdout is None:
        raise UsageError("the standard output is closed")
    request = read_request(arguments)
    files = arguments.files or [STANDARD_INPUT]
    if any((arguments.input or format_of_name(name)) == "csv" for name in files):
        from ..input.csv_types import refuse_comparisons_with_numbers

        refuse_comparisons_with_numbers(request)
    with ProgressBar(total_size(files), shown=not _is_typed(files)) as progress:
        problems = _Problems(progress, arguments.strict)
        stdout = binary_stdout()
        write = _write_function(stdout, progress)
        writer = None if arguments.count else _writer(arguments, request, write)
        selected = _selected(files, arguments, request, writer, problems, progress)
        is_keyed = request.sort is not None and writer is not None
        count = 0
        with suppress(_StopError):
            for prepared in _page(selected, arguments, is_keyed):
                count += 1
                if writer is not None:
                    writer.write(prepared)
        if writer is None:
            write(b"%d\n" % count)
        else:
            writer.finish()
        stdout.flush()
    if problems.any:
        return ExitStatus.ERROR
    return ExitStatus.OK if count else ExitStatus.NOTHING_SELECTED


class _StopError(Exception):
    """A strict run ends at the first problem."""


class _Problems:
    """Prints the problems of the input as ``file:line: reason``."""

    def __init__(self, progress: ProgressBar, strict: bool) -> None:
        self.any = False
        self._progress = progress
        self._strict = strict

    def report(self, file: str, line_number: int | None, reason: str) -> None:
        """Print one problem. Raises _StopError in a strict run."""
        name = "(standard input)" if file == STANDARD_INPUT else shorten(file, _MAX_NAME_LENGTH)
        with self._progress.hidden():
            print_error(f"{name}: {reason}" if line_number is None else f"{name}:{line_number}: {reason}")
        self.any = True
        if self._strict:
            raise _StopError


def _selected(
    files: Iterable[str],
    arguments: Arguments,
    request: Request,
    writer: DocumentWriter | None,
    problems: _Problems,
    progress: ProgressBar,
) -> Iterator[Any]:
    """The selected documents as the writer prepares them, in pairs with their sort keys if there is a sort.

    Without a writer they are only counted, so neither is needed.
    """
    query = ~request.query if arguments.invert else request.query
    matches = predicate(query, **request.query_options)
    parse_every_line = arguments.validate or arguments.strict
    prefilter = None if parse_every_line else Prefilter(bind(query, **request.query_options).root)
    key = None if request.sort is None else sort_key(request.sort, **request.sort_options)
    for file in files:
        report = partial(problems.report, file)
        documents = read_documents(
            file,
            input_format=arguments.input,
            schema=request.schema,
            report=report,
            count_bytes=progress.advance,
            matches=matches,
            prefilter=prefilter,
        )
        if writer is None:
            yield from documents
            continue
        prepare = writer.prepare
        for line_number, line, document in documents:
            try:
                prepared = prepare(document, line)
            except JsonError as error:
                report(line_number, error.reason)
                continue
            yield prepared if key is None else (key(document), prepared)


def _page(items: Iterable[Any], arguments: Arguments, is_keyed: bool) -> Iterator[Any]:
    """The requested part of the items. No more of them are read or kept than it takes."""
    start, stop = 0, arguments.limit
    if arguments.page is not None and arguments.page_size is not None:
        start = (arguments.page - 1) * arguments.page_size
        stop = start + arguments.page_size
    if not is_keyed:
        return iter(items) if stop is None else islice(items, start, stop)
    by_key = itemgetter(0)
    pairs = sorted(items, key=by_key) if stop is None else heapq.nsmallest(stop, items, key=by_key)
    return (prepared for _, prepared in islice(pairs, start, None))


def _writer(arguments: Arguments, request: Request, write: WriteBytes) -> DocumentWriter:
    project: Project | None = None
    if not request.returns_whole_documents:
        project = projector(request.fields, **request.fields_options)
    requested = request.bound_fields.include or ()
    output_format = arguments.output or ("table" if is_terminal(sys.stdout) else "ndjson")
    match output_format:
        case "json":
            return JsonWriter(write, project)
        case "ndjson":
            return NdjsonWriter(write, project)
        case "csv":
            from ..output.tabular_writers import CsvWriter

            return CsvWriter(write, project, requested)
        case "table":
            from ..output.tabular_writers import TableWriter

            return TableWriter(write, project, requested)
        case _:
            assert_never(output_format)


def _write_function(stdout: BinaryIO, progress: ProgressBar) -> WriteBytes:
    """Writes to the standard output: on a terminal at once, and while the progress bar is hidden."""
    if not is_terminal(sys.stdout):
        return stdout.write

    def write_to_terminal(text: bytes) -> None:
        with progress.hidden():
            stdout.write(text)
            stdout.flush()

    return write_to_terminal


def _is_typed(files: Sequence[str]) -> bool:
    """Whether a person types the input: then a bar would be in the way."""
    return STANDARD_INPUT in files and is_terminal(sys.stdin)
