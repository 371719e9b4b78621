"""Tables on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from .compare import NOTICEABLE
from .measure import Row

__all__ = ["change_table", "table", "verdict_table"]


def table(title: str, rows: Sequence[Row]) -> Table:
    """Rows as they are: text to the left, numbers to the right. There may be none."""
    made = Table(title=title, title_justify="left")
    for column in rows[0] if rows else ():
        words = any(isinstance(row[column], str) for row in rows)
        made.add_column(column, justify="left" if words else "right")
    for row in rows:
        made.add_row(*map(_shown, row.values()))
    return made


def verdict_table(rows: Sequence[Row]) -> Table:
    """The targets, in colour."""
    colours = {"yes": "green", "no": "red"}
    return table("targets", [{**row, "met": Text(row["met"], colours.get(row["met"], ""))} for row in rows])


def change_table(title: str, rows: Sequence[Row]) -> Table:
    """Changes: what got better in green, what got worse in red, where it is more than noise."""
    made = table(title, rows)
    for shown, row in zip(made.rows, rows, strict=True):
        change = row["after : before"]
        if change is not None and not 1 / NOTICEABLE <= change <= NOTICEABLE:
            shown.style = "red" if change > 1 else "green"
    return made


def _shown(value: Any) -> Text:
    if isinstance(value, Text):
        return value
    if value is None:
        return Text("—")
    return Text(f"{value:,}" if isinstance(value, int | float) else str(value))
