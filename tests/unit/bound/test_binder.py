"""Binding: NOT only on single tests, one leaf for a list, permissions, languages, and where an error is."""

from __future__ import annotations

from typing import Any

import pytest

import qlause
from qlause import Field, Path, Schema, bind, field
from qlause.bound import nodes as b
from qlause.python import predicate
from qlause.schema.storage import Target
from qlause.syntax.nodes import And, Clause, Compare, Equals, LiteralValue, Not, Or

A, B = Target(("a",)), Target(("b",))


def declared(*keys: str) -> Target:
    """The target of a declared field that is no array."""
    return Target(keys, scalar=True, declared=True)


def some(target: Target, test: Any, negated: bool = False) -> b.ValueMatches:
    return b.ValueMatches(target, test, negated)


def text(value: str, negated: bool = False) -> b.OneOf:
    return b.OneOf("string", (value,), negated)


@pytest.mark.parametrize(
    ("q", "root"),
    [
        ("", b.AllOf(())),
        ("  ", b.AllOf(())),
        ("()", b.AnyOf(())),
        ("NOT ()", b.AllOf(())),
        ("a:x", some(A, text("x"))),
        ("NOT a:x", some(A, text("x"), negated=True)),
        ("NOT NOT a:x", some(A, text("x"))),
        ("a:(NOT x)", some(A, text("x", negated=True))),
        ("NOT a:(NOT x)", some(A, text("x", negated=True), negated=True)),
        ("a:x b:y", b.AllOf((some(A, text("x")), some(B, text("y"))))),
        ("NOT (a:x b:y)", b.AnyOf((some(A, text("x"), negated=True), some(B, text("y"), negated=True)))),
        ("NOT (a:x OR b:y)", b.AllOf((some(A, text("x"), negated=True), some(B, text("y"), negated=True)))),
        ("a:x () b:y", b.AnyOf(())),
        ("a:x OR NOT ()", b.AllOf(())),
        ("a:()", b.AnyOf(())),
        ("a:(NOT ())", some(A, b.AllOf(()))),
        ("a:exists", b.PathExists(A)),
        ("a:missing", b.PathExists(A, negated=True)),
        ("NOT a:missing", b.PathExists(A)),
        ("a:null", b.AnyOf((b.PathExists(A, negated=True), some(A, b.IsNull())))),
        ("NOT a:null", b.AllOf((b.PathExists(A), some(A, b.IsNull(), negated=True)))),
        ("a:(x,y,x)", some(A, b.OneOf("string", ("x", "y")))),
        ("a:(x,1,2)", some(A, b.AnyOf((b.OneOf("string", ("x", "1", "2")), b.OneOf("number", (1, 2)))))),
        ("a:(1,1.0)", some(A, b.AnyOf((b.OneOf("string", ("1", "1.0")), b.OneOf("number", (1,)))))),
        ("a:(x,(y,(z)))", some(A, b.OneOf("string", ("x", "y", "z")))),
        ("a:(NOT (x,y))", some(A, b.OneOf("string", ("x", "y"), negated=True))),
        ("a:(x,null)", b.AnyOf((b.PathExists(A, negated=True), some(A, b.IsNull()), some(A, text("x"))))),
        ("a:(x,exists)", b.AnyOf((b.PathExists(A), some(A, text("x"))))),
        (
            "a:(NOT (>1 AND ~x))",
            some(
                A,
                b.AnyOf(
                    (
                        b.Compare("number", ">", 1, negated=True),
                        b.ContainsText("x", False, False, True, negated=True),
                    )
                ),
            ),
        ),
        ("a:~^É$", some(A, b.ContainsText("é", True, True, True))),
    ],
)
def test_the_bound_query(q: str, root: b.Node) -> None:
    found = bind(q).root
    assert found == root
    assert repr(found) == repr(root)


def negations(node: Any) -> bool:
    """Whether every node is of the bound language, which has no NOT of its own."""
    if isinstance(node, b.AllOf | b.AnyOf):
        return all(map(negations, node.items))
    if isinstance(node, b.ValueMatches):
        return negations(node.test)
    return isinstance(node, b.PathExists | b.OneOf | b.Compare | b.ContainsText | b.IsNull)


@pytest.mark.parametrize(
    "q", ["NOT (a:1 OR NOT (b:2 c:(NOT (1 OR >3))) OR NOT d:(null,~x))", "NOT NOT NOT (a:null b:())"]
)
def test_not_stands_at_the_tests_only(q: str) -> None:
    assert negations(bind(q).root)
    assert bind(f"NOT NOT ({q})") == bind(q)
    for document in ({}, {"a": 1}, {"b": 2, "c": [1, 5]}, {"d": None}, {"a": [], "d": "x"}):
        assert predicate(q)(document) is not predicate(f"NOT ({q})")(document)


def test_a_long_list_is_one_leaf_and_takes_no_quadratic_time() -> None:
    root = bind(f"a:({','.join(f'x{number}' for number in range(2_500))})").root
    assert isinstance(root, b.ValueMatches)
    assert isinstance(root.test, b.OneOf)
    assert len(root.test.values) == 2_500


SCHEMA = Schema(
    {
        "name": Field(type="localized", languages=("en", "fr"), stored="n"),
        "label": "localized",
        "secret": Field(type="string", filterable=False),
        "qty": "integer",
        "meta": Field(type="object", open=True),
        "strict": Field(type="string", nullable=False),
        "cased": Field(type="string", case_sensitive=True),
    }
)


def test_a_localized_field() -> None:
    english, french = declared("n", "en"), declared("n", "fr")
    assert bind("name.fr:x", schema=SCHEMA).root == some(french, text("x"))
    assert bind("name:x", schema=SCHEMA).root == b.AnyOf((some(english, text("x")), some(french, text("x"))))
    assert bind("name:x", schema=SCHEMA, language="fr").root == some(french, text("x"))
    assert bind("name:missing", schema=SCHEMA).root == b.AllOf(
        (b.PathExists(english, negated=True), b.PathExists(french, negated=True))
    )
    assert bind("label.de:x", schema=SCHEMA).root == some(Target(("label", "de"), scalar=True), text("x"))
    assert bind("label:x", schema=SCHEMA, language="de") == bind("label.de:x", schema=SCHEMA)


@pytest.mark.parametrize(
    ("q", "options", "code", "hint"),
    [
        ("name.de:x", {}, "unknown_field", "there are name.en, name.fr"),
        ("name:x", {"language": "de"}, "unknown_field", "there are name.en, name.fr"),
        ("label:x", {}, "language_needed", "name one, as in label.en"),
        ("secret:x", {}, "not_filterable", None),
        ("secret:exists", {}, "not_filterable", None),
        ("NOT secret:x", {}, "not_filterable", None),
        ("secret:()", {}, "not_filterable", None),
        ("nope:()", {}, "unknown_field", None),
        ("qyt:1", {}, "unknown_field", "did you mean qty?"),
    ],
)
def test_what_a_schema_does_not_let_through(q: str, options: Any, code: str, hint: str | None) -> None:
    whole = f"qty:1 {q}"
    with pytest.raises(qlause.UnknownFieldError) as caught:
        bind(whole, schema=SCHEMA, **options)
    error = caught.value
    assert error.code == code
    if hint is not None:
        assert error.hint == hint
    name = q.removeprefix("NOT ").partition(":")[0]
    assert (error.offset, error.length) == (whole.index(name), len(name))
    assert "secret" not in (error.hint or "")


def test_one_refused_clause_refuses_all() -> None:
    for q in (
        "qty:1 OR nope:1",
        "NOT (qty:1 OR (qty:2 nope:()))",
        "() nope:1",
        "qty:() OR nope:1",
        "NOT () OR nope:1",
        "qty:((1 AND ()),x)",
        "qty:(() AND x)",
    ):
        with pytest.raises((qlause.UnknownFieldError, qlause.ValueReadingError)):
            bind(q, schema=SCHEMA)


def test_attributes_of_a_field_shape_its_tests() -> None:
    strict = declared("strict")
    assert bind("strict:null", schema=SCHEMA).root == b.PathExists(strict, negated=True)
    assert bind("cased:~X", schema=SCHEMA).root == some(declared("cased"), b.ContainsText("X", False, False, False))
    below = bind("meta.a.b:1", schema=SCHEMA).root
    assert below == some(Target(("meta", "a", "b")), b.AnyOf((text("1"), b.OneOf("number", (1,)))))


def test_an_error_of_a_query_built_in_code_is_placed_in_canonical_text() -> None:
    for query, kind, marked in (
        (field("qty").equals("x y"), qlause.ValueReadingError, '"x y"'),
        (field("nope").equals(1), qlause.UnknownFieldError, "nope"),
        (field("qty").contains("x"), qlause.OperatorNotAllowedError, '~"x"'),
        (field("cased").exists() & ~field("qty").one_of([1, "z"]), qlause.ValueReadingError, '"z"'),
        (qlause.parse("cased:1") & field(Path(("a b", "c"))).exists(), qlause.UnknownFieldError, '"a b".c'),
    ):
        with pytest.raises(kind) as caught:
            bind(query, schema=SCHEMA)
        error = caught.value
        assert error.text is not None
        assert error.offset is not None
        assert error.text[error.offset : error.offset + error.length] == marked
        error.pretty()


def test_a_clause_built_in_code_may_be_as_deep_and_as_large_as_trees_can_be() -> None:
    test: Any = Equals(LiteralValue("x" * 2_000))
    for _ in range(45):
        test = Not(And((test, Compare(">", LiteralValue("1", bare=True)))))
    with pytest.raises(qlause.UnknownFieldError) as caught:
        bind(qlause.Query(Clause(Path(("nope",) * 20), test)), schema=SCHEMA)
    assert (caught.value.offset, caught.value.length) == (0, len(".".join(["nope"] * 20)))


def test_errors_of_combined_queries_point_into_the_text_they_came_from() -> None:
    query = qlause.parse("qty:1") & (qlause.parse('cased:x OR qty:"many"') | qlause.parse("strict:1"))
    with pytest.raises(qlause.ValueReadingError) as caught:
        bind(query, schema=SCHEMA)
    assert (caught.value.text, caught.value.offset, caught.value.length) == ('cased:x OR qty:"many"', 15, 6)


def test_errors_of_transformed_queries_point_into_canonical_text() -> None:
    class Rename(qlause.Transformer):
        def visit_Path(self, node: Path) -> Path:
            return Path(("unknown", *node.segments))

    with pytest.raises(qlause.UnknownFieldError) as caught:
        bind(Rename().visit(qlause.parse("   qty:( 1 , 2 )")), schema=SCHEMA)
    assert caught.value.text == "unknown.qty:(1,2)"
    assert (caught.value.offset, caught.value.length) == (0, 11)


def test_the_parts_of_the_bound_language() -> None:
    x, y = some(A, text("x")), some(B, text("y"))
    assert b.all_of([x]) is x
    assert b.any_of([x]) is x
    assert b.all_of([b.AllOf((x, y)), x]) == b.AllOf((x, y, x))
    assert b.any_of([b.AnyOf((x, y)), b.AnyOf(())]) == b.AnyOf((x, y))
    assert b.all_of([x, b.AnyOf(())]) == b.AnyOf(())
    assert b.any_of([x, b.AllOf(())]) == b.AllOf(())
    assert b.all_of([]) == b.AllOf(())
    assert b.complement(b.AllOf((x, b.AnyOf((y, x))))) == b.AnyOf(
        (b.complement(x), b.AllOf((b.complement(y), b.complement(x))))
    )
    assert hash(bind("a:(1,x) NOT b:null")) == hash(bind("a:(1,x) NOT b:null"))
    assert isinstance(qlause.parse("a:1 OR b:2").root, Or)
