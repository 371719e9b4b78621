"""What may be missing: the packages that stand beside qlause, all in the extra ``bench``, and backends of qlause."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

__all__ = ["MISSING", "NO_BACKEND", "backend", "installed", "versions"]

MISSING = 'not installed: pip install "qlause[bench]"'
"""The note of a row that lacks its peer."""
NO_BACKEND = "this version of qlause has no such backend"

_DISTRIBUTIONS = (
    "cel-python",
    "common-expression-language",
    "duckdb",
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
    """A backend module of qlause, or None: results of older and newer versions are compared."""
    path = f"qlause.backends.{name}"
    return None if find_spec(path) is None else import_module(path)
