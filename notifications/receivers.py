"""Who is told of what happens to an organisation: the office of a request, its approvers of the answer."""

from django.dispatch import receiver

from accounts.models import Organisation, Role, User
from journal.models import Entry
from journal.workflow import happened
from notifications.outbox import DUTY, PARTY, bilingual, notify, party

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
