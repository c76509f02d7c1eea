from django.db import models
from django.utils.translation import gettext_lazy as _

from journal.models import Stateful
from solutions.models import Solution
from wishes.models import Wish


class Answer(Stateful):
    """What was decided on a solution that answers the wish of a rapid call; nobody decided yet: no row.

    The solution goes its own way whatever is decided here, so that nothing which was offered is lost.
    """

    class Status(models.TextChoices):
        NEW = "new", _("New")
        WANTING = "wanting", _("Asked for more")
        SHORTLISTED = "shortlisted", _("Shortlisted")
        DECLINED = "declined", _("Declined")

    status = models.CharField(
        _("status"), max_length=24, choices=Status, default=Status.NEW, editable=False, db_index=True
    )
    wish = models.ForeignKey(Wish, models.CASCADE, related_name="answers")
    solution = models.ForeignKey(Solution, models.CASCADE, related_name="decided_answers")

    class Meta:
        verbose_name = _("answer to a rapid call")
        verbose_name_plural = _("answers to rapid calls")
        constraints = [models.UniqueConstraint(fields=["wish", "solution"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.solution_id} → {self.wish_id} ({self.status})"

    @property
    def parties(self) -> dict[str, int | None]:
        return {"department": self.wish.organisation_id, "vendor": self.solution.organisation_id}
