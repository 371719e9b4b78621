"""Writes the table of worst cases into ``security.md``: ``python docs/make_worst.py build/benchmarks/results.json``.

``python -m benchmarks worst`` measures them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

PAGE: Final = Path(__file__).with_name("security.md")
_START: Final = "<!-- Written by docs/make_worst.py from the results of python -m benchmarks worst. -->\n\n"
_END: Final = "\n<!-- The end of the table of worst cases. -->\n\n"


def page(results: dict[str, Any]) -> str:
    """The text of the page with the table of these results."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_START)
    _, _, after = rest.partition(_END)
    return f"{before}{_START}{table(results)}{_END}{after}"


def table(results: dict[str, Any]) -> str:
    """For each engine the worst query at the default limits, and its seconds at these and at the public ones."""
    worst: dict[str, dict[str, Any]] = {}
    public: dict[str, float] = {}
    for row in results["benchmarks"]["worst"]:
        engine = row["engine"]
        if row["default s"] is None:
            continue
        public[engine] = max(public.get(engine, 0.0), row["public s"])
        if engine not in worst or row["default s"] > worst[engine]["default s"]:
            worst[engine] = row
    lines = ["| engine | worst query | at `Limits()` | at `Limits.public()` |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {engine} | `{row['query']}` | {row['default s']:.2f} s | {public[engine]:.2f} s |"
        for engine, row in worst.items()
    ]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    PAGE.write_text(page(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), encoding="utf-8")
