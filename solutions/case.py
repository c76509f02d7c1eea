"""What a solution tells in a story of several rooms."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from innoportal.lib.story import Story
from journal.models import Entry
from solutions.models import Solution
from solutions.story import told


def concerning(user: User) -> QuerySet[Solution]:
    return Solution.objects.authored_by(user)


def tell(entry: Entry, solution: Any, reader: Any) -> dict[str, Any] | None:
    whole = reader.has_perm("solutions.view_history_solution", solution)
    return next(iter(told([entry], reader, whole=whole)), None)


STORY = Story("solution", _("Solutions"), Solution, concerning, tell)
