"""What trials and reports tell in a story of several rooms."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from innoportal.lib.story import Story
from journal.models import Entry
from solutions.models import of_authors
from trials.models import Report, Trial
from trials.page import is_inside
from trials.timeline import timeline


def of_person(user: User, trial: str) -> Q:
    own = list(user.membership_roles)
    engineer, wish = Q(**{f"{trial}engineer": user}), Q(**{f"{trial}match__wish__organisation__in": own})
    return engineer | wish | of_authors(own, f"{trial}match__solution__")


def trials_of(user: User) -> QuerySet[Trial]:
    return Trial.objects.filter(of_person(user, ""))


def reports_of(user: User) -> QuerySet[Report]:
    return Report.objects.filter(of_person(user, "trial__"))


def tell(entry: Entry, thing: Any, reader: Any) -> dict[str, Any] | None:
    return next(iter(timeline([entry], inside=is_inside(reader, thing))), None)


TRIALS = Story("trial", _("Trials"), Trial, trials_of, tell)
REPORTS = Story("report", _("Reports"), Report, reports_of, tell)
