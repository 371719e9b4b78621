"""How many examples Hypothesis tries, and what becomes of tests whose engine is not installed.

Such a test is skipped, and one line at the end says what was not run. With QLAUSE_REQUIRE_ENGINES=1, which CI sets,
every skip is a failure, whatever its reason, except those of ``_ALLOWED_SKIPS`` and of engines that CI cannot install.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any, Final

import pytest
from hypothesis import settings

from engines.missing import NotInstalledError
from tests.profiles import PROFILE

settings.register_profile("small", max_examples=10, deadline=None)
# The same examples each time, so that a change is judged by what it did; the small profile looks for new ones.
settings.register_profile("ci", max_examples=500, deadline=None, derandomize=True, print_blob=True)
settings.load_profile(PROFILE)

_NOTHING_MISSING: Final = os.environ.get("QLAUSE_REQUIRE_ENGINES") == "1"
_ALLOWED_SKIPS: Final = {"root reads everything"}
_NOT_RUN: Final = "not run"


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Keep ``-p no:xdist`` usable: pyproject.toml sets these options of xdist."""
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
    if report.skipped and not hasattr(report, "wasxfail"):
        if isinstance(error, NotInstalledError):
            report.user_properties.append((_NOT_RUN, error.what))
        if _NOTHING_MISSING and not _may_be_skipped(error):
            report.outcome = "failed"
            report.longrepr = f"skipped, though nothing may be missing: {error}"
    return report


def _may_be_skipped(error: BaseException | None) -> bool:
    if isinstance(error, NotInstalledError):
        return not error.required
    return str(error) in _ALLOWED_SKIPS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what was not run."""
    skipped = terminalreporter.stats.get("skipped", ())
    missing = {what for report in skipped for name, what in report.user_properties if name == _NOT_RUN}
    if missing:
        remedy = "pip install -e '.[dev]', and see CONTRIBUTING.md, Tests"
        terminalreporter.write_line(f"not run: {', '.join(sorted(missing))} ({remedy})")
