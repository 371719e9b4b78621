"""The benchmarks there are, and one run of some of them: rows, versions, machine and date."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from .measure import Row, is_quick
from .packages import versions

__all__ = ["BENCHMARKS", "Benchmark", "Results", "read", "run", "write"]

Results: TypeAlias = dict[str, Any]
"""``date``, ``machine``, ``quick``, ``versions``, and in ``benchmarks`` the rows of each."""


class Benchmark(NamedTuple):
    """A module with a function ``run``."""

    module: str
    """Below this package; the folder says what is compared."""
    about: str


BENCHMARKS: Final[Mapping[str, Benchmark]] = {
    "parse": Benchmark("peers.parse", "text → tree, beside other parsers"),
    "evaluate": Benchmark("peers.evaluate", "a predicate per document, beside Python by hand and beside peers"),
    "compile": Benchmark("stages.compile", "each stage from text to backend, beside the parse of the same text"),
    "mechanisms": Benchmark("stages.mechanisms", "the same work with and without each mechanism that saves time"),
    "instants": Benchmark("stages.instants", "a comparison by time without a schema, beside the same texts as text"),
    "endpoints": Benchmark(
        "peers.endpoints", "a list endpoint by qlause and by peers: lines, and what odd requests do"
    ),
    "requests": Benchmark("stages.requests", "one request through SQLAlchemy and Django, beside conditions by hand"),
    "growth": Benchmark("stages.growth", "how the time to parse grows with the text"),
    "size": Benchmark("stages.size", "how the result of a backend grows with the query"),
    "start": Benchmark("stages.start", "import and first parse in a fresh process, beside the interpreter's own start"),
    "worst": Benchmark("engines.worst", "the largest queries that limits allow, over 200 documents, on each engine"),
    "sql": Benchmark("engines.sql", "SQL on a million rows, beside SQL by hand for the same rows"),
    "pages": Benchmark("engines.pages", "pages of a million rows by a cursor, and totals, beside SQL by hand"),
    "bulk": Benchmark("engines.bulk", "qlause filter over a file, beside reading it and beside other engines"),
}
"""By the names that the command line takes. ``engines.scale`` is a command of its own: it takes long."""


def run(names: Iterable[str], show: Callable[[str, list[Row]], None]) -> Results:
    """Run benchmarks, and show the rows of each as soon as they are measured."""
    results: Results = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "system": platform.system(),
            "architecture": platform.machine(),
            "processor": _processor(),
            "cores": os.cpu_count(),
            "python": f"{platform.python_implementation()} {platform.python_version()}",
        },
        "quick": is_quick(),
        "versions": versions(),
        "benchmarks": {},
    }
    for name in names:
        rows: list[Row] = import_module(f".{BENCHMARKS[name].module}", __package__).run()
        show(name, rows)
        results["benchmarks"][name] = rows
    return results


def write(results: Results, path: Path) -> None:
    """Keep results as JSON."""
    path.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read(path: Path) -> Results:
    """Results that were kept. Raises ValueError for any other file."""
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict) or not isinstance(found.get("benchmarks"), dict):
        raise ValueError(f"{path} holds no results of benchmarks")
    return found


def _processor() -> str:
    """The kind of processor, as far as the system tells."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.is_file() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor())
