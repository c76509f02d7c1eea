import re

import pytest
from django.urls import reverse
from django.utils import timezone

from journal.models import Entry
from notifications.hooks import signing
from notifications.models import Webhook, WebhookMessage
from notifications.rules import owns
from tests.factories import (
    DelegationFactory,
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
    WebhookAttemptFactory,
    WebhookFactory,
    WebhookMessageFactory,
)

pytestmark = pytest.mark.django_db
GOOD = {"url": "https://hooks.example.org/a", "note": "Our ledger", "events": ["wish.published"]}


@pytest.fixture
def approver(client):
    membership = MembershipFactory(approver=True)
    client.force_login(membership.user)
    return membership


def test_who_may_see_a_webhook_is_who_visible_to_finds():
    own, other = WebhookFactory(), WebhookFactory()
    portal = WebhookFactory(organisation=None)
    approver = MembershipFactory(organisation=own.organisation, approver=True).user
    member = MembershipFactory(organisation=own.organisation).user
    deputy = MembershipFactory(organisation=own.organisation).user
    DelegationFactory(
        organisation=own.organisation, giver=approver, deputy=deputy, first_on=timezone.localdate()
    )
    people = [approver, member, deputy, UserFactory(office=True), UserFactory(auditor=True)]
    for person in [*people, UserFactory(administrator=True)]:
        seen = set(Webhook.objects.visible_to(person))
        assert seen == {
            one for one in (own, other, portal) if person.has_perm("notifications.view_webhook", one)
        }
    assert owns(approver, own) and not owns(deputy, own) and not owns(approver, portal)
    assert not owns(approver, None)


def test_the_secret_is_shown_once_and_never_kept_by_the_browser(client, approver):
    place = reverse("notices:create-organisation-webhook", args=[approver.organisation.slug])
    answer = client.post(place, GOOD)
    webhook = Webhook.objects.get()
    secret = signing.opened(webhook.sealed)
    assert secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert (webhook.organisation, webhook.created_by) == (approver.organisation, approver.user)
    for name in ("webhook", "edit-webhook", "remove-webhook"):
        page = client.get(reverse(f"notices:{name}", args=[webhook.key])).content.decode()
        assert "whsec_" not in page
    fresh = client.post(reverse("notices:rotate-webhook", args=[webhook.key])).content.decode()
    assert "whsec_" in fresh and secret not in fresh and "two signatures" in fresh


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"url": "http://hooks.example.org/"}, "must begin with https://"),
        ({"url": "https://10.0.0.7/"}, "not public"),
        ({"url": "https://hooks.example.org:25/"}, "ports 443, 80 and 8443"),
        ({"url": "https://me:word@hooks.example.org/"}, "neither a password"),
        ({"events": []}, "Events"),
        ({"events": ["user.password"]}, "user.password"),
    ],
)
def test_a_wrong_address_is_told_and_what_was_typed_stays(client, approver, bad, said):
    place = reverse("notices:create-organisation-webhook", args=[approver.organisation.slug])
    page = client.post(place, GOOD | bad).content.decode()
    assert said in page and "Our ledger" in page
    assert not Webhook.objects.exists()


def test_a_changed_address_begins_without_the_failures_of_the_old_one(client, approver):
    webhook = WebhookFactory(organisation=approver.organisation, failing_since=timezone.now())
    client.post(reverse("notices:edit-webhook", args=[webhook.key]), GOOD | {"events": ["trial.started"]})
    webhook.refresh_from_db()
    assert (webhook.url, webhook.events, webhook.failing_since) == (GOOD["url"], ["trial.started"], None)
    entry = Entry.objects.about(webhook).get(verb="edit")
    assert (entry.actor_id, entry.details) == (approver.user.pk, {"events": ["trial.started"]})


def test_an_endpoint_is_stopped_started_tested_and_removed(client, approver):
    webhook = WebhookFactory(organisation=approver.organisation)

    def post(verb):
        answer = client.post(reverse(f"notices:{verb}-webhook", args=[webhook.key]))
        return answer.url

    post("stop")
    assert Webhook.objects.get().stopped_for == "hand"
    post("test")
    assert WebhookMessage.objects.count() == 0
    post("start")
    assert post("test") == WebhookMessage.objects.get().get_absolute_url()
    assert post("remove") == reverse("notices:organisation-webhooks", args=[approver.organisation.slug])
    assert not Webhook.objects.exists()


def test_a_range_is_replayed_and_a_wrong_one_is_told(client, approver):
    webhook = WebhookFactory(organisation=approver.organisation)
    message = WebhookMessageFactory(webhook=webhook, given_up_at=timezone.now())
    place = reverse("notices:replay-webhook", args=[webhook.key])
    wrong = client.post(place, {"since": "2026-02-01T00:00", "until": "2026-01-01T00:00"})
    assert wrong.status_code == 422 and "2026-02-01T00:00" in wrong.content.decode()
    client.post(place, {"since": "2020-01-01T00:00", "until": "2099-01-01T00:00", "failed_only": "on"})
    message.refresh_from_db()
    assert (message.given_up_at, message.attempts) == (None, 0)


def test_the_log_of_a_message_shows_request_and_answer_as_text(client, approver):
    webhook = WebhookFactory(organisation=approver.organisation)
    message = WebhookMessageFactory(webhook=webhook)
    WebhookAttemptFactory(
        message=message, status=500, text="<script>alert(1)</script>", answer={"X-Said": "<b>"}, error=""
    )
    page = client.get(message.get_absolute_url()).content.decode()
    assert "&lt;script&gt;alert(1)" in page and "X-Said: &lt;b&gt;" in page and "HTTP 500" in page
    other = WebhookMessageFactory()
    wrong = reverse("notices:webhook-message", args=[webhook.key, other.pk])
    assert client.get(wrong).status_code == 404
    assert client.post(f"{wrong}replay/").status_code == 404


@pytest.mark.parametrize("count", [1, 5])
def test_the_log_takes_as_many_queries_for_five_messages_as_for_one(
    client, approver, django_assert_num_queries, count
):
    webhook = WebhookFactory(organisation=approver.organisation)
    for message in WebhookMessageFactory.create_batch(count, webhook=webhook, attempts=1):
        WebhookAttemptFactory(message=message, status=503)
    with django_assert_num_queries(6):  # session, person, webhook, number, messages, unread
        page = client.get(webhook.get_absolute_url()).content.decode()
    assert len(re.findall("HTTP 503", page)) == count


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_takes_as_many_queries_for_five_webhooks_as_for_one(
    client, django_assert_num_queries, count
):
    client.force_login(UserFactory(administrator=True))
    organisation = OrganisationFactory()
    for webhook in WebhookFactory.create_batch(count, organisation=organisation):
        WebhookMessageFactory.create_batch(2, webhook=webhook)
    with django_assert_num_queries(5):  # session, person, organisation, webhooks, unread
        page = client.get(reverse("notices:organisation-webhooks", args=[organisation.slug])).content.decode()
    assert page.count("2 messages wait") == count
