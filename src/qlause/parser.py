"""Text → AST.

A small loop walks the LALR tables that lark makes of ``grammar/q.lark``, with one lexer per parser state, and builds
the AST while it goes, so that there is no second tree, no recursion, and every refusal knows the parser's state.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from . import build
from .ast import Fields, Query, Sort
from .errors import LimitExceededError, QuerySyntaxError
from .limits import DEFAULT_LIMITS, Limits

__all__ = ["parse", "parse_fields", "parse_sort"]

_END: Final = "$END"
_CALLED: Final = {"query": "q", "sort": "sort", "fields": "fields"}
_NESTING: Final = frozenset({"LPAR", "RPAR", "NOT"})
_BLANKS: Final = re.compile(r"[ \t\r\n]*")
_LOADING: Final = threading.Lock()


class _State:
    """One row of the LALR table, with the lexer of the terminals that the row can go on with."""

    __slots__ = ("_terminals", "actions", "chains", "match", "targets")

    def __init__(self, terminals: Mapping[str, str]) -> None:
        self._terminals = terminals
        self.match: Callable[[str, int], re.Match[str] | None] = self._first_match
        """The token at a place of a text."""
        self.actions: dict[str, _State | _Reduction] = {}
        """By terminal: the state to go to, or the rule to reduce."""
        self.targets: dict[str, _State] = {}
        """By rule: the state to go to once the rule is reduced."""
        self.chains: dict[tuple[str, str], _Chain] = {}
        """By rule and terminal, as they come up: what follows of itself once the rule is reduced upon this state."""

    def _first_match(self, text: str, position: int) -> re.Match[str] | None:
        """Make the lexer, which takes longer than most parses, when the state is first reached."""
        tried = [f"(?P<{name}>{pattern})" for name, pattern in self._terminals.items() if name in self.actions]
        self.match = re.compile(f"(?:{'|'.join(tried) or '(?!)'}){_BLANKS.pattern}").match
        return self.match(text, position)

    def chain(self, rule: str, kind: str) -> _Chain:
        """What follows once a rule is reduced upon this state: one reduction of one part after the other."""
        makes: list[Callable[..., Any]] = []
        while True:
            state = self.targets[rule]
            action = state.actions.get(kind)
            if not isinstance(action, _Reduction) or action.size != 1:
                break
            if action.make is not None:
                makes.append(action.make)
            rule = action.rule
        return _Chain(tuple(makes), state, action)


class _Reduction(NamedTuple):
    rule: str
    size: int
    make: Callable[..., Any] | None
    """The builder's method; None for a rule of one part that only passes its value on."""


class _Chain(NamedTuple):
    makes: tuple[Callable[..., Any], ...]
    """The builder's methods, each called with what the one before it made."""
    state: _State
    action: _State | _Reduction | None
    """What that state does at the terminal."""


class _Tables(NamedTuple):
    starts: Mapping[str, _State]
    ends: Mapping[str, _State]


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
    return _run("sort", text, limits.sort_length, limits, strict)  # type: ignore[no-any-return]  # as above


def parse_fields(text: str, *, limits: Limits = DEFAULT_LIMITS) -> Fields:
    """Read a ``fields``: the paths to keep, separated by commas. An empty text keeps everything.

    >>> str(parse_fields("name, type, name.first"))
    'name,type'
    """
    return _run("fields", text, limits.fields_length, limits)  # type: ignore[no-any-return]  # as above


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
    with _LOADING:
        starts, ends = _tables()
    state, end = starts[start], ends[start]
    builder = build.Builder(start, text, limits, strict)
    stack, values = [state], builder.values
    position = _BLANKS.match(text).end()  # type: ignore[union-attr]  # it matches no blanks too
    # The three below change their types with every step; a look at the tables tells what they are.
    token: Any
    action: Any
    make: Any
    while True:
        token = state.match(text, position)
        if token is not None:
            kind = token.lastgroup
        elif position == len(text):
            kind = _END
        else:
            raise _unexpected(text, position, state, builder)
        action = state.actions.get(kind)
        while action.__class__ is _Reduction:
            rule, size, make = action
            if size == 1:
                stack.pop()
                value = values.pop()
                if make is not None:
                    value = make(builder, value)
            else:
                first = len(values) - size
                del stack[first + 1 :]
                parts = values[first:]
                del values[first:]
                value = make(builder, *parts)
            below = stack[-1]
            chain = below.chains.get((rule, kind))
            if chain is None:
                chain = below.chains[rule, kind] = below.chain(rule, kind)
            makes, state, action = chain
            for make in makes:
                value = make(builder, value)
            values.append(value)
            stack.append(state)
        if action is None:
            if token is None and state is end:
                return values[0]
            raise _unexpected(text, position, state, builder)
        if kind in _NESTING:
            builder.nest(token)
        state = action
        builder.token = token
        values.append(token)
        stack.append(state)
        position = token.end()


def _unexpected(text: str, position: int, state: _State, builder: build.Builder) -> QuerySyntaxError:
    from .diagnose import unexpected  # only a text that is refused needs it

    return unexpected(text, position, state.actions, builder)


@cache
def _tables() -> _Tables:
    """The tables as states that know each other. Asked for under the lock, so that they are made once."""
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
    return _Tables(
        {start: states[number] for start, number in read["starts"].items()},
        {start: states[number] for start, number in read["ends"].items()},
    )


def _reduction(rule: str, size: int, alias: str | None) -> _Reduction:
    make = getattr(build.Builder, alias) if alias else None
    if make is None and size != 1:
        raise LookupError(f"the grammar rule {rule} of {size} parts does not say what it builds")
    return _Reduction(rule, size, make)
