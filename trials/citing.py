"""How others name a report: as a line of text, and as files for programs that keep references."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from innoportal.languages import HTML_LANG, Phrase, phrase
from innoportal.lib.templatetags.languages import day
from trials.models import Report

ISSUER = "InnoPortal"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{letter: f"\\{letter}" for letter in "{}$&#_%"},
}


@dataclass(frozen=True)
class Work:
    """What a reference says; `title` and `abstract` in the language that they are in."""

    title: Phrase
    abstract: Phrase
    number: str
    version: int
    published: datetime
    url: str
    digest: str
    withdrawn: bool

    @property
    def genre(self) -> str:
        return _("Verified field trial report")

    @property
    def numbered(self) -> str:
        return _("%(number)s, version %(version)s") % {"number": self.number, "version": self.version}


def work_of(report: Report) -> Work:
    """From what was signed."""
    payload = (report.envelope or {})["payload"]
    return Work(
        title=_said(payload["trial"]["title"]),
        abstract=_said(payload["summary"]),
        number=payload["reference"],
        version=payload["version"],
        published=timezone.localtime(report.published_at),
        url=settings.SITE_URL + reverse("trials:report", args=[report.slug]),
        digest=report.payload_hash,
        withdrawn=report.status == Report.Status.WITHDRAWN,
    )


def _said(text: dict[str, str]) -> Phrase:
    return phrase(text["en"], text["zh"])


def line(work: Work) -> str:
    """As the American Psychological Association has reports: who, when, what, number, kind, where."""
    said = _("%(who)s. (%(day)s). %(title)s (Report No. %(number)s) [%(kind)s]. %(url)s") % {
        "who": ISSUER,
        "day": day(work.published),
        "title": work.title,
        "number": work.numbered,
        "kind": work.genre,
        "url": work.url,
    }
    return f"{said} ({_('Withdrawn')})" if work.withdrawn else said


def bibtex(work: Work) -> str:
    values = {
        "author": f"{{{ISSUER}}}",  # in braces of its own: the name of a body has no first name
        "title": f"{{{_latex(work.title)}}}",  # and a title keeps its capitals
        "institution": ISSUER,
        "type": _latex(work.genre),
        "number": _latex(work.numbered),
        "year": str(work.published.year),
        "url": work.url,
        "note": _latex(_note(work)),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in values.items()]
    lines.insert(6, f"  month = {MONTHS[work.published.month - 1]},")
    return "\n".join([f"@techreport{{{work.number},", *lines, "}", ""])


def ris(work: Work) -> str:
    pairs = [
        ("TY", "RPRT"),
        ("AU", ISSUER),
        ("TI", work.title),
        ("PY", str(work.published.year)),
        ("DA", f"{work.published:%Y/%m/%d}/"),
        ("PB", ISSUER),
        ("M1", work.numbered),
        ("M3", work.genre),
        ("LA", work.title.lang),
        ("AB", work.abstract),
        ("N1", _note(work)),
        ("UR", work.url),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {' '.join(value.split())}\r\n" for tag, value in pairs if value or tag == "ER")


def csl(work: Work) -> str:
    """CSL-JSON, which Zotero, Pandoc and others read."""
    at = work.published
    item: dict[str, Any] = {
        "id": work.number,
        "type": "report",
        "title": work.title,
        "author": [{"literal": ISSUER}],
        "publisher": ISSUER,
        "number": work.number,
        "version": str(work.version),
        "genre": work.genre,
        "issued": {"date-parts": [[at.year, at.month, at.day]]},
        "language": work.title.lang or HTML_LANG.get(get_language() or "en", "en"),
        "abstract": work.abstract,
        "URL": work.url,
        "note": _note(work),
    }
    return json.dumps([item], ensure_ascii=False, indent=2) + "\n"


def _note(work: Work) -> str:
    note = f"SHA-256 {work.digest}"
    return f"{_('Withdrawn')}; {note}" if work.withdrawn else note


def _latex(text: str) -> str:
    return re.sub(r"[\\~^{}$&#_%]", lambda found: LATEX[found[0]], " ".join(text.split()))


FORMS = {  # ending of the file → what makes it, its type
    "bib": (bibtex, "application/x-bibtex; charset=utf-8"),
    "ris": (ris, "application/x-research-info-systems; charset=utf-8"),
    "csl.json": (csl, "application/vnd.citationstyles.csl+json"),
}
