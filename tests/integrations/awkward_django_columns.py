"""Columns of every type of Django that is a field, with values that are awkward for it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connections

from engines.orm import ORM_DIALECTS, OrmDialect, django_alias

__all__ = ["AWKWARD", "CHOICES", "Awkward", "create_collation"]

django_alias("sqlite")

from django.db import models  # noqa: E402  # once Django is set up
from django.db.models.functions import NullIf  # noqa: E402  # as above


class Awkward(NamedTuple):
    field: Any
    values: Sequence[Any]
    on: tuple[OrmDialect, ...] = ORM_DIALECTS
    reference: bool = True
    """Whether the order is that of rule 20: NaN and infinity are no numbers to it."""


_WORDS: Final = ("bob", "Ann", "CARL", "dave", "BOB", None, "ann", "", "é", "z", "CARL", "b b", "bob ", " bob")
_FLOATS: Final = (1.5, None, -0.0, 0.0, 1e100, -1e100, 1e-300, 0.1, 0.30000000000000004, 2.0**53 + 2, 1e22)
_DECIMALS: Final = [None if text is None else Decimal(text) for text in ("1.5", None, "0.1", "1.5", "-2", "99999")]
CHOICES: Final = [("b", "first"), ("a", "second"), ("c", "third")]


def _text(collation: str) -> Any:
    return models.CharField(max_length=9, null=True, db_collation=collation)


AWKWARD: Final[Mapping[str, Awkward]] = {
    "CharField": Awkward(models.CharField(max_length=9, null=True), _WORDS),
    "TextField": Awkward(models.TextField(null=True), _WORDS),
    "NOCASE": Awkward(_text("NOCASE"), _WORDS, ("sqlite",)),
    "general_ci": Awkward(_text("utf8mb4_general_ci"), _WORDS, ("mariadb",)),
    "nondeterministic": Awkward(_text("qlause_blind_too"), _WORDS, ("postgresql",)),
    "choices": Awkward(models.CharField(max_length=1, null=True, choices=CHOICES), ("a", None, "c", "b", "a")),
    "FileField": Awkward(models.FileField(max_length=30), ("b.txt", "a.txt", "", "B.txt", "a.txt")),
    "IntegerField": Awkward(models.IntegerField(null=True), (3, None, -1, 0, 3)),
    "BigIntegerField": Awkward(models.BigIntegerField(null=True), (2**53 + 1, None, 2**53, 2**63 - 1, -(2**63))),
    "FloatField": Awkward(models.FloatField(null=True), _FLOATS),
    "NaN": Awkward(
        models.FloatField(null=True), (*_FLOATS, math.nan, math.inf, math.nan, -math.inf), ("postgresql",), False
    ),
    "infinity": Awkward(models.FloatField(null=True), (*_FLOATS, math.inf, -math.inf), ("sqlite",), False),
    "DecimalField": Awkward(models.DecimalField(max_digits=12, decimal_places=2, null=True), _DECIMALS),
    "wide DecimalField": Awkward(
        models.DecimalField(max_digits=20, decimal_places=2, null=True),
        [*_DECIMALS, Decimal("123456789012345678.12"), Decimal("123456789012345678.13")],
        ("postgresql", "mariadb"),
    ),
    "BooleanField": Awkward(models.BooleanField(null=True), (True, None, False, True)),
    "DateTimeField": Awkward(
        models.DateTimeField(null=True),
        (
            datetime(2024, 10, 27, 0, 30, tzinfo=UTC),
            None,
            datetime(2024, 10, 27, 1, 30, tzinfo=UTC),
            datetime(2024, 10, 27, 0, 30, 0, 1, UTC),
            datetime(2024, 10, 27, 0, 30, tzinfo=UTC),
        ),
    ),
    "DateField": Awkward(models.DateField(null=True), (date(2024, 2, 29), None, date(1, 1, 1), date(9999, 12, 31))),
    "TimeField": Awkward(models.TimeField(null=True), (time(23, 59, 59, 999999), None, time(0), time(0, 0, 0, 1))),
    "UUIDField": Awkward(models.UUIDField(null=True), (UUID(int=2**127), None, UUID(int=0), UUID(int=2**64))),
    "GeneratedField": Awkward(
        # It may hold NULL, though nothing says null=True: Django writes no NOT NULL.
        models.GeneratedField(
            expression=NullIf(models.F("id") % 3, models.Value(0)), output_field=models.IntegerField(), db_persist=True
        ),
        (0,) * 7,
    ),
}


def create_collation(alias: str) -> None:
    """Make the collation that calls texts equal which differ in case and accents."""
    options = "provider = icu, locale = 'und-u-ks-level1', deterministic = false"
    with connections[alias].cursor() as cursor:
        cursor.execute(f"CREATE COLLATION IF NOT EXISTS qlause_blind_too ({options})")
