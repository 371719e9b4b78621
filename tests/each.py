"""Many small cases in one test: a test of its own for each would cost more than the case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar
from unittest import SkipTest

import pytest

__all__ = ["each"]

_T = TypeVar("_T")


def each(cases: Sequence[_T], check: Callable[[_T], None]) -> None:
    """Check all cases, and fail with the failures of all, each with its case as text.

    Raises:
        SkipTest: A case cannot be checked here; so none can.
        BaseExceptionGroup: Some cases failed.

    """
    names, failures = [], []
    for case in cases:
        try:
            check(case)
        except SkipTest:
            raise
        except (Exception, pytest.fail.Exception) as failure:  # raised below
            failure.add_note(f"the case: {case}")
            names.append(str(case))
            failures.append(failure)
    assert cases, "no case"
    if failures:
        raise BaseExceptionGroup(f"{len(failures)} of {len(cases)} cases: {', '.join(names)}", failures)
