"""Two wishes become one: what is carried over, and how the way from the old one stays readable."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from notifications.following import settle
from notifications.models import Follow
from notifications.outbox import FOLLOW, PARTY, bilingual, followers, notify, party
from wishes.models import Kpi, Question, Sponsor, Wish
from wishes.workflow import WORKFLOW

JOINED = {
    "questions": gettext_lazy("Its questions and their answers"),
    "sponsors": gettext_lazy("The organisations that need it too, with their sites"),
    "kpis": gettext_lazy("Its measures of success"),
}
MOST_KPIS = 24


@transaction.atomic
def merge(
    wish: Wish, *, by: User | None, into: Wish, reason: str, join: Collection[str] = tuple(JOINED)
) -> Entry:
    """Let another public wish stand for this one too; its department becomes a co-sponsor there.

    Who followed this one follows the other. `join` says what else goes along.

    :raises ValidationError: the other one is the same, or takes no proposals (any more).
    """
    held = {one.pk: one for one in _locked(wish, into)}
    if into.pk == wish.pk or not held[into.pk].is_open_to_offers:
        raise ValidationError({"into": _("Name another wish that is open for proposals.")})
    if not WORKFLOW["merge"].allows(held[wish.pk]):
        raise IllegalTransition(_("Someone else was quicker: its state has changed."))
    joined = _join(wish, into, join) | {"followers": _carry_followers(wish, into)}
    earlier = list(wish.merged.order_by("pk").values_list("reference", flat=True))
    wish.merged.update(merged_into=into)  # so that each old number leads straight to what stands
    details: dict[str, Any] = {
        "into": into.reference,
        "joined": joined,
        "earlier": [one for one in earlier if one],
    }
    entry = WORKFLOW["merge"].apply(wish, by=by, reason=reason, merged_into=into, details=details)
    absorbed = record(into, "absorb", by=by, details={"wish": wish.reference or "", "joined": joined})
    if wish.reference is None:
        _tell_in_private(wish, into, entry, absorbed)
    else:
        _tell(wish, into, entry)
    settle(wish)
    Follow.objects.about(wish).delete()  # who they are was needed until here
    return entry


def _locked(*wishes: Wish) -> list[Wish]:
    """Always in the same order: two merges of the same wishes wait for each other, never in a circle."""
    rows = Wish.objects.select_for_update(of=("self",)).filter(pk__in={wish.pk for wish in wishes})
    return list(rows.order_by("pk"))


def _tell(wish: Wish, into: Wish, entry: Entry) -> None:
    """One notice for each person: of the one department, of the other, then who followed.

    Whom the last is for, with an account or without one, is asked before the old follows are gone.
    """
    context = {"into": into.reference}
    for organisation in (wish.organisation_id, into.organisation_id):
        notify(party(organisation), entry, "wishes/mail/merge", thing=wish, why=PARTY, **context)
    carried = context | {"is_carried": True}
    notify(followers(wish), entry, "wishes/mail/merge", thing=wish, why=FOLLOW, **carried)


def _tell_in_private(wish: Wish, into: Wish, entry: Entry, absorbed: Entry) -> None:
    """What was never public stays so: the other department hears of its new co-sponsor, and of no more."""
    own = party(wish.organisation_id)
    notify(own, entry, "wishes/mail/merge", thing=wish, why=PARTY, into=into.reference)
    if wish.organisation.slug in absorbed.details["joined"]["sponsors"]:
        name = bilingual(wish.organisation, "name")
        others = party(into.organisation_id).exclude(pk__in=own)
        notify(others, absorbed, "wishes/mail/sponsor", thing=into, why=PARTY, organisation=name)


def _carry_followers(wish: Wish, into: Wish) -> int:
    """Each follows the other from now on, once; returns how many people are new there."""
    rows = Follow.objects.about(wish)
    before = Follow.objects.of(into).count()
    new = [
        Follow(user_id=user, visitor_id=visitor, noun=into._meta.label_lower, object_id=into.pk)
        for user, visitor in rows.values_list("user_id", "visitor_id")
    ]
    Follow.objects.bulk_create(new, ignore_conflicts=True, batch_size=1000)
    return Follow.objects.of(into).count() - before


def _join(wish: Wish, into: Wish, join: Collection[str]) -> dict[str, Any]:
    """What went along, as the journal keeps it."""
    done: dict[str, Any] = {"sponsors": _join_sponsors(wish, into, with_others="sponsors" in join)}
    if "questions" in join:
        moved = list(Question.objects.filter(wish=wish).values_list("pk", flat=True))
        Question.objects.filter(pk__in=moved).update(wish=into)
        done["questions"] = moved
    if "kpis" in join:
        done["kpis"] = _join_kpis(wish, into)
    return done


def _join_sponsors(wish: Wish, into: Wish, *, with_others: bool) -> list[str]:
    """Its department with its own site and constraints, and who needed the same."""
    texts = ("site_en", "site_zh", "constraints_en", "constraints_zh")
    limits = {name: getattr(Sponsor, name).field.max_length for name in texts}
    coming: list[Any] = [wish, *(wish.sponsors.order_by("since") if with_others else [])]
    there = {into.organisation_id, *into.sponsors.values_list("organisation_id", flat=True)}
    joined = []
    for one in coming:
        if one.organisation_id in there:
            continue
        there.add(one.organisation_id)
        given = {name: getattr(one, name)[: limits[name]] for name in texts}
        Sponsor.objects.create(wish=into, organisation=one.organisation, **given)
        joined.append(one.organisation.slug)
    return joined


def _join_kpis(wish: Wish, into: Wish) -> list[str]:
    """Those that the other one does not measure yet."""
    measured = {metric.strip().casefold() for metric in into.kpis.values_list("metric", flat=True)}
    new = [kpi for kpi in wish.kpis.order_by("pk") if kpi.metric.strip().casefold() not in measured]
    new = new[: max(0, MOST_KPIS - len(measured))]
    columns = ("metric", "unit", "baseline", "target", "method")
    Kpi.objects.bulk_create(Kpi(wish=into, **{name: getattr(kpi, name) for name in columns}) for kpi in new)
    if new:
        Wish.objects.filter(pk=into.pk).update(revision=F("revision") + 1, updated_at=timezone.now())
    return [kpi.metric for kpi in new]
