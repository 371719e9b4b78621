"""What is public: each name, with what a caller can give."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any, is_typeddict

import pytest

import qlause

PUBLIC = {
    "BindOptions": "options: language limits now schema timezone",
    "Cursor": "(sort: str, values: tuple[SortValue | None, ...]) -> None",
    "CursorError": "QlauseError",
    "Field": "(*, type: FieldType = any, array: bool = False, nullable: bool = True, values: tuple[str, ...] = (), "
    "languages: tuple[str, ...] = (), stored: str | tuple[str, ...] | None = None, storage: Storage | None = None, "
    "column: str | tuple[str | tuple[str, ...], ...] | None = None, relation: Relation | None = None, folded: str "
    "| None = None, binary: bool = False, open: bool = False, filterable: bool = True, sortable: bool = True, "
    "sort_hint: str | None = None, projectable: bool = True, operators: frozenset[Operator] | None = None, "
    "case_sensitive: bool = False, ignore_case: bool = False) -> None",
    "Fields": "(paths, source, covered)",
    "FieldsOptions": "options: always limits schema",
    "LimitExceededError": "QlauseError",
    "Limits": "(q_length, sort_length, fields_length, depth, tests, list_members, path_segments, contains_length, "
    "cost, characters)",
    "ListRequest": "(listing: ListingSettings, params: tuple[tuple[str, str], ...], asked: BoundQuery, sort: "
    "BoundSort, fields: BoundFields, size: int, number: int | None, after: Cursor | None, before: Cursor | None, "
    "uses_cursors: bool, wants_total: bool, language: str | None, restriction: BoundQuery | None = None, "
    "context: tuple[str | int | None, ...] = ()) -> None",
    "Listing": "(schema: Schema | Mapping[str, Field | str | Mapping[str, Any]], **options: Unpack[ListingOptions]) "
    "-> None",
    "ListingOptions": "options: always cursor_context cursor_secret default_language document equals ignore languages "
    "limits max_offset max_page_size names page_numbers page_size restricted sealed_cursors sort strict_sort timezone "
    "total unique",
    "OperatorNotAllowedError": "QlauseError",
    "Page": "(request: ListRequest, items: list[Any], total: int | None, next: str | None, previous: str | None) -> "
    "None",
    "ParameterError": "QlauseError",
    "Path": "(segments, span)",
    "QlauseError": "(message: str, *, code: str | None = None, text: str | None = None, offset: int | None = None, "
    "length: int = 0, hint: str | None = None, expected: Iterable[str] = ()) -> None",
    "Query": "(root)",
    "QuerySyntaxError": "QlauseError",
    "Relation": "(table: str | tuple[str, ...], on: tuple[tuple[str, str], ...], column: str | tuple[str, ...], "
    "through: tuple[Link, ...] = (), one: bool = False) -> None",
    "RequestError": "QlauseError",
    "Schema": "(fields: Mapping[str, Field | str | Mapping[str, Any]], *, open: bool = False) -> None",
    "Sort": "(keys, source)",
    "SortKey": "(path, descending, span)",
    "SortOptions": "options: language limits nulls schema strict unique",
    "Transformer": "()",
    "UnknownFieldError": "QlauseError",
    "UnsupportedError": "QlauseError",
    "ValueReadingError": "QlauseError",
    "Visitor": "()",
    "bind": "(query: str | Query | BoundQuery, **options: Unpack[BindOptions]) -> BoundQuery",
    "bind_fields": "(fields: str | Fields | BoundFields, **options: Unpack[FieldsOptions]) -> BoundFields",
    "bind_sort": "(sort: str | Sort | BoundSort, **options: Unpack[SortOptions]) -> BoundSort",
    "cached": "(make: Callable[[str], _T], *, size: int = 1024) -> Cached[_T]",
    "field": "(name: str | Path) -> FieldBuilder",
    "parse": "(text: str, *, limits: Limits = Limits()) -> Query",
    "parse_fields": "(text: str, *, limits: Limits = Limits()) -> Fields",
    "parse_sort": "(text: str, *, limits: Limits = Limits(), strict: bool = False) -> Sort",
    "python": "module: after page predicate prefilter projector sort_key",
    "python.after": "(sort: str | Sort | BoundSort, cursor: Cursor | None, *, attributes: bool = False, backward: "
    "bool = False, **options: Unpack[SortOptions]) -> Predicate",
    "mongo": "module: after apage filter page projection sort",
    "mongo.after": "(sort: str | Sort | BoundSort, cursor: Cursor | None, *, backward: bool = False, **options: "
    "Unpack[SortOptions]) -> dict[str, Any]",
    "sql": "module: DialectName Fragment ParamStyle Statements after index_ddl order_by page projector select "
    "statements where",
    "sql.after": "(sort: str | Sort | BoundSort, cursor: Cursor | None, dialect: DialectName, *, document: str = "
    "doc, alias: str | None = None, paramstyle: ParamStyle | None = None, backward: bool = False, **options: "
    "Unpack[SortOptions]) -> Fragment",
    "Cursor.of": "(sort: str | Sort | BoundSort, document: Mapping[str, Any], **options: Unpack[SortOptions]) -> "
    "Cursor",
    "Cursor.of_row": "(sort: str | Sort | BoundSort, row: Row, *, document: str = doc, **options: "
    "Unpack[SortOptions]) -> Cursor",
    "Cursor.encode": "(self, secret: bytes, *, context: Context = (), sealed: bool = False) -> str",
    "Cursor.decode": "(text: str, secret: bytes, *, context: Context = (), sealed: bool = False) -> Cursor",
    "python.predicate": "(query: str | Query | BoundQuery, *, attributes: bool = False, **options: "
    "Unpack[BindOptions]) -> Predicate",
    "python.prefilter": "(query: str | Query | BoundQuery, **options: Unpack[BindOptions]) -> Callable[[bytes], bool]",
    "python.projector": "(fields: str | Fields | BoundFields, *, attributes: bool = False, **options: "
    "Unpack[FieldsOptions]) -> Callable[[Any], Any]",
    "python.sort_key": "(sort: str | Sort | BoundSort, *, attributes: bool = False, **options: Unpack[SortOptions]) "
    "-> Callable[[Any], Any]",
    "python.page": "(documents: Iterable[Any], request: ListRequest, *, attributes: bool = False) -> Page",
    "Listing.read": "(self, params: Params, headers: Mapping[str, str] | Iterable[tuple[str, str]] = (), *, ignore: "
    "Sequence[str] = (), context: Context = ()) -> ListRequest",
    "ListRequest.restricted": "(self, condition: str | Query | Mapping[str, Value | None]) -> ListRequest",
    "Page.headers": "(self, url: str) -> dict[str, str]",
    "Page.envelope": "(self, url: str = ) -> dict[str, Any]",
    "sql.statements": "(request: ListRequest, table: str | tuple[str, ...], dialect: DialectName, *, paramstyle: "
    "ParamStyle | None = None) -> Statements",
    "sql.page": "(connection: Any, request: ListRequest, table: str | tuple[str, ...], dialect: DialectName, *, "
    "paramstyle: ParamStyle | None = None) -> Page",
    "sql.projector": "(fields: str | Fields | BoundFields, *, document: str = doc, **options: Unpack[FieldsOptions]) "
    "-> Callable[[Mapping[str, Any]], dict[str, Any]]",
    "mongo.page": "(collection: Any, request: ListRequest) -> Page",
    "mongo.apage": "(collection: Any, request: ListRequest) -> Page",
    "sqlalchemy.page": "(session: Any, statement: Any, request: ListRequest, *, source: Source | None = None) -> Page",
    "sqlalchemy.apage": "(session: Any, statement: Any, request: ListRequest, *, source: Source | None = None) -> Page",
}


def shape(found: Any) -> str:
    """What a caller can give, in short."""
    if inspect.ismodule(found):
        return f"module: {' '.join(sorted(found.__all__))}"
    if isinstance(found, type) and issubclass(found, qlause.QlauseError) and found is not qlause.QlauseError:
        return "QlauseError"
    if is_typeddict(found):
        return f"options: {' '.join(sorted(found.__annotations__))}"
    fields = getattr(found, "__match_args__", None)
    if fields is not None and not dataclasses.is_dataclass(found):  # a node
        return f"({', '.join(fields)})"
    return str(inspect.signature(found)).replace(repr(qlause.Limits()), "Limits()").replace("'", "")


def test_the_public_surface() -> None:
    names = {name for name in PUBLIC if "." not in name}
    assert set(qlause.__all__) >= names
    backends = set(qlause.__all__) - names
    assert backends <= {"django", "sqlalchemy"}
    assert {name: shape(qlause_name(name)) for name in PUBLIC} == PUBLIC
    assert set(qlause.__all__) <= set(dir(qlause))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        qlause.nothing  # noqa: B018  # it raises


def qlause_name(name: str) -> object:
    found: object = qlause
    for part in name.split("."):
        found = getattr(found, part)
    return found
