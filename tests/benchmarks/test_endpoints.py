"""The endpoints of qlause and of its peers: what the page of the comparison says is what happens."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from benchmarks.packages import MISSING
from engines.missing import import_optional

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    for package in ("fastapi", "httpx", "sqlalchemy"):
        import_optional(package, package, f"pip install {package}")
    found: list[dict[str, Any]] = import_optional("benchmarks.peers.endpoints", "the bench extra", "pip").run()
    return found


def test_no_request_breaks_an_endpoint_of_qlause_or_gets_wrong_rows(rows: list[dict[str, Any]]) -> None:
    notes = {row["case"]: row["note"] for row in rows if row["stack"] == "qlause, FastAPI"}
    notes.pop("lines of glue")
    right = {"injection in a value", "date with an offset", "nulls across pages", "page past the end"}
    assert notes == {case: "right rows" if case in right else "400" for case in notes}
    other = {row["case"]: row["note"] for row in rows if row["stack"] == "qlause, Django REST framework"}
    assert MISSING in other.values() or {**other, **notes} == other


def test_an_endpoint_of_qlause_has_fewer_lines(rows: list[dict[str, Any]]) -> None:
    lines = {row["stack"]: row["lines"] for row in rows if row["lines"] is not None}
    assert lines["qlause, FastAPI"] < min(lines["fastapi-filter, fastapi-pagination"], lines["odata-query, sqlakeyset"])
    assert lines["qlause, Django REST framework"] < lines["django-filter, Django REST framework"]


def test_the_page_says_what_happens(rows: list[dict[str, Any]]) -> None:
    """If not: ``python -m benchmarks endpoints``, then ``python docs/make_comparison.py``.

    A peer that is not installed, or in another version than the page names, may do otherwise.
    """
    script = runpy.run_path(str(ROOT / "docs" / "make_comparison.py"))
    text = script["PAGE"].read_text(encoding="utf-8")
    shown = _cells(text)
    versions = next(line for line in text.splitlines() if line.startswith("Versions: "))
    compared = [
        row
        for row in rows
        if row["note"] != MISSING and (row["stack"].startswith("qlause, ") or row["version"] in versions)
    ]
    made = _cells(script["table"](rows))
    assert {row["stack"] for row in compared} >= {"qlause, FastAPI"}
    for row in compared:
        assert made[row["case"], row["stack"]] == shown[row["case"], row["stack"]]
    assert made.keys() == shown.keys()


def _cells(text: str) -> dict[tuple[str, str], str]:
    """What the table of peers says by case and stack."""
    table = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    (stacks,) = [index for index, cells in enumerate(table) if cells[0] == "qlause, FastAPI"]
    return {
        (case, stack): cell
        for case, *cells in table[stacks + 2 :]
        for stack, cell in zip(table[stacks], cells, strict=True)
    }
