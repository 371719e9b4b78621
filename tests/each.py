"""Many small cases in one test: a test of its own for each would cost more than the case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar
from unittest import SkipTest

import pytest

__all__ = ["each"]

_T = TypeVar("_T")


def each(cases: Iterable[tuple[str, _T]], check: Callable[[_T], None]) -> None:
    """Check all cases, which have names, and fail with the failures of all, each with its case's name.

    Raises:
        SkipTest: A case cannot be checked here; so none can.
        BaseExceptionGroup: Some cases failed.

    """
    count, failures = 0, []
    for name, case in cases:
        count += 1
        try:
            check(case)
        except SkipTest:
            raise
        except (Exception, pytest.fail.Exception) as failure:  # raised below
            failure.add_note(f"the case: {name}")
            failures.append((name, failure))
    assert count, "no case"
    if failures:
        names = ", ".join([name for name, _ in failures])
        raise BaseExceptionGroup(f"{len(failures)} of {count} cases: {names}", [failure for _, failure in failures])
