"""The databases that the service runs on."""

from __future__ import annotations

from typing import Any

import pytest

from .service import STORES


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(f"contact assignments {name}")) for name in STORES],
)
def store(request: pytest.FixtureRequest) -> Any:
    return request.param
