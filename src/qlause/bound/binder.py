"""Query + Schema → bound query: every meaning is settled here, once, and NOT is pushed down to the tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Any, Final, TypeAlias, TypedDict, Unpack, assert_never

from .._record import new
from ..errors import OperatorNotAllowedError, QlauseError, ValueReadingError, shorten
from ..limits import DEFAULT_LIMITS, MAX_DEPTH, Limits
from ..schema.elements import Elements, below, elements_of, filterable_below
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
    ElemMatch,
    Equals,
    Exists,
    HasSize,
    IsEmpty,
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
from .cost import Budget
from .literals import merged, reader_of, readings_of, test_of
from .nodes import BoundTest, ValueMatches, all_of, any_of, complement
from .plan import Values, outline_of, plan_of, plans_of, shape_of, with_constants
from .query import EVERYTHING, BoundQuery, planned
from .resolve import (
    in_language,
    language_needed,
    located,
    not_in_element,
    origin_of,
    refuse_options,
    refuse_type,
    refuse_unknown,
    refuse_unused,
    resolve,
)
from .sizes import EMPTY, Sizes, sizes_of

__all__ = ["BindOptions", "bind"]

_Leaf: TypeAlias = Equals | Compare | Contains | Exists | Missing | Null | HasSize | IsEmpty
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
        language: The language of localized fields that are named without one. None: any of the schema's languages. It
            needs a schema.
        limits: The limits for the text and for what it becomes, by default ``Limits()``. For a parsed query only the
            latter, ``cost`` and ``characters``.

    """

    schema: Schema | None
    now: datetime | Callable[[], datetime] | None
    timezone: tzinfo
    language: str | None
    limits: Limits


def bind(query: str | Query | BoundQuery, **options: Unpack[BindOptions]) -> BoundQuery:
    """Settle what a query means: find its fields in the schema, and read its values as their types.

    Backends do so themselves. Call it to check a query before it reaches one. If one clause is refused, so is the whole
    query.

    Args:
        query: The text of ``q``, or a parsed query. A bound query is returned as it is.
        **options: ``schema``, ``now``, ``timezone``, ``language`` and ``limits``, see :class:`qlause.BindOptions`.

    Returns:
        The bound query: stored paths, typed constants, and NOT only on single tests.

    Raises:
        QuerySyntaxError: The text is not in the language (``syntax`` and other codes).
        LimitExceededError: The text is larger than the limits (``limit_length``, ``limit_depth``, ``limit_tests``,
            ``limit_list``, ``limit_path``, ``limit_contains``), or it would become too much (``limit_cost``,
            ``limit_characters``).
        UnknownFieldError: The schema has no such field (``unknown_field``), it cannot be filtered by
            (``not_filterable``), or it is named without a language (``language_needed``).
        OperatorNotAllowedError: The field does not take the operator (``operator_not_allowed``).
        ValueReadingError: A value cannot be read as the type of its field (``value``).
        TypeError: There is no such option, or it can have no effect.
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
    if isinstance(query, BoundQuery):
        refuse_options(options)
        return query
    refuse_type(query, (str, Query), "the query")
    refuse_unused(query, options)
    limits = options.get("limits", DEFAULT_LIMITS)
    if isinstance(query, str):
        query = parse(query, limits=limits)
    if query.root is None:
        return EVERYTHING
    return _bound(query.root, options.get("schema"), _clock(options), options.get("language"), limits)


def _clock(options: BindOptions) -> Clock:
    refuse_type(options.get("timezone", UTC), (tzinfo,), "timezone")
    now = options.get("now")
    if now is None:
        return Clock(datetime.now(UTC), options.get("timezone", UTC))
    moment = now() if callable(now) else now
    refuse_type(moment, (datetime,), "now")
    if moment.tzinfo is None:
        raise ValueError("now must be an aware date-time; this one has no time zone")
    return Clock(moment, options.get("timezone", UTC))


def _bound(root: Node, schema: Schema | None, clock: Clock, language: str | None, limits: Limits) -> BoundQuery:
    """Bind a query by the plan of its structure, or without one, and then keep a plan for the next."""

    def anew() -> bound.Node:
        binder = _Binder(schema, clock, language, Budget(limits))
        return with_constants(binder.node(root), binder.values.constants)

    outline = outline_of(root, language)
    if outline is not None:
        structure, values = outline
        plans = plans_of(schema)
        plan = plans.get(structure)
        if plan is not None and (plan.limits is limits or plan.limits == limits):
            constants = plan.constants(values, clock)
            if constants is not None:
                return planned(plan.tree, constants, anew)
    binder = _Binder(schema, clock, language, Budget(limits))
    tree, constants = binder.node(root), binder.values.constants
    if outline is not None and list(map(id, values)) == list(map(id, binder.values.read)):
        made = plan_of(structure, tree, constants, binder.values.readings, limits, binder.budget.left)
        if made is not None:
            plan, size = made
            plans.put(structure, plan, size)
            return planned(plan.tree, constants, partial(with_constants, tree, constants))
    return BoundQuery(with_constants(tree, constants))


class _Binder:
    """Makes the bound tree, with the place of each constant among those of ``values`` in its place."""

    def __init__(
        self,
        schema: Schema | Elements | None,
        clock: Clock,
        language: str | None,
        budget: Budget,
        values: Values | None = None,
    ) -> None:
        self.schema = schema
        self.clock = clock
        self.language = language
        self.budget = budget
        self.values = Values() if values is None else values
        self.date_math: dict[tuple[LiteralValue, Comparator | None, int], BoundTest] = {}
        """What may be date math, by literal, comparator and field: a list can name a moment again and again."""

    def node(self, node: Node, negated: bool = False) -> bound.Node:
        """What a node means; negated: its complement. NOT is pushed down on the way, so that each node is met once."""
        match node:
            case Clause():
                found = self.located_clause(node)
                return complement(found) if negated else found
            case And(items=items):
                members = [self.node(item, negated) for item in items]  # all are checked, even after a false one
                return any_of(members) if negated else all_of(members)
            case Or(items=items):
                members = [self.node(item, negated) for item in items]
                return all_of(members) if negated else any_of(members)
            case Not(item=item):
                return self.node(item, not negated)
            case _:
                assert_never(node)

    def located_clause(self, clause: Clause) -> bound.Node:
        """What a clause means; errors say where in its text they are."""
        if clause.source is not None:
            return self.clause(clause)
        before = self.budget.state
        try:
            return self.clause(clause)
        except QlauseError:
            self.budget.restore(before)
        # A clause that was built in code has no text: its canonical text shows where the error is.
        return self.clause(next(parse(str(clause), limits=_NO_LIMITS).clauses()))

    def clause(self, clause: Clause) -> bound.Node:
        whole = clause.test
        if isinstance(whole, ElemMatch):
            return self.some_element(clause, whole)
        field, targets = self.targets(clause)
        self.budget.spend_clause(clause, targets, field is not None and field.ignore_case)
        parts: list[bound.Node] = []
        match whole:
            case HasSize(test=sizes):
                return self.size(clause, whole, sizes_of(sizes), field, targets)
            case IsEmpty():
                return self.size(clause, whole, EMPTY, field, targets)
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

    def some_element(self, clause: Clause, test: ElemMatch) -> bound.Node:
        """What an elemMatch asks: its own query is bound to the fields of the elements."""
        path, source = clause.path, clause.source
        target: Target = new(Target, (path.segments, False, None, False, None))
        elements: Elements | None = None
        if self.schema is not None:
            elements, target = self.elements(clause, self.schema)
        target = with_origin(target, origin_of(path, source))
        with self.budget.within(clause, target):
            node = _Binder(elements, self.clock, self.language, self.budget, self.values).node(test.node)
        return bound.SomeElement(target, node)

    def elements(self, clause: Clause, schema: Schema | Elements) -> tuple[Elements, Target]:
        """The fields of the elements of the array that a clause names, and where that is stored from here on."""
        path, source = clause.path, clause.source
        whole = path if isinstance(schema, Schema) else below(schema.path, path)
        root = schema if isinstance(schema, Schema) else schema.schema
        elements, declared = elements_of(root, whole), root.resolve(whole)
        if elements is None or declared is not None:
            apart = filterable_below(root, whole) if declared is None else []
            if apart:
                message = f"the field {shorten(str(path))} is one object in several columns, not an array"
                hint = f"write a clause for each of its fields, as in {shorten(str(apart[0]))}:…"
                raise located(OperatorNotAllowedError, message, "operator_not_allowed", clause.test.span, source, hint)
            resolved = resolve(schema, path, "filterable", source)
            if elements is None:
                message = f"the field {shorten(str(path))} of type {resolved.field.type} has no fields for elemMatch"
                raise located(OperatorNotAllowedError, message, "operator_not_allowed", clause.test.span, source, None)
        if isinstance(schema, Schema):
            return elements, elements.place
        try:
            return elements, schema.relative(elements.place, single=False)
        except LookupError:
            raise not_in_element(path, source) from None

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

    def size(
        self, clause: Clause, test: HasSize | IsEmpty, sizes: Sizes, field: Field | None, targets: Sequence[Target]
    ) -> bound.Node:
        """What is asked of the whole value at a path, be it an array (rule 25)."""
        or_empty = isinstance(test, IsEmpty)
        if field is not None:
            self.allow(clause, test, "empty" if or_empty else "size", field)
            if or_empty and not field.array and field.type in ("string", "localized"):  # it is a text
                empty = bound.OneOf("string", (self.values.unwritten(""),))
                return any_of([ValueMatches(target, empty) for target in targets])
        return any_of([bound.SizeMatches(target, sizes, or_empty) for target in targets if sizes])

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
                values = self.values
                values.read.append(text)
                values.readings.append((None, None, None, folded))
                values.constants.append(fold(text) if folded else text)
                return new(bound.ContainsText, (len(values.constants) - 1, starts, ends, folded, False))
            case And(items=items):
                return all_of([self.test(clause, item, field) for item in items])
            case Or(items=items):
                return self.any_test(clause, items, field)
            case Not(item=item):
                return merged(complement(self.test(clause, item, field)), self.values.constants)
            case _:
                raise AssertionError(f"a clause cannot hold {test!r} here: its constructor refuses that")

    def any_test(self, clause: Clause, tests: Sequence[Test], field: Field | None) -> BoundTest:
        return merged(any_of([self.test(clause, test, field) for test in tests]), self.values.constants)

    def read(
        self, clause: Clause, literal: LiteralValue, comparator: Comparator | None, field: Field | None
    ) -> BoundTest:
        if not literal.text.startswith("now"):
            return self.read_anew(clause, literal, comparator, field)
        key = (literal, comparator, id(field))
        if key not in self.date_math:
            self.date_math[key] = self.read_anew(clause, literal, comparator, field)
        return self.date_math[key]

    def read_anew(
        self, clause: Clause, literal: LiteralValue, comparator: Comparator | None, field: Field | None
    ) -> BoundTest:
        try:
            readings = readings_of(literal, comparator, field, self.clock)
        except UnreadableError as error:
            message = f'"{shorten(literal.text)}" {error.message}'
            if field is not None:
                message = f"the field {shorten(str(clause.path))} is of type {field.type}, and {message}"
            raise located(ValueReadingError, message, "value", literal.span, clause.source, error.hint) from None
        values = self.values
        values.read.append(literal)
        values.readings.append((reader_of(field), comparator, field, shape_of(readings)))
        return test_of(readings, comparator, values.constants)

    def allow(self, clause: Clause, test: _Leaf, operator: Operator, field: Field) -> None:
        if operator in field.allowed:
            return
        name = shorten(str(clause.path))
        message = f"the field {name} of type {field.type} does not take {OPERATORS[operator].words}"
        allowed = [definition.words for definition in OPERATORS.values() if definition.name in field.allowed]
        hint = f"it takes {', '.join(allowed)}" if allowed else None
        raise located(OperatorNotAllowedError, message, "operator_not_allowed", test.span, clause.source, hint)
