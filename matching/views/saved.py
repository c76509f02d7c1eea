"""A reader's saved searches, and what one would have brought before it is saved."""

import secrets
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import ListView

from innoportal.languages import listed
from matching import services
from matching.models import Found, Kind, SavedSearch
from matching.search_forms import SavedSearchForm, as_typed
from matching.services.arriving import things_of
from notifications.by_mail import AddressForm, AskMixin

SHOWN = 25  # of a preview


class SaveSearch(View):
    """Anyone may see what a search would have brought; `?words=…&kinds=wish&topics=…` begins with one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if "words" not in request.GET:
            return self.show(SavedSearchForm(initial=begun(request)))
        form = SavedSearchForm(request.GET)
        return self.show(form, status=200 if form.is_valid() else 422)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = SavedSearchForm(request.POST)
        if "preview" in request.POST or not form.is_valid():
            return self.show(form, status=200 if form.is_valid() else 422)
        if not request.user.is_authenticated:
            return redirect_to_login(f"{request.path}?{form_query(request)}")
        try:
            search = services.save_search(request.user, form.wanted, name=form.cleaned_data["name"])
        except ValidationError as error:
            form.add_error(None, error)
            return self.show(form, status=409)
        messages.success(request, _("The search is saved. What is new and about it comes to your inbox."))
        return redirect(search)

    def show(self, form: SavedSearchForm, status: int = 200) -> HttpResponse:
        context = {"form": form, **previewed(form)}
        return render(self.request, "matching/save_search.html", context, status=status)


def begun(request: HttpRequest) -> dict[str, Any]:
    return {"kinds": request.GET.getlist("kinds"), "topics": request.GET.getlist("topics")}


def form_query(request: HttpRequest) -> str:
    """What was typed, for the address to which signing in leads back."""
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    return typed.urlencode()


def previewed(form: SavedSearchForm) -> dict[str, Any]:
    if not form.is_bound or not form.is_valid():
        return {}
    brought = services.preview(form.wanted)
    query = urlencode([(name, value) for name in form.fields for value in form.data.getlist(name) if value])
    return {"query": query, "previewed": True, "count": len(brought), "brought": brought[:SHOWN], "days": 90}


class SearchByMail(AskMixin, View):
    """The same without an account: what was typed, and an address that confirms it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = self.searched(request.GET)
        return self.show(AddressForm(), label(form))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.searched(request.POST)
        wanted = form.wanted
        name = form.cleaned_data["name"] or wanted.words or called_by_kinds(wanted, get_language() or "en")
        said = {
            "words": wanted.words,
            "kinds": list(wanted.kinds),
            "topics": [topic.pk for topic in wanted.topics],
            "name": name,
        }
        return self.take(said, label(form))

    def searched(self, data: Any) -> SavedSearchForm:
        form = SavedSearchForm(data)
        if not form.is_valid():
            raise Http404
        self.typed = [(name, value) for name in form.fields for value in data.getlist(name) if value]
        return form

    def hidden(self) -> list[tuple[str, str]]:
        return self.typed


def label(form: SavedSearchForm) -> dict[str, str]:
    words = form.cleaned_data["name"] or form.wanted.words
    if words:
        return {"en": words, "zh": words}
    return {suffix: called_by_kinds(form.wanted, lang) for suffix, lang in (("en", "en"), ("zh", "zh-hant"))}


def called_by_kinds(wanted: services.Wanted, language: str) -> str:
    with override(language):
        parts = [*(str(Kind(kind).label) for kind in wanted.kinds), *(str(one.name) for one in wanted.topics)]
        return listed(parts)[:80]


class Searches(LoginRequiredMixin, ListView):
    template_name = "matching/searches.html"
    paginate_by = 25

    def get_queryset(self) -> Any:
        rows = SavedSearch.objects.visible_to(self.request.user).defer("terms", "concepts", "vectors")
        return rows.annotate(count=Count("found")).prefetch_related("topics").order_by("-made_at", "-pk")


class OwnMixin(LoginRequiredMixin):
    """One's own search; another's is 404."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @property
    def search(self) -> SavedSearch:
        return get_object_or_404(SavedSearch.objects.visible_to(self.request.user), pk=self.kwargs["pk"])


class SearchDetail(OwnMixin, ListView):
    """What it has brought, the newest first; what is no longer public is not named."""

    template_name = "matching/saved_search.html"
    paginate_by = 25

    def get_queryset(self) -> Any:
        rows = Found.objects.filter(search=self.search).select_related("arrival")
        return rows.defer("arrival__record", "arrival__said").order_by("-at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        rows = [one.arrival for one in context["page_obj"]]
        things = things_of(rows)
        brought = [
            {"kind": row.kind, "thing": things[row.pk], "at": row.at} for row in rows if row.pk in things
        ]
        search = self.search
        path = reverse("search:feed", args=[search.feed_token]) if search.feed_token else ""
        url = self.request.build_absolute_uri(path) if path else ""
        return {**context, "search": search, "brought": brought, "feed_url": url}


class ChangeSearch(OwnMixin, View):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.show(SavedSearchForm(initial=as_typed(self.search)))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = SavedSearchForm(request.POST)
        if "preview" in request.POST or not form.is_valid():
            return self.show(form, status=200 if form.is_valid() else 422)
        services.change_search(self.search, form.wanted, name=form.cleaned_data["name"])
        messages.success(
            request, _("The search is changed. What it has brought already does not come again.")
        )
        return redirect(self.search)

    def show(self, form: SavedSearchForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "search": self.search, **previewed(form)}
        return render(self.request, "matching/save_search.html", context, status=status)


class PauseSearch(OwnMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        services.pause_search(self.search)
        messages.success(request, _("The search rests. Nothing comes from it until you resume it."))
        return redirect("search:saved")


class ResumeSearch(OwnMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        services.resume_search(self.search)
        messages.success(request, _("The search looks again at what is new from now on."))
        return redirect("search:saved")


class FeedAddress(OwnMixin, View):
    """Makes a secret address of its feed, or another in its place, or takes it back."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        search, is_over = self.search, "revoke" in request.POST
        token = None if is_over else secrets.token_urlsafe(32)
        SavedSearch.objects.filter(pk=search.pk).update(feed_token=token)
        if is_over:
            messages.success(request, _("The address is taken back: nobody can read the feed by it."))
        else:
            messages.success(
                request, _("The feed has an address. Who knows it can read what the search finds.")
            )
        return redirect(search)


class DeleteSearch(OwnMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.search.delete()
        messages.success(request, _("The search is deleted."))
        return redirect("search:saved")
