"""PCRE2, as MongoDB has it, through ctypes: whether it takes a pattern, and how large it is when compiled."""

from __future__ import annotations

import ctypes
import ctypes.util
from functools import cache
from typing import Any, Final

from engines.missing import NotInstalledError

__all__ = ["compiled_size"]

_UTF: Final = 0x00080000
_INFO_SIZE: Final = 22


@cache
def _library() -> Any:
    name = ctypes.util.find_library("pcre2-8")
    if name is None:
        raise NotInstalledError("libpcre2-8", "apt-get install libpcre2-8-0")
    library = ctypes.CDLL(name)
    library.pcre2_compile_8.restype = ctypes.c_void_p
    numbers = (ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_size_t))
    library.pcre2_compile_8.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint32, *numbers, ctypes.c_void_p]
    library.pcre2_pattern_info_8.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p]
    library.pcre2_code_free_8.argtypes = [ctypes.c_void_p]
    return library


def compiled_size(pattern: str) -> int:
    """How many units the compiled pattern takes, without its head.

    Raises ValueError where PCRE refuses it, NotInstalledError without the library.
    """
    return _size(pattern) - _size("")


def _size(pattern: str) -> int:
    library, text = _library(), pattern.encode()
    error, offset, size = ctypes.c_int(), ctypes.c_size_t(), ctypes.c_size_t()
    code = library.pcre2_compile_8(text, len(text), _UTF, ctypes.byref(error), ctypes.byref(offset), None)
    if not code:
        raise ValueError(f"PCRE refuses the pattern with error {error.value} at {offset.value}")
    library.pcre2_pattern_info_8(code, _INFO_SIZE, ctypes.byref(size))
    library.pcre2_code_free_8(code)
    return size.value
