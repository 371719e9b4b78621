"""``python -m engines.mongodb`` builds FerretDB and installs SecantusDB, unless they are there, and prints where."""

from __future__ import annotations

from .server import install

print(*install(), sep="\n")
