"""What SEMANTICS says, once more, as slowly and plainly as can be: on the AST, one test and one value at a time.

It shares no code with qlause but the records of the AST and of the schema, so that where it agrees with the predicate,
the sort key and the projector, both have read the rules the same way. Rule numbers are those of SEMANTICS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from qlause import Field, Query
from qlause.syntax.nodes import (
    And,
    Clause,
    Compare,
    Contains,
    ElemMatch,
    Equals,
    Exists,
    HasSize,
    IsEmpty,
    Missing,
    Node,
    Not,
    Null,
    Or,
    Path,
    Test,
    WholeTest,
)

from .reference_values import Request, UnreadableError, fold, holds

Keys: TypeAlias = tuple[str, ...]
TEXT_OPERATORS = {"equals", "contains", "starts_with", "ends_with", "presence"}
ARRAY_OPERATORS = {"size", "empty"}
OPERATORS = {
    "string": TEXT_OPERATORS | {"compare", "empty"},
    "localized": TEXT_OPERATORS | {"compare", "empty"},
    "any": TEXT_OPERATORS | {"compare"} | ARRAY_OPERATORS,
    "enum": TEXT_OPERATORS,
    "integer": {"equals", "compare", "presence"},
    "number": {"equals", "compare", "presence"},
    "date-time": {"equals", "compare", "presence"},
    "date": {"equals", "compare", "presence"},
    "time": {"equals", "compare", "presence"},
    "boolean": {"equals", "presence"},
    "uuid": {"equals", "presence"},
    "objectid": {"equals", "presence"},
    "object": {"presence", "empty"},
}


def selects(query: Query, document: Any, request: Request) -> bool:
    """Whether the query selects the document. Only for a query without refusals."""
    return query.root is None or node_holds(query.root, document, request)


def node_holds(node: Node, document: Any, request: Request, above: Keys = ()) -> bool:
    """``above`` is the path of the array whose element the document is (rule 23)."""
    if isinstance(node, And):
        return all(node_holds(each, document, request, above) for each in node.items)
    if isinstance(node, Or):
        return any(node_holds(each, document, request, above) for each in node.items)
    if isinstance(node, Not):
        return not node_holds(node.item, document, request, above)
    if isinstance(node.test, ElemMatch):
        return element_holds(node, node.test, document, request, above)
    field, places = located(Path(above + node.path.segments), "filterable", request)
    start = len(place_of(above, request))
    values = [value for keys in places for value in values_at(document, keys[start:])]
    if isinstance(node.test, (HasSize, IsEmpty)):
        return any(whole_holds(node.test, value, field) for value in values)
    return clause_holds(node.test, values, field, request)


def place_of(path: Keys, request: Request) -> Keys:
    """Where an array is stored."""
    declared = {known.segments: field.stored for known, field in request.schema or ()}
    return tuple(declared.get(path) or path)


def element_holds(clause: Clause, test: ElemMatch, document: Any, request: Request, above: Keys) -> bool:
    """Rule 23: some object, in an array or without one, meets a query of its own."""
    whole = above + clause.path.segments
    keys = place_of(whole, request)[len(place_of(above, request)) :]
    for value in values_at(document, keys):
        for element in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(element, Mapping) and node_holds(test.node, element, request, whole):
                return True
    return False


def whole_holds(test: HasSize | IsEmpty, value: Any, field: Field) -> bool:
    """Rule 25, about one value that is reached. What is declared as a text is one."""
    is_array = isinstance(value, (list, tuple))
    if isinstance(test, IsEmpty):
        if field.type in ("string", "localized") and not field.array:
            return isinstance(value, str) and value == ""
        return (is_array or isinstance(value, (str, Mapping))) and len(value) == 0
    return is_array and number_passes(test.test, len(value))


def number_passes(test: Test, number: int) -> bool:
    if isinstance(test, And):
        return all(number_passes(each, number) for each in test.items)
    if isinstance(test, Or):
        return any(number_passes(each, number) for each in test.items)
    if isinstance(test, Not):
        return not number_passes(test.item, number)
    assert isinstance(test, (Equals, Compare))
    other = int(test.literal.text)
    outcomes = {">": number > other, ">=": number >= other, "<": number < other, "<=": number <= other}
    return outcomes[test.comparator] if isinstance(test, Compare) else number == other


def clause_holds(test: Test, values: list[Any], field: Field, request: Request) -> bool:
    """Rules 4, 10 and 11: about the values that are reached, and the candidates among and in them (rule 3)."""
    candidates = [each for value in values for each in (value if isinstance(value, (list, tuple)) else [value])]
    if isinstance(test, Or):
        return any(clause_holds(each, values, field, request) for each in test.items)
    if isinstance(test, Exists):
        return len(values) > 0
    if isinstance(test, Missing):
        return len(values) == 0
    if isinstance(test, Null):
        return len(values) == 0 or (field.nullable and any(each is None for each in candidates))
    return any(passes(test, each, field, request) for each in candidates)


def passes(test: Test, value: Any, field: Field, request: Request) -> bool:
    """Whether one candidate passes (rule 5)."""
    if isinstance(test, And):
        return all(passes(each, value, field, request) for each in test.items)
    if isinstance(test, Or):
        return any(passes(each, value, field, request) for each in test.items)
    if isinstance(test, Not):
        return not passes(test.item, value, field, request)
    if isinstance(test, Contains):
        return isinstance(value, str) and contains(test, value, not field.case_sensitive)
    if isinstance(test, Equals):
        return holds(value, ":", test.literal, field, request)
    assert isinstance(test, Compare)
    return holds(value, test.comparator, test.literal, field, request)


def values_at(document: Any, keys: tuple[str, ...]) -> list[Any]:
    """Rule 2."""
    found = [document]
    for number, key in enumerate(keys):
        entered: list[Any] = []
        for value in found:
            entered += list(value) if number > 0 and isinstance(value, (list, tuple)) else [value]
        found = [value[key] for value in entered if isinstance(value, Mapping) and key in value]
    return found


def contains(test: Contains, value: str, folded: bool) -> bool:
    text, needle = (fold(value), fold(test.text)) if folded else (value, test.text)
    places = [at for at in range(len(text) - len(needle) + 1) if text[at : at + len(needle)] == needle]
    if test.starts and test.ends:
        return text == needle
    if test.starts:
        return 0 in places
    return len(text) - len(needle) in places if test.ends else len(places) > 0


# ── fields and what may be done with them ────────────────────────────────────────────────────────────────────────────


def located(path: Path, permission: str, request: Request) -> tuple[Field, list[tuple[str, ...]]]:
    """The field that a path names and the stored paths it stands for; none where the path is refused (17, 19)."""
    keys, schema = path.segments, request.schema
    if schema is None:
        return Field(), [keys]
    for known, field in schema:
        stored = known.segments if field.stored is None else tuple(field.stored)
        below = keys[len(known.segments) :]
        if keys[: len(known.segments)] != known.segments:
            continue
        languages = field.languages or ((below[0],) if len(below) == 1 else ())
        allowed = getattr(field, permission)
        if field.type == "localized" and not below:
            spoken = field.languages if request.language is None else (request.language,)
            if field.languages and request.language not in (None, *field.languages):
                spoken = ()
            return field, [(*stored, language) for language in spoken] if allowed else []
        if field.type == "localized" and len(below) == 1 and below[0] in languages:
            return field, [stored + below] if allowed else []
        if not below:
            return field, [stored] if allowed else []
        if field.open:
            return Field(array=True, ignore_case=field.ignore_case, case_sensitive=field.case_sensitive), (
                [stored + below] if allowed else []
            )
    return Field(), []


def refusals(query: Query, request: Request) -> set[str]:
    """What is wrong with a query that parses: "field", "operator" and "value" (rules 15 to 17)."""
    found: set[str] = set()
    for clause, above in [] if query.root is None else whole_clauses(query.root):
        if isinstance(clause.test, ElemMatch):
            continue
        field, places = located(Path(above + clause.path.segments), "filterable", request)
        if not places or not field.public:  # what a client can do nothing with, it does not know
            found.add("field")
            continue
        known = OPERATORS[field.type] | (ARRAY_OPERATORS if field.array or field.open else set())
        for test in leaves(clause.test):
            if operator(test) not in (known if field.operators is None else field.operators):
                found.add("operator")
            elif isinstance(test, (Equals, Compare)):
                try:
                    holds(None, test.comparator if isinstance(test, Compare) else ":", test.literal, field, request)
                except UnreadableError:
                    found.add("value")
    return found


def whole_clauses(node: Node, above: Keys = ()) -> Iterator[tuple[Clause, Keys]]:
    """Each clause, with the path of the array whose element it is about."""
    if isinstance(node, (And, Or)):
        for item in node.items:
            yield from whole_clauses(item, above)
    elif isinstance(node, Not):
        yield from whole_clauses(node.item, above)
    else:
        yield node, above
        if isinstance(node.test, ElemMatch):
            yield from whole_clauses(node.test.node, above + node.path.segments)


def leaves(whole: Test | WholeTest) -> Iterator[Test | WholeTest]:
    tests: list[Test | WholeTest] = [whole]
    while tests:
        test = tests.pop()
        if isinstance(test, (And, Or)):
            tests += test.items
        elif isinstance(test, Not):
            tests.append(test.item)
        else:
            yield test


def operator(test: Test | WholeTest) -> str:
    if isinstance(test, Contains):
        return "starts_with" if test.starts else "ends_with" if test.ends else "contains"
    names: dict[type, str] = {Equals: "equals", Compare: "compare", HasSize: "size", IsEmpty: "empty"}
    return names.get(type(test), "presence")
