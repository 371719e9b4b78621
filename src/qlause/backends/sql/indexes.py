"""Index DDL for the declared fields."""
from __future__ import annotations

__all__ = ["index_ddl"]


def index_ddl() -> None:
    """Placeholder until written below."""
