"""List endpoints in FastAPI: requests, responses and errors."""

from __future__ import annotations

from .integrations.web.fastapi import Envelope, Page, handle_errors, listing, respond, responses

__all__ = ["Envelope", "Page", "handle_errors", "listing", "respond", "responses"]
