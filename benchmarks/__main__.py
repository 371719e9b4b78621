"""``python -m benchmarks [NAME …]``: run benchmarks, print their tables, write their rows as JSON."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

BENCHMARKS = {"growth": "how the time to parse grows with the text", "bulk": "qlause filter beside orjson.loads alone"}


def main() -> None:
    """Run what the command line names, all by default."""
    listed = "\n".join(f"  {name:10} {about}" for name, about in BENCHMARKS.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Run benchmarks. Read the ratios: absolute times on shared machines mean nothing.",
        epilog=f"benchmarks:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], metavar="NAME", help="which to run (all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all rows to FILE")
    options = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 160)
    results: dict[str, Any] = {"python": platform.python_version(), "machine": platform.machine()}
    for name in options.names or BENCHMARKS:
        run: Callable[[], list[dict[str, Any]]] = import_module(f"benchmarks.{name}").run
        with console.status(f"{name} …"):
            results[name] = run()
        console.print(_table(f"{name}: {BENCHMARKS[name]}", results[name]))
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def _table(title: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left")
    for column in rows[0]:
        table.add_column(column, justify="left" if isinstance(rows[0][column], str) else "right")
    for row in rows:
        table.add_row(*(f"{value:,}" if isinstance(value, int) else str(value) for value in row.values()))
    return table


if __name__ == "__main__":
    main()
