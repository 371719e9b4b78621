"""What a contact assignment is: the fields that a reader sees, and the bodies that a writer sends."""

# FastAPI reads annotations when the app is made, so they are not postponed.
import json
import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from qlause import Listing

__all__ = ["LISTINGS", "PARAMETERS", "Id", "NewAssignment", "PutAssignment", "Tenant", "now"]

LANGUAGES: Final = ("en", "de", "fr")
"""The languages of localized fields. A request names one by a suffix, ``name.de``, or by Accept-Language."""


def _metadata(path: str) -> dict[str, Any]:
    return {
        f"{path}metadata": "object",
        f"{path}metadata.createdAt": {"type": "date-time", "storage": "milliseconds"},
        f"{path}metadata.modifiedAt": {"type": "date-time", "storage": "milliseconds"},
        f"{path}metadata.version": "integer",
        f"{path}metadata.mixins": {"type": "object", "open": True},
    }


def _fields(path: str, names: Iterable[str], kind: str = "string") -> dict[str, Any]:
    return {f"{path}{name}": kind for name in names}


_ENTITY: Final = "legalEntity."
_INFO: Final = "legalEntity.legalInfo."
_LOCATION: Final = "legalEntity.entitiesAddresses."
_CONTACT: Final = "legalEntity.entitiesAddresses.contactDetails."

# ``column`` is where a field is in SQL (sql_store.py). MongoDB stores documents of this shape and needs no names.
FIELDS: Final[dict[str, Any]] = {
    "tenant": {"type": "string", "column": "tenant", "filterable": False, "sortable": False, "projectable": False},
    "id": {"type": "string", "column": "id", "nullable": False},
    "legalEntity": {"type": "object", "column": "legal_entity"},
    **_fields(_ENTITY, ("id", "name", "parentId")),
    "legalEntity.type": {"type": "enum", "values": ("COMPANY", "SUBSIDIARY")},
    "legalEntity.accountLimit": "object",
    "legalEntity.accountLimit.currency": "string",
    "legalEntity.accountLimit.value": "number",
    "legalEntity.legalInfo": "object",
    **_fields(_INFO, ("legalName", "registrationAgency", "registrationId", "countryOfRegistration")),
    "legalEntity.legalInfo.taxRegistrationNumber": "string",
    "legalEntity.legalInfo.registrationDate": {"type": "date-time", "storage": "milliseconds"},
    "legalEntity.customerGroups": {"type": "object", "array": True},
    **_fields("legalEntity.customerGroups.", ("id", "role")),
    "legalEntity.customerGroups.name": {"type": "localized", "languages": LANGUAGES},
    "legalEntity.entitiesAddresses": {"type": "object", "array": True},
    **_fields(_LOCATION, ("id", "name", "type")),
    "legalEntity.entitiesAddresses.contactDetails": "object",
    **_fields(_CONTACT, ("emails", "phones", "tags"), "string[]"),
    **_fields(_CONTACT, ("addressLine1", "addressLine2", "city", "state", "postcode", "countryCode")),
    **_metadata(_LOCATION),
    f"{_LOCATION}mixins": {"type": "object", "open": True},
    "legalEntity.approvalGroup": {"type": "object", "array": True},
    **_fields("legalEntity.approvalGroup.", ("id", "name", "surname")),
    "legalEntity.restrictions": "string[]",
    "legalEntity.mixins": {"type": "object", "open": True},
    **_metadata(_ENTITY),
    "customer": {"type": "object", "column": "customer"},
    **_fields("customer.", ("id", "name", "surname", "email", "phone")),
    "type": {"type": "enum", "values": ("PRIMARY", "BILLING", "LOGISTICS", "CONTACT"), "column": "type"},
    "primary": {"type": "boolean", "column": "primary"},
    "metadata": "object",
    "metadata.createdAt": {"type": "date-time", "storage": "milliseconds", "column": "created_at", "nullable": False},
    "metadata.modifiedAt": {"type": "date-time", "storage": "milliseconds", "column": "modified_at", "nullable": False},
    "metadata.version": {"type": "integer", "column": "version", "nullable": False},
    "metadata.mixins": {"type": "object", "open": True},
    "mixins": {"type": "object", "open": True},
}

LISTINGS: Final = {
    language: Listing(
        FIELDS,
        equals=("legalEntity.id", "customer.id", "type", "primary"),
        page_size=16,
        max_page_size=1_000,  # the contract states none, but a server needs one
        max_offset=100_000,
        strict_sort=False,  # any direction but desc is asc: the contract says so
        restricted=True,  # no page without a condition on the tenant
        default_language=language,
    )
    for language in LANGUAGES
}
"""The list endpoint, by the default language of the tenant."""

PARAMETERS: Final = {each["name"]: each for each in LISTINGS["en"].openapi()["parameters"] if each["in"] == "query"}
"""The parameters of the list endpoint, as OpenAPI describes them."""

_LONGEST: Final = 65_536  # characters of mixins as JSON
_DEEPEST: Final = 32  # objects and arrays in each other


def _storable(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Refuse what one of the databases cannot hold, so that all of them take the same documents."""
    waiting: list[tuple[Any, int]] = [(value, 1)]
    while waiting:
        each, depth = waiting.pop()
        if depth > _DEEPEST:
            raise ValueError(f"there are more than {_DEEPEST} objects and arrays in each other")
        if isinstance(each, dict):
            for key in each:
                if not key or key.startswith("$") or "." in key:
                    raise ValueError("a key is empty, has a dot, or begins with $")
            waiting += [(inner, depth) for inner in each]
            waiting += [(inner, depth + 1) for inner in each.values()]
        elif isinstance(each, list):
            waiting += [(inner, depth + 1) for inner in each]
        elif isinstance(each, str) and re.search("[\0\ud800-\udfff]", each):
            raise ValueError("a text has the character NUL or half a surrogate pair")
        elif isinstance(each, float) and not math.isfinite(each):
            raise ValueError("a number is too large, or none")
        elif isinstance(each, int) and not -(2**63) <= each < 2**63:
            raise ValueError("an integer has more than 64 bits")
    if len(json.dumps(value)) > _LONGEST:
        raise ValueError(f"they are longer than {_LONGEST:,} characters")
    return value


Tenant: TypeAlias = Annotated[str, Field(pattern="^[a-z][a-z0-9]+$", min_length=3, max_length=16)]
Id: TypeAlias = Annotated[str, Field(pattern="^[a-zA-Z0-9_-]+$", min_length=1, max_length=66)]
Type: TypeAlias = Literal["PRIMARY", "BILLING", "LOGISTICS", "CONTACT"]
Mixins: TypeAlias = Annotated[dict[str, JsonValue], AfterValidator(_storable)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Reference(_Body):
    """What an assignment names: only the id is read. The rest of what a reader got may be sent back, and is ignored."""

    model_config = ConfigDict(extra="ignore")
    id: Id


class NewMetadata(_Body):
    """The metadata that a writer may set."""

    mixins: Mixins | None = None


class NewAssignment(_Body):
    """The body of POST."""

    id: Id | None = Field(None, description="Generated where it is missing.")
    legalEntity: Reference  # noqa: N815  # as the contract has it
    customer: Reference
    type: Type = "CONTACT"
    primary: bool = False
    metadata: NewMetadata | None = None
    mixins: Mixins | None = None


class PutMetadata(NewMetadata):
    """The metadata of PUT: with a version, only this version of the assignment is replaced."""

    version: Annotated[int, Field(ge=1, lt=2**31)] | None = None
    createdAt: str | None = Field(None, description="Ignored: the server sets it.")  # noqa: N815  # as the contract has it
    modifiedAt: str | None = Field(None, description="Ignored: the server sets it.")  # noqa: N815  # as the contract has it


class PutAssignment(NewAssignment):
    """The body of PUT. What GET returned may be sent back."""

    id: Id | None = Field(None, description="If it is sent, it is the id of the path.")
    type: Type
    metadata: PutMetadata | None = None


def now() -> str:
    """The time, as it is stored."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
