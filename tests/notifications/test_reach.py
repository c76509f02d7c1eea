"""Who came by a notice: counted without a name, and led nowhere but to the page itself."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from notifications import figures
from notifications.mails import digest_mail, mail
from notifications.models import Begun, Tally
from notifications.reach import counting, marks
from notifications.reach.marks import Mark, came_by, marked, read
from notifications.reach.middleware import COOKIE
from solutions import pitching, services
from tests.factories import (
    BegunFactory,
    DigestFactory,
    InterestFactory,
    NotificationFactory,
    SolutionFactory,
    TallyFactory,
    UserFactory,
    VisitorFactory,
    WishFactory,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db
MARK = Mark(42, "wishes/mail/publish")
BROWSER = {"Sec-Fetch-Mode": "navigate"}


def link(path="/en/about/", mark=MARK):
    return marked(path, mark)


def clicks(**of):
    return sum(Tally.objects.filter(what="clicked", **of).values_list("count", flat=True))


@pytest.mark.parametrize(
    "address", ["/en/about/", "/en/wishes/?status=open&q=a%20b", "http://127.0.0.1:8000/en/wishes/#top"]
)
def test_a_mark_comes_back_out_of_any_address_and_leaves_the_rest(address, rf):
    request = rf.get(link(address))
    assert read(request.GET["notice"]) == MARK
    rest = {name: value for name, value in request.GET.items() if name != "notice"}
    assert rest == dict(rf.get(address).GET.items())
    assert link(address).endswith("#top") == address.endswith("#top")


@pytest.mark.parametrize("token", ["", "42.wishes.publish", "42.wishes.publish~x", "x" * 3000, "~", "名"])
def test_a_mark_that_is_not_ours_is_none(token):
    assert read(token) is None


def test_a_click_is_counted_once_in_a_visit_and_the_address_is_clean(client):
    first = client.get(link("/en/about/?a=1"), headers=BROWSER)
    assert (first.status_code, first["Location"]) == (302, "/en/about/?a=1")
    assert clicks() == 0  # a program that looks at the link alone has not come
    for _time in range(2):
        assert client.get(first["Location"], headers=BROWSER).status_code == 200
        client.get(link("/en/about/?a=1"), headers=BROWSER)
    assert Tally.objects.values_list("template", "entry_id", "on", "count").get() == (
        "wishes/mail/publish",
        42,
        timezone.localdate(),
        1,
    )


def test_another_notice_in_the_same_visit_is_counted_too(client):
    for mark in (MARK, Mark(43, "trials/mail/published")):
        client.get(link(mark=mark), headers=BROWSER, follow=True)
    assert (clicks(entry_id=42), clicks(entry_id=43)) == (1, 1)


def test_a_browser_that_does_not_say_how_it_fetches_is_counted(client):
    client.get(link(), follow=True)
    assert clicks() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"X-Purpose": "preview"},
        {"X-Moz": "prefetch"},
        {"Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Mode": "cors"},
    ],
)
def test_what_says_that_it_fetches_ahead_is_no_click(client, headers):
    client.get(link(), headers=headers, follow=True)
    assert COOKIE not in client.cookies and clicks() == 0


def test_a_head_is_no_click_and_neither_are_fetches_without_a_cookie(client):
    assert client.head(link()).status_code == 302
    client.get("/en/about/")
    assert clicks() == 0
    for _time in range(3):
        Client().get(Client().get(link())["Location"])
    assert clicks() == 0


def test_a_page_that_is_not_there_is_no_click(client):
    client.get(link("/en/wishes/W-2099-0001/"), headers=BROWSER, follow=True)
    assert clicks() == 0


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/",
        "///evil.example/x",
        "/\\evil.example/",
        "/%5Cevil.example/",
        "/en/about/%0d%0aX: y/",
    ],
)
def test_a_mark_leads_to_no_other_host(client, path):
    answer = client.get(f"{path}?notice={link().partition('notice=')[2]}", headers={"host": "127.0.0.1"})
    where = answer.get("Location", "/")
    assert where.startswith("/") and not where.startswith(("//", "/\\"))
    assert "X" not in answer.headers


@pytest.mark.parametrize("value", ["https://evil.example/", "42.wishes.publish~AAAA", ""])
def test_a_false_mark_is_taken_out_and_counts_nothing(client, value):
    answer = client.get("/en/about/", {"notice": value, "next": "https://evil.example/"}, headers=BROWSER)
    assert answer["Location"] == "/en/about/?next=https%3A%2F%2Fevil.example%2F"
    assert COOKIE not in answer.cookies


def test_what_is_sent_to_an_address_with_a_mark_is_not_led_away(client):
    """An answer that leads elsewhere would lose what somebody has typed."""
    answer = client.post(link("/en/account/login/"), {"login": "nobody@example.org", "password": "x"})
    assert answer.status_code == 200


def test_a_forged_cookie_is_passed_over(client):
    client.cookies[COOKIE] = "42.wishes.publish|:forged"
    assert client.get("/en/about/", headers=BROWSER).status_code == 200
    assert clicks() == 0


def test_the_cookie_ends_with_the_browser_and_says_nothing_of_a_person(client):
    client.force_login(UserFactory())
    held = client.get(link(), headers=BROWSER).cookies[COOKIE]
    assert held["expires"] == held["max-age"] == ""
    assert held["httponly"] and held["samesite"] == "Lax"
    assert held.value.split(":")[0] == "42.wishes.publish|"


def test_the_page_that_sets_the_cookie_is_kept_by_no_shared_cache(client):
    answer = client.get(client.get(link(), headers=BROWSER)["Location"], headers=BROWSER)
    assert "private" in answer["Cache-Control"]


def test_a_place_from_which_too_many_come_is_not_counted_on(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"by_notice": "2/h/ip"}
    for number in range(4):
        answer = client.get(link(mark=Mark(number, "wishes/mail/publish")), headers=BROWSER, follow=True)
        assert answer.status_code == 200
    assert clicks() == 2


def test_of_many_who_come_at_once_all_are_counted(committed):
    at_once(*[lambda: counting.count("clicked", MARK)] * 5)
    assert clicks() == 5


def test_links_of_a_mail_and_of_a_digest_carry_the_mark_and_say_so():
    notice = NotificationFactory(template="wishes/mail/publish", url="/en/wishes/W-1/", why="follow")
    digest = DigestFactory(recipient=notice.recipient)
    for message in (mail(notice), digest_mail(digest, [notice])):
        token = message.body.partition("?notice=")[2].split()[0]
        assert read(token) == Mark(notice.entry_id, "wishes/mail/publish")
        assert "not who" in message.body and "not who" in message.alternatives[0].content
        assert notice.recipient.email not in token


def test_the_link_that_confirms_an_address_stays_as_it_is():
    notice = NotificationFactory(
        recipient=None, visitor=VisitorFactory(), template="notifications/mail/confirm_follow", why="duty",
        context={"label": {"en": "Lifts", "zh": ""}}, url="/en/notices/by-mail/confirm/x/",
    )  # fmt: skip
    message = mail(notice)
    assert "/confirm/x/\n" in message.body and "notice=" not in message.body
    assert "not who" not in message.body


@pytest.fixture
def came():
    """A request of a browser that came by the notice."""
    token = came_by.set(MARK)
    yield
    came_by.reset(token)


def answers(template):
    return sum(Tally.objects.filter(what="answered", template=template).values_list("count", flat=True))


def draft():
    seller = UserFactory()
    made = SolutionFactory()
    made = services.create(by=seller, organisation=made.organisation, **{"title_en": "Baffles"})
    return made, seller


def test_a_mark_lasts_only_for_the_request(client):
    client.get(link(), headers=BROWSER, follow=True)
    assert came_by.get() is None


def test_an_answer_to_a_wish_after_the_link_is_attributed_to_its_notice(came):
    wish = WishFactory(open=True)
    solution = SolutionFactory(listed=True)
    pitching.answer_wish(solution, by=solution.created_by, wish_reference=wish.reference, pitch="It fits.")
    assert (answers(MARK.template), answers("")) == (1, 0)


def test_an_answer_without_a_link_counts_among_all():
    wish = WishFactory(open=True)
    solution = SolutionFactory(listed=True)
    pitching.answer_wish(solution, by=solution.created_by, wish_reference=wish.reference, pitch="It fits.")
    assert (answers(MARK.template), answers("")) == (0, 1)


def test_a_draft_remembers_the_notice_until_it_is_handed_in():
    token = came_by.set(MARK)
    solution, seller = draft()
    came_by.reset(token)
    assert Begun.objects.get().object_id == solution.pk
    InterestFactory(solution=solution)
    other = BegunFactory(noun="wishes.wish", object_id=solution.pk, template="wishes/mail/other")
    services.WORKFLOW["submit"].apply(solution, by=seller)
    assert (answers(MARK.template), answers("")) == (1, 0)
    assert list(Begun.objects.all()) == [other]


def test_a_solution_that_answers_no_wish_is_no_answer(came):
    solution, seller = draft()
    services.WORKFLOW["submit"].apply(solution, by=seller)
    assert not Tally.objects.exists()


def test_numbers_and_marks_go_when_their_time_is_over():
    now = timezone.now()
    kept = TallyFactory(on=timezone.localdate() - timedelta(days=400))
    TallyFactory(on=timezone.localdate() - timedelta(days=401))
    BegunFactory(at=now - timedelta(days=91))
    young = BegunFactory(at=now - timedelta(days=89))
    assert counting.forget() == 1
    assert (Tally.objects.get(), Begun.objects.get()) == (kept, young)


def test_figures_tell_what_share_of_the_answers_came_by_a_notice():
    TallyFactory(what="answered", template="", entry_id=0, count=6)
    TallyFactory(what="answered", count=2)
    TallyFactory(what="answered", template="trials/mail/published", count=1)
    TallyFactory(what="answered", count=9, on=timezone.localdate() - timedelta(days=31))
    found = figures.reach(timezone.now() - timedelta(days=30))
    assert found == figures.Reach(9, 3, [("wishes.publish", 2), ("trials.published", 1)])
    assert found.share == 33
    assert figures.Reach(0, 0, []).share is None


def test_the_page_shows_clicks_and_reach(client):
    client.force_login(UserFactory(office=True))
    TallyFactory(count=7)
    TallyFactory(what="answered", count=1)
    page = client.get(reverse("notices:figures")).content.decode()
    assert "1 of 1 answers to a wish (100 %)" in page
    assert ">7</td>" in page.replace("\n", "")


def test_a_name_with_an_at_is_no_mark():
    assert Mark.of("42.wishes.pub@lish") is None
    assert marks.Mark.of(str(MARK)) == MARK
