"""The sections of a report on its way, as its page and its editor show them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from innoportal.languages import phrase
from trials.models import SECTIONS, Report
from trials.services.facts import Facts
from trials.services.prose import told

TITLES = {
    "summary": _("Summary"),
    "need": _("The need"),
    "solution": _("The solution"),
    "site": _("Site and conditions"),
    "results": _("Results"),
    "incidents": _("Incidents and downtime"),
    "voices": _("What users say"),
    "benefit": _("Cost and benefit"),
    "suits": _("Where it suits and where not"),
    "limits": _("Limits of the trial"),
    "conditions": _("Validity and conditions of use"),
}


def sections_told(report: Report, known: Facts) -> list[dict[str, Any]]:
    """Each section that says something, as a reader will read it."""
    found = []
    for section in SECTIONS:
        text = told(report, section, known)
        if text:
            found.append({"name": section, "title": TITLES[section], "text": phrase(text.en, text.zh)})
    return found
