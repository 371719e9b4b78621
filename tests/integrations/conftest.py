"""Fixtures of several modules here."""

from __future__ import annotations

from .drf_api import api as api
from .sqlalchemy_orders import session as session
