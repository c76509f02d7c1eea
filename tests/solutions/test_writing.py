import pytest
from django.urls import reverse

from accounts.models import User
from innoportal.lib.writing import drafting as shared
from journal.models import Entry
from journal.workflow import IllegalTransition
from notifications.models import Notification
from solutions import drafting, pitching, services
from solutions.answers import CONFIDENTIAL, answers_of
from solutions.models import Interest, Solution, SolutionDraft
from solutions.steps import COURSES, WHOLE
from tests.factories import (
    EvidenceFactory,
    MembershipFactory,
    OrganisationFactory,
    SolutionDraftFactory,
    SolutionFactory,
    TopicFactory,
    UserFactory,
    WishFactory,
)
from tests.solutions.writing import address, answer, fill, finish, start, write

pytestmark = pytest.mark.django_db
S = Solution.Status
SHORT = {"summary_en": "Predicts lift faults.", "title_zh": "升降機監察", "trl": "6"}
EVIL = '"><script>alert(1)</script>{{ 7|add:7 }}'


@pytest.fixture
def vendor():
    return OrganisationFactory(vendor=True)


@pytest.fixture
def seller(vendor):
    return MembershipFactory(organisation=vendor).user


@pytest.fixture
def signed_in(client, seller):
    client.force_login(seller)
    return client


@pytest.fixture
def wish():
    return WishFactory(open=True)


def told(template):
    return set(
        Notification.objects.filter(template=f"solutions/mail/{template}").values_list("recipient", flat=True)
    )


def test_an_expression_of_interest_is_four_pages_and_is_handed_in_by_itself(signed_in, seller, wish):
    department, office = MembershipFactory(organisation=wish.organisation).user, UserFactory(office=True)
    said = SHORT | {"wish_reference": wish.reference, "pitch": "It needs no new cables."}
    solution = write(signed_in, said, action="submit")
    assert (solution.status, solution.is_expression, solution.created_by) == (S.SUBMITTED, True, seller)
    assert (solution.summary_en, solution.title_zh, solution.trl) == tuple(
        SHORT[k] if k != "trl" else 6 for k in SHORT
    )
    assert list(solution.interests.values_list("wish_reference", "pitch")) == [
        (wish.reference, "It needs no new cables.")
    ]
    assert (told("submitted"), told("answers")) == ({office.pk}, {department.pk})
    assert not SolutionDraft.objects.exists()


def test_the_office_and_the_department_of_the_wish_read_that_it_is_one(client, wish):
    solution = SolutionFactory(is_expression=True, status=S.SUBMITTED)
    pitching.keep_pitch(solution, by=solution.created_by, wish_reference=wish.reference, pitch="Fits.")
    people = {
        "office": UserFactory(office=True),
        "department": MembershipFactory(organisation=wish.organisation).user,
        "stranger": MembershipFactory().user,
    }
    found = {}
    for name, person in people.items():
        client.force_login(person)
        response = client.get(solution.get_absolute_url())
        found[name] = (response.status_code, "An expression of interest" in response.content.decode())
    assert found == {"office": (200, True), "department": (200, True), "stranger": (404, False)}


@pytest.mark.parametrize("status", S.values)
def test_rule_and_queryset_agree_on_what_the_department_of_the_wish_sees(wish, status):
    person = MembershipFactory(organisation=wish.organisation).user
    solution = SolutionFactory(status=status, listed=status == S.LISTED)
    pitching.keep_pitch(solution, by=solution.created_by, wish_reference=wish.reference, pitch="Fits.")
    person = User.objects.get(pk=person.pk)
    seen = Solution.objects.visible_to(person).filter(pk=solution.pk).exists()
    assert seen is person.has_perm("solutions.view_solution", solution) is (status in Solution.ANSWERING)
    assert not person.has_perm("solutions.view_confidential_solution", solution)


def test_what_answers_a_merged_wish_is_seen_by_the_department_in_which_it_goes_on():
    kept = WishFactory(open=True)
    gone = WishFactory(open=True, status="merged", merged_into=kept)
    solution = SolutionFactory(status=S.SUBMITTED)
    pitching.keep_pitch(solution, by=solution.created_by, wish_reference=gone.reference, pitch="Fits.")
    found = {}
    for name, wish in (("kept", kept), ("gone", gone)):
        person = MembershipFactory(organisation=wish.organisation).user
        found[name] = person.has_perm("solutions.view_solution", solution)
        assert Solution.objects.visible_to(person).filter(pk=solution.pk).exists() is found[name]
    assert found == {"kept": True, "gone": False}


@pytest.mark.parametrize("asker", ["office", "department"])
def test_the_full_form_is_asked_for_and_completed_with_what_was_said(client, vendor, seller, wish, asker):
    client.force_login(seller)
    said = SHORT | {"wish_reference": wish.reference, "pitch": "Fits."}
    solution = write(client, said, action="submit")
    people = {
        "office": UserFactory(office=True),
        "department": MembershipFactory(organisation=wish.organisation).user,
    }
    client.force_login(people[asker])
    client.post(reverse("solutions:ask_full", args=[solution.slug]), {"reason": "How loud is it?"})
    solution.refresh_from_db()
    assert (solution.status, told("asked_in_full")) == (S.RETURNED, {seller.pk})
    client.force_login(seller)
    assert "How loud is it?" in client.get(solution.get_absolute_url()).content.decode()
    client.post(reverse("solutions:edit", args=[solution.slug]), {"action": "full"})
    draft = SolutionDraft.objects.get(solution=solution)
    page = client.get(address(draft, "summary")).content.decode()
    assert "Predicts lift faults." in page
    fill(client, draft, {"method_en": "Listens to the motor.", "price": "to_500k"})
    finish(client, draft, "submit")
    solution.refresh_from_db()
    assert (solution.status, solution.is_expression, solution.method_en) == (
        S.SUBMITTED,
        False,
        "Listens to the motor.",
    )
    assert [entry.verb for entry in Entry.objects.about(solution).in_order()] == [
        "create",
        "submit",
        "ask_full",
        "complete",
    ]
    assert solution.interests.count() == 1


@pytest.mark.parametrize("status", Solution.COMPLETABLE)
def test_it_is_completed_unasked_too(signed_in, vendor, status):
    solution = SolutionFactory(organisation=vendor, is_expression=True, status=status)
    signed_in.post(reverse("solutions:edit", args=[solution.slug]))
    draft = SolutionDraft.objects.get(solution=solution)
    assert draft.is_full
    finish(signed_in, draft, "submit")
    solution.refresh_from_db()
    assert (solution.status, solution.is_expression) == (S.SUBMITTED, False)


@pytest.mark.parametrize("status", [S.SUBMITTED, S.SCREENING])
def test_an_expression_in_hand_is_not_changed_but_only_completed(signed_in, vendor, status):
    solution = SolutionFactory(organisation=vendor, is_expression=True, status=status)
    signed_in.post(reverse("solutions:edit", args=[solution.slug]), {"action": "change"})
    assert not SolutionDraft.objects.exists()


def test_an_expression_is_never_listed():
    solution = SolutionFactory(is_expression=True, status=S.SCREENING)
    with pytest.raises(IllegalTransition):
        services.list_(solution, by=UserFactory(office=True))


def test_the_full_form_is_not_asked_for_twice():
    solution = SolutionFactory(status=S.SUBMITTED)
    with pytest.raises(IllegalTransition):
        services.ask_full(solution, by=UserFactory(office=True), reason="More")


def test_an_expression_goes_on_as_the_full_form_before_it_is_handed_in(signed_in, vendor):
    draft = start(signed_in)
    answer(signed_in, draft, "summary", summary_en="Predicts lift faults.")
    signed_in.post(reverse("solutions:check", args=[draft.key]), {"action": "full"})
    draft.refresh_from_db()
    assert (draft.is_full, draft.answers) == (True, {"summary_en": "Predicts lift faults."})
    assert not Solution.objects.exists()


def test_the_full_form_keeps_everything_that_it_asks(signed_in, vendor):
    topic = TopicFactory()
    said = SHORT | {
        "method_en": "Listens.", "confidential": "The filter.", "confidential_evidence": "Site A",
        "evidence-0-trl": "6", "evidence-0-text": "A year in one building", "evidence-0-url": "https://example.org",
        "is_novel": "True", "awards": "Medal 2025", "intellectual_property": "Patent",
        "certificates": "ISO 9001, , IEC 62443", "price": "to_500k", "confidential_price": "HK$ 300,000",
        "lead_months": "2", "trial_needs": ["power"], "installation_en": "Two people, one night.",
        "risks_zh": "墮下", "risk_state": "draft", "insurance_state": "held", "insurance": "HK$20M",
        "roll_back_en": "Unplug.", "topics": [topic.slug],
    }  # fmt: skip
    solution = write(signed_in, said, full=True)
    assert (solution.status, solution.is_expression) == (S.DRAFT, False)
    assert answers_of(solution) == {
        **{name: value for name, value in said.items() if not name.startswith("evidence-")},
        "certificates": "ISO 9001, IEC 62443",
        "evidence": [{"trl": "6", "text": "A year in one building", "url": "https://example.org"}],
    }


@pytest.mark.parametrize(
    ("step", "typed", "field"),
    [
        ("summary", {"summary_en": " "}, "summary_en"),
        ("summary", {"summary_zh": "字" * 6001}, "summary_zh"),
        ("title", {"title_en": "x" * 201}, "title_en"),
        ("readiness", {"trl": "10"}, "trl"),
        ("readiness", {"trl": ""}, "trl"),
        ("wish", {"wish_reference": "nonsense", "pitch": "p"}, "wish_reference"),
        ("wish", {"wish_reference": "W-2026-9999", "pitch": "p"}, "wish_reference"),
        ("wish", {"pitch": "p"}, "wish_reference"),
        ("price", {"price": "free"}, "price"),
        ("start", {"lead_months": "-1"}, "lead_months"),
        ("certificates", {"certificates": "x" * 61}, "certificates"),
        ("site", {"trial_needs": ["gas"]}, "trial_needs"),
        ("risk", {"risk_state": "none"}, "risk_state"),
        ("topics", {"topics": ["unknown"]}, "topics"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_stays_as_it_was_typed(signed_in, vendor, step, typed, field):
    draft = start(signed_in, full=True)
    response = answer(signed_in, draft, step, **typed)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    draft.refresh_from_db()
    assert {name: draft.answers.get(name, "") for name in typed} == typed


def test_a_wish_without_a_pitch_is_asked_for_one(signed_in, wish):
    response = answer(signed_in, start(signed_in), "wish", wish_reference=wish.reference)
    assert list(response.context["form"].errors) == ["pitch"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "ftp://example.org/"])
def test_evidence_links_only_to_the_web(signed_in, url):
    draft = start(signed_in, full=True)
    row = {"evidence-0-trl": "6", "evidence-0-text": "A year", "evidence-0-url": url}
    response = answer(signed_in, draft, "evidence", **row)
    assert response.status_code == 422
    assert list(response.context["table"].errors[0]) == ["url"]


def test_the_page_of_the_wish_leads_here_with_its_number(signed_in, wish):
    page = signed_in.get(reverse("solutions:create"), {"wish": wish.reference}).content.decode()
    assert wish.reference in page
    assert start(signed_in, wish=wish.reference).answers == {"wish_reference": wish.reference}
    assert start(signed_in, wish=WishFactory().key).answers == {}


def test_public_and_confidential_stand_side_by_side_and_are_called_so(signed_in):
    draft = start(signed_in, full=True)
    asked = {name for step in WHOLE for name in step.confidential}
    assert asked == set(CONFIDENTIAL)
    for step in WHOLE:
        page = signed_in.get(address(draft, step.slug)).content.decode()
        assert ("Everyone can read this" in page) is bool(step.confidential), step.slug


def test_a_listed_solution_is_changed_by_its_vendor_and_keeps_what_was_not_asked(signed_in, vendor):
    solution = SolutionFactory(listed=True, organisation=vendor, confidential="Secret")
    EvidenceFactory(solution=solution)
    signed_in.post(reverse("solutions:edit", args=[solution.slug]))
    draft = SolutionDraft.objects.get()
    answer(signed_in, draft, "title", title_en="Better monitor")
    finish(signed_in, draft)
    solution.refresh_from_db()
    assert (solution.status, solution.title_en, solution.confidential) == (
        S.LISTED,
        "Better monitor",
        "Secret",
    )
    assert solution.evidence.count() == 1
    assert Entry.objects.about(solution).latest("pk").details == {"fields": ["title_en"]}


def test_a_solution_that_was_changed_past_its_draft_is_not_overwritten(signed_in, vendor, seller):
    solution = SolutionFactory(listed=True, organisation=vendor, title_en="Old")
    draft = drafting.change(solution, by=seller)
    shared.save(draft, by=seller, step="title", typed={"title_en": "Mine"}, seen=draft.seen)
    services.update(solution, by=seller, title_en="Theirs")
    response = signed_in.post(reverse("solutions:check", args=[draft.key]), {"revision": "1"})
    assert response.status_code == 409
    assert all(word in response.content.decode() for word in ("Mine", "Theirs"))
    signed_in.post(reverse("solutions:check", args=[draft.key]), {"settling": "1", "keep-title_en": "mine"})
    finish(signed_in, draft)
    solution.refresh_from_db()
    assert solution.title_en == "Mine"


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_vendors_draft_is_not_there(client, vendor, method):
    draft = SolutionDraftFactory(organisation=vendor, answers={"title_en": "Secret name"}, is_full=True)
    pages = [draft.get_absolute_url(), *(address(draft, step.slug) for step in WHOLE)]
    pages += [reverse(f"solutions:{name}", args=[draft.key]) for name in ("check", "discard")]
    strangers = [
        MembershipFactory(organisation=OrganisationFactory(vendor=True)).user,
        MembershipFactory().user,
    ]
    for person in [*strangers, UserFactory(office=True), UserFactory(expert=True)]:
        client.force_login(person)
        if method == "get":
            assert {client.get(page).status_code for page in pages} == {404}
        else:
            assert {client.post(page, {"title_en": "Mine"}).status_code for page in pages[1:]} == {404}
        assert not person.has_perm("solutions.view_solutiondraft", draft)
    draft.refresh_from_db()
    assert draft.answers == {"title_en": "Secret name"}


@pytest.mark.parametrize("count", [1, 5])
def test_the_first_page_takes_as_many_queries_for_five_drafts_as_for_one(
    signed_in, vendor, django_assert_num_queries, count
):
    SolutionDraftFactory.create_batch(count, organisation=vendor)
    with django_assert_num_queries(8):  # session, user, two of organisations, roles, choices, drafts, inbox
        page = signed_in.get(reverse("solutions:create"))
    assert page.content.decode().count("A solution without a name yet") == count


def test_markup_in_every_answer_is_shown_as_text(signed_in, vendor):
    names = [
        name for step in WHOLE for name in step.fields if name not in ("evidence", "topics", "trial_needs")
    ]
    answers = dict.fromkeys(names, EVIL) | {"evidence": [dict.fromkeys(("trl", "text", "url"), EVIL)]}
    answers |= {"topics": [EVIL], "trial_needs": [EVIL]}
    draft = SolutionDraftFactory(organisation=vendor, answers=answers, is_full=True)
    urls = [address(draft, step.slug) for step in WHOLE] + [
        reverse("solutions:create"),
        draft.get_absolute_url(),
    ]
    urls += [reverse(f"solutions:{name}", args=[draft.key]) for name in ("check", "discard")]
    for url in urls:
        body = signed_in.get(url).content.decode()
        assert "<script>alert" not in body
        assert "{14" not in body


def test_the_courses_ask_nothing_twice_and_forget_no_field():
    for course in COURSES.values():
        fields = [name for step in course for name in step.fields]
        assert len(fields) == len(set(fields))
    solution = SolutionFactory(trial_needs=["power"], topics=[TopicFactory()])
    EvidenceFactory(solution=solution)
    assert answers_of(solution).keys() <= {name for step in COURSES[True, True] for name in step.fields}


def test_a_draft_solutions_pitch_is_told_to_nobody_before_it_is_handed_in(signed_in, wish):
    department = MembershipFactory(organisation=wish.organisation).user
    solution = write(signed_in, SHORT | {"wish_reference": wish.reference, "pitch": "Fits."})
    assert (Interest.objects.count(), Notification.objects.count()) == (1, 0)
    assert not Solution.objects.visible_to(department).filter(pk=solution.pk).exists()
