"""The same two endpoints in each web framework, one module each; ``app`` is what a server runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

__all__ = ["FRAMEWORKS", "Framework"]


class Framework(NamedTuple):
    """The interface of an app, and the packages that it needs."""

    interface: str
    packages: tuple[str, ...]


FRAMEWORKS: Final[Mapping[str, Framework]] = {
    "django": Framework("wsgi", ("django",)),
    "django_async": Framework("asgi", ("django", "uvicorn")),
    "drf": Framework("wsgi", ("rest_framework",)),
    "fastapi": Framework("asgi", ("fastapi", "uvicorn")),
    "flask": Framework("wsgi", ("flask",)),
    "litestar": Framework("asgi", ("litestar", "uvicorn")),
    "starlette": Framework("asgi", ("starlette", "uvicorn")),
}
