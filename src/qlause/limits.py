"""How big a request may be. One public record, checked before any work is done (rule 22)."""

from __future__ import annotations

from ._record import named_record

__all__ = ["DEFAULT_LIMITS", "MAX_DEPTH", "Limits"]

MAX_DEPTH = 100
"""The deepest nesting that any query can have, however it was made: what walks a query recurses once per level."""


@named_record
class Limits:
    """What a request may cost, passed per call. Every number is the largest that is still accepted.

    >>> Limits(tests=50)
    Limits(q_length=16384, sort_length=4096, fields_length=4096, depth=32, tests=50, list_members=10000, ...)

    Raises ``ValueError`` for a number below 1 and for a depth over 100.
    """

    q_length: int = 16_384
    """Length of ``q``, in characters (code points)."""
    sort_length: int = 4_096
    """Length of ``sort``, in characters."""
    fields_length: int = 4_096
    """Length of ``fields``, in characters."""
    depth: int = 32
    """Parentheses and NOTs around one test. At most 100."""
    tests: int = 1_000
    """Tests in a query; the plain values of one list count as one test."""
    list_members: int = 10_000
    """Members of one list in parentheses."""
    path_segments: int = 16
    """Segments of one path."""
    contains_length: int = 1_000
    """Length of the text after one ``~``, in characters."""

    def _checked(self) -> Limits:
        names: tuple[str, ...] = self.__match_args__
        for name in names:
            value: object = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ValueError(f"the limit {name} must be a whole number of at least 1, not {value!r}")
        if self.depth > MAX_DEPTH:
            raise ValueError(f"the limit depth can be at most {MAX_DEPTH}, not {self.depth}")
        return self


DEFAULT_LIMITS = Limits()
