"""Return paths that tell which mail came back (VERP): `bounces+m<number>@…`, or of the address alone."""

import re
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "notifications.return-path"
OF_MESSAGE = re.compile(r"\+m([0-9a-f]{32})@")
OF_ADDRESS = re.compile(r"\+a([0-9a-f]{20})@")


def return_path(address: str, number: UUID | None) -> str:
    """Empty where the portal has no address for what comes back."""
    if not settings.BOUNCE_ADDRESS:
        return ""
    local, _at, domain = settings.BOUNCE_ADDRESS.partition("@")
    tag = f"m{number.hex}" if number else f"a{mark(address)}"
    return f"{local}+{tag}@{domain}"


def mark(address: str) -> str:
    """Of mails that no row tells of: nobody else can make the return path of an address."""
    return salted_hmac(SALT, address.strip().lower(), algorithm="sha256").hexdigest()[:20]


def number_in(path: str) -> UUID | None:
    found = OF_MESSAGE.search(path)
    return UUID(found[1]) if found else None


def is_of(path: str, address: str) -> bool:
    found = OF_ADDRESS.search(path)
    return bool(found) and constant_time_compare(found[1], mark(address))  # type: ignore[index]
