"""What the tests note of the engines that they ask, and the table that a run writes of it into ``docs/engines.md``.

A test calls :func:`note`. ``tests/conftest.py`` sends the notes of each passed test to the process that reports, also
from the processes of xdist; ``pytest --engines-table`` then writes the table. A row is written only if every
conformance case of its engine passed in this run; the other rows stay as they were, with their dates.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Final, Literal, TypeAlias

__all__ = ["PAGE", "Note", "note", "rows_of", "take_notes", "with_table"]

What: TypeAlias = Literal["answered", "refused", "ordered otherwise", "pairs"]
Note: TypeAlias = tuple[str, str, What, int]
"""The engine, its version, what it did and how often."""

PAGE: Final = Path(__file__).parent.parent / "docs" / "engines.md"
_START: Final = "<!-- Written by pytest with the option engines-table. -->\n\n"
_END: Final = "\n<!-- The end of the table of engines. -->\n"
_HEAD: Final = (
    "| engine | version | run on | cases | refused, or in another order | random pairs |",
    "| --- | --- | --- | --- | --- | --- |",
)

_noted: Counter[tuple[str, str, What]] = Counter()


def note(engine: str, version: str, what: What, number: int = 1) -> None:
    """Note what an engine did, in the test that runs now. Pairs come without a version, from tests of many engines."""
    _noted[engine, version, what] += number


def take_notes() -> list[Note]:
    """The notes since the last call."""
    taken = [(*key, number) for key, number in _noted.items()]
    _noted.clear()
    return taken


def rows_of(
    notes: Iterable[Note], cases: Mapping[str, int], reasons: Mapping[str, Iterable[str]], day: date
) -> dict[str, str]:
    """The rows of engines of whose cases, so many for each, all were noted on a day; with the reasons of refusals."""
    counted: defaultdict[str, Counter[What]] = defaultdict(Counter)
    versions: defaultdict[str, set[str]] = defaultdict(set)
    for engine, version, what, number in notes:
        counted[engine][what] += number
        versions[engine] |= {version} - {""}
    rows = {}
    for engine, expected in cases.items():
        done = counted[engine]
        if done["answered"] + done["refused"] + done["ordered otherwise"] != expected:
            continue
        special = [f"{done[what]} {what}" for what in ("refused", "ordered otherwise") if done[what]]
        told = f"{', '.join(special)}: {'; '.join(reasons[engine])}" if special else ""
        pairs = f"{done['pairs']:,}" if done["pairs"] else ""
        cells = (engine, ", ".join(sorted(versions[engine])), day.isoformat(), f"{expected:,}", told, pairs)
        rows[engine] = f"| {' | '.join(cells)} |"
    return rows


def with_table(page: str, rows: Mapping[str, str], engines: Iterable[str]) -> str:
    """The page with these rows in its table, and its own of the other engines."""
    before, _, rest = page.partition(_START)
    old, _, after = rest.partition(_END)
    known = {match[1]: match[0] for match in re.finditer(r"^\| (.+?) \| .*$", old, re.MULTILINE)}
    lines = [rows.get(engine, known.get(engine, f"| {engine} | not run |  |  |  |  |")) for engine in engines]
    return f"{before}{_START}{chr(10).join((*_HEAD, *lines, ''))}{_END}{after}"
