"""``qlause filter``: the documents of files that a query selects, as a stream."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext, suppress
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, assert_never

from ...backends.python.prefilter import Prefilter
from ...bound.binder import bind
from ...bound.fields import bind_fields
from ...errors import QlauseError
from ...python import predicate, projector, sort_key
from ...syntax.nodes import Path, Query
from ..arguments import Arguments, UsageError
from ..exit_status import ExitStatus
from ..input.byte_stream import STANDARD_INPUT, total_size
from ..input.field_watch import FieldWatch
from ..input.formats import FormatOptions, asked_format, format_of_name, read_items
from ..input.json_codec import JsonError
from ..input.offset_watch import OffsetWatch
from ..input.reader import Document, LocatedDocuments, ReadContext, Report, exact_document
from ..output.json_writers import JsonWriter, NdjsonWriter
from ..output.problems import MAX_PROBLEMS, Problems, StopRunError, shown_name
from ..output.terminal import ProgressBar, binary_stdout, is_terminal
from ..output.writer import DocumentWriter, WriterOptions
from ..request import Request, RequestError, one_path, read_request

if TYPE_CHECKING:
    from ..input.csv_table import CsvOptions, CsvTable
    from ..input.parallel_ndjson import ParallelReader
    from ..output.counts import ValueCounts

__all__ = ["run"]

_FILE_NAME: Final = "filename"
_MIN_PARALLEL_SIZE: Final = 1 << 24
"""How many bytes a file has for which several processes are started. Starting them takes as long as reading some MB."""


def run(arguments: Arguments) -> ExitStatus:
    """Print the selected documents."""
    if sys.stdout is None:
        raise UsageError("the standard output is closed")
    request = read_request(arguments)
    run = _Run(arguments, request, _files(arguments))
    with run.parallel or nullcontext(), run.progress:  # no thread of the bar must run when processes are forked
        count = run.print_documents()
    if run.problems.any:
        return ExitStatus.ERROR
    return ExitStatus.OK if count else ExitStatus.NOTHING_SELECTED


def _files(arguments: Arguments) -> list[str]:
    if not arguments.files:
        return [STANDARD_INPUT]
    from ..input.names import expand_names

    return expand_names(arguments.files)


class _Run:
    """One run of the command."""

    def __init__(self, arguments: Arguments, request: Request, files: Sequence[str]) -> None:
        self._arguments = arguments
        self._request = request
        self._files = files
        self._file = ""
        """The file that is being read."""
        self._is_complete = False
        """Whether all files were read to their ends."""
        self._format_options = _format_options(arguments, request, files)
        self._counts = _value_counts(arguments, request)
        self._watch = None if request.is_declared else FieldWatch(_used_paths(request, arguments))
        self._offsets = OffsetWatch(request.bound_query.root, request.bound_sort)
        self.progress = ProgressBar(total_size(files), shown=not _is_typed(files))
        limit = None if arguments.validate else MAX_PROBLEMS
        self.problems = Problems(self.progress, arguments.strict, limit, "; --validate prints all")
        self._stdout = binary_stdout()
        is_only_counted = arguments.count and self._counts is None
        self._writer = None if is_only_counted else _writer(arguments, self._writer_options())
        query = ~request.query if arguments.invert else request.query
        self._context = ReadContext(
            report=self._report,
            warn=self._warn,
            matches=self._offsets.watched(predicate(query, **request.query_options)),
            prefilter=None if arguments.validate or arguments.strict else _prefilter(query, request),
            watch=self._watch,
            begin_table=self._begin_table,
        )
        self._key = sort_key(request.sort, **request.sort_options) if request.sort and self._is_keyed() else None
        self.parallel = self._parallel_reader()

    def _parallel_reader(self) -> ParallelReader | None:
        """What reads large files of NDJSON, if there may be some and several processes are wanted."""
        formats = {self._format_options.input_format or format_of_name(file) for file in self._files if _is_large(file)}
        if formats.isdisjoint(("ndjson", None)) or self._arguments.jobs == 1:
            return None
        from ..input.parallel_ndjson import ParallelReader
        from ..input.worker_pool import available_cores, can_fork

        jobs = self._arguments.jobs or available_cores()
        if jobs == 1 or not can_fork():
            return None
        try:
            return ParallelReader(jobs, self._context, self._items, self._offsets, self._begin_file)
        except OSError:  # no more processes can be started: this one does all
            return None

    def print_documents(self) -> int:
        """Print what was asked for, and return how many documents that are."""
        arguments, writer, counts = self._arguments, self._writer, self._counts
        count = 0
        if counts is not None:
            with suppress(StopRunError):
                for values in self._selected():
                    counts.add(values)
            items: Iterator[Any] = counts.documents()
            if writer is not None:
                items = (writer.prepare(document, None) for document in items)
        else:
            items = self._selected()
        with suppress(StopRunError):
            for prepared in _page(items, arguments, is_keyed=self._is_keyed()):
                count += 1
                if writer is not None:
                    writer.write(prepared)
        if writer is None:
            self._write(b"%d\n" % count)
        else:
            writer.finish()
        self._stdout.flush()
        self.problems.end_file(self._file)
        for message in (*self._offsets.messages(), *(self._notes() if count == 0 else ())):
            self.problems.print(f"qlause: {message}")
        if self._watch is not None and self._is_complete:
            for message in self._watch.messages():
                self.problems.print(f"qlause: {message}")
        return count

    def _notes(self) -> list[str]:
        """What the query may mean instead, for a run that selects nothing."""
        from ...syntax.diagnosis.notes import notes

        return notes(self._request.query)

    def _is_keyed(self) -> bool:
        """Whether the items come in pairs with their sort keys. Counting needs no order."""
        return self._request.sort is not None and self._writer is not None and self._counts is None

    def _selected(self) -> Iterator[Any]:
        """What :meth:`_items` makes of the selected documents of all files."""
        for file in self._files:
            self._begin_file(file)
            yield from read_items(
                file,
                self._format_options,
                self._context,
                self._items,
                None if self.parallel is None or not _is_large(file) else self.parallel.read,
                count_bytes=self.progress.advance,
                before_wait=self._flush,
            )
            self.problems.end_file(file)
        self._is_complete = True

    def _items(self, documents: LocatedDocuments, report: Report) -> Iterator[Any]:
        """The documents as the writer prepares them, in pairs with their sort keys if there is a sort.

        If values are counted, those of each document; without a writer, nothing but one item each.
        """
        writer, counts, key = self._writer, self._counts, self._key
        if writer is None:
            for _ in documents:
                yield None
            return
        for line_number, source, document in documents:
            try:
                if counts is not None:
                    yield counts.values_of(exact_document(document, source))
                    continue
                prepared = writer.prepare(document, source)
            except JsonError as error:
                report(line_number, error.reason)
                continue
            yield prepared if key is None else (key(document), prepared)

    def _begin_file(self, file: str) -> None:
        self._file = file

    def _report(self, line_number: int | None, reason: str) -> None:
        self.problems.report(self._file, line_number, reason)

    def _warn(self, line_number: int | None, text: str) -> None:
        self.problems.warn(self._file, line_number, text)

    def _begin_table(self, table: CsvTable) -> None:
        if self._writer is not None and self._counts is None:
            self._writer.begin_table(table)

    def _flush(self) -> None:
        """Show what there is so far, because the next input may take a while."""
        if self._writer is not None:
            self._writer.flush()
            self._stdout.flush()

    def _write(self, text: bytes) -> None:
        """Write to the standard output: on a terminal at once, and while the progress bar is hidden."""
        with self.progress.hidden():
            self._stdout.write(text)
            self._stdout.flush()

    def _writer_options(self) -> WriterOptions:
        arguments, request = self._arguments, self._request
        project = None
        requested: list[tuple[str, ...]] | None = None
        if self._counts is not None:
            requested = self._counts.columns
        else:
            if not request.returns_whole_documents:
                project = projector(request.fields, **request.fields_options)
            bound = request.bound_fields
            if request.fields.paths:
                requested = list(bound.include or ()) if bound.names is None else [name for name, _ in bound.names]
            if arguments.with_filename:
                project = self._with_file_name(project)
                requested = requested and [(_FILE_NAME,), *requested]
        is_on_terminal = is_terminal(sys.stdout)
        return WriterOptions(
            write=self._write if is_on_terminal else self._stdout.write,
            project=project,
            requested=requested,
            is_terminal=is_on_terminal,
            is_one_file=len(self._files) == 1,
            escapes_formulas=arguments.escape_formulas,
        )

    def _with_file_name(self, project: Callable[[Document], Document] | None) -> Callable[[Document], Document]:
        def with_file_name(document: Document) -> Document:
            rest = document if project is None else project(document)
            return {_FILE_NAME: shown_name(self._file), **{key: rest[key] for key in rest if key != _FILE_NAME}}

        return with_file_name


def _prefilter(query: Query, request: Request) -> Prefilter:
    return Prefilter(bind(query, **request.query_options).root)


def _is_large(file: str) -> bool:
    """Whether several processes are worth starting for a file. Only a regular one can be: others are not waited for."""
    return (total_size([file]) or 0) >= _MIN_PARALLEL_SIZE


def _format_options(arguments: Arguments, request: Request, files: Iterable[str]) -> FormatOptions:
    if arguments.encoding is not None:
        from ..input.encodings import check_encoding

        check_encoding(arguments.encoding)
    input_format = asked_format(arguments)
    if arguments.text and any((input_format or format_of_name(name)) in ("csv", "tsv") for name in files):
        from ..input.csv_types import refuse_comparisons_with_numbers

        refuse_comparisons_with_numbers(request)
    return FormatOptions(
        input_format=input_format,
        encoding=arguments.encoding,
        records=() if arguments.records is None else one_path("records", arguments.records).segments,
        csv=partial(_csv_options, arguments, request),
    )


def _csv_options(arguments: Arguments, request: Request) -> CsvOptions:
    from ..input.csv_table import CsvOptions
    from ..input.csv_types import asked_paths, declared_cell_types

    return CsvOptions(
        delimiter=arguments.delimiter,
        is_text=arguments.text,
        declared=declared_cell_types(request.schema),
        asked=asked_paths(request),
    )


def _value_counts(arguments: Arguments, request: Request) -> ValueCounts | None:
    if arguments.count_by is None:
        return None
    if arguments.count:
        raise UsageError("--count cannot be combined with --count-by")
    if arguments.sort is not None or arguments.fields is not None:
        raise UsageError("--count-by cannot be combined with --sort or --fields; the most frequent value comes first")
    from ..output.counts import ValueCounts

    path = one_path("count-by", arguments.count_by)
    try:
        bound = bind_fields(str(path), **request.fields_options)
    except QlauseError as error:
        raise RequestError("count-by", error) from error
    return ValueCounts((bound.include or ())[0], path.segments)


def _used_paths(request: Request, arguments: Arguments) -> Iterator[Path]:
    """The paths in the parameters."""
    yield from request.query.paths()
    for key in request.sort.keys if request.sort is not None else ():
        yield key.path
    yield from request.fields.paths
    if arguments.count_by is not None:
        yield one_path("count-by", arguments.count_by)


def _page(items: Iterable[Any], arguments: Arguments, is_keyed: bool) -> Iterator[Any]:
    """The requested part of the items. No more of them are read or kept than it takes."""
    start, stop = 0, arguments.limit
    if arguments.page is not None and arguments.page_size is not None:
        start = (arguments.page - 1) * arguments.page_size
        stop = start + arguments.page_size
    if not is_keyed:
        return iter(items) if stop is None else islice(items, start, stop)
    from ..output.external_sort import sorted_items

    return islice(sorted_items(items, stop), start, stop)


def _writer(arguments: Arguments, options: WriterOptions) -> DocumentWriter:
    output_format = arguments.output or ("table" if options.is_terminal else "ndjson")
    if options.escapes_formulas and output_format not in ("csv", "tsv"):
        raise UsageError("--escape-formulas is for --output csv and tsv")
    match output_format:
        case "json":
            return JsonWriter(options)
        case "ndjson":
            return NdjsonWriter(options)
        case "table":
            from ..output.table_writer import TableWriter

            return TableWriter(options)
        case "csv" | "tsv" | "markdown" | "raw":
            from ..output.row_writers import CsvWriter, MarkdownWriter, RawWriter, TsvWriter

            if output_format == "raw" and options.requested is None:
                raise UsageError("-r prints the values of --fields; add --fields, such as --fields id")
            writers = {"csv": CsvWriter, "tsv": TsvWriter, "markdown": MarkdownWriter, "raw": RawWriter}
            return writers[output_format](options)
        case _:
            assert_never(output_format)


def _is_typed(files: Sequence[str]) -> bool:
    """Whether a person types the input: then a bar would be in the way."""
    return STANDARD_INPUT in files and is_terminal(sys.stdin)
