"""What changed between two results: the ratios of their ratios, the greatest change first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from .measure import Row, ratio
from .suite import Results

__all__ = ["NOTICEABLE", "changes", "row_name", "version_changes"]

NOTICEABLE: Final = 1.1
"""From this factor on, up or down, a change is more than the noise of a shared machine."""

_ABOUT: Final = frozenset({"version", "note"})


def changes(before: Results, after: Results) -> list[Row]:
    """One row a ratio, the greatest change first; ``after : before`` is above 1 where it got worse.

    Where only one of them has the ratio, or it is 0, nothing is said about the change, and the row comes last.
    """
    old, new = _ratios(before), _ratios(after)
    rows = [_change(key, old.get(key), new.get(key)) for key in sorted(old.keys() | new.keys())]
    return sorted(rows, key=lambda row: -_size(row["after : before"]))


def _change(key: tuple[str, str, str], before: float | None, after: float | None) -> Row:
    names = dict(zip(("benchmark", "row", "ratio"), key, strict=True))
    return {
        **names,
        "before": before,
        "after": after,
        "after : before": ratio(after, before) if before and after else None,
    }


def _size(change: float | None) -> float:
    """How great a change is, up or down."""
    return max(change, 1 / change) if change else 0.0


def _ratios(results: Results) -> Mapping[tuple[str, str, str], float]:
    """Every ratio of a run, by benchmark, row and column."""
    return {
        (benchmark, row_name(row), column): value
        for benchmark, rows in results["benchmarks"].items()
        for row in rows
        for column, value in row.items()
        if " : " in column and value is not None
    }


def row_name(row: Row) -> str:
    """What tells a row from the others."""
    return ", ".join(
        value for column, value in row.items() if isinstance(value, str) and value and column not in _ABOUT
    )


def version_changes(before: Results, after: Results) -> Iterator[str]:
    """What runs in another version now, python included."""
    old, new = ({**each.get("versions", {}), "python": each["machine"]["python"]} for each in (before, after))
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield f"{name}: {old.get(name, 'none')} → {new.get(name, 'none')}"
