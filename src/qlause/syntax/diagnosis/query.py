"""Why a text is not in the language: the error for the place where the parser stopped.

Nothing here runs for a text that parses. Each check reads the text at most once, so that a long text is refused fast.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ...errors import QuerySyntaxError, did_you_mean, shorten
from .context import (
    OTHER_QUOTES,
    PRESENCE,
    WHITESPACE,
    ErrorContext,
    after_keyword,
    forbidden,
    hint_name,
    hint_test,
    hint_text,
    hint_value,
    presence_as_value,
    unexpected_text,
    wrong_quote,
)
from .foreign import (
    encoded_twice,
    foreign_clause,
    foreign_list,
    foreign_range,
    list_after_in,
    missing_blank,
    negated_word,
    open_backslash,
    presence_words,
    quoted_clauses,
    size_hint,
)
from .names import NOT_JSON, bad_name, blank_before_colon, lost_plus, name_at, sort_and_fields

__all__ = ["unexpected"]

_QUOTED_PART: Final = re.compile(r'(?:[^"\\\x00-\x1f\ud800-\udfff]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*')
_MORE_WORDS: Final = re.compile(
    r'(?:[ \t\r\n]+(?!(?:AND|OR|NOT|and|or|not)[ \t\r\n(])[^ \t\r\n"(),:]+(?![^ \t\r\n)]))*'
)
_NEXT_CLAUSE: Final = re.compile(r"[ \t\r\n]*[^ \t\r\n\"(),:]+:(?!//)")
_DATE_MATH: Final = re.compile(r"now(?:[+-][0-9]+[smhdwMy]|/[smhdwMy])*")
_OPERATOR: Final = re.compile(r'([^\s<>=!~"(),:]+)[ \t\r\n]*(>=|<=|<>|!=|=~|==?|[<>~])')
_OPERATORS: Final = {"=": "", "==": "", "!=": "", "<>": "", "=~": "~"}
# Words that other languages write after a field, and the test that means the same.
_WORD_TESTS: Final = {"like": "~x", "contains": "~x"}
_QUOTE_WORDS: Final = "put quotes around text of several words"
_SYMBOLS: Final = {"&": "AND", "|": "OR"}


def unexpected(context: ErrorContext) -> QuerySyntaxError:
    """The error for the place in a text that the parser does not accept."""
    for check in _CHECKS:
        error = check(context)
        if error is not None:
            error.expected = context.expected_words()
            return error
    return unexpected_text(context)


def _end(context: ErrorContext) -> QuerySyntaxError | None:
    if context.at < len(context.text) or context.start != "query":
        return None
    opened = context.open_parentheses
    if "RPAR" in context.expected and opened and not (context.value_wanted and context.last == "COMMA"):
        return context.error("unclosed_parenthesis", "this '(' is never closed", "add ')' to close it", at=opened[-1])
    if context.value_wanted:
        return _missing_value(context)
    message = f"the text ends too early; expected {_listing(context.expected_words())}"
    return context.error("unexpected_end", message, after_keyword(context, "clause"), length=0)


def _quote(context: ErrorContext) -> QuerySyntaxError | None:
    """A mistake inside the quoted text that starts here, or a quoted text that is not accepted here."""
    if context.character != '"':
        return None
    inner = _QUOTED_PART.match(context.text, context.at + 1)
    stop = inner.end() if inner else context.at + 1
    if stop >= len(context.text):
        hint = open_backslash(context) or 'add a closing quote; write \\" for a quote inside the text'
        return context.error("unclosed_quote", "this quote is never closed", hint)
    if context.text[stop] == "\\":
        escape = context.text[stop : stop + 2]
        return context.error(
            "bad_escape",
            f'"{shorten(escape)}" is not a valid escape',
            r"write \\ for a backslash; the escapes are those of JSON: \" \\ \/ \b \f \n \r \t \uXXXX",
            at=stop,
            length=len(escape),
        )
    return _quoted(context, stop + 1) if context.text[stop] == '"' else forbidden(context, stop)


def _quoted(context: ErrorContext, stop: int) -> QuerySyntaxError | None:
    """A complete quoted text, up to ``stop``, that is not accepted here."""
    if context.glued and context.last == "BARE":
        hint = f'put the whole text in quotes and write \\" for the quote: "{shorten(context.last_text)}\\"…"'
        hint = foreign_range(context, context.last_start) or hint
        return context.error("quote_in_word", "there is a quote inside unquoted text", hint)
    if context.glued:
        return missing_blank(context)
    if "FIELD" in context.expected:
        after = WHITESPACE.match(context.text, stop)
        if after and context.text[after.end() : after.end() + 1] == ":":
            return blank_before_colon(context, stop, after.end())
        name = name_at(context, context.at)
        if context.at + len(name) > stop:
            return context.error(
                "missing_colon",
                f"{shorten(name)} has no ':' and no value",
                f"write {hint_name(name)}:value",
                length=len(name),
            )
        if context.text[stop : stop + 1] == ".":
            return bad_name(context)
        quoted = hint_text(context.text[context.at : stop])
        hint = list_after_in(context) or f"write field:{quoted}"
        if context.last == "QUOTED" and context.operator(context.last_start) == "":
            hint = f"write {context.field}:({hint_text(context.last_text)},{quoted}) for a list"
        return context.error("missing_colon", f"{quoted} has no field", hint, length=stop - context.at)
    return _side_by_side(context) if "COMMA" in context.expected and context.start == "query" else None


def _forbidden_character(context: ErrorContext) -> QuerySyntaxError | None:
    offsets = range(context.at, context.at + max(len(context.word(None)), len(context.character)))
    return next(filter(None, (forbidden(context, at) for at in offsets)), None)


def _operators(context: ErrorContext) -> QuerySyntaxError | None:
    """A value that starts with = or !, a keyword in its place, or no value at all."""
    if not context.value_wanted:
        return None
    if context.compound and not context.inside:
        return _missing_value(context)
    operator = "" if context.inside else context.operator(context.at)
    in_hint = hint_value if operator else hint_test
    value = in_hint(context.value_at(context.at + 1).lstrip("="))
    if context.character == "=":
        if value[:1] in ("<", ">") and value[1:] and not operator:
            value = f"{value[0]}={value[1:].removeprefix('=')}"
            hint = f"write {value}" if context.inside else f"write {context.field}:{value}"
            return context.error("equals_sign", "unquoted text cannot start with '='", hint)
        known = not context.inside and operator in ("", "~", ">", "<")
        hint = f"write {context.field}:{operator}{value}" if known else "remove '='"
        return context.error("equals_sign", "unquoted text cannot start with '='", hint)
    unequal = context.character == ">" and operator == "<"
    if context.character == "!" or unequal:
        sign, operator = ("<>", "") if unequal else ("!", operator)
        hint = f"write NOT {value}" if context.inside else f"write NOT {context.field}:{operator}{value}"
        return context.error("negation", f"'{sign}' is not an operator", hint)
    if context.character in ("<", ">", "~"):
        message = f"unquoted text cannot start with '{context.character}'"
        return context.error("syntax", message, f"put text that starts with '{context.character}' in quotes")
    word = context.word(None)
    if word in ("AND", "OR", "NOT"):
        hint = f'if you mean the word itself, put it in quotes: "{word}"'
        if word == "NOT" and "PRESENCE" in context.expected:
            hint = f"write NOT {context.field}:x, or {context.field}:(NOT x)"
            hint = presence_words(context, context.at) or foreign_list(context, context.at) or hint
        return context.error("reserved_word", f"a value is missing before {word}", hint, length=len(word))
    if word in PRESENCE and "PRESENCE" not in context.expected:
        return presence_as_value(context, word, "~")
    return _missing_value(context) if context.character in "),:" or not word else None


def _between(context: ErrorContext) -> QuerySyntaxError | None:
    """Mistakes between two clauses or two values."""
    if context.character == ")":
        if not context.open_parentheses:
            message = "this ')' has no matching '('"
            return context.error("unmatched_parenthesis", message, "remove it, or add '(' before it")
        hint = after_keyword(context, "clause")
        if context.last == "ELEM_MATCH":
            hint = f"write what an element must meet, as in {context.field}:elemMatch(a:1)"
        return context.error("missing_clause", "a clause is missing before ')'", hint)
    symbol = context.character
    if symbol and symbol in _SYMBOLS:
        return _symbol(context, context.at)
    if "FIELD" not in context.expected:
        if context.last == "PRESENCE":
            whole = shorten(f"{context.last_text} {context.word()}")
            return unexpected_text(context, f'{_QUOTE_WORDS}: "{whole}"')
        return _side_by_side(context) if "COMMA" in context.expected else None
    if symbol == ",":
        if context.last in ("QUOTED", "BARE", "PRESENCE", "ANCHORED"):
            return context.error("list_without_parentheses", "a list needs parentheses", _as_list(context))
        return context.error("syntax", "unexpected ','", "put a space, AND or OR between clauses")
    return None


def _clause(context: ErrorContext) -> QuerySyntaxError | None:
    """Mistakes where a clause should start."""
    if "FIELD" not in context.expected:
        return None
    word = context.word(None)
    error = foreign_clause(context, word)
    if error is not None:
        return error
    if word in ("AND", "OR"):
        hint = f"write a clause before {word}, or remove {word}"
        return context.error("missing_clause", f"a clause is missing before {word}", hint, length=len(word))
    if word in ("and", "or", "not", "And", "Or", "Not"):
        hint = f"write {word.upper()} in capitals"
        return context.error("keyword_case", f"'{word}' is not a keyword", hint, length=len(word))
    if context.last == "QUOTED" and context.text.count('"', context.at) % 2:
        message = "this quote ends the text, but more text with a quote follows"
        return context.error("quote_in_text", message, 'write \\" for a quote inside the text', at=context.last_end - 1)
    if word[:1] in tuple("-!+~<>"):
        return _sign(context, word)
    if ":" in word:
        return missing_blank(context) if context.glued else bad_name(context)
    end = context.at + len(word)
    after = WHITESPACE.match(context.text, end)
    next_at = after.end() if after else end
    following = context.text[next_at : next_at + 1]
    if following == ":" and word:
        return blank_before_colon(context, end, next_at)
    error = lost_plus(context)
    if error is not None:
        return error
    if context.glued:
        return missing_blank(context)
    if following and following in _SYMBOLS:
        return _symbol(context, next_at)
    return _without_colon(context, word, next_at)


def _sign(context: ErrorContext, word: str) -> QuerySyntaxError | None:
    """A sign or an operator where a clause should start."""
    sign = word[0]
    negated = "" if sign == "+" else "NOT "
    if sign in "<>":
        hint = (
            f"write {context.field}:{hint_test(word)}, or combine tests of one value as in {context.field}:(>1 AND <5)"
        )
        message = f'"{shorten(word)}" has no field'
        return context.error("missing_colon", message, hint, length=len(word)) if context.field_span[1] else None
    if len(word) == 1 and context.text[context.at + 1 : context.at + 2] == "(":
        hint = "write NOT (a:x) for a group" if negated else "remove '+'"
        return context.error("negation", f"'{sign}' is not allowed before a group", hint)
    if ":" not in word:
        return _unquoted(context, word) if context.last == "BARE" else None
    if sign == "~":
        name, test = context.clause_at(context.at + 1).split(":", 1)
        hint = f"write {name}:{hint_test('~' + test, '~x')}, or NOT {name}:{test}"
    else:
        hint = f"write {negated}{context.clause_at(context.at + 1)}"
    return context.error("negation", f"'{sign}' is not allowed before a field name", hint)


def _without_colon(context: ErrorContext, word: str, next_at: int) -> QuerySyntaxError:
    """A word that is not a clause: an unquoted word of a value, an operator of another language, a name alone."""
    name = hint_name(word)
    message = f"\"{shorten(word)}\" has no ':' and no value"
    match = _OPERATOR.match(context.text, context.at)
    if match is not None:
        operator = _OPERATORS.get(match[2], match[2])
        test = hint_test(operator + context.value_at(match.end()), f"{operator}x")
        clause = f"{'NOT ' * (match[2] in ('!=', '<>'))}{hint_name(match[1])}:{test}"
        also = f", or {_QUOTE_WORDS}" if context.last == "BARE" else ""
        return context.error("missing_colon", message, f"write {clause}{also}", length=len(word))
    next_clause = _NEXT_CLAUSE.match(context.text, next_at)
    near = did_you_mean(word, ("AND", "OR", "NOT")) if word.isupper() and len(word) <= 5 and next_clause else None
    if near:
        return context.error("missing_colon", message, near, length=len(word))
    if context.last == "BARE":
        return _unquoted(context, word)
    following = context.value_at(next_at)
    hint = f"write {name}:value, or {name}:exists to check that it exists"
    words = presence_words(context, next_at, name) or foreign_list(context, next_at, name)
    if words is not None and name != "field":
        hint = words
    elif word[0] in "[]{}":
        hint = NOT_JSON
    elif word == "compoundLogicalQuery":
        hint = "write compoundLogicalQuery:((a:1) OR (b:2))"
    elif word in PRESENCE:
        hint = f"write field:{word}"
    elif following.lower() in _WORD_TESTS:
        hint = f"write {name}:{_WORD_TESTS[following.lower()]}"
    elif context.text[next_at - 1] == " " and next_clause:
        whole = shorten(f"{word} {following.partition(':')[0]}")
        hint = f'write {name}:value, or put quotes around a name with spaces: "{whole}":value'
    return context.error("missing_colon", message, hint, length=len(word))


def _unquoted(context: ErrorContext, word: str) -> QuerySyntaxError:
    """Words after an unquoted value: the text should have been quoted."""
    value, operator = context.last_text, context.operator(context.last_start)
    start = context.last_start
    if not operator:
        hint = foreign_range(context, start) or presence_words(context, start)
        if hint is not None:
            return context.error("unquoted_text", f'"{shorten(word)}" has no field', hint, length=len(word))
    more = _MORE_WORDS.match(context.text, context.last_end)
    whole = f"{value}{more.group()}" if more and more.group() else f"{value} {word}"
    code, message = "unquoted_text", f'"{shorten(word)}" has no field'
    if _DATE_MATH.fullmatch("".join(whole.split())):
        return context.error(
            code, message, f"write {context.field}:{operator}{''.join(whole.split())}", length=len(word)
        )
    if value[0] in OTHER_QUOTES:
        code, message, whole = "wrong_quotes", wrong_quote(value[0]), whole.strip(OTHER_QUOTES)
    anchors = [operator == "~" and whole.startswith("^"), operator == "~" and whole.endswith("$")]
    whole = shorten(" ".join(whole.split())[anchors[0] :].removesuffix("$" * anchors[1])).replace("\\", "\\\\")
    clause = f'{context.field}:{shorten(operator)}{"^" * anchors[0]}"{whole}"{"$" * anchors[1]}'
    hint = f"{_QUOTE_WORDS}: {clause}"
    negated = None if operator else negated_word(context, start)
    if negated:
        hint = f"{negated}, or put quotes around the words: {clause}"
    return context.error(code, message, hint, length=len(word))


def _missing_value(context: ErrorContext) -> QuerySyntaxError:
    hint = after_keyword(context, "value") or _value_hint(context)
    return context.error("missing_value", "a value is missing", hint, length=int(context.at < len(context.text)))


def _value_hint(context: ErrorContext) -> str:
    field = context.field
    if context.compound and not context.inside:
        return "write compoundLogicalQuery:((a:1) OR (b:2))"
    if context.last == "TILDE" or (context.last == "LPAR" and "PRESENCE" not in context.expected):
        return f"write {field}:~text"
    if context.last == "SIZE":
        return size_hint(context)
    if context.last == "COMPARE":
        return f"write {field}:{context.last_text}value"
    if context.last == "COMMA" or context.inside:
        return 'write a value, or remove the comma; an empty text is ""'
    return f'write {field}:value, or {field}:exists; an empty text is {field}:""'


def _side_by_side(context: ErrorContext) -> QuerySyntaxError:
    twice = encoded_twice(context)
    if twice:
        return context.error("missing_comma", "a comma is missing between two values", twice)
    clauses = quoted_clauses(context)
    if clauses:
        return context.error("missing_comma", "there are clauses inside the parentheses of a field", clauses)
    hint = "put a comma, OR or AND between them"
    if "AND" not in context.expected:
        hint = f"put a comma or OR between them; for AND write {context.field}:(~x AND ~y)"
    return context.error(
        "missing_comma", "a comma is missing between two values", hint, length=len(context.word(None)) or 1
    )


def _symbol(context: ErrorContext, at: int) -> QuerySyntaxError:
    character = context.text[at]
    symbol = character * (2 if context.text[at + 1 : at + 2] == character else 1)
    keyword = _SYMBOLS[character]
    return context.error(
        "symbol_operator", f"'{symbol}' is not an operator", f"write {keyword}", at=at, length=len(symbol)
    )


def _as_list(context: ErrorContext) -> str:
    """The hint for a comma outside parentheses, which may separate values or clauses, or nothing."""
    operator, first, rest = (
        context.operator(context.last_start),
        hint_text(context.last_text),
        context.value_at(context.at + 1),
    )
    if not rest:
        return "remove the extra comma"
    if first[0] == "[":  # a list in JSON
        first, rest = first.lstrip("["), rest.rstrip("]")
    if operator == "~":
        hint = f"write {context.field}:~({first},{hint_value(rest.lstrip('~'))})"
    else:
        repeated = "" if rest[:1] in tuple("<>~") else operator
        hint = f"write {context.field}:({operator}{first},{repeated}{hint_test(rest)})"
    next_clause = _NEXT_CLAUSE.match(context.text, context.at + 1)
    return f"{hint}, or put a space, AND or OR between two clauses" if next_clause else hint


def _listing(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


_CHECKS: Final[tuple[Callable[[ErrorContext], QuerySyntaxError | None], ...]] = (
    _end,
    _quote,
    _forbidden_character,
    sort_and_fields,
    _operators,
    _between,
    _clause,
)
