"""CSV, TSV, tables of Markdown, and values without quotes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from ..input.csv_table import CsvRow
from ..input.reader import Document, Source
from .rows import StreamedRowWriter, shown_cell

if TYPE_CHECKING:
    from ..input.csv_table import CsvTable

__all__ = ["CsvWriter", "MarkdownWriter", "RawWriter", "TsvWriter"]

# A cell that a spreadsheet may take for a formula, and that is no number.
_FORMULA: Final = re.compile(r"(?!-[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z)[=+\-@\t\r\n＝＋－＠]").match
_MARKDOWN: Final = re.compile(r"([\\`*_\[\]<>&|~])")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


class CsvWriter(StreamedRowWriter):
    """Writes commas, quotes where they are needed, CR LF, and a header of paths.

    The rows of a single CSV file come out as they are, byte for byte, and so does its header.
    """

    format_name = "CSV"
    delimiter = ","
    line_end = "\r\n"
    _is_verbatim = False

    def begin_table(self, table: CsvTable) -> None:
        """Write the header as it is, if the rows can be written as they are."""
        options = self._options
        is_changed = options.is_terminal or options.escapes_formulas or options.project is not None
        if options.is_one_file and options.requested is None and not is_changed and table.delimiter == self.delimiter:
            self._is_verbatim = self._is_begun = True
            self._write_verbatim(table.raw)
        else:
            super().begin_table(table)

    def prepare(self, document: Document, source: Source) -> Any:
        """The text of a row that comes out as it is, otherwise its cells."""
        return source.raw if self._is_verbatim and isinstance(source, CsvRow) else super().prepare(document, source)

    def write(self, prepared: Any) -> None:
        """Write a row, or keep it in the temporary file."""
        if self._is_verbatim:
            self._write_verbatim(prepared)
        else:
            super().write(prepared)

    def _write_verbatim(self, text: str) -> None:
        self._options.write(text.encode() if text.endswith(("\n", "\r")) else text.encode() + b"\n")

    def _write_header(self, names: Sequence[str]) -> None:
        self._write_cells(names)

    def _write_cells(self, cells: Iterable[str]) -> None:
        if self._options.escapes_formulas:
            cells = ["'" + cell if _FORMULA(cell) else cell for cell in cells]
        if self._options.is_terminal:
            cells = map(shown_cell, cells)
        line = io.StringIO(newline="")
        csv.writer(line, delimiter=self.delimiter, lineterminator=self.line_end).writerow(cells)
        self._options.write(line.getvalue().encode())


class TsvWriter(CsvWriter):
    """Writes tabs, quotes where they are needed, and LF."""

    format_name = "TSV"
    delimiter = "\t"
    line_end = "\n"


class MarkdownWriter(StreamedRowWriter):
    """Writes a table of GitHub Flavored Markdown. No cell becomes markup."""

    def _write_header(self, names: Sequence[str]) -> None:
        self._write_cells(names)
        self._options.write(b"|" + b" --- |" * len(names) + b"\n")

    def _write_cells(self, cells: Sequence[str]) -> None:
        self._options.write(f"| {' | '.join(map(self._escaped, cells))} |\n".encode())

    def _escaped(self, cell: str) -> str:
        lines = _LINE_END.split(_MARKDOWN.sub(r"\\\1", cell))
        return "<br>".join(map(shown_cell, lines) if self._options.is_terminal else lines)


class RawWriter(StreamedRowWriter):
    """Writes the values of the requested fields without quotes, several of them with tabs between, and no header."""

    def _write_header(self, names: Sequence[str]) -> None:
        pass

    def _write_cells(self, cells: Sequence[str]) -> None:
        if self._options.is_terminal:
            cells = [shown_cell(cell) for cell in cells]
        self._options.write("\t".join(cells).encode() + b"\n")
