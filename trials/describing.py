"""Reports and what was tried, in schema.org's words, for search engines and catalogues of data."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation
from innoportal.languages import phrase
from solutions.models import Solution
from trials.citing import ISSUER
from trials.models import Report
from trials.track_record import TrackRecord
from trials.validity import valid_until

Words = dict[str, Any]


def absolute(url: str) -> str:
    return settings.SITE_URL + url


def issuer() -> Words:
    return {"@type": "Organization", "name": ISSUER, "url": f"{settings.SITE_URL}/"}


def described(report: Report, errata: Iterable[Words] = ()) -> Words:
    """A signed report, from its payload; its state from the row, and what was put right in it."""
    payload, at = (report.envelope or {})["payload"], timezone.localtime(report.published_at)
    url = absolute(report.get_absolute_url())
    title, dates = phrase(**payload["trial"]["title"]), payload["dates"]
    published = {"datePublished": at.date().isoformat(), "expires": valid_until(report).isoformat()}
    return {
        "@type": "Report",
        "@id": url,
        "url": url,
        "name": title,
        "reportNumber": payload["reference"],
        "version": str(payload["version"]),
        "inLanguage": title.lang,
        "abstract": phrase(**payload["summary"]),
        "creativeWorkStatus": report.get_status_display(),
        "correction": [*map(_correction, errata), *_withdrawal(report)],
        "author": issuer(),
        "publisher": issuer(),
        "contributor": _verifier(payload["verifier"]),
        "about": _product(payload),
        "contentLocation": [{"@type": "Place", "name": phrase(**site)} for site in payload["venues"]],
        "temporalCoverage": f"{dates['started_on']}/{dates['ended_on']}",
        "encoding": [
            _file("application/pdf", reverse("trials:report-pdf", args=[report.slug])),
            _file("application/json", reverse("trials:report-json", args=[report.slug]))
            | {"sha256": report.payload_hash},
        ],
        **published,
    }


def _correction(one: Words) -> Words:
    day = timezone.localdate(one["at"]).isoformat()
    return {"@type": "CorrectionComment", "text": one["why"], "datePublished": day}


def _withdrawal(report: Report) -> list[Words]:
    """The reason, as the last word on it."""
    if not report.withdrawn_at:
        return []
    text = f"{_('Withdrawn')}: {report.withdrawal}"
    return [_correction({"at": report.withdrawn_at, "why": text})]


def _verifier(verifier: Words) -> Words:
    employer = phrase(**verifier["organisation"])
    affiliation = {"@type": "Organization", "name": employer} if employer else None
    return {"@type": "Person", "name": phrase(**verifier["name"]), "affiliation": affiliation}


def _product(payload: Words) -> Words:
    vendor = next((one for one in payload["organisations"] if one["role"] == "vendor"), None)
    return {
        "@type": "Product",
        "name": phrase(**payload["solution"]["title"]),
        "productID": payload["solution"]["reference"],
        "manufacturer": vendor and {"@type": "Organization", "name": phrase(**vendor["name"])},
    }


def _file(kind: str, url: str) -> Words:
    return {"@type": "MediaObject", "encodingFormat": kind, "contentUrl": absolute(url)}


def reported(reports: list[Any]) -> list[Words]:
    """Reports named on the page of something else."""
    found = []
    for report in reports:
        url = absolute(report.get_absolute_url())
        about = {"@type": "Report", "@id": url, "url": url, "reportNumber": report.reference}
        found.append(about | {"datePublished": timezone.localdate(report.published_at).isoformat()})
    return found


def stated(uses: list[Any]) -> list[Words]:
    """What organisations say that use it today; a review in schema.org's words, without stars."""
    return [
        {
            "@type": "Review",
            "itemReviewed": {"@type": "Product", "name": one.solution.title},
            "author": {"@type": "Organization", "name": one.organisation.name},
            "reviewBody": one.statement,
            "inLanguage": one.statement.lang,
            "datePublished": timezone.localdate(one.confirmed_at).isoformat(),
        }
        for one in uses
        if one.is_in_use
    ]


def described_solution(solution: Solution, record: TrackRecord) -> Words:
    vendor = solution.organisation
    return {
        "@type": "Product",
        "name": solution.title,
        "productID": solution.reference,
        "url": absolute(solution.get_absolute_url()) if solution.is_public else None,
        "manufacturer": {"@type": "Organization", "name": vendor.name},
        "subjectOf": reported(record.reports),
        "review": stated(record.uses),
    }


def described_vendor(vendor: Organisation, record: TrackRecord) -> Words:
    return {
        "@type": "Organization",
        "name": vendor.name,
        "url": absolute(vendor.get_absolute_url()),
        "sameAs": vendor.website,
        "subjectOf": reported(record.reports),
        "review": stated(record.uses),
    }
