"""CSV: the names in the header are paths, each row is a document."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from ...syntax.lexical import has_surrogate
from .byte_stream import BUFFER_SIZE, ByteStream
from .csv_table import CsvOptions, CsvRow, CsvTable, delimiter_of
from .reader import LocatedDocuments, ReadContext

__all__ = ["read_csv"]

_MAX_ROW_SIZE: Final = 1 << 24
"""How many characters a row may have. A row takes many times its size in memory, much more than a line of NDJSON."""


class _InvalidRowError(Exception):
    """The row cannot be read as a document."""


def read_csv(
    stream: ByteStream, context: ReadContext, options: CsvOptions, usual_delimiter: str | None = None
) -> LocatedDocuments:
    """The documents of the rows that match. Invalid rows are reported; an invalid header ends the file.

    ``usual_delimiter`` is that of the format, unless the options name one.
    """
    delimiter = options.delimiter or usual_delimiter
    if delimiter is None:
        delimiter = delimiter_of(stream.peek(lambda start: b"\n" in start.lstrip()).decode(errors="replace"))
    csv.field_size_limit(_MAX_ROW_SIZE + 1)
    # Bytes that are not UTF-8 become surrogates, so that only their row is refused.
    text = io.TextIOWrapper(io.BufferedReader(stream, BUFFER_SIZE), "utf-8", "surrogateescape", newline="")
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    table: CsvTable | None = None
    while True:
        line_number = lines.begin_row()
        try:
            cells = next(reader, None)
            if cells is None:
                return
            raw = lines.row_text()
            if not raw.isascii() and has_surrogate(raw):
                raise _InvalidRowError("invalid UTF-8; for other encodings, add --encoding, as in --encoding latin-1")
            if not cells:
                continue
            if table is None:
                table = CsvTable.of_header(raw, cells, delimiter, options, lambda text: context.warn(line_number, text))  # noqa: B023  # called at once
                context.begin_table(table)
                if context.watch is not None:
                    context.watch.look_at_columns(column.keys for column in table.columns)
                continue
            if len(cells) > len(table.columns):
                counts = f"{len(cells)} cells, but the header has {len(table.columns)} columns"
                raise _InvalidRowError(f"the row has {counts}")
            document = table.asked_document(cells)
            if context.matches(document):
                yield line_number, CsvRow(table, cells, raw), document
        except (csv.Error, ValueError, _InvalidRowError) as error:
            context.report(line_number, str(error))
            if table is None:
                return


class _Lines:
    """The lines of a text, one row after another. No row is longer than _MAX_ROW_SIZE."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._number = 0
        self._is_cut = False
        """Whether the last line may have lost the second half of its line end to the next one."""
        self._first_line = ""
        self._further_lines = io.StringIO()
        """The lines of a row after its first one. A list of short lines would take many times their size."""
        self._room = _MAX_ROW_SIZE

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(self._room + 1)
        if line == "\n" and self._is_cut:
            line = self._text.readline(self._room + 1)
        self._is_cut = False
        if not line:
            raise StopIteration
        self._number += 1
        self._room -= len(line)
        if self._room < 0:
            while line and not line.endswith(("\n", "\r")):
                line = self._text.readline(_MAX_ROW_SIZE)
            self._is_cut = line.endswith("\r")
            raise _InvalidRowError(f"the row is longer than {_MAX_ROW_SIZE >> 20} MiB; is a quote missing?")
        if self._first_line:
            self._further_lines.write(line)
        else:
            self._first_line = line
        return line

    def begin_row(self) -> int:
        """The number of the next line, with which a row begins."""
        self._first_line = ""
        if self._further_lines.tell():
            self._further_lines = io.StringIO()
        self._room = _MAX_ROW_SIZE
        return self._number + 1

    def row_text(self) -> str:
        """The lines of the row so far."""
        return self._first_line + self._further_lines.getvalue()
