"""What is logged names no one and opens nothing, whichever program writes it and whatever an error quotes.

Addresses, the secret part of a link, values in query strings and keys that are shown once are replaced in
the finished line, traceback and all: no caller has to think of it.
"""

import logging
import re

HIDDEN = "[…]"
ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
# Links whose last part lets whoever has it in, as the table of addresses has them.
LINKS = (
    *("invited", "calendar", "feeds", "by-mail/confirm", "by-mail", "unsubscribe", "nominated", "s"),
    "opened",
    *("password/reset/key", "confirm-email"),
)
LINK = re.compile(rf"(/(?:{'|'.join(LINKS)})/)(?!confirm/)[^/\s?\"'<>]+")
QUERY = re.compile(r"([?&;][\w.\[\]-]+=)[^&;\s\"'<>)]+")
KEY = re.compile(r"\b(ipt_|whsec_)[\w+/=-]+")
BEARER = re.compile(r"(\bBearer )\S+")


def discreet(text: str) -> str:
    text = QUERY.sub(rf"\1{HIDDEN}", LINK.sub(rf"\1{HIDDEN}", text))
    return ADDRESS.sub(HIDDEN, BEARER.sub(rf"\1{HIDDEN}", KEY.sub(HIDDEN, text)))


class Line(logging.Formatter):
    """A line of the portal's own processes."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        return discreet(super().format(record))


class Within(logging.Formatter):
    """Any other program's line, which looks as that program has it."""

    def __init__(self, inner: logging.Formatter | None) -> None:
        super().__init__()
        self.inner = inner or logging.Formatter()

    def format(self, record: logging.LogRecord) -> str:
        return discreet(self.inner.format(record))


def make_discreet(logger: logging.Logger) -> None:
    for handler in logger.handlers:
        if not isinstance(handler.formatter, Line | Within):
            handler.setFormatter(Within(handler.formatter))
