"""What is done with a wish: row, journal entry and who is told, at once. `by=None` is the portal itself."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, Role, User
from journal.models import Entry, next_reference
from journal.workflow import IllegalTransition, record
from notifications.outbox import DUTY, FOLLOW, PARTY, bilingual, followers, notify, party
from topics.models import Topic
from wishes.models import Kpi, Question, Sponsor, Wish
from wishes.rules import submitter_id
from wishes.workflow import WORKFLOW

KpiValues = Mapping[str, Any]


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
def submit(wish: Wish, *, by: User | None, reason: str = "", quiet: bool = False) -> Entry:
    """Ask a second person of the department to endorse it.

    :raises ValidationError: something is missing that every reader needs, or its closing day has passed.
    """
    _check_complete(wish, written_here=by is not None)
    entry = WORKFLOW["submit"].apply(wish, by=by, reason=reason)
    if not quiet:
        approvers = party(wish.organisation_id, approvers_only=True).exclude(pk=wish.created_by_id)
        notify(approvers, entry, "wishes/mail/submit", thing=wish, why=DUTY)
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
def endorse(wish: Wish, *, by: User | None, reason: str = "", quiet: bool = False) -> Entry:
    """A second person of the department stands for it; the portal office screens it next.

    :raises PermissionDenied: not an approver of that department, or the one who wrote it or handed it in.
    """
    if by is not None and not by.is_approver_of(wish.organisation_id):
        raise PermissionDenied(_("Only an approver of the department may endorse its wish."))
    if by is not None and by.pk in {wish.created_by_id, submitter_id(wish)}:
        raise PermissionDenied(_("A second person must endorse it: not who wrote it or handed it in."))
    entry = WORKFLOW["endorse"].apply(wish, by=by, reason=reason, endorsed_at=timezone.now())
    if not quiet:
        notify(User.objects.with_role(Role.OFFICE), entry, "wishes/mail/endorse", thing=wish, why=DUTY)
    return entry


@transaction.atomic
def send_back(wish: Wish, *, by: User, reason: str) -> Entry:
    """The department's approver wants it changed before it leaves the department."""
    entry = WORKFLOW["send_back"].apply(wish, by=by, reason=reason)
    notify(party(wish.organisation_id), entry, "wishes/mail/send_back", thing=wish, why=PARTY)
    return entry


@transaction.atomic
def return_(wish: Wish, *, by: User, reason: str) -> Entry:
    """The portal office has questions; the department answers them by changing the wish."""
    entry = WORKFLOW["return"].apply(wish, by=by, reason=reason)
    notify(party(wish.organisation_id), entry, "wishes/mail/return", thing=wish, why=PARTY)
    return entry


@transaction.atomic
def publish(wish: Wish, *, by: User | None, reason: str = "", quiet: bool = False) -> Entry:
    """Open the wish to vendors under a number, and tell those who follow its topics or its department."""
    entry = WORKFLOW["publish"].apply(
        wish, by=by, reason=reason, reference=next_reference("W"), published_at=timezone.now()
    )
    if not quiet:
        name = bilingual(wish.organisation, "name")
        notify(
            party(wish.organisation_id), entry, "wishes/mail/publish", thing=wish, why=PARTY, department=name
        )
        interested = followers(wish, wish.organisation, *wish.topics.all())
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
    entry = WORKFLOW["resolve"].apply(wish, by=by)
    _tell(wish, entry, "wishes/mail/resolve")
    return entry


@transaction.atomic
def expire(wish: Wish, *, by: User | None = None) -> Entry:
    """No more proposals: its closing day has passed, or the office closes it early."""
    entry = WORKFLOW["expire"].apply(wish, by=by)
    _tell(wish, entry, "wishes/mail/expire")
    return entry


@transaction.atomic
def renew(wish: Wish, *, by: User | None, closes_on: date) -> Entry:
    """Open it again until a new day.

    :raises ValidationError: that day is not in the future.
    """
    if closes_on <= timezone.localdate():
        raise ValidationError({"closes_on": _("The last day for proposals must be in the future.")})
    entry = WORKFLOW["renew"].apply(wish, by=by, closes_on=closes_on)
    _tell(wish, entry, "wishes/mail/renew")
    return entry


@transaction.atomic
def withdraw(wish: Wish, *, by: User | None, reason: str) -> Entry:
    """Take it back for good; who followed it is told why, if it ever was public."""
    entry = WORKFLOW["withdraw"].apply(wish, by=by, reason=reason)
    _tell(wish, entry, "wishes/mail/withdraw")
    return entry


@transaction.atomic
def merge(wish: Wish, *, by: User | None, into: Wish, reason: str) -> Entry:
    """Let another public wish stand for this one too; its department becomes a co-sponsor there.

    :raises ValidationError: the other one is the same, or takes no proposals.
    """
    if into.pk == wish.pk or not into.is_open_to_offers:
        raise ValidationError({"into": _("Name another wish that is open for proposals.")})
    entry = WORKFLOW["merge"].apply(
        wish, by=by, reason=reason, merged_into=into, details={"into": into.reference}
    )
    if into.organisation_id != wish.organisation_id:
        Sponsor.objects.get_or_create(wish=into, organisation=wish.organisation)
    _tell(wish, entry, "wishes/mail/merge", into=into.reference)
    return entry


def _tell(wish: Wish, entry: Entry, template: str, **context: Any) -> None:
    notify(party(wish.organisation_id), entry, template, thing=wish, why=PARTY, **context)
    if wish.reference:
        notify(followers(wish), entry, template, thing=wish, why=FOLLOW, **context)


@transaction.atomic
def ask(wish: Wish, *, by: User, text: str) -> Question:
    """Put a question in public; the department is told.

    :raises IllegalTransition: the wish takes no proposals now.
    """
    if not wish.is_open_to_offers:
        raise IllegalTransition(_("Questions can be asked while a wish is open."))
    question = Question.objects.create(wish=wish, asked_by=by, text=text)
    entry = record(wish, "ask", by=by, details={"question": question.pk})
    notify(party(wish.organisation_id), entry, "wishes/mail/ask", thing=wish, why=PARTY, question=text)
    return question


@transaction.atomic
def answer(question: Question, *, by: User, text: str) -> Entry:
    """Answer in public, once; who asked and who follows the wish is told.

    :raises IllegalTransition: it has been answered.
    """
    wish = question.wish
    now = timezone.now()
    unanswered = Question.objects.filter(pk=question.pk, answered_at=None)
    if not unanswered.update(answer=text, answered_by=by, answered_at=now):
        raise IllegalTransition(_("This question has been answered."))
    question.answer, question.answered_by, question.answered_at = text, by, now
    entry = record(wish, "answer", by=by, details={"question": question.pk})
    told = {"thing": wish, "question": question.text, "answer": text}
    notify([question.asked_by], entry, "wishes/mail/answer", why=PARTY, **told)
    notify(followers(wish), entry, "wishes/mail/answer", why=FOLLOW, **told)
    return entry


@transaction.atomic
def sponsor(wish: Wish, *, by: User | None, organisation: Organisation) -> Entry:
    """Another organisation says that it needs the same.

    :raises ValidationError: it is the wish's own, no requester, or has said so before.
    """
    if organisation.pk == wish.organisation_id or not organisation.is_requester:
        raise ValidationError(_("Only another organisation that posts wishes can need the same."))
    if not wish.is_public:
        raise IllegalTransition(_("This cannot be done in its present state."))
    if not Sponsor.objects.get_or_create(wish=wish, organisation=organisation)[1]:
        raise ValidationError(_("Your organisation has said so already."))
    entry = record(wish, "sponsor", by=by, details={"organisation": organisation.slug})
    name = bilingual(organisation, "name")
    notify(
        party(wish.organisation_id), entry, "wishes/mail/sponsor", thing=wish, why=PARTY, organisation=name
    )
    return entry
