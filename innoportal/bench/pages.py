"""Which pages are measured, as whom, and what each may cost."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from matching.models import Match
from solutions.models import Solution
from topics.models import Topic
from trials.models import Report, Trial
from wishes.models import Wish

EXPERT = "expert@example.org"
LIST, DETAIL, DESK, API = (15, 8), (15, 10), (30, 15), (15, 15)  # CPU ms, SQL queries


@dataclass(frozen=True)
class Page:
    name: str
    path: str
    cpu: float | None = None  # ms for each request, at most
    sql: int | None = None
    user: str = ""  # e-mail of who is signed in


def pages() -> list[Page]:
    """The pages of the portal as it stands, each with the thing in the middle of its list."""
    wish = middle(Wish.objects.public().order_by("published_at"))
    solution = middle(Solution.objects.public().order_by("listed_at"))
    match = middle(Match.objects.live().filter(status=Match.Status.REVIEW).order_by("pk"))
    trial = middle(Trial.objects.public().filter(status=Trial.Status.CLOSED).order_by("pk"))
    report = middle(Report.objects.public().order_by("pk"))
    topic = Topic.objects.filter(wishes__isnull=False).order_by("pk").first()
    wishes, solutions, search = reverse("wishes:list"), reverse("solutions:list"), reverse("search:search")
    topic_slug = topic.slug if topic else ""
    last = max(1, Wish.objects.public().count() // 25 // 2)
    return [
        Page("bare view", reverse("healthz")),
        Page("home", reverse("home"), *LIST),
        Page("wishes, page 1", wishes, *LIST),
        Page(f"wishes, page {last}", f"{wishes}?page={last}", *LIST),
        Page("wishes of a topic", f"{wishes}?topic={topic_slug}", *LIST),
        Page("a wish", wish.get_absolute_url(), *DETAIL),
        Page("its matches (htmx)", reverse("matching:of-wish", args=[wish.slug]), *DETAIL),
        Page("solutions, page 1", solutions, *LIST),
        Page("solutions of a topic", f"{solutions}?topic={topic_slug}", *LIST),
        Page("a solution", solution.get_absolute_url(), *DETAIL),
        Page("its wishes (htmx)", reverse("matching:of-solution", args=[solution.slug]), *DETAIL),
        Page("search, English", f"{search}?q=chiller+energy+saving", *LIST),
        Page("search, Chinese", f"{search}?q=%E5%8D%87%E9%99%8D%E6%A9%9F%E6%95%85%E9%9A%9C", *LIST),
        Page("trials", reverse("trials:list"), *LIST),
        Page("a trial", trial.get_absolute_url(), *DETAIL),
        Page("reports", reverse("trials:reports"), *LIST),
        Page("a report", report.get_absolute_url(), *DETAIL),
        Page("API: wishes", reverse("api:wish-list"), *API),
        Page("API: solutions", reverse("api:solution-list"), *API),
        Page("an expert's queue", reverse("matching:queue"), *DESK, EXPERT),
        Page("an expert's desk", reverse("matching:workspace"), *DESK, EXPERT),
        Page("an expert's match", match.get_absolute_url(), *DESK, EXPERT),
    ]


def middle(rows):
    """
    :raises SystemExit: there is none, so this is no portal to measure.
    """
    count = rows.count()
    if not count:
        raise SystemExit(f"No {rows.model._meta.verbose_name} to measure: fill the portal first.")
    return rows[count // 2]


def counted(page: Page, sign_in: Callable[[str], str]) -> dict[str, int]:
    """Queries and bytes of one page, asked within this process, once it is warm."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="127.0.0.1", HTTP_COOKIE=sign_in(page.user) if page.user else "")
    client.get(page.path)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(page.path)
    if response.status_code != 200:
        raise SystemExit(f"{page.path} answers {response.status_code}.")
    return {"sql": len(queries), "bytes": len(response.content)}
