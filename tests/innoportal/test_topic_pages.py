"""The public page of a topic, the list of topics, and the feed of organisations."""

import pytest
from defusedxml import ElementTree
from django.urls import reverse

from journal.workflow import record
from notifications.mails import visitor_token
from notifications.models import Follow
from tests.factories import (
    MatchFactory,
    OrganisationFactory,
    SolutionFactory,
    TopicFactory,
    TrialFactory,
    UserFactory,
    VisitorFactory,
    WishFactory,
)
from trials.models import Trial

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def page(topic, language="en"):
    return f"/{language}/topics/{topic.slug}/"


def fill(topic, count=1):
    for number in range(count):
        wish = WishFactory(open=True, title_en=f"Dry pipes {number}", topics=[topic])
        solution = SolutionFactory(listed=True, title_en=f"Silent fan {number}", topics=[topic])
        TrialFactory(running=True, match=MatchFactory(approved=True, wish=wish, solution=solution))


def test_it_shows_what_is_public_of_it_and_of_its_narrower_terms(client):
    topic = TopicFactory(name_en="Water", name_zh="水務")
    narrower = TopicFactory(parent=topic, name_en="Leaks")
    fill(narrower)
    WishFactory(title_en="Hidden wish", topics=[topic])
    SolutionFactory(title_en="Hidden thing", topics=[topic])
    WishFactory(open=True, title_en="Of another topic", topics=[TopicFactory()])
    body = client.get(page(topic)).content.decode()
    assert "Dry pipes 0" in body and "Silent fan 0" in body and "Leaks" in body
    assert Trial.objects.get().reference in body
    assert not [one for one in ("Hidden", "Of another topic") if one in body]
    assert "水務" in client.get(page(topic, "zh-hant")).content.decode()
    assert "水务" in client.get(page(topic, "zh-hans")).content.decode()
    assert client.get("/en/topics/no-such/").status_code == 404


def test_its_feeds_are_named_in_the_head_and_hold_the_same(client):
    topic = TopicFactory()
    fill(topic)
    head = client.get(page(topic)).content.decode().partition("</head>")[0]
    for name in ("wishes:feed", "solutions:feed", "trials:trials-feed"):
        address = f"{reverse(name)}?topic={topic.slug}"
        assert 'rel="alternate" type="application/atom+xml"' in head and address in head
        assert len(ElementTree.fromstring(client.get(address).content).findall(f"{ATOM}entry")) == 1


def test_who_is_signed_in_follows_it_there_and_stops_and_a_visitor_is_led_to_do_so_by_mail(client):
    topic = TopicFactory()
    body = client.get(page(topic)).content.decode()
    assert f"{reverse('notices:follow-by-mail')}?topic={topic.slug}" in body
    user = UserFactory()
    client.force_login(user)
    assert "Follow this topic" in client.get(page(topic)).content.decode()
    client.post(reverse("notices:follow"), {"topic": topic.slug, "next": page(topic)})
    follow = Follow.objects.get(user=user, topic=topic)
    body = client.get(page(topic)).content.decode()
    assert "Stop following" in body and reverse("notices:unfollow", args=[follow.pk]) in body


def test_what_a_visitor_follows_leads_to_its_page(client):
    topic, visitor = TopicFactory(), VisitorFactory()
    Follow.objects.create(visitor=visitor, topic=topic)
    body = client.get(reverse("notices:by-mail", args=[visitor_token(visitor)])).content.decode()
    assert f'href="{page(topic)}"' in body


@pytest.mark.parametrize("count", [1, 5])
def test_a_topic_takes_as_many_queries_for_five_things_as_for_one(client, count, django_assert_num_queries):
    topic = TopicFactory()
    fill(topic, count)
    with django_assert_num_queries(5):  # the topic; narrower ones; wishes, solutions, trials
        assert client.get(page(topic)).status_code == 200


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_of_topics_takes_one_query(client, count, django_assert_num_queries):
    for _ in range(count):
        TopicFactory(parent=TopicFactory())
    with django_assert_num_queries(1):
        body = client.get(reverse("topics:list")).content.decode()
    assert body.count('href="/en/topics/') >= 2 * count


def feed(client, language="en"):
    answer = client.get(f"/{language}/organisations/feed/")
    found = ElementTree.fromstring(answer.content)
    entries = found.findall(f"{ATOM}entry")
    return answer, [one.find(f"{ATOM}title").text for one in entries], entries


def test_the_feed_of_organisations_tells_of_new_and_verified_ones_that_are_public(client):
    office = UserFactory(office=True)
    verified = OrganisationFactory(vendor=True, is_confirmed=True, name_en="Sure Works", name_zh="確實工程")
    shows = OrganisationFactory(vendor=True, name_en="Quiet Fans")
    SolutionFactory(listed=True, organisation=shows)
    silent = OrganisationFactory(vendor=True, name_en="Nobody Knows")
    SolutionFactory(organisation=silent)
    revoked = OrganisationFactory(vendor=True, name_en="Not Any More")
    merged = OrganisationFactory(name_en="Merged Away", is_confirmed=True, merged_into=verified)
    for one in (verified, shows, silent, revoked, merged):
        record(one, "register", by=office)
    for one in (verified, revoked, merged):
        record(one, "verify", by=office)
    record(verified, "change_role", by=office)
    _answer, titles, entries = feed(client)
    assert titles == [
        "Verified: Sure Works",
        "New on the portal: Quiet Fans",
        "New on the portal: Sure Works",
    ]
    ids = [one.find(f"{ATOM}id").text for one in entries]
    assert len(set(ids)) == 3
    assert verified.get_absolute_url() in entries[0].find(f"{ATOM}link").get("href")
    assert "確實工程" in feed(client, "zh-hant")[1][0] and "确实工程" in feed(client, "zh-hans")[1][0]


def test_the_feed_is_answered_once(client):
    first, titles, _entries = feed(client)
    assert titles == []
    again = client.get(first.request["PATH_INFO"], headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("count", [1, 5])
def test_the_feed_takes_two_queries(client, count, django_assert_num_queries):
    for _ in range(count):
        record(OrganisationFactory(is_confirmed=True), "register", by=None)
    with django_assert_num_queries(2):
        assert len(feed(client)[1]) == count


def test_the_page_of_an_organisation_names_the_feed(client):
    body = client.get(OrganisationFactory().get_absolute_url()).content.decode()
    assert f'href="{reverse("organisations-feed")}"' in body.partition("</head>")[0]
