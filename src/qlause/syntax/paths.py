"""Paths, and the lists of them that ``sort`` and ``fields`` are. See ``nodes`` for what all nodes have in common."""

from __future__ import annotations

from typing import TypeAlias

from .._record import aside, record, replace
from ..errors import QuerySyntaxError, refuse_type, shorten
from .lexical import keys_text, segment_problem

__all__ = ["Fields", "Path", "Sort", "SortKey", "Span"]

Span: TypeAlias = tuple[int, int]
"""Start and end in the source text, in code points."""


@record
class Path:
    """A path to a value: one key per segment (rule 2). ``str()`` of it is the field name as a query spells it.

    Attributes:
        segments: the keys from the top of a document down, as they are stored: a dot in a segment is part of the key.
        span: start and end in the text that the path was parsed from, or None. Does not count in comparisons.

    Raises:
        QuerySyntaxError: A segment is not a possible key: it is empty, made of digits only (engines take it for an
            index), or contains U+0000 or half of a surrogate pair (``path_segment``).
        TypeError: ``segments`` is a str.

    Example:
        >>> str(Path(("metadata", "createdAt")))
        'metadata.createdAt'
        >>> str(Path(("a.b", "c")))
        '"a.b".c'

    """

    segments: tuple[str, ...]
    span: Span | None = aside(default=None)

    def _checked(self) -> Path:
        if isinstance(self.segments, str):
            raise TypeError("Path takes a tuple of segments; parse_fields() and field() read a field name")
        segments = tuple(self.segments)
        for segment in segments or ("",):
            refuse_type(segment, (str,), "a segment of a path")
            problem = segment_problem(segment)
            if problem:
                raise QuerySyntaxError(problem, code="path_segment")
        return replace(self, segments=segments)

    def __str__(self) -> str:
        return keys_text(self.segments)


@record
class SortKey:
    """One field to sort by, and the direction.

    Attributes:
        path: the path to the field.
        descending: whether the greatest value comes first.
        span: start and end in the text that the key was parsed from, or None. Does not count in comparisons.

    Example:
        >>> str(SortKey(Path(("name",)), descending=True))
        'name:desc'

    """

    path: Path
    descending: bool = False
    span: Span | None = aside(default=None)

    def _checked(self) -> SortKey:
        refuse_type(self.path, (Path,), "the path of a sort key")
        return self

    def __str__(self) -> str:
        return f"{self.path}:desc" if self.descending else str(self.path)


@record
class Sort:
    """A parsed ``sort``.

    Attributes:
        keys: the fields to sort by, the most significant first. Without keys there is no sort.
        source: the text that the sort was parsed from, or None. Does not count in comparisons.

    Raises:
        QuerySyntaxError: A path appears twice (``duplicate_path``).

    Example:
        >>> str(Sort((SortKey(Path(("name",))), SortKey(Path(("qty",)), descending=True))))
        'name,qty:desc'

    """

    keys: tuple[SortKey, ...] = ()
    source: str | None = aside(default=None)

    def _checked(self) -> Sort:
        seen: set[Path] = set()
        keys = tuple(self.keys)
        for key in keys:
            refuse_type(key, (SortKey,), "a key of a sort")
            if key.path in seen:
                start, end = key.path.span or (None, 0)
                raise QuerySyntaxError(
                    f"the sort field {shorten(str(key.path))} appears twice",
                    code="duplicate_path",
                    text=self.source,
                    offset=start,
                    length=end - (start or 0),
                    hint="list each field once",
                )
            seen.add(key.path)
        return replace(self, keys=keys)

    def __str__(self) -> str:
        return ",".join(map(str, self.keys))


@record
class Fields:
    """A parsed ``fields``: which fields of each document to return.

    Attributes:
        paths: the paths to return; no paths means every field. A path that is listed twice, or that is below another
            listed path, is in here once, or not at all.
        covered: the listed paths that are below another one. They add nothing, but a schema must have them. Do not
            count in comparisons.
        source: the text that the fields were parsed from, or None. Does not count in comparisons.

    Example:
        >>> str(Fields((Path(("name", "first")), Path(("name",)))))
        'name'

    """

    paths: tuple[Path, ...] = ()
    source: str | None = aside(default=None)
    covered: tuple[Path, ...] = aside(default=(), init=False)

    def _checked(self) -> Fields:
        paths = tuple(self.paths)
        for path in paths:
            refuse_type(path, (Path,), "a path of fields")
        listed = {path.segments for path in paths}
        kept: dict[Path, None] = {}
        covered: dict[Path, None] = {}
        for path in paths:
            is_below = any(path.segments[:length] in listed for length in range(1, len(path.segments)))
            (covered if is_below else kept).setdefault(path)
        return replace(self, paths=tuple(kept), covered=tuple(covered))

    def __str__(self) -> str:
        return ",".join(map(str, self.paths))
