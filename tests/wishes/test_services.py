from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from journal.models import Entry
from journal.workflow import IllegalTransition
from notifications.mails import read
from notifications.models import Follow, Notification
from tests.factories import (
    MembershipFactory,
    OrganisationFactory,
    QuestionFactory,
    TopicFactory,
    UserFactory,
    WishFactory,
)
from wishes import services, tasks
from wishes.models import Wish

pytestmark = pytest.mark.django_db
S = Wish.Status


def told(verb):
    """Who was told of the last entry of this verb, and why."""
    entry = Entry.objects.filter(verb=verb).latest("pk")
    rows = Notification.objects.filter(entry_id=entry.pk, channel="inbox")
    return {row.recipient: row.why for row in rows.select_related("recipient")}


def test_submitting_asks_the_approvers_but_not_the_author(people, wish_in):
    services.submit(wish_in(S.DRAFT), by=people["creator"])
    assert told("submit") == {people["approver"]: "duty"}


def test_submitting_without_need_and_outcome_or_after_its_last_day_is_refused(people, wish_in):
    wish = wish_in(S.DRAFT, need_en="", outcome_en="", closes_on=timezone.localdate())
    with pytest.raises(ValidationError) as refusal:
        services.submit(wish, by=people["creator"])
    assert set(refusal.value.message_dict) == {"need_en", "outcome_en", "closes_on"}


def test_who_wrote_a_wish_does_not_endorse_it_even_as_approver_and_administrator(people, wish_in):
    wish = wish_in(S.ENDORSEMENT, created_by=people["approver"])
    people["approver"].is_superuser = True
    with pytest.raises(PermissionDenied):
        services.endorse(wish, by=people["approver"])


def test_who_handed_a_wish_in_does_not_endorse_it(client, people, wish_in):
    wish = wish_in(S.DRAFT)
    services.submit(wish, by=people["approver"])
    with pytest.raises(PermissionDenied):
        services.endorse(wish, by=people["approver"])
    assert not people["approver"].has_perm("wishes.endorse_wish", wish)


def test_an_approver_of_another_department_does_not_endorse(wish_in):
    stranger = MembershipFactory(approver=True).user
    with pytest.raises(PermissionDenied):
        services.endorse(wish_in(S.ENDORSEMENT), by=stranger)


def test_endorsing_asks_the_office(people, wish_in):
    wish = wish_in(S.ENDORSEMENT)
    services.endorse(wish, by=people["approver"])
    assert told("endorse") == {people["office"]: "duty"}
    assert wish.endorsed_at


def test_publishing_gives_a_number_and_tells_department_and_followers_each_once(people, wish_in, department):
    topic, other = TopicFactory(), TopicFactory()
    wish = wish_in(S.SCREENING)
    wish.topics.set([topic])
    of_topic, of_department, of_both, of_nothing = UserFactory.create_batch(4)
    Follow.objects.create(user=of_topic, topic=topic)
    Follow.objects.create(user=of_nothing, topic=other)
    for follower in (of_department, of_both):
        Follow.objects.create(user=follower, noun="accounts.organisation", object_id=department.pk)
    Follow.objects.create(user=of_both, topic=topic)
    services.publish(wish, by=people["office"])
    assert wish.reference == f"W-{timezone.localdate().year}-0001"
    assert told("publish") == (
        dict.fromkeys((people["creator"], people["member"], people["approver"]), "party")
        | dict.fromkeys((of_topic, of_department, of_both), "follow")
    )


@pytest.mark.parametrize(
    ("verb", "status", "actor"),
    [("send_back", S.ENDORSEMENT, "approver"), ("return_", S.SCREENING, "office")],
)
def test_a_refusal_tells_the_department_why(people, wish_in, verb, status, actor):
    wish = wish_in(status)
    getattr(services, verb)(wish, by=people[actor], reason="Say <b>which</b> lifts & where.")
    reached = told(verb.rstrip("_"))
    assert set(reached) == {people[r] for r in ("creator", "member", "approver")} - {people[actor]}
    notice = Notification.objects.filter(recipient=people["creator"]).latest("pk")
    assert "Say <b>which</b> lifts & where." in read(notice, "en").paragraphs


def test_updating_writes_which_fields_changed_and_nothing_when_none_did(people, wish_in):
    wish = wish_in(S.DRAFT)
    topic = TopicFactory()
    kpi = {"metric": "Breakdowns", "unit": "", "baseline": None, "target": 2}
    entry = services.update(wish, by=people["member"], need_en="Other.", topics=[topic], kpis=[kpi])
    assert entry.details == {"fields": ["need_en", "topics", "kpis"]}
    assert services.update(wish, by=people["member"], need_en="Other.", topics=[topic], kpis=[kpi]) is None
    assert Entry.objects.about(wish).filter(verb="edit").count() == 1


@pytest.mark.parametrize("status", [status for status in S if status not in Wish.EDITABLE])
def test_what_was_handed_in_is_not_edited(people, wish_in, status):
    wish = wish_in(status)
    with pytest.raises(IllegalTransition):
        services.update(wish, by=people["creator"], need_en="Other.")
    wish.refresh_from_db()
    assert wish.need_en != "Other."


def test_merging_names_the_department_as_co_sponsor_of_the_wish_that_stays(people, wish_in):
    stays = WishFactory(open=True)
    wish = wish_in(S.OPEN)
    services.merge(wish, by=people["office"], into=stays, reason="The same lifts.")
    assert [row.organisation for row in stays.sponsors.all()] == [wish.organisation]
    assert wish.merged_into == stays


@pytest.mark.parametrize("status", [S.DRAFT, S.RESOLVED])
def test_a_wish_is_merged_only_into_one_that_is_open(people, wish_in, status):
    with pytest.raises(ValidationError):
        services.merge(wish_in(S.OPEN), by=people["office"], into=wish_in(status), reason="The same.")


def test_a_wish_is_not_merged_into_itself(people, wish_in):
    wish = wish_in(S.OPEN)
    with pytest.raises(ValidationError):
        services.merge(wish, by=people["office"], into=wish, reason="The same.")


def test_the_sweep_expires_what_is_past_its_last_day_and_nothing_else(wish_in):
    today = timezone.localdate()
    past = wish_in(S.OPEN, closes_on=today - timedelta(days=1))
    rest = [wish_in(S.OPEN, closes_on=today), wish_in(S.OPEN), wish_in(S.MATCHED, closes_on=past.closes_on)]
    assert (tasks.expire_due(), tasks.expire_due()) == (1, 0)
    past.refresh_from_db()
    assert past.status == S.EXPIRED
    assert [Wish.objects.get(pk=wish.pk).status for wish in rest] == [S.OPEN, S.OPEN, S.MATCHED]


def test_a_wish_is_renewed_for_a_day_to_come_only(people, wish_in):
    wish = wish_in(S.EXPIRED)
    with pytest.raises(ValidationError):
        services.renew(wish, by=people["member"], closes_on=timezone.localdate())
    services.renew(wish, by=people["member"], closes_on=timezone.localdate() + timedelta(days=1))
    assert wish.status == S.OPEN


def test_a_question_is_answered_once_and_its_asker_is_told(people, wish_in):
    wish = wish_in(S.OPEN)
    question = services.ask(wish, by=people["vendor"], text="Which lifts?")
    assert set(told("ask")) == {people[role] for role in ("creator", "member", "approver")}
    services.answer(question, by=people["member"], text="Twelve in Kwun Tong.")
    assert told("answer") == {people["vendor"]: "party"}
    with pytest.raises(IllegalTransition):
        services.answer(question, by=people["creator"], text="Other.")
    question.refresh_from_db()
    assert question.answer == "Twelve in Kwun Tong."


def test_nobody_asks_a_wish_that_is_not_open(people, wish_in):
    with pytest.raises(IllegalTransition):
        services.ask(wish_in(S.RESOLVED), by=people["vendor"], text="Still?")


@pytest.mark.parametrize("case", ["own", "vendor", "twice", "draft"])
def test_a_sponsor_is_another_requester_once_of_a_public_wish(people, wish_in, department, case):
    wish = wish_in(S.DRAFT if case == "draft" else S.OPEN)
    organisation = {"own": department, "vendor": OrganisationFactory(vendor=True)}.get(
        case
    ) or OrganisationFactory()
    if case == "twice":
        services.sponsor(wish, by=None, organisation=organisation)
    with pytest.raises((ValidationError, IllegalTransition)):
        services.sponsor(wish, by=None, organisation=organisation)


def test_a_withdrawn_wish_tells_its_followers_only_if_it_was_public(people, wish_in):
    follower = UserFactory()
    for status in (S.OPEN, S.SCREENING):
        wish = wish_in(status)
        Follow.objects.create(user=follower, noun="wishes.wish", object_id=wish.pk)
        services.withdraw(wish, by=people["office"], reason="No longer needed.")
        assert (follower in told("withdraw")) == (status == S.OPEN)


def test_every_mail_has_its_own_subject_in_all_languages(people, wish_in):
    wish = wish_in(S.DRAFT, title_en="Lifts & <escalators>", title_zh="升降機")
    office = people["office"]
    services.submit(wish, by=people["creator"])
    services.endorse(wish, by=people["approver"])
    services.publish(wish, by=office)
    question = services.ask(wish, by=people["vendor"], text="Which?")
    services.answer(question, by=people["creator"], text="All.")
    services.sponsor(wish, by=None, organisation=OrganisationFactory())
    services.expire(wish)
    services.renew(wish, by=office, closes_on=timezone.localdate() + timedelta(days=9))
    services.resolve(wish, by=office)
    services.withdraw(wish_in(S.OPEN), by=office, reason="Done elsewhere.")
    services.merge(wish_in(S.OPEN), by=office, into=wish_in(S.OPEN), reason="The same.")
    notices = {row.template: row for row in Notification.objects.filter(channel="inbox")}
    assert len(notices) == 11
    for language in ("en", "zh-hant", "zh-hans"):
        texts = [read(notice, language) for notice in notices.values()]
        assert len({text.subject for text in texts}) == 11
        assert all(text.paragraphs for text in texts)
    assert read(notices["wishes/mail/submit"], "en").subject == "Please endorse: Lifts & <escalators>"
    assert "升降机" in read(notices["wishes/mail/submit"], "zh-hans").subject


def test_of_two_who_answer_at_once_one_wins(wish_in, people):
    question = QuestionFactory(wish=wish_in(S.OPEN))
    stale = type(question).objects.get(pk=question.pk)
    services.answer(question, by=people["creator"], text="First.")
    with pytest.raises(IllegalTransition):
        services.answer(stale, by=people["member"], text="Second.")


def test_a_wish_whose_last_day_has_passed_on_its_way_is_not_published(people, wish_in):
    wish = wish_in(Wish.Status.SCREENING, closes_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(ValidationError):
        services.publish(wish, by=people["office"])
    assert Wish.objects.get(pk=wish.pk).reference is None
    today = wish_in(Wish.Status.SCREENING, closes_on=timezone.localdate())
    services.publish(today, by=people["office"])
    assert Wish.objects.get(pk=today.pk).status == Wish.Status.OPEN
