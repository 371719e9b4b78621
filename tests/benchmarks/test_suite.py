"""The suite of benchmarks runs, keeps what it measured, judges and compares it. No test looks at a time."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import pytest

from benchmarks import compare, suite, targets
from benchmarks.engines import worst
from benchmarks.peers import evaluate, parse
from benchmarks.stages import size
from engines.missing import import_optional
from engines.sql import DIALECTS
from examples.contact_assignments import documents
from qlause import Limits, mongo, python, sql

pytestmark = pytest.mark.xdist_group("benchmarks")  # one process measures, for all of them
ROOT = Path(__file__).parents[2]
CHEAP = ("parse", "compile", "mechanisms", "instants", "size")


def _benchmarks(*arguments: str | Path) -> str:
    command = [sys.executable, "-m", "benchmarks", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True, encoding="utf-8").stdout


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What a quick run of the cheap benchmarks prints, and the file that it writes."""
    out = tmp_path_factory.mktemp("out")
    return _benchmarks(*CHEAP, "--quick", "--out", out), out / "results.json"


def _results(*rows: dict[str, Any], benchmark: str = "parse", **versions: str) -> suite.Results:
    return {"machine": {"python": "CPython 3.11"}, "versions": versions, "benchmarks": {benchmark: list(rows)}}


def test_the_file_tells_what_was_measured_where_and_with_what(quick: tuple[str, Path]) -> None:
    results = suite.read(quick[1])
    assert set(results) == {"date", "machine", "quick", "versions", "benchmarks"}
    assert set(results["machine"]) == {"system", "architecture", "processor", "cores", "python"}
    assert results["quick"] is True
    assert results["versions"]["lark"]
    assert tuple(results["benchmarks"]) == CHEAP


def test_every_row_has_a_name_of_its_own_and_figures_or_the_reason_why_not(quick: tuple[str, Path]) -> None:
    for name, rows in suite.read(quick[1])["benchmarks"].items():
        assert len({compare.row_name(row) for row in rows}) == len(rows) > 1, name
        for row in rows:
            assert row.keys() == rows[0].keys()
            ratios = [value for column, value in row.items() if " : " in column]
            assert ratios
            assert all(isinstance(value, float) for value in ratios) or row["note"], row


def test_the_file_names_neither_the_machine_nor_a_folder(quick: tuple[str, Path]) -> None:
    text = quick[1].read_text(encoding="utf-8")
    for private in (platform.node(), str(ROOT), str(Path.home()), sys.prefix):
        assert json.dumps(private)[1:-1] not in text


def test_the_tables_are_printed_with_the_verdict(quick: tuple[str, Path]) -> None:
    printed = quick[0]
    for name in CHEAP:
        assert f"{name}: {suite.BENCHMARKS[name].about}" in printed
    assert "targets" in printed


def test_every_target_is_about_rows_that_there_are(quick: tuple[str, Path]) -> None:
    measured = suite.read(quick[1])["benchmarks"]
    for target in targets.TARGETS:
        assert target.benchmark in suite.BENCHMARKS
        if target.benchmark in measured:
            rows = [row for row in measured[target.benchmark] if target.rows.items() <= row.items()]
            assert rows, target
            assert target.column in rows[0], target


def _module(name: str) -> ModuleType:
    return import_module(f"benchmarks.{name}")


def test_every_benchmark_is_in_the_suite() -> None:
    folders = {folder: import_module(f"benchmarks.{folder}").__path__ for folder in ("peers", "stages", "engines")}
    modules = [f"{folder}.{module.name}" for folder, path in folders.items() for module in iter_modules(path)]
    needing_more = {"engines.scale"}
    with_run = {name for name in modules if name not in needing_more and hasattr(_module(name), "run")}
    assert with_run == {benchmark.module for benchmark in suite.BENCHMARKS.values()}


def test_compare_says_what_got_worse_first(quick: tuple[str, Path], tmp_path: Path) -> None:
    results = suite.read(quick[1])
    row = results["benchmarks"]["parse"][2]
    row["simple, qlause : this"] *= 3
    changed = tmp_path / "changed.json"
    suite.write(results, changed)
    lines = [line for line in _benchmarks("compare", quick[1], changed).splitlines() if "parse" in line]
    assert row["parser"] in lines[0]
    assert "3.0" in lines[0]


def test_changes_are_ratios_of_ratios_the_greatest_first() -> None:
    before = _results(
        {"parser": "a", "µs": 1.0, "q : a": 2.0}, {"parser": "b", "q : a": 1.0}, {"parser": "c", "q : a": 5.0}
    )
    after = _results(
        {"parser": "a", "µs": 9.0, "q : a": 2.1}, {"parser": "b", "q : a": 0.5}, {"parser": "d", "q : a": 1.0}
    )
    assert [(row["row"], row["after : before"]) for row in compare.changes(before, after)] == [
        ("b", 0.5),
        ("a", 1.05),
        ("c", None),
        ("d", None),
    ]


def test_versions_and_notes_do_not_tell_rows_apart() -> None:
    before = _results({"parser": "a", "version": "1", "note": "", "q : a": 2.0}, a="1", b="2")
    after = _results({"parser": "a", "version": "2", "note": "slow", "q : a": 2.0}, a="2", b="2")
    assert [row["after : before"] for row in compare.changes(before, after)] == [1.0]
    assert list(compare.version_changes(before, after)) == ["a: 1 → 2"]


@pytest.mark.parametrize(("reached", "met"), [(0.9, "yes"), (0.91, "no"), (None, "not measured")])
def test_a_target_is_met_or_not_or_not_measured(reached: float | None, met: str) -> None:
    rows = _results({"parser": "fiql-parser", "four clauses, qlause : this": reached, "simple, qlause : this": None})
    verdict = next(iter(targets.verdicts(rows)))
    assert (verdict["reached"], verdict["met"]) == (reached, met)


def test_a_missing_peer_is_a_row_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse, "installed", lambda name: "1.3" if name == "lark" else None)
    monkeypatch.setattr(parse, "_times", lambda parsers, _: dict.fromkeys(parsers, 1e-6))
    rows = {row["parser"]: row for row in parse.run()}
    assert rows.keys() == {"qlause", "lark alone", "one scan", *(peer.distribution for peer in parse.PEERS)}
    assert rows["luqum"]["simple µs"] is None
    assert "qlause[bench]" in rows["luqum"]["note"]
    assert rows["qlause"]["simple µs"] == 1.0


def test_a_missing_backend_is_a_row_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "backend", lambda _: None)
    rows = size.run()
    assert {row["256 : 16"] for row in rows} == {None}
    assert all("no such backend" in row["note"] for row in rows)


@pytest.mark.parametrize("kind", worst.KINDS)
def test_the_largest_queries_can_be_asked_everywhere(kind: str) -> None:
    limits, (_, schema) = Limits.public(), worst.KINDS[kind]
    text = worst.largest(kind, limits)
    for dialect in DIALECTS:
        assert sql.where(text, dialect, schema=schema, limits=limits).text
    assert mongo.filter(text, schema=schema, limits=limits)
    assert python.predicate(text, schema=schema, limits=limits)({}) is text.startswith("NOT")


def test_another_file_is_no_result(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(ValueError, match="holds no results"):
        suite.read(path)


def test_every_engine_selects_the_same_of_many_documents(tmp_path: Path) -> None:
    scale = import_optional("benchmarks.engines.scale", "benchmark scale", "pip install -e '.[bench]'")
    command = [sys.executable, "-m", "benchmarks", "scale", "--most", "25000", "--data", str(tmp_path)]
    subprocess.run([*command, "--out", str(tmp_path)], cwd=ROOT, capture_output=True, check=True)
    rows = json.loads((tmp_path / "scale.json").read_text(encoding="utf-8"))
    assert [row["engine"] for row in rows] == [engine for engine in scale.ENGINES if scale.missing(engine) is None]
    assert len({row["selected"] for row in rows}) == 1
    assert 0 < rows[0]["selected"] < rows[0]["documents"]


@pytest.mark.parametrize("case", evaluate.CASES, ids=lambda case: case.name)
def test_by_hand_means_the_same(case: evaluate.Case) -> None:
    """Over more documents than a quick run has, odd ones among them."""
    predicate = python.predicate(case.q, schema=case.schema, limits=Limits(q_length=1_000_000))
    found = list(documents(5_000))
    for document in (*found, *evaluate.odd_documents(found)):
        assert bool(case.by_hand(document)) is predicate(document), document
