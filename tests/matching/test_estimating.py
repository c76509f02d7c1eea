"""What the engine says of answers to a rapid call that are not public, and that nobody else learns of it."""

import pytest
from django.urls import reverse

from journal.clock import clock_of
from journal.models import Entry
from matching import services, tasks, triage
from matching.models import Answer, Estimate, IndexedPassage, Match, Profile
from matching.services import retrievers, triaging
from notifications.mails import read
from notifications.models import Notification
from solutions import pitching
from solutions import services as solutions
from solutions.models import Solution
from tests.factories import (
    CallFactory,
    InterestFactory,
    MatchFactory,
    MembershipFactory,
    SolutionFactory,
    TopicFactory,
    UserFactory,
    WishFactory,
)
from wishes import calls
from wishes.models import Call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("engine")]
S = Solution.Status
BACKEND = "django.contrib.auth.backends.ModelBackend"
HANDS_OFF = {
    "title_en": "Lift buttons that nobody touches",
    "title_zh": "",
    "summary_en": "A foot pedal calls the lift, so that no hand touches a button.",
}
DRAINS = {
    "title_en": "Drain robot",
    "title_zh": "",
    "summary_en": "A robot that cleans drains of leaves and mud.",
}


@pytest.fixture
def office():
    return UserFactory(office=True)


@pytest.fixture
def call(office):
    """Open, with its wish, beside solutions that make likeness mean something."""
    found = CallFactory(rapid=True, open=True)
    wish = WishFactory(
        open=True, call=found, organisation=found.organisation, title_en="Lifts without touch", title_zh="",
        need_en="People catch the disease from the buttons of lifts. Call a lift without touching a button.",
        outcome_en="", topics=[TopicFactory(slug="lifts")],
    )  # fmt: skip
    services.profile(wish)
    for title in ("Cooler chillers", "Birds kept off roofs", "Quiet fans", "Lamps that last"):
        services.profile(SolutionFactory(listed=True, title_en=title, title_zh="", summary_en=f"{title}."))
    return found


def handed_in(call, *, status=S.SUBMITTED, **texts):
    solution = SolutionFactory(trl=7, **(HANDS_OFF | texts))
    Solution._base_manager.filter(pk=solution.pk).update(status=status)
    InterestFactory(solution=solution, wish_reference=call.wishes.get().reference)
    return Solution.objects.get(pk=solution.pk)


def rows(call, user):
    return {row.solution.pk: row for row in triage.answers(call, user)}


def test_what_is_handed_in_is_scored_and_the_likely_one_stands_first(call, office):
    far, near = handed_in(call, **DRAINS), handed_in(call)
    assert services.estimate() == 2
    found = triage.answers(call, office)
    assert [row.solution for row in found] == [near, far]
    assert found[0].probability > found[1].probability > 0


def test_measuring_again_measures_nothing_and_a_changed_text_is_measured_anew_beside_the_others(call):
    one, _other = handed_in(call, **DRAINS), handed_in(call)
    assert (services.estimate(), services.estimate()) == (2, 0)
    before = Estimate.objects.get(solution=one).probability
    solution = Solution.objects.get(pk=one.pk)
    for name, text in HANDS_OFF.items():
        setattr(solution, name, text)
    solution.updated_at = solution.updated_at.replace(year=2027)
    solution.save()
    assert services.estimate() == 2
    assert Estimate.objects.get(solution=one).probability > before


def test_none_gains_by_having_come_first(call):
    one = handed_in(call)
    services.estimate()
    other = handed_in(call)
    services.estimate()
    first, second = (Estimate.objects.get(solution=each).probability for each in (one, other))
    assert first == pytest.approx(second, abs=1e-6)


@pytest.mark.parametrize("status", [S.DRAFT, S.WITHDRAWN])
def test_drafts_and_what_was_taken_back_are_not_read(call, status):
    handed_in(call, status=status)
    assert services.estimate() == 0
    assert not Profile.objects.filter(solution__status=status).exists()


def test_an_answer_to_a_wish_of_no_rapid_call_is_not_measured():
    solution = SolutionFactory()
    Solution._base_manager.filter(pk=solution.pk).update(status=S.SUBMITTED)
    InterestFactory(solution=solution, wish_reference=WishFactory(open=True).reference)
    assert services.estimate() == 0


def test_a_match_tells_more_than_an_estimate(call, office):
    solution = handed_in(call)
    services.estimate()
    assert rows(call, office)[solution.pk].match == ""
    match = MatchFactory(wish=call.wishes.get(), solution=solution, probability=0.123)
    row = rows(call, office)[solution.pk]
    assert (row.probability, row.url) == (0.123, match.get_absolute_url())
    assert services.estimate() == 0


def test_nobody_finds_what_was_read_for_an_estimate(call, client):
    solution = handed_in(call)
    services.estimate()
    assert not Profile.objects.get(solution=solution).is_public
    assert [one.pk for one in services.search("lift buttons without touch", user=None)] == [
        call.wishes.get().pk
    ]
    assert not Match.objects.exists()
    page = client.get(call.wishes.get().get_absolute_url()).content.decode()
    assert HANDS_OFF["title_en"] not in page


def test_the_score_of_a_text_is_the_same_when_it_is_listed(call, office):
    """With the same factors: what is foreseen is what the match says later."""
    solution = handed_in(call, status=S.SCREENING)
    services.estimate()
    before = Estimate.objects.get()
    solutions.list_(solution, by=office)
    services.rematch_solution(solution.pk)
    services.rematch_wish(call.wishes.get().pk)
    match = Match.objects.get(solution=solution)
    assert match.probability == pytest.approx(before.probability, abs=0.02)
    assert [one["name"] for one in match.score["contributions"]] == [
        one["name"] for one in before.score["contributions"]
    ]


def test_both_retrievers_measure_alike_what_only_the_measurement_knows(call, settings):
    handed_in(call)
    handed_in(call, **DRAINS)
    found = []
    for backend in ("memory", "indexed"):
        settings.MATCHING_BACKEND = backend
        retrievers.forget()
        Estimate.objects.all().delete()
        if backend == "indexed":
            retrievers.publish()
        assert services.estimate() == 2
        found.append([one.probability for one in Estimate.objects.order_by("solution")])
    retrievers.forget()
    assert IndexedPassage.objects.filter(profile__solution__status=S.LISTED).exists()
    assert not IndexedPassage.objects.filter(profile__solution__status=S.SUBMITTED).exists()
    assert found[1] == pytest.approx(found[0], abs=0.08)
    assert (found[0][0] > found[0][1], found[1][0] > found[1][1]) == (True, True)


def test_an_answer_is_measured_when_it_is_given_and_a_lost_message_is_made_good(
    call, eager, django_capture_on_commit_callbacks
):
    vendor = MembershipFactory(organisation__vendor=True)
    solution = SolutionFactory(organisation=vendor.organisation, **HANDS_OFF)
    reference = call.wishes.get().reference
    with django_capture_on_commit_callbacks(execute=True):
        solutions.submit(solution, by=vendor.user)
        pitching.answer_wish(solution, by=vendor.user, wish_reference=reference, pitch="A pedal.")
    assert Estimate.objects.filter(solution=solution).count() == 1
    Estimate.objects.all().delete()
    tasks.sweep()
    assert Estimate.objects.filter(solution=solution).count() == 1


@pytest.mark.parametrize(
    ("role", "status", "answer"),
    [
        ("office", S.SUBMITTED, 200),
        ("auditor", S.NOT_SUITABLE, 200),
        ("department", S.SUBMITTED, 200),
        ("department", S.NOT_SUITABLE, 404),
        ("its vendor", S.SUBMITTED, 403),
        ("expert", S.SUBMITTED, 403),
    ],
)
def test_who_reads_why_an_answer_has_its_score(client, call, role, status, answer):
    solution = handed_in(call, status=status)
    services.estimate()
    organisations = {"department": call.organisation, "its vendor": solution.organisation}
    person = (
        MembershipFactory(organisation=organisations[role]).user
        if role in organisations
        else UserFactory(**{role: True})
    )
    client.force_login(person, backend=BACKEND)
    response = client.get(reverse("matching:answer", args=[call.slug, solution.slug]))
    assert response.status_code == answer
    if answer == 200:
        page = response.content.decode()
        assert "What the score is made of" in page
        assert "<mark" in page
        assert page.count(HANDS_OFF["summary_en"][-12:]) >= 1


def test_a_page_of_what_is_not_scored_yet_and_of_what_a_match_tells(client, call, office):
    solution = handed_in(call)
    client.force_login(office, backend=BACKEND)
    address = reverse("matching:answer", args=[call.slug, solution.slug])
    assert "Not scored yet" in client.get(address).content.decode()
    match = MatchFactory(wish=call.wishes.get(), solution=solution)
    assert client.get(address)["Location"] == match.get_absolute_url()
    assert client.get(reverse("matching:answer", args=[call.slug, "zzzzzzzzzzzz"])).status_code == 404


def decide(client, call, solution, verb, status="new", **given):
    """Through the page: look first, then confirm what was shown."""
    marks = [f"{call.wishes.get().pk}.{solution.pk}.{status}"]
    sent = {"verb": verb, "scope": "ticked", "chosen": marks, **given}
    address = reverse("matching:triage", args=[call.slug])
    shown = client.post(address, sent)
    assert client.post(address, {**sent, "confirm": "1"}).status_code == 302
    return shown


def test_a_rapid_call_from_its_need_to_a_decision(client, office, eager, django_capture_on_commit_callbacks):
    """Answered in short, gone through, asked for more, answered in full, decided."""
    department = MembershipFactory(approver=True)
    vendor = MembershipFactory(organisation__vendor=True)
    draft = CallFactory(rapid=True, organisation=department.organisation, text_en="Call lifts without touch.")
    with django_capture_on_commit_callbacks(execute=True):
        calls.submit(draft, by=department.user)
        calls.publish(Call.objects.get(pk=draft.pk), by=office)
        call = Call.objects.get(pk=draft.pk)
        solution = solutions.create(
            by=vendor.user, organisation=vendor.organisation, is_expression=True, **HANDS_OFF
        )
        solutions.submit(solution, by=vendor.user)
        reference = call.wishes.get().reference
        pitching.answer_wish(solution, by=vendor.user, wish_reference=reference, pitch="Ready in a week.")
    client.force_login(office, backend=BACKEND)
    listed = client.get(reverse("matching:triage", args=[call.slug]))
    assert [row.probability is None for row in listed.context["rows"]] == [False]

    solutions.acknowledge(Solution.objects.get(pk=solution.pk), by=office)
    Notification.objects.all().delete()
    shown = decide(client, call, solution, "want", reason="Tell us how it is fixed to the floor.")
    assert "the vendor is asked for the full form" in shown.content.decode()
    solution = Solution.objects.get(pk=solution.pk)
    assert (solution.status, Answer.objects.get().status) == (S.RETURNED, Answer.Status.WANTING)
    assert [due.state.value for due in clock_of(solution)] == ["kept", "paused"]
    notice = Notification.objects.get(recipient=vendor.user, channel="inbox")  # one, not one of each room
    assert "fixed to the floor" in " ".join(read(notice, "en").paragraphs)

    with django_capture_on_commit_callbacks(execute=True):
        solutions.complete(solution, by=vendor.user, method_en="Four screws.", trl=7)
    assert Answer.objects.get().status == Answer.Status.NEW
    assert Entry.objects.filter(noun="matching.answer").order_by("pk").values_list("verb", flat=True)[1] == (
        "reply"
    )
    estimate = Estimate.objects.get()
    assert estimate.solution_seen_at == Solution.objects.get(pk=solution.pk).updated_at

    solution = Solution.objects.get(pk=solution.pk)
    decide(client, call, solution, "shortlist")
    assert Answer.objects.get().status == Answer.Status.SHORTLISTED
    solutions.acknowledge(solution, by=office)
    solutions.list_(solution, by=office)
    services.rematch_solution(solution.pk)
    assert Match.objects.get().solution == solution


def test_more_of_a_full_form_is_asked_for_by_the_answer_alone(call, office):
    vendor = MembershipFactory(organisation__vendor=True)
    solution = handed_in(call, organisation=vendor.organisation)
    marks = {(call.wishes.get().pk, solution.pk): "new"}
    plan = triaging.plan(call, by=office, verb="want", marks=marks)
    assert plan.asked_in_full == []
    triaging.decide(call, by=office, verb="want", marks=marks, reason="How loud is it?")
    assert Solution.objects.get(pk=solution.pk).status == S.SUBMITTED
    assert (
        "How loud"
        in read(Notification.objects.get(recipient=vendor.user, channel="inbox"), "en").paragraphs[0]
    )
