"""Mistakes in field names, and in the lists of them that ``sort`` and ``fields`` are."""

from __future__ import annotations

import re
from typing import Final

from ...errors import QuerySyntaxError, did_you_mean, shorten
from .context import OTHER_QUOTES, SEGMENT, ErrorContext, hint_name, hint_test, unexpected_text, wrong_quote
from .foreign import INDEX, is_lost_plus_of_address, parameter_prefix, without_digits

__all__ = [
    "NOT_JSON",
    "bad_name",
    "bad_segment",
    "blank_before_colon",
    "lost_plus",
    "name_at",
    "sort_and_fields",
    "unquoted_character",
]

NOT_JSON: Final = "remove the brackets; a query is written as name:x, not as JSON"
_NESTED: Final = "remove the brackets; write a nested field with a dot, as in a.b"
_FIELD: Final = re.compile(r'(?:[^\s"().,:]+|"(?:[^"\\]|\\.)*")(?:\.(?:[^\s"().,:]+|"(?:[^"\\]|\\.)*"))*')
_OTHER_NAME: Final = "a schema can give a key of digits another name (stored)"
_PATH_BEFORE: Final = re.compile(r"[^\s(),:]*\Z")
_DATE_END: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_TIME: Final = re.compile(r"[0-9]{2}:[0-9]{2}[^ \t\r\n()\",]*")
_TIME_END: Final = re.compile(r"T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?\Z")
_OFFSET: Final = re.compile(r"[0-9]{2}(?::?[0-9]{2})?(?![^ \t\r\n()])")
_DATE_MATH_END: Final = re.compile(r"(?:\A|[:>=<(])now(?:[-+/][0-9smhdwMy]+)*\Z")
_DATE_MATH_PART: Final = re.compile(r"[0-9]+[smhdwMy](?![^ \t\r\n()/+-])")


def name_at(context: ErrorContext, at: int) -> str:
    """The field name at an offset, quoted segments included; empty if there is none."""
    name = _FIELD.match(context.text, at)
    return name.group() if name else ""


def bad_segment(context: ErrorContext, end: int, problem: str) -> QuerySyntaxError:
    """The error for a part of a name, up to ``end``, that no document can have as a key."""
    mistaken = lost_plus(context) or _blank_in_time(context)
    if mistaken is not None:
        return mistaken
    hint = None
    if context.text[context.at : end].strip('"').isdecimal():
        in_time = _before_space(context)[0] and context.text[end : end + 1] == ":"
        hint = "put text that contains spaces in quotes" if in_time else _no_index(context)
    return context.error("path_segment", problem, hint, length=end - context.at)


def unquoted_character(context: ErrorContext, at: int, segment: str) -> QuerySyntaxError:
    """The error for a character of a name that only a quoted name can contain."""
    message = f'a field name cannot contain "{shorten(context.text[at])}" without quotes'
    return context.error("bad_name", message, f'put quotes around it: "{shorten(segment)}"', at=at)


def lost_plus(context: ErrorContext) -> QuerySyntaxError | None:
    """A ``+`` that URL decoding turned into a space, in the offset of a time or in date math."""
    value, at = _before_space(context)
    offset = _TIME_END.search(value) and _OFFSET.match(context.text, context.at)
    math = _DATE_MATH_END.search(value) and _DATE_MATH_PART.match(context.text, context.at)
    if not (offset or math or is_lost_plus_of_address(context)):
        return None
    return context.error("lost_plus", "a '+' in the URL probably became a space", "write + as %2B in the URL", at=at)


def _blank_in_time(context: ErrorContext) -> QuerySyntaxError | None:
    value, at = _before_space(context)
    date, time = _DATE_END.search(value), _TIME.match(context.text, context.at)
    if not (date and time):
        return None
    hint = f"write {shorten(date.group())}T{shorten(time.group())}"
    return context.error("blank_in_time", "date and time are separated by T, not by a space", hint, at=at)


def _before_space(context: ErrorContext) -> tuple[str, int]:
    """The text before the whitespace before this place, and where that begins; empty text if there is none."""
    before = context.text[max(0, context.at - 80) : context.at]
    value = before.rstrip(" \t\r\n")
    return ("", context.at) if value == before else (value, context.at - len(before) + len(value))


def _no_index(context: ErrorContext) -> str:
    before = _PATH_BEFORE.search(context.text, max(0, context.at - 80), context.at)
    segments = SEGMENT.findall(name_at(context, before.start() if before else context.at))
    rest = without_digits(segments)
    if rest in ("", "field") or "…" in rest:
        return _OTHER_NAME
    if context.start == "sort":
        return f"a sort does not look into arrays; {_OTHER_NAME}"
    if context.start == "fields":
        return f"arrays take no index: {rest} keeps that of every element"
    return f"arrays take no index: write {rest}:x, for any element; {_OTHER_NAME}"


def blank_before_colon(context: ErrorContext, space: int, colon: int) -> QuerySyntaxError:
    """A field name with a space between it and its colon."""
    name = hint_name(context.text[context.at : space])
    hint = f"write {name}:{hint_test(context.value_at(colon + 1), 'value')}"
    return context.error("blank_before_colon", "remove the space before ':'", hint, at=space)


def bad_name(context: ErrorContext) -> QuerySyntaxError:
    """A field name with an empty part or a character that needs quotes, or with a space after its colon."""
    name = name_at(context, context.at)
    end = context.at + len(name)
    following = context.text[end : end + 1]
    if not name or following == ".":
        return context.error(
            "path_segment",
            "a part of a field name is empty",
            "separate the parts of a name with single dots, as in a.b",
            at=end + 1 if name else end,
        )
    if following == ":" and context.text[end + 1 : end + 2] in (" ", "\t", "\r", "\n"):
        hint = f"write {hint_name(name)}:{hint_test(context.value_at(end + 1), 'value')}"
        return context.error("blank_after_colon", "remove the space after ':'", hint, at=end + 1)
    prefix = parameter_prefix(context)
    for at in range(context.at, end):
        character = context.text[at]
        if prefix is not None and character in "=?&":
            return context.error("bad_name", "this is the name of a parameter, not of a field", prefix, at=at)
        if not (character.isalnum() or character in '_."' or (character == "-" and at > context.at)):
            return _bad_character(context, name, at)
    return unexpected_text(context)


def _bad_character(context: ErrorContext, name: str, at: int) -> QuerySyntaxError:
    """A character of a name that only quotes allow. Usually the mistake is another one."""
    character = context.text[at]
    if character in OTHER_QUOTES and name.strip(OTHER_QUOTES):
        hint = f'write "{shorten(name.strip(OTHER_QUOTES))}"'
        return context.error("wrong_quotes", wrong_quote(character), hint, at=at)
    start = max(context.at, context.text.rfind(".", context.at, at) + 1)
    end = context.text.find(".", at, context.at + len(name))
    if character == "*" and context.start == "fields" and start == at and at > context.at:
        hint = f"write {hint_name(context.text[context.at : at - 1])}: it returns everything below it"
        return context.error("bad_name", "'*' is not a field name", hint, at=at)
    error = unquoted_character(context, at, context.text[start : context.at + len(name) if end < 0 else end])
    if INDEX.match(context.text, at):
        error.hint = _no_index(context)
    elif character in "[]{}":
        error.hint = NOT_JSON if context.start == "query" else _NESTED
    return error


def sort_and_fields(context: ErrorContext) -> QuerySyntaxError | None:
    """Mistakes in ``sort`` and ``fields``; None in a query."""
    if context.start == "query":
        return None
    if "PATH" in context.expected:
        return _empty_part(context) if context.character in (",", "") else _bad_start(context)
    if context.character == "":
        return None
    if context.at == context.last_end:  # a character that no name can contain follows a name
        if context.character == ":":
            message = "fields takes names without a direction"
            return context.error("direction_in_fields", message, "remove ':' and what follows it")
        if context.character in "()":
            return context.error("syntax", f"unexpected '{context.character}'", _NESTED)
        if '"' in (context.character, context.last_text[-1]):
            hint = "separate field names with commas, and the parts of a name with dots"
            return context.error("syntax", f"unexpected '{shorten(context.character)}'", hint)
        return bad_name(context.moved(context.last_start))
    word, name = context.word(None), hint_name(context.last_text)
    if context.start == "sort" and did_you_mean(word, ("asc", "desc", "ascending", "descending")):
        hint = f"write {name}:{'desc' if word[:1] in 'dD' else 'asc'}"
        return context.error("missing_colon", "a ':' is missing before the direction", hint, length=len(word))
    hint = f"write {name},{hint_name(word)}" if word[:1].isalpha() else "put a comma between field names"
    return context.error("missing_comma", "a comma is missing between two field names", hint, length=len(word) or 1)


def _bad_start(context: ErrorContext) -> QuerySyntaxError:
    """A character that cannot start a field name, where one should start."""
    name = hint_name(context.word(None)[1:].partition(":")[0])
    if context.character in "-+" and name != "field" and context.start == "sort":
        hint = f"write {name}:desc" if context.character == "-" else f"write {name}"
        return context.error("sort_sign", f"'{context.character}' is not allowed before a field name", hint)
    if context.word(None) == "*" and context.start == "fields":
        return context.error("bad_name", "'*' is not a field name", "leave out the parameter to get every field")
    if context.character == "-" and name != "field" and context.start == "fields":
        hint = f"fields lists what to return: leave {name} out, and name the others"
        return context.error("bad_name", "'-' is not allowed before a field name", hint)
    if context.character in "()":
        return context.error("syntax", f"unexpected '{context.character}'", _NESTED)
    return bad_name(context)


def _empty_part(context: ErrorContext) -> QuerySyntaxError:
    return context.error(
        "empty_part",
        "a field name is missing here",
        "remove the extra comma",
        length=int(context.at < len(context.text)),
    )
