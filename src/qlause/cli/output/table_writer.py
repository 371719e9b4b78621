"""Tables for people."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Final

from ...errors.text import width as terminal_width
from ..input.csv_table import column_name
from .rows import Keys, Row, RowWriter, shown_cell
from .writer import WriterOptions

__all__ = ["TableWriter"]

_ROWS_PER_BLOCK: Final = 200
_MAX_CELL_LENGTH: Final = 200  # characters that a table shows of a cell
# Columns of the terminal:
_MAX_RESERVED_WIDTH: Final = 24  # what a wide column of the table needs at least; it may get more
_MARGIN: Final = " "
_GAP: Final = "   "


class TableWriter(RowWriter):
    """Writes blocks of rows, each with a header, no wider than the terminal.

    Columns that do not fit are named below a block. Control characters are escaped, so that they cannot do anything to
    the terminal.
    """

    def __init__(self, options: WriterOptions) -> None:
        super().__init__(options)
        self._rows: list[Row] = []
        self._header: tuple[Sequence[Keys], Sequence[int]] = ((), ())
        """The columns of the last header, and the widths of those that are shown."""
        self._rows_below = 0
        """How many rows were written below the last header."""
        self._is_styled = options.is_terminal and os.environ.get("TERM") != "dumb"

    def write(self, prepared: Row) -> None:
        """Keep a row, and write the block if it is full."""
        self._rows.append(prepared)
        if self._rows_below + len(self._rows) >= _ROWS_PER_BLOCK:
            self._write_block()
            self._header, self._rows_below = ((), ()), 0

    def flush(self) -> None:
        """Write the rows so far. Those that come next need no header if they fit below the last one."""
        if self._rows:
            self._write_block()

    def finish(self) -> None:
        """Write the last block."""
        self.flush()

    def _write_block(self) -> None:
        paths = list(self._columns or dict.fromkeys(keys for row in self._rows for keys in row))
        columns = [[_shown(row.get(keys, "")) for row in self._rows] for keys in paths]
        widths = [max(map(_width, column)) for column in columns]
        last_paths, last_widths = self._header
        fits = all(new <= old for new, old in zip(widths, last_widths, strict=False))
        total = shutil.get_terminal_size().columns
        lines: list[str] = []
        hidden: list[str] = []
        if paths == last_paths and fits:
            widths = list(last_widths)
        else:
            names = [_shown(self._columns.get(keys) or column_name(keys)) for keys in paths]
            widths = [max(width, _width(name)) for width, name in zip(widths, names, strict=True)]
            widths = _fitting_widths(widths, total)
            names, hidden = names[: len(widths)], names[len(widths) :]
            lines += [
                "",
                *self._styled(_lines_of(names, widths), "1"),
                _MARGIN + "─" * (sum(widths) + len(_GAP) * (len(widths) - 1)),
            ]
            self._header = paths, widths
            self._rows_below = 0
        for row in zip(*columns[: len(widths)], strict=True):
            lines += _lines_of(row, widths)
        self._rows_below += len(self._rows)
        self._rows.clear()
        if hidden:
            note = f"not shown: {', '.join(hidden)} (choose columns with --fields)"
            lines += ["", *self._styled(wrap(note, total), "2")]
        text = "\n".join(lines) + "\n"
        self._options.write(text.encode(sys.stdout.encoding, "backslashreplace"))

    def _styled(self, lines: Iterable[str], style: str) -> Iterable[str]:
        return (f"\x1b[{style}m{line}\x1b[0m" for line in lines) if self._is_styled else lines


def _fitting_widths(widths: Sequence[int], total: int) -> list[int]:
    """The widths of the columns that fit on a line, at least one. Wide ones get less if there is too little room."""
    room = max(total - len(_MARGIN), 1)
    count = used = 0
    for width in widths:
        used += min(width, _MAX_RESERVED_WIDTH) + len(_GAP)
        if used - len(_GAP) > room and count:
            break
        count += 1
    room -= len(_GAP) * (count - 1)
    limit = _share(sorted(widths[:count]), room)
    return [min(width, limit) for width in widths[:count]]


def _share(widths: Sequence[int], room: int) -> int:
    """The greatest width that a column may have, so that all of them have room. ``widths`` are in ascending order."""
    for position, width in enumerate(widths):
        share = room // (len(widths) - position)
        if width > share:
            return max(share, 1)
        room -= width
    return max(widths, default=1)


def _lines_of(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """The lines of a row: one, unless a cell is wider than its column."""
    if all(_width(cell) <= width for cell, width in zip(cells, widths, strict=True)):
        return [_line(map(_padded, cells, widths))]
    folded = [_folded(cell, width) for cell, width in zip(cells, widths, strict=True)]
    height = max(map(len, folded))
    return [
        _line(_padded(parts[at] if at < len(parts) else "", width) for parts, width in zip(folded, widths, strict=True))
        for at in range(height)
    ]


def _line(cells: Iterable[str]) -> str:
    return (_MARGIN + _GAP.join(cells)).rstrip()


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))


def _folded(cell: str, columns: int) -> list[str]:
    """The cell cut into parts of at most so many columns of the terminal."""
    parts, part = [], ""
    for character in cell:
        if part and _width(part + character) > columns:
            parts.append(part)
            part = ""
        part += character
    return [*parts, part]


def _width(text: str) -> int:
    return len(text) if text.isascii() else terminal_width(text)


def _shown(text: str) -> str:
    return shown_cell(text if len(text) <= _MAX_CELL_LENGTH else text[: _MAX_CELL_LENGTH - 1] + "…")
