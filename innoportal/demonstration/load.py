from collections.abc import Callable
from datetime import date, timedelta

from django.db import connection, transaction
from django.utils import timezone

from innoportal.demonstration import (
    announced,
    approval,
    calls,
    chapters,
    coauthors,
    hooks,
    office,
    papers,
    trust,
    uses,
)
from innoportal.demonstration.clock import Story
from innoportal.demonstration.keys import told_alike
from innoportal.demonstration.people import assemble, content
from innoportal.demonstration.trial import trial
from matching import services as matching
from matching.models import Found
from notifications.models import Notification
from notifications.outbox import SEARCH
from trials.models import Venue
from wishes.models import Wish

BEGINNING = -720
MAILED = timedelta(days=3)  # notices older than this count as mailed: nobody wants two years of mail at once


@transaction.atomic
def load(today: date, progress: Callable[[], None] = lambda: None) -> int:
    """Tell the whole story, or nothing of it; returns how many events were told."""
    story = Story(today)
    told_by: list[chapters.Told] = []

    def begin() -> None:
        told_by.append(chapters.Told(story, assemble()))
        told = told_by[0]
        for row in content("venue", "stories.toml"):
            values = {name: value for name, value in row.items() if name not in ("key", "organisation")}
            organisation = told.cast.organisations[row["organisation"]]
            told.venues[row["key"]] = Venue.objects.create(
                slug=row["key"], organisation=organisation, **values
            )
        chapters.followers(told)
        chapters.searches(told)
        _write(told)

    story.at(BEGINNING, begin)
    with told_alike():
        count = story.tell(progress)
        _settle(told_by[0])
    return count


def _write(told: chapters.Told) -> None:
    """Decide on the day of each event; what happens later than its cause on one day is added after it."""
    trust.vendors(told)
    trust.newcomers(told)
    coauthors.nomination(told)
    hooks.ledger(told)
    told.story.at(-30, lambda: office.views(told))
    announced.announcements(told)
    for row in content("steps", "approval.toml"):
        approval.steps(told, row)
    for row in content("delegation", "approval.toml"):
        approval.delegation(told, row)
    for row in content("wish", "wishes.toml"):
        chapters.wish(told, row)
    for row in content("call", "calls.toml"):
        calls.themed(told, row)
    for row in content("rapid", "calls.toml"):
        calls.rapid(told, row)
    for row in content("annex", "calls.toml"):
        calls.annex(told, row)
    for row in content("solution", "solutions.toml"):
        chapters.solution(told, row)
    for row in content("document", "documents.toml"):
        papers.document(told, row)
    for row in content("decision", "stories.toml"):
        chapters.decision(told, row)
    for row in content("trial", "stories.toml"):
        trial(told, row)
    uses.uses(told)


def _settle(told: chapters.Told) -> None:
    """Bring every match up to today, and take back wake-ups that nobody waits for any more."""
    matching.profiles(
        [told.fresh_solution(key) for key in told.solutions if told.fresh_solution(key).is_public]
    )
    wishes = list(Wish.objects.open().order_by("pk"))
    matching.profiles(wishes)
    matching.rematch_wishes([wish.pk for wish in wishes], explained=3)
    matching.estimate()
    trust.advice()
    hooks.settle(told)
    _compare()
    old = Notification.objects.filter(
        created_at__lt=timezone.now() - MAILED, sent_at__isnull=True, channel="email"
    )
    old.update(sent_at=timezone.now())
    connection.run_on_commit.clear()


def _compare() -> None:
    """What the saved searches have found, each as of the day on which it came."""
    while matching.notice():
        pass
    for row in Found.objects.select_related("arrival"):
        Found.objects.filter(pk=row.pk).update(at=row.arrival.at)
        told = Notification.objects.filter(entry_id=row.arrival.entry_id, why=SEARCH)
        told.update(created_at=row.arrival.at, not_before=row.arrival.at)
