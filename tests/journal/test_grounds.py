import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from journal.forms import GroundField
from journal.grounds import ground_of, grounded, told_reason
from journal.models import OTHER, Entry, Ground
from matching import services as matching
from matching.models import Review
from matching.services.judging import DECLINING
from matching.workflow import WORKFLOW as MATCH
from notifications.mails import read
from notifications.models import Notification
from solutions import services as solutions
from solutions.forms import GROUNDED
from solutions.workflow import WORKFLOW as SOLUTION
from tests.factories import GroundFactory, MatchFactory, MembershipFactory, SolutionFactory, UserFactory
from wishes.workflow import WORKFLOW as WISH

pytestmark = pytest.mark.django_db
WORKFLOWS = {"wishes.wish": WISH, "solutions.solution": SOLUTION, "matching.match": MATCH}


def screening(**given):
    vendor = MembershipFactory(organisation__vendor=True)
    return vendor, SolutionFactory(organisation=vendor.organisation, status="screening", **given)


def test_every_list_is_of_a_verb_that_refuses_and_ends_with_other():
    rows = Ground.objects.order_by("noun", "verb", "position", "pk")
    lists = {}
    for row in rows:
        if row.noun != "matching.answer":  # which has no table of states: triage asks for the ground itself
            assert WORKFLOWS[row.noun][row.verb].needs_reason, row
        assert row.words_en
        assert row.words_zh
        lists.setdefault((row.noun, row.verb), []).append(row.code)
    assert {codes[-1] for codes in lists.values()} == {OTHER}
    assert {verb for noun, verb in lists if noun == "solutions.solution"} == set(GROUNDED)
    assert set(lists) >= {("wishes.wish", verb) for verb in ("send_back", "return", "withdraw")}


def test_what_experts_decline_on_is_in_the_list_of_the_office():
    assert set(DECLINING) <= set(
        Ground.objects.filter(noun="matching.match", verb="decline").values_list("code", flat=True)
    )


def test_a_refusal_keeps_its_ground_in_the_words_of_that_day():
    _vendor, solution = screening()
    solutions.refuse(solution, by=UserFactory(office=True), reason="Ask again in spring.", ground="safety")
    Ground.objects.filter(code="safety").update(words_en="Changed later")
    entry = Entry.objects.about(solution).get()
    assert entry.details["ground"]["code"] == "safety"
    assert ground_of(entry) == "Safety or compliance"
    with override("zh-hans"):
        assert ground_of(entry) == "安全或合规问题"


def test_who_is_refused_reads_ground_and_own_words_in_their_language():
    _vendor, solution = screening()
    solutions.refuse(solution, by=UserFactory(office=True), reason="No licence.", ground="safety")
    notice = Notification.objects.filter(template="solutions/mail/refused").first()
    assert "Safety or compliance. No licence." in read(notice, "en").paragraphs
    assert "安全或合規問題。No licence." in read(notice, "zh-hant").paragraphs


def test_the_page_shows_both_sides_the_ground(client):
    vendor, solution = screening()
    officer = UserFactory(office=True)
    solutions.return_(solution, by=officer, reason="Where?", ground="evidence")
    for person in (vendor.user, officer):
        client.force_login(person)
        page = client.get(solution.get_absolute_url()).content.decode()
        assert "The readiness is not shown by evidence" in page
    client.logout()


def test_without_a_ground_the_own_words_say_it_all():
    _vendor, solution = screening()
    solutions.refuse(solution, by=UserFactory(office=True), reason="No licence.")
    entry = Entry.objects.about(solution).get()
    assert entry.details["ground"]["code"] == OTHER
    assert ground_of(entry) is None
    assert told_reason(entry) == "No licence."


def test_a_ground_that_is_not_in_the_list_moves_nothing():
    _vendor, solution = screening()
    with pytest.raises(ValidationError, match="from the list"):
        solutions.refuse(solution, by=UserFactory(office=True), reason="No.", ground="no-such")
    GroundFactory(noun="solutions.solution", verb="refuse", code="ended", is_active=False)
    with pytest.raises(ValidationError, match="from the list"):
        solutions.refuse(solution, by=UserFactory(office=True), reason="No.", ground="ended")
    assert not Entry.objects.about(solution).exists()


def test_a_verb_without_a_list_keeps_none():
    assert grounded("matching.match", "reopen", "") == {}


def test_the_ground_of_a_verdict_goes_with_the_refusal():
    match, expert = MatchFactory(review=True), UserFactory(expert=True)
    matching.review(match, by=expert, verdict="decline", ground=Review.Ground.COST, reason="Too dear.")
    entry = Entry.objects.about(match).get(verb="decline")
    assert ground_of(entry) == "Cost outside the budget"


def test_a_verdict_on_a_ground_that_refuses_nothing_is_told_in_its_own_words():
    match, expert = MatchFactory(review=True), UserFactory(expert=True)
    matching.review(match, by=expert, verdict="decline", ground=Review.Ground.FITS, reason="But not here.")
    assert Entry.objects.about(match).get(verb="decline").details["ground"]["code"] == OTHER


def test_a_form_asks_for_a_ground_and_offers_those_of_today():
    row = GroundFactory()
    ended = GroundFactory(noun=row.noun, is_active=False)
    field = GroundField(row.noun, row.verb)
    assert list(field.choices) == [(row.code, "Not feasible yet")]
    assert field.clean(row.code) == row.code
    for wrong in ("", ended.code, "no-such"):
        with pytest.raises(ValidationError):
            field.clean(wrong)


def test_grounds_are_counted():
    officer = UserFactory(office=True)
    for ground in ("safety", "safety", ""):
        solutions.refuse(screening()[1], by=officer, reason="No.", ground=ground)
    counted = Entry.objects.grounds("solutions.solution", "refuse")
    assert counted == {"safety": 2, "other": 1}
