"""Names of a request → declared fields: permissions, languages, and errors that say where in the text."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import Any, TypeVar

from ..errors import QlauseError, UnknownFieldError, UnsupportedError, refuse_type, shorten
from ..limits import Limits
from ..schema.elements import Elements
from ..schema.schema import Permission, Resolved, Schema
from ..schema.storage import Target
from ..syntax.nodes import Path, Span

__all__ = [
    "in_language",
    "language_needed",
    "located",
    "not_in_element",
    "origin_of",
    "refuse_options",
    "refuse_type",
    "refuse_unknown",
    "refuse_unused",
    "resolve",
    "unsupported",
    "use_document_column",
]

_Error = TypeVar("_Error", bound=QlauseError)


def resolve(schema: Schema | Elements, path: Path, permission: Permission, source: str | None) -> Resolved:
    """The declared field that a path names, if it may be used that way.

    Raises UnknownFieldError, which tells of a field only where a client can know it from another parameter.
    """
    try:
        resolved = schema.resolve(path)
    except LookupError:
        raise not_in_element(path, source) from None
    known = resolved is not None and resolved.field.public
    if resolved is not None and known and getattr(resolved.field, permission):
        return resolved
    name, hint = shorten(str(path)), schema.suggest(path, permission)
    if resolved is None or not known:
        code, message = "unknown_field", f"there is no field {name}"
    else:
        code, message = f"not_{permission}", f"the field {name} is not {permission}"
        hint = (resolved.field.sort_hint if permission == "sortable" else None) or hint
    raise located(UnknownFieldError, message, code, path.span, source, hint)


def in_language(
    schema: Schema | Elements, path: Path, language: str, permission: Permission, source: str | None
) -> Resolved:
    """One language of the localized field that a path names. Raises UnknownFieldError where it has no such language."""
    return resolve(schema, Path((*path.segments, language), path.span), permission, source)


def not_in_element(path: Path, source: str | None) -> QlauseError:
    """The error for a field that an elemMatch asks of an element, but which is stored elsewhere."""
    message = f"the field {shorten(str(path))} is not stored in the elements of this array"
    return located(UnknownFieldError, message, "not_in_element", path.span, source, "write a clause of its own for it")


def language_needed(path: Path, source: str | None) -> QlauseError:
    """The error for a localized field whose language neither the path nor the request names."""
    name = shorten(str(path))
    message, hint = f"the field {name} has a value in each language", f"name one, as in {name}.en"
    return located(UnknownFieldError, message, "language_needed", path.span, source, hint)


def located(
    kind: type[_Error], message: str, code: str, span: Span | None, source: str | None, hint: str | None
) -> _Error:
    """An error about a span of a source text, as far as these are known."""
    if span is None or source is None:
        return kind(message, code=code, hint=hint)
    return kind(message, code=code, text=source, offset=span[0], length=span[1] - span[0], hint=hint)


def unsupported(target: Target, message: str, code: str, hint: str | None = None) -> UnsupportedError:
    """The error of a backend about a target, at the path in the request's text, where that is known."""
    text, span = target.origin or (None, None)
    return located(UnsupportedError, message, code, span, text, hint)


def origin_of(path: Path, source: str | None) -> tuple[str, Span] | None:
    """The text that a path was read from and its span there, which a Target keeps for errors."""
    return None if source is None or path.span is None else (source, path.span)


def use_document_column(options: Any, document: str) -> None:
    """Give the options the schema for a table whose column ``document`` holds the documents."""
    schema = options.get("schema")
    if isinstance(schema, Schema):  # anything else is refused by the binder
        options["schema"] = schema.over_document(document)


def refuse_unknown(options: Mapping[str, object], known: type[Any]) -> None:
    """Raise TypeError for an option that does not exist: a misspelt ``schema`` must not leave a query without one."""
    if not options.keys() <= known.__annotations__.keys():
        name = next(name for name in options if name not in known.__annotations__)
        raise TypeError(f"there is no option {name!r}; there are {', '.join(known.__annotations__)}")
    if "schema" in options:
        refuse_type(options["schema"], (Schema, NoneType), "schema")
    if "limits" in options:
        refuse_type(options["limits"], (Limits,), "limits")
    if "strict" in options:
        refuse_type(options["strict"], (bool,), "strict")


def refuse_unused(parameter: object, options: Mapping[str, object], *of_text: str) -> None:
    """Raise TypeError for an option that has no effect: its caller relies on it, and would not notice.

    ``of_text`` are the options that only say how a text is read.
    """
    if not isinstance(parameter, str):
        unused = next((name for name in options if name in of_text), None)
        if unused is not None:
            kind = type(parameter).__name__
            raise TypeError(f"{unused} says how a text is read, and this {kind} is parsed: give {unused} to the parser")
    if options.get("language") is not None and options.get("schema") is None:
        raise TypeError("language needs a schema: only that says which fields are localized")


def refuse_options(options: Mapping[str, object]) -> None:
    """Raise TypeError for options beside what is bound already, on which they have no effect."""
    if options:
        raise TypeError(f"what is bound already takes no options, such as {next(iter(options))}")
