"""How large a request may be: one public record, checked before any work is done (rule 22)."""

from __future__ import annotations

from ._record import named_record

__all__ = ["DEFAULT_LIMITS", "MAX_DEPTH", "Limits"]

MAX_DEPTH = 100
"""The deepest nesting that any query can have, parsed or built: code that walks a query recurses once per level."""


@named_record
class Limits:
    """How large a request may be. Each number is the largest that is accepted; a larger request is refused.

    Pass it as ``limits=`` to any function that reads a text. A request that is too large raises LimitExceededError with
    the code that is named with each attribute. The first eight are about the text. The last two are about what it
    becomes in a statement, a filter or a predicate, and count for a parsed query or sort too.

    Attributes:
        q_length: length of ``q`` in code points (``limit_length``).
        sort_length: length of ``sort`` in code points (``limit_length``).
        fields_length: length of ``fields`` in code points (``limit_length``).
        depth: how many parentheses and NOTs may be around one test, at most 100 (``limit_depth``).
        tests: how many tests a query may have; the plain values of one list count as one test (``limit_tests``).
        list_members: how many members one list may have (``limit_list``).
        path_segments: how many parts, separated by dots, one field name may have (``limit_path``).
        contains_length: length of the text after one ``~`` in code points (``limit_contains``).
        cost: how much a query or a sort may cost an engine (``limit_cost``). A test that compares a column costs 1. Any
            other costs 6, because JSON, or all of a text (``~``), has to be read; where no schema promises a single
            value, 6 for each part of the path. It costs that for each language that it asks. A list of plain values is
            one test, ``null`` is two, a ``size`` as many as it names numbers, and a key of a sort is five.
        characters: how many characters of names and values a query or a sort may become (``limit_characters``). Those
            of a clause count once for each language, and each of these once for each part of the path as above.

    Raises:
        ValueError: A limit is not a whole number of at least 1, or ``depth`` is greater than 100.

    Example:
        >>> Limits(tests=50)
        Limits(q_length=16384, sort_length=4096, fields_length=4096, depth=32, tests=50, list_members=10000, ...)
        >>> bind("a.b.c:1 OR a.b.c:~x", limits=Limits(cost=30))
        Traceback (most recent call last):
        qlause.errors.LimitExceededError: the request costs more than 30 (line 1, column 12); ask for less ...
        >>> parse("a:1 b:2", limits=Limits(tests=1))
        Traceback (most recent call last):
        qlause.errors.LimitExceededError: the query has more than 1 tests (line 1, column 5)

    """

    q_length: int = 16_384
    sort_length: int = 4_096
    fields_length: int = 4_096
    depth: int = 32
    tests: int = 1_000
    list_members: int = 10_000
    path_segments: int = 16
    contains_length: int = 1_000
    cost: int = 1_000
    characters: int = 262_144

    @classmethod
    def public(cls) -> Limits:
        """Limits for an endpoint that anybody can reach: what a person writes, and little work for any engine.

        Returns:
            The limits. docs/security.md says what the worst query within them costs each engine.

        Example:
            >>> Limits.public().cost
            500

        """
        return cls(
            q_length=4_096,
            sort_length=512,
            fields_length=2_048,
            depth=16,
            tests=100,
            list_members=1_000,
            path_segments=8,
            contains_length=100,
            cost=500,
            characters=65_536,
        )

    @classmethod
    def generous(cls) -> Limits:
        """Limits for requests that you trust, and for long lists of values. These do not fit into a URL: use a body.

        Returns:
            The limits. A query within them can cost an engine minutes.

        Example:
            >>> len(parse(f"id:({','.join(map(str, range(100_000)))})", limits=Limits.generous()).root.test.items)
            100000

        """
        return cls(
            q_length=4_194_304,
            sort_length=16_384,
            fields_length=65_536,
            tests=10_000,
            list_members=100_000,
            contains_length=10_000,
            cost=1_000_000,
            characters=67_108_864,
        )

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
