"""Immutable records: the base of every tree. They are fast to make, because a parse makes dozens.

A record is declared like a dataclass, but is a tuple underneath: making one is a single call, and nothing can change
it. It does not behave as a sequence: records of different classes are never equal, and records have no order. Fields
that are marked as ``aside`` (spans, source texts, derived values) do not count in comparison, hashing and ``repr``.
"""

from __future__ import annotations

from collections import namedtuple
from functools import wraps
from typing import Any, Final, Protocol, TypeVar, dataclass_transform

__all__ = ["aside", "named_record", "new", "record", "replace"]

_T = TypeVar("_T")


class _New(Protocol):
    def __call__(self, kind: type[_T], values: tuple[Any, ...], /) -> _T: ...


new: Final[_New] = tuple.__new__  # type: ignore[assignment]  # every record is a tuple, which mypy is not to know
"""``new(kind, values)`` makes a record from valid values, one for each field, in order. Nothing is checked."""


class _Aside:
    def __init__(self, default: object) -> None:
        self.default = default


def aside(*, default: Any = None, init: bool = True) -> Any:  # noqa: ARG001  # init is for type checkers
    """A field that does not count in comparison. With ``init=False`` its value is derived in ``_checked``."""
    return _Aside(default)


class _Record:
    """The base of all records. ``_compared`` names the fields that count in comparison; they come first."""

    __slots__ = ()
    _compared: tuple[str, ...]

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and _values(self) == _values(other)

    def __ne__(self, other: object) -> bool:  # the one of tuple would compare all fields
        return not self == other

    def __hash__(self) -> int:
        return hash((type(self).__name__, _values(self)))

    def __repr__(self) -> str:
        shown = (f"{name}={getattr(self, name)!r}" for name in self._compared)
        return f"{type(self).__name__}({', '.join(shown)})"

    def __reduce__(self) -> tuple[Any, ...]:
        values: Any = self
        return new, (type(self), tuple(values))

    def __class_getitem__(cls, _: object) -> Any:
        return cls

    def _no_order(self, other: object) -> Any:  # noqa: ARG002  # the signature of a comparison
        return NotImplemented

    __lt__ = __le__ = __gt__ = __ge__ = _no_order


@dataclass_transform(frozen_default=True, field_specifiers=(aside,))
def record(kind: type[_T]) -> type[_T]:
    """Make a record of a class that is declared like a dataclass.

    If the class has a method ``_checked``, the constructor calls it on the new record and returns its result.
    """
    names = tuple(kind.__annotations__)
    given = {name: vars(kind)[name] for name in names if name in vars(kind)}
    defaults = [value.default if isinstance(value, _Aside) else value for value in given.values()]
    base = namedtuple(kind.__name__, names, defaults=defaults)  # type: ignore[misc]  # noqa: PYI024  # the fields come from the class
    body = {name: value for name, value in vars(kind).items() if name not in (*names, "__dict__", "__weakref__")}
    del base._fields  # so that libraries that look for named tuples do not treat it as one
    body |= {"__slots__": (), "_compared": tuple(name for name in names if not isinstance(given.get(name), _Aside))}
    if "_checked" in body:
        make = base.__new__
        body["__new__"] = wraps(make)(lambda cls, *values, **named: make(cls, *values, **named)._checked())
    made: Any = type(kind.__name__, (_Record, base), body)
    record_class: type[_T] = made  # which has the same fields and methods
    return record_class


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(aside,))
def named_record(kind: type[_T]) -> type[_T]:
    """Make a record whose constructor takes its fields by name only, for options."""
    record_class = record(kind)
    changed: Any = record_class  # which mypy lets nobody give another __new__
    make = changed.__new__
    changed.__new__ = wraps(make)(lambda cls, **named: make(cls, **named))
    return record_class


def replace(old: _T, **changes: Any) -> _T:
    """A record with other values in some fields, which are not checked."""
    named_tuple: Any = old  # as every record is
    changed: _T = named_tuple._replace(**changes)
    return changed


def _values(instance: Any) -> tuple[Any, ...]:
    return tuple.__getitem__(instance, slice(len(instance._compared)))
