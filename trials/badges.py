"""Badges of a report: what each says, in which words, and the lines that put it on another site."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _

from innoportal.languages import Phrase, phrase
from innoportal.lib.looks import VERDICTS
from innoportal.lib.templatetags.languages import day
from trials import keys
from trials.models import Report
from trials.proof.badge import FRESH, Badge, sign_badge
from trials.proof.payload import Bilingual
from trials.validity import STATES, state_of, valid_until

WIDTH, HEIGHT = 340, 136  # of the picture, in pixels


class NoSuchClaim(LookupError):
    """The report has no claim of that number."""


def badge_of(report: Report, claim: int, now: datetime) -> Badge:
    """As it stands now, unsigned; from what the report's signature covers, and the state of its row.

    :raises NoSuchClaim: claims count from 1; 0 is the whole report.
    """
    payload, until = (report.envelope or {})["payload"], valid_until(report)
    if claim > len(payload["claims"]):
        raise NoSuchClaim
    part = payload["claims"][claim - 1] if claim else {"statement": {}, "verdict": payload["verdict"]}
    vendors = [party["name"] for party in payload["organisations"] if party["role"] == "vendor"]
    return Badge(
        type="innoportal-badge/1",
        algorithm="Ed25519",
        key_id="",
        issuer=settings.SITE_URL,
        report=payload["reference"],
        version=payload["version"],
        report_hash=report.payload_hash,
        solution=payload["solution"]["reference"],
        title=Bilingual(**payload["trial"]["title"]),
        vendor=Bilingual(**vendors[0]) if vendors else Bilingual(),
        sites=tuple(Bilingual(**venue) for venue in payload["venues"]),
        claim=claim,
        statement=Bilingual(**part["statement"]),
        verdict=part["verdict"],
        state=state_of(report, timezone.localdate(now)),
        valid_until=until.isoformat(),
        issued_at=now.astimezone(UTC).isoformat(timespec="microseconds"),
        fresh_until=(now + FRESH).astimezone(UTC).isoformat(timespec="microseconds"),
    )


def signed_badge(report: Report, claim: int) -> dict[str, Any]:
    """By the portal's key of today, made before the time is taken: a key vouches only for what comes after.

    :raises NoSuchClaim: as `badge_of`.
    """
    key = keys.signing_key()
    return sign_badge(badge_of(report, claim, timezone.now()), key)


@dataclass(frozen=True)
class Shown:
    """A badge in the reader's language."""

    badge: Badge
    address: str  # the page that says what it means
    picture: str
    data: str
    frame: str

    @property
    def is_valid(self) -> bool:
        return self.badge.state == "valid"

    @property
    def scope(self) -> Phrase:
        """The claim in its words, or the name of what was tried as a whole."""
        text = self.badge.statement or self.badge.title
        return phrase(text.en, text.zh)

    @property
    def about(self) -> str:
        return _("Claim %(number)s") % {"number": self.badge.claim} if self.badge.claim else _("Whole report")

    @property
    def site(self) -> str:
        return " · ".join(phrase(one.en, one.zh) for one in self.badge.sites)

    @property
    def headline(self) -> str:
        """The verdict while it is valid, and then what ended it: never a verdict that counts no more."""
        return str(VERDICTS[self.badge.verdict][0] if self.is_valid else STATES[self.badge.state])

    @property
    def until(self) -> str:
        if self.badge.state == "valid":
            return _("Valid until %(day)s") % {"day": day(self.badge.valid_until)}
        if self.badge.state == "expired":
            return _("Expired on %(day)s") % {"day": day(self.badge.valid_until)}
        return _("Its verdict counts no more")

    @property
    def alt(self) -> str:
        """All that the picture says."""
        parts = (f"{self.headline}: {self.scope}", self.site, self.number, self.until)
        return f"InnoPortal. {'. '.join(part for part in parts if part)}."

    @property
    def number(self) -> str:
        return self.badge.report if self.badge.version == 1 else f"{self.badge.report} v{self.badge.version}"

    @property
    def standing_alt(self) -> str:
        """For a page that nobody will change when the badge ends: it asserts nothing."""
        return _(
            "Badge of InnoPortal for trial report %(number)s: follow the link for what it says today"
        ) % {"number": self.number}

    @property
    def image_lines(self) -> str:
        return (
            f'<a href="{escape(self.address)}"><img src="{escape(self.picture)}" width="{WIDTH}" '
            f'height="{HEIGHT}" alt="{escape(self.standing_alt)}"></a>'
        )

    @property
    def frame_lines(self) -> str:
        return (
            f'<iframe src="{escape(self.frame)}" width="{WIDTH}" height="{HEIGHT}" loading="lazy" '
            f'title="{escape(self.standing_alt)}"></iframe>'
        )


def shown(report: Report, claim: int, now: datetime) -> Shown:
    """
    :raises NoSuchClaim: as `badge_of`.
    """
    here = {
        name: settings.SITE_URL + reverse(f"trials:report-badge-{name}", args=[report.slug, claim])
        for name in ("picture", "data", "frame")
    }
    page = settings.SITE_URL + reverse("trials:report-badge", args=[report.slug])
    return Shown(badge_of(report, claim, now), f"{page}#claim-{claim}", **here)


def all_shown(report: Report, now: datetime) -> list[Shown]:
    """Of the whole report and of each claim."""
    count = len((report.envelope or {})["payload"]["claims"])
    return [shown(report, claim, now) for claim in range(count + 1)]
