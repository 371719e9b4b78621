"""What was observed, as a JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...syntax.lexical import keys_text, segment_problem
from .observation import Observation

__all__ = ["date_times_as_text_in", "json_schema_of", "unreachable_in"]

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_OCCURRENCES: Final = 3
"""How often each value of an enum occurs on average, at least."""
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}").fullmatch
"""A value of an enum: a code, not text in sentences."""
_LANGUAGE: Final = re.compile(r"([a-z]{2})(?:[-_][A-Za-z]{2,4})?").fullmatch
_ISO_639_1: Final = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv "
    "ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne "
    "ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st "
    "su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
_ALSO_WORDS: Final = "am an as at be co da do he hi id in io is it la me my no of on or pi so st to us"
_MIXED: Final[Mapping[str, Any]] = {"x-qlause": {"type": "any", "open": True}}
_LANGUAGES: Final = frozenset(_ISO_639_1.split())
_WORDS: Final = frozenset(_ALSO_WORDS.split())
"""Keys that are names of other things too: an object that has no others is no map of languages."""


def json_schema_of(documents: Observation) -> dict[str, Any]:
    """The JSON Schema (2020-12) of the documents that were observed, each by ``add``."""
    return {"$schema": _DRAFT, **_object(documents)}


def unreachable_in(documents: Observation) -> Iterator[str]:
    """The fields that no query can name, such as one whose name is a number."""
    return (keys_text(keys) for keys, _ in _fields_in(documents) if segment_problem(keys[-1]) is not None)


def date_times_as_text_in(documents: Observation) -> Iterator[str]:
    """The fields of date-times that are inferred as text, because not all of them can be compared by time."""
    for keys, field in _fields_in(documents):
        if (
            field.other_date_times
            and field.kinds == {"string": field.date_times + field.other_date_times}
            and segment_problem(keys[-1]) is None
        ):
            yield keys_text(keys)


def _fields_in(documents: Observation) -> Iterator[tuple[tuple[str, ...], Observation]]:
    """The fields at any depth with their keys, but for what is below one that no query can name."""
    waiting: list[tuple[tuple[str, ...], Observation]] = [((), documents)]
    while waiting:
        above, observation = waiting.pop(0)
        if above and _is_localized(observation):
            continue
        for key, below in observation.keys.items():
            yield (*above, key), below
            if segment_problem(key) is None:
                waiting.append(((*above, key), below))


def _object(observation: Observation) -> dict[str, Any]:
    if observation.is_map:
        return {"type": "object", "additionalProperties": True}
    count = observation.kinds.get("object", 0)
    described: dict[str, Any] = {
        "type": "object",
        "properties": {key: _value(below) for key, below in observation.keys.items()},
    }
    required = [key for key, below in observation.keys.items() if below.occurrences == count and not below.nulls]
    if required:
        described["required"] = required
    return {**described, "additionalProperties": False}


def _value(observation: Observation) -> dict[str, Any]:
    described = _element(observation)
    if observation.is_array:
        array = {"type": "array", "items": _or_null(described) if observation.null_elements else described}
        if observation.is_single:
            return {"anyOf": [array, _or_null(described) if observation.nulls else described]}
        described = array
    return _or_null(described) if observation.nulls else described


def _or_null(described: dict[str, Any]) -> dict[str, Any]:
    """The schema with null as another value. One without a type allows null anyway."""
    if "type" not in described:
        return described
    values = {"enum": [*described["enum"], None]} if "enum" in described else {}
    return {**described, "type": [described["type"], "null"], **values}


def _element(observation: Observation) -> dict[str, Any]:
    """The schema of a value other than null. Without a type where there are several, or none was seen."""
    if "object" in observation.kinds and (len(observation.kinds) > 1 or observation.null_elements):
        return dict(_MIXED)  # a projection of objects would leave out what stands beside them, also null (rule 21)
    match list(observation.kinds):
        case ["boolean"]:
            return {"type": "boolean"}
        case ["number"]:
            return {"type": "integer" if observation.integers == observation.kinds["number"] else "number"}
        case ["string"]:
            return _text(observation)
        case ["object"] if _is_localized(observation):
            properties = {key: {"type": "string"} for key in observation.keys}
            languages = {"type": "object", "properties": properties, "additionalProperties": False}
            return {**languages, "x-qlause": {"type": "localized"}}
        case ["object"]:
            return _object(observation)
        case _:
            return {}


def _text(observation: Observation) -> dict[str, Any]:
    count = observation.kinds["string"]
    if observation.date_times == count:
        return {"type": "string", "format": "date-time"}
    if observation.days == count:
        return {"type": "string", "format": "date"}
    texts = observation.texts
    if texts and count >= _OCCURRENCES * len(texts) and all(map(_CODE, texts)):
        return {"type": "string", "enum": sorted(texts)}
    return {"type": "string"}


def _is_localized(observation: Observation) -> bool:
    """Whether the objects are maps from language codes to texts."""
    keys = observation.keys
    return (
        bool(keys)
        and not keys.keys() <= _WORDS
        and all(map(_is_language, keys))
        and all(_is_plain_text(below) for below in keys.values())
    )


def _is_language(key: str) -> bool:
    match = _LANGUAGE(key)
    return match is not None and match[1] in _LANGUAGES


def _is_plain_text(observation: Observation) -> bool:
    kinds: Mapping[str, int] = observation.kinds
    return list(kinds) == ["string"] and not observation.is_array and not observation.nulls
