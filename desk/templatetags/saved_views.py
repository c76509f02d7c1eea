"""Above a list: the views of it that were kept."""

from typing import Any

from django import template
from django.http import HttpRequest, QueryDict
from django.template import Context

from desk.forms import NOT_KEPT
from desk.models import SavedView

register = template.Library()
OF_LISTS = ("sort", "q")  # what a list reads besides its filter


@register.inclusion_tag("desk/views_of.html", takes_context=True)
def views_of(context: Context, name: str) -> dict[str, Any]:
    """One query for who is signed in, none for a visitor."""
    request: HttpRequest = context["request"]
    if not request.user.is_authenticated:
        return {}
    views = list(SavedView.objects.visible_to(request.user).filter(list=name).order_by("name", "pk"))
    opened = next((one for one in views if str(one.pk) == request.GET.get("view")), None)
    return {
        "request": request,
        "list": name,
        "views": views,
        "opened": opened,
        "mine": opened is not None and opened.owner_id == request.user.pk,
        "gone": gone(opened, context["filter"].form) if opened else [],
        "query": request.GET.urlencode(),
    }


def gone(view: SavedView, form: Any) -> list[str]:
    """Filters and choices that the view asks for and the list has no more."""
    given = QueryDict(view.query)
    names = [name for name in given if name not in form.fields and name not in (*OF_LISTS, *NOT_KEPT)]
    return names + [
        str(form.fields[name].label) for name in form.errors if name in given and name in form.fields
    ]
