"""Whether who answers a wish came by a notice: counted, and attributed to nobody."""

from django.dispatch import receiver

from journal.models import Entry
from journal.workflow import happened
from notifications.reach import counting
from solutions.models import Solution


@receiver(happened, sender=Solution, dispatch_uid="solutions.reach")
def solution_came(instance: Solution, entry: Entry, **kwargs: object) -> None:
    """A draft that names a wish answers it when it is first handed in; what stands, when it says so."""
    if entry.verb == "create":
        counting.begin(entry)
    elif entry.verb == "answer_wish" or (_is_first(entry) and instance.interests.exists()):
        counting.answered(entry)


def _is_first(entry: Entry) -> bool:
    return entry.verb == "submit" and entry.from_status == Solution.Status.DRAFT
