from datetime import date
from functools import lru_cache

from django import template
from django.utils.safestring import SafeString
from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from innoportal.languages import Phrase, phrase
from innoportal.lib.templatetags.languages import day, escaped
from innoportal.lib.templatetags.portal_cards import card, joined
from innoportal.lib.templatetags.portal_ui import fact, status, word
from trials.models import Report, Side, Trial
from trials.models.ladder import Rung

register = template.Library()


@register.simple_tag
def trial_card(trial: Trial, level: int | str = 2) -> SafeString:
    """Reads what `for_cards` gives, and asks the database nothing."""
    wish, solution, language = trial.shown_wish, trial.shown_solution, get_language()
    return card(
        kind="trial",
        url=trial.get_absolute_url(),
        reference=trial.reference,
        title=_title(solution, language),
        organisation=_name(wish, language),
        thing=trial,
        summary=_title(wish, language),
        facts=joined(
            fact("solution", _("Solution from"), _name(solution, language)),
            fact("place", _("Venue"), trial.venue.name),
            _kind(trial.kind, language),
            _rung(trial.rung, language),
            _days(trial.starts_on, trial.ends_on, language),
        ),
        level=level,
    )


@register.simple_tag
def report_card(report: Report, level: int | str = 2, compare: bool = False) -> SafeString:
    """Reads what `for_cards` gives, and asks the database nothing; with `compare` it can be ticked."""
    language = get_language()
    replaced = SafeString("")
    if report.status != Report.Status.PUBLISHED:
        replaced = joined(SafeString(f'<li class="ip-fact">{status(report)}</li>'), _withdrawal(report))
    return card(
        kind="report",
        url=report.get_absolute_url(),
        reference=report.reference,
        title=report.title,
        organisation=_name(report.shown_solution, language),
        thing=report,
        summary=report.lead,
        facts=joined(
            fact("building", _("Tried by"), _name(report.shown_wish, language)),
            fact("place", _("Venue"), report.trial.venue.name),
            _rung(report.trial.rung, language),
            _published(report.published_at and localdate(report.published_at), language),
            replaced,
        ),
        verdict_value=report.verdict,
        level=level,
        below=compare_box(report) if compare else "",
    )


@register.simple_tag
def compare_box(report: Report) -> SafeString:
    """To choose it for the form `compare` of the same page, wherever that stands."""
    number = escaped(report.reference or "")
    words = escaped(_("Compare %(number)s") % {"number": report.reference})
    return SafeString(
        '<div class="govuk-checkboxes govuk-checkboxes--small" data-print>'
        '<div class="govuk-checkboxes__item"><input class="govuk-checkboxes__input" type="checkbox" '
        f'form="compare" name="report" value="{number}" id="compare-{number}">'
        f'<label class="govuk-label govuk-checkboxes__label" for="compare-{number}">{words}</label>'
        "</div></div>"
    )


def _title(side: Side, language: str | None) -> Phrase:
    return phrase(side["title_en"], side["title_zh"], language)


def _name(side: Side, language: str | None) -> Phrase:
    return phrase(side["name_en"], side["name_zh"], language)


@lru_cache(maxsize=64)
def _kind(kind: str, language: str | None) -> SafeString:
    return fact("trial", _("Kind"), word(Trial.Kind, kind))


@lru_cache(maxsize=64)
def _rung(rung: str, language: str | None) -> SafeString:
    """Nothing of a trial that stands on none; counted from 1, as people count."""
    if not rung:
        return SafeString("")
    said = {"number": Rung(rung).height + 1, "most": len(Rung), "name": word(Rung, rung)}
    return fact("level", _("Ladder of trials"), _("Rung %(number)s of %(most)s: %(name)s") % said)


@lru_cache(maxsize=4096)
def _days(first: date, last: date, language: str | None) -> SafeString:
    return fact("calendar", _("Days"), _("%(first)s to %(last)s") % {"first": day(first), "last": day(last)})


@lru_cache(maxsize=4096)
def _withdrawal(report: Report) -> SafeString:
    """Why, beside the word: the list is where somebody chooses by."""
    return fact("warning", _("Reason"), report.withdrawal) if report.withdrawal else SafeString("")


def _published(on: date | None, language: str | None) -> SafeString:
    return fact("calendar", _("Published"), day(on))
