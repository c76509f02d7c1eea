from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from journal.models import Counter, Entry
from journal.workflow import IllegalTransition
from notifications.models import Notification
from notifications.services import follow
from solutions import pitching, services
from solutions.models import Evidence, Interest, Solution
from solutions.tasks import expire_due
from tests.factories import (
    EvidenceFactory,
    MembershipFactory,
    OrganisationFactory,
    SolutionFactory,
    TopicFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
S = Solution.Status


def told(template: str) -> set[tuple[int, str]]:
    """Who was told by this template, and why."""
    return set(
        Notification.objects.filter(template=f"solutions/mail/{template}").values_list("recipient_id", "why")
    )


def test_a_new_solution_is_a_draft_with_its_topics_evidence_and_story():
    member = MembershipFactory(organisation=OrganisationFactory(vendor=True))
    topic = TopicFactory()
    solution = services.create(
        by=member.user,
        organisation=member.organisation,
        title_en="Monitor",
        topics=[topic],
        evidence=[{"trl": 5, "text": "Bench test", "url": ""}],
    )
    assert (solution.status, solution.reference, solution.created_by) == (S.DRAFT, None, member.user)
    assert list(solution.topics.all()) == [topic]
    assert [row.text for row in solution.evidence.all()] == ["Bench test"]
    assert [(entry.verb, entry.capacity) for entry in Entry.objects.about(solution)] == [("create", "vendor")]


def test_a_department_cannot_offer_a_solution():
    member = MembershipFactory()
    with pytest.raises(ValidationError):
        services.create(by=member.user, organisation=member.organisation, title_en="Monitor")
    assert not Solution.objects.exists()


def test_an_edit_names_what_it_changed_and_replaces_the_evidence():
    solution = SolutionFactory(listed=True)
    EvidenceFactory(solution=solution)
    services.update(
        solution,
        by=solution.created_by,
        title_en="Better monitor",
        trl=solution.trl,
        evidence=[{"trl": 7, "text": "Field test", "url": ""}],
    )
    solution.refresh_from_db()
    assert solution.title_en == "Better monitor"
    assert [row.text for row in Evidence.objects.all()] == ["Field test"]
    assert Entry.objects.about(solution).get().details == {"fields": ["title_en"]}


@pytest.mark.parametrize("status", sorted(set(S.values) - {str(one) for one in Solution.EDITABLE}))
def test_what_is_with_the_office_or_over_cannot_be_edited(status):
    solution = SolutionFactory(status=status)
    with pytest.raises(IllegalTransition):
        services.update(solution, by=solution.created_by, title_en="Sly")
    solution.refresh_from_db()
    assert solution.title_en != "Sly"


def test_an_edit_sees_the_state_that_stands_and_not_the_one_that_was_read():
    solution = SolutionFactory()
    services.submit(Solution.objects.get(pk=solution.pk), by=solution.created_by)
    with pytest.raises(IllegalTransition):
        services.update(solution, by=solution.created_by, title_en="Sly")


def test_handing_in_asks_the_office_to_act_and_confirms_to_the_vendor():
    office = UserFactory(office=True)
    author, colleague = (MembershipFactory() for _ in range(2))
    colleague.organisation = author.organisation
    colleague.save()
    solution = SolutionFactory(organisation=author.organisation, created_by=author.user)
    services.submit(solution, by=author.user)
    assert told("submitted") == {(office.pk, "duty")}
    assert told("received") == {(colleague.user.pk, "party")}


def test_what_does_not_say_what_it_does_cannot_be_handed_in():
    solution = SolutionFactory(summary_en="", summary_zh="")
    with pytest.raises(ValidationError):
        services.submit(solution, by=solution.created_by)
    assert solution.status == S.DRAFT


def test_listing_gives_a_number_and_tells_the_vendor_and_each_follower_once():
    office = UserFactory(office=True)
    member = MembershipFactory(organisation=OrganisationFactory(vendor=True))
    topic, other = TopicFactory(), TopicFactory()
    of_topic, of_vendor, of_both, of_other = (UserFactory() for _ in range(4))
    for person, thing in [
        (of_topic, topic),
        (of_vendor, member.organisation),
        (of_both, topic),
        (of_both, member.organisation),
        (of_other, other),
        (member.user, topic),
    ]:
        follow(person, thing)
    solution = SolutionFactory(status=S.SCREENING, organisation=member.organisation, topics=[topic])

    services.list_(solution, by=office)

    year = timezone.localdate().year
    assert solution.reference == f"S-{year}-0001"
    assert solution.listed_at is not None
    assert solution.expires_on == timezone.localdate() + timedelta(days=365)
    assert told("listed") == {(member.user.pk, "party")}
    assert told("new") == {(person.pk, "follow") for person in (of_topic, of_vendor, of_both)}


@pytest.mark.parametrize(
    ("verb", "template"),
    [
        (services.return_, "returned"),
        (services.refuse, "refused"),
        (services.withdraw, "withdrawn"),
    ],
)
def test_the_vendor_reads_the_reason_of_a_refusal(verb, template):
    member = MembershipFactory(organisation=OrganisationFactory(vendor=True))
    solution = SolutionFactory(status=S.SCREENING, organisation=member.organisation)
    verb(solution, by=UserFactory(office=True), reason="The evidence is missing.")
    rows = Notification.objects.filter(template=f"solutions/mail/{template}", recipient=member.user)
    assert {row.context["reason"] for row in rows} == {"The evidence is missing."}


def test_a_vendor_that_withdraws_from_screening_tells_the_office_why():
    office, member = UserFactory(office=True), MembershipFactory()
    solution = SolutionFactory(status=S.SCREENING, organisation=member.organisation)
    services.withdraw(solution, by=member.user, reason="Sold.")
    assert told("withdrawn") == {(office.pk, "duty")}


def test_only_listings_whose_time_is_over_end_and_a_second_sweep_ends_none():
    today = timezone.localdate()
    over = SolutionFactory(listed=True, expires_on=today - timedelta(days=1))
    last_day = SolutionFactory(listed=True, expires_on=today)
    open_end = SolutionFactory(listed=True)
    expire_due()
    expire_due()
    states = dict(Solution.objects.values_list("pk", "status"))
    assert states == {over.pk: S.EXPIRED, last_day.pk: S.LISTED, open_end.pk: S.LISTED}
    entry = Entry.objects.get(verb="expire")
    assert (entry.object_id, entry.capacity) == (over.pk, "system")


def test_a_renewed_listing_keeps_its_number_and_gets_a_new_term():
    solution = SolutionFactory(listed=True, status=S.EXPIRED)
    number = solution.reference
    services.renew(solution, by=solution.created_by)
    solution.refresh_from_db()
    assert (solution.status, solution.reference) == (S.LISTED, number)
    assert solution.expires_on > timezone.localdate()


@pytest.mark.parametrize("status", S.values)
def test_a_solution_answers_a_wish_only_while_it_is_handed_in(status):
    solution = SolutionFactory(status=status, listed=status == S.LISTED)
    ask = {"by": solution.created_by, "wish_reference": "w-2026-0001", "pitch": "It fits."}
    if status in (S.SUBMITTED, S.SCREENING, S.RETURNED, S.LISTED):
        pitching.answer_wish(solution, **ask)
        assert Interest.objects.get().wish_reference == "W-2026-0001"
        return
    with pytest.raises(IllegalTransition):
        pitching.answer_wish(solution, **ask)
    assert not Interest.objects.exists()


@pytest.mark.parametrize(
    "reference", ["", "W-2026-1", "S-2026-0001", "W-2026-0001'--", "W-2026-0001 W-2026-0002"]
)
def test_a_wish_is_named_by_its_number(reference):
    solution = SolutionFactory(listed=True)
    with pytest.raises(ValidationError):
        pitching.answer_wish(solution, by=solution.created_by, wish_reference=reference, pitch="It fits.")


def test_answering_twice_changes_the_pitch():
    solution = SolutionFactory(listed=True)
    for pitch in ("First.", "Second."):
        pitching.answer_wish(solution, by=solution.created_by, wish_reference="W-2026-0001", pitch=pitch)
    assert [row.pitch for row in Interest.objects.all()] == ["Second."]


def test_of_twenty_who_list_at_once_one_wins_and_one_number_is_used(committed):
    solution = SolutionFactory(status=S.SCREENING)
    office = UserFactory(office=True)
    start, outcomes = Barrier(20), []

    def click() -> None:
        mine = Solution.objects.get(pk=solution.pk)
        start.wait()
        try:
            services.list_(mine, by=office)
            outcomes.append("listed")
        except IllegalTransition:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=click) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["listed"] + ["refused"] * 19
    assert Entry.objects.about(solution).filter(verb="list").count() == 1
    assert Counter.objects.get(prefix="S").last == 1
