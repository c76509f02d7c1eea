from datetime import date
from functools import lru_cache

from django import template
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from innoportal.lib.templatetags.languages import day
from innoportal.lib.templatetags.portal_cards import card, joined
from innoportal.lib.templatetags.portal_ui import fact, status, word
from trials.models import Report, Trial

register = template.Library()


@register.simple_tag
def trial_card(trial: Trial, level: int | str = 2) -> SafeString:
    """Reads what `for_cards` gives, and asks the database nothing."""
    wish, solution = trial.match.wish, trial.match.solution
    language = get_language()
    return card(
        kind="trial",
        url=trial.get_absolute_url(),
        reference=trial.reference,
        title=trial.title,
        organisation=wish.organisation.name,
        thing=trial,
        summary=wish.title,
        facts=joined(
            fact("solution", _("Solution from"), solution.organisation.name),
            fact("place", _("Venue"), trial.venue.name),
            _kind(trial.kind, language),
            _days(trial.starts_on, trial.ends_on, language),
        ),
        level=level,
    )


@register.simple_tag
def report_card(report: Report, level: int | str = 2) -> SafeString:
    """Reads what `for_cards` gives, and asks the database nothing."""
    match = report.trial.match
    replaced = SafeString("")
    if report.status != Report.Status.PUBLISHED:
        replaced = SafeString(f'<li class="ip-fact">{status(report)}</li>')
    return card(
        kind="report",
        url=report.get_absolute_url(),
        reference=report.reference,
        title=report.title,
        organisation=match.solution.organisation.name,
        thing=report,
        summary=Truncator(report.lead).chars(240),
        facts=joined(
            fact("building", _("Tried by"), match.wish.organisation.name),
            fact("place", _("Venue"), report.trial.venue.name),
            _published(report.published_at and localdate(report.published_at), get_language()),
            replaced,
        ),
        verdict_value=report.verdict,
        level=level,
    )


@lru_cache(maxsize=64)
def _kind(kind: str, language: str | None) -> SafeString:
    return fact("trial", _("Kind"), word(Trial.Kind, kind))


@lru_cache(maxsize=4096)
def _days(first: date, last: date, language: str | None) -> SafeString:
    return fact("calendar", _("Days"), _("%(first)s to %(last)s") % {"first": day(first), "last": day(last)})


@lru_cache(maxsize=4096)
def _published(on: date | None, language: str | None) -> SafeString:
    return fact("calendar", _("Published"), day(on))
