"""The table of engines has a row only for what passed in a run of the tests."""

from __future__ import annotations

from datetime import date

from engines.mongodb.server import SERVERS
from tests.conformance.engines import ENGINES
from tests.engine_notes import PAGE, Note, note, rows_of, take_notes, with_table

NOTES: list[Note] = [
    ("new", "2.0", "answered", 2),
    ("new", "2.0", "refused", 1),
    ("new", "2.0", "ordered otherwise", 1),
    ("new", "", "pairs", 12_345),
    ("partly run", "3.0", "answered", 3),
]
CASES = {"new": 4, "partly run": 4, "not run": 4}
REASONS = {"new": ["it has no dates", "it sorts by length"], "partly run": [], "not run": []}
ROW = "| new | 2.0 | 2026-01-02 | 4 | 1 refused, 1 ordered otherwise: it has no dates; it sorts by length | 12,345 |"


def test_a_row_is_written_only_if_every_case_passed() -> None:
    assert rows_of(NOTES, CASES, REASONS, date(2026, 1, 2)) == {"new": ROW}


def test_rows_of_engines_that_were_not_run_stay() -> None:
    page = with_table(PAGE.read_text(encoding="utf-8"), {"old": "| old | 1.0 | 2026-01-02 | 4 |  |  |"}, ["old"])
    changed = with_table(page, {"new": ROW}, ["new", "old"])
    table = [line for line in changed.splitlines() if line.startswith("| ")]
    assert table[2:4] == [ROW, "| old | 1.0 | 2026-01-02 | 4 |  |  |"]
    assert with_table(changed, {}, ["new", "old"]) == changed
    assert with_table(changed, {}, ["other"]).count("| other | not run |") == 1
    assert "| old |" not in with_table(changed, {}, ["other"]), "an engine that is no more has no row"


def test_notes_are_summed_and_taken_once() -> None:
    take_notes()
    note("e", "1", "answered")
    note("e", "1", "answered")
    assert take_notes() == [("e", "1", "answered", 2)]
    assert take_notes() == []


def test_every_engine_has_its_row() -> None:
    if "named" in SERVERS:  # the table is of those that the tests start
        return
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page, {}, [engine.name for engine in ENGINES]) == page, "run pytest --engines-table"
