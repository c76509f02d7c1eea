from datetime import date
from functools import lru_cache

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from innoportal.languages import phrase
from innoportal.lib.templatetags.languages import day
from innoportal.lib.templatetags.portal_cards import card, joined
from innoportal.lib.templatetags.portal_ui import fact, word
from wishes.models import Call, Wish

register = template.Library()


@register.simple_tag
def wish_card(wish: Wish, level: int | str = 2) -> SafeString:
    """Reads what `for_cards` gives, and asks the database nothing."""
    language = get_language()
    return card(
        kind="wish",
        url=wish.get_absolute_url(),
        reference=wish.reference,
        title=wish.title,
        organisation=wish.organisation.name,
        thing=wish,
        summary=wish.outcome or wish.need,
        topics=[phrase(one["name_en"], one["name_zh"], language) for one in wish.shown_topics],
        facts=_facts(wish, language),
        level=level,
    )


def _facts(wish: Wish, language: str | None) -> SafeString:
    return joined(
        _budget(wish.budget, language), _months(wish.months, language), _closing(wish.closes_on, language)
    )


@lru_cache(maxsize=64)
def _budget(band: str, language: str | None) -> SafeString:
    return fact("money", _("Budget"), word(Wish.Budget, band))


@lru_cache(maxsize=512)
def _months(months: int | None, language: str | None) -> SafeString:
    shown = ngettext("%(months)s month", "%(months)s months", months or 0) % {"months": months}
    return fact("clock", _("Wanted within"), shown if months else "")


@lru_cache(maxsize=4096)
def _closing(closes_on: date | None, language: str | None) -> SafeString:
    shown = _("until %(day)s") % {"day": day(closes_on)}
    return fact("calendar", _("Proposals until"), shown if closes_on else "")


@register.simple_tag
def call_card(call: Call) -> SafeString:
    """Reads what `for_cards` of calls gives, and asks the database nothing."""
    language = get_language()
    return card(
        kind="calendar",
        url=call.get_absolute_url(),
        reference=call.reference,
        title=call.title,
        organisation=call.organisation.name if call.organisation else "",
        thing=call,
        summary=call.text,
        topics=[phrase(one["name_en"], one["name_zh"], language) for one in call.shown_topics],
        facts=joined(
            fact("clock", _("Kind"), call.get_kind_display()),
            fact("calendar", _("Opens"), _("from %(day)s") % {"day": day(call.opens_on)}),
            _closing(call.closes_on, language),
        ),
    )
