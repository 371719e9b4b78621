"""``qlause filter``: the documents of files that a query selects, as a stream."""

from __future__ import annotations

import heapq
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import Any, BinaryIO

from ...backends.python.prefilter import Prefilter
from ...bound.binder import bind
from ...errors import shorten
from ...python import predicate, projector, sort_key
from ..arguments import Arguments
from ..input.decoding import NotJsonError
from ..input.documents import format_of_name, read_documents
from ..input.streams import total_size
from ..output.json_text import Json, Ndjson, Output, Project, Write
from ..output.terminal import Progress, byte_output, complain, is_terminal
from ..request import Request, read_request

__all__ = ["run"]


def run(arguments: Arguments) -> int:
    """Print what is selected. The exit status is 0, 1 where nothing was, 2 where something was broken."""
    request = read_request(arguments)
    files = arguments.files or ["-"]
    if any((arguments.input or format_of_name(name)) == "csv" for name in files):
        from ..input.csv_records import column_types, refuse_numbers

        refuse_numbers(request, column_types(request.query_options.get("schema")))
    with Progress(total_size(files), shown=not _typed_in(files)) as progress:
        reports = _Reports(progress, arguments.strict)
        out = byte_output()
        write = _writer(out, progress)
        output = None if arguments.count else _output(arguments, request, write)
        selected = _selected(files, arguments, request, output, reports, progress)
        count = 0
        with suppress(_StoppedError):
            for payload in _page(selected, arguments, ordered=request.sort is not None and output is not None):
                count += 1
                if output is not None:
                    output.write(payload)
        if output is None:
            write(b"%d\n" % count)
        else:
            output.end()
        out.flush()
    return 2 if reports.any else 0 if count else 1


class _StoppedError(Exception):
    """The first broken thing ends a strict run."""


class _Reports:
    """Tells what is broken, as ``file:line: reason``."""

    def __init__(self, progress: Progress, strict: bool) -> None:
        self.any = False
        self._progress = progress
        self._strict = strict

    def __call__(self, name: str, line: int | None, reason: str) -> None:
        shown = "(standard input)" if name == "-" else shorten(name, 4096)
        with self._progress.hidden():
            complain(f"{shown}: {reason}" if line is None else f"{shown}:{line}: {reason}")
        self.any = True
        if self._strict:
            raise _StoppedError


def _selected(
    files: Iterable[str],
    arguments: Arguments,
    request: Request,
    output: Output | None,
    reports: _Reports,
    progress: Progress,
) -> Iterator[Any]:
    """The payloads of what is selected, each with its sort key where there is a sort; the records where none is asked.

    ``output`` says what a payload is.
    """
    query = ~request.query if arguments.invert else request.query
    matches = predicate(query, **request.query_options)
    every_line = arguments.validate or arguments.strict
    prefilter = None if every_line else Prefilter(bind(query, **request.query_options).root)
    key = None if request.sort is None else sort_key(request.sort, **request.sort_options)
    schema = request.query_options.get("schema")
    for name in files:
        report = partial(reports, name)
        records = read_documents(name, arguments.input, schema, report, progress.advance, matches, prefilter)
        if output is None:
            yield from records
            continue
        payload = output.payload
        for number, line, document in records:
            try:
                kept = payload(document, line)
            except NotJsonError as error:
                report(number, error.reason)
                continue
            yield kept if key is None else (key(document), kept)


def _page(items: Iterable[Any], arguments: Arguments, ordered: bool) -> Iterator[Any]:
    """The part of the payloads that was asked for; no more is read or held than that needs."""
    start, stop = 0, arguments.limit
    if arguments.page is not None and arguments.page_size is not None:
        start = (arguments.page - 1) * arguments.page_size
        stop = start + arguments.page_size
    if not ordered:
        return iter(items) if stop is None else islice(items, start, stop)
    by_key = itemgetter(0)
    found: Sequence[Any] = sorted(items, key=by_key) if stop is None else heapq.nsmallest(stop, items, key=by_key)
    return map(itemgetter(1), islice(found, start, None))


def _output(arguments: Arguments, request: Request, write: Write) -> Output:
    project: Project | None = None
    if not request.returns_whole_documents:
        project = projector(request.fields, **request.fields_options)
    asked = request.bound_fields.include or ()
    match arguments.output or ("table" if is_terminal(sys.stdout) else "ndjson"):
        case "json":
            return Json(write, project)
        case "csv":
            from ..output.rows import Csv

            return Csv(write, project, asked)
        case "table":
            from ..output.rows import Table

            return Table(write, project, asked)
        case _:
            return Ndjson(write, project)


def _writer(out: BinaryIO, progress: Progress) -> Write:
    if not is_terminal(sys.stdout):
        return out.write

    def write_to_terminal(text: bytes) -> None:
        with progress.hidden():
            out.write(text)
            out.flush()

    return write_to_terminal


def _typed_in(files: Sequence[str]) -> bool:
    """Whether a person types the input: a bar would stand in the way."""
    return "-" in files and is_terminal(sys.stdin)
