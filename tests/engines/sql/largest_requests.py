"""Documents for requests as large as they may be."""

from __future__ import annotations

from typing import Any

DOCUMENTS: list[dict[str, Any]] = [
    {"id": 1, "a": "m7", "s": "m7", "n": 9999, "b": {"c": [{"d": 1}, {"d": "x"}]}},
    {"id": 2, "a": 9999, "s": "M7"},
    {"id": 3, "a": ["zz", "m9999"], "n": 1.5},
    {"id": 4, "a": None},
    {"id": 5, "a": "M7 ", "f5": 1},
    {"id": 6, "f5": 1, "f499": "x", "z": 3},
    {"id": 7},
]
