from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innoportal.languages import phrase
from innoportal.lib.feeds import ListAtom
from trials.filters import ReportFilter, TrialFilter
from trials.models import Report, Trial
from trials.models.report import LAST_CHANGED


class FeedFilter(ReportFilter):
    """Who holds a report must hear that it was taken back; of one that was replaced the new version tells."""

    LISTED = (Report.Status.PUBLISHED, Report.Status.WITHDRAWN)


class PublishedReports(ListAtom):
    title = _("InnoPortal: trial reports")
    subtitle = _("What was tried on site, and how it came out.")
    filterset_class = FeedFilter

    def address(self) -> str:
        return reverse("trials:reports")

    def rows(self) -> QuerySet:
        return Report.objects.public().for_cards().order_by(LAST_CHANGED.desc(), "-pk")

    def item_title(self, item: Any) -> str:
        if item.withdrawn_at:
            return f"{item.get_status_display()}: {item.reference} {item.title}"
        return f"{item.reference} {item.title}: {item.get_verdict_display()}"

    def item_description(self, item: Any) -> str:
        return str(item.withdrawal or item.lead)

    def item_updateddate(self, item: Any) -> Any:
        return item.withdrawn_at or item.published_at

    def item_author_name(self, item: Any) -> str:
        return str(phrase(item.shown_wish["name_en"], item.shown_wish["name_zh"]))

    def item_categories(self, item: Any) -> list[str]:
        return [str(item.get_status_display() if item.withdrawn_at else item.get_verdict_display())]


class PublicTrials(ListAtom):
    title = _("InnoPortal: field trials")
    subtitle = _("New technology put to the test on site, against claims that were fixed before.")
    filterset_class = TrialFilter

    def address(self) -> str:
        return reverse("trials:list")

    def rows(self) -> QuerySet:
        rows = Trial.objects.public().select_related("match__wish__organisation", "match__solution", "venue")
        return rows.order_by("-plan_locked_at", "-pk")

    def item_description(self, item: Any) -> str:
        return f"{item.get_status_display()} · {item.match.wish.title} · {item.venue.name}"

    def item_pubdate(self, item: Any) -> Any:
        return item.plan_locked_at

    def item_updateddate(self, item: Any) -> Any:
        return item.plan_locked_at

    def item_author_name(self, item: Any) -> str:
        return str(item.match.wish.organisation.name)

    def item_categories(self, item: Any) -> list[str]:
        return [str(item.get_status_display())]
