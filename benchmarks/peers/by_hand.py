"""What one would write in Python in the place of each query of ``evaluate``, in its best order.

The functions without a suffix mean what the query does for every JSON document: a value may be missing, null, of
another type, or an array, on the way and at the end. Those with ``_of_shape`` stand on what the documents of
``examples.contact_assignments`` are known to look like, and raise or err on others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from qlause.values.fold import fold

Document = dict[str, Any]

TEN = frozenset(f"{number:024x}" for number in range(0, 20, 2))
TEN_THOUSAND = frozenset(f"{number:024x}" for number in range(0, 20_000, 2))
_FIRST, _END = "2020-01-01T00:00:00.000Z", "2021-01-01T00:00:00.000Z"
_NAMES = frozenset(("John", "Jack", "James"))
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z").fullmatch


def _under(node: Any, *keys: str) -> Iterator[Any]:
    """The candidates under a value that a path has reached: the slow way, for arrays where none is expected."""
    for each in node if type(node) is list else (node,):
        if not keys:
            yield each
        elif type(each) is dict and keys[0] in each:
            yield from _under(each[keys[0]], *keys[1:])


def two(d: Document) -> bool:
    node = d.get("customer")
    if type(node) is dict:
        name = node.get("name")
        if type(name) is str:
            if name != "John":
                return False
        elif name is None or "John" not in _under(name):
            return False
        surname = node.get("surname")
        if type(surname) is str:
            return "smith" in (surname.lower() if surname.isascii() else fold(surname))
        return surname is not None and any(type(v) is str and "smith" in fold(v) for v in _under(surname))
    if node is None:
        return False
    return "John" in _under(node, "name") and any(
        type(v) is str and "smith" in fold(v) for v in _under(node, "surname")
    )


def two_of_shape(d: Document) -> bool:
    node = d.get("customer")
    return node is not None and node["name"] == "John" and "smith" in node["surname"].lower()


def four(d: Document) -> bool:  # noqa: C901  # one flat function is what is fast
    primary = d.get("primary")
    if primary is not True and (primary is False or not any(v is True or v == "true" for v in _under(primary))):
        return False
    node = d.get("customer")
    if type(node) is dict:
        name = node.get("name")
        if type(name) is str:
            if name not in _NAMES:
                return False
        elif name is None or not any(type(v) is str and v in _NAMES for v in _under(name)):
            return False
    elif node is None or not any(type(v) is str and v in _NAMES for v in _under(node, "name")):
        return False
    node = d.get("metadata")
    if type(node) is dict:
        at = node.get("createdAt")
        if type(at) is str:
            if not "2020-01-01T00:00:00Z" <= at < "2022-01-01T00:00:00Z":
                return False
        elif at is None or not any(_in_two_years(v) for v in _under(at)):
            return False
    elif node is None or not any(_in_two_years(v) for v in _under(node, "createdAt")):
        return False
    node = d.get("legalEntity")
    if type(node) is dict:
        name = node.get("name")
        if type(name) is str:
            return "smith" in (name.lower() if name.isascii() else fold(name))
        return name is not None and any(type(v) is str and "smith" in fold(v) for v in _under(name))
    return node is not None and any(type(v) is str and "smith" in fold(v) for v in _under(node, "name"))


def _in_two_years(value: Any) -> bool:
    return type(value) is str and "2020-01-01T00:00:00Z" <= value < "2022-01-01T00:00:00Z"


def four_of_shape(d: Document) -> bool:
    return (
        d["primary"]
        and (node := d.get("customer")) is not None
        and node["name"] in _NAMES
        and "2020-01-01T00:00:00Z" <= d["metadata"]["createdAt"] < "2022-01-01T00:00:00Z"
        and "smith" in d["legalEntity"]["name"].lower()
    )


def groups(d: Document) -> bool:
    node = d.get("legalEntity")
    if type(node) is not dict:
        return node is not None and _has_group(_under(node, "customerGroups", "name", "fr"))
    groups = node.get("customerGroups")
    if type(groups) is not list:
        return groups is not None and _has_group(_under(groups, "name", "fr"))
    for group in groups:
        if type(group) is dict:
            name = group.get("name")
            if type(name) is dict:
                fr = name.get("fr")
                if type(fr) is str:
                    if "groupe" in (fr.lower() if fr.isascii() else fold(fr)):
                        return True
                elif fr is not None and _has_group(_under(fr)):
                    return True
            elif name is not None and _has_group(_under(name, "fr")):
                return True
    return False


def _has_group(values: Iterator[Any]) -> bool:
    return any(type(v) is str and "groupe" in fold(v) for v in values)


def groups_of_shape(d: Document) -> bool:
    for group in d["legalEntity"]["customerGroups"]:  # noqa: SIM110  # a generator costs more
        if "groupe" in group["name"]["fr"].lower():
            return True
    return False


def group(d: Document) -> bool:
    node = d.get("legalEntity")
    if type(node) is not dict:
        return any(map(_is_group, _under(node, "customerGroups")))
    groups = node.get("customerGroups")
    if type(groups) is not list:
        return _is_group(groups)
    for each in groups:
        if type(each) is dict:
            name = each.get("name")
            if type(name) is dict:
                en, fr = name.get("en"), name.get("fr")
                if type(en) is str and type(fr) is str:
                    if fr == "Groupe de clients 1" and "customer" in (en.lower() if en.isascii() else fold(en)):
                        return True
                elif _is_group(each):
                    return True
            elif _is_group(each):
                return True
    return False


def _is_group(value: Any) -> bool:
    return (
        type(value) is dict
        and any(type(v) is str and "customer" in fold(v) for v in _under(value, "name", "en"))
        and any(v == "Groupe de clients 1" for v in _under(value, "name", "fr"))
    )


def group_of_shape(d: Document) -> bool:
    for each in d["legalEntity"]["customerGroups"]:
        name = each["name"]
        if "customer" in name["en"].lower() and name["fr"] == "Groupe de clients 1":
            return True
    return False


def emails(d: Document) -> bool:
    node = d.get("legalEntity")
    if type(node) is not dict:
        return "john@example.com" in _under(node, "entitiesAddresses", "contactDetails", "emails")
    addresses = node.get("entitiesAddresses")
    if type(addresses) is not list:
        return addresses is not None and "john@example.com" in _under(addresses, "contactDetails", "emails")
    for address in addresses:
        if type(address) is dict:
            details = address.get("contactDetails")
            if type(details) is dict:
                emails = details.get("emails")
                if type(emails) is list:
                    for email in emails:
                        if type(email) is str and email == "john@example.com":
                            return True
                elif emails == "john@example.com":
                    return True
            elif details is not None and "john@example.com" in _under(details, "emails"):
                return True
    return False


def emails_of_shape(d: Document) -> bool:
    for address in d["legalEntity"].get("entitiesAddresses", ()):
        details = address.get("contactDetails")
        if details is not None and "john@example.com" in details["emails"]:
            return True
    return False


def ten(d: Document) -> bool:
    value = d.get("id")
    if type(value) is str:
        return value in TEN
    return value is not None and any(type(v) is str and v in TEN for v in _under(value))


def ten_of_shape(d: Document) -> bool:
    return d["id"] in TEN


def ten_thousand(d: Document) -> bool:
    value = d.get("id")
    if type(value) is str:
        return value in TEN_THOUSAND
    return value is not None and any(type(v) is str and v in TEN_THOUSAND for v in _under(value))


def ten_thousand_of_shape(d: Document) -> bool:
    return d["id"] in TEN_THOUSAND


def either(d: Document) -> bool:  # noqa: C901  # one flat function is what is fast
    kind = d.get("type")
    if kind == "BILLING" or (type(kind) is list and "BILLING" in kind):
        primary = d.get("primary")
        if primary is True or (primary is not False and any(v is True or v == "true" for v in _under(primary))):
            return True
    if kind == "CONTACT" or (type(kind) is list and "CONTACT" in kind):
        node = d.get("metadata")
        if type(node) is dict:
            version = node.get("version")
            if type(version) is int:
                if version >= 5:
                    return True
            elif version is not None and any(_from_5(v) for v in _under(version)):
                return True
        elif node is not None and any(_from_5(v) for v in _under(node, "version")):
            return True
    node = d.get("customer")
    if type(node) is dict:
        name = node.get("name")
        if name != "John" and not (type(name) is list and "John" in name):
            return False
    elif node is None or "John" not in _under(node, "name"):
        return False
    node = d.get("metadata")
    if type(node) is dict:
        version = node.get("version")
        if type(version) is int or type(version) is str:
            return version == 1 or version == "1"
        return version is not None and any(_is_1(v) for v in _under(version))
    return node is not None and any(_is_1(v) for v in _under(node, "version"))


def _from_5(value: Any) -> bool:
    return (type(value) is int or type(value) is float) and value >= 5


def _is_1(value: Any) -> bool:
    return value is not True and value in (1, "1")


def either_of_shape(d: Document) -> bool:
    return (
        (d["type"] == "BILLING" and d["primary"])
        or (d["type"] == "CONTACT" and d["metadata"]["version"] >= 5)
        or ((node := d.get("customer")) is not None and node["name"] == "John" and d["metadata"]["version"] == 1)
    )


def neither(d: Document) -> bool:
    kind = d.get("type")
    if kind == "BILLING" or (type(kind) is list and "BILLING" in kind):
        return False
    node = d.get("customer")
    if type(node) is dict:
        name = node.get("name")
        return name != "John" and not (type(name) is list and "John" in name)
    return node is None or "John" not in _under(node, "name")


def neither_of_shape(d: Document) -> bool:
    return d["type"] != "BILLING" and ((node := d.get("customer")) is None or node["name"] != "John")


def present(d: Document) -> bool:
    if "contact" not in d:
        return False
    node = d.get("legalEntity")
    if type(node) is dict:
        return "parentId" not in node
    return not (type(node) is list and any(type(each) is dict and "parentId" in each for each in node))


def present_of_shape(d: Document) -> bool:
    return "contact" in d and "parentId" not in d["legalEntity"]


def created(d: Document) -> bool:
    node = d.get("metadata")
    if type(node) is dict:
        at = node.get("createdAt")
        if type(at) is str:
            return _in_2020(at)
        return at is not None and any(type(v) is str and _in_2020(v) for v in _under(at))
    return node is not None and any(type(v) is str and _in_2020(v) for v in _under(node, "createdAt"))


def _in_2020(text: str) -> bool:
    return "2020-01-01T00:00:00" < text < "2021-01-01T00:00:00" and _INSTANT(text) is not None


def created_text(d: Document) -> bool:
    node = d.get("metadata")
    if type(node) is dict:
        at = node.get("createdAt")
        if type(at) is str:
            return _FIRST <= at < _END
        return at is not None and any(type(v) is str and _FIRST <= v < _END for v in _under(at))
    return node is not None and any(type(v) is str and _FIRST <= v < _END for v in _under(node, "createdAt"))


def created_of_shape(d: Document) -> bool:
    at: str = d["metadata"]["createdAt"]
    return _FIRST <= at < _END
