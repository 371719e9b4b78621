"""Every error code: its class, its cause and its remedy. ``docs/errors.md`` is made of this table.

A code never changes its meaning. A new error is a new row here; a test holds the rows and the source together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from . import (
    CursorError,
    LimitExceededError,
    OperatorNotAllowedError,
    ParameterError,
    QlauseError,
    QuerySyntaxError,
    RequestError,
    UnknownFieldError,
    UnsupportedError,
    ValueReadingError,
)

__all__ = ["CODES", "ErrorCode"]


class ErrorCode(NamedTuple):
    """One kind of error."""

    code: str
    error: type[QlauseError]
    cause: str
    """What went wrong, in one sentence. Text of the language is in backquotes."""
    remedy: str
    """What to do, in one sentence."""


_ROWS: Final[Mapping[type[QlauseError], Mapping[str, tuple[str, str]]]] = {
    QuerySyntaxError: {
        "syntax": ("The text is not in the language at this place.", "Read the message, which says what can follow."),
        "missing_colon": (
            "A field has no `:`, a value no field, or a direction no `:`.",
            "Write `name:value`, `name:exists` or, in a sort, `name:desc`.",
        ),
        "blank_after_colon": ("A space follows a colon: `name: x`.", "Remove it: `name:x`."),
        "blank_before_colon": ("A space precedes a colon: `name :x`.", "Remove it: `name:x`."),
        "blank_before_parenthesis": (
            "A space follows elemMatch: `lines:elemMatch (sku:x)`.",
            "Remove it: `lines:elemMatch(sku:x)`.",
        ),
        "no_size": (
            "Inside `size(…)` stands something else than whole numbers from 0: `tags:size(many)`.",
            "Write `tags:size(3)`, `tags:size(>=2)` or `tags:size(>=1 AND <5)`.",
        ),
        "missing_value": ("A value is missing.", 'Write one; an empty text is `""`.'),
        "missing_clause": ("A clause is missing beside AND or OR, or before `)`.", "Write one, or remove the keyword."),
        "missing_blank": ('Two clauses touch: `a:"x"b:1`, `a:1(b:2)`.', "Put a space, AND or OR between them."),
        "missing_comma": ("Two values or two paths have no comma between them.", "Add the comma."),
        "unexpected_end": ("The text ends too early.", "Write the rest."),
        "unquoted_text": ("A text of several words has no quotes: `name:John Smith`.", 'Write `name:"John Smith"`.'),
        "wrong_quotes": ('Several words are in other quotes than `"`.', 'Write straight double quotes: `"…"`.'),
        "quote_in_word": ('A word has a quote in it: `5"`, and more follows.', 'Quote all of it, with `\\"` inside.'),
        "quote_in_text": ('A quoted text has a quote in it: `a:"5" nail"`.', 'Write `\\"` for a quote inside a text.'),
        "unclosed_quote": ("A quote is never closed.", 'Write `"` at its end.'),
        "unclosed_parenthesis": ("A parenthesis is never closed.", "Write `)` at its end."),
        "unmatched_parenthesis": ("A `)` closes nothing.", "Remove it, or open it."),
        "list_without_parentheses": ("A list has no parentheses: `a:1,2`.", "Write `a:(1,2)`."),
        "equals_sign": ("An equals sign follows a colon: `a:=x`.", "Write `a:x`."),
        "negation": ("A `!` or `-` is used for NOT: `a:!x`, `-a:x`.", "Write `NOT a:x`."),
        "symbol_operator": ("A symbol is used for AND or OR: `&&`, `||`.", "Write AND or OR."),
        "keyword_case": ("A keyword is not in capitals: `and`, `or`, `not`.", "Write AND, OR or NOT."),
        "reserved_word": ("A keyword is used as a value.", 'Quote it if the word is meant: `"AND"`.'),
        "reserved_name": (
            "`compoundLogicalQuery:` has no clauses in parentheses.",
            "Write `compoundLogicalQuery:((a:1) OR (b:2))`.",
        ),
        "presence_in_group": (
            "`exists`, `missing` or `null` is under AND or NOT inside the parentheses of a field.",
            "Make it a clause of its own: `NOT a:null`.",
        ),
        "empty_contains": ("Nothing follows `~`.", "Write a text, or `name:exists`."),
        "bad_escape": ("A quoted text has an escape that JSON does not know.", "Write `\\\\` for a backslash."),
        "control_character": (
            "A control character, or another space than the plain one, is outside quotes.",
            "Use a plain space, or write `\\uXXXX` inside quotes.",
        ),
        "surrogate": ("The text has half of a surrogate pair.", "Send valid UTF-8, or write both halves."),
        "lost_plus": ("The `+` of an offset became a space on its way in a URL.", "Send it as `%2B`."),
        "blank_in_time": ("A date-time has a space: `2024-01-01 10:00`.", "Write `2024-01-01T10:00`."),
        "bad_name": ("A field name has a character that needs quotes.", "Quote that part of the name."),
        "clause_as_value": (
            "Clauses are inside the parentheses of a field: `items:(name:x AND stock:>1)`.",
            "Write `items:elemMatch(name:x AND stock:>1)`, or put the texts in quotes.",
        ),
        "path_segment": ("A part of a path is empty or made of digits only.", "Write single dots and no indexes."),
        "empty_part": ("A part of `sort` or `fields` is empty: `a,,b`.", "Remove the comma."),
        "duplicate_path": ("A `sort` names a field twice.", "Name each field once."),
        "sort_sign": ("A field of a `sort` has a sign: `-a`.", "Write `a:desc`."),
        "sort_direction": ("A sort direction is not known, and the API is strict.", "Write `asc` or `desc`."),
        "direction_in_fields": ("A field of `fields` has a direction: `a:desc`.", "Write `a`."),
    },
    UnknownFieldError: {
        "unknown_field": ("The API has no such field.", "Use the field that the hint names, if there is one."),
        "not_in_element": (
            "Inside elemMatch, a field is declared below the array but stored elsewhere.",
            "Ask about it in a clause of its own.",
        ),
        "not_filterable": ("The field cannot be filtered by.", "Use another field."),
        "not_sortable": ("The field cannot be sorted by.", "Use another field."),
        "not_projectable": ("The field is not given out.", "Use another field."),
        "language_needed": ("A localized field is named without a language.", "Name one: `name.en`."),
    },
    ValueReadingError: {
        "value": (
            "A value cannot be read as the type of its field, or means nothing after its comparator.",
            "Write it as the hint shows.",
        ),
    },
    OperatorNotAllowedError: {
        "operator_not_allowed": ("The field does not take this operator.", "Use one that the hint lists."),
        "not_ordered": ("The sort names an array or an object, which has no order.", "Sort by a field inside it."),
    },
    LimitExceededError: {
        "limit_length": ("The text is too long.", "Send a shorter one."),
        "limit_depth": ("Too many parentheses or NOTs surround one test.", "Nest less deeply."),
        "limit_tests": ("The query has too many tests.", "Use fewer, or a list of values, which is one test."),
        "limit_list": ("A list has too many members.", "Send several requests."),
        "limit_path": ("A path has too many segments.", "Use a shorter path."),
        "limit_contains": ("The text after `~` is too long.", "Use a shorter text."),
        "limit_cost": (
            "The request costs an engine too much: its tests, times languages, times parts of a path.",
            "Use fewer tests, or a list of values, which is one test; name one language.",
        ),
        "limit_characters": (
            "The request's values would be written too often: once for each language and each part of a path.",
            "Use fewer or shorter values; name one language.",
        ),
    },
    CursorError: {
        "cursor": (
            "The text is not a cursor that this service made, or it was changed.",
            "Ask for the first page again.",
        ),
        "cursor_sort": ("The cursor was made for another sort.", "Ask for the first page again."),
        "cursor_value": (
            "The cursor holds a value that has no place in this sort.",
            "Ask for the first page again, or sort by another field.",
        ),
    },
    ParameterError: {
        "unknown_parameter": (
            "The endpoint has no parameter of this name.",
            "Use one that the hint lists; what is not known is refused, so that nothing widens a result.",
        ),
        "repeated_parameter": ("A parameter comes twice.", "Send it once."),
        "parameter_value": ("A parameter is not one of the values that it takes.", "Send one that the message names."),
        "parameter_conflict": (
            "Two parameters cannot stand together, such as a page number and a cursor.",
            "Send one of the two.",
        ),
        "page_offset": (
            "A page begins after more documents than the endpoint skips.",
            "Narrow the query, or go on from a cursor.",
        ),
    },
    RequestError: {
        "request": ("Parameters of a request are refused; `errors` says which.", "Read the error of each parameter."),
    },
    UnsupportedError: {
        "too_many_sizes": (
            "MongoDB knows no least or greatest number of elements: a filter names each, and this one too many.",
            "Ask for fewer numbers, as in `tags:size(<100)`.",
        ),
        "rows_not_counted": (
            "`size(…)` or `empty()` asks about an array whose elements are rows of another table.",
            "Ask for one row, as in `lines:exists` or `lines:elemMatch(name:empty())`.",
        ),
        "array_in_array": (
            "MongoDB cannot tell an array inside an array from an object that lacks the fields of an elemMatch.",
            "Declare the array in the schema, which promises objects, or ask for a field that is there.",
        ),
        "no_native_type": (
            "A field is declared as stored natively, but JSON, or the engine, has no such type.",
            "Declare as what text it is stored, or leave `storage` out.",
        ),
        "not_ordered": (
            "A page or a sort in SQL uses a field of several values, or a primary key of a type without an order.",
            "Sort by another field, or name another `unique` field.",
        ),
        "too_deep": ("The engine does not take conditions that are nested so deeply.", "Ask for less in one request."),
        "too_long": ("The engine does not take a statement of this length.", "Ask for less in one request."),
        "related_rows": (
            "`fields` asks for related rows, which are no columns of the table.",
            "Leave it out of `fields`, and read those rows with a query of their own.",
        ),
        "no_structs": (
            "A column is declared as a path in structs, which qlause knows for Spark only.",
            "Declare the field as a column, or as keys in the JSON of one.",
        ),
        "key": (
            "MongoDB cannot be asked for a key with a dot or a leading `$`.",
            "Declare the field with `stored` under another key.",
        ),
        "date": (
            "A field is declared as a native date, and MongoDB stores no date without a time.",
            "Declare its storage as text, or its type as date-time.",
        ),
        "nulls": (
            "MongoDB cannot sort missing and null anywhere but first ascending and last descending.",
            "Leave the option `nulls` out.",
        ),
        "sort_keys": ("MongoDB sorts by at most 32 fields, the unique one included.", "Sort by fewer fields."),
        "instant_text": (
            "MongoDB cannot sort a date-time by time where it may be text of any length.",
            "Declare its storage: native, seconds, milliseconds or microseconds.",
        ),
        "hidden": (
            "MongoDB cannot give an open object without the hidden fields in it, nor a document without any field.",
            "Ask for the fields below the object.",
        ),
        "depth": ("MongoDB takes no query that is nested so deeply.", "Nest less deeply."),
        "alternatives": (
            "A test of one value combines too many alternatives for MongoDB.",
            "Write fewer ORs under one AND inside the parentheses.",
        ),
        "patterns": (
            "MongoDB cannot be asked for so many texts in one value.",
            "Write clauses, `name:~a name:~b`, which are about any value.",
        ),
        "pattern_length": ("The texts make a longer pattern than MongoDB takes.", "Use fewer or shorter texts."),
        "no_dialect": ("The connection is to a database that qlause has no SQL for.", "Use one that the hint lists."),
        "time_zone": (
            "Django is set to keep date-times in another zone than UTC.",
            "Take `TIME_ZONE` out of `DATABASES`.",
        ),
        "csv_number": (
            "With `--text`, the command line compares a number with a cell of CSV, which is text.",
            "Leave `--text` out, or declare the column with `--type` or `--schema`.",
        ),
    },
}
CODES: Final[tuple[ErrorCode, ...]] = tuple(
    ErrorCode(code, error, cause, remedy) for error, rows in _ROWS.items() for code, (cause, remedy) in rows.items()
)
"""Every error code. ``not_ordered`` is of two classes: of a field itself, and of what an engine makes of it."""
