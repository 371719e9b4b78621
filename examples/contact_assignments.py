"""Contact assignments like the API's example documents, as many as you ask for.

    python -m examples.contact_assignments 300000 > assignments.ndjson

writes one JSON document a line. The same number and seed give the same documents.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parent
FILES = (EXAMPLES / "contact-assignments.json", EXAMPLES / "contact-assignment.json")
"""The API's own examples: the response of the list endpoint, and of the endpoint for one document."""

_EPOCH = datetime(2019, 1, 1, tzinfo=UTC)
_SECONDS = 5 * 365 * 86_400
_NAMES = ("John", "Jack", "James", "Adam", "Åsa", "Zoë", "Ünal", "Nikos", "Łucja", "Mei", "Ανδρέας", "İpek")
_SURNAMES = ("Doe", "Smith", "Goldsmith", "Blacksmith-Jones", "Müller", "O'Neill", "d'Arc", "Øster", "Παπάς", "Yılmaz")
_CITIES = ("South Bend", "Łódź", "Köln", "Saint-Étienne", "İzmir", "Αθήνα", "Kraków", "Zürich")
_GROUPS = (("Customer group", "Groupe de clients"), ("Resellers", "Revendeurs"), ("Partners", "Partenaires"))
_DOMAINS = ("example.com", "sample.org", "example.net")


def documents(count: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Generate ``count`` contact assignments. Optional parts are sometimes missing, null or empty."""
    chance = random.Random(seed)  # noqa: S311  # example data, no secrets
    for number in range(count):
        yield _assignment(chance, number)


def _assignment(chance: random.Random, number: int) -> dict[str, Any]:
    person = {"id": _id(chance), "name": chance.choice(_NAMES), "surname": chance.choice(_SURNAMES)}
    document: dict[str, Any] = {"id": f"{number:024x}", "legalEntity": _legal_entity(chance)}
    kind = chance.random()
    if kind < 0.8:
        document["customer"] = person
    elif kind < 0.9:
        document["contact"] = person
    elif kind < 0.95:
        document["customer"] = None
    document["type"] = chance.choice(("BILLING", "PRIMARY", "LOGISTICS", "CONTACT"))
    document["primary"] = chance.random() < 0.3
    document["metadata"] = _metadata(chance)
    return document


def _legal_entity(chance: random.Random) -> dict[str, Any]:
    kind = chance.choice(("COMPANY", "SUBSIDIARY"))
    entity: dict[str, Any] = {"id": _id(chance), "name": f"{chance.choice(_SURNAMES)} & Co", "type": kind}
    if kind == "SUBSIDIARY":
        entity["parentId"] = _id(chance)
    if chance.random() < 0.6:
        entity["accountLimit"] = {
            "currency": chance.choice(("EUR", "USD", "PLN")),
            "value": round(chance.uniform(0, 5000), 2),
        }
    entity["customerGroups"] = [
        {"id": _id(chance), "name": {"en": f"{english} {at}", "fr": f"{french} {at}"}}
        for at, (english, french) in enumerate(chance.sample(_GROUPS, chance.randrange(3)), 1)
    ]
    if chance.random() < 0.5:
        entity["entitiesAddresses"] = [_address(chance) for _ in range(chance.randrange(1, 3))]
    return entity


def _address(chance: random.Random) -> dict[str, Any]:
    address: dict[str, Any] = {
        "id": _id(chance),
        "name": "Main HQ",
        "type": chance.choice(("HEADQUARTER", "WAREHOUSE")),
    }
    if chance.random() < 0.7:
        name = chance.choice(_NAMES).lower()
        address["contactDetails"] = {
            "emails": [f"{name}@{domain}" for domain in chance.sample(_DOMAINS, chance.randrange(3))],
            "city": chance.choice(_CITIES),
            "postcode": f"{chance.randrange(100_000):05}",
            "countryCode": chance.choice(("US", "DE", "FR", "PL", "TR", "GR")),
            "tags": chance.sample(("shipping", "billing", "returns"), chance.randrange(3)),
        }
    return address


def _metadata(chance: random.Random) -> dict[str, Any]:
    created = _EPOCH + timedelta(milliseconds=chance.randrange(_SECONDS * 1000))
    modified = created + timedelta(milliseconds=chance.randrange(30 * 86_400_000))
    return {"createdAt": _text(created), "modifiedAt": _text(modified), "version": chance.randrange(1, 9)}


def _text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _id(chance: random.Random) -> str:
    return f"{chance.getrandbits(96):024x}"


def main() -> None:
    """Write documents to standard output."""
    parser = argparse.ArgumentParser(description="Write contact assignments, one JSON document a line.")
    parser.add_argument("count", type=int, help="how many documents")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other documents (default: 0)")
    options = parser.parse_args()
    for document in documents(options.count, options.seed):
        sys.stdout.write(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
