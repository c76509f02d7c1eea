"""By which notice a browser came: a signed mark in the link of a mail, which names the notice and nobody."""

import re
from contextvars import ContextVar
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.core.signing import BadSignature, Signer

PARAMETER = "notice"
NAMED = re.compile(r"(\d{1,18})\.([a-z_]{1,30}\.[a-z_]{1,40})", re.ASCII)


@dataclass(frozen=True)
class Mark:
    """A notice: the entry that it tells of, and its template."""

    entry_id: int
    template: str

    def __str__(self) -> str:
        return f"{self.entry_id}.{self.template.replace('/mail/', '.')}"

    @classmethod
    def of(cls, said: str) -> "Mark | None":
        if not (found := NAMED.fullmatch(said)):
            return None
        return cls(int(found[1]), found[2].replace(".", "/mail/", 1))


came_by: ContextVar[Mark | None] = ContextVar("came_by", default=None)
"""In a request of a browser that came by a notice."""


def _signer() -> Signer:
    return Signer(salt="notice", sep="~")


def marked(address: str, mark: Mark) -> str:
    """The same address with the mark, before its fragment."""
    parts = urlsplit(address)
    query = [*parse_qsl(parts.query, keep_blank_values=True), (PARAMETER, _signer().sign(str(mark)))]
    return urlunsplit(parts._replace(query=urlencode(query, safe="~:/")))


def read(token: str) -> Mark | None:
    """None for what is not ours."""
    try:
        return Mark.of(_signer().unsign(token))
    except BadSignature:
        return None
