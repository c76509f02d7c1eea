"""What somebody follows ends or goes on elsewhere: with an account or without, they are told of it once."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from notifications import outbox
from notifications.mails import digest_mail, read, visitor_token
from notifications.models import Digest, Fanout, Follow, Notification, Visitor
from notifications.tasks import sweep
from solutions import services as solutions
from tests.factories import (
    CallFactory,
    FollowFactory,
    ReportFactory,
    SolutionFactory,
    TrialFactory,
    UserFactory,
    VisitorFactory,
    WishFactory,
)
from trials import services as trials
from wishes import calls
from wishes import services as wishes

pytestmark = pytest.mark.django_db
WHY = "The money went elsewhere."


def follow(thing, **reader):
    return FollowFactory(topic=None, noun=thing._meta.label_lower, object_id=thing.pk, **reader)


def followed_by_both(thing):
    """An account and a visitor."""
    visitor = VisitorFactory()
    follow(thing, user=None, visitor=visitor)
    return follow(thing).user, visitor


def office():
    return UserFactory(roles=[Role.OFFICE])


def merged():
    into = WishFactory(open=True)
    return WishFactory(open=True), lambda it: wishes.merge(it, by=office(), into=into, reason=WHY)


def of_wish(verb, **given):
    return lambda: (WishFactory(open=True), lambda it: getattr(wishes, verb)(it, by=office(), **given))


def of_call(verb, **given):
    return lambda: (CallFactory(open=True), lambda it: getattr(calls, verb)(it, by=office(), **given))


def of_solution(verb, **given):
    return lambda: (SolutionFactory(listed=True), lambda it: getattr(solutions, verb)(it, by=None, **given))


def stopped():
    return TrialFactory(running=True), lambda it: trials.stop(it, by=it.engineer, reason=WHY)


def report_withdrawn():
    report = ReportFactory(published=True)
    gone = lambda _: trials.withdraw_report(report, by=office(), reason=WHY)  # noqa: E731
    return report.trial, gone


# What is followed, how it ends, and what both are told of it.
ENDS = {
    "a wish is merged": (merged, "so you follow W-"),
    "a wish is withdrawn": (of_wish("withdraw", reason=WHY), WHY),
    "a wish is resolved": (of_wish("resolve"), "is met"),
    "a wish is closed": (of_wish("expire"), "takes no more proposals"),
    "a call is withdrawn": (of_call("withdraw", reason=WHY), WHY),
    "a call is closed": (of_call("close"), "takes no more proposals"),
    "a solution is withdrawn": (of_solution("withdraw", reason=WHY), WHY),
    "the listing of a solution ends": (of_solution("expire"), "listing of “"),
    "a trial is stopped": (stopped, WHY),
    "a report is withdrawn": (report_withdrawn, WHY),
}


@pytest.mark.parametrize("end", ENDS)
def test_an_account_and_a_visitor_are_told_once_and_the_same(end):
    make, said = ENDS[end]
    thing, happen = make()
    user, visitor = followed_by_both(thing)
    happen(thing)
    of_user = Notification.objects.get(recipient=user, channel="inbox")
    of_visitor = Notification.objects.get(visitor=visitor)
    assert of_user.entry_id == of_visitor.entry_id and of_visitor.is_gathered
    texts = [read(one, "en") for one in (of_user, of_visitor)]
    assert texts[0] == texts[1] and said in " ".join(texts[0].paragraphs)
    assert said not in " ".join(read(of_visitor, "zh-hant").paragraphs) or said == WHY


def test_what_was_never_public_ends_without_a_word_to_anyone_outside():
    draft = SolutionFactory(status="screening")
    readers = followed_by_both(draft)
    solutions.withdraw(draft, by=None, reason=WHY)
    assert not Notification.objects.filter(recipient=readers[0]).exists()
    assert not Notification.objects.filter(visitor=readers[1]).exists()


def test_the_follow_of_a_visitor_goes_along_and_one_click_still_stops_it(time_machine):
    wish, into = WishFactory(open=True, title_en="Dry pipes"), WishFactory(open=True)
    _user, visitor = followed_by_both(wish)
    follow(into, user=None, visitor=visitor)  # who follows both follows the one that stays once
    wishes.merge(wish, by=office(), into=into, reason=WHY)
    assert [one.object_id for one in visitor.follows.all()] == [into.pk]
    time_machine.shift(timedelta(days=1))
    sweep()
    [message] = [one for one in mail.outbox if one.to == [visitor.email]]
    assert into.reference in message.body and "Dry pipes" in message.body
    stop = re.sub(r"^https?://[^/]+", "", message.extra_headers["List-Unsubscribe"].strip("<>"))
    assert Client(enforce_csrf_checks=True).post(stop).status_code == 200
    assert not Visitor.objects.exists() and not Follow.objects.filter(user=None).exists()


def test_many_who_follow_what_is_merged_are_left_to_the_worker_and_all_are_told(monkeypatch):
    monkeypatch.setattr(outbox, "AT_ONCE", 2)
    wish, into = WishFactory(open=True), WishFactory(open=True)
    for _ in range(4):
        followed_by_both(wish)
    wishes.merge(wish, by=office(), into=into, reason=WHY)
    for fanout in Fanout.objects.order_by("pk"):
        outbox.expand(fanout.pk)
    told = Notification.objects.filter(template="wishes/mail/merge", why="follow")
    assert told.filter(visitor=None, channel="inbox").count() == told.exclude(visitor=None).count() == 4
    assert Follow.objects.about(into).count() == 8 and not Follow.objects.about(wish).exists()


@pytest.mark.parametrize("verb", ["close", "withdraw"])
def test_of_a_rapid_call_and_its_wish_who_follows_either_or_both_is_told_once(verb):
    call = CallFactory(open=True, rapid=True)
    wish = WishFactory(open=True, call=call, organisation=call.organisation)
    of_call_, of_wish_ = followed_by_both(call), followed_by_both(wish)
    both = VisitorFactory()
    for thing in (call, wish):
        follow(thing, user=None, visitor=both)
    getattr(calls, verb)(call, by=office(), **({"reason": WHY} if verb == "withdraw" else {}))
    for user, visitor in (of_call_, of_wish_):
        assert Notification.objects.filter(recipient=user, channel="inbox").count() == 1
        assert Notification.objects.filter(visitor=visitor).count() == 1
    assert Notification.objects.filter(visitor=both).count() == 1
    wish.refresh_from_db()
    assert wish.status == {"close": "expired", "withdraw": "withdrawn"}[verb]


@pytest.mark.parametrize(("verb", "said"), [("withdraw", WHY), ("expire", "may renew it")])
def test_the_mail_of_a_solution_that_is_gone_leads_to_a_page_that_says_why(client, verb, said):
    solution = SolutionFactory(listed=True, title_en="Silent fan")
    _user, visitor = followed_by_both(solution)
    getattr(solutions, verb)(solution, by=None, **({"reason": WHY} if verb == "withdraw" else {}))
    answer = client.get(Notification.objects.get(visitor=visitor).url)
    body = answer.content.decode()
    assert answer.status_code == 410 and "Silent fan" in body and said in body
    assert solution.summary_en not in body
    page = client.get(reverse("notices:by-mail", args=[visitor_token(visitor)]))
    assert page.status_code == 200 and "Silent fan" not in page.content.decode()


def test_a_solution_that_was_never_listed_has_no_such_page(client):
    draft = SolutionFactory(status="withdrawn")
    assert client.get(reverse("solutions:detail", args=[draft.slug])).status_code == 404


def test_what_is_listed_again_is_told_to_who_followed_it():
    solution = SolutionFactory(listed=True)
    _user, visitor = followed_by_both(solution)
    solutions.expire(solution)
    solutions.renew(solution, by=solution.created_by)
    told = Notification.objects.filter(visitor=visitor).order_by("pk").values_list("template", flat=True)
    assert list(told) == ["solutions/mail/ended", "solutions/mail/relisted"]


def test_the_digest_of_a_visitor_names_what_was_merged_and_what_was_withdrawn():
    wish, solution, visitor = WishFactory(open=True), SolutionFactory(listed=True), VisitorFactory()
    for thing in (wish, solution):
        follow(thing, user=None, visitor=visitor)
    wishes.merge(wish, by=office(), into=WishFactory(open=True), reason=WHY)
    solutions.withdraw(solution, by=None, reason=WHY)
    notices = list(Notification.objects.filter(visitor=visitor).order_by("pk"))
    body = digest_mail(Digest(visitor=visitor), notices).body
    assert wish.title_en in body and solution.title_en in body
