"""The targets by their names, and their corpora."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from ..mutator import Mutator, json_mutator, text_mutator

__all__ = ["NAMES", "mutator_of", "seeds_of", "target", "tokens_of"]

NAMES: Final = ("parse", "backends", "schema", "cursor", "readers")
_FOLDER: Final = Path(__file__).parents[1]
_OF_JSON: Final = {"schema"}


def target(name: str) -> Any:
    """The module of a target, which has ``check``. It imports qlause, so whoever instruments that comes first."""
    return import_module(f".{name}", __package__)


def seeds_of(name: str) -> list[Path]:
    """The files of a target's corpus."""
    return sorted((_FOLDER / "corpus" / name).iterdir())


def tokens_of(name: str) -> list[str]:
    """Texts that are worth putting into inputs of a target."""
    tokens: list[str] = json.loads((_FOLDER / "tokens" / f"{name}.json").read_text(encoding="utf-8"))
    return tokens


def mutator_of(name: str) -> Mutator:
    """What makes new inputs for a target."""
    return (json_mutator if name in _OF_JSON else text_mutator)(tokens_of(name))
