"""Badges for other sites, the page that says what they mean, and their check."""

from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.generic import DetailView

from innoportal.lib.views import SluggedMixin
from trials import badges, keys
from trials.badge_picture import picture
from trials.models import Report
from trials.proof.badge import FRESH, Badge, load_badge
from trials.proof.canonical import NotCanonical, read
from trials.proof.signing import KeyUnusable
from trials.validity import state_of, valid_until
from trials.views.reports import Signed

LONGEST = 20_000  # characters of the signed data that is pasted
KEPT = 300  # seconds: so long a badge may say what it said, wherever it is kept
BARE = {"default-src": [NONE], "frame-ancestors": [NONE], "base-uri": [NONE], "form-action": [NONE]}
FRAMED = {**BARE, "img-src": [SELF], "frame-ancestors": ["*"]}
SENTENCES = {
    "valid": gettext_lazy("This badge is genuine and valid."),
    "expired": gettext_lazy("This badge is genuine, and has expired."),
    "superseded": gettext_lazy("This badge is genuine, but a newer version has replaced its report."),
    "withdrawn": gettext_lazy("This badge is genuine, but its report was withdrawn."),
    "stale": gettext_lazy("This badge was genuine, and is too old to tell how the report stands today."),
}

NOT_OURS = gettext_lazy("Not confirmed: this is no badge of this portal.")


class ReportBadge(SluggedMixin, DetailView):
    model = Report
    template_name = "trials/badge.html"

    def get_queryset(self):
        return super().get_queryset().public()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report, now = self.object, timezone.now()
        return super().get_context_data(
            **kwargs,
            badges=badges.all_shown(report, now),
            state=state_of(report, timezone.localdate(now)),
            until=valid_until(report),
            fresh_days=FRESH.days,
            width=badges.WIDTH,
            height=badges.HEIGHT,
        )


class _Badge(Signed, View):
    """Read on sites of others: by anybody's page, and kept for no longer than five minutes.

    Nobody is asked who they are, so that one copy serves all and no cookie goes to the portal's caches.
    """

    def get_queryset(self):
        return Report.objects.public()

    def get(self, request: HttpRequest, slug: str, claim: int) -> HttpResponse:
        try:
            response = self.answer(self.signed(), claim)
        except badges.NoSuchClaim as error:
            raise Http404 from error
        response["Cache-Control"] = f"public, max-age={KEPT}, must-revalidate"
        response["Access-Control-Allow-Origin"] = "*"
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    def answer(self, report: Report, claim: int) -> HttpResponse:
        raise NotImplementedError


@method_decorator(csp_replace(BARE), name="dispatch")
class BadgePicture(_Badge):
    def answer(self, report: Report, claim: int) -> HttpResponse:
        drawn = picture(badges.shown(report, claim, timezone.now()))
        return HttpResponse(drawn, content_type="image/svg+xml; charset=utf-8")


class BadgeData(_Badge):
    """The signed data behind the picture."""

    def answer(self, report: Report, claim: int) -> HttpResponse:
        return JsonResponse(badges.signed_badge(report, claim), json_dumps_params={"indent": 2})


@method_decorator(xframe_options_exempt, name="dispatch")
@method_decorator(csp_replace(FRAMED), name="dispatch")
class BadgeFrame(_Badge):
    """The picture in a page of its own, which any site may show in a frame."""

    def answer(self, report: Report, claim: int) -> HttpResponse:
        shown = badges.shown(report, claim, timezone.now())
        size = {"width": badges.WIDTH, "height": badges.HEIGHT}
        context = {"shown": shown, "picture": f"{claim}.svg", **size}
        return HttpResponse(render_to_string("trials/badge_frame.html", context))


class BadgeForm(forms.Form):
    data = forms.CharField(
        label=gettext_lazy("Signed data of the badge"),
        help_text=gettext_lazy("Paste the JSON as it is."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
    )


class VerifyBadge(View):
    """What is pasted is checked in memory and not kept."""

    template_name = "trials/verify_badge.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, self.template_name, {"form": BadgeForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = BadgeForm(request.POST)
        if not form.is_valid():
            return render(request, self.template_name, {"form": form}, status=422)
        return render(request, self.template_name, {"form": form, "found": check(form.cleaned_data["data"])})


def check(text: str) -> dict[str, Any]:
    """What the badge is worth, by its signature and by how its report stands today."""
    try:
        badge = load_badge(read(text.encode()), keys.public_keys())
    except (NotCanonical, KeyUnusable) as error:
        return {"is_good": False, "sentence": NOT_OURS, "why": error}
    report = Report.objects.public().filter(payload_hash=badge.report_hash).first()
    if report is None:
        return {"is_good": False, "sentence": NOT_OURS, "why": _("Its report was never published here.")}
    now = timezone.now()
    today = state_of(report, timezone.localdate(now))
    state = badge.state_at(now) if today == "valid" else today
    return {"is_good": state == "valid", "sentence": SENTENCES[state], "rows": told(badge, report)}


def told(badge: Badge, report: Report) -> list[tuple[Any, ...]]:
    shown = badges.Shown(badge, "", "", "", "")
    return [
        (_("Report"), shown.number, report.get_absolute_url()),
        (shown.about, shown.scope),
        (_("Site"), shown.site),
        (_("Validity"), shown.until),
    ]
