"""Where a call may go: never into the portal's own network, whatever a name resolves to (SSRF)."""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

PORTS = frozenset({443, 80, 8443})
# IPv6 addresses that lead to an IPv4 address which no test of the IPv6 address sees.
CARRIERS = [
    ipaddress.ip_network(text) for text in ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")
]
CARRIERS += [ipaddress.ip_network(text) for text in ("2002::/16", "2001::/32", "fec0::/10")]


class Refused(ValueError):
    """The portal does not call this address; the text says why."""


@dataclass(frozen=True)
class Place:
    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_tls(self) -> bool:
        return self.scheme == "https"


def place_of(url: str) -> Place:
    """What an address names, if its form alone does not forbid it.

    :raises Refused: no https, a name and password, a port of another service, or a number that is not public
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port
    except (UnicodeError, ValueError) as error:
        raise Refused(_("This is not a whole address. It begins with https:// and a name.")) from error
    if any(ord(one) < 33 or one == "\x7f" for one in url):
        raise Refused(_("An address has no spaces or line breaks."))
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.WEBHOOKS_LOCAL):
        raise Refused(_("The address must begin with https://."))
    if not host or "@" in parts.netloc or parts.fragment:
        raise Refused(_("The address has a name, and neither a password nor a part after #."))
    if port is None:
        port = 443 if parts.scheme == "https" else 80
    if port not in PORTS and not settings.WEBHOOKS_LOCAL:
        raise Refused(_("Only the ports 443, 80 and 8443 are called."))
    if _is_number(host) and not allowed(host):
        raise Refused(_("The address leads into a network that is not public."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.scheme, host, port, path.encode("ascii", "ignore").decode())


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def allowed(address: str) -> bool:
    """Whether a numeric address is in the public internet; in development, loopback may be called, too."""
    ip = ipaddress.ip_address(address)
    if settings.WEBHOOKS_LOCAL and ip.is_loopback:
        return True
    if any(ip.version == network.version and ip in network for network in CARRIERS):
        return False
    closed = ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_reserved
    return ip.is_global and not closed and not ip.is_unspecified and "%" not in address


def addresses(place: Place) -> list[str]:
    """Numeric addresses of a host, asked for once: who calls one of these is not led elsewhere afterwards.

    :raises Refused: one of them is not public, so that the name is not to be trusted
    :raises OSError: the name is not known
    """
    found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    numbers = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not numbers or not all(allowed(one) for one in numbers):
        raise Refused(_("The address leads into a network that is not public."))
    return numbers
