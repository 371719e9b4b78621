"""The base of all dialects: what an engine's module overrides, by role.

| role | module | each dialect writes |
| --- | --- | --- |
| names, literals, limits | ``syntax.py`` | ``name`` |
| values under a path of JSON | ``json_access.py`` | ``some_candidate``, ``path_exists``, ``some_object``, |
| | | ``some_whole``, ``scalar``, ``direct_value`` |
| columns, structs, related rows | ``columns.py`` | ``some_element``, ``array_size`` |
| comparisons | ``comparison.py`` | ``text_key``, ``fold``, ``like``, ``is_instant_text`` |
| ORDER BY | ``sorting.py`` | |
| index DDL | ``index_terms.py`` | |

All else has a default. The class variables (``quote``, ``json_null``, ``natives``, ``storages``, ``null_is_least``,
``row_values``, ``indexes_json`` …) are described where these modules declare them. ``operands.py`` describes what a
value is in SQL; ``text_matching.py``, ``numbers.py`` and ``instants.py`` have functions that several dialects use.
"""

from __future__ import annotations

from .columns import ColumnAccess
from .index_terms import IndexTerms
from .sorting import Sorting

__all__ = ["Dialect"]


class Dialect(ColumnAccess, Sorting, IndexTerms):
    """The expressions of one engine. A class that lacks an abstract method cannot be instantiated."""
