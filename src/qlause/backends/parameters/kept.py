"""What a backend compiled, kept by the structure of the query: a prepared statement for each of the last structures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any, Final, Generic, TypeAlias, TypeVar

from ...bound.nodes import Constant, Node
from ...bound.param import Deferred, NeedsValueError
from .structure import Structure

__all__ = ["Kept", "filled"]

_T = TypeVar("_T")
_Key: TypeAlias = tuple[Any, ...]
_MOST: Final = 512  # structures


def filled(values: Iterable[Any], constants: list[Constant]) -> list[Any]:
    """The values, the deferred ones among them as they are in a query with these constants."""
    return [value.value(constants) if isinstance(value, Deferred) else value for value in values]


class Kept(Generic[_T]):
    """What ``compiler`` made of parameterised queries, for the structures that were met last.

    ``compiler`` takes the root of the query and all else that its result depends on; ``is_small`` tells whether a
    result may be kept. ``ordered`` and ``anonymous`` are those of :class:`.structure.Structure`.
    """

    def __init__(
        self,
        compiler: Callable[..., _T],
        is_small: Callable[[_T], bool],
        *,
        ordered: bool = False,
        anonymous: bool = False,
    ) -> None:
        self._compiler = compiler
        self._is_small = is_small
        self._options = {"ordered": ordered, "anonymous": anonymous}
        self._entries: dict[_Key, _T | frozenset[int]] = {}
        """By structure and all else; where the compiler needs some of the values, their indexes."""
        self._lock = Lock()

    def find(self, root: Node, *context: Any) -> tuple[_T, list[Constant]]:
        """The compiled form of a query, and the constants to fill it with."""
        structure = Structure(root, **self._options)
        if not structure.is_small:
            return self._compiler(root, *context), structure.constants
        key = (structure.key, *context)
        entry: Any = self._entries.get(key)
        inline: frozenset[int] = frozenset()
        if entry.__class__ is frozenset:
            inline = entry
            entry = self._entries.get((*key, _values(structure, inline)))
        return self._compiled(structure, key, context, inline) if entry is None else entry, structure.constants

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()

    def _compiled(self, structure: Structure, key: _Key, context: tuple[Any, ...], inline: frozenset[int]) -> _T:
        while True:
            try:
                compiled = self._compiler(structure.parameterised(inline), *context)
                break
            except NeedsValueError as error:
                inline |= error.indexes
        if self._is_small(compiled):
            with self._lock:
                if inline:
                    self._entries[key] = inline
                    key = (*key, _values(structure, inline))
                self._entries[key] = compiled
                while len(self._entries) > _MOST:
                    del self._entries[next(iter(self._entries))]
        return compiled


def _values(structure: Structure, indexes: frozenset[int]) -> _Key:
    constants = structure.constants
    return tuple([(index, constants[index].__class__, constants[index]) for index in sorted(indexes)])
