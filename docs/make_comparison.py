"""Writes the table of peers into ``comparison.md``: ``python docs/make_comparison.py``.

``python -m benchmarks endpoints`` runs them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

RESULTS: Final = "build/benchmarks/results.json"
PAGE: Final = Path(__file__).with_name("comparison.md")
_START: Final = "<!-- Written by docs/make_comparison.py from the results of python -m benchmarks endpoints. -->\n\n"
_END: Final = "\n<!-- The end of the table of peers. -->\n"


def page(results: dict[str, Any]) -> str:
    """The text of the page with the table of these results."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_START)
    _, _, after = rest.partition(_END)
    return f"{before}{_START}{table(results['benchmarks']['endpoints'])}{_END}{after}"


def table(rows: list[dict[str, Any]]) -> str:
    """One line a case, one column a stack, and the versions below."""
    stacks = list(dict.fromkeys(row["stack"] for row in rows))
    cases = list(dict.fromkeys(row["case"] for row in rows))
    cells = {(row["case"], row["stack"]): row["note"] if row["lines"] is None else row["lines"] for row in rows}
    versions = {row["stack"]: row["version"] for row in rows}
    lines = [f"| | {' | '.join(stacks)} |", f"| --- |{' --- |' * len(stacks)}"]
    lines += [f"| {case} | {' | '.join(str(cells[case, stack]) for stack in stacks)} |" for case in cases]
    return "\n".join([*lines, "", f"Versions: {'; '.join(dict.fromkeys(versions.values()))}.", ""])


if __name__ == "__main__":
    PAGE.write_text(page(json.loads(Path(*(sys.argv[1:] or [RESULTS])).read_text(encoding="utf-8"))), encoding="utf-8")
