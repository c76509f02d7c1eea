"""What somebody has to finish or hand over before their account can be closed."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.fates import Duty
from accounts.models import User
from trials.models import Report, Trial

S, R = Trial.Status, Report.Status
OVER = (S.CLOSED, S.STOPPED)
UNSIGNED = (R.DRAFT, R.COMMENT, R.VERIFICATION)


def open_trials(user: User) -> Iterator[Duty]:
    """A plan that is not locked can name another engineer; a trial that has begun is brought to its end."""
    for trial in Trial.objects.filter(engineer=user).exclude(status__in=OVER).order_by("pk"):
        words = {"trial": trial.reference or trial.match}
        if trial.status == S.PLANNING:
            said = _("You are to run the trial %(trial)s. Name another engineer in its plan.")
            yield Duty(said % words, reverse("trials:edit", args=[trial.slug]))
        else:
            said = _("You run the trial %(trial)s. Bring it to its end, or have the portal office stop it.")
            yield Duty(said % words, trial.get_absolute_url())


def open_reports(user: User) -> Iterator[Duty]:
    rows = Report.objects.filter(assigned=user, status__in=UNSIGNED).select_related("trial")
    for report in rows.order_by("pk"):
        said = _("You are to verify the report of the trial %(trial)s. The portal office assigns another.")
        yield Duty(said % {"trial": report.trial.reference}, report.get_absolute_url())
