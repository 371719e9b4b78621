"""Text → AST.

The tables are those that lark makes of ``grammar/q.lark`` (see ``tables``), with one lexer per parser state, made of
the terminals that the state can go on with. A loop walks them and builds the AST while it goes, so that there is no
second tree, no recursion, and every refusal knows the parser's state.

To be fast the loop does not look at the tables for each token. The parser's stack of states is one object, a place,
which does not change. From a place, a token of one kind always leads to the same: the same rules are complete before
it, and the same place comes next. So that is worked out from the tables when it first comes up, and kept as a step;
from then on, a token costs one match, one look-up, and the calls of the builder's methods.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any, ClassVar, Final, TypeAlias

from ..errors import LimitExceededError, QuerySyntaxError
from ..limits import DEFAULT_LIMITS, Limits
from .actions import Builder
from .nodes import Fields, Query, Sort

__all__ = ["parse", "parse_fields", "parse_sort"]

_END: Final = "$END"
_CALLED: Final = {"query": "q", "sort": "sort", "fields": "fields"}
_OPENING: Final = frozenset({"LPAR", "NOT"})
_BLANKS: Final = " \t\r\n"
_MOST_PLACES: Final = 2_000
_LOADING: Final = Lock()

_Make: TypeAlias = Callable[..., Any]
_Match: TypeAlias = Callable[[str, int], re.Match[str] | None]
_Reduction: TypeAlias = tuple[str, int, _Make | None]
"""What a rule makes, the number of its parts, and the builder's method; None where its one part is only passed on."""
_Step: TypeAlias = "tuple[tuple[tuple[_Make, int], ...], str, bool, _Place, dict[int, _Step], _Match | None]"
"""What a token leads to: the builder's methods that are called before it is taken, each with the number of values that
it takes; the token's kind; whether there is something special about it, because it opens a level or cannot stand there;
the next place, its steps and its lexer, or the place that has no use for the token, its steps and None."""


_Start: TypeAlias = "tuple[_State, _Place, dict[int, _Step], _Match]"
"""The state once a start rule is whole, and its first place, its steps and its lexer."""
_STARTS: Final[dict[str, _Start]] = {}


class _State:
    """One row of the LALR table."""

    __slots__ = ("_match", "_terminals", "actions", "kinds", "targets")

    def __init__(self, terminals: dict[str, str]) -> None:
        self.actions: dict[str, _State | _Reduction] = {}
        """By terminal: the state to go to, or the rule to reduce."""
        self.targets: dict[str, _State] = {}
        """By rule: the state to go to once the rule is reduced."""
        self.kinds = [_END]
        """The terminals as the lexer's groups count them; the first stands for no match, at the end of the text."""
        self._terminals = terminals
        self._match: _Match | None = None

    def lexer(self) -> _Match:
        """What finds the next token. Made when it is first needed, because that takes longer than most parses."""
        if self._match is None:
            tried = {kind: pattern for kind, pattern in self._terminals.items() if kind in self.actions}
            self.kinds = [_END, *tried]
            patterns = "|".join(f"({pattern})" for pattern in tried.values())
            self._match = re.compile(f"[{_BLANKS}]*(?:{patterns or '(?!)'})").match
        return self._match


class _Place:
    """A stack of states, which is all that the tables know of what was read."""

    __slots__ = ("_above", "_below", "depth", "state", "steps")
    made: ClassVar[int] = 0

    def __init__(self, state: _State, below: _Place | None = None, depth: int = 0) -> None:
        self.state = state
        """The topmost."""
        self.depth = depth
        """Parentheses and NOTs that are open."""
        self.steps: dict[int, _Step] = {}
        """By group of the lexer, as far as texts have come by."""
        self._below = below
        self._above: dict[_State, _Place] = {}
        _Place.made += 1

    def step(self, group: int) -> _Step:
        """Work out, and keep, what a token leads to."""
        if _Place.made > _MOST_PLACES:  # texts can lead to any number of them: new texts start anew
            _STARTS.clear()
            _Place.made = 0
        kind = self.state.kinds[group]
        makes: list[tuple[_Make, int]] = []
        place = self
        while isinstance(action := place.state.actions.get(kind), tuple):
            rule, size, make = action
            for _ in range(size):
                place = place._below  # type: ignore[assignment]  # the parts of a complete rule are there
            place = place._push(place.state.targets[rule], place.depth)
            if make is not None:
                makes.append((make, size))
        special, match = True, None
        if action is not None:
            special = kind in _OPENING
            place = place._push(action, place.depth + special)
            match = action.lexer()
        step = self.steps[group] = (tuple(makes), kind, special, place, place.steps, match)
        return step

    def _push(self, state: _State, depth: int) -> _Place:
        found = self._above.get(state)
        if found is None:
            found = self._above[state] = _Place(state, self, depth)
        return found


def parse(text: str, *, limits: Limits = DEFAULT_LIMITS) -> Query:
    """Read a ``q``: a filter over documents.

    An empty or blank text selects everything. Raises QuerySyntaxError for a text that is not in the language, with the
    place and a hint, and LimitExceededError for one that is larger than the limits.

    >>> parse('name:"John" surname:~Smith')
    Query(root=And(items=(Clause(path=Path(segments=('name',)), test=...), Clause(...))))
    """
    return _run("query", text, limits.q_length, limits)  # type: ignore[no-any-return]  # what the start rule builds


def parse_sort(text: str, *, limits: Limits = DEFAULT_LIMITS, strict: bool = False) -> Sort:
    """Read a ``sort``: paths with an optional direction, separated by commas.

    Descending is only what says ``desc`` or ``DESC``. Any other direction is ascending, as the API family has it; with
    ``strict``, a direction other than these and ``asc`` or ``ASC`` is an error.

    >>> str(parse_sort("name, metadata.createdAt:desc"))
    'name,metadata.createdAt:desc'
    """
    return _run("sort", text, limits.sort_length, limits, strict)  # type: ignore[no-any-return]  # what the rule builds


def parse_fields(text: str, *, limits: Limits = DEFAULT_LIMITS) -> Fields:
    """Read a ``fields``: the paths to keep, separated by commas. An empty text keeps everything.

    >>> str(parse_fields("name, type, name.first"))
    'name,type'
    """
    return _run("fields", text, limits.fields_length, limits)  # type: ignore[no-any-return]  # what the rule builds


def _run(  # noqa: C901  # one loop, so that a token costs no call
    start: str, text: str, length: int, limits: Limits, strict: bool = False
) -> Any:
    if not isinstance(text, str):
        raise TypeError(f"{_CALLED[start]} must be a str, not {type(text).__name__}")
    if len(text) > length:
        raise LimitExceededError(
            f"{_CALLED[start]} is {len(text):,} characters long, and at most {length:,} are accepted",
            code="limit_length",
            text=text,
            offset=length,
        )
    # The three below change their types with every step; a look at the tables tells what they are.
    found: Any
    match: Any
    value: Any
    whole, place, steps, match = _STARTS.get(start) or _begin(start)
    builder = Builder(start, text, limits, strict)
    values, token = builder.values, builder.token
    end = 0
    while True:
        found = match(text, end)
        if found is not None:
            group = found.lastindex
        elif end == len(text) or not text[end:].strip(_BLANKS):
            group = 0
        else:
            builder.token = token
            raise _unexpected(text, end, place, builder)
        try:
            makes, kind, special, place, steps, match = steps[group]
        except KeyError:
            makes, kind, special, place, steps, match = place.step(group)
        if makes:
            builder.token = token
            value = values.pop()
            for make, size in makes:
                if size == 2:
                    value = make(builder, values.pop(), value)
                elif size == 1:
                    value = make(builder, value)
                elif size == 3:
                    middle = values.pop()
                    value = make(builder, values.pop(), middle, value)
                else:
                    values.append(value)
                    first = len(values) - size
                    value = make(builder, *values[first:])
                    del values[first:]
            values.append(value)
        if special:
            if found is None and place.state is whole:
                return values[-1]
            if match is None:
                builder.token = token
                raise _unexpected(text, end, place, builder)
            if place.depth > limits.depth:
                builder.refuse_depth(found.span(group))
        end = found.end()
        token = (kind, found.start(group), end)
        values.append(token)


def _unexpected(text: str, end: int, place: _Place, builder: Builder) -> QuerySyntaxError:
    """The error for what comes behind the end of the last token."""
    from .diagnosis.query import unexpected  # only a text that is refused needs it

    at = len(text) - len(text[end:].lstrip(_BLANKS))
    return unexpected(text, at, place.state.actions, builder)


def _begin(start: str) -> _Start:
    with _LOADING:  # so that the tables are read once
        begins, ends = _tables()
    place = _Place(begins[start])
    found = _STARTS[start] = (ends[start], place, place.steps, place.state.lexer())
    return found


@cache
def _tables() -> tuple[dict[str, _State], dict[str, _State]]:
    """The tables, as states that know each other: by start rule, the state that it begins and ends with."""
    from .tables import load  # whoever imports the package does not have to parse

    read = load()
    terminals = read["terminals"]
    reductions = [_reduction(*rule) for rule in read["rules"]]
    states = [_State(terminals) for _ in read["states"]]
    for state, row in zip(states, read["states"], strict=True):
        for symbol, target in row.items():
            if target < 0:
                state.actions[symbol] = reductions[~target]
            elif symbol in terminals:
                state.actions[symbol] = states[target]
            else:
                state.targets[symbol] = states[target]
    return (
        {start: states[number] for start, number in read["starts"].items()},
        {start: states[number] for start, number in read["ends"].items()},
    )


def _reduction(rule: str, size: int, alias: str | None) -> _Reduction:
    make: _Make | None = getattr(Builder, alias) if alias else None
    if make is None and size != 1:
        raise LookupError(f"the grammar rule {rule} of {size} parts does not say what it builds")
    return rule, size, make
