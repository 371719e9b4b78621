"""Instants as engines hold them."""

from __future__ import annotations

from datetime import UTC, datetime

from ....bound.param import Deferred

__all__ = ["is_naive", "naive_utc"]


def naive_utc(value: datetime) -> datetime:
    """An instant as what a type without zone holds."""
    return value.astimezone(UTC).replace(tzinfo=None)


def is_naive(value: object) -> bool:
    """Whether a date-time is what a type without zone holds."""
    if isinstance(value, Deferred):
        return value.function is naive_utc
    return isinstance(value, datetime) and value.tzinfo is None
