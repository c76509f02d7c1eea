"""Which weights score the matches, how they did, and which others may be used instead."""

from dataclasses import dataclass
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from innoportal.lib.views import ActionView
from matching import services, wording
from matching.models import Ranker
from matching.services.figures import BINS, Bin, Month
from matching.views.queue import SignedInPermission

SHOWN = 50
# (name, figure of these weights, with what it is compared, its test)
MEASURES = (
    (gettext_lazy("Log-loss, against the weights of then"), "log_loss", "before", "log_loss"),
    (gettext_lazy("Log-loss, against the share of approvals alone"), "log_loss", "chance", "chance"),
    (gettext_lazy("nDCG at 10, against the weights of then"), "ndcg", "before", "ndcg"),
    (gettext_lazy("Precision at 5, against the weights of then"), "precision_5", "before", ""),
)


class Rankers(SignedInPermission, TemplateView):
    permission_required = "matching.view_ranker"
    template_name = "matching/rankers.html"

    def get_context_data(self, **kwargs):
        months, bins = services.precision_by_month(), services.calibration()
        rankers = list(Ranker.objects.visible_to(self.request.user).order_by("-created_at", "-pk")[:SHOWN])
        in_use = next((one for one in rankers if one.is_active), None)
        return super().get_context_data(
            **kwargs,
            rows=[Row.of(one, in_use) for one in rankers],
            months=months,
            series=series(months),
            bins=[(band(one), one) for one in bins],
            may_activate=self.request.user.has_perm("matching.activate_ranker"),
        )


class Activate(ActionView):
    """Use other weights, newer ones or those of before."""

    model = Ranker
    verb = "activate"
    service = staticmethod(services.activate)
    done = gettext_lazy("These weights are in use. What is stored is being scored anew.")

    def get_object(self, queryset=None):
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])


@dataclass(frozen=True)
class Row:
    """A ranker as its row tells of it; `state` is "active", "passed", "failed" or "foreign" (not for us)."""

    ranker: Ranker
    title: str
    state: str
    measures: list[tuple[str, str, str, str]]  # name, before, after, p
    weights: list[tuple[str, str]]
    label: str  # of the button; "" where there is none

    @classmethod
    def of(cls, ranker: Ranker, in_use: Ranker | None) -> "Row":
        passed = "passed" if services.has_passed(ranker) else "failed"
        state = "active" if ranker.is_active else passed if services.is_legal(ranker) else "foreign"
        older = in_use is not None and ranker.created_at < in_use.created_at
        label = _("Go back to these weights") if older else _("Use these weights")
        return cls(
            ranker,
            title_of(ranker),
            state,
            measures(ranker.figures),
            weights(ranker.weights),
            label if state == "passed" else "",
        )


def title_of(ranker: Ranker) -> str:
    if not ranker.training_fingerprint:
        return _("As delivered with engine %(version)s") % {"version": ranker.engine_version}
    return _("Learnt from %(verdicts)s verdicts on %(wishes)s wishes") % {
        "verdicts": ranker.figures.get("verdicts", 0),
        "wishes": ranker.figures.get("wishes", 0),
    }


def measures(figures: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Rows of (measure, what it is compared with, these weights, p); nothing for what was not learnt."""
    known = {**figures, "chance": {"log_loss": figures.get("chance_log_loss")}}
    tests = figures.get("p_values", {})
    return [
        (str(name), f"{known[other][key]:.3f}", f"{figures['after'][key]:.3f}", shown(tests.get(test)))
        for name, key, other, test in MEASURES
        if "after" in figures
    ]


def shown(p: float | None) -> str:
    return "–" if p is None else f"{p:.4f}"


def weights(record: dict[str, Any]) -> list[tuple[str, str]]:
    """Starting value and factors; one that the engine no longer knows is shown by its code."""
    rows = [(_("Starting value, before anything is known"), f"{record.get('intercept', 0.0):.2f}")]
    for name, weight in record.get("weights", {}).items():
        rows.append((str(wording.FACTORS.get(name, name)), f"{weight:.2f}"))
    return rows


def series(months: list[Month]) -> list[dict[str, Any]]:
    points = [(one.month, round(100 * one.precision, 1)) for one in months]
    return [{"name": _("Precision at 5"), "kind": "trial", "points": points}]


def band(one: Bin) -> str:
    low = round(100 * one.low)
    return f"{low}–{low + 100 // BINS}%"
