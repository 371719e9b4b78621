"""CSV and tables: a row for each document, a column for each path, text in each cell."""

from __future__ import annotations

import csv
import io
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

import orjson

from ...errors import escape_text
from ...syntax.lexical import keys_text
from ..arguments import UsageError
from ..input.json_codec import encode_json, with_exact_integers
from ..input.reader import Document
from .writer import Project, WriteBytes

__all__ = ["CsvWriter", "TableWriter"]

_Keys: TypeAlias = tuple[str, ...]
_Row: TypeAlias = dict[_Keys, str]

_MAX_COLUMNS: Final = 16_384
_ROWS_PER_BLOCK: Final = 200
_MAX_CELL_LENGTH: Final = 200  # characters that a table shows of a cell
# Columns of the terminal:
_MAX_RESERVED_WIDTH: Final = 24  # what a wide column of the table needs at least; it may get more
_GAP: Final = 3


class _Rows:
    """Prepares rows: the cells of the requested paths, or of all leaves if none is requested."""

    def __init__(self, write: WriteBytes, project: Project | None, requested: Sequence[_Keys]) -> None:
        self._write = write
        self._project = project
        self._requested = requested

    def prepare(self, document: Document, line: bytes | None) -> _Row:
        """The cells that are not missing."""
        if line is not None:
            document = with_exact_integers(line, document)
        if self._project is not None:
            document = self._project(document)
        if not self._requested:
            return {keys: _cell(value) for keys, value in _leaves(document)}
        values = ((keys, _value_at(document, keys)) for keys in self._requested)
        return {keys: _cell(value) for keys, value in values if value is not None}


class CsvWriter(_Rows):
    """Writes commas, quotes where they are needed, CR LF, and a header of paths.

    If no fields are requested, the columns are not known before the last document. Until then the rows are in a
    temporary file.
    """

    def __init__(self, write: WriteBytes, project: Project | None, requested: Sequence[_Keys]) -> None:
        super().__init__(write, project, requested)
        self._columns = {keys: position for position, keys in enumerate(requested)}
        self._spool = None if requested else tempfile.TemporaryFile()  # noqa: SIM115  # open until finish
        if requested:
            self._write_line(map(keys_text, requested))

    def write(self, prepared: _Row) -> None:
        """Write a row, or keep it in the temporary file."""
        if self._spool is None:
            self._write_line(prepared.get(keys, "") for keys in self._columns)
            return
        for keys in prepared:
            self._columns.setdefault(keys, len(self._columns))
        if len(self._columns) > _MAX_COLUMNS:
            raise UsageError(f"CSV has more than {_MAX_COLUMNS:,} columns; choose columns with --fields")
        cells = [prepared.get(keys, "") for keys in self._columns]
        self._spool.write(orjson.dumps(cells) + b"\n")

    def finish(self) -> None:
        """Write the header and the rows in the temporary file."""
        if self._spool is None:
            return
        with self._spool:
            if self._columns:
                self._write_line(map(keys_text, self._columns))
            self._spool.seek(0)
            for line in self._spool:
                cells = orjson.loads(line)
                self._write_line(cells + [""] * (len(self._columns) - len(cells)))

    def _write_line(self, cells: Iterable[str]) -> None:
        line = io.StringIO(newline="")
        csv.writer(line).writerow(cells)
        self._write(line.getvalue().encode())


class TableWriter(_Rows):
    """Writes blocks of rows for people, each with a header, no wider than the terminal.

    Columns that do not fit are named below a block. Control characters are escaped, so that they cannot do anything to
    the terminal.
    """

    def __init__(self, write: WriteBytes, project: Project | None, requested: Sequence[_Keys]) -> None:
        super().__init__(write, project, requested)
        self._rows: list[_Row] = []

    def write(self, prepared: _Row) -> None:
        """Keep a row, and write the block if it is full."""
        self._rows.append(prepared)
        if len(self._rows) == _ROWS_PER_BLOCK:
            self._write_block()

    def finish(self) -> None:
        """Write the last block."""
        if self._rows:
            self._write_block()

    def _write_block(self) -> None:
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        paths = list(self._requested or dict.fromkeys(keys for row in self._rows for keys in row))
        columns = [
            [Text(_shown_cell(text)) for text in (keys_text(keys), *(row.get(keys, "") for row in self._rows))]
            for keys in paths
        ]
        self._rows.clear()
        width = shutil.get_terminal_size().columns
        shown = _number_of_fitting([max(cell.cell_len for cell in column) for column in columns], width)
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for column in columns[:shown]:
            table.add_column(column[0], overflow="fold")
        for cells in zip(*(column[1:] for column in columns[:shown]), strict=True):
            table.add_row(*cells)
        page = io.TextIOWrapper(io.BytesIO(), encoding=sys.stdout.encoding, errors="backslashreplace", newline="\n")
        console = Console(file=page, width=width, force_terminal=sys.stdout.isatty())
        console.print(table)
        if shown < len(paths):
            hidden = ", ".join(column[0].plain for column in columns[shown:])
            console.print(Text(f"not shown: {hidden} (choose columns with --fields)\n", style="dim"))
        page.flush()
        self._write(page.buffer.getvalue())


def _number_of_fitting(widths: Sequence[int], total_width: int) -> int:
    """How many columns of these widths fit on a line, at least one."""
    used = 0
    for position, width in enumerate(widths):
        used += min(width, _MAX_RESERVED_WIDTH) + _GAP
        if used > total_width + _GAP and position:
            return position
    return len(widths)


def _leaves(document: Document) -> Iterator[tuple[_Keys, Any]]:
    """The values that are no objects, and empty objects, in the order of the document. Without recursion."""
    stack: list[tuple[_Keys, Iterator[tuple[str, Any]]]] = [((), iter(document.items()))]
    while stack:
        keys, items = stack[-1]
        for key, value in items:
            if type(value) is dict and value:
                stack.append(((*keys, key), iter(value.items())))
                break
            yield (*keys, key), value
        else:
            stack.pop()


def _value_at(node: Any, keys: _Keys) -> Any:
    """The value at a path: through an array, the list of the values in its objects. None if there is no value."""
    for position, key in enumerate(keys):
        if isinstance(node, list):
            rest = keys[position:]
            values = (_value_at(element, rest) for element in node if isinstance(element, dict))
            return [value for value in values if value is not None] or None
        node = node.get(key) if isinstance(node, dict) else None
    return node


def _cell(value: Any) -> str:
    """A string as it is, null as an empty cell, anything else as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else encode_json(value).decode()


def _shown_cell(text: str) -> str:
    return escape_text(text if len(text) <= _MAX_CELL_LENGTH else text[: _MAX_CELL_LENGTH - 1] + "…")
