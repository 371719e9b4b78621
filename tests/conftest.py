"""How many examples Hypothesis tries, and what becomes of a test whose engine is not installed."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import settings

from engines.missing import MissingEngineError

settings.register_profile("default", max_examples=25, deadline=None)
# The same examples each time, so that a change is judged by what it did; the small profile looks for new ones.
settings.register_profile("ci", max_examples=500, deadline=None, derandomize=True, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

REQUIRE_ENGINES = os.environ.get("QLAUSE_REQUIRE_ENGINES") == "1"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(call: pytest.CallInfo[Any]) -> None:
    """Where every engine is required, a test without one fails. Elsewhere pytest skips it, as after any SkipTest."""
    error = None if call.excinfo is None else call.excinfo.value
    if REQUIRE_ENGINES and isinstance(error, MissingEngineError) and error.required:
        failure = pytest.CallInfo.from_call(lambda: pytest.fail(str(error), pytrace=False), call.when)
        call.excinfo = failure.excinfo
