"""How many examples Hypothesis tries, and what becomes of tests whose engine is not installed.

Such a test is skipped, and one line at the end says what was not run. With QLAUSE_REQUIRE_ENGINES=1, which CI sets,
every skip is a failure, whatever its reason, except those of ``_ALLOWED_SKIPS``.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings

from engines.missing import NotInstalledError
from tests.engine_notes import PAGE, rows_of, take_notes, with_table
from tests.profiles import PROFILE

settings.register_profile("small", max_examples=10, deadline=None)
# The same examples each time, so that a change is judged by what it did; the small profile looks for new ones.
settings.register_profile("ci", max_examples=80, deadline=None, derandomize=True, print_blob=True)
# For tests.mutation: a failure is that of the mistake, however slow the machine is.
settings.register_profile(
    "mutation", max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
settings.load_profile(PROFILE)

_NOTHING_MISSING: Final = os.environ.get("QLAUSE_REQUIRE_ENGINES") == "1"
_ALLOWED_SKIPS: Final = {"root reads everything"}
_NOT_RUN: Final = "not run"
_NOTES: Final = "notes of engines"


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Keep ``-p no:xdist`` usable: pyproject.toml sets these options of xdist."""
    parser.addoption("--engines-table", action="store_true", help="write the table of engines into docs/engines.md")
    if not pluginmanager.hasplugin("xdist"):
        parser.addoption("--numprocesses")
        parser.addoption("--dist")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[Any],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note what was missing, and turn a skip into a failure where nothing may be."""
    error = None if call.excinfo is None else call.excinfo.value
    report = yield
    if call.when == "call":
        report.user_properties.append((_NOTES, take_notes()))
    if report.skipped and not hasattr(report, "wasxfail"):
        if isinstance(error, NotInstalledError):
            report.user_properties.append((_NOT_RUN, error.what))
        if _NOTHING_MISSING and str(error) not in _ALLOWED_SKIPS:
            report.outcome = "failed"
            report.longrepr = f"skipped, though nothing may be missing: {error}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what was not run."""
    skipped = terminalreporter.stats.get("skipped", ())
    # A module that is skipped as a whole has a report without properties.
    properties = [each for report in skipped for each in getattr(report, "user_properties", ())]
    missing = {what for name, what in properties if name == _NOT_RUN}
    if missing:
        remedy = "pip install -e '.[dev]', and see CONTRIBUTING.md, Tests"
        terminalreporter.write_line(f"not run: {', '.join(sorted(missing))} ({remedy})")
    if terminalreporter.config.getoption("--engines-table"):
        _write_engines_table(terminalreporter)


def _write_engines_table(terminalreporter: pytest.TerminalReporter) -> None:
    from tests.conformance.engines import ENGINES, number_of_cases, reasons

    passed = terminalreporter.stats.get("passed", ())
    properties = [each for report in passed for each in report.user_properties]
    rows = rows_of(
        [tuple(note) for name, notes in properties if name == _NOTES for note in notes],
        {engine.name: number_of_cases(engine) for engine in ENGINES},
        {engine.name: reasons(engine) for engine in ENGINES},
        datetime.now(UTC).date(),
    )
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(with_table(page, rows, [engine.name for engine in ENGINES]), encoding="utf-8")
    terminalreporter.write_line(f"rows written in {PAGE}: {', '.join(rows) or 'none'}")
