"""List endpoints in Starlette: requests, responses and errors."""

from __future__ import annotations

from .integrations.web.starlette import handle_errors, listing, respond

__all__ = ["handle_errors", "listing", "respond"]
