"""Whom a step of a trial or a report concerns."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from accounts.models import Organisation, Role, User
from journal.models import Entry
from notifications.outbox import DUTY, FOLLOW, PARTY, bilingual, followers, notify, party
from trials.models import Amendment, Confirmation, Report, Trial
from trials.proof.labels import word
from trials.rules import is_biased, objections


def topics_of(trial: Trial) -> list:
    return [*trial.match.wish.topics.all(), *trial.match.solution.topics.all()]


def said(thing: Trial | Report, **context: Any) -> dict[str, Any]:
    """What every mail of this room reads."""
    trial = thing.trial if isinstance(thing, Report) else thing
    return {"thing": thing, "thing_title": bilingual(trial.match.solution, "title"), **context}


def said_of(row: Any, **context: Any) -> dict[str, Any]:
    """Of what hangs on a trial: the mail leads to it, and names the trial."""
    return {**said(row.trial, **context), "thing": row, "reference": row.trial.reference or ""}


def tell_sides(row: Any, entry: Entry, template: str, **context: Any) -> None:
    """As `tell_parties`, of what hangs on a trial."""
    people = people_concerned(row.trial)
    notify(people, entry, f"trials/mail/{template}", why=PARTY, **said_of(row, **context))


def tell_parties(thing: Trial | Report, entry: Entry, template: str, **context: Any) -> None:
    """The people of department, vendor and co-authors, the engineer and the portal office."""
    trial = thing.trial if isinstance(thing, Report) else thing
    notify(people_concerned(trial), entry, f"trials/mail/{template}", why=PARTY, **said(thing, **context))


def people_concerned(trial: Trial) -> chain[User]:
    """The people of department, vendor and co-authors, the engineer and the portal office."""
    return chain(
        party(trial.match.wish.organisation_id, *trial.match.solution.author_ids()),
        [trial.engineer],
        User.objects.with_role(Role.OFFICE),
    )


def tell_builders(report: Report, entry: Entry, template: str) -> None:
    """Who takes part in a trial that builds on the one reported: another department may rely on it."""
    later = Trial.objects.filter(earlier=report.trial).select_related(
        "engineer", "match__wish", "match__solution"
    )
    people = chain.from_iterable(people_concerned(one) for one in later.order_by("pk"))
    notify(people, entry, f"trials/mail/{template}", why=PARTY, **said(report))


def tell_relying(report: Report, old: Report, entry: Entry) -> None:
    """Who builds on the version replaced, or has said that it relied on it: the verdict may be another."""
    later = Trial.objects.filter(earlier=report.trial).select_related(
        "engineer", "match__wish", "match__solution"
    )
    builders = chain.from_iterable(people_concerned(one) for one in later.order_by("pk"))
    uses = Confirmation.objects.filter(report=old, status=Confirmation.Status.CONFIRMED).order_by("pk")
    users = party(*uses.values_list("organisation_id", flat=True))
    was, now = (_verdict(one.verdict) for one in (old, report))
    facts = {"old": old.reference, "was": was, "now": now, "is_changed": was != now}
    notify(chain(builders, users), entry, "trials/mail/superseded", why=PARTY, **said(report, **facts))


def _verdict(value: str) -> dict[str, str]:
    return {"en": word(value, "en"), "zh": word(value, "zh-hant")}


def tell_amendment(amendment: Amendment, entry: Entry, template: str, people: Iterable[User]) -> None:
    """With its reason; the mail leads to it."""
    report = amendment.report
    why = {"en": amendment.reason_en, "zh": amendment.reason_zh}
    facts = said(report, text=why) | {"thing": amendment, "reference": report.reference or ""}
    notify(people, entry, f"trials/mail/{template}", why=DUTY, **facts)


def neutral_verifiers(amendment: Amendment) -> list[User]:
    return [user for user in User.objects.with_role(Role.VERIFIER) if not is_biased(amendment, user)]


def tell_followers(thing: Trial | Report, entry: Entry, template: str, **context: Any) -> None:
    """Of public things: who follows the trial, its wish, its solution, one of their topics, or a side."""
    trial = thing.trial if isinstance(thing, Report) else thing
    wish, solution = trial.match.wish, trial.match.solution
    sides = Organisation.objects.filter(pk__in=[wish.organisation_id, *solution.author_ids()])
    things = [trial, wish, solution, *sides.order_by("pk"), *topics_of(trial)]
    notify(followers(*things), entry, f"trials/mail/{template}", why=FOLLOW, **said(thing, **context))


def tell_engineer(thing: Trial | Report, entry: Entry, template: str, **context: Any) -> None:
    trial = thing.trial if isinstance(thing, Report) else thing
    notify([trial.engineer], entry, f"trials/mail/{template}", why=DUTY, **said(thing, **context))


def tell_vendor(report: Report, entry: Entry, template: str, **context: Any) -> None:
    """Who must act; its co-authors hear of it, the vendor answers."""
    vendor, *others = report.trial.match.solution.author_ids()
    notify(party(vendor), entry, f"trials/mail/{template}", why=DUTY, **said(report, **context))
    notify(party(*others), entry, f"trials/mail/{template}", why=PARTY, **said(report, **context))


def tell_verifiers(report: Report, entry: Entry, template: str) -> None:
    """Who is assigned; else every verifier whose signature would be independent."""
    free = [user for user in User.objects.with_role(Role.VERIFIER) if not objections(report, user)]
    notify(free, entry, f"trials/mail/{template}", why=DUTY, **said(report))
