"""Each target with so many inputs: its corpus and what chance and atheris make of it. No run is bounded by time."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pytest

import qlause
from engines.missing import NotInstalledError, is_importable
from qlause import Cursor, python, sql
from qlause.backends.mongo import patterns

from .__main__ import inputs
from .targets import NAMES, seeds_of, target

ROOT: Final = Path(__file__).parents[2]
BY_CHANCE: Final = {"parse": 1_500, "backends": 300, "schema": 2_000, "cursor": 2_000, "readers": 300}
BY_COVERAGE: Final = {"parse": 4_000, "backends": 500, "schema": 4_000, "cursor": 4_000, "readers": 500}
REMEDY: Final = "pip install -e '.[dev]', on Linux"


@pytest.mark.parametrize("name", NAMES)
def test_inputs_by_chance(name: str) -> None:
    check = target(name).check
    for data in islice(inputs(name, seed=1), BY_CHANCE[name]):
        check(data)


@pytest.mark.parametrize("name", NAMES)
def test_inputs_by_coverage(name: str, tmp_path: Path) -> None:
    if not is_importable("atheris"):
        raise NotInstalledError("atheris", REMEDY)
    command = [sys.executable, "-m", "tests.fuzz", name, "--runs", str(BY_COVERAGE[name]), "--out", str(tmp_path)]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, errors="replace")
    assert done.returncode == 0, done.stderr[-4_000:]
    ran = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    assert ran is not None
    assert int(ran[1]) >= BY_COVERAGE[name]
    assert any((tmp_path / "corpus").iterdir()), "atheris sees no coverage"


def test_what_breaks_a_promise_is_kept_and_can_be_run_again(tmp_path: Path) -> None:
    broken = "import sys, qlause; from tests.fuzz.__main__ import main; qlause.parse = lambda *a, **k: 1 / 0; "
    for options in (["--plain"], [] if is_importable("atheris") else ["--plain"]):
        folder = tmp_path / ("plain" if options else "coverage")
        command = [sys.executable, "-c", f"{broken}main(sys.argv[1:])", "parse", "--runs", "99", *options]
        done = subprocess.run([*command, "--out", str(folder)], check=False, cwd=ROOT, capture_output=True)
        assert done.returncode != 0
        assert b"ZeroDivisionError" in done.stderr + done.stdout
        (crash,) = folder.glob("crash-*")
        again = subprocess.run([*command[:3], "parse", str(crash)], check=False, cwd=ROOT, capture_output=True)
        assert b"ZeroDivisionError" in again.stderr


def test_many_pairs_of_twins_are_compared() -> None:
    backends: Any = target("backends")
    backends.COMPARED.clear()
    files = seeds_of("backends")
    for file in files:
        backends.check(file.read_bytes())
    assert backends.COMPARED.keys() >= {"sqlite", "spark", "mongo", "python", "rows"}
    assert min(backends.COMPARED.values()) >= len(files) - 2


def _with_the_text(where: Callable[..., sql.Fragment]) -> Callable[..., sql.Fragment]:
    """A compiler that writes what it was asked into the statement."""

    def broken(query: Any, *args: Any, **options: Any) -> sql.Fragment:
        fragment = where(query, *args, **options)
        return sql.Fragment(f"{fragment.text} /* {query} */", fragment.params, fragment.paramstyle)

    return broken


def _found(name: str, data: bytes) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011  # whatever the broken promise is
        target(name).check(data)


def test_a_text_in_a_statement_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "where", _with_the_text(sql.where))
    _found("backends", b'a:"\'"')


def test_a_pattern_that_is_not_escaped_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "_SPECIAL", frozenset())
    patterns._folded.cache_clear()
    _found("backends", b'a:~".*"')
    patterns._folded.cache_clear()


def test_wrong_rows_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python, "predicate", lambda *_args, **_options: lambda _document: True)
    _found("backends", b"a:x")


def test_a_forged_cursor_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hmac.compare_digest", lambda *_: True)
    _found("cursor", b"x" * 32 + b'["0123456789abcdef",[]]')


def test_an_error_from_inside_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Cursor, "decode", lambda *_args, **_options: 1 // 0)
    _found("cursor", b"x")


def test_a_hidden_field_that_is_not_hidden_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qlause.schema.json_access.HIDDEN", {})
    _found("schema", b'{"properties": {"a": {"type": "string"}}}')


def test_an_unsafe_error_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qlause.QlauseError, "__str__", lambda error: error.text or "")
    _found("parse", "a:\u202e(".encode())


def test_a_lost_line_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qlause.backends.python.prefilter.Condition.matching_lines", lambda *_: {})
    _found("readers", b'{"a":"x"}\n')
