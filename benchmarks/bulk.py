"""``qlause filter`` over a big NDJSON file, beside a loop that only reads the same lines with ``orjson.loads``.

Each is a process of its own, so that start-up counts too and the peak of its memory can be read.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

__all__ = ["run"]

COUNTS = (30_000, 300_000)
QUERIES = {
    "selective": 'metadata.createdAt:(>="2020-02-01T00:00:00Z" AND <"2020-02-02T00:00:00Z")',
    "through arrays": "legalEntity.customerGroups.name.fr:~groupe",
    "four clauses": 'customer.name:("John","Jack") primary:true legalEntity.name:~smith metadata.version:>=2',
}
_LOADS = "import orjson, sys\nfor line in open(sys.argv[1], 'rb'):\n    orjson.loads(line)\n"
_ROUNDS = 3


def run() -> list[dict[str, Any]]:
    """One row a file and a query: time relative to the loop, and the peak of memory of both."""
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for count in COUNTS:
            path = Path(folder, f"{count}.ndjson")
            with path.open("wb") as out:
                subprocess.run(
                    [sys.executable, "-m", "examples.contact_assignments", str(count)], stdout=out, check=True
                )
            alone, alone_peak = _best([sys.executable, "-c", _LOADS, str(path)])
            for name, query in QUERIES.items():
                spent, peak = _best([sys.executable, "-m", "qlause", "filter", query, str(path), "--count"])
                rows.append(
                    {
                        "query": name,
                        "documents": count,
                        "MB": round(path.stat().st_size / 1e6),
                        "time : orjson.loads": round(spent / alone, 2),
                        "peak MB": peak,
                        "peak MB of orjson.loads": alone_peak,
                    }
                )
    return rows


def _best(command: list[str]) -> tuple[float, int]:
    """Seconds of the fastest of a few runs, and the highest peak of resident memory in MB."""
    found = [_timed(command) for _ in range(_ROUNDS)]
    return min(spent for spent, _ in found), max(peak for _, peak in found)


def _timed(command: list[str]) -> tuple[float, int]:
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{command} ended with {process.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss // 1024
