"""Query + Schema → bound query: every meaning is settled here, once, and NOT is pushed down to the tests."""

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
from .resolve import in_language, language_needed, located, origin_of, refuse_type, refuse_unknown, resolve

__all__ = ["BindOptions", "bind"]

_Leaf: TypeAlias = Equals | Compare | Contains | Exists | Missing | Null
_PRESENCE: Final[frozenset[type[Any]]] = frozenset({Exists, Missing, Null})
# A clause that was built in code is printed and parsed again only to find where in its text an error is.
_NO_LIMITS = Limits(
    q_length=2**40, depth=MAX_DEPTH, tests=2**40, list_members=2**40, path_segments=2**40, contains_length=2**40
)


class BindOptions(TypedDict, total=False):
    """The options of a query, the same for :func:`bind` and for every backend.

    Args:
        schema: The fields that a request may use. Without one (None) it may use any, and values are read by their text.
        now: The clock for date math: an aware date-time, or a function that returns one and is called once. None: the
            clock of the system.
        timezone: The time zone of the request, for whole days, times without an offset, and date math. By default UTC.
        language: The language of localized fields that are named without one. None: any of the schema's languages.
        limits: The limits for the text, by default ``Limits()``.

    """

    schema: Schema | None
    now: datetime | Callable[[], datetime] | None
    timezone: tzinfo
    language: str | None
    limits: Limits


def bind(query: str | Query, **options: Unpack[BindOptions]) -> BoundQuery:
    """Settle what a query means: find its fields in the schema, and read its values as their types.

    Backends do so themselves. Call it to check a query before it reaches one. If one clause is refused, so is the whole
    query.

    Args:
        query: The text of ``q``, or a parsed query.
        **options: ``schema``, ``now``, ``timezone``, ``language`` and ``limits``, see :class:`qlause.BindOptions`.

    Returns:
        The bound query: stored paths, typed constants, and NOT only on single tests.

    Raises:
        QuerySyntaxError: The text is not in the language (``syntax`` and other codes).
        LimitExceededError: The text is larger than the limits (``limit_length``, ``limit_depth``, ``limit_tests``,
            ``limit_list``, ``limit_path``, ``limit_contains``).
        UnknownFieldError: The schema has no such field (``unknown_field``), it cannot be filtered by
            (``not_filterable``), or it is named without a language (``language_needed``).
        OperatorNotAllowedError: The field does not take the operator (``operator_not_allowed``).
        ValueReadingError: A value cannot be read as the type of its field (``value``).
        TypeError: There is no such option.
        ValueError: ``now`` has no time zone.

    Example:
        >>> schema = Schema({"qty": "integer"})
        >>> bind("NOT qty:>2", schema=schema).root
        ValueMatches(target=Target(keys=('qty',), ...), test=Compare(kind='number', ... value=2, ...), negated=True)
        >>> bind("qty:two", schema=schema)
        Traceback (most recent call last):
        qlause.errors.ValueReadingError: the field qty is of type integer, and "two" is not a whole number ...

    """
    refuse_unknown(options, BindOptions)
    refuse_type(query, (str, Query), "the query")
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
        raise ValueError("now must be an aware date-time; this one has no time zone")
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
                # A clause that was built in code has no text: its canonical text shows where the error is.
                return self.clause(next(parse(str(node), limits=_NO_LIMITS).clauses()))
            case And(items=items):
                return all_of([self.node(item) for item in items])  # every item is checked, even after a false one
            case Or(items=items):
                return any_of([self.node(item) for item in items])
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
                bound_test = self.any_test(clause, [test for test in items if test.__class__ not in _PRESENCE], field)
            case test:
                bound_test = self.test(clause, test, field)
        if not isinstance(bound_test, bound.AnyOf) or bound_test.items:
            parts += [new(ValueMatches, (target, bound_test, False)) for target in targets]
        return any_of(parts)

    def targets(self, clause: Clause) -> tuple[Field | None, list[Target]]:
        """The declared field and the stored paths that a clause is about: one for each language of a field."""
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
        """What ``exists``, ``missing`` or ``null`` asks of a field: nodes of which one has to hold."""
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
                return all_of([self.test(clause, item, field) for item in items])
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
        except UnreadableError as error:
            message = f'"{shorten(literal.text)}" {error.message}'
            if field is not None:
                message = f"the field {shorten(str(clause.path))} is of type {field.type}, and {message}"
            raise located(ValueReadingError, message, "value", literal.span, clause.source, error.hint) from None

    def allow(self, clause: Clause, test: _Leaf, operator: Operator, field: Field) -> None:
        if operator in field.allowed:
            return
        name = shorten(str(clause.path))
        message = f"the field {name} of type {field.type} does not take {OPERATORS[operator].words}"
        allowed = [definition.words for definition in OPERATORS.values() if definition.name in field.allowed]
        hint = f"it takes {', '.join(allowed)}" if allowed else None
        raise located(OperatorNotAllowedError, message, "operator_not_allowed", test.span, clause.source, hint)


def _merged(test: BoundTest) -> BoundTest:
    """The test with all plain values of one kind in one leaf, so that a list is one look-up, however long."""
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
    lists: list[BoundTest] = [OneOf(kind, tuple(dict.fromkeys(members))) for kind, members in values.items()]
    return any_of(lists + others)
