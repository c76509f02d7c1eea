"""One match: both texts, why they belong together, what speaks against it, and what was decided."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import OuterRef, Q
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import DetailView, FormView

from accounts.models import Role, User
from innoportal.languages import ENGLISH, HTML_LANG
from innoportal.lib.views import ObjectPermissionMixin, VisibleMixin
from journal.clock import clock_of
from journal.grounds import ground_of
from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired
from matching import services, wording
from matching.forms import ReasonForm, ReviewForm
from matching.models import Match
from matching.views.marking import best_pair, marked
from matching.workflow import WORKFLOW
from solutions.models import Interest
from wishes.models import Wish

# workflow verb → (rule, name of the address, words, style); those that refuse are asked for with a reason
BUTTONS = (
    ("shortlist", "shortlist", "shortlist"),
    ("review", "open_review", "open-review"),
)
REFUSALS = ("decline", "reopen", "close")
ASKED = ("view_score", "view_findings", "view_reviews", "review", "open_review", "shortlist", *REFUSALS)


class MatchPage(VisibleMixin):
    model = Match
    template_name: str | None = "matching/detail.html"
    kwargs: dict[str, Any]

    def get_object(self, queryset=None):
        rows = services.with_reports(with_pitches(self.get_queryset())).select_related(
            "wish__organisation",
            "wish__created_by",
            "solution__organisation",
            "solution__created_by",
            "ranker",
        )
        return get_object_or_404(rows, key=self.kwargs["slug"])


def with_pitches(matches: Any) -> Any:
    """Each with what the vendor says to its wish, and to those that were merged into it, as `pitches`."""
    to_it = Q(wish_reference=OuterRef("wish__reference"))
    merged = Wish.objects.filter(merged_into=OuterRef(OuterRef("wish")), reference__isnull=False)
    said = Interest.objects.filter(to_it | Q(wish_reference__in=merged.values("reference")))
    said = said.filter(solution=OuterRef("solution")).order_by("pk")
    return matches.annotate(pitches=ArraySubquery(said.values("pitch")))


def page_of(match: Any, user, form=None, bound: Mapping[str, forms.Form] = MappingProxyType({})) -> dict:
    """What the page may tell this person. A vendor and the public read no figures; a party reads no names."""
    may = {verb: user.has_perm(f"matching.{verb}_match", match) for verb in ASKED}
    explanation = services.explanation_of(match)
    decision = decision_of(match) if may["view_findings"] else None
    return {
        "match": match,
        "may": may,
        "band": wording.band(match.probability),
        "wish_text": marked(match.wish, explanation, "wish"),
        "solution_text": marked(match.solution, explanation, "solution"),
        "pair": best_pair(explanation) if may["view_findings"] else None,
        "concepts": concepts(explanation),
        **figures(match, may),
        **judging(match, user, may, form),
        "refusals": refusals(match, may, bound),
        "decision": decision,
        "decided_on": ground_of(decision) if decision else None,
        "advice_url": advice_url(match, user) if decision else "",
        "pitches": match.pitches if may["view_findings"] else [],
        "dues": clock_of(match) if may["view_findings"] else [],
        "actions": actions(match, may),
    }


def figures(match: Match, may: dict) -> dict:
    """What speaks for it and against, for the two sides; and by how much, for those who judge."""
    found = match.score if may["view_findings"] else {}
    score = match.score if may["view_score"] else {}
    return {
        "reasons": wording.reasons(found),
        "gaps": wording.gaps(found),
        "bars": wording.bars(score),
        "total": wording.total(score),
        "change": best_change(match) if may["view_score"] else None,
    }


def judging(match: Match, user, may: dict, form=None) -> dict:
    """The verdicts that this person may read, and the form of their own, or what stands against it."""
    obstacle = services.why_not_judge(match, user) if may["review"] else ""
    reviews = reviews_for(match, user) if may["view_reviews"] else []
    judged = any(one.expert_id == user.pk and one.round == match.round for one in reviews)
    can_judge = may["review"] and not obstacle and not judged and WORKFLOW["approve"].allows(match)
    return {
        "reviews": reviews,
        "obstacle": obstacle,
        "form": form if form is not None else ReviewForm() if can_judge else None,
        "confidential": match.solution.confidential if sees_confidential(match, user, obstacle) else "",
    }


def sees_confidential(match: Match, user, obstacle: str) -> bool:
    """The vendor, and those who judge it; not an expert who stands too near."""
    is_near = user.has_role(Role.EXPERT) and obstacle if user.is_authenticated else True
    return not is_near and user.has_perm("solutions.view_confidential_solution", match.solution)


def reviews_for(match: Match, user) -> list:
    """An expert reads the others' verdicts only after giving one, so that each judges alone."""
    rows = list(match.reviews.select_related("expert").order_by("-round", "at"))
    if user.has_perm("matching.decline_match", match) or user.has_role(Role.AUDITOR):
        return rows
    mine = {one.round for one in rows if one.expert_id == user.pk}
    return [one for one in rows if one.round in mine]


def decision_of(match: Match):
    """The last refusal or question and its reason; who gave it is not told."""
    told = {"declined": "decline", "wanting": "want", "closed": "close"}
    if verb := told.get(match.status):
        return Entry.objects.about(match).filter(verb=verb).order_by("-at", "-pk").first()
    return None


def advice_url(match: Match, user) -> str:
    """Where its vendor reads what would help; "" for others, and when nothing was refused."""
    if match.status != Match.Status.DECLINED or not match.solution.has_author(user):
        return ""
    return reverse("matching:advice", args=[match.solution.slug])


def best_change(match: Match) -> dict | None:
    """The one change of a fact that would raise the score most, and the score before and after it."""
    for change in services.improvements_of(match)[:1]:
        words = wording.change(change.factor, change.side, change.parameters)
        before, after = change.probability - change.gain, change.probability
        return {"words": words, "before": before, "after": after, "is_new": change.is_new}
    return None


def concepts(explanation) -> list:
    """The shared technical terms as the reader calls them."""
    lang = HTML_LANG[get_language() or ENGLISH]
    rows = [one["labels"] for one in explanation.get("concepts", [])]
    return [labels.get(lang) or labels["en"] for labels in rows]


def actions(match: Match, may: dict) -> list[dict]:
    words = {"shortlist": _("Put on the shortlist"), "review": _("Ask the experts")}
    return [
        {
            "label": words[verb],
            "url": reverse(f"matching:{name}", args=[match.key]),
            "post": True,
            "style": "secondary",
        }
        for verb, rule, name in BUTTONS
        if may[rule] and WORKFLOW[verb].allows(match)
    ]


def refusals(match: Match, may: dict, bound: Mapping[str, forms.Form]) -> list[dict]:
    """Each with its form; the one that was wrong as it was sent."""
    words = {"decline": _("Decline"), "reopen": _("Put back on the shortlist"), "close": _("Close")}
    return [
        {
            "address": f"matching:{verb}",
            "label": words[verb],
            "form": bound.get(verb) or ReasonForm(verb=verb, auto_id=f"id_{verb}_%s"),
            "open": verb in bound,
        }
        for verb in REFUSALS
        if may[verb] and WORKFLOW[verb].allows(match)
    ]


class Detail(MatchPage, DetailView):
    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs, **page_of(self.object, self.request.user))


class GiveReview(ObjectPermissionMixin, MatchPage, FormView):
    """The verdict of an expert; what was typed stays when it cannot be taken."""

    permission_required = "matching.review_match"
    form_class = ReviewForm
    http_method_names = ("post",)

    def post(self, request, *args, **kwargs):
        if obstacle := services.why_not_judge(self.object, request.user):
            raise PermissionDenied(obstacle)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form):
        try:
            services.review(self.object, by=cast(User, self.request.user), **form.cleaned_data)
        except ReasonRequired as error:
            form.add_error("reason", str(error))
        except ValidationError as error:
            form.add_error(None, error)
        except IllegalTransition as error:
            messages.error(self.request, str(error))
            return HttpResponseRedirect(self.object.get_absolute_url())
        if form.errors:
            return self.form_invalid(form)
        messages.success(self.request, _("Your verdict is written down."))
        return HttpResponseRedirect(self.object.get_absolute_url())

    def form_invalid(self, form):
        context = self.get_context_data(**page_of(self.object, self.request.user, form))
        return self.render_to_response(context, status=422)
