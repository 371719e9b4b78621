"""Paths, and the lists of them that ``sort`` and ``fields`` are. What holds for all nodes is told in ``ast``."""

from __future__ import annotations

from typing import TypeAlias

from .._record import aside, record, replace
from ..errors import QuerySyntaxError, shorten
from .lexical import segment_problem

__all__ = ["Fields", "Path", "Sort", "SortKey", "Span"]

Span: TypeAlias = tuple[int, int]
"""Start and end in the source text, in code points."""


@record
class Path:
    """A path to a value: one literal key per segment (rule 2).

    Raises QuerySyntaxError for a segment that no document can be asked for: an empty one, one of digits only (engines
    take it for an index), one with U+0000 or half a surrogate pair.
    """

    segments: tuple[str, ...]
    span: Span | None = aside(default=None)

    def _checked(self) -> Path:
        if isinstance(self.segments, str):
            raise TypeError("a Path takes its segments as a tuple; field() and parse_fields() read a name")
        segments = tuple(self.segments)
        for segment in segments or ("",):
            problem = segment_problem(segment)
            if problem:
                raise QuerySyntaxError(problem, code="path_segment")
        return replace(self, segments=segments)

    def __str__(self) -> str:
        from .printer import path_text

        return path_text(self)


@record
class SortKey:
    """One field to sort by."""

    path: Path
    descending: bool = False
    span: Span | None = aside(default=None)

    def __str__(self) -> str:
        return f"{self.path}:desc" if self.descending else str(self.path)


@record
class Sort:
    """A parsed ``sort``: the keys, the most significant first. No keys is no sort.

    Raises QuerySyntaxError where a path stands in it twice.
    """

    keys: tuple[SortKey, ...] = ()
    source: str | None = aside(default=None)

    def _checked(self) -> Sort:
        seen: set[Path] = set()
        keys = tuple(self.keys)
        for key in keys:
            if key.path in seen:
                start, end = key.path.span or (None, 0)
                raise QuerySyntaxError(
                    f"the sort field {shorten(str(key.path))} is named twice",
                    code="duplicate_path",
                    text=self.source,
                    offset=start,
                    length=end - (start or 0),
                    hint="name each field once",
                )
            seen.add(key.path)
        return replace(self, keys=keys)

    def __str__(self) -> str:
        return ",".join(map(str, self.keys))


@record
class Fields:
    """A parsed ``fields``: the paths to keep; none listed means everything.

    A path that is listed again, or that lies under another listed path, adds nothing and is dropped.
    """

    paths: tuple[Path, ...] = ()
    source: str | None = aside(default=None)

    def _checked(self) -> Fields:
        paths = tuple(self.paths)
        listed = {path.segments for path in paths}
        kept: dict[Path, None] = {}
        for path in paths:
            if not any(path.segments[:length] in listed for length in range(1, len(path.segments))):
                kept.setdefault(path)
        return replace(self, paths=tuple(kept))

    def __str__(self) -> str:
        return ",".join(map(str, self.paths))
