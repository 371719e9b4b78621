"""Names of a request → declared fields: permissions, languages, and errors that say where in the text."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import Any

from ..errors import QlauseError, UnknownFieldError, shorten
from ..limits import Limits
from ..schema.schema import Permission, Resolved, Schema
from ..syntax.nodes import Path, Span

__all__ = ["in_language", "language_needed", "located", "origin_of", "refuse_type", "refuse_unknown", "resolve"]


def resolve(schema: Schema, path: Path, permission: Permission, source: str | None) -> Resolved:
    """The declared field that a path names, if it may be used that way. Raises UnknownFieldError."""
    resolved = schema.resolve(path)
    if resolved is not None and getattr(resolved.field, permission):
        return resolved
    name = shorten(str(path))
    if resolved is None:
        code, message = "unknown_field", f"there is no field {name}"
    else:
        code, message = f"not_{permission}", f"the field {name} is not {permission}"
    raise located(UnknownFieldError, message, code, path.span, source, schema.suggest(path, permission))


def in_language(schema: Schema, path: Path, language: str, permission: Permission, source: str | None) -> Resolved:
    """One language of the localized field that a path names. Raises UnknownFieldError where it has no such language."""
    return resolve(schema, Path((*path.segments, language), path.span), permission, source)


def language_needed(path: Path, source: str | None) -> QlauseError:
    """The error for a localized field whose language neither the path nor the request names."""
    name = shorten(str(path))
    message, hint = f"the field {name} has a value in each language", f"name one, as in {name}.en"
    return located(UnknownFieldError, message, "language_needed", path.span, source, hint)


def located(
    kind: type[QlauseError], message: str, code: str, span: Span | None, source: str | None, hint: str | None
) -> QlauseError:
    """An error about a span of a source text, as far as these are known."""
    if span is None or source is None:
        return kind(message, code=code, hint=hint)
    return kind(message, code=code, text=source, offset=span[0], length=span[1] - span[0], hint=hint)


def origin_of(path: Path, source: str | None) -> tuple[str, Span] | None:
    """The text that a path was read from and its span there, which a Target keeps for errors."""
    return None if source is None or path.span is None else (source, path.span)


def refuse_unknown(options: Mapping[str, object], known: type[Any]) -> None:
    """Raise TypeError for an option that does not exist: a misspelt ``schema`` must not leave a query without one."""
    if not options.keys() <= known.__annotations__.keys():
        name = next(name for name in options if name not in known.__annotations__)
        raise TypeError(f"there is no option {name!r}; there are {', '.join(known.__annotations__)}")
    if "schema" in options:
        refuse_type(options["schema"], (Schema, NoneType), "schema")
    if "limits" in options:
        refuse_type(options["limits"], (Limits,), "limits")


def refuse_type(value: object, expected: tuple[type[Any], ...], name: str) -> None:
    """Raise TypeError for an argument of another type, such as None where a request has no ``q``."""
    if not isinstance(value, expected):
        types = " or ".join("None" if kind is NoneType else kind.__name__ for kind in expected)
        raise TypeError(f"{name} must be of type {types}, not {type(value).__name__}")
