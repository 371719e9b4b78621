"""``qlause filter`` over a big NDJSON file, beside what only reads the same lines, beside other engines, and beside the
same documents as one JSON array.

Each is a process of its own, so that start-up counts too and the peak of its memory can be read. All of them count
what they select, and the counts are compared. DuckDB works on all cores, so time by the clock is compared with it, of
qlause on all cores and in one process. With all others processor time of one process is compared, which a busy machine
disturbs less.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from ..measure import Process, Row, is_quick, process, ratio
from ..packages import MISSING, installed

__all__ = ["run"]

COUNTS: Final = (30_000, 300_000)


class Asked(NamedTuple):
    """One meaning for each engine."""

    q: str
    sql: str
    jq: str


QUERIES: Final = {
    "selective": Asked(
        'metadata.createdAt:(>="2020-02-01T00:00:00Z" AND <"2020-02-02T00:00:00Z")',
        "metadata.createdAt >= '2020-02-01' AND metadata.createdAt < '2020-02-02'",
        '.metadata.createdAt | . >= "2020-02-01T00:00:00.000Z" and . < "2020-02-02T00:00:00.000Z"',
    ),
    "through arrays": Asked(
        "legalEntity.customerGroups.name.fr:~groupe",
        "len(list_filter(legalEntity.customerGroups, lambda each: contains(lower(each.name.fr), 'groupe'))) > 0",
        '.legalEntity.customerGroups | any(.name.fr | ascii_downcase | contains("groupe"))',
    ),
    "four clauses": Asked(
        'customer.name:("John","Jack") primary:true legalEntity.name:~smith metadata.version:>=2',
        "customer.name IN ('John', 'Jack') AND \"primary\" AND contains(lower(legalEntity.name), 'smith') "
        "AND metadata.version >= 2",
        '(.customer.name | IN("John", "Jack")) and .primary and '
        '(.legalEntity.name | ascii_downcase | contains("smith")) and .metadata.version >= 2',
    ),
    # No line can be passed over unparsed.
    "unselective": Asked("NOT type:BILLING", "\"type\" != 'BILLING'", '.type != "BILLING"'),
}
_LOADS: Final = "import {0}, sys\nfor line in open(sys.argv[1], 'rb'):\n    {0}.loads(line)\n"
_DUCKDB: Final = """
import duckdb, sys
path, condition = sys.argv[1:]
found = f"SELECT count(*) FROM read_json('{path}', format='newline_delimited') WHERE {condition}"
print(duckdb.connect().execute(found).fetchall()[0][0])
"""
_ROUNDS: Final = 4


def run() -> list[Row]:
    """One row a file and a query: time relative to each of the others, and the peak of memory."""
    with tempfile.TemporaryDirectory() as folder:
        return [row for count in ((3_000,) if is_quick() else COUNTS) for row in _of_file(count, folder)]


def _of_file(count: int, folder: str) -> list[Row]:
    path = Path(folder, f"{count}.ndjson")
    with path.open("wb") as out:
        subprocess.run([sys.executable, "-m", "examples.contact_assignments", str(count)], stdout=out, check=True)
    array = path.with_suffix(".json")
    array.write_bytes(b"[" + path.read_bytes().rstrip().replace(b"\n", b",\n") + b"]\n")
    return [
        {"documents": f"{count:,}", "MB": round(path.stat().st_size / 1e6), "query": name, **_row(asked, path, array)}
        for name, asked in QUERIES.items()
    ]


def _row(asked: Asked, path: Path, array: Path) -> Row:
    qlause_filter = [sys.executable, "-m", "qlause", "filter", asked.q, "--count"]
    commands = {
        "qlause": [*qlause_filter, str(path)],
        "qlause, one process": [*qlause_filter, "--jobs", "1", str(path)],
        "qlause, JSON array": [*qlause_filter, str(array)],
        "orjson.loads": [sys.executable, "-c", _LOADS.format("orjson"), str(path)],
    }
    slow = {"json.loads": [sys.executable, "-c", _LOADS.format("json"), str(path)]}
    notes: list[str] = []
    if installed("duckdb"):
        commands["DuckDB"] = [sys.executable, "-c", _DUCKDB, str(path), asked.sql]
    else:
        notes.append(f"DuckDB is {MISSING}")
    if jq := shutil.which("jq"):
        slow["jq"] = [jq, "-n", f"[inputs | select({asked.jq})] | length", str(path)]
    else:
        notes.append("jq, a package of the system, is not installed")
    done = {**_best(commands, _ROUNDS), **_best(slow, 1)}
    found = {name: int(each.output) for name, each in done.items() if not name.endswith(".loads")}
    if len(set(found.values())) != 1:
        raise AssertionError(f"{asked.q} does not mean the same to all: {found}")
    qlause, alone = done["qlause"], done["qlause, one process"]
    return {
        "selected": found["qlause"],
        "s": round(qlause.wall, 2),
        **{
            f"qlause : {name}": ratio(alone.processor, done[name].processor) if name in done else None
            for name in ("orjson.loads", "json.loads", "jq")
        },
        "qlause : DuckDB": ratio(qlause.wall, done["DuckDB"].wall) if "DuckDB" in done else None,
        "one process : DuckDB": ratio(alone.wall, done["DuckDB"].wall) if "DuckDB" in done else None,
        "all cores : one process": ratio(qlause.wall, alone.wall),
        "JSON array : NDJSON": ratio(done["qlause, JSON array"].processor, alone.processor),
        "peak MB": alone.peak,
        "peak MB of orjson.loads": done["orjson.loads"].peak,
        "note": "; ".join(notes),
    }


def _best(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, Process]:
    """The best figures of each of a few runs, in turns, so that a busy moment meets them all."""
    runs: dict[str, list[Process]] = {name: [] for name in commands}
    for _ in range(1 if is_quick() else rounds):
        for name, command in commands.items():
            # As with grep, the exit status 1 says that nothing was selected.
            runs[name].append(process(command, (0, 1) if name.startswith("qlause") else (0,)))
    return {
        name: Process(
            min(each.wall for each in found),
            min(each.processor for each in found),
            max(each.peak for each in found),
            found[0].output,
        )
        for name, found in runs.items()
    }
