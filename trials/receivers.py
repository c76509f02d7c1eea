"""Who may plan a trial hears of an approved match; who has saved a search hears of reports."""

from itertools import chain

from django.dispatch import receiver

from accounts.models import Role, User
from journal.models import Entry
from journal.workflow import happened
from matching.models import Kind, Match
from matching.receivers import announce
from notifications.outbox import DUTY, bilingual, notify, party
from trials.models import Report
from trials.services.telling import topics_of


@receiver(happened, sender=Match, dispatch_uid="trials.match")
def match_changed(instance: Match, entry: Entry, **kwargs) -> None:
    if entry.verb == "approve":
        department = instance.wish.organisation_id
        people = chain(party(department, approvers_only=True), User.objects.with_role(Role.OFFICE))
        title = bilingual(instance.solution, "title")
        wish = bilingual(instance.wish, "title")
        notify(people, entry, "trials/mail/to_plan", thing=instance, why=DUTY, thing_title=title, wish=wish)


@receiver(happened, sender=Report, dispatch_uid="trials.report")
def report_changed(instance: Report, entry: Entry, **kwargs) -> None:
    if entry.verb != "publish":
        return
    match, told = instance.trial.match, (instance.envelope or {}).get("payload", {})  # with its figures
    said = [
        (
            lang,
            getattr(match.solution, f"title_{one}"),
            "\n".join(
                filter(
                    None,
                    (
                        getattr(match.wish, f"title_{one}"),
                        told.get("summary", {}).get(one),
                        told.get("prose", {}).get("suits", {}).get(one),
                    ),
                )
            ),
        )
        for one, lang in (("en", "en"), ("zh", "zh-Hant"))
    ]
    announce(Kind.REPORT, instance, entry, topics=topics_of(instance.trial), said=said)
