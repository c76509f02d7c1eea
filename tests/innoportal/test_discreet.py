"""A finished line of a log names no one and opens nothing, and still says what happened."""

import logging

import pytest
from django.urls import reverse

from innoportal.celery import log_discreetly
from innoportal.discreet import HIDDEN, LINKS, Line, Within, discreet, make_discreet
from tests.test_house import named

SECRET = "WzEsImZvbGxvdyJd:1vXyZ:Qw-erty_uiop"  # as signed links have it
OPENS = {"token", "uidb36"}  # names of those parts of an address that let in whoever has them


def secret_addresses():
    for name, entry in sorted(dict(named()).items()):
        parts = set(entry.pattern.regex.groupindex)
        if parts & OPENS or name in ("trials:answer", "account_confirm_email"):
            yield name, {part: 7 if part == "pk" else SECRET for part in parts}


@pytest.mark.parametrize(("name", "parts"), list(secret_addresses()))
def test_the_secret_part_of_every_link_is_hidden(name, parts):
    if "uidb36" in parts:
        parts = {"uidb36": "1", "key": "c8k2-abcdef0123456789"}
    line = discreet(f'127.0.0.1 "GET {reverse(name, kwargs=parts)} HTTP/1.1" 200')
    assert HIDDEN in line
    assert not any(str(part) in line for part in parts.values() if isinstance(part, str) and part != "1")
    assert line.endswith('HTTP/1.1" 200')


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("no mail to chan.tai-man+x@mail.example.org: refused", f"no mail to {HIDDEN}: refused"),
        ("GET /en/x/?email=chan%40example.org&page=2 HTTP", f"GET /en/x/?email={HIDDEN}&page={HIDDEN} HTTP"),
        ("the key ipt_0aB-9_ is unknown", f"the key {HIDDEN} is unknown"),
        ("signed by whsec_MfKQ9r8+GKYqrT/wlUPD==", f"signed by {HIDDEN}"),
        ("Authorization: Bearer abc.def", f"Authorization: Bearer {HIDDEN}"),
    ],
)
def test_addresses_values_and_keys_are_hidden(said, logged):
    assert discreet(said) == logged


@pytest.mark.parametrize(
    "said",
    [
        '127.0.0.1 - - "GET /en/wishes/W-2026-0042/ HTTP/1.1" 200 5120',
        "2026-03-02 10:00:00,000 INFO celery@portal ready.",
        "Task notifications.tasks.sweep[0a1b2c3d-0000-4000-8000-0123456789ab] succeeded in 0.02s: None",
        "Shard 12 was given to another worker meanwhile.",
        "GET /en/notices/unsubscribe/",
    ],
)
def test_what_is_no_secret_stays_as_it_is(said):
    assert discreet(said) == said


def line_of(formatter: logging.Formatter, message: str, error: BaseException | None = None) -> str:
    info = (type(error), error, None) if error else None
    return formatter.format(logging.LogRecord("x", logging.ERROR, "x.py", 1, message, (), info))


def test_what_an_error_quotes_is_hidden_too():
    assert "chan@example.org" not in line_of(Line(), "It failed", ValueError("to chan@example.org"))


def test_another_programs_line_keeps_its_look():
    inner = logging.Formatter("<{levelname}> {message}", style="{")
    assert line_of(Within(inner), "to chan@example.org") == f"<ERROR> to {HIDDEN}"


@pytest.mark.parametrize("makes", [make_discreet, lambda logger: log_discreetly(logger=logger)])
def test_each_handler_is_made_discreet_once(makes):
    logger, handler = logging.Logger("one"), logging.StreamHandler()
    logger.addHandler(handler)
    makes(logger)
    first = handler.formatter
    makes(logger)
    assert isinstance(first, Within)
    assert handler.formatter is first


def test_no_link_is_listed_that_leads_nowhere():
    patterns = " ".join(str(entry.pattern) for _name, entry in named())
    assert [link for link in LINKS if f"{link}/" not in patterns and link != "confirm-email"] == []
