"""The office tells many people: counted, confirmed, released by a second person, sent once."""

from dataclasses import asdict

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from journal.models import Entry
from journal.workflow import IllegalTransition
from notifications import sending, services, tasks
from notifications.announcing import segments
from notifications.announcing import services as announcing
from notifications.announcing.forms import own_path
from notifications.mails import mail
from notifications.models import Announcement, Fanout, Notification, Preference, Rhythm
from notifications.models.announcements import Segment
from tests.factories import (
    AnnouncementFactory,
    MembershipFactory,
    OrganisationFactory,
    SuppressionFactory,
    TopicFactory,
    UserFactory,
    VisitorFactory,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db
S = Announcement.Status


def reader(**traits):
    person = UserFactory(**traits)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def told(**segment):
    return set(segments.told(Segment(**segment)))


def confirmed(count, by=None, **fields):
    row = AnnouncementFactory(**fields)
    return announcing.confirm(row, expected=count, by=by or UserFactory(office=True))


def come(row):
    """Its time has come."""
    Announcement.objects.filter(pk=row.pk).update(goes_at=timezone.now())


def test_a_segment_is_who_has_all_of_what_it_names():
    topic, other = TopicFactory(slug="lifts"), TopicFactory(slug="pumps")
    department = OrganisationFactory(kind="department")
    lifts, pumps, approver, expert = (reader(language=one) for one in ("en", "en", "zh-hant", "en"))
    services.follow(lifts, topic)
    services.follow(pumps, other)
    MembershipFactory(user=approver, organisation=department, role="approver")
    MembershipFactory(user=lifts, organisation=OrganisationFactory(kind="sme"))
    User.objects.filter(pk=expert.pk).update(roles=["expert"])
    assert told() == {lifts, pumps, approver, expert}
    assert told(topics=("lifts",)) == {lifts}
    assert told(topics=("lifts", "pumps")) == {lifts, pumps}
    assert told(kinds=("department",)) == {approver}
    assert told(roles=("approver", "expert")) == {approver, expert}
    assert told(languages=("zh-hant",)) == {approver}
    assert told(topics=("lifts",), kinds=("department",)) == set()


def test_who_has_several_memberships_is_counted_once():
    person = reader()
    MembershipFactory.create_batch(3, user=person, organisation__kind="sme")
    assert segments.counted(Segment(kinds=("sme",))).told == 1


def test_unverified_and_suppressed_addresses_are_left_out_and_counted():
    good, silent = reader(), reader()
    Preference.objects.create(user=silent, announcements=Rhythm.NEVER)
    Preference.objects.create(user=good, announcements=Rhythm.WEEKLY)
    gone = reader()
    SuppressionFactory(address=gone.email.lower())
    unproved = UserFactory()
    EmailAddress.objects.create(user=unproved, email=unproved.email, verified=False, primary=True)
    moved = reader()  # has proved another address than the one that mails go to
    User.objects.filter(pk=moved.pk).update(email="unproved@example.org")
    UserFactory(is_active=False)
    VisitorFactory()
    found = segments.counted(Segment())
    assert found == segments.Reach(matched=5, told=2, unverified=2, suppressed=1, inbox_only=1)
    assert told() == {good, silent}
    assert Announcement(reached=asdict(found)).left_out == 3


@pytest.mark.parametrize("typed", [1, 3])
def test_another_number_than_the_counted_one_sends_nothing(typed):
    reader(), reader()
    with pytest.raises(announcing.Recounted) as caught:
        confirmed(typed)
    assert caught.value.reach.told == 2
    assert Announcement.objects.get().status == S.DRAFT


def test_nobody_cannot_be_told():
    with pytest.raises(announcing.Recounted):
        confirmed(0)


def test_it_waits_before_it_goes_and_then_goes_once(settings):
    settings.ANNOUNCEMENT_TO = 2  # as many as one person may send to
    people = {reader(), reader()}
    row = confirmed(2)
    assert row.status == S.WAITING
    assert announcing.send_due() == 0
    come(row)
    assert announcing.send_due() == 1
    assert announcing.send_due() == 0
    row.refresh_from_db()
    entry = Entry.objects.get(verb="send")
    assert (row.status, row.entry_id, row.reached["told"]) == (S.SENT, entry.pk, 2)
    inbox = Notification.objects.filter(channel="inbox", entry_id=entry.pk)
    assert {one.recipient for one in inbox} == people


def test_it_comes_with_the_digest_in_its_readers_language_and_can_be_stopped():
    person = reader(language="zh-hans")
    row = confirmed(1)
    come(row)
    tasks.sweep()
    notice = Notification.objects.get(channel="email", recipient=person)
    assert notice.is_gathered
    message = mail(notice)
    assert message.subject == "征集清凉建筑方案"
    assert "下星期一开始征集。\n\n欢迎查阅。" in message.body
    assert "List-Unsubscribe" in message.extra_headers
    services.silence(person.pk, ["announcement"])
    notice.refresh_from_db()
    assert notice.last_error == "not wanted any more"
    assert Preference.objects.get(user=person).announcements == Rhythm.NEVER
    assert Preference.objects.get(user=person).follows == Rhythm.DAILY


def test_who_wants_no_announcements_finds_it_in_the_inbox_alone():
    person = reader()
    Preference.objects.create(user=person, announcements=Rhythm.NEVER)
    come(confirmed(1))
    announcing.send_due()
    assert [one.channel for one in Notification.objects.filter(recipient=person)] == ["inbox"]


def test_for_many_it_is_held_until_a_second_person_releases_it(settings):
    settings.ANNOUNCEMENT_TO = 1
    reader(), reader()
    author, confirmer, second = UserFactory.create_batch(3, office=True)
    row = confirmed(2, by=confirmer, made_by=author)
    assert row.status == S.HELD
    duty = Notification.objects.filter(template="notifications/mail/announcement_held", channel="email")
    assert {one.recipient for one in duty} == {author, second}
    for own in (author, confirmer):
        with pytest.raises(announcing.NotASecondPerson):
            announcing.release(row, expected=2, by=own)
    with pytest.raises(announcing.Recounted):
        announcing.release(row, expected=1, by=second)
    released = announcing.release(row, expected=2, by=second)
    assert (released.status, released.released_by) == (S.WAITING, second)
    come(row)
    assert announcing.send_due() == 1


def test_what_has_grown_beyond_the_budget_meanwhile_is_held(settings):
    settings.ANNOUNCEMENT_TO = 1
    reader()
    row = confirmed(1)
    reader()
    come(row)
    assert announcing.send_due() == 0
    row.refresh_from_db()
    assert (row.status, row.goes_at) == (S.HELD, None)
    assert not Notification.objects.filter(why="announcement").exists()


def test_what_is_taken_back_must_be_confirmed_and_released_anew(settings):
    settings.ANNOUNCEMENT_TO = 1
    reader(), reader()
    row = confirmed(2)
    row = announcing.release(row, expected=2, by=UserFactory(office=True))
    announcing.take_back(row, by=UserFactory(office=True))
    row.refresh_from_db()
    assert (row.status, row.confirmed_by, row.released_by, row.goes_at) == (S.DRAFT, None, None, None)
    assert announcing.confirm(row, expected=2, by=UserFactory(office=True)).status == S.HELD


def test_what_is_cancelled_never_goes_and_what_went_cannot_be_cancelled():
    reader()
    row = confirmed(1)
    announcing.cancel(row, by=UserFactory(office=True))
    assert announcing.send_due() == 0
    sent = confirmed(1)
    come(sent)
    announcing.send_due()
    sent.refresh_from_db()
    with pytest.raises(IllegalTransition):
        announcing.cancel(sent, by=UserFactory(office=True))


def test_two_workers_and_who_cancels_at_once_have_one_outcome(committed):
    person, office = reader(), UserFactory(office=True)
    row = confirmed(1, by=office)
    come(row)
    fresh = Announcement.objects.get(pk=row.pk)

    def cancel():
        announcing.cancel(fresh, by=office)
        return "cancelled"

    found = at_once(announcing.send_due, announcing.send_due, cancel)
    row.refresh_from_db()
    count = Notification.objects.filter(recipient=person, why="announcement", channel="inbox").count()
    assert (row.status, count) in {(S.SENT, 1), (S.CANCELLED, 0)}
    assert found.count(1) == count
    assert ("cancelled" in found) == (row.status == S.CANCELLED)


def test_of_two_who_confirm_at_once_one_does(committed):
    reader()
    row, office = AnnouncementFactory(), UserFactory(office=True)
    found = at_once(*[lambda: announcing.confirm(row, expected=1, by=office)] * 2)
    assert sorted(type(one).__name__ for one in found) == ["Announcement", "IllegalTransition"]
    assert Entry.objects.filter(verb="confirm").count() == 1


def test_to_many_it_is_one_row_of_the_outbox_that_a_worker_writes_in_parts(settings):
    settings.ANNOUNCEMENT_TO = 10_000
    people = UserFactory.create_batch(501)
    rows = [EmailAddress(user=one, email=one.email, verified=True, primary=True) for one in people]
    EmailAddress.objects.bulk_create(rows)
    come(confirmed(501))
    announcing.send_due()
    assert Fanout.objects.get().people == sorted(one.pk for one in people)
    tasks.sweep()
    notices = Notification.objects.filter(why="announcement", channel="inbox")
    assert notices.count() == 501


def test_a_mail_of_it_passes_the_budget_of_its_reader(settings):
    settings.MAILS_A_DAY = 0
    person = reader()
    Preference.objects.create(user=person, announcements=Rhythm.NOW)
    come(confirmed(1))
    announcing.send_due()
    notice = Notification.objects.get(recipient=person, channel="email", why="announcement")
    assert not sending.deliver("notification", notice.pk)
    notice.refresh_from_db()
    assert notice.held_at is not None


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("", ""),
        ("/en/wishes/", "/en/wishes/"),
        ("http://127.0.0.1:8000/zh-hant/wishes/?status=open", "/zh-hant/wishes/?status=open"),
    ],
)
def test_a_page_of_the_portal_is_kept_as_its_path(address, path):
    assert own_path(address) == path


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/en/wishes/",
        "//evil.example/en/wishes/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "en/wishes/",
        "/en/no-such-page/",
        "http://127.0.0.1:8000@evil.example/en/wishes/",
        "/en/wishes/\\..\\x",
    ],
)
def test_an_address_elsewhere_is_refused(address):
    with pytest.raises(Exception, match="no page of the portal"):
        own_path(address)


@pytest.fixture
def office(client):
    person = UserFactory(office=True)
    client.force_login(person)
    return person


def page(name, *args):
    return reverse(f"notices:{name}", args=args)


WRITTEN = {
    "subject_en": "A call opens",
    "subject_zh": "開始徵集",
    "text_en": "On Monday.",
    "text_zh": "下星期一。",
    "path": "/en/wishes/",
    "languages": ["en"],
}


def test_the_office_writes_counts_confirms_and_cancels(client, office):
    reader(), reader(language="zh-hant")
    answer = client.post(page("announce"), WRITTEN, follow=True)
    row = Announcement.objects.get()
    assert row.segment == {"roles": [], "kinds": [], "topics": [], "languages": ["en"]}
    assert answer.context["reach"].told == 1
    html = client.get(page("announcement-html", row.pk, "zh-hans")).content.decode()
    assert "开始征集" in html and "/zh-hans/wishes/" in html
    client.post(page("confirm-announcement", row.pk), {"expected": 7})
    row.refresh_from_db()
    assert row.status == S.DRAFT
    client.post(page("confirm-announcement", row.pk), {"expected": 1})
    row.refresh_from_db()
    assert (row.status, row.confirmed_by) == (S.WAITING, office)
    assert client.get(page("edit-announcement", row.pk)).status_code == 404
    client.post(page("cancel-announcement", row.pk))
    row.refresh_from_db()
    assert row.status == S.CANCELLED


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subject_zh", ""),
        ("text_en", " "),
        ("subject_en", "A call\r\nBcc: all@example.org"),
        ("subject_en", "A call\u2028Bcc: all@example.org"),
        ("text_en", "look\x00"),
        ("path", "https://evil.example/"),
        ("topics", ["no-such"]),
    ],
)
def test_what_cannot_be_announced_is_refused_and_kept_in_the_form(client, office, name, value):
    answer = client.post(page("announce"), WRITTEN | {name: value})
    assert not Announcement.objects.exists()
    assert answer.status_code == 400 or name in answer.context["form"].errors


def test_what_was_confirmed_meanwhile_is_not_changed_by_a_form_that_was_open(client, office, monkeypatch):
    reader()
    row = AnnouncementFactory()
    view_of = announcing.confirm
    from notifications.announcing import views

    read = views.Edit.get_object

    def confirmed_while_open(view, queryset=None):
        found = read(view, queryset)
        view_of(row, expected=1, by=UserFactory(office=True))
        return found

    monkeypatch.setattr(views.Edit, "get_object", confirmed_while_open)
    client.post(page("edit-announcement", row.pk), WRITTEN)
    row.refresh_from_db()
    assert (row.status, row.subject_en) == (S.WAITING, "A call for cooler buildings")


@pytest.mark.parametrize("count", [1, 5])
def test_the_table_takes_as_many_queries_for_five_as_for_one(
    client, office, count, django_assert_num_queries
):
    reader()
    for _number in range(count):
        come(confirmed(1, by=office))
    announcing.send_due()
    with django_assert_num_queries(7):  # session, person, unread, count, rows, figures, clicks
        answer = client.get(page("announcements"))
    assert answer.content.decode().count('<th scope="row"') == count
