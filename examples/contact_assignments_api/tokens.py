"""Tokens and scopes, FOR DEVELOPMENT ONLY.

The clients and their secrets are in a file that everybody can read (``clients.json``), and the key that signs tokens is
made when the service starts: a restart, or a second process, does not know the tokens of the first. In production an
authorization server gives out tokens, and a gateway or a library checks them; only :func:`caller` stays.
"""

# FastAPI reads annotations when the app is made, so they are not postponed.
import hashlib
import hmac
import json
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path as File
from typing import Annotated, Any, Final, NamedTuple
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse
from fastapi.security import OAuth2, SecurityScopes
from pydantic import BaseModel

from .documents import Tenant
from .errors import ForbiddenError, UnauthorizedError

__all__ = ["CLIENTS", "MANAGE", "READ", "Caller", "Tokens", "caller", "token_router"]

READ: Final = "customermanagement.contactassignment_read"
MANAGE: Final = "customermanagement.contactassignment_manage"
CLIENTS: Final = File(__file__).with_name("clients.json")
_SECONDS: Final = 3600  # that a token is good for


class Caller(NamedTuple):
    """Who calls, as the token says."""

    tenant: str
    language: str
    """The default language of the tenant."""
    scopes: list[str]


class OAuthError(Exception):
    """The token endpoint refuses a request: an error of RFC 6749, section 5.2."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.status = status


class Tokens:
    """The clients of a file, and tokens for them."""

    def __init__(self, file: File = CLIENTS) -> None:
        known = json.loads(file.read_text(encoding="utf-8"))
        self.tenants: dict[str, str] = known["tenants"]
        self._clients = {client["client_id"]: client for client in known["clients"]}
        self._key = secrets.token_bytes(32)

    def issue(self, form: dict[str, list[str]]) -> dict[str, Any]:
        """Give out a token. Raises OAuthError."""
        if any(len(values) > 1 for values in form.values()):
            raise OAuthError("invalid_request")
        fields = {name: values[0] for name, values in form.items()}
        if not {"grant_type", "client_id", "client_secret"} <= fields.keys():
            raise OAuthError("invalid_request")
        if fields["grant_type"] != "client_credentials":
            raise OAuthError("unsupported_grant_type")
        client = self._clients.get(fields["client_id"])
        expected = "" if client is None else client["client_secret"]
        if client is None or not hmac.compare_digest(expected.encode(), fields["client_secret"].encode()):
            raise OAuthError("invalid_client", 401)
        scopes = fields["scope"].split() if fields.get("scope") else client["scopes"]
        if not set(scopes) <= set(client["scopes"]):
            raise OAuthError("invalid_scope")
        claims = {"tenant": client["tenant"], "scopes": scopes, "expires": time.time() + _SECONDS}
        payload = urlsafe_b64encode(json.dumps(claims).encode()).decode()
        token = f"{payload}.{self._signature(payload)}"
        return {"access_token": token, "token_type": "Bearer", "expires_in": _SECONDS, "scope": " ".join(scopes)}

    def caller(self, authorization: str | None) -> Caller:
        """Who calls with this header. Raises UnauthorizedError."""
        scheme, _, token = (authorization or "").partition(" ")
        payload, _, signature = token.strip().partition(".")
        if scheme.lower() != "bearer" or not payload:
            raise UnauthorizedError("Invalid access token", "oauth.v2.InvalidAccessToken")
        if not hmac.compare_digest(self._signature(payload).encode(), signature.encode()):
            raise UnauthorizedError("Invalid access token", "oauth.v2.InvalidAccessToken")
        claims = json.loads(urlsafe_b64decode(payload))
        if claims["expires"] < time.time():
            raise UnauthorizedError("Access token expired", "keymanagement.service.access_token_expired")
        return Caller(claims["tenant"], self.tenants[claims["tenant"]], claims["scopes"])

    def _signature(self, payload: str) -> str:
        return hmac.new(self._key, payload.encode(), hashlib.sha256).hexdigest()


_FLOWS: Final = {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": {READ: "Read.", MANAGE: "Write."}}}
_OAUTH: Final = OAuth2(flows=_FLOWS, scheme_name="oauth", description="For development only.", auto_error=False)


def known_caller(request: Request, authorization: Annotated[str | None, Depends(_OAUTH)]) -> Caller:
    """Who calls. Raises UnauthorizedError."""
    tokens: Tokens = request.app.state.tokens
    return tokens.caller(authorization)


def caller(
    needed: SecurityScopes, known: Annotated[Caller, Depends(known_caller)], tenant: Annotated[Tenant, Path()]
) -> Caller:
    """Who calls, if the token is of the tenant in the path and has the scopes that an endpoint needs.

    ``Annotated[Caller, Security(caller, scopes=[READ])]`` says the scopes. Raises UnauthorizedError or ForbiddenError.
    """
    if known.tenant != tenant:
        raise ForbiddenError("the token is of another tenant")
    missing = [f"missing scope: {scope}" for scope in needed.scopes if scope not in known.scopes]
    if missing:
        raise ForbiddenError("the token lacks a scope", missing)
    return known


class Token(BaseModel):
    """A token."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str


class TokenError(BaseModel):
    """Why there is none."""

    error: str


_FORM: Final = {
    "type": "object",
    "required": ["grant_type", "client_id", "client_secret"],
    "properties": {
        "grant_type": {"type": "string", "enum": ["client_credentials"]},
        **{name: {"type": "string"} for name in ("client_id", "client_secret", "scope")},
    },
}


token_router: Final = APIRouter()


@token_router.post(
    "/oauth/token",
    response_model=Token,
    responses={status: {"model": TokenError} for status in (400, 401)},
    openapi_extra={"requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": _FORM}}}},
)
async def issue_token(request: Request) -> Any:
    """Give out a token. For development only."""
    tokens: Tokens = request.app.state.tokens
    form = parse_qs((await request.body()).decode("latin-1"), keep_blank_values=True)
    headers = {"Cache-Control": "no-store"}
    try:
        return JSONResponse(tokens.issue(form), headers=headers)
    except OAuthError as error:
        return JSONResponse({"error": str(error)}, error.status, headers)
