"""Requests that schemathesis makes from an OpenAPI document, sound ones and others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal
from urllib.parse import urlencode

from hypothesis import HealthCheck, assume, given, settings

from engines.missing import import_optional

__all__ = ["answered_as_told", "document_from", "statuses_of"]

_EXAMPLES: Final = 15
"""How many requests of each kind are sent to an operation."""
_LENGTH: Final = 30_000
"""The length of a query string; servers cut the connection above their own limit."""
_CHECKS: Final = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_headers_conformance", "response_schema_conformance"),
)


def document_from(url: str, document: dict[str, Any] | None = None) -> Any:
    """The operations of a document; without one, of that which the URL gives."""
    openapi = import_optional("schemathesis", "schemathesis", "pip install schemathesis").openapi
    if document is None:
        return openapi.from_url(url)
    schema = openapi.from_dict({**document, "servers": [{"url": url}]})
    schema.config.update(base_url=url)
    return schema


def statuses_of(operation: Any, mode: Literal["POSITIVE", "NEGATIVE"]) -> set[int]:
    """Send requests to an operation.

    Args:
        operation: The operation, of :func:`document_from`.
        mode: Whether the requests are sound, or break what the document says.

    Returns:
        The statuses that came. Status, media type, headers and body of each response are those that the document
        tells, or an assertion fails.

    """
    schemathesis = import_optional("schemathesis", "schemathesis", "pip install schemathesis")
    statuses: set[int] = set()

    @settings(max_examples=_EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode[mode]))
    def ask(case: Any) -> None:
        statuses.add(answered_as_told(case))

    ask()
    return statuses


def answered_as_told(case: Any, headers: Mapping[str, str] | None = None) -> int:
    """Send a request of schemathesis and check its response. Returns the status; a request that is too long is none."""
    assume(len(urlencode(case.query or {}, doseq=True, errors="replace")) < _LENGTH)
    checks = import_optional("schemathesis.checks", "schemathesis", "pip install schemathesis")
    checks.load_all_checks()
    status: int = case.call_and_validate(checks=checks.CHECKS.get_by_names(_CHECKS), headers=headers).status_code
    return status
