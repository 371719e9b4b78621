"""Documents as rows: a column for each path, text in each cell."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import orjson

from ...errors import escape_text
from ..arguments import UsageError
from ..input.csv_table import column_name
from ..input.json_codec import encode_json
from ..input.reader import Document, Source, exact_document
from .writer import WriterOptions

if TYPE_CHECKING:
    from ..input.csv_table import CsvTable

__all__ = ["Keys", "Row", "RowWriter", "StreamedRowWriter", "shown_cell"]

Keys: TypeAlias = tuple[str, ...]
Row: TypeAlias = dict[Keys, str]

_MAX_COLUMNS: Final = 16_384


class RowWriter:
    """Prepares rows: the cells of the requested paths, or of all leaves if none is requested."""

    def __init__(self, options: WriterOptions) -> None:
        self._options = options
        self._columns = {keys: column_name(keys) for keys in options.requested or ()}
        """The name of each column. Without requested paths, of those that are known so far."""

    def begin_table(self, table: CsvTable) -> None:
        """Take the columns of a header that come out, with their names and in their order."""
        if self._options.requested is not None:
            return
        names = {column.keys: name for column, name in zip(table.columns, table.names, strict=True)}
        remaining = names
        if self._options.project is not None:
            document: Document = {}
            for keys in names:
                parent = document
                for key in keys[:-1]:
                    parent = parent.setdefault(key, {})
                parent[keys[-1]] = True
            leaves = dict(_leaves(self._options.project(document)))
            added = {keys: column_name(keys) for keys in leaves if keys not in names}
            remaining = added | {keys: name for keys, name in names.items() if keys in leaves}
        for keys, name in remaining.items():
            self._columns.setdefault(keys, name or column_name(keys))

    def prepare(self, document: Document, source: Source) -> Any:
        """The cells that are not missing."""
        document = exact_document(document, source)
        if self._options.project is not None:
            document = self._options.project(document)
        if self._options.requested is None:
            return {keys: _cell(value) for keys, value in _leaves(document)}
        values = ((keys, _value_at(document, keys)) for keys in self._options.requested)
        return {keys: _cell(value) for keys, value in values if value is not None}


class StreamedRowWriter(RowWriter):
    """Writes a header and rows.

    If neither fields are requested nor a single file of CSV is read, the columns are not known before the last
    document. Until then the rows are in a temporary file.
    """

    format_name = "the output"

    def __init__(self, options: WriterOptions) -> None:
        super().__init__(options)
        self._is_begun = False
        self._spool: Any = None

    def begin_table(self, table: CsvTable) -> None:
        """Write the header if the rows of this table are all that there is."""
        super().begin_table(table)
        if self._options.is_one_file and not self._is_begun:
            self._begin()

    def write(self, prepared: Row) -> None:
        """Write a row, or keep it in the temporary file."""
        if not self._is_begun and self._options.requested is not None:
            self._begin()
        if self._is_begun:
            self._write_cells([prepared.get(keys, "") for keys in self._columns])
            return
        for keys in prepared:
            if keys not in self._columns:
                self._columns[keys] = column_name(keys)
        if len(self._columns) > _MAX_COLUMNS:
            raise UsageError(f"{self.format_name} has more than {_MAX_COLUMNS:,} columns; choose columns with --fields")
        if self._spool is None:
            self._spool = tempfile.TemporaryFile()  # noqa: SIM115  # open until finish
        self._spool.write(orjson.dumps([prepared.get(keys, "") for keys in self._columns]) + b"\n")

    def flush(self) -> None:
        """Write the header if it is known."""
        if not self._is_begun and self._options.requested is not None:
            self._begin()

    def finish(self) -> None:
        """Write the header if there is one, and the rows in the temporary file."""
        if not self._is_begun and self._columns:
            self._begin()
        if self._spool is None:
            return
        with self._spool:
            self._spool.seek(0)
            for line in self._spool:
                cells = orjson.loads(line)
                self._write_cells(cells + [""] * (len(self._columns) - len(cells)))

    def _begin(self) -> None:
        self._is_begun = True
        self._write_header(list(self._columns.values()))

    def _write_header(self, names: Sequence[str]) -> None:
        raise NotImplementedError

    def _write_cells(self, cells: Sequence[str]) -> None:
        raise NotImplementedError


def shown_cell(text: str) -> str:
    """The text of a cell on a terminal."""
    return text if text.isprintable() else escape_text(text)


def _leaves(document: Document) -> Iterator[tuple[Keys, Any]]:
    """The values that are no objects, and empty objects, in the order of the document. Without recursion."""
    stack: list[tuple[Keys, Iterator[tuple[str, Any]]]] = [((), iter(document.items()))]
    while stack:
        keys, items = stack[-1]
        for key, value in items:
            if type(value) is dict and value:
                stack.append(((*keys, key), iter(value.items())))
                break
            yield (*keys, key), value
        else:
            stack.pop()


def _value_at(node: Any, keys: Keys) -> Any:
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
