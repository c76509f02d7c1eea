"""The office's list of wishes, and what it does to many of them."""

from django.utils.translation import gettext_lazy as _

from desk.bulk import Bench, Verb
from desk.filters import QueueFilter, status_filter
from desk.views import bulk
from journal.forms import GroundField
from wishes import calls, services
from wishes.call_forms import AssignForm
from wishes.models import Wish
from wishes.verb_forms import ReasonForm, RenewForm, WithdrawForm

S = Wish.Status


class WishQueueFilter(QueueFilter):
    WAITING = (S.SCREENING,)
    status = status_filter([one for one in S.choices if one[0] not in Wish.INSIDE])


class SameQuestion(ReasonForm):
    """Without a question for each part: what is asked of many is asked of the whole."""

    field_order = ["ground", "reason"]
    ground = GroundField("wishes.wish", "return")


BENCH = Bench(
    Wish,
    {
        "publish": Verb(_("Publish"), services.publish),
        "return": Verb(_("Return with the same question"), services.return_, SameQuestion),
        "assign": Verb(_("Make part of a call"), calls.assign, AssignForm),
        "renew": Verb(_("Set a later last day"), services.renew, RenewForm),
        "expire": Verb(_("Close for proposals"), services.expire),
        "withdraw": Verb(_("Withdraw with a reason"), services.withdraw, WithdrawForm),
    },
)


class WishBench(bulk.BenchMixin):
    bench = BENCH
    filterset_class = WishQueueFilter
    urls = "wishes:"
    title = _("Wishes with the portal office")


class Queue(WishBench, bulk.Queue):
    pass


class Check(WishBench, bulk.Check):
    pass


class Do(WishBench, bulk.Do):
    pass


class Done(WishBench, bulk.Done):
    pass
