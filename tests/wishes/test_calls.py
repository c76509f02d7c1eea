"""Calls: their life by role and state, rapid ones that open the same day, and the wishes that join."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from innoportal.schedules import remind_due
from journal.models import Entry, next_reference
from journal.workflow import IllegalTransition
from notifications.mails import read
from notifications.models import Follow, Notification
from tests.factories import CallFactory, TopicFactory, UserFactory, WishFactory
from tests.threads import at_once
from tests.wishes.conftest import ROLES
from wishes import calls, drafting, services, tasks
from wishes.models import Call, Wish, WishDraft
from wishes.workflow import CALLS

pytestmark = pytest.mark.django_db
C, S = Call.Status, Wish.Status
INSIDERS = {"creator", "member", "approver"}
RUNS = {"office", "administrator"}
ADDRESSES = {verb: f"calls:{verb}" for verb in CALLS}
MAY = dict.fromkeys(CALLS, RUNS) | {"submit": INSIDERS | {"administrator"}}


@pytest.fixture
def rapid(department, people):
    """A department's own rapid call, in any state."""

    def make(status=C.DRAFT, **fields):
        if status in Call.PUBLIC:
            fields = {"reference": next_reference("C"), "published_at": timezone.now()} | fields
        fields.setdefault("created_by", people["member"])
        return CallFactory(status=status, kind="rapid", organisation=department, **fields)

    return make


@pytest.fixture(autouse=True)
def noon(time_machine):
    """So that no midnight falls into a test, and the days can be moved."""
    time_machine.move_to(timezone.localtime().replace(hour=12, minute=0))


def sees(role, status):
    return status in Call.PUBLIC or role in INSIDERS | RUNS | {"auditor"}


def expected(role, verb, status):
    if role == "anonymous":
        return "sign in"
    if not sees(role, status):
        return "not found"
    own = verb == "withdraw" and role in INSIDERS and status == C.DRAFT
    if role not in MAY[verb] and not own:
        return "forbidden"
    return "done" if status in CALLS[verb].sources else "message"


def outcome(client, call, verb):
    given = {"reason": "Not now.", "closes_on": call.closes_on + timedelta(days=9)}
    response = client.post(reverse(ADDRESSES[verb], args=[call.slug]), given)
    written = Entry.objects.about(call).filter(verb=verb).exists()
    if response.status_code == 302:
        return "sign in" if "/login/" in response["Location"] else "done" if written else "message"
    assert not written
    return {403: "forbidden", 404: "not found"}[response.status_code]


@pytest.mark.parametrize("status", C)
@pytest.mark.parametrize("verb", sorted(MAY))
def test_each_verb_does_in_each_state_what_the_tables_say_for_each_role(client, people, rapid, verb, status):
    found = {}
    for role, person in people.items():
        client.logout()
        if person:
            client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        found[role] = outcome(client, rapid(status), verb)
    assert found == {role: expected(role, verb, status) for role in ROLES}


@pytest.mark.parametrize("status", C)
def test_rule_queryset_and_page_agree_on_who_reads_a_call(client, people, rapid, status):
    call = rapid(status)
    by_rule, by_queryset, by_page = set(), set(), set()
    for role, person in people.items():
        user = User.objects.get(pk=person.pk) if person else AnonymousUser()
        client.logout()
        if person:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        if user.has_perm("wishes.view_call", call):
            by_rule.add(role)
        if Call.objects.visible_to(user).filter(pk=call.pk).exists():
            by_queryset.add(role)
        if client.get(call.get_absolute_url()).status_code == 200:
            by_page.add(role)
    assert by_rule == by_queryset == by_page == {role for role in ROLES if sees(role, status)}


@pytest.mark.parametrize("status", [status for status in C if status not in Call.PUBLIC])
def test_what_is_not_public_is_in_no_list_api_or_feed(client, rapid, status):
    rapid(status, title_en="Nobody may find this")
    for path in ("/en/calls/", "/api/v1/calls/", "/en/calls/feed/"):
        response = client.get(path)
        assert response.status_code == 200
        assert "Nobody may find this" not in response.content.decode()


def test_a_department_asks_and_the_office_publishes_a_rapid_call_the_same_day(client, people, department):
    client.force_login(people["member"], backend="django.contrib.auth.backends.ModelBackend")
    topic, closes = TopicFactory(), timezone.localdate() + timedelta(days=14)
    given = {
        "organisation": department.pk,
        "title_en": "Keep hands off lift buttons",
        "text_en": "An epidemic: 6,000 lifts have buttons that everyone touches.",
        "criteria_en": "Fitted within an hour, no change to the controller.",
        "closes_on": closes,
        "topics": [topic.pk],
    }
    response = client.post(reverse("calls:create-rapid"), given)
    call = Call.objects.get()
    assert response["Location"].endswith(call.get_absolute_url())
    client.post(reverse("calls:submit", args=[call.slug]))
    waiting = Notification.objects.get(recipient=people["office"], channel="inbox")
    assert read(waiting, "en").subject == "Please publish today: Keep hands off lift buttons"
    client.force_login(people["office"], backend="django.contrib.auth.backends.ModelBackend")
    client.post(reverse("calls:publish", args=[call.slug]))
    call.refresh_from_db()
    assert (call.status, call.opens_on, call.reference[:2]) == (C.OPEN, timezone.localdate(), "C-")
    wish = call.wishes.get()
    assert (wish.status, wish.organisation, wish.closes_on) == (S.OPEN, department, closes)
    assert (wish.need_en, wish.constraints_en) == (given["text_en"], given["criteria_en"])
    assert list(wish.topics.all()) == [topic]
    assert Entry.objects.about(wish).filter(verb="announce", actor_id=people["office"].pk).exists()
    client.logout()
    assert wish.reference in client.get(f"/en/calls/{call.reference}/").content.decode()


def test_a_department_cannot_write_a_rapid_call_for_another(client, people, department):
    client.force_login(people["other_member"], backend="django.contrib.auth.backends.ModelBackend")
    response = client.post(
        reverse("calls:create-rapid"),
        {
            "organisation": department.pk,
            "title_en": "Theirs",
            "text_en": "Not mine",
            "closes_on": timezone.localdate() + timedelta(days=3),
        },
    )
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"organisation"}
    assert "Not mine" in response.content.decode()
    assert not Call.objects.exists()


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, {"title_en", "closes_on", "opens_on"}),
        ({"title_en": "A", "opens_on": "2030-02-30", "closes_on": "2031-01-01"}, {"opens_on"}),
        ({"title_en": "A", "opens_on": "2030-02-03", "closes_on": "2030-02-02"}, {"closes_on"}),
        ({"title_en": "A", "opens_on": "2020-02-03", "closes_on": "2020-02-04"}, {"closes_on"}),
        ({"title_en": "A" * 201, "opens_on": "2030-02-03", "closes_on": "2031-01-01"}, {"title_en"}),
    ],
)
def test_a_form_that_is_wrong_says_where_and_makes_nothing(client, people, given, wrong):
    client.force_login(people["office"], backend="django.contrib.auth.backends.ModelBackend")
    response = client.post(reverse("calls:create"), given)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == wrong
    assert not Call.objects.exists()


def test_a_call_opens_and_closes_by_itself_on_its_days_once(time_machine, people):
    today = timezone.localdate()
    call = CallFactory(opens_on=today + timedelta(days=3), closes_on=today + timedelta(days=5))
    calls.publish(call, by=people["office"])
    seen = []
    for _day in range(8):
        moved = (tasks.keep_dates_of_calls(), tasks.keep_dates_of_calls())
        call.refresh_from_db()
        seen.append((call.status, moved))
        time_machine.shift(timedelta(days=1))
    assert [status for status, _ in seen] == [C.ANNOUNCED] * 3 + [C.OPEN] * 3 + [C.CLOSED] * 2
    assert [moved for _, moved in seen if sum(moved)] == [(1, 0), (1, 0)]


def test_a_call_that_nobody_opened_for_a_week_opens_and_closes_in_one_run(time_machine, people):
    today = timezone.localdate()
    call = CallFactory(opens_on=today + timedelta(days=1), closes_on=today + timedelta(days=3))
    calls.publish(call, by=people["office"])
    time_machine.shift(timedelta(days=7))
    assert tasks.keep_dates_of_calls() == 2
    call.refresh_from_db()
    assert (call.status, call.opens_on, call.closes_on) == (
        C.CLOSED,
        today + timedelta(days=1),
        today + timedelta(days=3),
    )


def test_who_follows_a_call_hears_of_it_and_of_its_last_day(time_machine, people):
    call = CallFactory(closes_on=timezone.localdate() + timedelta(days=10))
    calls.publish(call, by=people["office"])
    follower = UserFactory()
    Follow.objects.create(user=follower, noun="wishes.call", object_id=call.pk)
    for _day in range(12):
        remind_due("wishes.call")
        tasks.keep_dates_of_calls()
        time_machine.shift(timedelta(days=1))
    rows = Notification.objects.filter(recipient=follower, channel="inbox").order_by("pk")
    assert [(row.template.rpartition("_")[2], row.context.get("left")) for row in rows] == [
        ("deadline", 7),
        ("deadline", 1),
        ("closed", None),
    ]


def test_who_follows_a_call_hears_of_a_wish_that_is_published_for_it(people, wish_in):
    call, follower = CallFactory(open=True), UserFactory()
    Follow.objects.create(user=follower, noun="wishes.call", object_id=call.pk)
    wish = wish_in(S.SCREENING)
    calls.gather(call, by=people["office"], wish=wish)
    services.publish(wish, by=people["office"])
    assert Notification.objects.get(recipient=follower, channel="inbox").template == "wishes/mail/publish"


def test_extending_closing_and_withdrawing_a_rapid_call_does_it_to_its_wish(people, rapid):
    call = rapid(text_en="Help.")
    office = people["office"]
    calls.publish(call, by=office)
    wish = call.wishes.get()
    calls.close(call, by=office)
    wish.refresh_from_db()
    assert wish.status == S.EXPIRED
    later = call.closes_on + timedelta(days=7)
    calls.extend(call, by=office, closes_on=later)
    wish.refresh_from_db()
    assert (wish.status, wish.closes_on, call.status) == (S.OPEN, later, C.OPEN)
    calls.withdraw(call, by=office, reason="It is solved.")
    wish.refresh_from_db()
    assert wish.status == S.WITHDRAWN


def test_the_last_day_of_a_call_never_comes_nearer(people):
    call = CallFactory(open=True)
    for day in (timezone.localdate(), call.closes_on, call.closes_on - timedelta(days=1)):
        with pytest.raises(ValidationError):
            calls.extend(call, by=people["office"], closes_on=day)


def test_a_call_that_has_opened_cannot_be_rewritten(client, people):
    call = CallFactory(open=True)
    with pytest.raises(IllegalTransition):
        calls.update(call, by=people["office"], title_en="Another thing")
    client.force_login(people["office"], backend="django.contrib.auth.backends.ModelBackend")
    given = {"title_en": "Typed", "opens_on": call.opens_on, "closes_on": call.closes_on}
    response = client.post(reverse("calls:edit", args=[call.slug]), given)
    assert response.status_code == 422
    assert "Typed" in response.content.decode()


def test_the_office_adds_a_wish_by_its_number_and_takes_it_out(client, people, wish_in):
    call, wish = CallFactory(open=True), wish_in(S.OPEN)
    client.force_login(people["office"], backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("calls:gather", args=[call.slug])
    assert client.post(url, {"wish": "W-1999-0001"}).status_code == 422
    assert client.post(url, {"wish": wish.reference.lower()}).status_code == 302
    wish.refresh_from_db()
    assert wish.call == call
    assert client.post(url, {"wish": wish.reference}).status_code == 409  # it is there already
    assert client.post(reverse("calls:let_go", args=[call.slug, wish.pk])).status_code == 302
    wish.refresh_from_db()
    assert wish.call is None
    verbs = Entry.objects.about(wish).values_list("verb", flat=True).order_by("pk")
    assert list(verbs) == ["join_call", "leave_call"]


@pytest.mark.parametrize("case", ["closed", "rapid", "withdrawn wish", "other call"])
def test_a_wish_joins_one_call_that_is_not_over(people, wish_in, rapid, case):
    call, wish = CallFactory(open=True), wish_in(S.OPEN)
    if case == "closed":
        calls.close(call, by=people["office"])
    elif case == "rapid":
        call = rapid(C.OPEN)
    elif case == "withdrawn wish":
        services.withdraw(wish, by=people["office"], reason="Gone.")
    else:
        calls.gather(CallFactory(open=True), by=people["office"], wish=wish)
    with pytest.raises(ValidationError):
        calls.gather(call, by=people["office"], wish=wish)


def test_a_wish_that_is_not_public_stands_on_no_page_of_a_call(client, people, wish_in):
    call = CallFactory(open=True)
    wish = wish_in(S.SCREENING, title_en="Not yet public")
    calls.gather(call, by=people["office"], wish=wish)
    for role in ("anonymous", "vendor", "other_member", "member"):
        client.logout()
        if people[role]:
            client.force_login(people[role], backend="django.contrib.auth.backends.ModelBackend")
        response = client.get(call.get_absolute_url())
        assert response.context["page_obj"].paginator.count == 0
        assert "Not yet public" not in response.content.decode()
    assert client.get(f"/api/v1/calls/{call.reference}/").json()["wishes"] == []
    client.force_login(people["office"], backend="django.contrib.auth.backends.ModelBackend")
    assert "Not yet public" in client.get(call.get_absolute_url()).content.decode()


def test_of_two_who_publish_at_once_one_does_and_there_is_one_wish(committed):
    call = CallFactory(rapid=True)
    office = UserFactory.create_batch(2, office=True)
    at_once(*[lambda one=one: calls.publish(Call.objects.get(pk=call.pk), by=one) for one in office])
    assert (Call.objects.get().status, Wish.objects.count()) == (C.OPEN, 1)


@pytest.mark.parametrize("count", [1, 5])
def test_lists_take_as_many_queries_for_five_as_for_one(client, django_assert_num_queries, count):
    for call in CallFactory.create_batch(count, open=True, topics=[TopicFactory()]):
        WishFactory.create_batch(count, open=True, call=call)
    with django_assert_num_queries(3):  # count, calls, choices of topics
        response = client.get("/en/calls/")
    assert response.content.decode().count("ip-card__title") == count
    with django_assert_num_queries(4):  # count, calls, topics, wishes
        assert client.get("/api/v1/calls/").json()["count"] == count
    with django_assert_num_queries(1):
        client.get("/en/calls/feed/")


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_of_a_call_takes_as_many_queries_for_five_wishes_as_for_one(
    client, django_assert_num_queries, count
):
    call = CallFactory(open=True, topics=[TopicFactory()])
    WishFactory.create_batch(count, open=True, call=call, topics=[TopicFactory()])
    with django_assert_num_queries(4):  # the call, its entries, count and wishes
        response = client.get(call.get_absolute_url())
    assert response.content.decode().count("ip-card__title") == count


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_every_mail_of_a_call_has_a_subject_of_its_own(people, rapid, language):
    office = people["office"]
    call = rapid(text_en="Help.", title_en="A <b>", title_zh="呼籲")
    for person in (people["vendor"], people["member"]):
        Follow.objects.create(user=person, noun="wishes.call", object_id=call.pk)
    calls.submit(call, by=people["creator"])
    calls.return_(call, by=office, reason="Say how many.")
    calls.publish(call, by=office)
    calls.close(call, by=office)
    calls.extend(call, by=office, closes_on=call.closes_on + timedelta(days=1))
    calls.withdraw(call, by=office, reason="Solved.")
    soon = CallFactory(opens_on=timezone.localdate() + timedelta(days=1))
    Follow.objects.create(user=people["vendor"], noun="wishes.call", object_id=soon.pk)
    calls.publish(soon, by=office)
    wish = WishFactory(open=True, organisation=call.organisation)
    calls.gather(soon, by=office, wish=wish)
    calls.let_go(soon, by=office, wish=wish)
    rows = Notification.objects.filter(channel="inbox", template__startswith="wishes/mail/call_")
    notices = {row.template: row for row in rows}
    assert len(notices) == 9
    texts = [read(notice, language) for notice in notices.values()]
    assert len({text.subject for text in texts}) == 9
    assert all(text.paragraphs for text in texts)


@pytest.mark.parametrize("case", ["open", "closed meanwhile", "hidden", "none"])
def test_a_wish_that_is_written_for_a_call_joins_it(client, people, department, case):
    call = CallFactory(**({} if case == "hidden" else {"open": True}))
    client.force_login(people["member"], backend="django.contrib.auth.backends.ModelBackend")
    begin = reverse("wishes:create")
    shown = client.get(begin, {"call": "" if case == "none" else call.slug}).content.decode()
    assert (call.title_en in shown) == (case in {"open", "closed meanwhile"})
    given = {"organisation": department.pk, "call": "" if case == "none" else call.slug}
    client.post(begin, given)
    draft = WishDraft.objects.get()
    if case == "closed meanwhile":
        calls.close(call, by=people["office"])
    wish = drafting.finish(draft, by=people["member"], revision=draft.revision, fields={"title_en": "Quiet"})
    assert wish.call == (call if case == "open" else None)
