"""``qlause schema infer``: the JSON Schema that the documents of files have."""

from __future__ import annotations

import json

from ..arguments import Arguments
from ..exit_status import ExitStatus
from ..inference.json_schema import json_schema_of, unreachable_in
from ..inference.observation import Observation
from ..input.byte_stream import STANDARD_INPUT, total_size
from ..input.names import expand_names
from ..input.whole_documents import whole_documents
from ..output.problems import MAX_PROBLEMS, Problems
from ..output.terminal import ProgressBar, escape_controls

__all__ = ["run"]


def run(arguments: Arguments) -> ExitStatus:
    """Print the schema."""
    files = expand_names(arguments.files) if arguments.files else [STANDARD_INPUT]
    progress = ProgressBar(total_size(files), shown=True)
    problems = Problems(progress, strict=False, limit=MAX_PROBLEMS)
    observation = Observation()
    with progress:
        for file in files:
            for whole in whole_documents(file, arguments, None, problems, count_bytes=progress.advance):
                observation.add(whole.document)
    for name in unreachable_in(observation):
        problems.print(f"qlause: no query can name the field {name}")
    print(escape_controls(json.dumps(json_schema_of(observation), indent=2, ensure_ascii=False)))
    return ExitStatus.ERROR if problems.any else ExitStatus.OK
