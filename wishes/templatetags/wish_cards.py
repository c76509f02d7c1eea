from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innoportal.lib.templatetags.languages import day
from innoportal.lib.templatetags.portal_cards import card, joined
from innoportal.lib.templatetags.portal_ui import fact, word
from wishes.models import Wish

register = template.Library()


@register.simple_tag
def wish_card(wish: Wish, level: int | str = 2) -> SafeString:
    """Reads what `for_cards` gives, and asks the database nothing."""
    return card(
        kind="wish",
        url=wish.get_absolute_url(),
        reference=wish.reference,
        title=wish.title,
        organisation=wish.organisation.name,
        thing=wish,
        summary=wish.outcome or wish.need,
        topics=wish.topics.all(),
        facts=_facts(wish),
        level=level,
    )


def _facts(wish: Wish) -> SafeString:
    months = closing = ""
    if wish.months:
        months = ngettext("%(months)s month", "%(months)s months", wish.months) % {"months": wish.months}
    if wish.closes_on:
        closing = _("until %(day)s") % {"day": day(wish.closes_on)}
    return joined(
        fact("money", _("Budget"), word(Wish.Budget, wish.budget)),
        fact("clock", _("Wanted within"), months),
        fact("calendar", _("Proposals until"), closing),
    )
