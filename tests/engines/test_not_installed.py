"""A test whose engine is not installed is skipped and named at the end; where nothing may be missing, it fails."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFTEST = "from tests.conftest import pytest_addoption, pytest_runtest_makereport, pytest_terminal_summary"
TESTS = """
import pytest
from engines.missing import NotInstalledError

def test_missing():
    raise NotInstalledError("oracle", "get it")

def test_another_reason():
    pytest.skip("another reason")

def test_root():
    pytest.skip("root reads everything")
"""


@pytest.mark.parametrize(
    ("required", "failed", "not_run"), [("", set(), ["oracle"]), ("1", {"missing", "another_reason"}, [])]
)
def test_a_skip_is_a_failure_where_nothing_may_be_missing(
    tmp_path: Path, required: str, failed: set[str], not_run: list[str]
) -> None:
    for name, text in (("conftest.py", CONFTEST), ("pytest.ini", "[pytest]\n"), ("test_three.py", TESTS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    environment = {**os.environ, "QLAUSE_REQUIRE_ENGINES": required, "PYTEST_ADDOPTS": ""}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n0", "-v", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    outcomes = dict(re.findall(r"::test_(\w+) (PASSED|FAILED|SKIPPED)", done.stdout))
    assert {name for name, outcome in outcomes.items() if outcome == "FAILED"} == failed
    assert len(outcomes) == 3
    named = [line for line in done.stdout.splitlines() if line.startswith("not run: ")]
    assert named == [f"not run: {each} (pip install -e '.[dev]', and see CONTRIBUTING.md, Tests)" for each in not_run]
