from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from notifications.figures import lines
from tests.factories import BounceFactory, DigestFactory, NotificationFactory, OpeningFactory, UserFactory

pytestmark = pytest.mark.django_db
PUBLISHED = "wishes/mail/publish"


def mailed(**values):
    values = {"channel": "email", "template": PUBLISHED, "sent_at": timezone.now(), **values}
    return NotificationFactory(**values)


def test_each_mail_counts_for_what_became_of_it():
    entry = {"entry_id": 7, "recipient": UserFactory()}
    mailed(**entry)
    NotificationFactory(template=PUBLISHED, read_at=timezone.now(), **entry)
    BounceFactory(message_id=mailed().message_id, kind="soft")
    BounceFactory(message_id=mailed().message_id, kind="complaint")
    digest = DigestFactory()
    together = mailed(digest=digest)
    BounceFactory(message_id=digest.message_id)
    mailed(last_error="read in the portal")
    mailed(sent_at=None)
    mailed(sent_at=timezone.now() - timedelta(days=8))
    BounceFactory(message_id=None)
    other = mailed(template="wishes/mail/new", recipient=together.recipient)
    NotificationFactory(template="wishes/mail/new", entry_id=other.entry_id, recipient=other.recipient)
    first, second = lines(timezone.now() - timedelta(days=7))
    assert (first.name, first.sent, first.together, first.stopped) == ("wishes.publish", 4, 1, 1)
    assert (first.bounced, first.delivered, first.complaints, first.read) == (2, 2, 1, 1)
    assert (second.name, second.sent, second.delivered, second.read) == ("wishes.new", 1, 1, 0)


def test_opened_mails_are_told_of_those_alone_who_let_us_count(client):
    template = "wishes/mail/new"
    for opened in (timezone.localdate(), None, None):
        mailed()
        OpeningFactory(opened_on=opened, templates=[PUBLISHED, template])
    OpeningFactory(opened_on=timezone.localdate(), sent_on=timezone.localdate() - timedelta(days=40))
    mailed(template=template)
    mailed(template="wishes/mail/resolve")
    told = {
        line.template: (line.opened, line.let_count) for line in lines(timezone.now() - timedelta(days=7))
    }
    assert told == {PUBLISHED: (1, 3), template: (1, 3), "wishes/mail/resolve": (0, 0)}
    client.force_login(UserFactory(office=True))
    page = client.get(reverse("notices:figures")).content.decode()
    assert page.count("1 of 3 who let us count") == 2 and page.count(">–</td>") == 1


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_takes_as_many_queries_for_five_kinds_as_for_one_and_counts_no_opened_mails(
    client, django_assert_num_queries, count
):
    client.force_login(UserFactory(office=True))
    for number in range(count):
        mailed(template=f"wishes/mail/kind{number}")
    with django_assert_num_queries(12):  # session, person, nine counts, unread
        page = client.get(reverse("notices:figures")).content.decode()
    assert page.count('<th scope="row"') == count
    assert page.count(">–</td>") == count
    assert client.get(reverse("notices:figures"), {"days": "31"}).status_code == 404
