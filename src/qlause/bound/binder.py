"""AST + Schema → bound query: every meaning is settled here, once, and NOT is pushed down to the tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, Final, TypeAlias, TypedDict, Unpack, assert_never

from .._record import new
from ..errors import OperatorNotAllowedError, QlauseError, ValueReadingError, shorten
from ..limits import DEFAULT_LIMITS, MAX_DEPTH, Limits
from ..schema.operators import OPERATORS
from ..schema.schema import Field, Operator, Schema
from ..schema.storage import Target, with_origin
from ..schema.types.reading import Clock, UnreadableError
from ..syntax.nodes import (
    And,
    Clause,
    Comparator,
    Compare,
    Contains,
    Equals,
    Exists,
    LiteralValue,
    Missing,
    Node,
    Not,
    Null,
    Or,
    Query,
    Test,
)
from ..syntax.parser import parse
from ..values.fold import fold
from . import nodes as bound
from .literals import read
from .nodes import TRUE, BoundQuery, BoundTest, OneOf, ValueMatches, all_of, any_of, complement
from .resolve import in_language, language_needed, located, origin_of, refuse_unknown, resolve

__all__ = ["BindOptions", "bind"]

_Leaf: TypeAlias = Equals | Compare | Contains | Exists | Missing | Null
_PRESENCE: Final[frozenset[type[Any]]] = frozenset({Exists, Missing, Null})
# What the AST holds was within some limits already; this only gives a clause that was built in code its places.
_GENEROUS = Limits(
    q_length=2**40, depth=MAX_DEPTH, tests=2**40, list_members=2**40, path_segments=2**40, contains_length=2**40
)


class BindOptions(TypedDict, total=False):
    """What a query is bound with; every backend takes the same."""

    schema: Schema | None
    """The fields that may be used. None: any field, literals by their text (rules 12 to 15)."""
    now: datetime | Callable[[], datetime] | None
    """The clock of date math, asked once: an aware date-time, or what gives one. None: the system's clock."""
    timezone: tzinfo
    """The zone in which a day, a local time and date math count. UTC unless told otherwise."""
    language: str | None
    """The language of localized fields that are named without one. None: any of the schema's languages."""
    limits: Limits
    """The limits under which a text is parsed."""


def bind(query: str | Query, **options: Unpack[BindOptions]) -> BoundQuery:
    """Settle what a query means.

    Raises QuerySyntaxError and LimitExceededError for a text that cannot be parsed, UnknownFieldError,
    OperatorNotAllowedError and ValueReadingError for what the schema does not allow. One refused clause refuses all.
    """
    refuse_unknown(options, BindOptions)
    if isinstance(query, str):
        query = parse(query, limits=options.get("limits", DEFAULT_LIMITS))
    if query.root is None:
        return BoundQuery(TRUE)
    binder = _Binder(options.get("schema"), _clock(options), options.get("language"))
    return BoundQuery(binder.node(query.root))


def _clock(options: BindOptions) -> Clock:
    now = options.get("now")
    if now is None:
        return Clock(datetime.now(UTC), options.get("timezone", UTC))
    moment = now() if callable(now) else now
    if moment.tzinfo is None:
        raise ValueError("the clock must give an aware date-time; this one has no time zone")
    return Clock(moment, options.get("timezone", UTC))


class _Binder:
    def __init__(self, schema: Schema | None, clock: Clock, language: str | None) -> None:
        self.schema = schema
        self.clock = clock
        self.language = language

    def node(self, node: Node) -> bound.Node:
        match node:
            case Clause():
                try:
                    return self.clause(node)
                except QlauseError:
                    if node.source is not None:
                        raise
                # A clause that was built in code has no text: its canonical one shows where the error is.
                return self.clause(next(parse(str(node), limits=_GENEROUS).clauses()))
            case And(items=items):
                return all_of([self.node(each) for each in items])  # each is bound, even behind one that decides all
            case Or(items=items):
                return any_of([self.node(each) for each in items])
            case Not(item=item):
                return complement(self.node(item))
            case _:
                assert_never(node)

    def clause(self, clause: Clause) -> bound.Node:
        field, targets = self.targets(clause)
        parts: list[bound.Node] = []
        match clause.test:
            case Exists() | Missing() | Null() as test:
                return any_of(self.presence(clause, test, field, targets))
            case Or(items=items):
                for test in items:
                    if isinstance(test, (Exists, Missing, Null)):
                        parts += self.presence(clause, test, field, targets)
                found = self.any_test(clause, [test for test in items if test.__class__ not in _PRESENCE], field)
            case test:
                found = self.test(clause, test, field)
        if not isinstance(found, bound.AnyOf) or found.items:
            parts += [new(ValueMatches, (target, found, False)) for target in targets]
        return any_of(parts)

    def targets(self, clause: Clause) -> tuple[Field | None, list[Target]]:
        """The declared field and the stored paths that a clause is about: several for a field of all languages."""
        path, source = clause.path, clause.source
        origin = origin_of(path, source)
        if self.schema is None:
            return None, [new(Target, (path.segments, False, None, False, origin))]
        resolved = resolve(self.schema, path, "filterable", source)
        if resolved.by_language is None:
            return resolved.field, [with_origin(resolved.target, origin)]
        if self.language is not None:
            resolved = in_language(self.schema, path, self.language, "filterable", source)
            return resolved.field, [with_origin(resolved.target, origin)]
        if not resolved.by_language:
            raise language_needed(path, source)
        return resolved.field, [with_origin(target, origin) for target in resolved.by_language]

    def presence(
        self, clause: Clause, test: Exists | Missing | Null, field: Field | None, targets: Sequence[Target]
    ) -> list[bound.Node]:
        """What is asked of a field and not of one value, as parts of which one is to hold."""
        if field is not None:
            self.allow(clause, test, "presence", field)
        reached = any_of([bound.PathExists(target) for target in targets])
        if isinstance(test, Exists):
            return [reached]
        if isinstance(test, Missing) or (field is not None and not field.nullable):
            return [complement(reached)]
        return [complement(reached), *(ValueMatches(target, bound.IsNull()) for target in targets)]

    def test(self, clause: Clause, test: Test, field: Field | None) -> BoundTest:
        match test:
            case Equals(literal=literal):
                if field is not None:
                    self.allow(clause, test, "equals", field)
                return self.read(clause, literal, None, field)
            case Compare(comparator=comparator, literal=literal):
                if field is not None:
                    self.allow(clause, test, "compare", field)
                return self.read(clause, literal, comparator, field)
            case Contains(text=text, starts=starts, ends=ends):
                if field is not None:
                    self.allow(clause, test, "starts_with" if starts else "ends_with" if ends else "contains", field)
                folded = field is None or not field.case_sensitive
                return new(bound.ContainsText, (fold(text) if folded else text, starts, ends, folded, False))  # type: ignore[no-any-return]  # a ContainsText
            case And(items=items):
                return all_of([self.test(clause, each, field) for each in items])
            case Or(items=items):
                return self.any_test(clause, items, field)
            case Not(item=item):
                return _merged(complement(self.test(clause, item, field)))
            case _:
                raise AssertionError(f"a clause cannot hold {test!r} here: its constructor refuses that")

    def any_test(self, clause: Clause, tests: Sequence[Test], field: Field | None) -> BoundTest:
        return _merged(any_of([self.test(clause, test, field) for test in tests]))

    def read(
        self, clause: Clause, literal: LiteralValue, comparator: Comparator | None, field: Field | None
    ) -> BoundTest:
        try:
            return read(literal, comparator, field, self.clock)
        except UnreadableError as problem:
            message = f'"{shorten(literal.text)}" {problem.message}'
            if field is not None:
                message = f"the field {shorten(str(clause.path))} is of type {field.type}, and {message}"
            raise located(ValueReadingError, message, "value", literal.span, clause.source, problem.hint) from None

    def allow(self, clause: Clause, test: _Leaf, operator: Operator, field: Field) -> None:
        if operator in field.allowed:
            return
        name = shorten(str(clause.path))
        message = f"the field {name} of type {field.type} does not take {OPERATORS[operator].words}"
        allowed = [definition.words for definition in OPERATORS.values() if definition.name in field.allowed]
        hint = f"it takes {', '.join(allowed)}" if allowed else None
        raise located(OperatorNotAllowedError, message, "operator_not_allowed", test.span, clause.source, hint)


def _merged(test: BoundTest) -> BoundTest:
    """The test with all plain values of one kind as one leaf: a list is one look-up, however long."""
    if not isinstance(test, bound.AnyOf):
        return test
    values: dict[bound.Kind, list[bound.Comparand]] = {}
    others: list[BoundTest] = []
    for leaf in test.items:
        if not isinstance(leaf, OneOf) or leaf.negated:
            others.append(leaf)
        elif leaf.kind in values:
            values[leaf.kind] += leaf.values
        else:
            values[leaf.kind] = [*leaf.values]
    lists: list[BoundTest] = [OneOf(kind, tuple(dict.fromkeys(found))) for kind, found in values.items()]
    return any_of(lists + others)
