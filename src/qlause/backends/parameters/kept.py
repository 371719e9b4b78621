"""Keeps what a backend compiled, by the structure of the query: like prepared statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, Generic, TypeAlias, TypeVar

from ...bound.nodes import Constant
from ...bound.param import Deferred, NeedsValueError
from ...bound.query import BoundQuery
from ...cache import Bounded
from .structure import Structure

__all__ = ["Kept", "filled"]

_T = TypeVar("_T")
_TRIES: Final = 4
"""How often a query is compiled to find the values that the compiler needs. It tells of one test at a time, so many
tries would take the square of the number of tests; and what needs many values serves few other queries."""
_WHOLE: Final = "compiled whole each time"
_Key: TypeAlias = tuple[Any, ...]


def filled(values: Iterable[Any], constants: list[Constant]) -> list[Any]:
    """The values in a query with these constants: deferred ones are computed, all others stay."""
    return [value.value(constants) if isinstance(value, Deferred) else value for value in values]


class Kept(Generic[_T]):
    """Compiles queries, and keeps the results for the last structures, within a bound of memory.

    Args:
        compiler: Compiles the root of a query with parameters. It also takes the context: everything else that its
            result depends on. If it raises NeedsValueError, it is called again with those constants in the tree, and
            the result serves only queries that have them.
        is_small: Whether a result may be kept.
        **options: ``ordered``, ``parameterise_keys`` and ``whole_lists``, as in :class:`.structure.Structure`.

    Example:
        >>> from qlause.bound.param import compute
        >>> kept = Kept(lambda root: [compute(str.upper, root.test.text)], is_small=lambda compiled: True)
        >>> for text in ("name:~john", "name:~jane"):
        ...     compiled, constants = kept.find(bind(text))  # compiled once
        ...     print(filled(compiled, constants))
        ['JOHN']
        ['JANE']

    """

    def __init__(
        self,
        compiler: Callable[..., _T],
        is_small: Callable[[_T], bool],
        **options: bool,
    ) -> None:
        self._compiler = compiler
        self._is_small = is_small
        self._options = options
        self._entries: Bounded[_T | frozenset[int] | str] = Bounded()
        """By structure and context. If the compiler needs values: their indexes, and a result for each of them; if it
        needs too many, ``_WHOLE``."""

    def find(self, query: BoundQuery, *context: Any) -> tuple[_T, list[Constant]]:
        """Find or make the compiled form of a query.

        Args:
            query: The bound query.
            *context: Everything else that the result depends on, hashable.

        Returns:
            The compiled form and the constants of this query, with which its deferred values are computed.

        Raises:
            UnsupportedError: The compiler cannot express the query.

        """
        structure = Structure(query, **self._options)
        if not structure.is_small:
            return self._compiler(query.root, *context), structure.constants
        key = (structure.key, *context)
        entry: Any = self._entries.get(key)
        if entry is _WHOLE:
            return self._compiler(query.root, *context), structure.constants
        inline: frozenset[int] = frozenset()
        if entry.__class__ is frozenset:
            inline = entry
            entry = self._entries.get((*key, _values(structure, inline)))
        return self._compiled(structure, key, context, inline) if entry is None else entry, structure.constants

    def clear(self) -> None:
        """Forget all results."""
        self._entries.clear()

    def _compiled(self, structure: Structure, key: _Key, context: tuple[Any, ...], inline: frozenset[int]) -> _T:
        for _ in range(_TRIES):
            try:
                compiled = self._compiler(structure.parameterised(inline), *context)
                break
            except NeedsValueError as error:
                inline |= error.indexes
        else:
            self._entries.put(key, _WHOLE)
            return self._compiler(structure.query.root, *context)
        if self._is_small(compiled):
            if inline:
                self._entries.put(key, inline)
                key = (*key, _values(structure, inline))
            self._entries.put(key, compiled)
        return compiled


def _values(structure: Structure, indexes: frozenset[int]) -> _Key:
    constants = structure.constants
    return tuple([(index, constants[index].__class__, constants[index]) for index in sorted(indexes)])
