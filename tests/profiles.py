"""How thorough a run is: ``HYPOTHESIS_PROFILE=ci`` for the large profile, which CI takes; else the small one."""

from __future__ import annotations

import os
from typing import Final

__all__ = ["PROFILE", "THOROUGH"]

PROFILE: Final = os.environ.get("HYPOTHESIS_PROFILE", "small")
THOROUGH: Final = PROFILE == "ci"
