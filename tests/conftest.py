"""How many examples Hypothesis tries: few by default, many with ``HYPOTHESIS_PROFILE=ci``."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("default", max_examples=25, deadline=None)
# The same examples each time, so that a change is judged by what it did; the small profile looks for new ones.
settings.register_profile("ci", max_examples=500, deadline=None, derandomize=True, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
