"""What waits for a person because the record behind a published report was wrong."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Role, User
from innoportal.lib.promises import party
from innoportal.lib.work import MOST, Row
from journal.models import Entry
from trials.models import Amendment, Report
from trials.rules import AUTHORING, is_biased


def amended(user: User) -> Iterator[Row]:
    """Corrections that nobody has decided: for who asked, and for verifiers who may; two queries."""
    is_verifier = user.has_role(Role.VERIFIER)
    wanted = Q() if is_verifier else Q(proposed_by=user)
    rows = list(Amendment.objects.waiting().filter(wanted).for_rows().order_by("proposed_at", "pk")[:MOST])
    wrote = _written_by(user, rows) if is_verifier and rows else set()
    for one in rows:
        one.report.trial = one.trial
        is_mine = is_verifier and not is_biased(one, user, wrote=one.report_id in wrote)
        if is_mine or one.proposed_by_id == user.pk:
            yield Row(
                task=_("Decide on a correction of the record") if is_mine else party("verifier"),
                title=one.trial.title,
                url=one.get_absolute_url(),
                thing=one,
                note=one.get_kind_display(),
                since=one.proposed_at,
                mine=is_mine,
            )


def _written_by(user: User, rows: list[Amendment]) -> set[int]:
    reports = [one.report_id for one in rows]
    entries = Entry.objects.filter(
        noun=Report._meta.label_lower, object_id__in=reports, verb__in=AUTHORING, actor_id=user.pk
    )
    return set(entries.values_list("object_id", flat=True))
