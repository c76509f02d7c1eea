from django import template

from wishes.models import ScreeningQuestion

register = template.Library()


@register.inclusion_tag("wishes/asked.html")
def asked_about(draft, step):
    """What the portal office still asks about this part of the wish that is being changed."""
    if draft is None or draft.wish_id is None:
        return {"questions": []}
    rows = ScreeningQuestion.objects.filter(given_back__wish=draft.wish_id, about=step.slug, answered_at=None)
    return {"questions": rows.order_by("pk")}
