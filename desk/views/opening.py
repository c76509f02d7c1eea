from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from desk.models import SavedView


class OpensWithViewMixin:
    """A list without a question in its address opens with the view that its reader chose for it.

    One query more for who is signed in; `?view=` is the way to the bare list.
    """

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.META.get("QUERY_STRING") and request.user.is_authenticated and request.method == "GET":
            mine = SavedView.objects.filter(owner=request.user, list=request.resolver_match.view_name)
            if view := mine.filter(is_default=True).first():
                return redirect(view.get_absolute_url())
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
