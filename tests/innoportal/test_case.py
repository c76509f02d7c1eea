import re

import pytest
from django.urls import reverse

from matching import services as matching
from solutions import services as solutions
from tests.factories import MatchFactory, MembershipFactory, SolutionFactory, UserFactory, WishFactory
from tests.trials import stories
from wishes import services as wishes

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    """One wish and one solution up to a published report; the office declined another before."""
    wish = WishFactory(status="screening", endorsed_at="2026-01-01T00:00Z", title_en="Quiet doors")
    office = UserFactory(office=True, name="Officer Chan")
    wishes.publish(wish, by=office)
    vendor = MembershipFactory(organisation__vendor=True).user
    solution = SolutionFactory(
        organisation=vendor.organisations.get(), created_by=vendor, summary_en="It damps.", title_en="Felt"
    )
    solutions.submit(solution, by=vendor)
    solutions.acknowledge(solution, by=office)
    solutions.list_(solution, by=office)
    refused = MatchFactory(wish=wish, solution__title_en="Cork")
    matching.shortlist(refused, by=office)
    matching.decline(refused, by=office, reason="Cork crumbles.")
    match = MatchFactory(wish=wish, solution=solution)
    matching.shortlist(match, by=office)
    matching.open_review(match, by=office)
    for expert in (UserFactory(expert=True, name="Expert Au"), UserFactory(expert=True, name="Expert Bo")):
        matching.review(match, by=expert, verdict="approve", ground="fits", reason="It answers the need.")
    return stories.published(match=match)


def lines(client, thing, user=None, **query):
    client.logout()
    if user:
        client.force_login(user)
    name = f"case:{thing._meta.model_name}"
    response = client.get(reverse(name, args=[thing.slug]), query)
    return [(line["story"].kind, str(line["title"]), line["thing"]) for line in response.context["lines"]]


def steps(found):
    return [f"{kind} {title}" for kind, title, _thing in found]


PUBLIC = [
    "wish Published",
    "match Approved for trial",
    "wish Matched",
    "trial Plan locked",
    "trial Plan signed",
    "trial Plan signed",
    "trial Started",
    "match A trial began",
    "wish Trial started",
    "trial Measuring ended",
    "trial Report begun",
    "report Verified and published",
    "trial Closed",
    "match Closed",
    "wish Trial ended",
    "wish Resolved",
]


def test_the_public_reads_the_public_steps_of_every_room_in_order(client, report):
    assert steps(lines(client, report.trial.match.wish)) == PUBLIC
    assert (
        "Cork" not in client.get(reverse("case:wish", args=[report.trial.match.wish.slug])).content.decode()
    )


def test_the_department_reads_every_step_of_what_it_may_see_and_why(client, report):
    wish = report.trial.match.wish
    member = MembershipFactory(organisation=wish.organisation).user
    found = steps(lines(client, wish, member))
    assert {"match Put on the shortlist", "match An expert gave a verdict", "match Declined"} <= set(found)
    page = client.get(reverse("case:wish", args=[wish.slug])).content.decode()
    assert "Cork crumbles." in page
    assert "Expert Au" not in page
    assert "Expert Bo" not in page  # whose approval moved the wish itself


def test_a_vendor_reads_nothing_of_another_vendor(client, report):
    solution = report.trial.match.solution
    seller = solution.created_by
    found = lines(client, solution, seller)
    assert {"solution Handed in", "match Approved for trial", "report Verified and published"} <= set(
        steps(found)
    )
    assert "match An expert gave a verdict" not in steps(found)
    others = [
        thing for kind, _title, thing in lines(client, report.trial.match.wish, seller) if kind == "match"
    ]
    assert {thing.solution for thing in others} == {solution}


def test_the_office_reads_who_judged(client, report):
    office = UserFactory(office=True)
    lines(client, report.trial.match.wish, office)
    page = client.get(reverse("case:wish", args=[report.trial.match.wish.slug])).content.decode()
    assert "Expert Au" in page


def test_kinds_narrow_and_an_unknown_kind_narrows_nothing(client, report):
    wish = report.trial.match.wish
    assert {kind for kind, *_ in lines(client, wish, kind="report")} == {"report"}
    assert {kind for kind, *_ in lines(client, wish, kind=["wish", "trial"])} == {"wish", "trial"}
    assert lines(client, wish, kind="x'--") == lines(client, wish)


def test_each_entry_has_an_address_that_stays_whoever_reads_it(client, report):
    wish = report.trial.match.wish
    url = reverse("case:wish", args=[wish.slug])

    def marks(user=None, **query):
        lines(client, wish, user)
        return re.findall(
            r'<li class="ip-timeline__item" id="(e\w{12})"', client.get(url, query).content.decode()
        )

    public = marks()
    assert len(public) == len(set(public)) > 5
    assert set(public) <= set(marks(UserFactory(office=True)))
    assert set(marks(kind="report")) < set(public)
    page = client.get(url, {"kind": "report"}).content.decode()
    assert (
        f'href="{url}#{marks(kind="report")[0]}"' in page
    )  # of the whole time line, not of the narrowed one


def test_who_may_not_see_the_wish_may_not_see_its_case(client):
    wish = WishFactory()
    client.force_login(UserFactory(office=True))
    assert client.get(reverse("case:wish", args=[wish.slug])).status_code == 404


@pytest.mark.parametrize("count", [1, 5])
def test_a_case_takes_as_many_queries_for_five_of_everything_as_for_one(
    client, django_assert_num_queries, count
):
    wish = WishFactory(open=True)
    for _ in range(count):
        stories.published(match=MatchFactory(approved=True, wish=wish))
    url = reverse("case:wish", args=[wish.slug])
    client.get(url)
    with django_assert_num_queries(10):
        client.get(url)
