"""What the bytes of a JSON text tell before it is parsed."""

from __future__ import annotations

import json

import pytest

from qlause import Schema, python

SCHEMA = Schema(
    {
        "at": "date-time",
        "day": {"type": "date", "storage": "native"},
        "code": {"type": "string", "ignore_case": True},
        "title": {"type": "localized", "languages": ("en", "fr")},
        "qty": "integer",
    }
)
MANY = ",".join(f"n{number}" for number in range(2000))
LONG = "a very long text, of more characters than are searched for"

PASS = [
    ("name:John", '{"name":"John"}'),
    ("name:John", r'{"name":"J\u006fhn"}'),
    ("name:John", r'{"n\u0061me":"\u004Aohn"}'),
    ("name:John", '{ "name" : [ 1, "John" ] }'),
    ('name:"a/b"', r'{"name":"a\/b"}'),
    ('name:"a\\"b"', r'{"name":"a\"b"}'),
    ('name:""', '{"name":""}'),
    ("name:aéb", '{"name":"aéb"}'),
    ("name:aéb", r'{"name":"a\u00E9b"}'),
    ('name:"aé"', r'{"name":"\u0061\u00e9"}'),
    ("name:😀", r'{"name":"\ud83D\uDe00"}'),
    (f'name:"{LONG}"', json.dumps({"name": LONG})),
    (f'name:~"{LONG}"', json.dumps({"name": LONG.upper() + "!"})),
    ("name:~smith", '{"name":"BLACKSMİTH"}'),
    ("name:~smith", r'{"name":"SM\u0130TH"}'),
    ("name:~kiel", '{"name":"\u212aiel"}'),
    ("name:~^ÉTÉ$", r'{"name":"\u00c9té"}'),
    ("name:~σας", '{"name":"ΣΑς"}'),
    ("name:(x,~y)", '{"name":"X y"}'),
    ("name:X OR name:~abcd", '{"name":"X"}'),
    ("primary:true", '{"primary":true}'),
    ("primary:true", '{"primary":"true"}'),
    ("qty:20", '{"qty":2e1}'),
    ("qty:null", "{}"),
    ("NOT name:John", "{}"),
    ("name:(NOT John)", '{"name":"Jack"}'),
    ("", "{}"),
    ("name:(>=aab AND <=aad)", '{"name":"aad"}'),
    ("name:(>=aab AND <=aad)", r'{"name":"\u0061ac"}'),
    ("name:(>=a AND <=aad)", '{"name":"a"}'),
    (f"name:({MANY})", '{"name":"n1999"}'),
]
STOP = [
    ("name:John", '{"name":"Johnny"}'),
    ("name:John", '{"name":"Jack"}'),
    ("name:John", r'{"name":"Ji\u0161i","text":"\"\\ \n\/ \u00e9\ud83d\ude00"}'),
    ("name:John", '{"title":"John"}'),
    ("name:~smith", '{"name":"Müller"}'),
    ("name:~smith", r'{"name":"M\u00fcller"}'),
    ("a.b:exists", '{"a":1}'),
    ("primary:true", '{"primary":false}'),
    ("name:()", '{"name":1}'),
    ("name:(>=aab AND <=aad)", '{"name":"aae"}'),
    ("name:(>=b AND <=a)", '{"name":"b"}'),
    ("a:x OR b:y", '{"a":"z"}'),
    ("name:x (a:1 OR NOT b:2)", '{"a":1}'),
    (f"name:({MANY})", '{"title":"n1999"}'),
]


@pytest.mark.parametrize(("query", "text"), PASS)
def test_what_may_match(query: str, text: str) -> None:
    assert python.predicate(query)(json.loads(text))
    assert python.prefilter(query)(text.encode())


@pytest.mark.parametrize(("query", "text"), STOP)
def test_what_cannot_match(query: str, text: str) -> None:
    assert not python.predicate(query)(json.loads(text))
    assert not python.prefilter(query)(text.encode())


@pytest.mark.parametrize(
    ("query", "passes", "stops"),
    [
        ("at:2020-02-03", '{"at":"2020-02-03T23:59:59.9Z"}', '{"at":"2020-02-05T00:00:00Z"}'),
        ('at:"2020-02-03T10:00:00.5+02:00"', '{"at":"2020-02-03T08:00:00.500Z"}', '{"at":"2020-02-03T10:00:00.500Z"}'),
        ("at:(>=2020-02-03 AND <2020-02-05)", r'{"at":"2020\u002d02-04T00:00:00Z"}', '{"at":"2020-02-13T00:00:00Z"}'),
        ("day:2020-02-03", None, '{"day":"2020-02-03"}'),
        ("code:aK", '{"code":"A\u212a"}', '{"code":"Aх"}'),
        ("title:~bleu", '{"title":{"fr":"Le BLEU"}}', '{"title":{"fr":"Le rouge"}}'),
    ],
)
def test_types_of_a_schema(query: str, passes: str | None, stops: str) -> None:
    matches, may_match = python.predicate(query, schema=SCHEMA), python.prefilter(query, schema=SCHEMA)
    if passes is not None:
        assert matches(json.loads(passes))
        assert may_match(passes.encode())
    assert not matches(json.loads(stops))
    assert not may_match(stops.encode())
