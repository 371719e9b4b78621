"""Selected documents → rows: CSV and tables. A column is a path, a cell is text."""

from __future__ import annotations

import csv
import io
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson

from ...errors import escape_text
from ...syntax.lexical import keys_text
from ..arguments import UsageError
from ..input.decoding import encode, exact
from ..input.records import Document
from .json_text import Project, Write

__all__ = ["Csv", "Table"]

_Keys = tuple[str, ...]
_Row = dict[_Keys, str]

_MOST_COLUMNS: Final = 16_384
_BLOCK: Final = 200  # rows of a table that share one header
_CELL: Final = 200  # characters of a cell that a table shows
_SHARE: Final = 24  # places of a line that a column gets before others are left out
_BETWEEN: Final = 3  # places between two columns


class _Rows:
    """Cells of documents: of the asked paths, or where none are, of all the leaves."""

    def __init__(self, project: Project | None, asked: Sequence[_Keys]) -> None:
        self._project = project
        self._asked = asked

    def payload(self, document: Document, line: bytes | None) -> _Row:
        """The cells that are not empty."""
        if line is not None:
            document = exact(line, document)
        if self._project is not None:
            document = self._project(document)
        if not self._asked:
            return {keys: _cell(value) for keys, value in _leaves(document)}
        found = ((keys, _reached(document, keys)) for keys in self._asked)
        return {keys: _cell(value) for keys, value in found if value is not None}


class Csv(_Rows):
    """Comma, quotes where they are needed, CR LF, a header of paths.

    Where no fields are asked for, the columns are known when the last document is: until then the rows are in a
    temporary file.
    """

    def __init__(self, write: Write, project: Project | None, asked: Sequence[_Keys]) -> None:
        super().__init__(project, asked)
        self._write = write
        self._columns = {keys: position for position, keys in enumerate(asked)}
        self._spool = None if asked else tempfile.TemporaryFile()  # noqa: SIM115  # open until the end
        if asked:
            self._write_row(map(keys_text, asked))

    def write(self, payload: _Row) -> None:
        """Write one row, or spool it."""
        if self._spool is None:
            self._write_row(payload.get(keys, "") for keys in self._columns)
            return
        for keys in payload:
            self._columns.setdefault(keys, len(self._columns))
        if len(self._columns) > _MOST_COLUMNS:
            raise UsageError(f"CSV of more than {_MOST_COLUMNS:,} columns; choose some with --fields")
        cells = [payload.get(keys, "") for keys in self._columns]
        self._spool.write(orjson.dumps(cells) + b"\n")

    def end(self) -> None:
        """Write the header and what was spooled."""
        if self._spool is None:
            return
        with self._spool:
            if self._columns:
                self._write_row(map(keys_text, self._columns))
            self._spool.seek(0)
            for line in self._spool:
                cells = orjson.loads(line)
                self._write_row(cells + [""] * (len(self._columns) - len(cells)))

    def _write_row(self, cells: Any) -> None:
        line = io.StringIO(newline="")
        csv.writer(line).writerow(cells)
        self._write(line.getvalue().encode())


class Table(_Rows):
    """Blocks of rows for a person, with a header each, no wider than the terminal.

    Columns that do not fit are named below a block. Characters that could do something to a terminal are escaped.
    """

    def __init__(self, write: Write, project: Project | None, asked: Sequence[_Keys]) -> None:
        super().__init__(project, asked)
        self._write = write
        self._rows: list[_Row] = []

    def write(self, payload: _Row) -> None:
        """Write a block where one is full."""
        self._rows.append(payload)
        if len(self._rows) == _BLOCK:
            self._write_block()

    def end(self) -> None:
        """Write the last block."""
        if self._rows:
            self._write_block()

    def _write_block(self) -> None:
        from rich import box
        from rich.console import Console
        from rich.table import Table as Grid
        from rich.text import Text

        names = list(self._asked or dict.fromkeys(keys for row in self._rows for keys in row))
        columns = [
            [Text(_for_terminal(text)) for text in (keys_text(keys), *(row.get(keys, "") for row in self._rows))]
            for keys in names
        ]
        self._rows.clear()
        width = shutil.get_terminal_size().columns
        room = _fitting([max(cell.cell_len for cell in column) for column in columns], width)
        grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False)
        for column in columns[:room]:
            grid.add_column(column[0], overflow="fold")
        for cells in zip(*(column[1:] for column in columns[:room]), strict=True):
            grid.add_row(*cells)
        page = io.TextIOWrapper(io.BytesIO(), encoding=sys.stdout.encoding, errors="backslashreplace", newline="\n")
        console = Console(file=page, width=width, force_terminal=sys.stdout.isatty())
        console.print(grid)
        if room < len(names):
            hidden = ", ".join(column[0].plain for column in columns[room:])
            console.print(Text(f"not shown: {hidden} (choose columns with --fields)\n", style="dim"))
        page.flush()
        self._write(page.buffer.getvalue())


def _fitting(widths: Sequence[int], width: int) -> int:
    """How many of the columns a line has room for, at least one."""
    used = 0
    for position, wanted in enumerate(widths):
        used += min(wanted, _SHARE) + _BETWEEN
        if used > width + _BETWEEN and position:
            return position
    return len(widths)


def _leaves(document: Document) -> Iterator[tuple[_Keys, Any]]:
    """The values that are no object, in the document's order, and objects without keys. No recursion."""
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


def _reached(document: Any, keys: _Keys) -> Any:
    """The value of a path: through an array the list of those of its objects; None where there is none."""
    for position, key in enumerate(keys):
        if isinstance(document, list):
            rest = keys[position:]
            inner = (_reached(each, rest) for each in document if isinstance(each, dict))
            return [value for value in inner if value is not None] or None
        document = document.get(key) if isinstance(document, dict) else None
    return document


def _cell(value: Any) -> str:
    """A string as it is, null as nothing, all else as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else encode(value).decode()


def _for_terminal(text: str) -> str:
    return escape_text(text if len(text) <= _CELL else text[: _CELL - 1] + "…")
