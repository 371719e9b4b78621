"""The files that the arguments name: themselves, those that a pattern matches, those in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from ...errors import shorten
from ..arguments import UsageError
from .byte_stream import STANDARD_INPUT
from .formats import has_known_suffix

__all__ = ["expand_names"]


def expand_names(names: Iterable[str]) -> list[str]:
    """The names of files, with the files that a pattern matches or a folder holds in alphabetical order.

    Of a folder and those below it, the files are taken whose suffix is known. Raises UsageError where there are none.
    """
    return [file for name in names for file in _expand(name)]


def _expand(name: str) -> Iterable[str]:
    if name == STANDARD_INPUT or "\0" in name:
        return [name]
    if os.path.isdir(name):  # noqa: PTH112  # importing pathlib takes longer
        files = sorted(_files_in(name))
        if not files:
            raise UsageError(f"{shorten(name, 200)}: this folder has no file that ends in .json, .csv or the like")
        return files
    if not any(character in name for character in "*?[") or os.path.lexists(name):
        return [name]
    from glob import glob

    files = sorted(file for file in glob(name, recursive=True) if not os.path.isdir(file))  # noqa: PTH112, PTH207  # names stay as written, without a Path
    return files or [name]  # which cannot be opened then


def _files_in(folder: str) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):
        folders.sort()
        yield from (os.path.join(parent, file) for file in files if has_known_suffix(file))  # noqa: PTH118  # names stay as written
