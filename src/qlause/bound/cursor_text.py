"""A cursor as text for a client: signed or sealed, bounded, and in one spelling."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import secrets
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, TypeAlias

from ..errors import CursorError
from ..values.sort_values import SortValue

__all__ = ["START_AGAIN", "Context", "read_text", "write_text"]

Context: TypeAlias = "str | Sequence[str | int | None]"
"""What a cursor is tied to: texts that the server knows when the cursor comes back."""
START_AGAIN: Final = "ask for the first page again"
_Values: TypeAlias = tuple[SortValue | None, ...]

_MAX_LENGTH: Final = 16_384  # characters, as many as a q may have
_MAX_DIGITS: Final = 1_000
_BEYOND: Final = 10**_MAX_DIGITS
_MAX_EXPONENT: Final = 6_200  # a Decimal128 goes as far
_SIGNATURE_BYTES: Final = 32
_SALT_BYTES: Final = 16
_KEY_BYTES, _NONCE_BYTES = 32, 12
_BLOCK: Final = 64  # bytes: what is sealed is filled up, so that its length tells little of the values
_CLASSES: Final[dict[int, tuple[type[Any], ...]]] = {
    1: (int, float, Decimal),
    2: (str,),
    3: (bool,),
    4: (str,),
    5: (str,),
}
"""The classes of the values of each rank."""


def write_text(sort: str, values: _Values, secret: bytes, context: Context, *, sealed: bool) -> str:
    """The text of a cursor.

    Raises CursorError (``cursor_value``) for a value that no cursor can hold, and TypeError and ValueError for a secret
    or a context that is none.
    """
    _refuse_no_secret(secret)
    for value in values:
        if value is not None and not _is_value(*value):
            message = "a value at the end of the page is none that a cursor can hold"
            raise CursorError(message, code="cursor_value", hint="sort by another field")
    shown = [None if value is None else [value[0], _shown(value[1])] for value in values]
    content = json.dumps([sort, shown], separators=(",", ":"), ensure_ascii=False).encode(errors="surrogatepass")
    tie = _tie(context)
    data = _seal(content, secret, tie) if sealed else _signature(content, secret, tie) + content
    text = urlsafe_b64encode(data).decode().rstrip("=")
    if len(text) > _MAX_LENGTH:
        message = "the values at the end of the page are too long for a cursor"
        raise CursorError(message, code="cursor_value", hint="sort by another field")
    return text


def read_text(text: str, secret: bytes, context: Context, *, sealed: bool) -> tuple[str, _Values]:
    """The sort and the values of a cursor. Raises CursorError (``cursor``) for a text that is none of these."""
    _refuse_no_secret(secret)
    if not isinstance(text, str):
        raise TypeError(f"the text of a cursor must be of type str, not {type(text).__name__}")
    tie = _tie(context)
    data = _data(text)
    content = _open(data, secret, tie) if sealed else _signed(data, secret, tie)
    if content is None:
        raise CursorError("this is not a cursor of this service", hint=START_AGAIN)
    try:
        sort, values = json.loads(content)
        if not isinstance(sort, str):
            raise TypeError("no cursor")
        read = tuple(None if value is None else _value(*value) for value in values)
    except (ArithmeticError, RecursionError, TypeError, ValueError) as error:  # signed, but by another version
        raise CursorError("this is not a cursor of this version", hint=START_AGAIN) from error
    return sort, read


def _refuse_no_secret(secret: object) -> None:
    if not isinstance(secret, bytes):
        raise TypeError(f"the secret of cursors must be of type bytes, not {type(secret).__name__}")
    if not secret.strip(b"\0"):  # HMAC fills a key up with zeros, so these are no secret either
        raise ValueError("the secret of cursors is empty, so anybody can make one")


def _tie(context: object) -> bytes:
    """What stands for a context in a signature: empty if there is none."""
    parts: Any = [context] if isinstance(context, str) else context
    is_list = isinstance(parts, list | tuple)
    if not is_list or not all(part is None or isinstance(part, str | int) for part in parts):
        raise TypeError(f"the context of a cursor is a text, or several texts and whole numbers, not {context!r}")
    return b"\0" + hashlib.sha256(json.dumps(list(parts)).encode()).digest() if parts else b""


def _signature(content: bytes, secret: bytes, tie: bytes) -> bytes:
    """The content begins with a bracket and a tie with a zero, so no other pair of them has this signature."""
    return hmac.digest(secret, tie + content, "sha256")


def _signed(data: bytes, secret: bytes, tie: bytes) -> bytes | None:
    signature, content = data[:_SIGNATURE_BYTES], data[_SIGNATURE_BYTES:]
    return content if hmac.compare_digest(signature, _signature(content, secret, tie)) else None


def _seal(content: bytes, secret: bytes, tie: bytes) -> bytes:
    salt = secrets.token_bytes(_SALT_BYTES)
    key, nonce = _key_and_nonce(secret, salt)
    sealed: bytes = _cipher(key).encrypt(nonce, content + b" " * (-len(content) % _BLOCK), tie)
    return salt + sealed


def _open(data: bytes, secret: bytes, tie: bytes) -> bytes | None:
    salt, sealed = data[:_SALT_BYTES], data[_SALT_BYTES:]
    key, nonce = _key_and_nonce(secret, salt)
    cipher = _cipher(key)
    from cryptography.exceptions import InvalidTag

    try:
        content: bytes = cipher.decrypt(nonce, sealed, tie)
    except (InvalidTag, ValueError):  # ValueError: there is nothing to decrypt
        return None
    return content


def _key_and_nonce(secret: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """Of each salt its own, so that no key ever seals two contents."""
    derived = hmac.digest(secret, b"qlause: a sealed cursor" + salt, "sha512")
    return derived[:_KEY_BYTES], derived[_KEY_BYTES : _KEY_BYTES + _NONCE_BYTES]


def _cipher(key: bytes) -> Any:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError as error:
        raise ImportError("sealed cursors need the package cryptography: install qlause[sealed]") from error
    return AESGCM(key)


def _data(text: str) -> bytes:
    """The bytes of a text; empty if it is too long or in another spelling than the one that is written."""
    if len(text) > _MAX_LENGTH:
        return b""
    try:
        data = b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""
    return data if urlsafe_b64encode(data).decode().rstrip("=") == text else b""


def _shown(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _value(rank: int, value: Any) -> SortValue:
    """A sort value out of JSON, in which decimals are text. Raises ValueError for what is none."""
    read = Decimal(value) if rank == 1 and isinstance(value, str) else value
    if not _is_value(rank, read):
        raise ValueError("no value of a sort")
    return (rank, read)


def _is_value(rank: int, value: Any) -> bool:
    """Whether a cursor can hold a value: of the class of its rank and, if it is a number, of a size that is bounded."""
    if not isinstance(value, _CLASSES.get(rank, ())) or isinstance(value, bool) != (rank == 3):
        return False
    if isinstance(value, Decimal):
        digits = len(value.as_tuple().digits)
        return value.is_finite() and digits <= _MAX_DIGITS and abs(value.adjusted()) <= _MAX_EXPONENT
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or abs(value) < _BEYOND
