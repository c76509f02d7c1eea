"""Addresses that leave the portal: in the PDF, in its code, in feeds."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from trials.models import Report


def verify_url(report: Report, language: str) -> str:
    """Where the code on the PDF leads."""
    with translation.override(language):
        return settings.SITE_URL + reverse("trials:verify-report", args=[report.slug])


def correction_url(slug: str, number: int) -> str:
    """Where people read a correction of a report; in English, as the register that lists it is."""
    with translation.override("en"):
        return f"{settings.SITE_URL}{reverse('trials:verify-report', args=[slug])}#correction-{number}"
