"""The office's list of solutions, and what it does to many of them."""

from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from desk.bulk import Bench, Verb
from desk.filters import QueueFilter, status_filter
from desk.views import bulk
from solutions.doors import VERBS
from solutions.forms import ReasonForm
from solutions.models import Solution
from solutions.workflow import WORKFLOW

S = Solution.Status
OFFERED = ("acknowledge", "list", "return", "refuse", "expire")


class SolutionQueueFilter(QueueFilter):
    WAITING = (S.SUBMITTED, S.SCREENING)
    status = status_filter([one for one in S.choices if one[0] != S.DRAFT])


def _verb(name: str) -> Verb:
    """As the solution's own page has it."""
    service, label, _done, style = VERBS[name]
    asks: dict[str, Any] = {"form": partial(ReasonForm, verb=name)} if WORKFLOW[name].needs_reason else {}
    return Verb(label, service, style=style, **asks)


BENCH = Bench(Solution, {name: _verb(name) for name in OFFERED})


class SolutionBench(bulk.BenchMixin):
    bench = BENCH
    filterset_class = SolutionQueueFilter
    urls = "solutions:"
    title = _("Solutions with the portal office")


class Queue(SolutionBench, bulk.Queue):
    pass


class Check(SolutionBench, bulk.Check):
    pass


class Do(SolutionBench, bulk.Do):
    pass


class Done(SolutionBench, bulk.Done):
    pass
