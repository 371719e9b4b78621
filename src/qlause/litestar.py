"""List endpoints in Litestar: requests, responses and errors."""

from __future__ import annotations

from .integrations.web.litestar import error_handlers, listing, operation, respond

__all__ = ["error_handlers", "listing", "operation", "respond"]
