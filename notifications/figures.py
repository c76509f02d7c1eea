"""What became of the mails of each kind of notice: sent, come back, complained of, read in the portal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404
from django.utils import timezone
from django.utils.translation import get_language
from django.views.generic import TemplateView

from notifications import samples
from notifications.mails import read
from notifications.models import Bounce, Notification, Tally
from notifications.opening import counting as openings
from notifications.texts.drawing import in_force

PERIODS = (7, 30, 90)  # days


@dataclass(frozen=True)
class Line:
    """Of one template. `sent`: a mail server took it; what came back afterwards is in `bounced`."""

    template: str
    sent: int = 0
    together: int = 0  # of these, in a mail about many
    stopped: int = 0  # not sent: nobody wanted it any more, it was read already, or the address takes none
    bounced: int = 0
    complaints: int = 0
    read: int = 0  # of these people, in their inbox here
    let_count: int = 0  # mails to people who let us count whether they open them
    opened: int = 0  # of these
    clicked: int = 0  # came by the link of a mail, whenever that was sent

    @property
    def delivered(self) -> int:
        return self.sent - self.bounced

    @property
    def name(self) -> str:
        """As the gallery knows it."""
        return self.template.replace("/mail/", ".")


def lines(since: datetime) -> list[Line]:
    """By template, the most frequent first, in a fixed number of queries."""
    mails = Notification.objects.filter(channel="email", sent_at__gte=since)
    sent = mails.filter(last_error="")
    found: dict[str, dict[str, int]] = {}
    for name, rows in {
        "sent": sent,
        "together": sent.filter(digest__isnull=False),
        "stopped": mails.exclude(last_error=""),
        "bounced": _came_back(sent, (Bounce.Kind.HARD, Bounce.Kind.SOFT)),
        "complaints": _came_back(sent, (Bounce.Kind.COMPLAINT,)),
        "read": Notification.objects.filter(
            channel="inbox", read_at__isnull=False, entry_id__in=sent.values("entry_id")
        ),
    }.items():
        for template, count in rows.order_by().values_list("template").annotate(n=Count("pk")):
            found.setdefault(template, {})[name] = count
    arrived = _tallied(Tally.What.CLICKED, since)
    for template, count in arrived.items():
        found.setdefault(template, {})["clicked"] = count
    for template, (let_count, opened) in openings.counted(timezone.localdate(since)).items():
        if template in found:
            found[template] |= {"let_count": let_count, "opened": opened}
    told = [Line(template, **counts) for template, counts in found.items()]
    return sorted(
        (line for line in told if line.sent or line.stopped or line.clicked),
        key=lambda one: (-one.sent, one.name),
    )


def _tallied(what: str, since: datetime) -> dict[str, int]:
    rows = Tally.objects.filter(what=what, on__gte=timezone.localdate(since)).order_by()
    return dict(rows.values_list("template").annotate(n=Sum("count")))


@dataclass(frozen=True)
class Reach:
    """Of those who answered a wish, how many came by a notice, and by which."""

    answers: int
    by_notice: int
    lines: list[tuple[str, int]]  # by the notice's name, the most frequent first

    @property
    def share(self) -> int | None:
        """Per cent; none where nobody answered."""
        return round(100 * self.by_notice / self.answers) if self.answers else None


def reach(since: datetime) -> Reach:
    counts = _tallied(Tally.What.ANSWERED, since)
    lines = [(name.replace("/mail/", "."), count) for name, count in counts.items() if name]
    by_notice = sum(count for _name, count in lines)
    return Reach(sum(counts.values()), by_notice, sorted(lines, key=lambda one: (-one[1], one[0])))


def _came_back(sent: QuerySet[Any], kinds: Iterable[str]) -> QuerySet[Any]:
    """Mails of which a report was heard; one about many came back for each of its notices."""
    heard = Bounce.objects.filter(kind__in=list(kinds), message_id__isnull=False).values("message_id")
    return sent.filter(Q(message_id__in=heard) | Q(digest__message_id__in=heard))


class Figures(PermissionRequiredMixin, TemplateView):
    permission_required = "notifications.view_outbox"
    template_name = "notifications/figures.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.request.GET.get("days", "30")
        if asked not in map(str, PERIODS):
            raise Http404
        since = timezone.now() - timedelta(days=int(asked))
        rows = lines(since)
        language = get_language() or "en"
        known = set(samples.names())
        worded = in_force([samples.template_of(row.name) for row in rows if row.name in known], language)
        return super().get_context_data(
            **kwargs,
            rows=[
                (
                    row,
                    read(samples.sample(row.name, language), language, worded).subject
                    if row.name in known
                    else "",
                )
                for row in rows
            ],
            reach=reach(since),
            days=int(asked),
            periods=PERIODS,
            sent=sum(row.sent for row in rows),
        )
