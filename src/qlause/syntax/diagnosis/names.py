"""Slips in field names, and in the lists of them that ``sort`` and ``fields`` are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ...errors import QuerySyntaxError, did_you_mean, shorten
from .context import Case, shown_name, shown_test

if TYPE_CHECKING:
    from ..actions import Builder
    from ..nodes import Span

__all__ = ["OTHER_QUOTES", "bad_name", "bad_segment", "blank_before_colon", "lost_plus", "name_at", "sort_and_fields"]

OTHER_QUOTES: Final = "'`´‘’‚“”„«»‹›"
_FIELD: Final = re.compile(r'(?:[^\s"().,:]+|"(?:[^"\\]|\\.)*")(?:\.(?:[^\s"().,:]+|"(?:[^"\\]|\\.)*"))*')
_BELOW: Final = "leave the brackets out; what lies below a field is written with a dot, as in a.b"
_INDEX: Final = re.compile(r"\[[0-9]*\]")
_DATE_END: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_TIME: Final = re.compile(r"[0-9]{2}:[0-9]{2}[^ \t\r\n()\",]*")
_TIME_END: Final = re.compile(r"T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?\Z")
_OFFSET: Final = re.compile(r"[0-9]{2}(?::?[0-9]{2})?(?![^ \t\r\n()])")
_DATE_MATH_END: Final = re.compile(r"(?:\A|[:>=<(])now(?:[-+/][0-9smhdwMy]+)*\Z")
_DATE_MATH_PART: Final = re.compile(r"[0-9]+[smhdwMy](?![^ \t\r\n()/+-])")


def name_at(case: Case, at: int) -> str:
    """The field name that starts at a place, quoted segments included; empty where there is none."""
    name = _FIELD.match(case.text, at)
    return name.group() if name else ""


def bad_segment(problem: str, span: Span, builder: Builder) -> QuerySyntaxError:
    """The error for a part of a path that no document can be asked for."""
    case = Case(builder.text, span[0], (), builder)
    lost = lost_plus(case) or _blank_in_time(case)
    if lost is not None:
        return lost
    digits = builder.text[span[0] : span[1]].strip('"').isdecimal()
    hint = "an array is entered without an index, as in items.name:x" if digits else None
    if digits and _before_blank(case)[0] and builder.text[span[1] : span[1] + 1] == ":":
        hint = "put quotes around a text with blanks in it"
    return case.error("path_segment", problem, hint, length=span[1] - span[0])


def lost_plus(case: Case) -> QuerySyntaxError | None:
    """A + that a URL turned into a blank, in a time zone's offset or in date math."""
    value, at = _before_blank(case)
    offset = _TIME_END.search(value) and _OFFSET.match(case.text, case.at)
    math = _DATE_MATH_END.search(value) and _DATE_MATH_PART.match(case.text, case.at)
    if not (offset or math):
        return None
    return case.error(
        "lost_plus",
        'a "+" seems to have become a blank on its way through the URL',
        "write the + of a URL parameter as %2B",
        at=at,
    )


def _blank_in_time(case: Case) -> QuerySyntaxError | None:
    value, at = _before_blank(case)
    date, time = _DATE_END.search(value), _TIME.match(case.text, case.at)
    if not (date and time):
        return None
    hint = f"write {shorten(date.group())}T{shorten(time.group())}"
    return case.error("blank_in_time", "a T stands between date and time, no blank", hint, at=at)


def _before_blank(case: Case) -> tuple[str, int]:
    """The end of what stands before the blank before this place, and where the blank is; empty without a blank."""
    before = case.text[max(0, case.at - 80) : case.at]
    value = before.rstrip(" \t\r\n")
    return ("", case.at) if value == before else (value, case.at - len(before) + len(value))


def blank_before_colon(case: Case, blank: int, colon: int) -> QuerySyntaxError:
    """A field name with a blank between it and its colon."""
    hint = f"write {shown_name(case.text[case.at : blank])}:{shown_test(case.value_at(colon + 1), 'value')}"
    return case.error("blank_before_colon", "no blank stands before the colon", hint, at=blank)


def bad_name(case: Case) -> QuerySyntaxError:
    """A field name with a character that it cannot have, an empty part, or a blank after its colon."""
    name = name_at(case, case.at)
    end = case.at + len(name)
    following = case.text[end : end + 1]
    if not name or following == ".":
        place = end if not name else end + 1
        return case.error(
            "path_segment",
            "a part of a field name is empty",
            "write names with single dots between, as in a.b",
            at=place,
        )
    if following == ":" and case.text[end + 1 : end + 2] in (" ", "\t", "\r", "\n"):
        hint = f"write {shown_name(name)}:{shown_test(case.value_at(end + 1), 'value')}"
        return case.error("blank_after_colon", "no blank stands after the colon", hint, at=end + 1)
    for at in range(case.at, end):
        character = case.text[at]
        if not (character.isalnum() or character in '_."' or (character == "-" and at > case.at)):
            return _bad_character(case, name, at)
    word = case.word(None)
    return case.error(
        "syntax", f'"{shorten(word) or shorten(case.character)}" cannot stand here', length=len(word) or 1
    )


def _bad_character(case: Case, name: str, at: int) -> QuerySyntaxError:
    """A character of a name that only quotes allow: usually another slip is behind it."""
    character = case.text[at]
    if character in OTHER_QUOTES and name.strip(OTHER_QUOTES):
        message, hint = f"{character} is no quote of this language", f'write "{shorten(name.strip(OTHER_QUOTES))}"'
        return case.error("wrong_quotes", message, hint, at=at)
    message = f'a field name cannot hold "{shorten(character)}" without quotes'
    if _INDEX.match(case.text, at):
        hint = "an array is entered without an index, as in items.name:x"
    elif character in "[]{}":
        hint = "leave the brackets out, a query is no JSON: name:x" if case.builder.start == "query" else _BELOW
    else:
        start = max(case.at, case.text.rfind(".", case.at, at) + 1)
        end = case.text.find(".", at, case.at + len(name))
        segment = case.text[start : case.at + len(name) if end < 0 else end]
        hint = f'put quotes around it: "{shorten(segment)}"'
    return case.error("bad_name", message, hint, at=at)


def sort_and_fields(case: Case) -> QuerySyntaxError | None:
    """Slips in ``sort`` and ``fields``; None in a query."""
    if case.builder.start == "query":
        return None
    if "PATH" in case.expected:
        return _empty_part(case) if case.character in (",", "") else _bad_start(case)
    if case.character == "":
        return None
    if case.at == case.last_end:  # a name goes on with what no name can have
        if case.character == ":":
            return case.error("direction_in_fields", "fields take no direction", "leave out what follows the colon")
        if case.character in "()":
            return case.error("syntax", f'"{case.character}" cannot stand here', _BELOW)
        if '"' in (case.character, case.last_text[-1]):
            hint = "put a comma between field names, and a dot between the parts of one"
            return case.error("syntax", f'"{shorten(case.character)}" cannot stand here', hint)
        return bad_name(Case(case.text, case.last_start, case.expected, case.builder))
    word, name = case.word(None), shown_name(case.last_text)
    if case.builder.start == "sort" and did_you_mean(word, ("asc", "desc", "ascending", "descending")):
        hint = f"write {name}:{'desc' if word[:1] in 'dD' else 'asc'}"
        return case.error("missing_colon", "a colon stands before the direction", hint, length=len(word))
    hint = f"write {name},{shown_name(word)}" if word[:1].isalpha() else "put a comma between field names"
    return case.error("missing_comma", "a comma is missing between two field names", hint, length=len(word) or 1)


def _bad_start(case: Case) -> QuerySyntaxError:
    """What cannot start a field name, where one should start."""
    name = shown_name(case.word(None)[1:].partition(":")[0])
    if case.character in "-+" and name != "field" and case.builder.start == "sort":
        hint = f"write {name}:desc" if case.character == "-" else f"write {name}"
        return case.error("sort_sign", f'"{case.character}" cannot stand before a field name', hint)
    if case.word(None) == "*" and case.builder.start == "fields":
        return case.error("bad_name", '"*" is no field name', "leave the parameter out to get every field")
    if case.character in "()":
        return case.error("syntax", f'"{case.character}" cannot stand here', _BELOW)
    return bad_name(case)


def _empty_part(case: Case) -> QuerySyntaxError:
    return case.error(
        "empty_part",
        "a field name is missing here",
        "leave out the comma too many",
        length=int(case.at < len(case.text)),
    )
