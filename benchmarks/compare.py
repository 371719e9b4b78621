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
    """One row a ratio that both have; ``after : before`` is above 1 where it got worse. Then what only one has."""
    old, new = _ratios(before), _ratios(after)
    both = [
        {**_names(key), "before": old[key], "after": new[key], "after : before": ratio(new[key], old[key])}
        for key in old.keys() & new.keys()
        if old[key]
    ]
    both.sort(key=lambda row: (-_factor(row), *map(str, row.values())))
    return [
        *both,
        *(
            {**_names(key), "before": old.get(key), "after": new.get(key), "after : before": None}
            for key in sorted(old.keys() ^ new.keys())
        ),
    ]


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


def _names(key: tuple[str, str, str]) -> Row:
    return dict(zip(("benchmark", "row", "ratio"), key, strict=True))


def _factor(row: Row) -> float:
    change: float = row["after : before"]
    return max(change, 1 / change) if change else float("inf")
