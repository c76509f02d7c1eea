from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innoportal.lib.templatetags.portal_cards import card, joined
from innoportal.lib.templatetags.portal_ui import fact, word
from solutions.models import Solution

register = template.Library()


@register.simple_tag
def solution_card(solution: Solution, level: int | str = 2) -> SafeString:
    """Reads what `for_cards` gives, and asks the database nothing."""
    return card(
        kind="solution",
        url=solution.get_absolute_url(),
        reference=solution.reference,
        title=solution.title,
        organisation=solution.organisation.name,
        thing=solution,
        summary=solution.summary,
        topics=solution.topics.all(),
        facts=_facts(solution),
        level=level,
    )


def _facts(solution: Solution) -> SafeString:
    start = ""
    if solution.lead_months is not None:
        start = ngettext("in %(months)s month", "in %(months)s months", solution.lead_months)
        start %= {"months": solution.lead_months}
    return joined(
        fact("level", _("Readiness"), _("TRL %(trl)s") % {"trl": solution.trl} if solution.trl else ""),
        fact("money", _("Price of a trial"), word(Solution.Price, solution.price)),
        fact("calendar", _("A trial can start"), start),
    )
