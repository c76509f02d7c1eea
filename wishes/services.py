"""What is done with a wish: row, journal entry and who is told, at once. `by=None` is the portal itself."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from journal.models import Entry, next_reference
from journal.workflow import IllegalTransition, record
from notifications.outbox import FOLLOW, PARTY, bilingual, followers, notify, party
from topics.models import Topic
from wishes import endorsing, screening
from wishes.asking import answer, ask, correct
from wishes.endorsing import endorse, send_back
from wishes.lasting import renew
from wishes.merging import merge
from wishes.models import Kpi, Wish
from wishes.screening import return_
from wishes.sponsoring import leave, sponsor
from wishes.workflow import WORKFLOW

KpiValues = Mapping[str, Any]
__all__ = [  # every verb of a wish, wherever it is written
    "amend",
    "announce",
    "answer",
    "ask",
    "correct",
    "create",
    "end_trial",
    "endorse",
    "expire",
    "leave",
    "match",
    "merge",
    "publish",
    "renew",
    "resolve",
    "return_",
    "send_back",
    "sponsor",
    "start_trial",
    "submit",
    "unmatch",
    "update",
    "withdraw",
]


@transaction.atomic
def create(
    *,
    by: User,
    organisation: Organisation,
    author: User | None = None,
    topics: Iterable[Topic] = (),
    kpis: Iterable[KpiValues] = (),
    reason: str = "",
    **fields: Any,
) -> Wish:
    """Begin a draft, which only its department can read; `author` if another than who saves it wrote it."""
    wish = Wish.objects.create(organisation=organisation, created_by=author or by, **fields)
    if topics := list(topics):
        wish.topics.set(topics)
    Kpi.objects.bulk_create(Kpi(wish=wish, **values) for values in kpis)
    record(wish, "create", by=by, reason=reason)
    return wish


def update(wish: Wish, *, by: User | None, reason: str = "", **fields: Any) -> Entry | None:
    """Change a draft or a returned wish; None when the values are those it has.

    :raises IllegalTransition: it has been handed in, so it can no longer be edited.
    """
    return _edit(wish, Wish.EDITABLE, by, reason, fields)


def amend(wish: Wish, *, by: User | None, reason: str, **fields: Any) -> Entry | None:
    """Bring an open wish up to date with the list it was imported from; None when nothing differs.

    :raises IllegalTransition: it is no longer open.
    """
    return _edit(wish, (Wish.Status.OPEN,), by, reason, fields)


@transaction.atomic
def _edit(wish: Wish, sources: Iterable[str], by: User | None, reason: str, fields: Any) -> Entry | None:
    topics, kpis = fields.pop("topics", None), fields.pop("kpis", None)
    held = Wish.objects.select_for_update(of=("self",)).get(pk=wish.pk)
    if held.status not in sources:
        raise IllegalTransition(_("It has been handed in and can no longer be edited."))
    changed = {name: value for name, value in fields.items() if getattr(held, name) != value}
    names = sorted(changed)
    if topics is not None and {one.pk for one in topics} != set(wish.topics.values_list("pk", flat=True)):
        wish.topics.set(topics)
        names.append("topics")
    if kpis is not None and _replace_kpis(wish, kpis):
        names.append("kpis")
    if not names:
        return None
    changed |= {"updated_at": timezone.now(), "revision": held.revision + 1}
    Wish.objects.filter(pk=wish.pk).update(**changed)
    for name, value in changed.items():
        setattr(wish, name, value)
    return record(wish, "edit", by=by, reason=reason, details={"fields": names})


def _replace_kpis(wish: Wish, kpis: Iterable[KpiValues]) -> bool:
    columns = ("metric", "unit", "baseline", "target", "method")
    wanted = [Kpi(wish=wish, **values) for values in kpis]
    if list(wish.kpis.order_by("pk").values_list(*columns)) == [
        tuple(getattr(kpi, name) for name in columns) for kpi in wanted
    ]:
        return False
    wish.kpis.all().delete()
    Kpi.objects.bulk_create(wanted)
    return True


@transaction.atomic
def submit(
    wish: Wish,
    *,
    by: User | None,
    reason: str = "",
    quiet: bool = False,
    answers: Mapping[int, str] | None = None,
) -> Entry:
    """Ask the department to endorse it, with an answer to each question that the portal office has asked.

    :raises ValidationError: something is missing that every reader needs, its closing day has passed, or a
        question has no answer.
    """
    _check_complete(wish, written_here=by is not None)
    # Steps that are set at the same moment hold for it, or begin after it: who is asked is who decides.
    Organisation.objects.select_for_update(no_key=True).get(pk=wish.organisation_id)
    screening.answer_all(wish, by=by, answers=answers or {})
    entry = WORKFLOW["submit"].apply(wish, by=by, reason=reason)
    if not quiet:
        endorsing.ask_next(wish, entry)
    return entry


def _check_complete(wish: Wish, *, written_here: bool) -> None:
    errors = {}
    needed = {"need": _("Say what the need is.")}
    if written_here:  # lists from elsewhere have one text, which becomes the need
        needed["outcome"] = _("Say what outcome is wanted.")
    for name, message in needed.items():
        if not getattr(wish, f"{name}_en") and not getattr(wish, f"{name}_zh"):
            errors[f"{name}_en"] = message
    if wish.closes_on and wish.closes_on <= timezone.localdate():
        errors["closes_on"] = _("The last day for proposals must be in the future.")
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def publish(wish: Wish, *, by: User | None, reason: str = "", quiet: bool = False) -> Entry:
    """Open the wish to vendors under a number, and tell those who follow its topics or its department.

    :raises ValidationError: its last day has passed while it was on its way.
    """
    if by is not None and wish.closes_on and wish.closes_on < timezone.localdate():
        raise ValidationError(
            _("Its last day for proposals has passed. Return it, so that the department sets another.")
        )
    return _publish("publish", wish, by, reason, quiet)


@transaction.atomic
def announce(wish: Wish, *, by: User | None) -> Entry:
    """Open to vendors at once what a rapid call asks for: the portal office stands for it."""
    return _publish("announce", wish, by, "", quiet=False)


def _publish(verb: str, wish: Wish, by: User | None, reason: str, quiet: bool) -> Entry:
    entry = WORKFLOW[verb].apply(
        wish, by=by, reason=reason, reference=next_reference("W"), published_at=timezone.now()
    )
    if not quiet:
        name = bilingual(wish.organisation, "name")
        notify(
            party(wish.organisation_id), entry, "wishes/mail/publish", thing=wish, why=PARTY, department=name
        )
        rounds = [wish.call] if wish.call else []
        interested = followers(wish, wish.organisation, *rounds, *wish.topics.all())
        notify(interested, entry, "wishes/mail/publish", thing=wish, why=FOLLOW, department=name)
    return entry


def match(wish: Wish, *, by: User | None) -> Entry:
    """A match of it is approved; told by the match itself."""
    return WORKFLOW["match"].apply(wish, by=by)


def unmatch(wish: Wish, *, by: User | None) -> Entry:
    """Its last approved match is gone; it is open again."""
    return WORKFLOW["unmatch"].apply(wish, by=by)


def start_trial(wish: Wish, *, by: User | None) -> Entry:
    return WORKFLOW["start_trial"].apply(wish, by=by)


def end_trial(wish: Wish, *, by: User | None) -> Entry:
    """The trial is over and did not settle it; it is open again."""
    return WORKFLOW["end_trial"].apply(wish, by=by)


@transaction.atomic
def resolve(wish: Wish, *, by: User | None) -> Entry:
    """The need is met; the wish stays public as a record."""
    entry = WORKFLOW["resolve"].apply(wish, by=by, place=endorsing.place_of(by, wish.organisation_id))
    _tell(wish, entry, "wishes/mail/resolve")
    return entry


@transaction.atomic
def expire(wish: Wish, *, by: User | None = None) -> Entry:
    """No more proposals: its closing day has passed, or the office closes it early."""
    entry = WORKFLOW["expire"].apply(wish, by=by)
    _tell(wish, entry, "wishes/mail/expire")
    return entry


@transaction.atomic
def withdraw(wish: Wish, *, by: User | None, reason: str, ground: str = "", quiet: bool = False) -> Entry:
    """Take it back for good; who followed it is told why, if it ever was public.

    `quiet` where what it belongs to is taken back with it, and tells the same people.
    """
    place = None if wish.is_editable else endorsing.place_of(by, wish.organisation_id)
    entry = WORKFLOW["withdraw"].apply(wish, by=by, reason=reason, ground=ground, place=place)
    if not quiet:
        _tell(wish, entry, "wishes/mail/withdraw")
    return entry


def _tell(wish: Wish, entry: Entry, template: str, **context: Any) -> None:
    notify(party(wish.organisation_id), entry, template, thing=wish, why=PARTY, **context)
    if wish.reference:
        notify(followers(wish), entry, template, thing=wish, why=FOLLOW, **context)
