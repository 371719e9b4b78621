"""AST + Schema → bound query: every meaning is settled here, once, and NOT is pushed down to the tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, Final, TypeAlias, TypedDict, Unpack, assert_never

from . import bound
from .ast import (
    And,
    Clause,
    Comparator,
    Compare,
    Contains,
    Equals,
    Exists,
    Literal,
    Missing,
    Node,
    Not,
    Null,
    Or,
    Path,
    Query,
    Span,
    Test,
)
from .bound import BoundQuery, Target, all_of, any_of, complement
from .errors import (
    OperatorNotAllowedError,
    QlauseError,
    UnknownFieldError,
    ValueReadingError,
    shorten,
)
from .fold import fold
from .format import path_text
from .limits import DEFAULT_LIMITS, MAX_DEPTH, Limits
from .parser import parse
from .schema import Field, Operator, Permission, Resolved, Schema
from .values import Clock, Reading, UnreadableError, readings

__all__ = ["BindOptions", "bind", "resolve"]

_Leaf: TypeAlias = Equals | Compare | Contains | Exists | Missing | Null
_OPERATORS: Final[Mapping[Operator, str]] = {
    "equals": "a plain value",
    "compare": "> >= < <=",
    "contains": "~",
    "starts_with": "~^",
    "ends_with": "~…$",
    "presence": "exists, missing and null",
}
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
        return BoundQuery(bound.All(()))
    binder = _Binder(options.get("schema"), _clock(options), options.get("language"))
    return BoundQuery(binder.node(query.root))


def refuse_unknown(options: Mapping[str, object], known: type[Any]) -> None:
    """Raise TypeError for an option that there is not: a misspelt ``schema`` must not leave a query without one."""
    for name in options.keys() - known.__annotations__.keys():
        raise TypeError(f"there is no option {name!r}; there are {', '.join(known.__annotations__)}")


def resolve(schema: Schema, path: Path, permission: Permission, source: str | None) -> Resolved:
    """The declared field that a path names, if it may be used that way. Raises UnknownFieldError."""
    found = schema.resolve(path)
    if found is not None and getattr(found.field, permission):
        return found
    name = shorten(path_text(path))
    if found is None:
        code, message = "unknown_field", f"there is no field {name}"
    else:
        code, message = f"not_{permission}", f"the field {name} is not {permission}"
    raise located(UnknownFieldError, message, code, path.span, source, schema.suggest(path, permission))


def located(
    kind: type[QlauseError], message: str, code: str, span: Span | None, source: str | None, hint: str | None
) -> QlauseError:
    """An error about a span of a source text, as far as these are known."""
    if span is None or source is None:
        return kind(message, code=code, hint=hint)
    return kind(message, code=code, text=source, offset=span[0], length=span[1] - span[0], hint=hint)


def _clock(options: BindOptions) -> Clock:
    now = options.get("now")
    moment = now() if callable(now) else now or datetime.now(UTC)
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
                return self.located_clause(node)
            case And(items=items):
                return all_of([self.node(each) for each in items])  # each is bound, even behind one that decides all
            case Or(items=items):
                return any_of([self.node(each) for each in items])
            case Not(item=item):
                return complement(self.node(item))
            case _:
                assert_never(node)

    def located_clause(self, clause: Clause) -> bound.Node:
        try:
            return self.clause(clause)
        except QlauseError:
            if clause.source is not None:
                raise
        # A clause that was built in code has no text: its canonical one shows where the error is.
        return self.clause(next(parse(str(clause), limits=_GENEROUS).clauses()))

    def clause(self, clause: Clause) -> bound.Node:
        field, targets = self.targets(clause)
        reached = any_of(bound.Reached(target) for target in targets)
        parts: list[bound.Node] = []
        of_one_value: list[Test] = []
        for test in clause.test.items if isinstance(clause.test, Or) else (clause.test,):
            match test:
                case Exists() | Missing() | Null():
                    self.allow(clause, test, "presence", field)
                    parts.append(reached if isinstance(test, Exists) else complement(reached))
                    if isinstance(test, Null) and (field is None or field.nullable):
                        parts += [bound.Some(target, bound.IsNull()) for target in targets]
                case _:
                    of_one_value.append(test)
        bound_test = self.any_test(clause, of_one_value, field)
        if bound_test != bound.Any(()):
            parts += [bound.Some(target, bound_test) for target in targets]
        return any_of(parts)

    def targets(self, clause: Clause) -> tuple[Field | None, list[Target]]:
        """The declared field and the stored paths that a clause is about: several for a field of all languages."""
        place = None if clause.source is None or clause.path.span is None else (clause.source, clause.path.span)
        if self.schema is None:
            return None, [Target(clause.path.segments, place=place)]
        found = resolve(self.schema, clause.path, "filterable", clause.source)
        field = found.field
        if not found.localized:
            return field, [found.target(place=place)]
        if self.language is not None:
            spoken = Path((*clause.path.segments, self.language), clause.path.span)
            return field, [resolve(self.schema, spoken, "filterable", clause.source).target(place=place)]
        if not field.languages:
            name = shorten(path_text(clause.path))
            message, hint = f"the field {name} has a value in each language", f"name one, as in {name}.en"
            raise located(UnknownFieldError, message, "language_needed", clause.path.span, clause.source, hint)
        return field, [found.target(language, place) for language in field.languages]

    def test(self, clause: Clause, test: Test, field: Field | None) -> bound.BoundTest:
        match test:
            case And(items=items):
                return all_of([self.test(clause, each, field) for each in items])
            case Or(items=items):
                return self.any_test(clause, items, field)
            case Not(item=item):
                return complement(self.test(clause, item, field))
            case Equals(literal=literal):
                self.allow(clause, test, "equals", field)
                return self.read(clause, literal, None, field)
            case Compare(comparator=comparator, literal=literal):
                self.allow(clause, test, "compare", field)
                return self.read(clause, literal, comparator, field)
            case Contains(text=text, starts=starts, ends=ends):
                self.allow(clause, test, "starts_with" if starts else "ends_with" if ends else "contains", field)
                folded = field is None or not field.case_sensitive
                return bound.ContainsText(fold(text) if folded else text, starts, ends, folded)
            case _:
                raise AssertionError(f"a clause cannot hold {test!r} here: its constructor refuses that")

    def any_test(self, clause: Clause, tests: Sequence[Test], field: Field | None) -> bound.BoundTest:
        """The tests or'ed, all plain values of one kind as one leaf: a list is one look-up, however long."""
        values: dict[bound.Kind, dict[bound.Constant, None]] = {}
        others: list[bound.BoundTest] = []
        for test in tests:
            found = self.test(clause, test, field)
            for leaf in found.items if isinstance(found, bound.Any) else (found,):
                if isinstance(leaf, bound.OneOf) and not leaf.negated:
                    values.setdefault(leaf.kind, {}).update(dict.fromkeys(leaf.values))
                else:
                    others.append(leaf)
        return any_of([*(bound.OneOf(kind, tuple(found)) for kind, found in values.items()), *others])

    def read(
        self, clause: Clause, literal: Literal, comparator: Comparator | None, field: Field | None
    ) -> bound.BoundTest:
        try:
            ways = list(readings(literal, comparator, field, self.clock))
        except UnreadableError as problem:
            message = f'"{shorten(literal.text)}" {problem.message}'
            if field is not None:
                message = f"the field {shorten(path_text(clause.path))} is of type {field.type}, and {message}"
            raise located(ValueReadingError, message, "value", literal.span, clause.source, problem.hint) from None
        return any_of(all_of(_leaf(reading) for reading in way) for way in ways)

    def allow(self, clause: Clause, test: _Leaf, operator: Operator, field: Field | None) -> None:
        if field is None or operator in field.allowed:
            return
        name = shorten(path_text(clause.path))
        message = f"the field {name} of type {field.type} does not take {_OPERATORS[operator]}"
        known = [words for each, words in _OPERATORS.items() if each in field.allowed]
        hint = f"it takes {', '.join(known)}" if known else None
        raise located(OperatorNotAllowedError, message, "operator_not_allowed", test.span, clause.source, hint)


def _leaf(reading: Reading) -> bound.BoundTest:
    if reading.comparator is None:
        return bound.OneOf(reading.kind, (reading.value,))
    return bound.Compare(reading.kind, reading.comparator, reading.value)
