"""What is sent to an endpoint and when: each message once, at its time, of its own alone."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from standardwebhooks import Webhook as Receiver

from accounts.models import Organisation
from journal.models import Entry
from matching.workflow import WORKFLOW as MATCHES
from notifications.hooks import payload, sending, services, signing
from notifications.hooks.guard import Refused, allowed, place_of
from notifications.models import Webhook, WebhookAttempt, WebhookMessage
from tests.factories import (
    EntryFactory,
    MatchFactory,
    MembershipFactory,
    OrganisationFactory,
    SolutionFactory,
    TrialFactory,
    UserFactory,
    WebhookFactory,
    WebhookMessageFactory,
    WishFactory,
)

pytestmark = pytest.mark.django_db
LATER = timedelta(hours=1)


@pytest.fixture
def webhook(endpoint, local):
    return WebhookFactory(url=endpoint.url)


def test_one_message_that_another_worker_holds_is_not_called(webhook, endpoint):
    message = WebhookMessageFactory(webhook=webhook)
    assert WebhookMessage.objects.claim(message.pk)
    assert sending.deliver(message.pk) is None
    message.refresh_from_db()
    assert (endpoint.heard, message.attempts, message.done_at) == ([], 1, None)


def test_a_message_before_its_time_is_neither_due_nor_claimed():
    message = WebhookMessageFactory(next_at=timezone.now() + LATER)
    assert not WebhookMessage.objects.due().exists()
    assert not WebhookMessage.objects.claim(message.pk)


def test_a_message_is_claimed_neither_in_a_pause_nor_of_an_endpoint_that_stopped():
    paused = WebhookMessageFactory(webhook__waits_until=timezone.now() + LATER)
    stopped = WebhookMessageFactory(webhook__stopped=True)
    assert not WebhookMessage.objects.due().exists()
    assert not any(WebhookMessage.objects.claim(one.pk) for one in (paused, stopped))


def test_a_replay_for_an_endpoint_that_stopped_waits_until_it_is_started():
    webhook = WebhookFactory(stopped=True)
    message = WebhookMessageFactory(webhook=webhook, given_up_at=timezone.now())
    assert services.replay(WebhookMessage.objects.all(), webhook, by=UserFactory()) == 1
    assert sending.waiting() == []
    services.start(webhook, by=UserFactory())
    assert list(WebhookMessage.objects.due()) == [message]


def test_what_is_replayed_has_all_its_attempts_again(webhook, endpoint):
    endpoint.answer, tried = (500, {}, b""), len(sending.WAITS) + 1
    message = WebhookMessageFactory(webhook=webhook, attempts=tried, given_up_at=timezone.now())
    services.replay(WebhookMessage.objects.all(), webhook, by=UserFactory())
    sending.deliver_to(webhook.pk)
    message.refresh_from_db()
    assert (message.attempts, message.given_up_at) == (1, None)


def test_a_replay_of_a_time_takes_both_ends_and_nothing_outside():
    webhook, now = WebhookFactory(), timezone.now()
    at = [now - timedelta(hours=hours) for hours in (4, 3, 2, 1)]
    rows = [WebhookMessageFactory(webhook=webhook, created_at=one, done_at=now) for one in at]
    other = WebhookMessageFactory(created_at=at[1])
    found = services.within(webhook, at[1], at[2], failed_only=False)
    assert set(found) == {rows[1], rows[2]}
    assert other not in found


def test_one_entry_is_told_to_an_endpoint_once_however_often_it_is_said():
    webhook, wish = WebhookFactory(), WishFactory(open=True)
    entry = EntryFactory(noun="wishes.wish", verb="publish", object_id=wish.pk, to_status="open")
    for _twice in range(2):
        services.tell(entry, wish)
    assert webhook.messages.filter(entry_id=entry.pk).count() == 1


def test_an_endpoint_that_is_started_again_begins_without_its_old_failures():
    old = timezone.now() - 2 * sending.FAILING
    webhook = WebhookFactory(stopped_at=old, stopped_for="failing", failing_since=old, waits_until=old)
    services.start(webhook, by=UserFactory())
    webhook.refresh_from_db()
    assert (webhook.failing_since, webhook.waits_until) == (None, None)


def test_of_two_exchanges_of_a_secret_the_second_keeps_what_the_first_made():
    """Each of the two pages was opened before: the one who is later must not bring back the oldest."""
    made = WebhookFactory()
    pages = [Webhook.objects.get(pk=made.pk) for _twice in range(2)]
    between, last = (services.rotate(page, by=UserFactory()) for page in pages)
    webhook = Webhook.objects.get()
    assert [signing.opened(one) for one in (webhook.sealed, webhook.sealed_before)] == [last, between]
    headers = signing.headers(webhook, "msg_1", "{}", timezone.now())
    for secret in (between, last):
        Receiver(secret).verify("{}", headers)


def test_endpoints_of_others_leave_an_organisation_its_own_number(monkeypatch):
    monkeypatch.setattr(services, "AT_MOST", 1)
    WebhookFactory()
    webhook, _secret = services.create(
        OrganisationFactory(), by=UserFactory(), url="https://a.example/", events=["x"]
    )
    assert webhook.pk


def test_the_list_of_an_organisation_names_its_own_endpoints_alone(client):
    approver = MembershipFactory(approver=True)
    WebhookFactory(organisation=approver.organisation, url="https://own.example/")
    for organisation in (OrganisationFactory(), None):
        WebhookFactory(organisation=organisation, url="https://other.example/")
    client.force_login(approver.user)
    place = reverse("notices:organisation-webhooks", args=[approver.organisation.slug])
    page = client.get(place).content.decode()
    assert "own.example" in page and "other.example" not in page


def test_an_organisation_that_was_merged_away_has_no_endpoints(client):
    stands, merged = OrganisationFactory(), OrganisationFactory()
    Organisation.objects.filter(pk=merged.pk).update(merged_into=stands)
    client.force_login(UserFactory(administrator=True))
    assert client.get(reverse("notices:organisation-webhooks", args=[merged.slug])).status_code == 404


def test_nobody_reads_the_page_of_an_endpoint_of_others(client):
    client.force_login(MembershipFactory(approver=True).user)
    webhook = WebhookFactory(url="https://other.example/")
    for name in ("webhook", "edit-webhook", "remove-webhook"):
        assert client.get(reverse(f"notices:{name}", args=[webhook.key])).status_code == 404
    for name in ("rotate", "stop", "start", "test", "replay", "remove"):
        place = reverse(f"notices:{name}-webhook", args=[webhook.key])
        assert client.post(place).status_code == 404
    assert not Entry.objects.filter(noun="notifications.webhook").exists()


# --- what is told ---------------------------------------------------------------------------------------
def test_a_trial_tells_of_its_wish_and_solution_and_not_of_the_match_between_them():
    trial = TrialFactory(running=True)
    about = payload.brief(trial) and payload._about(trial)
    assert set(about) == {"wish", "solution"}


def test_what_is_hidden_stays_out_of_what_is_told_of_another_thing():
    wish, solution = WishFactory(status="withdrawn"), SolutionFactory(listed=True)
    webhook = WebhookFactory(organisation=solution.organisation, events=["match.approved"])
    MATCHES["approve"].apply(MatchFactory(wish=wish, solution=solution, review=True), by=None)
    said = json.loads(webhook.messages.get().body)["data"]
    assert set(said["about"]) == {"solution"}


# --- where it goes ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", ["10.0.0.7", "192.168.1.1", "169.254.169.254", "fd12::1"])
def test_in_development_loopback_is_called_and_no_other_network_of_ones_own(local, address):
    assert allowed("127.0.0.1") and allowed("::1")
    assert not allowed(address)


@pytest.mark.parametrize("address", ["2606:2800:220:1::1%eth0", "2606:2800:220:1::1%1"])
def test_an_address_that_names_an_interface_is_not_called(address):
    assert not allowed(address)


@pytest.mark.parametrize("gap", [" ", "\t", "\r\n", "\x7f", "\x00"])
def test_a_gap_anywhere_in_an_address_is_refused(gap):
    for url in (
        f"https://example.org/a{gap}b",
        f"https://example.org/?a={gap}b",
        f" https://example.org/{gap}",
    ):
        with pytest.raises(Refused):
            place_of(url)


def test_a_secret_that_the_portal_cannot_read_any_more_is_a_failed_attempt_and_ends_as_others_do(
    webhook, endpoint, settings
):
    message = WebhookMessageFactory(webhook=webhook)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key of the portal " * 3, []
    assert sending.deliver_to(webhook.pk) == 0
    message.refresh_from_db()
    webhook.refresh_from_db()
    assert (endpoint.heard, message.claimed_at, webhook.failing_since is None) == ([], None, False)
    [attempt] = WebhookAttempt.objects.filter(message=message)
    assert attempt.error.startswith("The portal cannot read this endpoint's secret")
