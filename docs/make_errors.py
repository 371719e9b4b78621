"""Writes ``errors.md``, the page of all error codes, from ``qlause.errors.codes``: ``python docs/make_errors.py``."""

from __future__ import annotations

import inspect
import re
from itertools import groupby
from pathlib import Path

from qlause.errors.codes import CODES

PAGE = Path(__file__).with_name("errors.md")
_START = """# Errors

<!-- Written by docs/make_errors.py from qlause.errors.codes: change that table, not this page. -->

Every refusal is a `QlauseError`. Its `code` tells the kind of error and never changes its meaning; the words of its
`message` may. Mostly a `hint` says what to write instead. Where the error is about a text, `offset` and `length` say
where in it, in code points. `to_dict()` gives all of it as the body of a response.
"""


def page() -> str:
    """The text of the page."""
    parts = [_START]
    for error, rows in groupby(CODES, key=lambda row: row.error):
        about = _plain((inspect.getdoc(error) or "").splitlines()[0])
        lines = [f"| `{row.code}` | {_cell(row.cause)} | {_cell(row.remedy)} |" for row in rows]
        table = ["| code | cause | what to do |", "| --- | --- | --- |", *lines]
        parts.append("\n".join([f"## {error.__name__}", "", about, "", *table, ""]))
    return "\n".join(parts)


def _plain(text: str) -> str:
    """A line of a docstring as Markdown: code in single backquotes, and roles as the names that they show."""
    return re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text).replace("``", "`")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
