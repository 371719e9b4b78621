"""One q over Parquet files of more and more documents: Spark, ClickHouse, DuckDB, and the Python predicate.

    python -m benchmarks scale --most 1000000

writes generated contact assignments, filters them on each engine with every core of this machine, shows that all
select the same ids, and writes a table and a plot of how many documents a second each gets through. It is no part of
``python -m benchmarks``, because ten million documents take a while: about 4 GB of files, and minutes on two cores.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.progress import track

from examples.contact_assignments import documents
from qlause import Schema, python, sql

from ..measure import Row, ratio
from ..packages import MISSING, installed
from ..plots import draw_scale
from ..report import table

__all__ = ["ENGINES", "main", "missing"]

QUERY: Final = (
    'primary:true metadata.createdAt:(>="2020-01-01T00:00:00Z" AND <"2020-07-01T00:00:00Z") '
    "legalEntity.customerGroups.name.fr:~revend NOT legalEntity.entitiesAddresses.contactDetails.tags:returns"
)
SCHEMA: Final = Schema(
    {
        "primary": {"type": "boolean", "column": "is_primary"},
        "metadata.createdAt": {"type": "date-time", "column": "created_at"},
        "legalEntity.customerGroups": {"type": "object", "array": True},
        "legalEntity.customerGroups.name": "localized",
        "legalEntity.entitiesAddresses": {"type": "object", "array": True},
        "legalEntity.entitiesAddresses.contactDetails.tags": {"type": "string", "array": True},
    }
)
"""Two fields have columns of their own, whatever lies in arrays is looked for in the document."""
SIZES: Final = (10**5, 10**6, 10**7)
_PART: Final = 25_000  # documents in a file
_COLUMNS: Final = pa.schema(
    [("id", pa.string()), ("is_primary", pa.bool_()), ("created_at", pa.timestamp("ms", "UTC")), ("doc", pa.string())]
)
_CORES: Final = os.cpu_count() or 1
_ROUNDS: Final = 2

Select: TypeAlias = Callable[[Path], list[str]]
"""The ids of what is selected from the files of a folder."""


def main(argv: Sequence[str]) -> int:
    """Do what the command line says and return the exit status."""
    options = _parser().parse_args(argv)
    console = Console()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.data) as folder:
        sizes = [size for size in SIZES if size <= options.most] or [max(options.most, _PART)]
        rows = [row for size in sizes for row in _of_size(size, Path(folder), console)]
    console.print(table(f"documents a second: {QUERY}", rows))
    written = options.out / "scale.json"
    written.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    console.print(f"written: {written}", soft_wrap=True)
    try:
        console.print(f"written: {draw_scale(rows, options.out / 'scale.png')}", soft_wrap=True)
    except ImportError:
        console.print(f"no plot: matplotlib is {MISSING}", markup=False)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks scale",
        description="Filter more and more documents with one q on every engine, and see that all select the same.",
    )
    parser.add_argument(
        "--most", type=int, default=SIZES[-1], metavar="N", help="no more documents than this (default: %(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("build/benchmarks"), metavar="FOLDER", help="where to write (%(default)s)"
    )
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="where the documents lie meanwhile (of the system)")
    return parser


def _of_size(size: int, folder: Path, console: Console) -> Iterator[Row]:
    """One row an engine. Raises AssertionError where two do not select the same."""
    files = _files(size, folder, console)
    expected: list[str] | None = None
    python_took = 0.0
    for name, engine in ENGINES.items():
        if problem := missing(name):
            console.print(f"{name}: {problem}", markup=False)
            continue
        with console.status(f"{size:,} documents, {name} …"), engine() as select:
            took, ids = _timed(select, files)
        if expected is None:
            expected, python_took = ids, took
        if ids != expected:
            raise AssertionError(f"{name} selects other documents: {len(ids):,}, not {len(expected):,}")
        yield {
            "documents": size,
            "engine": name,
            "selected": len(ids),
            "s": round(took, 2),
            "documents a second": round(size / took),
            "this : Python": ratio(took, python_took),
        }


def missing(engine: str) -> str | None:
    """What an engine lacks on this machine."""
    package = _PACKAGES.get(engine)
    if package is not None and not installed(package):
        return f"{package} is {MISSING}"
    if engine == "Spark" and not (shutil.which("java") or "JAVA_HOME" in os.environ):
        return "there is no Java: install OpenJDK 17 or later"
    return None


def _timed(select: Select, files: Path) -> tuple[float, list[str]]:
    """Seconds of the clock, the best of a few rounds, and the ids in their order."""
    best, ids = float("inf"), []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        ids = select(files)
        best = min(best, time.perf_counter() - start)
    return best, sorted(ids)


def _files(size: int, folder: Path, console: Console) -> Path:
    """A folder of as many documents: files are written once, and stand in the folders of all sizes."""
    every, mine = folder / "every", folder / str(size)
    every.mkdir(exist_ok=True)
    mine.mkdir()
    paths = [every / f"part-{number:05}.parquet" for number in range(size // _PART)]
    missing = [(number, path) for number, path in enumerate(paths) if not path.exists()]
    with ProcessPoolExecutor(_CORES) as pool:
        written = pool.map(_write, missing)
        for _ in track(written, f"writing {size:,} documents", len(missing), console=console, transient=True):
            pass
    for path in paths:
        (mine / path.name).hardlink_to(path)
    return mine


def _write(part: tuple[int, Path]) -> None:
    number, path = part
    rows = []
    for place, document in enumerate(documents(_PART, seed=number)):
        document["id"] = f"{number * _PART + place:024x}"
        rows.append((document["id"], document["primary"], document["metadata"]["createdAt"], orjson.dumps(document)))
    ids, primary, created, docs = zip(*rows, strict=True)
    moments = pa.array([moment.removesuffix("Z") for moment in created]).cast(pa.timestamp("ms")).cast(_COLUMNS[2].type)
    columns = [pa.array(ids), pa.array(primary), moments, pa.array(docs, pa.binary()).cast(pa.string())]
    pq.write_table(pa.Table.from_arrays(columns, schema=_COLUMNS), path, compression="zstd")


@contextmanager
def _python() -> Iterator[Select]:
    """The predicate, in one process per core."""
    with ProcessPoolExecutor(_CORES) as pool:
        yield lambda files: [each for found in pool.map(_of_file, sorted(files.iterdir())) for each in found]


@cache
def _predicate() -> Callable[[Any], bool]:
    return python.predicate(QUERY, schema=SCHEMA)


def _of_file(path: Path) -> list[str]:
    matches = _predicate()
    found = pq.read_table(path, columns=["doc"]).column("doc").to_pylist()
    return [document["id"] for document in map(orjson.loads, found) if matches(document)]


@contextmanager
def _duckdb() -> Iterator[Select]:
    import duckdb

    where = sql.where(QUERY, "duckdb", schema=SCHEMA)
    with duckdb.connect() as connection:
        text = f"SELECT id FROM read_parquet(?) WHERE {where.text}"
        yield lambda files: [
            row[0] for row in connection.execute(text, (f"{files}/*.parquet", *where.params)).fetchall()
        ]


@contextmanager
def _clickhouse() -> Iterator[Select]:
    import chdb.session

    where = sql.where(QUERY, "clickhouse", schema=SCHEMA, paramstyle="clickhouse_text")
    untyped: Any = chdb.session
    with untyped.Session() as session:
        text = f"SELECT id FROM file({{files:String}}, Parquet) WHERE {where.text}"
        yield (
            lambda files: (
                session.query(text, "TSV", params={**dict(where.params), "files": f"{files}/*.parquet"})
                .bytes()
                .decode()
                .split()
            )
        )


@contextmanager
def _spark() -> Iterator[Select]:
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    where = sql.where(QUERY, "spark", schema=SCHEMA)
    builder = SparkSession.builder.master(f"local[{_CORES}]").config("spark.driver.memory", "4g")
    builder = builder.config("spark.ui.enabled", "false").config("spark.log.level", "ERROR")
    session = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    text = f"SELECT id FROM {{files}} WHERE {where.text}"
    try:
        yield lambda files: [
            row.id
            for row in session.sql(text, args=dict(where.params), files=session.read.parquet(str(files))).collect()
        ]
    finally:
        session.stop()


ENGINES: Final = {"Python": _python, "DuckDB": _duckdb, "ClickHouse": _clickhouse, "Spark": _spark}
"""Each: what makes it ready, which is not timed, and gives its Select. The others are held to Python's answer."""
_PACKAGES: Final = {"DuckDB": "duckdb", "ClickHouse": "chdb", "Spark": "pyspark"}
