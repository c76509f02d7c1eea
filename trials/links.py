"""Addresses that leave the portal: in the PDF, in its code, in feeds."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from trials.models import Report


def verify_url(report: Report, language: str) -> str:
    """Where the code on the PDF leads."""
    with translation.override(language):
        return settings.SITE_URL + reverse("trials:verify-report", args=[report.slug])
