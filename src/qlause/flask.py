"""List endpoints in Flask: requests, responses and errors."""

from __future__ import annotations

from .integrations.web.flask import handle_errors, listing, respond

__all__ = ["handle_errors", "listing", "respond"]
