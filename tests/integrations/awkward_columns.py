"""Columns of every type of SQLAlchemy that is a field, with values that are awkward for it."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.types import TypeEngine

from engines.orm import OrmDialect

__all__ = ["AWKWARD", "EVERYWHERE", "Awkward", "Shade", "sqlite_date_time"]


EVERYWHERE: Final[tuple[OrmDialect, ...]] = ("sqlite", "postgresql", "mariadb", "mysql")


sqlite_date_time: Any = sqlite.DATETIME  # SQLAlchemy has no types for it


class Shade(enum.Enum):
    DARK = "d"
    GLOOMY = "d"  # noqa: PIE796  # an alias of DARK
    LIGHT = "l"


class Plain(sa.TypeDecorator[str]):
    """A type that says something of the column, and changes no value."""

    impl = sa.CHAR(9)
    cache_ok = True


def _name(member: Shade) -> str:
    return member.name


def _unpadded(text: str) -> str:
    return text.rstrip(" ")


class Awkward(NamedTuple):
    kind: TypeEngine[Any]
    values: Sequence[Any]
    on: tuple[OrmDialect, ...] = EVERYWHERE
    reference: bool = True
    """Whether the order is that of rule 20: NaN and infinity are no numbers to it."""
    shown: Callable[[Any], Any] = lambda value: value  # a default
    """The value of a document that a value of a row is."""
    readable: bool = True
    """Whether a request can write the values: a number of a request is a double, or a small integer."""


_WORDS: Final = ("bob", "Ann", "CARL", "dave", "BOB", None, "ann", "", "é", "z", "CARL", "b b")
_PADDED: Final = (*_WORDS, "bob ", " bob")
_FLOATS: Final = (1.5, None, -0.0, 0.0, 1e100, -1e100, 1e-300, 0.1, 0.30000000000000004, 2.0**53 + 2, 1e22)
_SINGLES: Final = (0.1, None, 0.1, 0.2, 0.3, 16777216.0, 1e-30, 3.5, -0.1, 123456.0)
_DECIMALS: Final = [
    None if each is None else Decimal(each) for each in ("1.5", None, "0.1", "1.004", "1.5", "-2", "99999")
]
_PG: Final[tuple[OrmDialect, ...]] = ("postgresql",)
AWKWARD: Final[Mapping[str, Awkward]] = {
    "String": Awkward(sa.String(9), _PADDED),
    "Text": Awkward(sa.Text(), _PADDED),
    "Unicode": Awkward(sa.Unicode(9), _PADDED),
    "CHAR": Awkward(sa.CHAR(9), _WORDS, shown=_unpadded),
    "CHAR of a decorator": Awkward(Plain(), _WORDS, shown=_unpadded),
    "a variant": Awkward(sa.String(9).with_variant(postgresql.CITEXT(), "postgresql"), _PADDED),
    "CITEXT": Awkward(postgresql.CITEXT(), _PADDED, _PG),
    "DOMAIN over CITEXT": Awkward(postgresql.DOMAIN("sa_word", postgresql.CITEXT()), _PADDED, _PG),
    "DOMAIN over CHAR": Awkward(postgresql.DOMAIN("sa_code", sa.CHAR(9)), _WORDS, _PG, shown=_unpadded),
    "DOMAIN over REAL": Awkward(postgresql.DOMAIN("sa_ratio", sa.REAL()), _SINGLES, _PG),
    "NOCASE": Awkward(sa.String(9, collation="NOCASE"), _PADDED, ("sqlite",)),
    "RTRIM": Awkward(sa.String(9, collation="RTRIM"), _PADDED, ("sqlite",)),
    "general_ci": Awkward(sa.String(9, collation="utf8mb4_general_ci"), _PADDED, ("mariadb",)),
    "ENUM of MariaDB": Awkward(mysql.ENUM("b", "a", "c"), ("a", None, "c", "b", "a"), ("mariadb",)),
    "Enum": Awkward(sa.Enum("b", "a", "c", name="sa_letters"), ("a", None, "c", "b", "a")),
    "Enum of a class": Awkward(
        sa.Enum(Shade, name="sa_shade"), (Shade.LIGHT, None, Shade.DARK, Shade.LIGHT), shown=_name
    ),
    "Enum without aliases": Awkward(
        sa.Enum(Shade, name="sa_shade2", omit_aliases=True), (Shade.LIGHT, None, Shade.DARK, Shade.LIGHT), shown=_name
    ),
    "Enum of values": Awkward(
        sa.Enum(Shade, name="sa_shade3", values_callable=lambda kind: [each.value for each in kind]),
        (Shade.LIGHT, None, Shade.DARK, Shade.LIGHT),
        shown=lambda member: member.value,
    ),
    "Enum as text": Awkward(sa.Enum("b", "a", "c", name="x", native_enum=False), ("a", None, "c", "b", "a")),
    "Boolean": Awkward(sa.Boolean(), (True, None, False, True)),
    "Integer": Awkward(sa.Integer(), (3, None, -1, 0, 3)),
    "BigInteger": Awkward(sa.BigInteger(), (2**53 + 1, None, 2**53, 2**63 - 1, -(2**63), 2**53 + 1)),
    "Double": Awkward(sa.Double(), _FLOATS),
    "Float": Awkward(sa.Float(), _FLOATS, ("sqlite", "postgresql")),
    "Float in MariaDB": Awkward(sa.Float(), _SINGLES, ("mariadb",)),
    "Float(53)": Awkward(sa.Float(53), _FLOATS),
    "REAL": Awkward(sa.REAL(), _SINGLES),
    "NaN": Awkward(sa.Double(), (*_FLOATS, math.nan, math.nan), _PG, reference=False),
    "infinity": Awkward(sa.Double(), (*_FLOATS, math.inf, -math.inf, math.inf), ("sqlite", "postgresql"), False),
    "NaN of single precision": Awkward(sa.REAL(), (*_SINGLES, math.nan, math.inf, math.nan, -math.inf), _PG, False),
    "NaN of Numeric": Awkward(sa.Numeric(), (Decimal("NaN"), None, Decimal(1), Decimal("NaN")), _PG, False),
    "Numeric": Awkward(sa.Numeric(12, 2), _DECIMALS),
    "Numeric without scale": Awkward(sa.Numeric(20, 10), [*_DECIMALS, Decimal("0.1234567891")]),
    "Numeric of many digits": Awkward(
        sa.Numeric(28, 6),
        [
            *_DECIMALS[1:],
            *(Decimal("12345678901234.123456") + Decimal(number) / 1_000_000 for number in (0, 1, 0, 4_000)),
            *(sign * Decimal(f"9999{digits}.000001") for digits in ("", "99999", "9" * 13) for sign in (1, -1)),
        ],
        readable=False,
    ),
    "Numeric without decimals": Awkward(
        sa.Numeric(38, 0),
        [Decimal(10**size + step) for size in (14, 15, 16, 17, 25) for step in (-1, 0, 1)],
        readable=False,
    ),
    "Numeric as float": Awkward(sa.Numeric(30, 20, asdecimal=False), (0.1, None, 0.1, 1 / 3, 2 / 3)),
    "DateTime": Awkward(
        sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"),
        (
            datetime(2024, 1, 1),
            None,
            datetime(2024, 1, 1, 0, 0, 0, 1),
            datetime(1, 1, 1),
            datetime(9999, 12, 31),
            datetime(2024, 1, 1),
        ),
    ),
    "DateTime with a zone": Awkward(
        sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"),
        [
            None,
            *(datetime(2024, 10, 27, 0, minute, tzinfo=UTC) for minute in (30, 0, 30)),
            datetime(2024, 10, 27, 1, tzinfo=UTC),
        ],
    ),
    "DATETIME without fraction": Awkward(
        sqlite_date_time(truncate_microseconds=True), (datetime(2024, 1, 1), None, datetime(2023, 1, 1)), ("sqlite",)
    ),
    "Date": Awkward(sa.Date(), (date(2024, 2, 29), None, date(1, 1, 1), date(9999, 12, 31), date(2024, 2, 29))),
    "Time": Awkward(
        sa.Time().with_variant(mysql.TIME(fsp=6), "mysql", "mariadb"),
        (time(23, 59, 59, 999999), None, time(0), time(0, 0, 0, 1), time(0)),
    ),
    "Uuid": Awkward(sa.Uuid(), (UUID(int=2**127), None, UUID(int=0), UUID(int=2**64), UUID(int=0))),
    "Uuid as text": Awkward(
        sa.Uuid(as_uuid=False), [str(UUID(int=number)) for number in (2**127, 0, 2**64, 0)], shown=UUID
    ),
    "Uuid of characters": Awkward(
        sa.Uuid(native_uuid=False), (UUID(int=2**127), None, UUID(int=0), UUID(int=2**64), UUID(int=0))
    ),
}
