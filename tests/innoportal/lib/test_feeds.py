"""The feeds as another program reads them."""

import feedparser
import pytest
from django.urls import reverse
from django.utils import timezone, translation

from tests.factories import (
    ArrivalFactory,
    CallFactory,
    FoundFactory,
    SavedSearchFactory,
    SolutionFactory,
    TopicFactory,
    TrialFactory,
    UserFactory,
    WishFactory,
)
from tests.trials import stories

pytestmark = pytest.mark.django_db
TITLE = {"title_en": "Dry & <quiet> pipes", "title_zh": "乾渠"}
# feed, its list, what makes an entry of it
FEEDS = {
    "wishes:feed": ("wishes:list", lambda: WishFactory(open=True, **TITLE)),
    "calls:feed": ("calls:list", lambda: CallFactory(open=True, **TITLE)),
    "solutions:feed": ("solutions:list", lambda: SolutionFactory(listed=True, **TITLE)),
    "trials:trials-feed": ("trials:list", lambda: TrialFactory(locked=True)),
    "trials:feed": ("trials:reports", stories.published),
}


def parsed(response):
    assert response["Content-Type"].startswith("application/atom+xml")
    found = feedparser.parse(response.content)
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    assert found.feed.id and found.feed.title and found.feed.updated_parsed
    for entry in found.entries:
        assert (
            entry.id and entry.title and entry.updated_parsed and entry.link.startswith("http://testserver/")
        )
    return found


@pytest.mark.parametrize("name", FEEDS)
@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh-hant", "zh-Hant"), ("zh-hans", "zh-Hans")])
def test_a_feed_is_sound_atom_in_each_language_and_its_list_names_it(client, name, language, tag):
    listed, make = FEEDS[name]
    thing = make()
    with translation.override(language):
        url, page = reverse(name), reverse(listed)
    found = parsed(client.get(url))
    [entry] = found.entries
    assert thing.reference in entry.title
    assert found.feed.language == tag
    assert found.feed.link == f"http://testserver{page}"
    text = client.get(page).content.decode()
    assert 'type="application/atom+xml" title="' in text.split("</head>")[0]
    assert text.count(f'href="{url}?"') == 2  # in the head, and for the eye


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_without_an_entry_is_sound_and_the_same_each_time(client, name):
    first, second = client.get(reverse(name)), client.get(reverse(name))
    assert parsed(first).entries == []
    assert first["ETag"] == second["ETag"]


@pytest.mark.parametrize("name", FEEDS)
def test_who_asks_again_is_told_only_what_is_new(client, name):
    FEEDS[name][1]()
    url = reverse(name)
    first = client.get(url)
    assert client.get(url, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert client.get(url, headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    if name != "trials:feed":
        FEEDS[name][1]()
        again = client.get(url, headers={"If-None-Match": first["ETag"]})
        assert again.status_code == 200 and len(parsed(again).entries) == 2


def test_the_filters_of_the_list_narrow_its_feed(client):
    topic = TopicFactory()
    inside, _outside = WishFactory(open=True, topics=[topic]), WishFactory(open=True)
    found = parsed(client.get(reverse("wishes:feed"), {"topic": topic.slug, "status": "open"}))
    assert [entry.title.split()[0] for entry in found.entries] == [inside.reference]
    assert found.feed.link.endswith(f"?topic={topic.slug}&status=open")
    page = client.get(reverse("wishes:list"), {"topic": topic.slug, "page": "1"}).content.decode()
    assert page.count(f"{reverse('wishes:feed')}?topic={topic.slug}") == 2
    assert f"{reverse('search:save')}?kinds=wish&amp;topics={topic.slug}" in page


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize("name", ["wishes:feed", "calls:feed", "solutions:feed", "trials:trials-feed"])
def test_a_feed_asks_once_however_many_entries_it_has(client, name, count, django_assert_num_queries):
    for _ in range(count):
        FEEDS[name][1]()
    with django_assert_num_queries(1):
        client.get(reverse(name))


# Of a saved search


@pytest.fixture
def search():
    found = SavedSearchFactory(name="Pipe <leaks>", feed_token="secret")
    FoundFactory(search=found, arrival=ArrivalFactory(object_id=WishFactory(open=True, **TITLE).pk))
    return found


def test_the_feed_of_a_search_is_read_without_signing_in_and_kept_by_no_shared_cache(client, search):
    gone = ArrivalFactory(object_id=WishFactory().pk)
    FoundFactory(search=search, arrival=gone)
    response = client.get(reverse("search:feed", args=["secret"]))
    found = parsed(response)
    assert found.feed.title == "InnoPortal: Pipe <leaks>"
    assert [entry.title.split(" ", 1)[1] for entry in found.entries] == ["Dry & <quiet> pipes"]
    assert "private" in response["Cache-Control"] and response["X-Robots-Tag"] == "noindex"
    again = client.get(reverse("search:feed", args=["secret"]), headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_an_address_is_made_changed_and_taken_back(client, search):
    client.force_login(search.user)
    url = reverse("search:feed-address", args=[search.pk])
    client.post(url)
    search.refresh_from_db()
    second = search.feed_token
    assert len(second) > 40
    assert client.get(reverse("search:feed", args=["secret"])).status_code == 404
    assert second in client.get(search.get_absolute_url()).content.decode()
    client.post(url, {"revoke": "1"})
    search.refresh_from_db()
    assert search.feed_token is None
    assert client.get(reverse("search:feed", args=[second])).status_code == 404


@pytest.mark.parametrize("change", ["paused", "closed"])
def test_a_search_that_rests_and_a_closed_account_have_no_feed(client, search, change):
    if change == "paused":
        type(search).objects.update(paused_at=timezone.now())
    else:
        type(search.user).objects.update(is_active=False)
    assert client.get(reverse("search:feed", args=["secret"])).status_code == 404


def test_nobody_makes_an_address_of_anothers_search(client, search):
    client.force_login(UserFactory())
    assert client.post(reverse("search:feed-address", args=[search.pk])).status_code == 404
    search.refresh_from_db()
    assert search.feed_token == "secret"
