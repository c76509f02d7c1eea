"""Money planned and spent, by line and by the financial year of the Hong Kong Government."""

from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from trials.models import BudgetLine, Trial
from trials.services.planning import held
from trials.services.writing import changed, set_fields

FIELDS = ("year", "label_en", "label_zh", "planned", "spent", "scheme", "scheme_reference")


@transaction.atomic
def add_line(trial: Trial, *, by: User, **fields: Any) -> BudgetLine:
    """A line more; what is spent in all follows.

    :raises IllegalTransition: the trial is closed.
    """
    _open(trial)
    line = set_fields(BudgetLine(trial=trial), FIELDS, fields)
    line.save(force_insert=True)
    sum_up(trial)
    record(trial, "budget", by=by, details=_stands(line))
    return line


@transaction.atomic
def change_line(line: BudgetLine, *, by: User, **fields: Any) -> Entry:
    """:raises IllegalTransition: the trial is closed."""
    _open(line.trial)
    line = BudgetLine.objects.select_for_update(of=("self",)).for_rows().get(pk=line.pk)
    before = changed(line, FIELDS, fields)
    set_fields(line, FIELDS, fields).save(update_fields=FIELDS)
    sum_up(line.trial)
    return record(line.trial, "budget", by=by, details={**_stands(line), "before": before})


@transaction.atomic
def remove_line(line: BudgetLine, *, by: User) -> Entry:
    """:raises IllegalTransition: the trial is closed."""
    _open(line.trial)
    stood = _stands(line)
    line.delete()
    sum_up(line.trial)
    return record(line.trial, "unbudget", by=by, details=stood)


def _open(trial: Trial) -> None:
    held(trial)
    if trial.status == Trial.Status.CLOSED:
        raise IllegalTransition(_("The trial is closed; its report says what was spent."))


def sum_up(trial: Trial) -> None:
    """Report, page and API read one figure: the sum of the lines, as soon as there is one."""
    spent = trial.budgetlines.aggregate(all=Sum("spent"))["all"]
    trial.budget_spent = spent
    trial.save(update_fields=["budget_spent"])


def _stands(line: BudgetLine) -> dict[str, Any]:
    figures = {name: f"{getattr(line, name):.2f}" for name in ("planned", "spent")}
    return {"line": line.pk, "year": line.year, **figures}
