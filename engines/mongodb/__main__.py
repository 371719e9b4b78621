"""``python -m engines.mongodb`` builds FerretDB, unless it is built, and prints where."""

from __future__ import annotations

from .server import build

print(build())
