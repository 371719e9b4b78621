"""Changes inputs by chance: for runs without atheris, and for documents of JSON, which random bytes would break."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final, TypeAlias

__all__ = ["Mutator", "json_mutator", "text_mutator"]

Mutator: TypeAlias = Callable[[bytes, Random], bytes]
"""Makes another input of one."""
_MOST_CHANGES: Final = 4


def text_mutator(tokens: Sequence[str]) -> Mutator:
    """Inserts tokens and bytes, deletes, repeats and moves parts."""
    pieces = [token.encode() for token in tokens]

    def mutate(data: bytes, random: Random) -> bytes:
        for _ in range(random.randint(1, _MOST_CHANGES)):
            start, end = sorted(random.randint(0, len(data)) for _ in range(2))
            end = min(end, start + random.choice((1, 3, 20, 200)))
            part = data[start:end]
            choice = random.randrange(6)
            if choice < 2:
                data = data[:start] + random.choice(pieces) + data[start:]
            elif choice == 2:
                data = data[:start] + random.choice(pieces) + data[end:]
            elif choice == 3:
                data = data[:start] + data[end:]
            elif choice == 4:
                data = data[:start] + part * random.choice((2, 2, 3, 40)) + data[end:]
            else:
                data = data[:start] + bytes([random.randrange(256)]) + data[start + random.randint(0, 1) :]
        return data

    return mutate


def json_mutator(tokens: Sequence[str]) -> Mutator:
    """Puts a token, a value or another part of the document in the place of a part."""
    values: list[Any] = [*tokens, None, True, False, 0, 1, -1, 1.5, 10**20, "", {}, []]

    def mutate(data: bytes, random: Random) -> bytes:
        try:
            document = json.loads(data)
        except (ValueError, RecursionError):
            return data
        for _ in range(random.randint(1, _MOST_CHANGES)):
            document = _changed(document, random, values, tokens)
        return json.dumps(document).encode()

    return mutate


def _changed(document: Any, random: Random, values: Sequence[Any], keys: Sequence[str]) -> Any:
    """A copy of a document with another value, key or member in one place."""
    document = json.loads(json.dumps(document))
    holders = [part for part in _parts(document) if isinstance(part, dict | list) and part]
    parts = list(_parts(document))
    value = random.choice(values) if random.random() < 0.5 else json.loads(json.dumps(random.choice(parts)))
    if not holders:
        return {random.choice(keys): value}
    holder = random.choice(holders)
    if isinstance(holder, list):
        place = random.randrange(len(holder))
        holder[place : place + random.randint(0, 1)] = [value] * random.randint(0, 2)
        return document
    key = random.choice(sorted(holder))
    choice = random.randrange(4)
    if choice == 0:
        holder[key] = value
    elif choice == 1:
        holder[random.choice(keys)] = value
    elif choice == 2:
        holder[random.choice(keys)] = holder.pop(key)
    else:
        del holder[key]
    return document


def _parts(document: Any) -> list[Any]:
    found, waiting = [], [document]
    while waiting:
        part = waiting.pop()
        found.append(part)
        if isinstance(part, dict | list):
            waiting += part.values() if isinstance(part, dict) else part
    return found
