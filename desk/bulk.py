"""One verb for many things: rehearsed first, then done to exactly what was shown.

Each thing is a transaction of its own. What fails leaves the others alone, and says why.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from desk.models import BulkAction
from journal.models import next_reference
from journal.together import together
from journal.workflow import IllegalTransition, ReasonRequired, record
from notifications.when import release

MOST = 100  # things of one action
SHOWN_FOR = 60 * 60  # seconds for which what was shown may be confirmed
SALT = "desk.bulk"


@dataclass(frozen=True)
class Verb:
    """What may be done to many: `form(data)` asks what the service takes besides the thing and `by`."""

    label: Any
    service: Callable[..., Any]
    form: Callable[..., forms.Form] = forms.Form
    style: str = "secondary"


@dataclass(frozen=True)
class Bench:
    """What a room lays out to be worked on: its noun, and the verbs for it by the name of their rules."""

    model: Any
    verbs: Mapping[str, Verb]

    @property
    def noun(self) -> str:
        return self.model._meta.label_lower

    def permission(self, verb: str) -> str:
        return f"{self.model._meta.app_label}.{verb}_{self.model._meta.model_name}"


@dataclass(frozen=True)
class Fate:
    """What would become of a thing, or became of it."""

    pk: int
    label: str
    url: str
    fault: str = ""  # why not; "" when it is done
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Plan:
    """What was shown to one person and may be confirmed by them."""

    verb: str
    data: Mapping[str, Any]  # of the verb's form, as it was typed
    marks: Mapping[int, str]  # each thing as it stood

    def sealed(self, by: User) -> str:
        value = [self.verb, dict(self.data), [[pk, mark] for pk, mark in self.marks.items()], by.pk]
        return signing.dumps([*value, timezone.now().isoformat()], salt=SALT, compress=True)

    @classmethod
    def opened(cls, token: str, by: User) -> "Plan":
        """:raises ValidationError: it is too old, another person's, or none at all."""
        try:
            verb, data, marks, owner, _at = signing.loads(token, salt=SALT, max_age=SHOWN_FOR)
        except (signing.BadSignature, ValueError) as error:
            raise ValidationError(
                _("What was shown is too old. Look at it again before you confirm.")
            ) from error
        if owner != by.pk:
            raise ValidationError(_("This was shown to another person. Look at it yourself first."))
        return cls(verb, data, dict(marks))


def mark_of(thing: Any) -> str:
    """Changes with its state and with its text."""
    return f"{thing.status} {thing.updated_at.isoformat()}"


def rehearse(
    bench: Bench, verb: str, things: Iterable[Any], *, by: User, given: Mapping[str, Any]
) -> list[Fate]:
    """Do it to each in truth, and take it back: so nothing is promised that the rules, the state or the
    fields would refuse."""
    return [_attempt(bench, verb, thing, by, given, keep=False) for thing in things]


def _attempt(
    bench: Bench, verb: str, thing: Any, by: User, given: Mapping[str, Any], *, keep: bool, mark: str = ""
) -> Fate:
    fate = {"pk": thing.pk, "label": _label(thing), "url": thing.get_absolute_url(), "before": _state(thing)}
    if not by.has_perm(bench.permission(verb), thing):
        return Fate(**fate, fault=_("You may not do this."))
    try:
        with transaction.atomic():
            if mark:
                _hold(bench, thing, mark)
            bench.verbs[verb].service(thing, by=by, **given)
            if not keep:
                transaction.set_rollback(True)
    except (IllegalTransition, ReasonRequired) as error:
        return Fate(**fate, fault=str(error))
    except ValidationError as error:
        return Fate(**fate, fault=" ".join(error.messages))
    return Fate(**fate, after=_state(thing))


def _state(thing: Any) -> str:
    """In English, from which a page says it in its reader's language: the row is read by others, too."""
    with translation.override("en"):
        return str(thing.get_status_display())


def _hold(bench: Bench, thing: Any, mark: str) -> None:
    """Nobody changes it until it is done; who did since it was shown, was quicker."""
    held = bench.model._base_manager.select_for_update(of=("self",)).get(pk=thing.pk)
    if mark_of(held) != mark:
        raise IllegalTransition(_("It has changed since you looked. Look at it again."))


def _label(thing: Any) -> str:
    return f"{thing.reference} {thing.title}" if thing.reference else str(thing.title)


def perform(bench: Bench, plan: Plan, token: str, *, by: User, given: Mapping[str, Any]) -> BulkAction:
    """Do what was shown, under one number; confirming it twice does it once."""
    action, entry = _begin(bench, plan, token, by)
    if entry is None:
        return action
    visible = bench.model.objects.visible_to(by).select_related("organisation").in_bulk(list(plan.marks))
    rows = []
    with together(action.reference, entry):
        for pk, mark in plan.marks.items():
            if pk not in visible:
                rows.append(Fate(pk, "–", "", fault=_("It is not here any more.")))
            else:
                rows.append(_attempt(bench, plan.verb, visible[pk], by, given, keep=True, mark=mark))
            BulkAction.objects.filter(pk=action.pk).update(rows=[asdict(row) for row in rows])
    with transaction.atomic():
        action.rows, action.ended_at = [asdict(row) for row in rows], timezone.now()
        action.save(update_fields=["rows", "ended_at"])
        release(action.reference)
    return action


@transaction.atomic
def _begin(bench: Bench, plan: Plan, token: str, by: User) -> tuple[BulkAction, int | None]:
    """The action and its entry in the journal; of two who confirm the same, the second gets no entry."""
    seal = hashlib.sha256(token.encode()).hexdigest()
    if known := BulkAction.objects.filter(token=seal).first():
        return known, None
    number = next_reference("B")  # holds its counter, so that the second of two waits here
    action, is_new = BulkAction.objects.get_or_create(
        token=seal, defaults={"reference": number, "by": by, "noun": bench.noun, "verb": plan.verb}
    )
    if not is_new:
        transaction.set_rollback(True)  # the number is given to the next
        return action, None
    return action, record(action, plan.verb, by=by, details={"of": bench.noun, "things": list(plan.marks)}).pk
