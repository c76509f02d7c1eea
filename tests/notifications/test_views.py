import re

import pytest
from django.urls import reverse

from notifications.mails import mail
from notifications.models import Follow, Notification, Preference
from tests.factories import FollowFactory, NotificationFactory, TopicFactory, UserFactory, WishFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def notice_template(settings, tmp_path):
    (tmp_path / "changed.txt").write_text("Subject of {{ name }}\n\nText.")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}]


@pytest.mark.parametrize("count", [1, 5])
def test_the_inbox_takes_as_many_queries_for_five_notices_as_for_one(
    client, person, django_assert_num_queries, count
):
    NotificationFactory.create_batch(count, recipient=person, template="changed", context={"name": "<em>"})
    with django_assert_num_queries(7):  # session, person, number, rows, words of mails, own address, unread
        response = client.get(reverse("notices:inbox"))
    assert response.content.decode().count("Subject of &lt;em&gt;") == count


def test_a_notice_of_someone_else_cannot_be_opened(client, person):
    other = NotificationFactory(template="changed")
    assert client.post(reverse("notices:open", args=[other.pk])).status_code == 404
    other.refresh_from_db()
    assert other.read_at is None


def test_opening_marks_as_read_and_leads_to_the_page_in_the_readers_language(client, person):
    row = NotificationFactory(recipient=person, template="changed", url="/en/wishes/")
    response = client.post("/zh-hant" + reverse("notices:open", args=[row.pk]).removeprefix("/en"))
    assert response.url == "/zh-hant/wishes/"
    assert not Notification.objects.inbox(person).unread().exists()


def test_only_what_a_person_may_see_can_be_followed(client, person):
    draft, public, topic = WishFactory(), WishFactory(open=True), TopicFactory()
    url = reverse("notices:follow")
    for data, status in [
        ({"noun": "wishes.wish", "object_id": draft.pk}, 404),
        ({"noun": "accounts.user", "object_id": person.pk}, 404),
        ({"noun": "wishes.wish", "object_id": "x"}, 404),
        ({"noun": "wishes.wish"}, 404),
        ({"topic": "no-such"}, 404),
        ({"noun": "wishes.wish", "object_id": public.pk}, 302),
        ({"topic": topic.slug}, 302),
    ]:
        assert client.post(url, data).status_code == status, data
    assert Follow.objects.count() == 2


def test_following_twice_is_following_once_and_the_next_page_stays_on_this_site(client, person):
    topic = TopicFactory()
    for target, expected in [
        ("https://evil.example/", reverse("notices:settings")),
        ("/en/wishes/", "/en/wishes/"),
    ]:
        response = client.post(reverse("notices:follow"), {"topic": topic.slug, "next": target})
        assert response.url == expected
    assert Follow.objects.count() == 1


def test_no_one_can_stop_anothers_follow(client, person):
    other = FollowFactory()
    client.post(reverse("notices:unfollow", args=[other.pk]))
    assert Follow.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize("count", [1, 5])
def test_the_settings_name_each_followed_thing_in_a_fixed_number_of_queries(
    client, person, django_assert_num_queries, count
):
    for _number in range(count):
        wish = WishFactory(open=True)
        FollowFactory(user=person, topic=None, noun="wishes.wish", object_id=wish.pk)
    hidden = FollowFactory(
        user=person, topic=None, noun="wishes.wish", object_id=WishFactory(title_en="Hidden").pk
    )
    with django_assert_num_queries(
        10
    ):  # session, person, preference, own address, follows, memberships, wishes, topics, by mail, unread
        body = client.get(reverse("notices:settings")).content.decode()
    assert len(re.findall(r"Find faults in lifts early", body)) >= count
    assert "Hidden" not in body and reverse("notices:unfollow", args=[hidden.pk]) in body


def test_a_scanner_that_opens_the_link_changes_nothing_and_one_click_stops_the_mails(client):
    row = NotificationFactory(channel="email", template="changed", why="follow")
    path = re.fullmatch(r"<http://127\.0\.0\.1:8000(/.+)>", mail(row).extra_headers["List-Unsubscribe"])[1]
    for method in (client.get, client.head):
        assert method(path).status_code == 200
    assert not Preference.objects.exists()
    client.handler.enforce_csrf_checks = True
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    preference = Preference.objects.get(user=row.recipient)
    assert (preference.follows, preference.parties) == ("never", "now")


def test_a_forged_unsubscription_is_not_found(client):
    assert client.post(reverse("notices:unsubscribe", args=["WzEsImZvbGxvdyJd:x:y"])).status_code == 404


def test_a_duty_has_no_button_to_stop_it():
    row = NotificationFactory(channel="email", template="changed", why="duty")
    assert "List-Unsubscribe" not in mail(row).extra_headers


@pytest.mark.parametrize("name", ["inbox", "settings"])
def test_a_visitor_is_asked_to_sign_in(client, name):
    assert client.get(reverse(f"notices:{name}")).status_code == 302
