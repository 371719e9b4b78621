"""Writes the table of dialects into ``sql.md``: ``python docs/make_dialects.py``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from qlause.backends.sql.dialects import DIALECTS, DialectRow

PAGE: Final = Path(__file__).with_name("sql.md")
_START: Final = "<!-- Written by docs/make_dialects.py from the table in qlause.backends.sql.dialects. -->\n\n"
_END: Final = "\n<!-- The end of the table of dialects. -->\n\n"


def page() -> str:
    """The text of the page with the table as it has to be."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_START)
    _, _, after = rest.partition(_END)
    return f"{before}{_START}{table()}{_END}{after}"


def table() -> str:
    """The table."""
    lines = [
        "| dialect | engine | drivers, with their paramstyles | extra |",
        "| --- | --- | --- | --- |",
    ]
    lines += [_line(name, row) for name, row in DIALECTS.items()]
    return "\n".join([*lines, ""])


def _line(name: str, row: DialectRow) -> str:
    drivers = ", ".join([f"`{driver}` ({style})" for driver, style in row.drivers.items()])
    extra = "" if row.extra is None else f"`{row.extra}`"
    cells = [f'[`"{name}"`]({name}.md)', f"{row.engine} {row.oldest} or later", drivers, extra]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
