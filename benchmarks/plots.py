"""Plots of results as PNG files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from .compare import row_name
from .measure import Row
from .suite import Results

__all__ = ["draw", "draw_scale"]

_PER_CHARACTER: Final = "ns/char at "


def draw(results: Results, folder: Path) -> list[Path]:
    """One file for each benchmark that has a plot. Raises ImportError without matplotlib."""
    pyplot = _pyplot()
    made: list[Path] = []
    for name, plot in _PLOTS.items():
        if rows := results["benchmarks"].get(name):
            figure, axes = pyplot.subplots(figsize=(10, 6), layout="constrained")
            plot(axes, rows)
            made.append(folder / f"{name}.png")
            figure.savefig(made[-1], dpi=120)
            pyplot.close(figure)
    return made


def draw_scale(rows: Sequence[Row], path: Path) -> Path:
    """A line an engine: documents a second over the number of documents. Raises ImportError without matplotlib."""
    pyplot = _pyplot()
    figure, axes = pyplot.subplots(figsize=(10, 6), layout="constrained")
    for engine in dict.fromkeys(row["engine"] for row in rows):
        mine = [row for row in rows if row["engine"] == engine]
        axes.plot([row["documents"] for row in mine], [row["documents a second"] for row in mine], "o-", label=engine)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("documents")
    axes.set_ylabel("documents a second: higher is faster")
    axes.set_title("One query over more and more documents, on all cores of one machine")
    axes.legend()
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
    return path


def _pyplot() -> Any:
    import_module("matplotlib").use("agg")
    return import_module("matplotlib.pyplot")


def _bars(title: str, unit: str) -> Callable[[Any, Sequence[Row]], None]:
    """A group of bars a row, one for each column of a unit, on a logarithmic axis."""

    def plot(axes: Any, rows: Sequence[Row]) -> None:
        columns = [column for column in rows[0] if column.endswith(f" {unit}")]
        shown = [row for row in reversed(rows) if any(row[column] is not None for column in columns)]
        height = 0.8 / len(columns)
        axes.figure.set_figheight(2 + 0.2 * len(columns) * len(shown))
        for at, column in enumerate(columns):
            places = [place - at * height for place in range(len(shown))]
            values = [row[column] or 0 for row in shown]
            bars = axes.barh(places, values, height, label=column.removesuffix(f" {unit}"))
            axes.bar_label(bars, labels=[f" {value:,.0f}" if value else "" for value in values], fontsize=8)
        middle = height * (len(columns) - 1) / 2
        axes.set_yticks([place - middle for place in range(len(shown))], [row_name(row) for row in shown])
        least, most = (pick(row[column] for row in shown for column in columns if row[column]) for pick in (min, max))
        axes.set_xscale("log")
        axes.set_xlim(least / 2, most * 2)
        axes.set_xlabel(f"{unit}, logarithmic: shorter is faster")
        axes.set_title(title)
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))

    return plot


def _growth(axes: Any, rows: Sequence[Row]) -> None:
    """A line a text: nanoseconds a character over the length, flat where the time is linear."""
    columns = [column for column in rows[0] if column.startswith(_PER_CHARACTER)]
    sizes = [int(column.removeprefix(_PER_CHARACTER).replace(",", "")) for column in columns]
    for row in rows:
        broken = row["text"].startswith("broken")
        axes.plot(sizes, [row[column] for column in columns], "--" if broken else "-", marker=".", label=row["text"])
    axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.set_yscale("log")
    axes.set_xlabel("characters")
    axes.set_ylabel("nanoseconds a character")
    axes.set_title("Time to parse a character, by the length of the text: flat is linear")
    axes.legend(fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=4)


_PLOTS: Final = {
    "parse": _bars("Time to parse", "µs"),
    "evaluate": _bars("Time to evaluate one document", "ns"),
    "growth": _growth,
}
