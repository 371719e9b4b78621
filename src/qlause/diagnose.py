"""Why a text is not in the language: the error for the place where the parser could not go on.

Nothing here runs for a text that parses. Every look goes forward or back over the text once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Final

from .errors import QuerySyntaxError, did_you_mean, shorten

if TYPE_CHECKING:
    from .ast import Span
    from .build import Builder

__all__ = ["bad_segment", "unexpected"]

_IN_WORDS: Final = {
    "FIELD": 'a field with ":"',
    "PATH": "a field name",
    "QUOTED": "quoted text",
    "BARE": "a word",
    "PHRASE": "text",
    "PRESENCE": "exists, missing or null",
    "TILDE": '"~"',
    "COMPARE": '">", ">=", "<" or "<="',
    "LPAR": '"("',
    "RPAR": '")"',
    "COMMA": '","',
    "AND": "AND",
    "OR": "OR",
    "NOT": "NOT",
    "DIRECTION": '":desc" or ":asc"',
    "$END": "the end",
}
_BLANKS: Final = re.compile(r"[ \t\r\n]*")
_WORD: Final = re.compile(r'[^ \t\r\n"(),]+')
_QUOTED_PART: Final = re.compile(r'(?:[^"\\\x00-\x1f\ud800-\udfff]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*')
_FIELD: Final = re.compile(r'(?:[^\s"().,:]+|"(?:[^"\\]|\\.)*")(?:\.(?:[^\s"().,:]+|"(?:[^"\\]|\\.)*"))*')
_TIME_END: Final = re.compile(r"T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?\Z")
_OFFSET: Final = re.compile(r"[0-9]{2}(?::?[0-9]{2})?(?![^ \t\r\n()])")
_DATE_MATH_END: Final = re.compile(r"(?:\A|[:>=<(])now(?:[-+/][0-9smhdwMy]+)*\Z")
_DATE_MATH_PART: Final = re.compile(r"[0-9]+[smhdwMy](?![^ \t\r\n()/+-])")
_OPERATOR: Final = re.compile("([^<>=!~]+)(>=|<=|[<>~]|!=|==?)([^<>=!~].*)")
_OPERATORS: Final = {">=": ">=", "<=": "<=", ">": ">", "<": "<", "~": "~", "!=": "", "=": "", "==": ""}
_OTHER_QUOTES: Final = "'`´‘’‚“”„«»‹›"
_SYMBOLS: Final = {"&": "AND", "|": "OR"}


def unexpected(text: str, at: int, expected: Collection[str], builder: Builder) -> QuerySyntaxError:
    """The error for ``text[at]`` (or its end), where the grammar could only go on with one of ``expected``."""
    case = _Case(text, at, expected, builder)
    for look in _LOOKS:
        error = look(case)
        if error is not None:
            error.expected = case.words()
            return error
    return case.error("syntax", f'"{case.word() or text[at]}" cannot stand here', length=len(case.word(None)) or 1)


def bad_segment(problem: str, span: Span, builder: Builder) -> QuerySyntaxError:
    """The error for a part of a path that no document can be asked for."""
    case = _Case(builder.text, span[0], (), builder)
    lost = _lost_plus(case)
    if lost is not None:
        return lost
    digits = builder.text[span[0] : span[1]].strip('"').isdecimal()
    hint = "an array is entered without an index, as in items.name:x" if digits else None
    return case.error("path_segment", problem, hint, length=span[1] - span[0])


class _Case:
    """One place in a text where the parser could not go on."""

    def __init__(self, text: str, at: int, expected: Collection[str], builder: Builder) -> None:
        self.text = text
        self.at = at
        self.expected = expected
        self.builder = builder
        self.last, (self.last_start, self.last_end) = builder.last

    @property
    def character(self) -> str:
        return self.text[self.at : self.at + 1]

    @property
    def field(self) -> str:
        """The name of the last field, for a hint."""
        start, end = self.builder.field
        return shorten(self.text[start : max(start, end - 1)]) or "field"

    @property
    def glued(self) -> bool:
        """Whether this stands directly behind a value, without a blank."""
        return self.at > 0 and self.at == self.last_end and self.last in ("QUOTED", "ANCHORED", "BARE", "RPAR")

    @property
    def value_wanted(self) -> bool:
        return "QUOTED" in self.expected

    def word(self, limit: int | None = 40) -> str:
        match = _WORD.match(self.text, self.at)
        if match is None:
            return ""
        return match.group() if limit is None else shorten(match.group(), limit)

    def words(self) -> tuple[str, ...]:
        return tuple(words for kind, words in _IN_WORDS.items() if kind in self.expected)

    def error(
        self, code: str, message: str, hint: str | None = None, *, at: int | None = None, length: int = 1
    ) -> QuerySyntaxError:
        offset = self.at if at is None else at
        length = max(0, min(length, len(self.text) - offset))
        return QuerySyntaxError(message, code=code, text=self.text, offset=offset, length=length, hint=hint)


def _end(case: _Case) -> QuerySyntaxError | None:
    if case.at < len(case.text):
        return None
    parentheses = [token.start() for token in case.builder.open if token.lastgroup == "LPAR"]
    if "RPAR" in case.expected and parentheses and not (case.value_wanted and case.last == "COMMA"):
        return case.error(
            "unclosed_parenthesis", 'this "(" is never closed', 'write ")" at its end', at=parentheses[-1]
        )
    if case.value_wanted:
        return _missing_value(case)
    if "PATH" in case.expected:
        return _empty_part(case)
    return case.error("unexpected_end", f"the text ends where {_listing(case.words())} should follow", length=0)


def _quote(case: _Case) -> QuerySyntaxError | None:
    """What is wrong inside a quoted text that starts here, or that it stands in the wrong place."""
    if case.character != '"':
        return None
    inner = _QUOTED_PART.match(case.text, case.at + 1)
    stop = inner.end() if inner else case.at + 1
    if stop >= len(case.text):
        return case.error(
            "unclosed_quote", "this quote is never closed", 'write a quote at its end, and \\" for one inside'
        )
    found = case.text[stop]
    if found == "\\":
        bad = case.text[stop : stop + 2]
        return case.error(
            "bad_escape",
            f'"{shorten(bad)}" is no escape',
            r"write \\ for a backslash; the escapes are those of JSON: \" \\ \/ \b \f \n \r \t \uXXXX",
            at=stop,
            length=len(bad),
        )
    if found != '"':
        return _forbidden(case, stop)
    after = _BLANKS.match(case.text, stop + 1)
    if case.glued and case.last == "BARE":
        whole = case.text[case.last_start : case.at]
        return case.error(
            "quote_in_word",
            "a quote stands inside a word",
            f'put quotes around the whole text, and write \\" for the quote: "{shorten(whole)}\\"…"',
        )
    if case.glued:
        return _missing_blank(case)
    if "FIELD" in case.expected:
        if after and case.text[after.end() : after.end() + 1] == ":":
            return _blank_before_colon(case, stop + 1)
        quoted = shorten(case.text[case.at : stop + 1])
        return case.error("missing_colon", f"{quoted} has no field", f"write field:{quoted}", length=stop + 1 - case.at)
    return _side_by_side(case) if "COMMA" in case.expected and case.builder.start == "query" else None


def _sort_and_fields(case: _Case) -> QuerySyntaxError | None:
    if case.builder.start == "query":
        return None
    if "PATH" in case.expected:
        if case.character == ",":
            return _empty_part(case)
        name = shorten(case.word(None)[1:])
        if case.character in "-+" and name and case.builder.start == "sort":
            hint = f"write {name}:desc" if case.character == "-" else f"write {name}"
            return case.error("sort_sign", f'"{case.character}" cannot stand before a field name', hint)
        return _bad_name(case)
    if case.at == case.last_end:  # a name goes on with what no name can have
        if case.character == ":":
            return case.error("direction_in_fields", "fields take no direction", "leave out what follows the colon")
        if case.character in '()"':
            return case.error("syntax", f"{case.character} cannot stand here", "put a comma between field names")
        return _bad_name(_Case(case.text, case.last_start, case.expected, case.builder))
    word, name = case.word(None), shorten(case.text[case.last_start : case.last_end])
    if case.builder.start == "sort" and did_you_mean(word, ("asc", "desc")):
        direction = "desc" if word[:1] in "dD" else "asc"
        hint = f"write {name}:{direction}"
        return case.error("missing_colon", "a colon stands before the direction", hint, length=len(word))
    hint = f"write {name},{shorten(word)}" if word[:1].isalpha() else "put a comma between field names"
    return case.error("missing_comma", "a comma is missing between two field names", hint, length=len(word) or 1)


def _forbidden_character(case: _Case) -> QuerySyntaxError | None:
    return _forbidden(case, case.at)


def _operators(case: _Case) -> QuerySyntaxError | None:
    """Slips of the value's first character: = and !, a keyword, nothing at all."""
    if not case.value_wanted:
        return None
    rest = _WORD.match(case.text, case.at + 1)
    value = shorten(rest.group().lstrip("=")) if rest else "x"
    if case.character == "=":
        operator = case.text[case.builder.field[1] : case.at]
        plain = operator in ("", "~", ">", "<")
        return case.error(
            "equals_sign",
            'no "=" stands before a value',
            f"write {case.field}:{operator}{value}" if plain else 'leave out the "="',
        )
    if case.character == "!":
        return case.error("negation", '"!" is not how to say NOT', f"write NOT {case.field}:{value}")
    if case.character in ("<", ">", "~"):
        return case.error(
            "syntax",
            f'"{case.character}" cannot stand here',
            f'put quotes around text that starts with "{case.character}"',
        )
    word = case.word(None)
    if word in ("AND", "OR", "NOT"):
        hint = f'put quotes around it if the word itself is meant: "{word}"'
        if word == "NOT" and "PRESENCE" in case.expected:
            hint = f"write NOT {case.field}:x, or {case.field}:(NOT x)"
        return case.error("reserved_word", f"a value is missing before {word}", hint, length=len(word))
    return _missing_value(case) if case.character in "),:" or not word else None


def _between(case: _Case) -> QuerySyntaxError | None:
    """Slips between two clauses or two values."""
    if case.character == ")":
        if not any(token.lastgroup == "LPAR" for token in case.builder.open):
            return case.error("unmatched_parenthesis", 'this ")" closes nothing', 'leave it out, or write "(" before')
        return case.error("missing_clause", 'a clause is missing before ")"')
    symbol = case.character
    if symbol and symbol in _SYMBOLS:
        return _symbol(case, case.at)
    if "FIELD" not in case.expected:
        if case.last == "PRESENCE":
            whole = shorten(f"{case.text[case.last_start : case.last_end]} {case.word()}")
            hint = f'put quotes around text of several words: "{whole}"'
            return case.error("syntax", f'"{case.word()}" cannot stand here', hint, length=len(case.word(None)) or 1)
        return _side_by_side(case) if "COMMA" in case.expected else None
    if symbol == ",":
        if case.last in ("QUOTED", "BARE", "PRESENCE", "ANCHORED"):
            return case.error("list_without_parentheses", "a list stands in parentheses", f"write {_as_list(case)}")
        return case.error("syntax", '"," cannot stand between clauses', "put a blank, AND or OR between clauses")
    return None


def _clause(case: _Case) -> QuerySyntaxError | None:
    """Slips where a clause should start."""
    if "FIELD" not in case.expected:
        return None
    word = case.word(None)
    keyword = word.upper()
    if word in ("AND", "OR"):
        return case.error("missing_clause", f"a clause is missing before {word}", length=len(word))
    if word in ("and", "or", "not", "And", "Or", "Not"):
        return case.error(
            "keyword_case", f'"{word}" is not a keyword', f"write {keyword} in capitals", length=len(word)
        )
    if word[:1] in ("-", "!", "+") and ":" in word:
        rest = shorten(word[1:])
        sign = "" if word[0] == "+" else "NOT "
        return case.error("negation", f'"{word[0]}" cannot stand before a field', f"write {sign}{rest}")
    if ":" in word:
        return _missing_blank(case) if case.glued else _bad_name(case)
    behind = case.at + len(word)
    after = _BLANKS.match(case.text, behind)
    following = case.text[after.end() : after.end() + 1] if after else ""
    if following == ":" and word:
        return _blank_before_colon(case, behind)
    lost = _lost_plus(case)
    if lost is not None:
        return lost
    if case.glued:
        return _missing_blank(case)
    if following in _SYMBOLS and following and after is not None:
        return _symbol(case, after.end())
    if case.last == "BARE":
        return _unquoted(case, word)
    near = did_you_mean(word, ("AND", "OR", "NOT")) if word.isupper() and len(word) <= 5 else None
    hint = near or _with_colon(word)
    return case.error("missing_colon", f'"{shorten(word)}" has no ":" and no value', hint, length=len(word))


def _with_colon(word: str) -> str:
    """The clause that a word should have been, by the operator that stands in the place of its colon."""
    found = _OPERATOR.fullmatch(word)
    if found is None:
        name = shorten(word)
        return f"write {name}:value, or {name}:exists to ask for its presence"
    name, operator, value = (shorten(part) for part in found.groups())
    return f"write {'NOT ' * (operator == '!=')}{name}:{_OPERATORS[operator]}{value}"


def _missing_value(case: _Case) -> QuerySyntaxError:
    hint = f'write {case.field}:value, or {case.field}:exists; an empty text is {case.field}:""'
    if case.last == "COMMA" or "PHRASE" in case.expected:
        hint = 'a list has no empty places; an empty text is ""'
    elif case.last == "TILDE":
        hint = f"write {case.field}:~text"
    return case.error("missing_value", "a value is missing here", hint, length=int(case.at < len(case.text)))


def _empty_part(case: _Case) -> QuerySyntaxError:
    return case.error(
        "empty_part",
        "a field name is missing here",
        "leave out the comma too many",
        length=int(case.at < len(case.text)),
    )


def _side_by_side(case: _Case) -> QuerySyntaxError:
    hint = "put a comma, OR or AND between them"
    if "AND" not in case.expected:
        hint = f"put a comma or OR between them; for AND write {case.field}:(~x AND ~y)"
    return case.error("missing_comma", "two values stand side by side", hint, length=len(case.word(None)) or 1)


def _missing_blank(case: _Case) -> QuerySyntaxError:
    return case.error("missing_blank", "a blank is missing between two clauses", "put a blank, AND or OR between them")


def _blank_before_colon(case: _Case, blank: int) -> QuerySyntaxError:
    name = shorten(case.text[case.at : blank])
    return case.error("blank_before_colon", "no blank stands before the colon", f"write {name}:value", at=blank)


def _symbol(case: _Case, at: int) -> QuerySyntaxError:
    character = case.text[at]
    symbol = character * (2 if case.text[at + 1 : at + 2] == character else 1)
    keyword = _SYMBOLS[character]
    return case.error("symbol_operator", f'"{symbol}" is no operator', f"write {keyword}", at=at, length=len(symbol))


def _unquoted(case: _Case, word: str) -> QuerySyntaxError:
    """Words behind a bare value: the text should have been quoted."""
    value = case.text[case.last_start : case.last_end]
    operator = case.text[case.builder.field[1] : case.last_start]
    if value[0] in _OTHER_QUOTES:
        message = f"{value[0]} is no quote of this language, text stands in straight double quotes"
        code, whole = "wrong_quotes", f"{value} {word}".strip(_OTHER_QUOTES)
    else:
        code, message, whole = "unquoted_text", f'"{shorten(word)}" has no field', f"{value} {word}"
    hint = f'put quotes around text of several words: {case.field}:{shorten(operator)}"{shorten(whole)}"'
    return case.error(code, message, hint, length=len(word))


def _lost_plus(case: _Case) -> QuerySyntaxError | None:
    """A + that a URL turned into a blank, in a time zone's offset or in date math."""
    before = case.text[max(0, case.at - 80) : case.at]
    value = before.rstrip(" \t\r\n")
    if value == before:
        return None
    offset = _TIME_END.search(value) and _OFFSET.match(case.text, case.at)
    math = _DATE_MATH_END.search(value) and _DATE_MATH_PART.match(case.text, case.at)
    if not (offset or math):
        return None
    return case.error(
        "lost_plus",
        'a "+" seems to have become a blank on its way through the URL',
        "write the + of a URL parameter as %2B",
        at=case.at - len(before) + len(value),
    )


def _bad_name(case: _Case) -> QuerySyntaxError:
    """A field name with a character that it cannot have, an empty part, or a blank after its colon."""
    word = case.word(None)
    name = _FIELD.match(case.text, case.at)
    end = name.end() if name else case.at
    following = case.text[end : end + 1]
    if name is None or following == ".":
        place = end if name is None else end + 1
        return case.error(
            "path_segment",
            "a part of a field name is empty",
            "write names with single dots between, as in a.b",
            at=place,
        )
    if following == ":" and case.text[end + 1 : end + 2] in (" ", "\t", "\r", "\n"):
        value = _WORD.match(case.text, _BLANKS.match(case.text, end + 1).end())  # type: ignore[union-attr]  # blanks match always
        shown = shorten(value.group()) if value else "value"
        return case.error(
            "blank_after_colon", "no blank stands after the colon", f"write {shorten(name.group())}:{shown}", at=end + 1
        )
    for at in range(case.at, end):
        character = case.text[at]
        if not (character.isalnum() or character in '_."' or (character == "-" and at > case.at)):
            return case.error(
                "bad_name",
                f'a field name cannot hold "{shorten(character)}" without quotes',
                f'put quotes around it: "{shorten(name.group())}"',
                at=at,
            )
    return case.error(
        "syntax", f'"{shorten(word) or shorten(case.character)}" cannot stand here', length=len(word) or 1
    )


def _forbidden(case: _Case, at: int) -> QuerySyntaxError | None:
    """A character that must be escaped or quoted: a control character, a Unicode space, half a surrogate pair."""
    character = case.text[at]
    category = unicodedata.category(character)
    name = f"U+{ord(character):04X}"
    if category == "Cs":
        return case.error(
            "surrogate", f"half a surrogate pair ({name}) is no character", "send the text as valid UTF-8", at=at
        )
    if category == "Cc":
        hint = f"write it as \\u{ord(character):04x} inside quotes"
        return case.error("control_character", f"the control character {name} cannot stand here", hint, at=at)
    if category[0] == "Z":
        hint = "use an ordinary blank between clauses, and quotes around a text that holds this one"
        return case.error("control_character", f"{name} is not a blank of this language", hint, at=at)
    return None


def _as_list(case: _Case) -> str:
    """The words around a comma outside parentheses, as the list that was meant."""
    first = shorten(case.text[case.last_start : case.last_end])
    rest = _WORD.match(case.text, _BLANKS.match(case.text, case.at + 1).end())  # type: ignore[union-attr]  # blanks match always
    found = f"{case.field}:({first},{shorten(rest.group()) if rest else '…'})"
    return f"{found}, or a blank, AND or OR between two clauses" if rest and ":" in rest.group() else found


def _listing(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


_LOOKS: Final[tuple[Callable[[_Case], QuerySyntaxError | None], ...]] = (
    _end,
    _quote,
    _forbidden_character,
    _sort_and_fields,
    _operators,
    _between,
    _clause,
)
