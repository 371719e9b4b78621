"""Text → tree, beside the parsers of other filter languages.

Each peer reads the same meaning in its own language, in the shortest way that this has, from text to the tree that it
then works with, without any cache. Some read dates while they parse, some when they evaluate: that is theirs to choose.
Two limits stand beside them: the same grammar by lark alone, and one regular expression that only finds the tokens.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, NamedTuple

import lark

import qlause
from qlause.syntax.tables import grammar_text

from ..measure import Row, ratio, side_by_side
from ..packages import MISSING, installed

__all__ = ["FIQL", "QLAUSE", "run"]


class Texts(NamedTuple):
    """One meaning a field, in one language."""

    simple: str
    four_clauses: str


Parse = Callable[[str], object]

QLAUSE: Final = Texts(
    'name:"John" surname:~Smith',
    'name:("John","Jack","James") surname:~Smith '
    'metadata.createdAt:(>"2019-01-06T10:29:30.602Z" AND <"2020-01-07T10:29:30.602Z") primary:true',
)
_CEL: Final = Texts(
    'name == "John" && surname.contains("Smith")',
    'name in ["John", "Jack", "James"] && surname.contains("Smith") && '
    'metadata.createdAt > timestamp("2019-01-06T10:29:30.602Z") && '
    'metadata.createdAt < timestamp("2020-01-07T10:29:30.602Z") && primary == true',
)
# What q is made of, the most particular first.
_TERMINALS: Final = (
    *("BLANK", "COMPOUND", "FIELD", "PRESENCE", "AND", "OR", "NOT", "COMPARE"),
    *("TILDE", "LPAR", "RPAR", "COMMA", "ANCHORED", "QUOTED", "BARE"),
)
_CASE: Final = "contains tells case apart"


def _fiql() -> Parse:
    parse: Parse = import_module("fiql_parser").parse_str_to_expression
    return parse


def _jmespath() -> Parse:
    parser = import_module("jmespath.parser").Parser

    def parse(text: str) -> object:
        parser.purge()  # it keeps the last trees
        return parser().parse(text)

    return parse


def _cel() -> Parse:
    parse: Parse = import_module("cel").compile
    return parse


def _scim() -> Parse:
    lexer = import_module("scim2_filter_parser.lexer").SCIMLexer
    parser = import_module("scim2_filter_parser.parser").SCIMParser
    return lambda text: parser().parse(lexer().tokenize(text))


def _luqum() -> Parse:
    parse: Parse = import_module("luqum.thread").parse
    return parse


def _odata() -> Parse:
    grammar: Any = import_module("odata_query.grammar")
    return lambda text: grammar.ODataParser().parse(grammar.ODataLexer().tokenize(text))


def _rule_engine() -> Parse:
    module: Any = import_module("rule_engine")
    parse, context = module.Rule.parser.parse, module.Context()
    return lambda text: parse(text, context)


def _cel_python() -> Parse:
    parse: Parse = import_module("celpy").Environment().compile
    return parse


def _pygeofilter() -> Parse:
    parse: Parse = import_module("pygeofilter.parsers.ecql").parse
    lark.logger.setLevel("CRITICAL")  # importing it turned lark's debug log on, for everybody
    return parse


class Peer(NamedTuple):
    """A package, how it parses, what it is given, and where that means less than qlause's text."""

    distribution: str
    load: Callable[[], Parse]
    texts: Texts
    note: str = ""


FIQL: Final = Peer(
    "fiql-parser",
    _fiql,
    Texts(
        "name==John;surname==*Smith*",
        "(name==John,name==Jack,name==James);surname==*Smith*;"
        "metadata.createdAt=gt=2019-01-06T10:29:30.602Z;metadata.createdAt=lt=2020-01-07T10:29:30.602Z;"
        "primary==true",
    ),
    "no lists: three clauses",
)
PEERS: Final = (
    FIQL,
    Peer(
        "jmespath",
        _jmespath,
        Texts(
            "name == 'John' && contains(surname, 'Smith')",
            "contains(['John', 'Jack', 'James'], name) && contains(surname, 'Smith') && primary == `true`",
        ),
        f"cannot compare dates or text: no range; {_CASE}",
    ),
    Peer("common-expression-language", _cel, _CEL, f"in Rust; {_CASE}"),
    Peer(
        "scim2-filter-parser",
        _scim,
        Texts(
            'name eq "John" and surname co "Smith"',
            '(name eq "John" or name eq "Jack" or name eq "James") and surname co "Smith" and '
            'metadata.createdAt gt "2019-01-06T10:29:30.602Z" and metadata.createdAt lt "2020-01-07T10:29:30.602Z" '
            "and primary eq true",
        ),
        "no lists: three clauses",
    ),
    Peer(
        "luqum",
        _luqum,
        Texts(
            'name:"John" AND surname:*Smith*',
            'name:("John" OR "Jack" OR "James") AND surname:*Smith* AND '
            'metadata.createdAt:{"2019-01-06T10:29:30.602Z" TO "2020-01-07T10:29:30.602Z"} AND primary:true',
        ),
    ),
    Peer(
        "odata-query",
        _odata,
        Texts(
            "name eq 'John' and contains(surname, 'Smith')",
            "name in ('John', 'Jack', 'James') and contains(surname, 'Smith') and "
            "metadata/createdAt gt 2019-01-06T10:29:30.602Z and metadata/createdAt lt 2020-01-07T10:29:30.602Z and "
            "primary eq true",
        ),
        _CASE,
    ),
    Peer(
        "rule-engine",
        _rule_engine,
        Texts(
            'name == "John" and "Smith" in surname',
            'name in ["John", "Jack", "James"] and "Smith" in surname and '
            'metadata.createdAt > d"2019-01-06T10:29:30.602Z" and metadata.createdAt < d"2020-01-07T10:29:30.602Z" '
            "and primary == true",
        ),
        f"reads the dates too; {_CASE}",
    ),
    Peer("cel-python", _cel_python, _CEL, _CASE),
    Peer(
        "pygeofilter",
        _pygeofilter,
        Texts(
            "name = 'John' AND surname ILIKE '%Smith%'",
            "name IN ('John', 'Jack', 'James') AND surname ILIKE '%Smith%' AND "
            "metadata.createdAt DURING 2019-01-06T10:29:30.602Z / 2020-01-07T10:29:30.602Z AND primary = TRUE",
        ),
        "reads the dates too",
    ),
)


def run() -> list[Row]:
    """One row a parser: microseconds for each text, and how qlause's time stands to them."""
    parsers: dict[str, tuple[Parse, Texts, str]] = {
        "qlause": (qlause.parse, QLAUSE, ""),
        "lark alone": (_lark_alone(), QLAUSE, "the same grammar, LALR, contextual lexer, lark's own tree"),
        "one scan": (_scan(), QLAUSE, "one regular expression finds the tokens, and nothing is made of them"),
    }
    for peer in PEERS:
        if installed(peer.distribution):
            parsers[peer.distribution] = (peer.load(), peer.texts, peer.note)
    spent = {text: _times(parsers, text) for text in Texts._fields}
    rows: list[Row] = []
    for name in dict.fromkeys([*parsers, *(peer.distribution for peer in PEERS)]):
        row: Row = {"parser": name, "version": installed("lark" if name == "lark alone" else name)}
        for text, times in spent.items():
            words = text.replace("_", " ")
            row[f"{words} µs"] = round(times[name] * 1e6, 1) if name in times else None
            row[f"{words}, qlause : this"] = ratio(times["qlause"], times[name]) if name in times else None
        rows.append({**row, "note": parsers[name][2] if name in parsers else MISSING})
    return rows


def _times(parsers: dict[str, tuple[Parse, Texts, str]], text: str) -> dict[str, float]:
    return side_by_side(
        {name: _parsing(parse, getattr(texts, text)) for name, (parse, texts, _) in parsers.items()}, repeats=40
    )


def _parsing(parse: Parse, text: str) -> Callable[[], object]:
    return lambda: parse(text)


def _lark_alone() -> Parse:
    parser = lark.Lark(grammar_text(), parser="lalr", lexer="contextual", start=["query", "sort", "fields"])
    return lambda text: parser.parse(text, start="query")


def _scan() -> Parse:
    """The terminals of ``q`` in one pattern."""
    compiled = lark.Lark(grammar_text(), parser="lalr", start=["query", "sort", "fields"])
    patterns = {terminal.name: terminal.pattern.to_regexp() for terminal in compiled.terminals}
    tokens = re.compile("|".join(f"(?P<{name}>{patterns[name]})" for name in _TERMINALS))

    def scan(text: str) -> int:
        end = 0
        for token in tokens.finditer(text):
            if token.start() != end:
                break
            end = token.end()
        if end != len(text):
            raise AssertionError(f"the scan ends at {end} of {text!r}")
        return end

    return scan
