"""The references of a JSON Schema, each as a JSON pointer into the document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote, urldefrag, urljoin

from .extensions import IN_JSON_SCHEMA
from .json_keywords import BY_NAME, DATA

__all__ = ["follow", "with_pointers"]

_NO_SCHEMAS: Final = DATA | {IN_JSON_SCHEMA}
"""The keywords that hold no schemas."""


def with_pointers(document: Any) -> Any:
    """A copy of a JSON Schema in which every reference that stays in the document is a JSON pointer.

    It may lead to an ``$anchor``, to the document's own ``$id`` or to that of a part, and be a ``$dynamicRef`` or
    ``$recursiveRef``. Those that lead elsewhere stay as they are.
    """
    return _Pointers(document).copied(document, "", "", keyword=True)


def follow(document: Any, reference: str) -> Mapping[str, Any] | bool:
    """The part of the document to which a JSON pointer leads. Raises ValueError where there is none."""
    if not reference.startswith("#"):
        raise ValueError(f"the reference {reference!r} leads out of the JSON Schema; put its schema in $defs")
    root, *pointer = unquote(reference[1:]).split("/")
    part: Any = None if root else document
    for token in pointer:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(part, list | tuple) and key.isdecimal() and int(key) < len(part):
            part = part[int(key)]
        else:
            part = part.get(key) if isinstance(part, Mapping) else None
    if not isinstance(part, Mapping | bool):
        raise ValueError(f"the reference {reference!r} leads nowhere")
    return part


class _Pointers:
    """Where the names of a document lead."""

    def __init__(self, document: Any) -> None:
        draft = str(document.get("$schema")) if isinstance(document, Mapping) else ""
        self.id_keyword = "id" if "draft-03" in draft or "draft-04" in draft else "$id"
        self.pointers: dict[str, str] = {}
        """The pointer of every URI that the document gives a name to: a resource, or an anchor in one."""
        self.dynamic: dict[str, list[str]] = {}
        """The pointers of each ``$dynamicAnchor``; those of ``$recursiveAnchor`` under the empty name."""
        self.pointers[""] = ""
        for part, base, pointer in self._schemas(document, "", "", keyword=True):
            self.pointers.setdefault(base, pointer)
            for keyword in ("$anchor", "$dynamicAnchor"):
                if isinstance(part.get(keyword), str):
                    self.pointers.setdefault(f"{base}#{part[keyword]}", pointer)
            if isinstance(part.get("$dynamicAnchor"), str):
                self.dynamic.setdefault(part["$dynamicAnchor"], []).append(pointer)
            if part.get("$recursiveAnchor") is True:
                self.dynamic.setdefault("", []).append(pointer)
            name = self._id(part)
            if name is not None and name.startswith("#"):  # an anchor of drafts 4 to 7
                self.pointers.setdefault(f"{base}{name}", pointer)

    def _id(self, part: Mapping[str, Any]) -> str | None:
        name = part.get(self.id_keyword)
        return name if isinstance(name, str) else None

    def _base(self, part: Mapping[str, Any], base: str) -> str:
        """The URI to which references of a part are relative: its own, if it has one."""
        name = self._id(part)
        uri = "" if name is None else urldefrag(name).url
        return urljoin(base, uri) if uri else base

    def _schemas(
        self, part: Any, base: str, pointer: str, *, keyword: bool
    ) -> Iterator[tuple[Mapping[str, Any], str, str]]:
        """Every schema of a part with its base and its pointer; ``keyword``: whether the keys are keywords."""
        if isinstance(part, list | tuple):
            for index, item in enumerate(part):
                yield from self._schemas(item, base, f"{pointer}/{index}", keyword=True)
        elif isinstance(part, Mapping):
            if keyword:
                base = self._base(part, base)
                yield part, base, pointer
            for key, value in part.items():
                if not (keyword and key in _NO_SCHEMAS):
                    names = keyword and key in BY_NAME
                    yield from self._schemas(value, base, f"{pointer}/{_token(key)}", keyword=not names)

    def copied(self, part: Any, base: str, pointer: str, *, keyword: bool) -> Any:
        """A part with pointers as its references."""
        if isinstance(part, list | tuple):
            return [self.copied(item, base, f"{pointer}/{index}", keyword=True) for index, item in enumerate(part)]
        if not isinstance(part, Mapping):
            return part
        if not keyword:
            return {
                key: self.copied(value, base, f"{pointer}/{_token(key)}", keyword=True) for key, value in part.items()
            }
        base = self._base(part, base)
        copy: dict[str, Any] = {}
        references: list[Any] = []
        for key, value in part.items():
            if key in ("$ref", "$dynamicRef", "$recursiveRef"):
                references.append(self._pointer(key, value, base) if isinstance(value, str) else value)
            elif key in _NO_SCHEMAS:
                copy[key] = value
            else:
                names = key in BY_NAME and isinstance(value, Mapping)
                copy[key] = self.copied(value, base, f"{pointer}/{_token(key)}", keyword=not names)
        if references:
            copy["$ref"] = references[0]
        if len(references) > 1:
            others = copy.get("allOf", [])
            copy["allOf"] = [
                *(others if isinstance(others, list) else ()),
                *({"$ref": other} for other in references[1:]),
            ]
        return copy

    def _pointer(self, keyword: str, reference: str, base: str) -> str:
        """The pointer to where a reference leads; the reference itself if that is not in the document."""
        uri, fragment = urldefrag(reference)
        resource = urljoin(base, uri) if uri else base
        name = unquote(fragment)
        dynamic = {"$dynamicRef": name, "$recursiveRef": ""}.get(keyword)
        if dynamic is not None and dynamic in self.dynamic:
            places = self.dynamic[dynamic]
            if len(places) > 1 and "" not in places:
                raise ValueError(f"{keyword} {reference!r} leads to several places; write $ref to one of them instead")
            return "#" + min(places, key=len)  # the outermost: the document itself if it is one of them
        if not name or name.startswith("/"):
            root = self.pointers.get(resource)
            return reference if root is None else f"#{root}{fragment}"
        pointer = self.pointers.get(f"{resource}#{name}")
        return reference if pointer is None else f"#{pointer}"


def _token(key: object) -> str:
    """A key as a part of a JSON pointer in a URI."""
    return str(key).replace("~", "~0").replace("/", "~1").replace("%", "%25")
