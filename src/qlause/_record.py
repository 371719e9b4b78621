"""What every node of a tree is: an immutable record that is cheap to make, because a parse makes dozens.

A node is declared like a dataclass, but is a tuple underneath: making one is a single call, and nothing can change it.
It is a record, not a sequence: nodes of other classes are never equal to it, nodes have no order, and what is marked as
``aside`` (spans, source texts, what is derived) takes no part in comparison, hashing and ``repr``.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar, dataclass_transform

__all__ = ["aside", "named_record", "new", "record", "replace"]

_T = TypeVar("_T")

new: Final[Callable[[Any, tuple[Any, ...]], Any]] = tuple.__new__
"""``new(kind, values)`` makes a node of values that are known to be right: all of its fields, in order, unchecked."""


class _Aside:
    def __init__(self, default: object) -> None:
        self.default = default


def aside(*, default: Any = None, init: bool = True) -> Any:  # noqa: ARG001  # init is for type checkers
    """A field that takes no part in comparison. With ``init=False`` it is not given but derived, in ``_checked``."""
    return _Aside(default)


class _Record:
    """What nodes have in common. ``_compared`` names the fields, the first ones, that take part in comparison."""

    __slots__ = ()
    _compared: tuple[str, ...]

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and _values(self) == _values(other)

    def __ne__(self, other: object) -> bool:  # that of the tuple underneath would compare all fields
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

    # A node is no sequence, so it has no order.
    def _no_order(self, other: object) -> Any:  # noqa: ARG002  # the signature of a comparison
        return NotImplemented

    __lt__ = __le__ = __gt__ = __ge__ = _no_order


@dataclass_transform(frozen_default=True, field_specifiers=(aside,))
def record(kind: type[_T]) -> type[_T]:
    """Make a node of a class that is declared like a dataclass.

    Where the class has a method ``_checked``, it is called with what a caller gave and returns the node to be made.
    """
    names = tuple(kind.__annotations__)
    given = {name: vars(kind)[name] for name in names if name in vars(kind)}
    defaults = [value.default if isinstance(value, _Aside) else value for value in given.values()]
    base = namedtuple(kind.__name__, names, defaults=defaults)  # type: ignore[misc]  # noqa: PYI024  # the fields come from the class
    body = {name: value for name, value in vars(kind).items() if name not in (*names, "__dict__", "__weakref__")}
    del base._fields  # or it would be taken for a sequence of fields by what looks for named tuples
    body |= {"__slots__": (), "_compared": tuple(name for name in names if not isinstance(given.get(name), _Aside))}
    if "_checked" in body:
        make = base.__new__
        body["__new__"] = wraps(make)(lambda cls, *values, **named: make(cls, *values, **named)._checked())
    made: Any = type(kind.__name__, (_Record, base), body)
    return made  # type: ignore[no-any-return]  # a class of the same fields and methods


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(aside,))
def named_record(kind: type[_T]) -> type[_T]:
    """Make a node whose fields are given by name only, as those of a record of options."""
    made: Any = record(kind)
    make = made.__new__
    made.__new__ = wraps(make)(lambda cls, **named: make(cls, **named))
    return made  # type: ignore[no-any-return]  # the class that was given


def replace(old: _T, **changes: Any) -> _T:
    """The node with other values in some fields, without a check."""
    return old._replace(**changes)  # type: ignore[attr-defined,no-any-return]  # every node is a named tuple


def _values(node: Any) -> tuple[Any, ...]:
    return tuple.__getitem__(node, slice(len(node._compared)))
