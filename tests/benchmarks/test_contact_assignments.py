"""The load of the example service: both endpoints answer alike, and the command prints its table."""

from __future__ import annotations

import subprocess
import sys

from engines.missing import import_optional


def test_the_command_asks_both_endpoints_and_prints_a_ratio() -> None:
    for package in ("fastapi", "rich", "sqlalchemy", "uvicorn"):
        import_optional(package, "benchmark", "pip install -e '.[dev]'")
    quick = ["--assignments", "30", "--seconds", "0.05", "--rounds", "1"]
    command = [sys.executable, "-m", "benchmarks.contact_assignments", *quick]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in ("a page of 16 ", "a page of 16, by type, sorted", "a page of 16 and the total", "a page of 100"):
        assert name in done.stdout
