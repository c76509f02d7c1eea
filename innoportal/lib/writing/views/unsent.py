"""What was typed when the session or the token of the page had gone: carried through the sign-in."""

import json
from dataclasses import dataclass

from django.http import HttpRequest
from rest_framework.authentication import CSRFCheck

from innoportal.lib.writing.answers import Answers

NAME = "unsent"  # in the session of who is about to sign in
MOST = 60_000  # characters: two long texts and more; a visitor may not fill the table of sessions


@dataclass(frozen=True)
class Carried:
    answers: Answers
    seen: dict[str, str]


def has_token(request: HttpRequest) -> bool:
    """What Django asks of every form, asked here so that the words of one that fails can be shown again."""
    check = CSRFCheck(lambda _request: None)  # type: ignore[arg-type, return-value]
    check.process_request(request)
    return check.process_view(request, None, (), {}) is None


def carry(request: HttpRequest, answers: Answers, seen: dict[str, str]) -> bool:
    """Keep it in the visitor's session, which signing in does not empty; False when it is too long."""
    kept = {"path": request.path, "answers": answers, "seen": seen}
    if len(json.dumps(kept, ensure_ascii=False)) > MOST:
        return False
    request.session[NAME] = kept
    return True


def carried(request: HttpRequest) -> Carried | None:
    """What was typed on this very page before the sign-in; kept until the page is sent."""
    kept = request.session.get(NAME)
    if not kept or not same_page(kept["path"], request.path):
        return None
    return Carried(kept["answers"], kept["seen"])


def arrived(request: HttpRequest) -> None:
    kept = request.session.get(NAME)
    if kept and same_page(kept["path"], request.path):
        del request.session[NAME]


def same_page(one: str, other: str) -> bool:
    """In whichever language."""
    return one.split("/")[2:] == other.split("/")[2:]
