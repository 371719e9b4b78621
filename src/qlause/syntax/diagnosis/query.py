"""Why a text is not in the language: the error for the place where the parser could not go on.

Nothing here runs for a text that parses. Every look goes forward or back over the text once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Final

from ...errors import QuerySyntaxError, did_you_mean, shorten
from .context import BLANKS, Case, forbidden, missing_blank, shown, shown_name, shown_test, shown_value
from .names import OTHER_QUOTES, bad_name, blank_before_colon, lost_plus, name_at, sort_and_fields

if TYPE_CHECKING:
    from ..actions import Builder

__all__ = ["unexpected"]

_QUOTED_PART: Final = re.compile(r'(?:[^"\\\x00-\x1f\ud800-\udfff]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*')
_MORE_WORDS: Final = re.compile(
    r'(?:[ \t\r\n]+(?!(?:AND|OR|NOT|and|or|not)[ \t\r\n(])[^ \t\r\n"(),:]+(?![^ \t\r\n)]))*'
)
_NEXT_CLAUSE: Final = re.compile(r"[ \t\r\n]*[^ \t\r\n\"(),:]+:(?!//)")
_DATE_MATH: Final = re.compile(r"now(?:[+-][0-9]+[smhdwMy]|/[smhdwMy])*")
_OPERATOR: Final = re.compile(r'([^\s<>=!~"(),:]+)[ \t\r\n]*(>=|<=|<>|!=|=~|==?|[<>~])')
_OPERATORS: Final = {"=": "", "==": "", "!=": "", "<>": "", "=~": "~"}
# What other languages write behind a field, in the words of this one.
_WORDS: Final = {"in": "(x,y)", "like": "~x", "contains": "~x", "is": "null"} | {
    word: word for word in ("exists", "missing", "null")
}
_SYMBOLS: Final = {"&": "AND", "|": "OR"}


def unexpected(text: str, at: int, expected: Collection[str], builder: Builder) -> QuerySyntaxError:
    """The error for ``text[at]`` (or its end), where the grammar could only go on with one of ``expected``."""
    case = Case(text, at, expected, builder)
    for look in _LOOKS:
        error = look(case)
        if error is not None:
            error.expected = case.words()
            return error
    return case.error("syntax", f'"{case.word() or text[at]}" cannot stand here', length=len(case.word(None)) or 1)


def _end(case: Case) -> QuerySyntaxError | None:
    if case.at < len(case.text) or case.builder.start != "query":
        return None
    parentheses = [start for kind, start, _ in case.builder.open if kind == "LPAR"]
    if "RPAR" in case.expected and parentheses and not (case.value_wanted and case.last == "COMMA"):
        return case.error(
            "unclosed_parenthesis", 'this "(" is never closed', 'write ")" at its end', at=parentheses[-1]
        )
    if case.value_wanted:
        return _missing_value(case)
    hint = f"write a clause after {case.last}, or leave it out" if case.last in ("AND", "OR", "NOT") else None
    return case.error("unexpected_end", f"the text ends where {_listing(case.words())} should follow", hint, length=0)


def _quote(case: Case) -> QuerySyntaxError | None:
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
    return forbidden(case, stop) if found != '"' else _quoted(case, stop + 1)


def _quoted(case: Case, stop: int) -> QuerySyntaxError | None:
    """A whole quoted text, up to ``stop``, that stands in the wrong place."""
    if case.glued and case.last == "BARE":
        return case.error(
            "quote_in_word",
            "a quote stands inside a word",
            f'put quotes around the whole text, and write \\" for the quote: "{shorten(case.last_text)}\\"…"',
        )
    if case.glued:
        return missing_blank(case)
    if "FIELD" in case.expected:
        after = BLANKS.match(case.text, stop)
        if after and case.text[after.end() : after.end() + 1] == ":":
            return blank_before_colon(case, stop, after.end())
        name = name_at(case, case.at)
        if case.at + len(name) > stop:
            return case.error(
                "missing_colon",
                f'{shorten(name)} has no ":" and no value',
                f"write {shown_name(name)}:value",
                length=len(name),
            )
        if case.text[stop : stop + 1] == ".":
            return bad_name(case)
        quoted = shown(case.text[case.at : stop])
        hint = f"write field:{quoted}"
        if case.last == "QUOTED" and case.operator(case.last_start) == "":
            hint = f"write {case.field}:({shown(case.last_text)},{quoted}) for a list"
        return case.error("missing_colon", f"{quoted} has no field", hint, length=stop - case.at)
    return _side_by_side(case) if "COMMA" in case.expected and case.builder.start == "query" else None


def _forbidden_character(case: Case) -> QuerySyntaxError | None:
    places = range(case.at, case.at + max(len(case.word(None)), len(case.character)))
    return next(filter(None, (forbidden(case, at) for at in places)), None)


def _operators(case: Case) -> QuerySyntaxError | None:
    """Slips of the value's first character: = and !, a keyword, nothing at all."""
    if not case.value_wanted:
        return None
    if case.compound and not case.inside:
        return _missing_value(case)
    operator = "" if case.inside else case.operator(case.at)
    show = shown_value if operator else shown_test
    value = show(case.value_at(case.at + 1).lstrip("="))
    if case.character == "=":
        known = not case.inside and operator in ("", "~", ">", "<")
        hint = f"write {case.field}:{operator}{value}" if known else 'leave out the "="'
        return case.error("equals_sign", 'no "=" stands before a value', hint)
    if case.character == "!" or (case.character == ">" and operator == "<"):
        operator = "" if operator == "<" and case.character == ">" else operator
        hint = f"write NOT {value}" if case.inside else f"write NOT {case.field}:{operator}{value}"
        return case.error("negation", f'"{case.character}" is not how to say NOT', hint)
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


def _between(case: Case) -> QuerySyntaxError | None:
    """Slips between two clauses or two values."""
    if case.character == ")":
        if not any(kind == "LPAR" for kind, _, _ in case.builder.open):
            return case.error("unmatched_parenthesis", 'this ")" closes nothing', 'leave it out, or write "(" before')
        hint = f"write a clause after {case.last}, or leave it out" if case.last in ("AND", "OR", "NOT") else None
        return case.error("missing_clause", 'a clause is missing before ")"', hint)
    symbol = case.character
    if symbol and symbol in _SYMBOLS:
        return _symbol(case, case.at)
    if "FIELD" not in case.expected:
        if case.last == "PRESENCE":
            whole = shorten(f"{case.last_text} {case.word()}")
            hint = f'put quotes around text of several words: "{whole}"'
            return case.error("syntax", f'"{case.word()}" cannot stand here', hint, length=len(case.word(None)) or 1)
        return _side_by_side(case) if "COMMA" in case.expected else None
    if symbol == ",":
        if case.last in ("QUOTED", "BARE", "PRESENCE", "ANCHORED"):
            return case.error("list_without_parentheses", "a list stands in parentheses", _as_list(case))
        return case.error("syntax", '"," cannot stand between clauses', "put a blank, AND or OR between clauses")
    return None


def _clause(case: Case) -> QuerySyntaxError | None:
    """Slips where a clause should start."""
    if "FIELD" not in case.expected:
        return None
    word = case.word(None)
    if word in ("AND", "OR"):
        hint = f"leave out the {word}, or write a clause before it"
        return case.error("missing_clause", f"a clause is missing before {word}", hint, length=len(word))
    if word in ("and", "or", "not", "And", "Or", "Not"):
        hint = f"write {word.upper()} in capitals"
        return case.error("keyword_case", f'"{word}" is not a keyword', hint, length=len(word))
    if case.last == "QUOTED" and case.text.count('"', case.at) % 2:
        message = "this quote ends the text, and a quote that follows is left over"
        return case.error("quote_in_text", message, 'write \\" for a quote inside the text', at=case.last_end - 1)
    if word[:1] in tuple("-!+~<>"):
        return _sign(case, word)
    if ":" in word:
        return missing_blank(case) if case.glued else bad_name(case)
    behind = case.at + len(word)
    after = BLANKS.match(case.text, behind)
    next_at = after.end() if after else behind
    following = case.text[next_at : next_at + 1]
    if following == ":" and word:
        return blank_before_colon(case, behind, next_at)
    lost = lost_plus(case)
    if lost is not None:
        return lost
    if case.glued:
        return missing_blank(case)
    if following and following in _SYMBOLS:
        return _symbol(case, next_at)
    return _without_colon(case, word, next_at)


def _sign(case: Case, word: str) -> QuerySyntaxError | None:
    """A sign or an operator where a clause should start."""
    sign = word[0]
    meant = "" if sign == "+" else "NOT "
    if sign in "<>":
        hint = f"write {case.field}:{shown_test(word)}, or all tests of one value as in {case.field}:(>1 AND <5)"
        message = f'"{shorten(word)}" has no field'
        return case.error("missing_colon", message, hint, length=len(word)) if case.builder.field[1] else None
    if len(word) == 1 and case.text[case.at + 1 : case.at + 2] == "(":
        hint = "write NOT (a:x) for a group" if meant else "leave it out"
        return case.error("negation", f'"{sign}" cannot stand before a group', hint)
    if ":" not in word:
        return _unquoted(case, word) if case.last == "BARE" else None
    if sign == "~":
        name, test = case.clause_at(case.at + 1).split(":", 1)
        hint = f"write {name}:{shown_test('~' + test, '~x')}, or NOT {name}:{test}"
        return case.error("negation", '"~" cannot stand before a field', hint)
    hint = f"write {meant}{case.clause_at(case.at + 1)}"
    return case.error("negation", f'"{sign}" cannot stand before a field', hint)


def _without_colon(case: Case, word: str, next_at: int) -> QuerySyntaxError:
    """A word that is no clause: words of a value without quotes, an operator of another language, a name alone."""
    name = shown_name(word)
    message = f'"{shorten(word)}" has no ":" and no value'
    found = _OPERATOR.match(case.text, case.at)
    if found is not None:
        operator = _OPERATORS.get(found[2], found[2])
        test = shown_test(operator + case.value_at(found.end()), f"{operator}x")
        clause = f"{'NOT ' * (found[2] in ('!=', '<>'))}{shown_name(found[1])}:{test}"
        also = ", or put quotes around text of several words" if case.last == "BARE" else ""
        return case.error("missing_colon", message, f"write {clause}{also}", length=len(word))
    another = _NEXT_CLAUSE.match(case.text, next_at)
    near = did_you_mean(word, ("AND", "OR", "NOT")) if word.isupper() and len(word) <= 5 and another else None
    if near:
        return case.error("missing_colon", message, near, length=len(word))
    if case.last == "BARE":
        return _unquoted(case, word)
    following = case.value_at(next_at)
    hint = f"write {name}:value, or {name}:exists to ask for its presence"
    if word[0] in "[]{}":
        hint = "leave the brackets out, a query is no JSON: name:x"
    elif word == "compoundLogicalQuery":
        hint = "write compoundLogicalQuery:((a:1) OR (b:2))"
    elif word in ("exists", "missing", "null"):
        hint = f"write field:{word}"
    elif following.lower() in _WORDS:
        hint = f"write {name}:{_WORDS[following.lower()]}"
    elif case.text[next_at - 1] == " " and another:
        whole = shorten(f"{word} {following.partition(':')[0]}")
        hint = f'write {name}:value, or put quotes around a name with blanks: "{whole}":value'
    return case.error("missing_colon", message, hint, length=len(word))


def _unquoted(case: Case, word: str) -> QuerySyntaxError:
    """Words behind a bare value: the text should have been quoted."""
    value, operator = case.last_text, case.operator(case.last_start)
    more = _MORE_WORDS.match(case.text, case.last_end)
    whole = f"{value}{more.group()}" if more and more.group() else f"{value} {word}"
    code, message = "unquoted_text", f'"{shorten(word)}" has no field'
    if _DATE_MATH.fullmatch("".join(whole.split())):
        return case.error(code, message, f"write {case.field}:{operator}{''.join(whole.split())}", length=len(word))
    if value[0] in OTHER_QUOTES:
        message = f"{value[0]} is no quote of this language, text stands in straight double quotes"
        code, whole = "wrong_quotes", whole.strip(OTHER_QUOTES)
    anchors = [operator == "~" and whole.startswith("^"), operator == "~" and whole.endswith("$")]
    whole = shorten(" ".join(whole.split())[anchors[0] :].removesuffix("$" * anchors[1])).replace("\\", "\\\\")
    clause = f'{case.field}:{shorten(operator)}{"^" * anchors[0]}"{whole}"{"$" * anchors[1]}'
    return case.error(code, message, f"put quotes around text of several words: {clause}", length=len(word))


def _missing_value(case: Case) -> QuerySyntaxError:
    field = case.field
    if case.last in ("AND", "OR", "NOT"):
        hint = f"write a value after {case.last}, or leave it out"
    elif case.compound and not case.inside:
        hint = "write compoundLogicalQuery:((a:1) OR (b:2))"
    elif case.last == "TILDE" or (case.last == "LPAR" and "PRESENCE" not in case.expected):
        hint = f"write {field}:~text"
    elif case.last == "COMPARE":
        hint = f"write {field}:{case.last_text}value"
    elif case.last == "COMMA" or case.inside:
        hint = 'a list has no empty places; an empty text is ""'
    else:
        hint = f'write {field}:value, or {field}:exists; an empty text is {field}:""'
    return case.error("missing_value", "a value is missing here", hint, length=int(case.at < len(case.text)))


def _side_by_side(case: Case) -> QuerySyntaxError:
    hint = "put a comma, OR or AND between them"
    if "AND" not in case.expected:
        hint = f"put a comma or OR between them; for AND write {case.field}:(~x AND ~y)"
    return case.error("missing_comma", "two values stand side by side", hint, length=len(case.word(None)) or 1)


def _symbol(case: Case, at: int) -> QuerySyntaxError:
    character = case.text[at]
    symbol = character * (2 if case.text[at + 1 : at + 2] == character else 1)
    keyword = _SYMBOLS[character]
    return case.error("symbol_operator", f'"{symbol}" is no operator', f"write {keyword}", at=at, length=len(symbol))


def _as_list(case: Case) -> str:
    """What was meant by a comma outside parentheses: a list, another clause, or nothing."""
    operator, first, rest = case.operator(case.last_start), shown(case.last_text), case.value_at(case.at + 1)
    if not rest:
        return "leave out the comma too many"
    if first[0] == "[":  # a list as JSON has it
        first, rest = first.lstrip("["), rest.rstrip("]")
    if operator == "~":
        found = f"write {case.field}:~({first},{shown_value(rest.lstrip('~'))})"
    else:
        found = (
            f"write {case.field}:({operator}{first},{'' if rest[:1] in tuple('<>~') else operator}{shown_test(rest)})"
        )
    another = _NEXT_CLAUSE.match(case.text, case.at + 1)
    return f"{found}, or a blank, AND or OR between two clauses" if another else found


def _listing(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


_LOOKS: Final[tuple[Callable[[Case], QuerySyntaxError | None], ...]] = (
    _end,
    _quote,
    _forbidden_character,
    sort_and_fields,
    _operators,
    _between,
    _clause,
)
