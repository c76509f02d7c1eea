from django import template
from django.utils.safestring import SafeString
from django.utils.text import Truncator
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
    days = _("%(first)s to %(last)s") % {"first": day(trial.starts_on), "last": day(trial.ends_on)}
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
            fact("trial", _("Kind"), word(Trial.Kind, trial.kind)),
            fact("calendar", _("Days"), days),
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
            fact("calendar", _("Published"), day(report.published_at)),
            replaced,
        ),
        verdict_value=report.verdict,
        level=level,
    )
