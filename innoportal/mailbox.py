"""The mails that the local catcher kept, for a browser. On only where the catcher is the mail server.

A mail is a stranger's text: its HTML is shown as a document of its own, without scripts, forms or network.
"""

import email
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from functools import wraps
from pathlib import Path

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from innoportal import embedded
from innoportal.lib.differences import HAN

NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
CHINESE = re.compile(f"[{HAN}]")
CLOSED = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"


@dataclass(frozen=True)
class Mail:
    """A kept mail, read with patience: no header or part of it may break the page."""

    name: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return self.header("Subject") or "(no subject)"

    @property
    def sender(self) -> str:
        return self.header("From")

    @property
    def recipients(self) -> str:
        """Of the envelope: a blind copy is in no header."""
        return self.header("X-Envelope-To") or self.header("To")

    @property
    def kept_at(self) -> datetime:
        return datetime.strptime(f"{self.name[:21]}+0000", "%Y%m%dT%H%M%S%f%z")

    @property
    def text(self) -> str:
        return self.part("plain")

    @property
    def html(self) -> str:
        return self.part("html")

    @property
    def lang(self) -> str:
        """The language that its header gives; else Chinese where its subject has any."""
        given = self.header("Content-Language")
        if LANGUAGE.fullmatch(given):
            return given
        return "zh" if CHINESE.search(self.subject) else "en"

    @property
    def attachments(self) -> list[str]:
        names = [attempt(part.get_filename) for part in self.message.walk()]
        return [str(name) for name in names if name]

    def header(self, name: str) -> str:
        return str(attempt(lambda: self.message[name]) or "")

    def part(self, kind: str) -> str:
        part = attempt(lambda: self.message.get_body((kind,)))
        if part is None:
            return ""
        content = attempt(part.get_content)
        if isinstance(content, str):
            return content
        return (attempt(lambda: part.get_payload(decode=True)) or b"").decode("utf-8", "replace")


def attempt(read):
    """What a hostile mail makes the standard parser raise is not worth listing."""
    try:
        return read()
    except Exception:
        return None


def directory() -> Path:
    return embedded.data_dir() / "mail"


def caught(view):
    """:raises Http404: where mails really go out, and for a mail that is not there"""

    @wraps(view)
    @require_safe
    def guarded(request: HttpRequest, name: str | None = None) -> HttpResponse:
        if not settings.MAIL_CATCHER:
            raise Http404
        if name is None:
            return view(request)
        file = directory() / f"{name}.eml"
        if not NAME.fullmatch(name) or not file.is_file():
            raise Http404
        return view(request, file)

    return guarded


def opened(file: Path) -> Mail:
    return Mail(file.stem, email.message_from_bytes(file.read_bytes(), policy=default))


@caught
def index(request: HttpRequest) -> HttpResponse:
    """Newest first, by name: the name begins with the time."""
    pages = Paginator(sorted(directory().glob("*.eml"), reverse=True), 50)
    page = pages.get_page(request.GET.get("page"))
    mails = [opened(file) for file in page]
    return render(request, "mailbox/list.html", {"mails": mails, "page_obj": page})


@caught
def detail(request: HttpRequest, file: Path) -> HttpResponse:
    return render(request, "mailbox/detail.html", {"mail": opened(file)})


@xframe_options_sameorigin
@caught
def html(request: HttpRequest, file: Path) -> HttpResponse:
    return HttpResponse(opened(file).html, headers={"Content-Security-Policy": CLOSED})


@caught
def raw(request: HttpRequest, file: Path) -> HttpResponse:
    return HttpResponse(file.read_bytes(), content_type="text/plain; charset=utf-8")


app_name = "mailbox"
urlpatterns = [
    path("", index, name="list"),
    path("<str:name>/", detail, name="detail"),
    path("<str:name>/html/", html, name="html"),
    path("<str:name>/raw/", raw, name="raw"),
]
