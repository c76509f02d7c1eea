"""Weights learnt from verdicts: tried on wishes held out, kept with their figures, used and taken back."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from matching.engine import ENGINE_VERSION, Weights
from matching.engine.refit import Example, Refit, TooFew, fingerprint, refit
from matching.models import Conflict, Judgement, Ranker, Review
from matching.services import shelf
from matching.services.ranking import active_ranker
from matching.texts import engine_line
from solutions.models import CoAuthor
from wishes.models import Sponsor

ACTIVATING = shelf.BUILDING + 3
K = Judgement.Kind
# A verdict has been thought over; a pick is a first look; not to be picked may mean not to be read.
COUNTS = {K.APPROVE: 1.0, K.DECLINE: 1.0, K.SHORTLISTED: 0.5, K.SKIPPED: 0.25}
WITHOUT_GROUND = 0.5  # a refusal of the portal office, which may have reasons that no factor knows
FITS = (K.APPROVE, K.SHORTLISTED)
NOT_OF_FIT = (Review.Ground.DUPLICATE, Review.Ground.UNCLEAR)  # why a pair that may fit was declined


@dataclass(frozen=True)
class Lesson:
    """What came of it: "active", "kept" (did no better, or waits for a person), "known" or "too_few"."""

    outcome: str
    ranker: Ranker | None = None
    figures: dict[str, Any] = field(default_factory=dict)


def refit_ranker(*, dry_run: bool = False) -> Lesson:
    """Learn from all verdicts there are; the same verdicts are learnt from once.

    What passes is put to use by itself, unless someone has gone back from weights that had passed: then it
    waits for a person.
    """
    examples = verdicts()
    print_ = fingerprint(examples)
    if known := Ranker.objects.filter(training_fingerprint=print_).first():
        return Lesson("known", known, known.figures)
    present = active_ranker()
    try:
        found = refit(examples, Weights.from_dict(present.weights))
    except TooFew:
        return Lesson("too_few", figures={"verdicts": len(examples)})
    if dry_run:
        return Lesson("active" if found.passed and may_ship(present) else "kept", None, found.figures)
    try:
        return _keep(found, present, print_)
    except IntegrityError:  # another worker has learnt from the same meanwhile
        known = Ranker.objects.get(training_fingerprint=print_)
        return Lesson("known", known, known.figures)


@transaction.atomic
def _keep(found: Refit, present: Ranker, print_: str) -> Lesson:
    _lock()
    ranker = Ranker.objects.create(
        name=f"Learnt {print_[:16]}",
        engine_version=ENGINE_VERSION,
        weights=found.weights.as_dict(),
        training_fingerprint=print_,
        figures={**found.figures, "against": present.pk},
    )
    still = Ranker.objects.filter(pk=present.pk, is_active=True).exists()
    if not found.passed or not still or not may_ship(present, besides=ranker):
        return Lesson("kept", ranker, found.figures)
    activate(ranker, by=None)
    return Lesson("active", ranker, found.figures)


def may_ship(present: Ranker, besides: Ranker | None = None) -> bool:
    """Whether nobody went back: no weights that passed stand unused beside older ones in use."""
    newer = Ranker.objects.filter(
        engine_version=ENGINE_VERSION, figures__passed=True, created_at__gt=present.created_at
    )
    return not (newer.exclude(pk=besides.pk) if besides else newer).exists()


@transaction.atomic
def activate(ranker: Ranker, *, by: User | None) -> Entry:
    """Score with these weights from now on, and what is stored anew; `by` is None when they were just learnt.

    :raises IllegalTransition: they are in use already, did not pass, or do not suit the engine that runs.
    """
    _lock()
    ranker.refresh_from_db()
    if ranker.is_active:
        raise IllegalTransition(_("These weights are in use already."))
    if not has_passed(ranker):
        raise IllegalTransition(_("These weights did no better on wishes held out, so nobody may use them."))
    if not is_legal(ranker):
        raise IllegalTransition(
            _("These weights were made for another version of the engine, or go past a limit of policy.")
        )
    before = Ranker.objects.filter(is_active=True).first()
    Ranker.objects.filter(is_active=True).update(is_active=False)
    ranker.is_active, ranker.activated_at = True, timezone.now()
    ranker.save(update_fields=["is_active", "activated_at"])
    return record(ranker, "activate", by=by, details={"instead_of": before.pk if before else None})


def has_passed(ranker: Ranker) -> bool:
    """What is delivered with the engine was tried before; what was learnt here has to do better here."""
    return not ranker.training_fingerprint or bool(ranker.figures.get("passed"))


def is_legal(ranker: Ranker) -> bool:
    """Made for the engine that runs, and within the limits of policy as they stand today."""
    try:
        Weights.from_dict(ranker.weights)
    except (KeyError, ValueError):
        return False
    return ranker.engine_version == ENGINE_VERSION


def _lock() -> None:
    """Of two who activate at once one waits, so that one row is active at any moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ACTIVATING])


def verdicts() -> list[Example]:
    """What was said of pairs that the present code and models measured; one query.

    Of one person on one pair the last word counts, and beside an expert's verdict no first look does.
    """
    last = {(one.person_id, one.wish_id, one.solution_id): one for one in _said()}
    judged = {(one.wish_id, one.solution_id) for one in last.values() if one.kind in Judgement.VERDICTS}
    return [
        Example(one.wish_id, one.solution_id, one.factors, one.kind in FITS, _weight(one))
        for one in last.values()
        if _is_of_fit(one)
        and (one.kind in Judgement.VERDICTS or (one.wish_id, one.solution_id) not in judged)
    ]


def _said() -> QuerySet[Judgement]:
    """In the order in which it was said, without those who stand too near to one of the parties.

    A department's first looks are at what is offered to itself; a verdict is nobody's of a party.
    """
    sponsors = Sponsor.objects.filter(wish=OuterRef(OuterRef("wish"))).values("organisation")
    authors = (
        CoAuthor.objects.accepted().filter(solution=OuterRef(OuterRef("solution"))).values("organisation")
    )
    asking = Q(organisation=OuterRef("wish__organisation")) | Q(organisation__in=sponsors)
    offering = (
        Q(organisation=OuterRef("solution__organisation"))
        | Q(organisation=OuterRef("solution__nominated_by"))
        | Q(organisation__in=authors)
    )
    near = Conflict.objects.filter(asking | offering, expert=OuterRef("person"))
    vendors = Membership.objects.filter(offering, user=OuterRef("person"))
    departments = Membership.objects.filter(asking, user=OuterRef("person"))
    # The glossary or a wheel may have changed since; the mark at the end of the name tells of these.
    alike = rf"^{re.escape(engine_line())}(\+[0-9a-f]{{8}})?$"
    rows = Judgement.objects.filter(~Exists(near), ~Exists(vendors), engine_version__regex=alike)
    rows = rows.exclude(Exists(departments), kind__in=Judgement.VERDICTS)
    return rows.exclude(factors={}).order_by("at", "pk")


def _is_of_fit(one: Judgement) -> bool:
    return one.kind != K.DECLINE or one.ground not in NOT_OF_FIT


def _weight(one: Judgement) -> float:
    return WITHOUT_GROUND if one.kind == K.DECLINE and not one.ground else COUNTS[K(one.kind)]
