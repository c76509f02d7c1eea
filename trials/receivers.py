"""When experts approve a match, those who may plan its trial hear of it."""

from itertools import chain

from django.dispatch import receiver

from accounts.models import Role, User
from journal.models import Entry
from journal.workflow import happened
from matching.models import Match
from notifications.outbox import DUTY, bilingual, notify, party


@receiver(happened, sender=Match, dispatch_uid="trials.match")
def match_changed(instance: Match, entry: Entry, **kwargs) -> None:
    if entry.verb == "approve":
        department = instance.wish.organisation_id
        people = chain(party(department, approvers_only=True), User.objects.with_role(Role.OFFICE))
        title = bilingual(instance.solution, "title")
        wish = bilingual(instance.wish, "title")
        notify(people, entry, "trials/mail/to_plan", thing=instance, why=DUTY, thing_title=title, wish=wish)
