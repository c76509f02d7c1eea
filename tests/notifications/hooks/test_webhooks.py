import json
from datetime import UTC, datetime, timedelta
from functools import partial
from time import sleep

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook as Receiver
from standardwebhooks import WebhookVerificationError

from journal.models import Entry
from matching.workflow import WORKFLOW as MATCHES
from notifications import tasks, waking
from notifications.hooks import events, sending, services, signing
from notifications.models import Notification, Webhook, WebhookAttempt, WebhookMessage
from tests.factories import (
    MatchFactory,
    MembershipFactory,
    OrganisationFactory,
    SolutionFactory,
    UserFactory,
    WebhookFactory,
    WebhookMessageFactory,
    WishFactory,
)
from tests.threads import at_once
from wishes import services as wishes
from wishes.workflow import WORKFLOW as WISHES

pytestmark = pytest.mark.django_db


def publish(**traits) -> WishFactory:
    wish = WishFactory(status="screening", **traits)
    wishes.publish(wish, by=UserFactory(office=True))
    return wish


@pytest.fixture
def local_webhook(endpoint, local):
    return WebhookFactory(url=endpoint.url)


# --- what is written ----------------------------------------------------------------------------------
def test_a_published_wish_is_written_for_each_endpoint_that_chose_it_in_the_same_transaction():
    chosen, other, by_hand = WebhookFactory(), WebhookFactory(events=["report.published"]), None
    by_hand = WebhookFactory(stopped=True)
    portal = WebhookFactory(organisation=None)
    wish = publish(title_en="Quiet fans", title_zh="安靜風扇")
    assert set(WebhookMessage.objects.values_list("webhook", flat=True)) == {chosen.pk, portal.pk}
    assert other.messages.count() == by_hand.messages.count() == 0
    said = json.loads(chosen.messages.get().body)
    entry = Entry.objects.about(wish).get(verb="publish")
    assert said["type"] == "wish.published"
    assert said["timestamp"] == entry.at.isoformat()
    assert said["data"]["reference"] == wish.reference
    assert said["data"]["title"] == {"en": "Quiet fans", "zh": "安靜風扇"}
    assert said["data"]["url"].startswith("http://127.0.0.1:8000/en/wishes/")


def test_an_endpoint_that_failed_keeps_what_it_misses_for_a_replay(django_capture_on_commit_callbacks):
    failed = WebhookFactory(stopped_at=timezone.now(), stopped_for="failing")
    publish()
    message = failed.messages.get()
    assert message.given_up_at is not None
    assert services.start(failed, by=UserFactory())
    assert services.replay(WebhookMessage.objects.all(), failed, by=UserFactory()) == 1
    assert list(WebhookMessage.objects.due()) == [message]


def test_a_wish_that_was_never_public_is_told_of_to_nobody():
    WebhookFactory(events=["wish.closed"])
    WISHES["withdraw"].apply(WishFactory(), by=UserFactory(), reason="No need", ground="")
    assert WebhookMessage.objects.count() == 0


def test_of_what_is_public_no_more_only_its_number_and_state_are_told():
    webhook = WebhookFactory(events=["wish.closed"])
    wish = WishFactory(open=True, title_en="A secret by now")
    WISHES["withdraw"].apply(wish, by=UserFactory(), reason="No need")
    said = json.loads(webhook.messages.get().body)["data"]
    assert said == {"noun": "wish", "reference": wish.reference or "", "status": "withdrawn"}


def test_an_approved_match_is_told_to_its_two_parties_only():
    wish, solution = WishFactory(open=True), SolutionFactory(listed=True)
    hooks = [
        WebhookFactory(organisation=owner, events=["match.approved"])
        for owner in (wish.organisation, solution.organisation, OrganisationFactory(), None)
    ]
    match = MatchFactory(wish=wish, solution=solution, status="review")
    MATCHES["approve"].apply(match, by=None)
    assert [hook.messages.count() for hook in hooks] == [1, 1, 0, 0]
    about = json.loads(hooks[0].messages.get().body)["data"]["about"]
    assert set(about) == {"wish", "solution"}


def test_every_event_is_of_a_noun_and_verbs_that_there_are():
    from solutions.workflow import WORKFLOW as SOLUTIONS
    from trials.workflow import REPORT, TRIAL
    from wishes.workflow import CALLS

    tables = {
        "wishes.wish": WISHES,
        "wishes.call": CALLS,
        "solutions.solution": SOLUTIONS,
        "matching.match": MATCHES,
        "trials.trial": TRIAL,
        "trials.report": REPORT,
    }
    assert [event.code for event in events.EVENTS if not event.verbs <= set(tables[event.noun])] == []


def test_an_entry_without_an_event_costs_no_query(django_assert_num_queries):
    entry = Entry(noun="wishes.wish", verb="edit", object_id=1)
    with django_assert_num_queries(0):
        assert services.tell(entry, WishFactory.build()) == 0


def test_the_worker_is_asked_at_once_for_what_was_written(monkeypatch, django_capture_on_commit_callbacks):
    asked, webhook = [], WebhookFactory()
    monkeypatch.setattr(waking, "ask", asked.append)
    for write in (
        publish,
        lambda: services.ping(webhook),
        lambda: services.replay(WebhookMessage.objects.all(), webhook, by=UserFactory()),
    ):
        with django_capture_on_commit_callbacks(execute=True):
            write()
        assert waking.WEBHOOKS in asked
        asked.clear()


# --- stopping and starting ----------------------------------------------------------------------------
def test_one_is_stopped_and_started_once_and_no_other_with_it():
    one, runs, stopped = WebhookFactory(), WebhookFactory(), WebhookFactory(stopped=True)
    waits = {hook: WebhookMessageFactory(webhook=hook) for hook in (one, runs)}
    done = WebhookMessageFactory(webhook=one, done_at=timezone.now())
    assert services.stop(one, by=UserFactory()) is not None
    assert services.stop(one, by=UserFactory()) is None
    given_up = WebhookMessage.objects.filter(given_up_at__isnull=False)
    assert list(given_up) == [waits[one]]
    assert done not in given_up
    assert [services.start(one, by=UserFactory()) for _twice in range(2)] == [True, False]
    states = Webhook.objects.in_bulk([one.pk, runs.pk, stopped.pk])
    assert [states[hook.pk].stopped_for for hook in (one, runs, stopped)] == ["", "", "hand"]
    verbs = Entry.objects.filter(noun="notifications.webhook").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["stop", "start"]


def test_one_that_has_taken_something_since_is_not_stopped_for_one_message(local_webhook, endpoint):
    """A message is given up after three days; that alone says nothing of the endpoint."""
    endpoint.answer, other = (500, {}, b"broken"), WebhookFactory()
    message = WebhookMessageFactory(webhook=local_webhook, attempts=len(sending.WAITS))
    sending.deliver_to(local_webhook.pk)
    message.refresh_from_db()
    local_webhook.refresh_from_db()
    assert (message.given_up_at is not None, local_webhook.stopped_at) == (True, None)
    other.refresh_from_db()
    assert (other.failing_since, other.waits_until) == (None, None)


def test_one_that_fails_is_not_stopped_before_a_message_is_given_up(local_webhook, endpoint):
    endpoint.answer = (500, {}, b"broken")
    Webhook.objects.update(failing_since=timezone.now() - 2 * sending.FAILING)
    WebhookMessageFactory(webhook=local_webhook)
    sending.deliver_to(local_webhook.pk)
    local_webhook.refresh_from_db()
    assert local_webhook.stopped_at is None


def test_of_the_portals_own_endpoint_the_administrators_are_told(endpoint, local):
    endpoint.answer = (410, {}, b"")
    webhook = WebhookFactory(organisation=None, url=endpoint.url)
    administrator = UserFactory(is_superuser=True)
    UserFactory(is_superuser=True, is_active=False)
    WebhookMessageFactory(webhook=webhook)
    sending.deliver_to(webhook.pk)
    told = Notification.objects.get(template="notifications/mail/webhook_stopped", channel="email")
    assert (told.recipient, told.context["is_gone"]) == (administrator, True)


# --- signatures ---------------------------------------------------------------------------------------
def test_the_signature_is_that_of_the_specification():
    webhook = WebhookFactory.build(
        sealed=signing.seal("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    )  # the example of the specification
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = signing.headers(webhook, "msg_p5jXN8AQM9LWM0D4loKWxJek", '{"test": 2432232314}', at)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


def test_a_secret_is_not_in_the_database_and_is_new_each_time():
    webhook, secret = services.create(None, by=UserFactory(), url="https://a.example/", events=["x"])
    assert secret.startswith("whsec_") and signing.opened(webhook.sealed) == secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM notifications_webhook t")
        assert secret.removeprefix("whsec_") not in cursor.fetchone()[0]
    assert services.rotate(webhook, by=UserFactory()) != secret
    assert secret not in str(list(Entry.objects.values()))


def test_while_a_secret_is_exchanged_both_sign_and_then_only_the_new_one(
    local_webhook, endpoint, time_machine
):
    old = signing.opened(local_webhook.sealed)
    new = services.rotate(local_webhook, by=UserFactory())
    WebhookMessageFactory(webhook=local_webhook)
    assert sending.deliver_to(local_webhook.pk) == 1
    for secret in (old, new):
        Receiver(secret).verify(endpoint.heard[-1][2], endpoint.heard[-1][1])
    time_machine.shift(services.OVERLAP.total_seconds() + 1)
    WebhookMessageFactory(webhook=local_webhook)
    sending.deliver_to(local_webhook.pk)
    Receiver(new).verify(endpoint.heard[-1][2], endpoint.heard[-1][1])
    with pytest.raises(WebhookVerificationError):
        Receiver(old).verify(endpoint.heard[-1][2], endpoint.heard[-1][1])


# --- calls --------------------------------------------------------------------------------------------
def test_a_message_is_delivered_once_with_a_log_that_knows_no_secret(local_webhook, endpoint):
    message = WebhookMessageFactory(webhook=local_webhook, body='{"a":"b"}')
    assert sending.deliver_to(local_webhook.pk) == 1
    assert sending.deliver_to(local_webhook.pk) == 0
    [(_path, headers, body)] = endpoint.heard
    assert (body, headers["webhook-id"]) == ('{"a":"b"}', message.message_id)
    log = WebhookAttempt.objects.get()
    assert (log.status, log.text, log.error) == (200, "thanks", "")
    assert signing.opened(local_webhook.sealed) not in json.dumps(log.request)
    assert log.request["webhook-id"] == message.message_id


def test_what_is_due_goes_out_oldest_first_and_to_its_own_endpoint_alone(local_webhook, endpoint):
    now = timezone.now()
    late, early = (
        WebhookMessageFactory(webhook=local_webhook, next_at=now - timedelta(minutes=ago)) for ago in (1, 9)
    )
    other = WebhookMessageFactory(webhook__url=endpoint.url)
    assert sending.deliver_to(local_webhook.pk) == 2
    ids = [headers["webhook-id"] for _path, headers, _body in endpoint.heard]
    assert ids == [early.message_id, late.message_id]
    other.refresh_from_db()
    assert (other.attempts, other.done_at) == (0, None)


def test_after_a_failure_the_next_calls_come_ever_later_for_three_days_and_then_it_stops(
    local_webhook, endpoint, time_machine, mailoutbox
):
    owner = MembershipFactory(organisation=local_webhook.organisation, approver=True).user
    MembershipFactory(organisation=local_webhook.organisation)  # who edits here is not asked to mend it
    endpoint.answer = (500, {}, b"broken")
    message = WebhookMessageFactory(webhook=local_webhook)
    begun, waits = timezone.now(), []
    for _ in range(len(sending.WAITS)):
        assert sending.deliver_to(local_webhook.pk) == 0
        message.refresh_from_db()
        waits.append(message.next_at - timezone.now())
        time_machine.move_to(max(message.next_at, timezone.now() + sending.PAUSE), tick=False)
    assert [low <= wait <= low * 1.1 for low, wait in zip(sending.WAITS, waits, strict=True)] == [True] * 9
    assert timedelta(days=3) <= timezone.now() - begun <= timedelta(days=3.6)
    sending.deliver_to(local_webhook.pk)
    local_webhook.refresh_from_db()
    message.refresh_from_db()
    assert (local_webhook.stopped_for, message.attempts, len(endpoint.heard)) == ("failing", 10, 10)
    assert message.given_up_at == local_webhook.stopped_at == timezone.now()
    told = Notification.objects.get(template="notifications/mail/webhook_stopped", channel="email")
    assert (told.recipient, told.why, told.context["address"]) == (owner, "duty", endpoint.url)
    time_machine.shift(400_000)
    assert sending.waiting() == []


def test_an_endpoint_that_is_gone_is_stopped_at_once(local_webhook, endpoint):
    endpoint.answer = (410, {}, b"")
    waits = WebhookMessageFactory.create_batch(2, webhook=local_webhook)
    sending.deliver_to(local_webhook.pk)
    local_webhook.refresh_from_db()
    assert (local_webhook.stopped_for, len(endpoint.heard)) == ("gone", 1)
    assert WebhookMessage.objects.filter(pk__in=[one.pk for one in waits], given_up_at=None).count() == 0


def test_one_failure_pauses_the_endpoint_and_a_good_answer_ends_it(local_webhook, endpoint, time_machine):
    endpoint.answer = (503, {}, b"")
    WebhookMessageFactory.create_batch(3, webhook=local_webhook)
    sending.deliver_to(local_webhook.pk)
    assert (len(endpoint.heard), sending.waiting()) == (1, [])
    time_machine.shift(61)
    endpoint.answer = (204, {}, b"")
    assert sending.deliver_to(local_webhook.pk) == 3
    local_webhook.refresh_from_db()
    assert (local_webhook.failing_since, local_webhook.waits_until) == (None, None)


def test_a_crash_between_call_and_mark_repeats_the_same_message_when_the_lease_is_over(
    local_webhook, endpoint, time_machine
):
    message = WebhookMessageFactory(webhook=local_webhook)
    assert WebhookMessage.objects.claim(message.pk)
    assert sending.deliver_to(local_webhook.pk) == 0
    time_machine.shift(301)
    assert sending.deliver_to(local_webhook.pk) == 1
    assert endpoint.heard[0][1]["webhook-id"] == message.message_id


def test_of_two_workers_one_calls(committed):
    message = WebhookMessageFactory()
    claims = [lambda: WebhookMessage.objects.claim(message.pk)] * 4
    assert sorted(at_once(*claims)) == [False, False, False, True]


def test_a_replay_sends_what_was_delivered_again_under_its_own_id(local_webhook, endpoint):
    WebhookMessageFactory.create_batch(2, webhook=local_webhook)
    other = WebhookMessageFactory(done_at=timezone.now())
    sending.deliver_to(local_webhook.pk)
    now = timezone.now()
    rows = services.within(local_webhook, now - timedelta(hours=1), now, failed_only=True)
    assert services.replay(rows, local_webhook, by=UserFactory()) == 0
    rows = services.within(local_webhook, now - timedelta(hours=1), now, failed_only=False)
    assert services.replay(rows, local_webhook, by=UserFactory()) == 2
    assert services.replay(WebhookMessage.objects.filter(pk=other.pk), local_webhook, by=UserFactory()) == 0
    sending.deliver_to(local_webhook.pk)
    ids = [headers["webhook-id"] for _path, headers, _body in endpoint.heard]
    assert (len(ids), len(set(ids))) == (4, 2)
    assert Entry.objects.about(local_webhook).get().verb == "replay"


def test_a_replay_does_not_wait_for_a_pause_and_begins_with_the_oldest(monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 1)
    webhook = WebhookFactory(waits_until=timezone.now() + timedelta(hours=1))
    old, new = WebhookMessageFactory.create_batch(2, webhook=webhook, given_up_at=timezone.now())
    assert services.replay(WebhookMessage.objects.order_by("-pk"), webhook, by=UserFactory()) == 1
    assert list(WebhookMessage.objects.due()) == [old]
    assert new.given_up_at is not None


def test_a_test_goes_out_even_while_the_endpoint_is_paused(local_webhook, endpoint):
    Webhook.objects.update(waits_until=timezone.now() + timedelta(hours=1))
    services.ping(local_webhook)
    assert sending.deliver_to(local_webhook.pk) == 1
    assert json.loads(endpoint.heard[0][2])["type"] == "webhook.test"


def test_the_sweep_asks_for_one_task_for_each_endpoint_with_something_due(monkeypatch):
    first = WebhookMessageFactory()
    WebhookMessageFactory(webhook=first.webhook)
    WebhookMessageFactory(done_at=timezone.now())
    asked = []
    monkeypatch.setattr(tasks.deliver_webhooks, "delay", asked.append)
    tasks.sweep_webhooks()
    assert asked == [first.webhook_id]


def test_the_log_forgets_what_is_settled_and_old():
    old = timezone.now() - timedelta(days=31)
    WebhookMessageFactory(created_at=old, done_at=old)
    WebhookMessageFactory(created_at=old, given_up_at=old)
    kept = [WebhookMessageFactory(created_at=old), WebhookMessageFactory(done_at=timezone.now())]
    tasks.forget_webhooks()
    assert list(WebhookMessage.objects.order_by("pk")) == kept


def test_an_organisation_has_no_more_endpoints_than_may_be(monkeypatch):
    monkeypatch.setattr(services, "AT_MOST", 1)
    webhook = WebhookFactory()
    with pytest.raises(ValidationError):
        services.create(webhook.organisation, by=UserFactory(), url="https://a.example/", events=["x"])


@pytest.mark.parametrize("is_portal", [True, False])
def test_administrators_who_add_at_once_do_not_pass_the_limit(committed, monkeypatch, is_portal):
    """Between the count and the new row there is time for the others."""
    organisation, by = None if is_portal else OrganisationFactory(), UserFactory()
    WebhookFactory(organisation=organisation)
    monkeypatch.setattr(services, "AT_MOST", 2)
    drawn = signing.new_secret

    def slowly() -> str:
        sleep(0.2)
        return drawn()

    monkeypatch.setattr(signing, "new_secret", slowly)
    add = partial(services.create, organisation, by=by, url="https://a.example/", events=["wish.published"])
    found = at_once(*[add] * 4)
    assert [type(one) for one in found].count(ValidationError) == 3
    assert Webhook.objects.filter(organisation=organisation).count() == 2
