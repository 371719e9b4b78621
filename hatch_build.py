"""What a build adds to the files: the tables of the grammar, so that an installed package need not make them."""

from __future__ import annotations

import json
import runpy
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class TablesHook(BuildHookInterface):
    """Puts the tables beside the grammar in a wheel. An editable one takes all from the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the tables."""
        if version == "editable":
            return
        root = Path(self.root)
        # The module by itself: what the package depends on is not there yet, but for lark.
        make = runpy.run_path(str(root / "src" / "qlause" / "syntax" / "tables.py"))["make"]
        tables = make((root / "grammar" / "q.lark").read_text(encoding="utf-8"))
        self._folder = tempfile.TemporaryDirectory()
        file = Path(self._folder.name) / "q.json"
        file.write_text(json.dumps(tables), encoding="utf-8")
        build_data["force_include"][str(file)] = "qlause/grammar/q.json"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002  # hatch's
        """Leave nothing behind."""
        if version != "editable":
            self._folder.cleanup()
