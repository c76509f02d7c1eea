import re

import pytest
from django.urls import reverse

from documents.tasks import sweep
from journal.models import Entry
from notifications.services import follow
from solutions import pitching, services
from solutions.models import Interest, Solution
from tests.documents import samples
from tests.factories import (
    EvidenceFactory,
    MembershipFactory,
    OrganisationFactory,
    SolutionFactory,
    TopicFactory,
    UserFactory,
    WishFactory,
)

pytestmark = pytest.mark.django_db
S = Solution.Status
LIST = reverse("solutions:list")
SECRET = "The alloy is 12 % scandium."


@pytest.fixture
def member():
    return MembershipFactory(organisation=OrganisationFactory(vendor=True))


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_takes_as_many_queries_for_five_as_for_one(client, count, django_assert_num_queries):
    SolutionFactory.create_batch(count, listed=True, topics=[TopicFactory()])
    with django_assert_num_queries(3):  # count, solutions with their vendors and topics, the filter's choices
        response = client.get(LIST)
    assert response.content.decode().count("ip-card--solution") == count


@pytest.mark.parametrize("count", [1, 5])
def test_a_page_takes_as_many_queries_for_much_evidence_as_for_little(
    client, member, count, django_assert_num_queries
):
    solution = SolutionFactory(
        listed=True, organisation=member.organisation, topics=TopicFactory.create_batch(count)
    )
    EvidenceFactory.create_batch(count, solution=solution)
    for number in range(count):
        pitching.answer_wish(solution, by=member.user, wish_reference=f"W-2026-{number:04}", pitch="Fits.")
    with django_assert_num_queries(4):  # solution with vendor and topics, evidence, entries, documents
        client.get(solution.get_absolute_url())
    client.force_login(member.user)
    with django_assert_num_queries(11):  # and session, person, memberships, pledges, interests, draft, inbox
        client.get(solution.get_absolute_url())


@pytest.mark.parametrize("count", [1, 5])
def test_the_workspace_takes_as_many_queries_for_five_as_for_one(
    client, member, count, django_assert_num_queries
):
    SolutionFactory.create_batch(count, organisation=member.organisation, topics=[TopicFactory()])
    SolutionFactory.create_batch(count, status=S.SUBMITTED)
    member.user.roles = ["office"]
    member.user.save()
    client.force_login(member.user)
    with django_assert_num_queries(12):
        response = client.get(reverse("solutions:workspace"), headers={"HX-Request": "true"})
    piece = response.content.decode()
    assert "<html" not in piece
    assert piece.count('class="ip-rows__main"') == 2 * count


def test_a_chosen_topic_can_be_let_go_again(client):
    TopicFactory(slug="robots")
    page = client.get(f"{LIST}?topic=robots").content.decode()
    assert '<option value="robots" selected>' in page
    assert re.search(r'<option value=""\s*>Any', page)


def references(response) -> set[str]:
    return {solution.reference for solution in response.context["page_obj"]}


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("topic=robots", True),
        ("topic=machines", True),
        ("topic=other", False),
        ("trl_min=6&trl_max=8", True),
        ("trl_min=8", False),
        ("trl_max=6", False),
        ("price=to_500k&price=to_5m", True),
        ("price=over_5m", False),
        ("kind=startup", True),
        ("kind=university", False),
        ("certificate=9001", True),
        ("certificate=27001", False),
    ],
)
def test_filters_find_what_fits_on_the_page_and_in_the_api(client, query, finds):
    TopicFactory(slug="other")
    robots = TopicFactory(slug="robots", parent=TopicFactory(slug="machines"))
    solution = SolutionFactory(
        listed=True, trl=7, price="to_500k", certificates=["ISO 9001"], topics=[robots]
    )
    expected = {solution.reference} if finds else set()
    assert references(client.get(f"{LIST}?{query}")) == expected
    answer = client.get(f"/api/v1/solutions/?{query}").json()
    assert {row["reference"] for row in answer["results"]} == expected


@pytest.mark.parametrize(
    "query",
    [
        "topic=nonsense",
        "price=free",
        "kind=department",
        "trl_min=x",
        "trl_min=0",
        "trl_max=99999999999999999",
    ],
)
def test_a_value_that_no_filter_knows_is_400_in_the_api_and_an_error_on_the_page(client, query):
    assert client.get(f"/api/v1/solutions/?{query}").status_code == 400
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 200
    assert response.context["filter"].form.errors


@pytest.mark.parametrize("query", ["sort=password", "page=999", "page=-1", "sort=-trl)--"])
def test_odd_orders_and_pages_break_nothing(client, query):
    SolutionFactory(listed=True)
    assert client.get(f"{LIST}?{query}").status_code in (200, 404)


def test_the_list_counts_only_what_is_public_even_for_the_vendor(client, member):
    SolutionFactory(organisation=member.organisation)
    SolutionFactory(listed=True)
    client.force_login(member.user)
    assert client.get(LIST).context["page_obj"].paginator.count == 1
    assert client.get("/api/v1/solutions/").json()["count"] == 1


@pytest.mark.parametrize("status", S.values)
@pytest.mark.parametrize("door", ["edit", "attach"])
def test_a_solution_is_edited_by_its_vendor_and_only_while_it_may_be(client, member, status, door):
    solution = SolutionFactory(
        organisation=member.organisation, status=status, listed=status in (S.LISTED, S.EXPIRED)
    )
    url = reverse(f"solutions:{door}", args=[solution.slug])
    client.force_login(member.user)
    assert client.get(url).status_code == (200 if status in Solution.EDITABLE else 403)
    client.force_login(MembershipFactory(organisation=OrganisationFactory(vendor=True)).user)
    assert client.get(url).status_code == (403 if status == S.LISTED else 404)


CONFIDENTIAL = {
    "anonymous": False,
    "own": True,
    "other_vendor": False,
    "department": False,
    "office": True,
    "expert": True,
    "engineer": False,
    "verifier": False,
    "auditor": True,
    "administrator": True,
}


@pytest.mark.parametrize("role", CONFIDENTIAL)
def test_the_confidential_part_is_read_by_those_who_judge_and_by_nobody_else(client, member, role):
    solution = SolutionFactory(listed=True, organisation=member.organisation, confidential=SECRET)
    if role == "own":
        client.force_login(member.user)
    elif role == "other_vendor":
        client.force_login(MembershipFactory(organisation=OrganisationFactory(vendor=True)).user)
    elif role == "department":
        client.force_login(MembershipFactory().user)
    elif role != "anonymous":
        client.force_login(UserFactory(**{role: True}))
    page = client.get(solution.get_absolute_url()).content.decode()
    assert ("scandium" in page) is CONFIDENTIAL[role]
    for url in (
        LIST,
        "/api/v1/solutions/",
        f"/api/v1/solutions/{solution.slug}/",
        solution.organisation.get_absolute_url(),
        reverse("search:search") + "?q=scandium",
    ):
        assert "12 % scandium" not in client.get(url).content.decode(), url


def test_the_public_reads_steps_without_people_or_reasons(client, member):
    solution = SolutionFactory(organisation=member.organisation, created_by=member.user)
    officer = UserFactory(office=True, name="Officer Wong")
    services.submit(solution, by=member.user)
    services.acknowledge(solution, by=officer)
    services.return_(solution, by=officer, reason="Where is the evidence?")
    services.submit(solution, by=member.user)
    services.acknowledge(solution, by=officer)
    services.list_(solution, by=officer)
    public = client.get(solution.get_absolute_url()).content.decode()
    assert public.count("ip-timeline__item") == 5
    for hidden in ("Officer Wong", member.user.name, "Where is the evidence?", "Returned"):
        assert hidden not in public
    client.force_login(member.user)
    own = client.get(solution.get_absolute_url()).content.decode()
    assert "Where is the evidence?" in own
    assert member.user.name in own
    assert "Officer Wong" not in own
    client.force_login(officer)
    assert "Officer Wong" in client.get(solution.get_absolute_url()).content.decode()


def test_the_clock_of_the_pledge_runs_for_the_parties_alone(client, member):
    solution = SolutionFactory(listed=True, organisation=member.organisation)
    Entry.objects.create(noun="solutions.solution", object_id=solution.pk, verb="submit")
    assert "The portal office confirms by" not in client.get(solution.get_absolute_url()).content.decode()
    client.force_login(member.user)
    assert "The portal office confirms by" in client.get(solution.get_absolute_url()).content.decode()


def test_a_page_offers_only_what_can_be_done_now(client, member):
    solution = SolutionFactory(organisation=member.organisation)
    client.force_login(member.user)
    labels = [str(one["label"]) for one in client.get(solution.get_absolute_url()).context["actions"]]
    assert labels == ["Edit", "Hand in", "Withdraw"]
    services.submit(solution, by=member.user)
    client.force_login(UserFactory(office=True))
    labels = [str(one["label"]) for one in client.get(solution.get_absolute_url()).context["actions"]]
    assert labels == ["Begin screening", "Withdraw"]


def test_following_turns_into_stopping(client):
    solution, person = SolutionFactory(listed=True), UserFactory()
    client.force_login(person)
    assert "Follow this solution" in client.get(solution.get_absolute_url()).content.decode()
    follow(person, solution)
    assert "Stop following" in client.get(solution.get_absolute_url()).content.decode()


def answer(client, solution, wish_reference, pitch="It fits."):
    data = {"solution": solution.pk, "wish_reference": wish_reference, "pitch": pitch}
    return client.post(reverse("solutions:answer-wish"), data)


def test_a_vendor_answers_an_open_wish_from_its_page(client, member):
    wish = WishFactory(open=True)
    solution = SolutionFactory(listed=True, organisation=member.organisation)
    client.force_login(member.user)
    page = client.get(reverse("solutions:answer-wish"), {"wish": wish.reference})
    assert wish.title_en in page.content.decode()
    assert answer(client, solution, wish.reference).url == solution.get_absolute_url()
    assert Interest.objects.get().wish_reference == wish.reference


@pytest.mark.parametrize("reference", ["W-2026-9999", "nonsense", "draft", ""])
def test_a_wish_that_is_not_open_takes_no_answer(client, member, reference):
    draft = WishFactory()
    solution = SolutionFactory(listed=True, organisation=member.organisation)
    client.force_login(member.user)
    response = answer(client, solution, draft.key if reference == "draft" else reference)
    assert response.context["form"].errors.keys() == {"wish_reference"}
    assert draft.title_en not in response.content.decode()
    assert not Interest.objects.exists()


def test_a_vendor_answers_only_with_its_own_solutions_that_are_handed_in(client, member):
    wish = WishFactory(open=True)
    SolutionFactory(listed=True, organisation=member.organisation)
    client.force_login(member.user)
    for solution in (SolutionFactory(listed=True), SolutionFactory(organisation=member.organisation)):
        assert answer(client, solution, wish.reference).context["form"].errors.keys() == {"solution"}
    assert not Interest.objects.exists()


def test_a_department_cannot_answer_a_wish(client):
    client.force_login(MembershipFactory().user)
    assert client.get(reverse("solutions:answer-wish")).status_code == 403


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_a_text_in_the_other_language_is_marked_as_such(client, language):
    solution = SolutionFactory(listed=True, title_zh="", title_en="Only English")
    page = client.get(f"/{language}/solutions/{solution.reference}/").content.decode()
    marked = bool(re.search(r'<span lang="en">Only English</span>', page))
    assert marked is (language != "en")


@pytest.mark.parametrize(
    "payload", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}{% debug %}"]
)
def test_what_people_write_is_only_text(client, member, payload):
    solution = SolutionFactory(
        listed=True,
        organisation=member.organisation,
        title_en=payload,
        summary_en=payload,
        method_en=payload,
        certificates=[payload[:60]],
        intellectual_property=payload,
        trial_conditions_en=payload,
    )
    EvidenceFactory(solution=solution, text=payload)
    client.force_login(member.user)
    for url in (LIST, solution.get_absolute_url(), reverse("solutions:edit", args=[solution.slug])):
        page = client.get(url).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "49" not in page if "7*7" in payload and url == LIST else True


def attach(client, solution, name, data, **fields):
    url = reverse("solutions:attach", args=[solution.slug])
    return client.post(url, {"title": "Paper", "upload": samples.upload(name, data), **fields})


def test_a_file_is_attached_and_stands_on_the_page(client, member, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    solution = SolutionFactory(listed=True, organisation=member.organisation)
    client.force_login(member.user)
    attach(client, solution, "open.pdf", samples.pdf())
    attach(client, solution, "closed.pdf", samples.pdf(after=b"% another"), confidential="on")
    own = client.get(solution.get_absolute_url()).content.decode()
    assert [name in own for name in ("open.pdf", "closed.pdf")] == [True, True]
    sweep()  # makes the public copies
    client.logout()
    public = client.get(solution.get_absolute_url()).content.decode()
    assert [name in public for name in ("open.pdf", "closed.pdf")] == [True, False]


def test_a_file_that_is_not_what_it_says_is_refused_beside_its_field(client, member, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    solution = SolutionFactory(organisation=member.organisation)
    client.force_login(member.user)
    response = attach(client, solution, "a.pdf", samples.png())
    assert response.context["form"].errors.keys() == {"upload"}
    assert list(tmp_path.rglob("*")) == []
