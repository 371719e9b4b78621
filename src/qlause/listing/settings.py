"""What a list endpoint offers: its fields, parameters and pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from types import NoneType
from typing import Any, Final, Literal, TypeAlias, TypedDict, Unpack

from ..bound.cursor import Cursor
from ..bound.cursor_text import Context
from ..bound.resolve import refuse_unknown
from ..errors import refuse_type
from ..limits import DEFAULT_LIMITS, Limits
from ..schema.field import segments_of
from ..schema.schema import Field, Schema
from ..syntax.nodes import Path
from .parameters import HUGE, context_parts

__all__ = ["DEFAULT_NAMES", "TOTAL_HEADER", "ListingOptions", "ListingSettings", "Totals"]

Totals: TypeAlias = Literal["on_request", "always", "never"]
DEFAULT_NAMES: Final[Mapping[str, str]] = {
    "q": "q",
    "sort": "sort",
    "fields": "fields",
    "page": "pageNumber",
    "size": "pageSize",
    "after": "after",
    "before": "before",
}
"""The parameters of a listing by what they are for."""
TOTAL_HEADER: Final = "X-Total-Count"
"""The header by which a request asks for the number of all items, and a response tells it."""


_TYPES: Final[Mapping[str, tuple[type[Any], ...]]] = {
    **dict.fromkeys(("sort", "unique", "total", "document"), (str,)),
    **dict.fromkeys(("strict_sort", "page_numbers", "sealed_cursors", "restricted"), (bool,)),
    **dict.fromkeys(("page_size", "max_page_size", "max_offset"), (int,)),
    "cursor_secret": (bytes, NoneType),
    "default_language": (str, NoneType),
    "names": (Mapping,),
    "limits": (Limits,),
}
"""The types of options."""


class ListingOptions(TypedDict, total=False):
    """The options of a :class:`Listing`.

    Args:
        equals: Fields that are parameters of their own, ``type=BILLING``: the field equals the value, whatever ``q``
            says besides.
        sort: The sort of a request that names none.
        unique: The field that tells any two items apart, by default ``id``. The schema must declare it.
        strict_sort: Whether a direction other than asc and desc is refused, which is the default. The API family that
            the language comes from takes any other word for asc.
        page_size: The size of a page where a request does not name one, by default 16.
        max_page_size: The largest size that a request may name, by default 100.
        max_offset: How many items a page may skip, by default 10,000. Counting over more of them costs the storage more
            and more; a cursor costs the same anywhere.
        page_numbers: Whether pages can be asked for by their number, which is the default.
        cursor_secret: The key that signs cursors. With it pages can be asked for by cursors, and the pages beside the
            first one are, unless the request names a page number.
        cursor_context: What cursors are good for besides the ``q``, the sort and the equality parameters of their
            request, such as the name of the endpoint: a text, or several. The cursor of a listing with another one is
            refused. :meth:`Listing.read` takes what only a request knows, such as the tenant.
        sealed_cursors: Whether cursors are encrypted, so that a client cannot read the values in them. It needs the
            extra ``sealed``.
        total: When the number of all items comes with a page: ``on_request`` (the default; a request asks with the
            header ``X-Total-Count: true``), ``always`` or ``never``.
        languages: The languages that Accept-Language chooses from, by default those that all localized fields list.
        default_language: The language where the request prefers none. None: a filter by a localized field finds text in
            any language.
        always: Fields that come out whatever ``fields`` asks for.
        restricted: Whether each request needs a condition of the server's own, by :meth:`ListRequest.restricted`. A
            page of a request without one is then a ValueError.
        ignore: Names of parameters that are ignored, with ``*`` for any text: ``("utm_*",)``.
        names: Other names for parameters, such as ``{"page": "page", "size": "limit"}``. The names are those of
            ``q``, ``sort``, ``fields``, ``page``, ``size``, ``after`` and ``before``.
        document: In SQL, the column that holds the documents, by default ``doc``: what the schema declares without a
            column of its own is in there.
        timezone: The time zone of days and date-times that a query writes without one, by default UTC.
        limits: The limits for ``q``, ``sort`` and ``fields``.

    """

    equals: Sequence[str]
    sort: str
    unique: str
    strict_sort: bool
    page_size: int
    max_page_size: int
    max_offset: int
    page_numbers: bool
    cursor_secret: bytes | None
    cursor_context: Context
    sealed_cursors: bool
    total: Totals
    languages: Sequence[str]
    default_language: str | None
    always: Sequence[str]
    restricted: bool
    ignore: Sequence[str]
    names: Mapping[str, str]
    document: str
    timezone: tzinfo
    limits: Limits


class ListingSettings:
    """The settings of a listing, checked: the base of :class:`.listing.Listing`, which reads requests.

    Args:
        schema: The fields that requests may use.
        **options: See :class:`ListingOptions`.

    """

    def __init__(
        self, schema: Schema | Mapping[str, Field | str | Mapping[str, Any]], **options: Unpack[ListingOptions]
    ) -> None:
        refuse_unknown(options, ListingOptions)
        for name, expected in _TYPES.items():
            if name in options:
                _refuse_other_type(name, options[name], expected)  # type: ignore[literal-required]  # a name of them
        self.document = options.get("document", "doc")
        self.schema = (schema if isinstance(schema, Schema) else Schema(schema)).over_document(self.document)
        self.server_schema = _for_the_server(self.schema)
        self.unique = options.get("unique", "id")
        self.max_page_size = options.get("max_page_size", max(100, options.get("page_size", 0)))
        self.page_size = options.get("page_size", min(16, self.max_page_size))
        self.max_offset = options.get("max_offset", 10_000)
        self.page_numbers = options.get("page_numbers", True)
        self.cursor_secret = options.get("cursor_secret")
        self.cursor_context = context_parts(options.get("cursor_context", ()), "cursor_context")
        self.sealed_cursors = options.get("sealed_cursors", False)
        self.total: Totals = options.get("total", "on_request")
        self.restricted = options.get("restricted", False)
        self.limits = options.get("limits", DEFAULT_LIMITS)
        self.default_sort = options.get("sort", "")
        self.strict_sort = options.get("strict_sort", True)
        self.languages = tuple(_listed("languages", options.get("languages", _common_languages(self.schema))))
        self.default_language = options.get("default_language")
        self.names = {**DEFAULT_NAMES, **options.get("names", {})}
        for use, name in self.names.items():
            refuse_type(name, (str,), f"the name of {use}")
        self._always = tuple(_listed("always", options.get("always", ())))
        self._ignored = tuple(_listed("ignore", options.get("ignore", ())))
        self.timezone = options.get("timezone", UTC)
        if not isinstance(self.timezone, tzinfo):
            raise TypeError(
                f"timezone must be a tzinfo, such as zoneinfo.ZoneInfo('Europe/Paris'), not {self.timezone!r}"
            )
        self._equals = {name: Path(segments_of(name)) for name in _listed("equals", options.get("equals", ()))}
        used = ["q", "sort", "fields", *(["page"] if self.page_numbers else []), "size"]
        used += ["after", "before"] if self.cursor_secret is not None else []
        self._parameters: dict[str, str | None] = {
            **{self.names[use]: use for use in used},
            **dict.fromkeys(self._equals),
        }
        """The name of each parameter with its use; those that equal a field have none."""
        self._check()
        self._refuse_unused(options)

    @property
    def equals(self) -> dict[str, Path]:
        """The fields that are parameters of their own, by the names of the parameters."""
        return dict(self._equals)

    @property
    def parameters(self) -> list[str]:
        """The names of all parameters that a request may send."""
        return list(self._parameters)

    @property
    def request_headers(self) -> list[str]:
        """The names of the headers of a request that are read."""
        total = [TOTAL_HEADER] if self.total == "on_request" else []
        return [*(["Accept-Language"] if self.languages else []), *total]

    def _check(self) -> None:
        """Raise ValueError for options that contradict each other or the schema."""
        if self.schema.resolve(Path(segments_of(self.unique))) is None:
            raise ValueError(f"the schema has no field {self.unique}: declare it, or name the unique field by unique=")
        if not 1 <= self.page_size <= self.max_page_size < HUGE or not 0 <= self.max_offset < HUGE:
            raise ValueError("page_size is at least 1 and max_offset at least 0, and both are below 10 to the 18")
        if self.total not in ("on_request", "always", "never"):
            raise ValueError(f"total must be 'on_request', 'always' or 'never', not {self.total!r}")
        if not self.page_numbers and self.cursor_secret is None:
            raise ValueError("without page numbers, pages need a cursor_secret")
        self._check_cursors()
        if unknown := self.names.keys() - DEFAULT_NAMES.keys():
            raise ValueError(
                f"there is no parameter for {', '.join(sorted(unknown))}; there are {', '.join(DEFAULT_NAMES)}"
            )
        names = [*self.names.values(), *self._equals]
        if len(set(names)) < len(names):
            raise ValueError(f"two parameters have one name: {', '.join(names)}")
        for name in self._always:
            if self.schema.resolve(Path(segments_of(name))) is None:
                raise ValueError(f"always: the schema has no field {name}")
        for name, path in self._equals.items():
            resolved = self.schema.resolve(path)
            if resolved is None or not resolved.field.filterable or "equals" not in resolved.field.allowed:
                raise ValueError(f"equals: {name} is no field that a client may filter by equality")
        if self.default_language is not None and self.languages and self.default_language not in self.languages:
            raise ValueError(f"the default language {self.default_language} is not one of the languages")

    def _refuse_unused(self, options: ListingOptions) -> None:
        """Raise ValueError for an option that can have no effect beside the others and the schema."""
        localized = [field for _, field in self.schema if field.type == "localized"]
        if "max_offset" in options and not self.page_numbers:
            raise ValueError("max_offset is about page numbers, and page_numbers is False")
        for option in ("languages", "default_language"):
            if options.get(option) and not localized:
                raise ValueError(f"{option} is about localized fields, and the schema has none")
        if localized and all(field.languages for field in localized):
            listed = {language for field in localized for language in field.languages}
            unknown = [each for each in (*self.languages, self.default_language) if each and each not in listed]
            if unknown:
                raise ValueError(
                    f"no localized field has the language {unknown[0]}; there are {', '.join(sorted(listed))}"
                )
        unused = [] if self.page_numbers else ["page"]
        unused += [] if self.cursor_secret is not None else ["after", "before"]
        for use in unused:
            if use in options.get("names", {}):
                needed = "page numbers" if use == "page" else "a cursor_secret"
                raise ValueError(f"names has a name for {use}, a parameter that needs {needed}")
        for name in self._ignored:
            if name in self.parameters:
                raise ValueError(f"ignore names {name}, which is a parameter of the listing")

    def _check_cursors(self) -> None:
        """Raise now what would be raised with the first page."""
        if self.cursor_secret == b"":
            raise ValueError("cursor_secret is empty, so that it is no secret")
        if self.cursor_secret is not None:
            Cursor("", ()).encode(self.cursor_secret, sealed=self.sealed_cursors)
        elif self.sealed_cursors or self.cursor_context:
            name = "sealed_cursors" if self.sealed_cursors else "cursor_context"
            raise ValueError(f"{name} needs a cursor_secret")


def _refuse_other_type(name: str, value: object, expected: tuple[type[Any], ...]) -> None:
    """Raise TypeError for an option of another type, so that no text counts as true and no True as 1."""
    refuse_type(value, expected, name)
    if isinstance(value, bool) and bool not in expected:
        raise TypeError(f"{name} must be of type {expected[0].__name__}, not bool")


def _for_the_server(schema: Schema) -> Schema:
    """The schema with every permission: the server's own condition may use all fields."""
    fields = {str(path): replace(field, filterable=True, operators=None) for path, field in schema}
    return Schema(fields, open=schema.open)


def _common_languages(schema: Schema) -> tuple[str, ...]:
    """The languages that every localized field lists."""
    lists = [field.languages for _, field in schema if field.type == "localized"]
    return tuple(language for language in lists[0] if all(language in others for others in lists)) if lists else ()


def _listed(option: str, names: Any) -> Sequence[str]:
    if isinstance(names, str):
        raise TypeError(f"{option} takes several names, as in ({names!r},)")
    if not isinstance(names, Iterable) or isinstance(names, Mapping | bytes):
        raise TypeError(f"{option} takes several names, not {names!r}")
    listed = list(names)
    for name in listed:
        refuse_type(name, (str,), f"a name in {option}")
    return listed
