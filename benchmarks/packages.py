"""What may be missing: the packages that qlause is compared with, all in the extra ``bench``, and its own backends."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

import qlause

__all__ = ["MISSING", "NO_BACKEND", "backend", "installed", "versions"]

MISSING = 'not installed: pip install "qlause[bench]"'
"""The note of a row whose peer is missing."""
NO_BACKEND = "this version of qlause has no such backend"

_DISTRIBUTIONS = (
    "cel-python",
    "common-expression-language",
    "django",
    "django-filter",
    "djangorestframework",
    "duckdb",
    "fastapi",
    "fastapi-filter",
    "fastapi-pagination",
    "fiql-parser",
    "ijson",
    "jmespath",
    "lark",
    "luqum",
    "mongoquery",
    "odata-query",
    "orjson",
    "pygeofilter",
    "python-dateutil",
    "rule-engine",
    "scim2-filter-parser",
    "sqlakeyset",
    "sqlalchemy",
)


def installed(distribution: str) -> str | None:
    """The version of an installed package, or None."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def versions() -> dict[str, str]:
    """What is installed of all that takes part."""
    return {name: found for name in _DISTRIBUTIONS if (found := installed(name)) is not None}


def backend(name: str) -> Any:
    """The module of qlause for a backend, or None: older versions lack some."""
    return getattr(qlause, name, None)
