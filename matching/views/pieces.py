"""Pieces that pages of other rooms load by their address; each is a page of its own without JavaScript."""

from dataclasses import dataclass

from django.contrib.auth.mixins import LoginRequiredMixin
from django.shortcuts import get_object_or_404
from django.views.generic import TemplateView

from accounts.models import Role
from innoportal.lib.counting import up_to
from innoportal.lib.views import PartialMixin
from journal.clock import with_dues
from matching import services, waiting, wording
from matching.models import Match
from solutions.models import Solution
from wishes.models import Wish

SHOWN = 10
COUNTED = 99
S = Match.Status


class Piece(PartialMixin, TemplateView):
    partial = "piece"


class OfWish(Piece):
    """What fits a wish: for everyone what was approved; for its department, with figures, all of it."""

    template_name = "matching/of_wish.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        wish = get_object_or_404(Wish.objects.visible_to(user).addressed(kwargs["slug"]))
        rows = (
            Match.objects.visible_to(user).filter(wish=wish).select_related("wish", "solution__organisation")
        )
        matches = list(rows.order_by("-probability", "pk")[: 2 * SHOWN])
        sees_score = bool(matches) and user.has_perm("matching.view_score_match", matches[0])
        whole = rows.count() if len(matches) == 2 * SHOWN else len(matches)
        fitting, ruled_out = sifted(matches) if sees_score else (matches, [])
        return super().get_context_data(
            **kwargs,
            wish=wish,
            matches=[(one, wording.reasons(one.score)) for one in fitting],
            ruled_out=[(one, wording.obstacles(one.score)) for one in ruled_out],
            sees_score=sees_score,
            more=whole - len(matches),
        )


def sifted(matches: list[Match]) -> tuple[list[Match], list[Match]]:
    """Apart from the rest those that a hard constraint rules out, unless someone picked them all the same."""

    def is_out(match: Match) -> bool:
        return match.status == S.SUGGESTED and match.feasibility == Match.Feasibility.NOT_FEASIBLE

    return [one for one in matches if not is_out(one)], [one for one in matches if is_out(one)]


class OfSolution(Piece):
    """Which open wishes a solution fits: its vendor reads how well, in words, nothing of other vendors."""

    template_name = "matching/of_solution.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        solution = get_object_or_404(Solution.objects.visible_to(user).addressed(kwargs["slug"]))
        seen = Match.objects.visible_to(user).filter(solution=solution)
        fits = Match.objects.none()
        is_own = solution.has_author(user)
        if is_own or sees_all(user):
            fits = Match.objects.filter(solution=solution).live().select_related("wish__organisation")
        links = {match.wish_id: match for match in seen.select_related("wish__organisation")}
        likely, ruled_out = sifted([*fits.order_by("-probability", "pk")[: 2 * SHOWN]])
        rows = {match.wish_id: match for match in likely[:SHOWN]} | links
        fitting = [Fit.of(match, links.get(wish)) for wish, match in rows.items()]
        fitting.sort(key=lambda fit: -fit.probability)
        return super().get_context_data(
            **kwargs,
            solution=solution,
            fits=fitting,
            ruled_out=[
                (one.wish, wording.obstacles(one.score)) for one in ruled_out if one.wish_id not in links
            ],
            is_own=is_own,
        )


@dataclass(frozen=True)
class Fit:
    """A wish that a solution fits; `match` only when this person may read the match itself."""

    wish: Wish
    band: tuple[str, str]
    probability: float  # for the order, never shown
    match: Match | None

    @classmethod
    def of(cls, match: Match, seen: Match | None) -> "Fit":
        return cls(match.wish, wording.band(match.probability), match.probability, seen)


def sees_all(user) -> bool:
    return user.is_authenticated and user.has_perm("matching.view_queue")


class Workspace(LoginRequiredMixin, Piece):
    """What waits for this person in this room."""

    template_name = "matching/workspace.html"

    def get_context_data(self, **kwargs):
        lists = [
            found
            for ask in (for_expert, for_office, for_department, for_vendor)
            if (found := ask(self.request))
        ]
        return super().get_context_data(**kwargs, lists=lists)


@dataclass(frozen=True)
class Waiting:
    kind: str
    count: int
    matches: list[Match]


def _first(kind: str, rows) -> Waiting:
    rows = rows.order_by("-probability", "pk")  # the count ends early too, and walks the same index
    first = list(rows.for_rows()[: SHOWN + 1])
    count = len(first) if len(first) <= SHOWN else up_to(COUNTED, rows)
    return Waiting(kind, count, with_dues(first[:SHOWN]))


def for_expert(request) -> Waiting | None:
    return _first("review", waiting.for_expert(request.user)) if request.user.has_role(Role.EXPERT) else None


def for_office(request) -> Waiting | None:
    return _first("office", waiting.for_office()) if request.user.has_role(Role.OFFICE) else None


def for_department(request) -> Waiting | None:
    found = (
        _first("department", waiting.for_department(request.user)) if request.user.membership_roles else None
    )
    return found if found and found.count else None


def for_vendor(request) -> Waiting | None:
    found = _first("vendor", waiting.for_vendor(request.user)) if request.user.membership_roles else None
    return found if found and found.count else None


class Similar(Piece):
    """Public wishes that say nearly what someone is writing; the text is read and not kept."""

    template_name = "matching/similar.html"
    http_method_names = ("get", "post")

    def post(self, request, *args, **kwargs):
        return self.get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        typed = self.request.POST or self.request.GET
        title = " ".join(typed.get(f"title_{suffix}", "") for suffix in ("en", "zh")).strip()
        names = ("text", "need_en", "need_zh", "outcome_en", "outcome_zh")
        body = "\n".join(filter(None, (typed.get(name, "").strip() for name in names)))
        results = services.similar_text(title, body)
        wishes = Wish.objects.public().for_cards().in_bulk([result.pk for result in results])
        found = [wishes[result.pk] for result in results if result.pk in wishes]
        return super().get_context_data(**kwargs, wishes=found, asked=bool(title or body))
