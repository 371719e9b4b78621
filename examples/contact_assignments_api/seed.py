"""Legal entities, customers and a few assignments to begin with.

    python -m examples.contact_assignments_api.seed URL

Its ids are those of the requests in the published description, so that these work as they are. It may run again: legal
entities and customers are replaced, assignments that are there stay as they are.
"""

from __future__ import annotations

import sys
from typing import Any, Final

from .errors import AlreadyAssignedError, IdTakenError
from .store import Store, open_store
from .tokens import Tokens

__all__ = ["CUSTOMERS", "LEGAL_ENTITIES", "seed"]

_THEN: Final = "2022-03-31T13:18:02.379Z"
_METADATA: Final = {"createdAt": _THEN, "modifiedAt": _THEN, "version": 1}
_GROUPS: Final[list[dict[str, Any]]] = [
    {"id": "123e06ecf0452c2d6c0b81390", "name": {"en": "Customer group 1", "fr": "Groupe de clients 1"}},
    {
        "id": "123e06ecf0452c2d6c0b12345",
        "name": {"en": "Customer group 2", "de": "Kundengruppe 2", "fr": "Groupe de clients 2"},
        "role": "BUYER",
    },
]


def _entity(identifier: str, name: str, country: str, **more: Any) -> dict[str, Any]:
    legal_info = {
        "legalName": name,
        "registrationDate": _THEN,
        "registrationAgency": "Reg agency",
        "registrationId": identifier,
        "countryOfRegistration": country,
        "taxRegistrationNumber": "1234",
    }
    return {
        "id": identifier,
        "name": name,
        "type": "SUBSIDIARY" if "parentId" in more else "COMPANY",
        "legalInfo": legal_info,
        **more,
        "metadata": _METADATA,
    }


def _location(identifier: str, name: str, kind: str, **details: Any) -> dict[str, Any]:
    contact = {"contactDetails": details} if details else {}
    return {"id": identifier, "name": name, "type": kind, **contact, "metadata": _METADATA}


LEGAL_ENTITIES: Final = [
    _entity(
        "123e06ecf0452c2d6c0b81390",
        "Company name",
        "DE",
        accountLimit={"currency": "EUR", "value": 1000.99},
        customerGroups=_GROUPS,
        entitiesAddresses=[
            _location(
                "627e06ecf0452c2d6c0b81391",
                "Main HQ",
                "HEADQUARTER",
                emails=["jon.doe@example.com", "adam.smith@sample.org"],
                phones=["1234567890", "123456789"],
                addressLine1="W Sample St",
                addressLine2="3601-3799",
                city="South Bend",
                state="Indiana",
                postcode="46619",
                countryCode="US",
                tags=["shipping"],
            ),
            _location("123e06ecf0acd223140b12345", "Main Warehouse", "WAREHOUSE"),
        ],
        approvalGroup=[{"id": "627e06ecf0452c2d6c0b81391", "name": "John", "surname": "Doe"}],
        restrictions=["main-site"],
        mixins={"erp": {"number": 4711}},
    ),
    _entity(
        "123e06ecf0452c2d6c0b12391",
        "Subsidiary name",
        "DE",
        parentId="123e06ecf0452c2d6c0b81390",
        accountLimit={"currency": "EUR", "value": 250.0},
        customerGroups=_GROUPS[:1],
    ),
    _entity("612306ecf0452c2d6c0b81392", "Zoë & Søn", "DK"),
    _entity("612306ecf0452c2d6c0b82222", "Ünal Ltd", "TR", accountLimit={"currency": "TRY", "value": 99.5}),
]
CUSTOMERS: Final[list[dict[str, Any]]] = [
    {"id": "627e06ecf0452c2d6c0b81391", "name": "John", "surname": "Doe", "email": "john.doe@example.com"},
    {"id": "123e06ecf0452c2d6c0b81390", "name": "Adam", "surname": "Smith", "phone": "123456789"},
    {"id": "612306ecf0452c2d6c0b81123", "name": "Zoë", "surname": "O'Neill"},
    {"id": "111106ecf0452c2d6c0b81123", "name": "Mei", "surname": "Goldsmith", "email": "mei@example.net"},
]
_ASSIGNMENTS: Final = [
    ("627e06ecf0452c2d6c0b81391", LEGAL_ENTITIES[1], CUSTOMERS[0], "BILLING", True),
    ("627e06ecf0452c2d6c0b81311", LEGAL_ENTITIES[0], CUSTOMERS[0], "PRIMARY", False),
    ("627e06ecf0452c2d6c0b81312", LEGAL_ENTITIES[0], CUSTOMERS[1], "LOGISTICS", False),
]


def seed(store: Store, tenant: str) -> None:
    """Fill the collections of a tenant."""
    store.save("legal_entities", tenant, LEGAL_ENTITIES)
    store.save("customers", tenant, CUSTOMERS)
    for assignment, entity, customer, kind, primary in _ASSIGNMENTS:
        draft = {"legalEntity": entity["id"], "customer": customer["id"], "type": kind, "primary": primary}
        try:
            store.create(tenant, assignment, draft)
        except (IdTakenError, AlreadyAssignedError):
            continue


def main() -> None:
    """Fill the collections of the tenants of development."""
    store = open_store(sys.argv[1])
    for tenant in Tokens().tenants:
        seed(store, tenant)


if __name__ == "__main__":
    main()
