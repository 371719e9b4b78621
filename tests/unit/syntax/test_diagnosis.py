"""Refused texts: where the error is, and what its hint proposes.

A text that a hint proposes must parse. This is tested for every hint here, and for the hints of thousands of texts that
are made of pieces of the language.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import qlause
from qlause import QuerySyntaxError

QUERIES: list[tuple[str, str, int, int, str | None]] = [
    # a name, its colon, and what other languages write instead of a colon
    ("name", "missing_colon", 0, 4, "write name:value, or name:exists to check that it exists"),
    ("name: John", "blank_after_colon", 5, 1, "write name:John"),
    ('name: "John S"', "blank_after_colon", 5, 1, 'write name:"John S"'),
    ("name: ", "blank_after_colon", 5, 1, "write name:value"),
    ("name :John", "blank_before_colon", 4, 1, "write name:John"),
    ('"a b" : "c"', "blank_before_colon", 5, 1, 'write "a b":"c"'),
    ("a=1", "missing_colon", 0, 3, "write a:1"),
    ("a == 1", "missing_colon", 0, 1, "write a:1"),
    ("a!=1", "missing_colon", 0, 4, "write NOT a:1"),
    ("a <> 1", "missing_colon", 0, 1, "write NOT a:1"),
    ("a >= 5", "missing_colon", 0, 1, "write a:>=5"),
    ('a>"x y"', "missing_colon", 0, 2, 'write a:>"x y"'),
    ("a~x", "missing_colon", 0, 3, "write a:~x"),
    ("a =~ x", "missing_colon", 0, 1, "write a:~x"),
    ("a:1 b>5", "missing_colon", 4, 3, "write b:>5, or put quotes around text of several words"),
    ("a in (1,2)", "missing_colon", 0, 1, "write a:(1,2)"),
    ("a LIKE x", "missing_colon", 0, 1, "write a:~x"),
    ("a is null", "missing_colon", 0, 1, "write a:null"),
    ("a exists", "missing_colon", 0, 1, "write a:exists"),
    ("null", "missing_colon", 0, 4, "write field:null"),
    (
        "first name:x",
        "missing_colon",
        0,
        5,
        'write first:value, or put quotes around a name with spaces: "first name":value',
    ),
    ('"x"', "missing_colon", 0, 3, 'write field:"x"'),
    ('"a"."b"', "missing_colon", 0, 7, 'write "a"."b":value'),
    ("compoundLogicalQuery", "missing_colon", 0, 20, "write compoundLogicalQuery:((a:1) OR (b:2))"),
    (
        "compoundLogicalQuery:x",
        "reserved_name",
        0,
        21,
        'write compoundLogicalQuery:((a:1) OR (b:2)); a field of that name is "compoundLogicalQuery":x',
    ),
    ("a:1 ADN b:2", "missing_colon", 4, 3, "did you mean AND?"),
    # a path
    ("a..b:1", "path_segment", 2, 1, "separate the parts of a name with single dots, as in a.b"),
    (".a:1", "path_segment", 0, 1, "separate the parts of a name with single dots, as in a.b"),
    ("a.:1", "path_segment", 2, 1, "separate the parts of a name with single dots, as in a.b"),
    (":x", "path_segment", 0, 1, "separate the parts of a name with single dots, as in a.b"),
    (
        "a.0:1",
        "path_segment",
        2,
        1,
        "arrays take no index: write a:x, for any element; a schema can give a key of digits another name (stored)",
    ),
    (
        "a[0].b:1",
        "bad_name",
        1,
        1,
        "arrays take no index: write a.b:x, for any element; a schema can give a key of digits another name (stored)",
    ),
    ('"".a:1', "path_segment", 0, 2, None),
    ("a/b.c:1", "bad_name", 1, 1, 'put quotes around it: "a/b"'),
    ("a.b/c:1", "bad_name", 3, 1, 'put quotes around it: "b/c"'),
    ("€:1", "bad_name", 0, 1, 'put quotes around it: "€"'),
    ("'a':1", "wrong_quotes", 0, 1, 'write "a"'),
    ("{a:1}", "bad_name", 0, 1, "remove the brackets; a query is written as name:x, not as JSON"),
    ('{"a":1}', "missing_colon", 0, 1, "remove the brackets; a query is written as name:x, not as JSON"),
    # a value
    ("name:", "missing_value", 5, 0, 'write name:value, or name:exists; an empty text is name:""'),
    ("(name:", "missing_value", 6, 0, 'write name:value, or name:exists; an empty text is name:""'),
    ("(a:1 OR b:>", "missing_value", 11, 0, "write b:>value"),
    ("a:(1,", "missing_value", 5, 0, 'write a value, or remove the comma; an empty text is ""'),
    ("name:~", "missing_value", 6, 0, "write name:~text"),
    ("name:>=", "missing_value", 7, 0, "write name:>=value"),
    ("name:~()", "missing_value", 7, 1, "write name:~text"),
    ("name:(a,,b)", "missing_value", 8, 1, 'write a value, or remove the comma; an empty text is ""'),
    ("name:(a,)", "missing_value", 8, 1, 'write a value, or remove the comma; an empty text is ""'),
    ("name:(a AND)", "missing_value", 11, 1, "write a value after AND, or remove AND"),
    ('name:~""', "empty_contains", 6, 2, "write at least one character, or name:exists"),
    ("a.b:(~^$)", "empty_contains", 6, 2, "write at least one character, or a.b:exists"),
    ("name:=x", "equals_sign", 5, 1, "write name:x"),
    ("name:~=x", "equals_sign", 6, 1, "write name:~x"),
    ("name:(=x)", "equals_sign", 6, 1, "remove '='"),
    ("name:!x", "negation", 5, 1, "write NOT name:x"),
    ("name:!=x", "negation", 5, 1, "write NOT name:x"),
    ('name:!"x y"', "negation", 5, 1, 'write NOT name:"x y"'),
    ("name:<>x", "negation", 6, 1, "write NOT name:x"),
    ("name:>!5", "negation", 6, 1, "write NOT name:>5"),
    ("name:(1,!2)", "negation", 8, 1, "write NOT 2"),
    ("-name:x", "negation", 0, 1, "write NOT name:x"),
    ('a:1 -name:"x y"', "negation", 4, 1, 'write NOT name:"x y"'),
    ("!name:(x,y)", "negation", 0, 1, "write NOT name:x"),
    ("+name:x", "negation", 0, 1, "write name:x"),
    ("~name:x", "negation", 0, 1, "write name:~x, or NOT name:x"),
    ("!(a:1)", "negation", 0, 1, "write NOT (a:x) for a group"),
    ("a:NOT x", "reserved_word", 2, 3, "write NOT a:x, or a:(NOT x)"),
    ("a:AND", "reserved_word", 2, 3, 'if you mean the word itself, put it in quotes: "AND"'),
    ("a:~~x", "syntax", 3, 1, "put text that starts with '~' in quotes"),
    # text without quotes, or with wrong ones
    ("name:John Smith", "unquoted_text", 10, 5, 'put quotes around text of several words: name:"John Smith"'),
    ("name:~John van Dam x:1", "unquoted_text", 11, 3, 'put quotes around text of several words: name:~"John van Dam"'),
    ("name:~^John Smith", "unquoted_text", 12, 5, 'put quotes around text of several words: name:~^"John Smith"'),
    ("name:a\\b c", "unquoted_text", 9, 1, 'put quotes around text of several words: name:"a\\\\b c"'),
    ("name:'x y'", "wrong_quotes", 8, 2, 'put quotes around text of several words: name:"x y"'),
    ("name:“x y”", "wrong_quotes", 8, 2, 'put quotes around text of several words: name:"x y"'),
    ('a:x"y"', "quote_in_word", 3, 1, 'put the whole text in quotes and write \\" for the quote: "x\\"…"'),
    ('a:"5" nail"', "quote_in_text", 4, 1, 'write \\" for a quote inside the text'),
    ('b:1 a:"x', "unclosed_quote", 6, 1, 'add a closing quote; write \\" for a quote inside the text'),
    (
        'a:"\\x"',
        "bad_escape",
        3,
        2,
        r"write \\ for a backslash; the escapes are those of JSON: \" \\ \/ \b \f \n \r \t \uXXXX",
    ),
    ('a:"\\ud800"', "surrogate", 2, 8, r"write both halves, as in \ud83d\ude00"),
    ("a:\ud800", "surrogate", 2, 1, "send the text as valid UTF-8"),
    ('a:"\t"', "control_character", 3, 1, "write it as \\u0009 inside quotes"),
    ("a:\x01", "control_character", 2, 1, "write it as \\u0001 inside quotes"),
    (
        "a:1\xa0b:2",
        "control_character",
        3,
        1,
        "use a plain space, or put text that contains this character in quotes",
    ),
    (
        "a\u3000b:1",
        "control_character",
        1,
        1,
        "use a plain space, or put text that contains this character in quotes",
    ),
    # lists, groups, keywords
    ("name:John,Jack", "list_without_parentheses", 9, 1, "write name:(John,Jack)"),
    ('name:"a", "b"', "list_without_parentheses", 8, 1, 'write name:("a","b")'),
    ('name:~"a","b"', "list_without_parentheses", 9, 1, 'write name:~("a","b")'),
    ("a:>5,<10", "list_without_parentheses", 4, 1, "write a:(>5,<10)"),
    ("a:[1,2]", "list_without_parentheses", 4, 1, "write a:(1,2)"),
    ("a:1,b:2", "list_without_parentheses", 3, 1, "write a:(1,b:2), or put a space, AND or OR between two clauses"),
    ("a:1,", "list_without_parentheses", 3, 1, "remove the extra comma"),
    ('a:"x" "y"', "missing_colon", 6, 3, 'write a:("x","y") for a list'),
    ("a:(x 'y' \"z\")", "missing_comma", 9, 1, "put a comma, OR or AND between them"),
    ("a:>5 <10", "missing_colon", 5, 3, "write a:<10, or combine tests of one value as in a:(>1 AND <5)"),
    ("a:>5 AND <10", "missing_colon", 9, 3, "write a:<10, or combine tests of one value as in a:(>1 AND <5)"),
    ('a:"x"b:1', "missing_blank", 5, 1, "put a space, AND or OR between them"),
    ("a:1(b:2)", "missing_blank", 3, 1, "put a space, AND or OR between them"),
    ("a && b", "symbol_operator", 2, 2, "write AND"),
    ("a:1 || b:2", "symbol_operator", 4, 2, "write OR"),
    ("a:1 and b:2", "keyword_case", 4, 3, "write AND in capitals"),
    ("OR a:1", "missing_clause", 0, 2, "write a clause before OR, or remove OR"),
    ("a:1 AND", "unexpected_end", 7, 0, "write a clause after AND, or remove AND"),
    ("(a:1 NOT)", "missing_clause", 8, 1, "write a clause after NOT, or remove NOT"),
    ("(a:1 (b:2)", "unclosed_parenthesis", 0, 1, "add ')' to close it"),
    ("a:(1,(2)", "unclosed_parenthesis", 2, 1, "add ')' to close it"),
    ("a:1)", "unmatched_parenthesis", 3, 1, "remove it, or add '(' before it"),
    ("a:(NOT null)", "presence_in_group", 7, 4, "make it a separate clause, as in NOT a:null"),
    # dates
    ("at:>2019-01-06T10:00:00 02:00", "lost_plus", 23, 1, "write + as %2B in the URL"),
    ("at:>now 7d", "lost_plus", 7, 1, "write + as %2B in the URL"),
    ("at:2024-01-01 10:00", "blank_in_time", 13, 1, "write 2024-01-01T10:00"),
    ("at:now - 7d", "unquoted_text", 7, 1, "write at:now-7d"),
]
LISTS: list[tuple[str, str, str, int, int, str | None]] = [
    ("sort", "a desc", "missing_colon", 2, 4, "write a:desc"),
    ("sort", "b,a ascending", "missing_colon", 4, 9, "write a:asc"),
    ("sort", "-a", "sort_sign", 0, 1, "write a:desc"),
    ("sort", "+a.b", "sort_sign", 0, 1, "write a.b"),
    ("sort", "a b", "missing_comma", 2, 1, "write a,b"),
    ("sort", "a,,b", "empty_part", 2, 1, "remove the extra comma"),
    ("sort", "a,", "empty_part", 2, 0, "remove the extra comma"),
    ("sort", ",a", "empty_part", 0, 1, "remove the extra comma"),
    ("sort", "a,a:desc", "duplicate_path", 2, 1, "list each field once"),
    (
        "sort",
        "a[0]",
        "bad_name",
        1,
        1,
        "a sort does not look into arrays; a schema can give a key of digits another name (stored)",
    ),
    ("sort", '"a', "unclosed_quote", 0, 1, 'add a closing quote; write \\" for a quote inside the text'),
    ("strict", "a:descend", "sort_direction", 1, 8, "did you mean desc?"),
    ("strict", "a:up", "sort_direction", 1, 3, "write asc or desc"),
    ("fields", "a:1", "direction_in_fields", 1, 1, "remove ':' and what follows it"),
    ("fields", "a b", "missing_comma", 2, 1, "write a,b"),
    ("fields", "*", "bad_name", 0, 1, "leave out the parameter to get every field"),
    (
        "fields",
        "a(b,c)",
        "syntax",
        1,
        1,
        "remove the brackets; write a nested field with a dot, as in a.b",
    ),
    (
        "fields",
        "a{b}",
        "bad_name",
        1,
        1,
        "remove the brackets; write a nested field with a dot, as in a.b",
    ),
    ("fields", '"a"b', "syntax", 3, 1, "separate field names with commas, and the parts of a name with dots"),
    ("fields", "a..b", "path_segment", 2, 1, "separate the parts of a name with single dots, as in a.b"),
    ("fields", "a.1", "path_segment", 2, 1, "arrays take no index: a keeps that of every element"),
]
READERS: dict[str, Callable[[str], Any]] = {
    "q": qlause.parse,
    "sort": qlause.parse_sort,
    "strict": lambda text: qlause.parse_sort(text, strict=True),
    "fields": qlause.parse_fields,
}
_PROPOSED = re.compile(r"(?:^|; |, or |: |as in | is )(?:write )?(.+?)(?=, or |; |, as in | to check | for a |$)")
_PROSE = re.compile(r"write (?:at least|a |names|both|it |the |\\)|…|[|]")


def proposals(error: QuerySyntaxError) -> Iterator[str]:
    """The whole clauses that the hint of an error about a query proposes."""
    hint = error.hint or ""
    if hint.startswith(("write ", "make it a separate clause", "put quotes around text of several words: ")):
        for found in _PROPOSED.findall(hint):
            if re.match(r'(?:NOT )?[\w."-][^ :]*:\S|NOT \(', found) and not _PROSE.search(found):
                yield found


def refused(text: str, language: str = "q") -> QuerySyntaxError:
    with pytest.raises(QuerySyntaxError) as caught:
        READERS[language](text)
    return caught.value


@pytest.mark.parametrize(
    ("language", "text", "code", "offset", "length", "hint"), [*(("q", *row) for row in QUERIES), *LISTS]
)
def test_the_place_and_the_hint(
    language: str, text: str, code: str, offset: int, length: int, hint: str | None
) -> None:
    error = refused(text, language)
    assert (error.code, error.offset, error.length, error.hint) == (code, offset, length, hint)
    error.pretty()


@pytest.mark.parametrize("text", [row[0] for row in QUERIES])
def test_what_a_hint_proposes_can_be_read(text: str) -> None:
    for proposed in proposals(refused(text)):
        qlause.parse(proposed)


def test_most_hints_propose_something() -> None:
    """Else the test above would say nothing."""
    assert sum(bool(list(proposals(refused(row[0])))) for row in QUERIES) >= 50


@pytest.mark.parametrize(
    "text",
    [
        "name:'x'",
        "a:1;b:2",
        "a:1||b:2",
        "ANDroid:1 ORder:2 NOTe:3",
        "a:xAND",
        "and:1 or:2 exists:3 null:4",
        "AND:1",
        "a-b:-1 _x:+5",
        "a:-b:2",
        "a:http://x?y=1&z=2",
        "a:b:c",
        "(a:1)(b:2)OR(c:3)",
        "a:(x:y OR http://z)",
        "a:* b:x* c:%",
        "at:2019-01-06T10:00:00+02:00",
        "at:now+1d/d",
        "a:(now 7d)",
    ],
)
def test_what_only_looks_like_a_slip_is_read(text: str) -> None:
    qlause.parse(text)


PIECES = [
    *"abx1", "name", "a.b", '"a b"', "é", "now", "2024-01-01", "10:00", ":", ":", ":", ":", "~", "^", "$", ">", "<=",
    "=", "!", "-", "+", " ", " ", " ", "(", ")", ",", '"', '"x"', "'", "AND", "OR", "NOT", "and", "null", "exists",
    "&&", "|", ".", "\\", "\n", "\xa0", "\x00", "*", "[0]", "{", "compoundLogicalQuery:", "\u202e", "\ud800",
]  # fmt: skip


def check(error: QuerySyntaxError, text: str, about_query: bool) -> int:
    """Hold an error against its text; the number of queries that its hint proposes."""
    assert error.text == text
    assert error.offset is not None
    assert 0 <= error.offset <= error.offset + error.length <= len(text)
    assert error.length or error.offset == len(text)
    error.pretty()
    found = list(proposals(error)) if about_query else []
    for proposed in found:
        try:
            qlause.parse(proposed)
        except QuerySyntaxError as again:
            pytest.fail(f"{text!r}: {error.hint!r} proposes {proposed!r}: {again}")
    return len(found)


def test_every_text_is_read_or_refused_with_a_true_hint() -> None:
    generator = random.Random(7)  # no secret
    proposed = 0
    for _ in range(6_000):
        text = "".join(generator.choices(PIECES, k=generator.randint(1, 9)))
        for read in (qlause.parse, qlause.parse_sort, qlause.parse_fields):
            try:
                found = read(text)
            except QuerySyntaxError as error:
                proposed += check(error, text, read is qlause.parse)
            else:
                assert read(str(found)) == found
    assert proposed > 1_000


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "a" * n,
        lambda n: "a " * (n // 2),
        lambda n: "a:x " + " " * n + "y",
        lambda n: "a:x" + " b" * (n // 2 - 2),
        lambda n: '"' * n,
        lambda n: 'a:"' + "\\" * n,
        lambda n: "a." * (n // 2),
        lambda n: '"a".' * (n // 4),
        lambda n: "-" * n,
        lambda n: "a" + "=" * n,
        lambda n: "a:(" + "x," * (n // 2 - 2),
        lambda n: "a:x" + "'" * n + " y",
        lambda n: "a:now" + "+1d" * (n // 4) + " 7d",
        lambda n: " " * n + "&",
        lambda n: "é" * n + " ",
        lambda n: "a:1 " * (n // 4) + ")",
    ],
)
def test_a_long_broken_text_is_refused_as_a_short_one_is(make: Callable[[int], str]) -> None:
    found = []
    for length in (160, 15_900):  # how the time grows is for the benchmarks to show
        with pytest.raises(qlause.QlauseError) as caught:
            qlause.parse(make(length))
        found.append(caught.value.code)
    assert found[0] == found[1] or found[1].startswith("limit_")


@pytest.mark.parametrize("text", ["NOT ", "a:1 AND", "a:1 OR", "a:elemMatch("])
def test_a_text_that_ends_too_early_says_what_may_follow(text: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        qlause.parse(text)
    assert caught.value.message == "the text ends too early; expected a field name with ':', '(' or NOT"
