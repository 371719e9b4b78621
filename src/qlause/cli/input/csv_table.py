"""The columns of a CSV file: their names, their delimiter, and what their cells mean."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

import orjson

from ...errors import QlauseError, shorten
from ...syntax.lexical import keys_text
from ...syntax.parser import parse_fields
from .json_codec import Document, NumberText

__all__ = ["TEXT_CELLS", "CellType", "CsvOptions", "CsvRow", "CsvTable", "column_name", "delimiter_of", "name_keys"]

_Keys: TypeAlias = tuple[str, ...]

_DELIMITERS: Final = (",", ";", "\t")
_JSON_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?").fullmatch
_MAX_PLAIN_DIGITS: Final = 15
_FIRST_OF_LITERAL: Final = frozenset("-0123456789tf")
_BOOLEANS: Final = {"true": True, "false": False}


class CellType(NamedTuple):
    """How cells are read."""

    convert: Callable[[str], Any]
    """Takes the text of a cell and returns its value. Raises ValueError with a message that ends ``"cell" is ...``."""
    is_text: bool
    """Whether cells that look like a number or a boolean are text."""


TEXT_CELLS: Final = CellType(str, is_text=True)


@dataclass(frozen=True, slots=True)
class CsvOptions:
    """How CSV is read.

    Attributes:
        delimiter: What separates cells; None: the header decides.
        is_text: Whether all cells are text that no type is declared for.
        declared: Returns how the cells of a column are read that has a declared type; None for other columns.
        asked: The stored paths that query and sort ask about. Only their columns are read before a row is selected.

    """

    delimiter: str | None
    is_text: bool
    declared: Callable[[_Keys], CellType | None]
    asked: frozenset[_Keys]


class _Column(NamedTuple):
    """A column: where its values are in a document, and how they are read."""

    position: int
    keys: _Keys
    parents: _Keys
    key: str
    convert: Callable[[str], Any]
    is_text: bool


@dataclass(frozen=True, slots=True)
class CsvTable:
    """The header of a file, as it is written and as columns."""

    raw: str
    """The line itself, with its line end."""
    names: Sequence[str]
    delimiter: str
    columns: Sequence[_Column]
    asked: Sequence[_Column]
    """The columns that query and sort ask about."""

    @classmethod
    def of_header(
        cls, raw: str, names: Sequence[str], delimiter: str, options: CsvOptions, warn: Callable[[str], None]
    ) -> CsvTable:
        """The table with this header. A column whose name cannot be used gets another one, with a warning."""
        columns: list[_Column] = []
        for position, keys in enumerate(_column_keys(names, warn)):
            cell_type = options.declared(keys) or (TEXT_CELLS if options.is_text else _FREE_CELLS)
            columns.append(_Column(position, keys, keys[:-1], keys[-1], *cell_type))
        asked = [column for column in columns if _is_asked(column.keys, options.asked)]
        return cls(raw, names, delimiter, columns, asked)

    def asked_document(self, cells: Sequence[str]) -> Document:
        """The columns that the request asks about. Raises ValueError for a cell that is not of its declared type."""
        document: Document = {}
        for position, _, parents, key, convert, _ in self.asked:
            cell = cells[position] if position < len(cells) else ""
            if cell:
                parent = document
                for parent_key in parents:
                    parent = parent.setdefault(parent_key, {})
                try:
                    parent[key] = convert(cell)
                except ValueError as error:
                    name = shorten(keys_text((*parents, key)))
                    raise ValueError(f'{name}: "{shorten(cell)}" is {error}') from None
        return document


class CsvRow:
    """A row as it was read."""

    __slots__ = ("cells", "raw", "table")

    def __init__(self, table: CsvTable, cells: list[str], raw: str) -> None:
        self.table = table
        self.cells = cells
        self.raw = raw
        """The text of the row with its line end, if it has one."""

    def document(self) -> Document:
        """All columns that are not empty, with numbers as they are written."""
        document: Document = {}
        for cell, column in zip(self.cells, self.table.columns, strict=False):
            if cell:
                parent = document
                for key in column.parents:
                    parent = parent.setdefault(key, {})
                parent[column.key] = cell if column.is_text else _written_value(cell)
        return document


def delimiter_of(start: str) -> str:
    """The delimiter of the file that starts so: the one that gives its first line the most cells."""
    line = next((line for line in start.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=lambda delimiter: len(next(csv.reader([line], delimiter=delimiter), ())))


def name_keys(name: str) -> _Keys:
    """The keys of the path that a name is. A name that is no path, such as one with blanks, is one key."""
    try:
        paths = parse_fields(name).paths
    except QlauseError:
        return (name,)
    return paths[0].segments if len(paths) == 1 else (name,)


def column_name(keys: _Keys) -> str:
    """The name of a column in a header. Reading it gives the same keys again."""
    name = keys[0]
    return name if len(keys) == 1 and name and name_keys(name) == keys else keys_text(keys)


def _column_keys(names: Sequence[str], warn: Callable[[str], None]) -> list[_Keys]:
    """The keys of each column. No two are equal, and no column is an object around another one."""
    all_keys = [name_keys(name) for name in names]
    wanted, used = set(all_keys), set[_Keys]()
    unavailable = wanted | {keys[:length] for keys in all_keys for length in range(1, len(keys))}
    columns: list[_Keys] = []
    for position, (name, keys) in enumerate(zip(names, all_keys, strict=True), 1):
        outer = next((keys[:length] for length in range(1, len(keys)) if keys[:length] in wanted), None)
        if not name:
            keys = _free((f"column_{position}",), unavailable)
            warn(f"column {position} has no name; it is named {keys_text(keys)} here")
        elif keys in used:
            repeated, keys = shorten(keys_text(keys)), _free(keys, unavailable)
            warn(f"two columns are named {repeated}; column {position} is named {shorten(keys_text(keys))} here")
        elif outer is not None:
            inner, keys = shorten(keys_text(keys)), _free((".".join(keys),), unavailable)
            around = shorten(keys_text(outer))
            warn(f"{inner} cannot be inside the column {around}; it is named {shorten(keys_text(keys))} here")
        used.add(keys)
        unavailable.add(keys)
        columns.append(keys)
    return columns


def _free(keys: _Keys, unavailable: set[_Keys]) -> _Keys:
    """The keys, with a number at the end of the last one if they are used."""
    *parents, key = keys
    number = 2
    while keys in unavailable:
        keys = (*parents, f"{key}_{number}")
        number += 1
    return keys


def _is_asked(keys: _Keys, asked: Iterable[_Keys]) -> bool:
    return any(keys[: len(path)] == path or path[: len(keys)] == keys for path in asked)


def _value(cell: str) -> Any:
    """The value of a cell: a number or a boolean of JSON, or its text. The number is what it would be in NDJSON."""
    if cell[0] in _FIRST_OF_LITERAL:
        if _JSON_NUMBER(cell):
            try:
                return orjson.loads(cell)
            except orjson.JSONDecodeError:  # beyond what a double holds
                return cell
        return _BOOLEANS.get(cell, cell)
    return cell


def _written_value(cell: str) -> Any:
    """The value of a cell, a number as it is written."""
    if cell[0] not in _FIRST_OF_LITERAL:
        return cell
    if len(cell) <= _MAX_PLAIN_DIGITS and cell.isdecimal() and cell.isascii() and (cell[0] != "0" or cell == "0"):
        return int(cell)
    value = _value(cell)
    return value if isinstance(value, str | bool) else NumberText(cell)


_FREE_CELLS: Final = CellType(_value, is_text=False)
