"""Who is told of what happens to an organisation: the office of a request, its approvers of the answer."""

from typing import Any

from django.dispatch import receiver

from accounts.models import JoinRequest, Organisation, Role, User
from journal.models import Entry
from journal.workflow import happened
from notifications.hooks.services import tell
from notifications.letters import invitations
from notifications.outbox import DUTY, PARTY, bilingual, notify, party

JOINS = frozenset({"accept_join", "decline_join", "expire_join"})
INVITES = frozenset({"invite", "invite_again"})
DECIDED = frozenset({"verify", "refuse_verification", "revoke_verification"})


@receiver(happened, sender=Organisation, dispatch_uid="notifications.organisation")
def organisation_changed(instance: Organisation, entry: Entry, **kwargs: object) -> None:
    said = {"organisation": bilingual(instance, "name"), "verb": entry.verb}
    if entry.verb == "ask_verification":
        office = User.objects.with_role(Role.OFFICE)
        notify(office, entry, "notifications/mail/verification_asked", thing=instance, why=DUTY, **said)
    elif entry.verb in DECIDED:
        people = party(instance.pk, approvers_only=True)
        notify(people, entry, "notifications/mail/verification_decided", thing=instance, why=PARTY, **said)
    elif entry.verb == "ask_to_join":
        asked = JoinRequest.objects.get(pk=entry.details["join"])
        people = party(instance.pk, approvers_only=True)
        people = people if people.exists() else User.objects.with_role(Role.OFFICE)
        said |= {"applicant": entry.details["name"]}
        notify(people, entry, "notifications/mail/join_asked", thing=asked, why=DUTY, **said)
    elif entry.verb == "absorb":
        notify(party(instance.pk), entry, "notifications/mail/merged", thing=instance, why=PARTY, **said)
    elif entry.verb in INVITES:
        invitations.send(entry.details["invitation"])
    elif entry.verb in JOINS:
        people = User.objects.filter(pk=entry.details["person"], is_active=True)
        notify(people, entry, "notifications/mail/join_answered", thing=instance, why=DUTY, **said)


@receiver(happened, dispatch_uid="notifications.webhooks")
def something_happened(instance: Any, entry: Entry, **kwargs: object) -> None:
    tell(entry, instance)
