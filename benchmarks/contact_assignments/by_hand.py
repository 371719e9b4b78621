"""The list endpoint written by hand: two parameters for equality, one sort, pages and the total.

No query language, no choice of fields, no check of unknown parameters: what an endpoint costs without them.
"""

# FastAPI reads annotations when the app is made, so they are not postponed.
import json
import sqlite3
import threading
from typing import Annotated, Any, Final, Literal

from fastapi import FastAPI, Header, Query, Response, Security

from examples.contact_assignments_api.errors import handle_errors
from examples.contact_assignments_api.tokens import READ, Caller, Tokens, caller, token_router

__all__ = ["make_app"]

_SELECT: Final = """
    SELECT a.id, a.type, a."primary", a.version, a.created_at, a.modified_at, a.doc, e.doc, c.doc
    FROM contact_assignments a
    JOIN legal_entities e ON e.tenant = a.tenant AND e.id = a.legal_entity_id
    JOIN customers c ON c.tenant = a.tenant AND c.id = a.customer_id
    WHERE a.tenant = ?"""


def make_app(file: str) -> FastAPI:
    """Make the application for a SQLite file that the example service has filled."""
    app = FastAPI()
    app.state.tokens = Tokens()
    handle_errors(app, token_router.routes)
    app.include_router(token_router)
    local = threading.local()

    @app.get("/customer-management/{tenant}/contact-assignments")
    def list_assignments(
        reader: Annotated[Caller, Security(caller, scopes=[READ])],
        kind: Annotated[Literal["PRIMARY", "BILLING", "LOGISTICS", "CONTACT"] | None, Query(alias="type")] = None,
        primary: bool | None = None,
        sort: Literal["metadata.createdAt", "metadata.createdAt:desc", ""] = "",
        page_number: Annotated[int, Query(alias="pageNumber", ge=1)] = 1,
        page_size: Annotated[int, Query(alias="pageSize", ge=1, le=1000)] = 16,
        x_total_count: Annotated[bool, Header()] = False,
    ) -> Response:
        """List contact assignments."""
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(file)
        conditions, values = "", [reader.tenant]
        if kind is not None:
            conditions, values = conditions + " AND a.type = ?", [*values, kind]
        if primary is not None:
            conditions, values = conditions + ' AND a."primary" = ?', [*values, str(int(primary))]
        order = {"": "a.id", "metadata.createdAt": "a.created_at, a.id"}.get(sort, "a.created_at DESC, a.id DESC")
        page = f"{_SELECT}{conditions} ORDER BY {order} LIMIT {page_size} OFFSET {(page_number - 1) * page_size}"
        items = [_item(row) for row in local.connection.execute(page, values)]
        headers = {}
        if x_total_count:
            counted = f"SELECT count(*) FROM contact_assignments a WHERE a.tenant = ?{conditions}"
            headers["X-Total-Count"] = str(local.connection.execute(counted, values).fetchone()[0])
        return Response(json.dumps(items, ensure_ascii=False), headers=headers, media_type="application/json")

    return app


def _item(row: tuple[Any, ...]) -> dict[str, Any]:
    identifier, kind, primary, version, created, modified, document, entity, customer = row
    stored = json.loads(document)
    metadata = {**stored.pop("metadata"), "createdAt": created, "modifiedAt": modified, "version": version}
    return {
        "id": identifier,
        "legalEntity": json.loads(entity),
        "customer": json.loads(customer),
        "type": kind,
        "primary": bool(primary),
        "metadata": metadata,
        **stored,
    }
