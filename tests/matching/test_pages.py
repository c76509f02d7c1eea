"""What each person reads of a match, and what not."""

import re

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from innoportal.lib.counting import CappedPaginator
from matching import services
from matching.models import Match
from matching.services import glossaries
from matching.views import pieces
from matching.views.marking import converted
from solutions.models import Solution
from tests.factories import (
    ConflictFactory,
    MatchFactory,
    MembershipFactory,
    OrganisationFactory,
    ReviewFactory,
    SolutionFactory,
    SponsorFactory,
    TopicFactory,
    UserFactory,
    WishFactory,
)
from tests.matching.people import STANDINGS, person

pytestmark = pytest.mark.usefixtures("engine")
SECRET = "we grind the lens in a bath"
EXPERT = "Expert Wong Tai Man"
OPINION = "I have seen this fail in a lift shaft."


def url_of(match):
    return reverse("matching:detail", args=[match.key])


def computed(**fields) -> Match:
    """A match as the engine writes it."""
    wish = WishFactory(open=True, title_zh="", trl_wanted=9)
    solution = SolutionFactory(listed=True, title_zh="", confidential=SECRET, trl=4)
    services.sweep()
    Match.objects.update(**fields)
    return Match.objects.get(wish=wish, solution=solution)


@pytest.mark.parametrize("standing", STANDINGS)
def test_what_a_page_tells_whom(client, standing):
    match = computed(status="approved")
    ReviewFactory(match=match, expert__name=EXPERT, reason=OPINION)
    if user := person(standing, match):
        client.force_login(user)
    page = client.get(url_of(match)).content.decode()
    judges = {"office", "auditor", "administrator", "expert"}
    department = {"department_member", "department_approver"}
    vendor = {"vendor_member", "vendor_approver"}
    assert ("likely fit" in page) == (standing in judges | department)
    assert ("That is too far for a trial." in page) == (standing in judges | department | vendor)
    assert (EXPERT in page) == (OPINION in page) == (standing in judges - {"expert"})
    assert (SECRET in page) == (standing in judges | vendor)


def test_an_expert_reads_other_verdicts_only_after_giving_one(client):
    match = MatchFactory(review=True)
    ReviewFactory(match=match, expert__name=EXPERT, reason=OPINION)
    expert = UserFactory(expert=True)
    client.force_login(expert)
    assert OPINION not in client.get(url_of(match)).content.decode()
    ReviewFactory(match=match, expert=expert, verdict="want")
    page = client.get(url_of(match)).content.decode()
    assert OPINION in page
    assert EXPERT in page


def test_an_expert_who_is_too_near_reads_neither_verdicts_nor_secrets(client):
    match = computed(status="review")
    ReviewFactory(match=match, expert__name=EXPERT, reason=OPINION)
    expert = UserFactory(expert=True)
    ConflictFactory(expert=expert, organisation=match.solution.organisation)
    client.force_login(expert)
    page = client.get(url_of(match)).content.decode()
    assert OPINION not in page
    assert SECRET not in page
    assert "You have declared a conflict of interest" in page
    assert "Give the verdict" not in page


@pytest.mark.parametrize("standing", ["vendor_member", "department_member"])
def test_a_party_reads_why_and_not_who(client, standing):
    match, expert = MatchFactory(review=True), UserFactory(expert=True, name=EXPERT)
    services.review(match, by=expert, verdict="decline", ground="safety", reason=OPINION)
    client.force_login(person(standing, match))
    page = client.get(url_of(match)).content.decode()
    assert OPINION in page
    assert EXPERT not in page


def test_what_both_say_is_marked_at_its_place(client):
    WishFactory(
        open=True, title_en="Lift <b>faults</b>", title_zh="升降機故障", need_zh="乘客先發現升降機故障。"
    )
    solution = SolutionFactory(
        listed=True, title_en="Monitor", title_zh="", summary_en="Finds lift faults & heat."
    )
    services.sweep()
    match = Match.objects.get(solution=solution)
    client.force_login(UserFactory(expert=True))
    page = client.get(url_of(match)).content.decode()
    assert "&lt;b&gt;<mark>faults</mark>&lt;/b&gt;" in page
    assert re.search(
        r"<mark>lift</mark> <mark>faults</mark> &amp; heat|<mark>lift faults</mark> &amp; heat", page
    )
    assert "<b>faults" not in page


def test_marks_hold_in_simplified_chinese():
    text, spans = converted("發現升降機故障，乾淨。", [(2, 5), (8, 10)])
    assert [text[a:b] for a, b in spans] == ["升降机", "干净"]
    assert converted("", []) == ("", [])


def test_an_explanation_is_kept_until_a_text_changes(django_assert_num_queries):
    match = computed()
    first = services.explanation_of(match)
    with django_assert_num_queries(0):
        assert services.explanation_of(match) == first
    match.wish.need_en = "Escalators stop."
    assert services.explanation_of(match)["texts"] != first["texts"]


def test_the_bars_of_the_page_add_up(client):
    match = computed(status="review")
    client.force_login(UserFactory(expert=True))
    page = client.get(url_of(match)).content.decode()
    table = page[page.index("ip-factors") :]
    shown = [
        float(n.replace("−", "-").replace("+", ""))
        for n in re.findall(r"ip-factors__value\">\s*([^<]+)</td>", table)
    ]
    total = float(
        re.search(r"<strong>(−?[\d.]+)</strong></td></tr></tfoot>", table).group(1).replace("−", "-")
    )
    assert sum(shown) == pytest.approx(total, abs=0.005 * len(shown) + 0.005)


def test_a_verdict_that_cannot_be_taken_keeps_what_was_typed(client):
    match = MatchFactory(review=True)
    client.force_login(UserFactory(expert=True))
    url = reverse("matching:review", args=[match.key])
    response = client.post(url, {"verdict": "", "ground": "fits", "reason": "A long thought."})
    assert response.status_code == 422
    assert "A long thought." in response.content.decode()
    assert not match.reviews.exists()


@pytest.mark.parametrize("status", Match.Status.values)
def test_every_state_has_a_page_for_every_standing(client, status):
    match = MatchFactory(status=status)
    for standing in STANDINGS:
        user = person(standing, match)
        client.logout()
        if user:
            client.force_login(user)
        visible = Match.objects.visible_to(user or UserFactory()).filter(pk=match.pk).exists()
        assert client.get(url_of(match)).status_code == (200 if visible else 404)


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
@pytest.mark.parametrize("name", ["queue", "workspace", "conflicts"])
def test_pages_in_each_language(client, language, name):
    client.force_login(UserFactory(expert=True))
    MatchFactory(review=True)
    path = reverse(f"matching:{name}").replace("/en/", f"/{language}/", 1)
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("name", ["queue", "workspace", "conflicts"])
@pytest.mark.parametrize("standing", STANDINGS)
def test_who_opens_the_lists(client, standing, name):
    match = MatchFactory(review=True)
    if user := person(standing, match):
        client.force_login(user)
    judges = {"office", "expert", "auditor", "administrator"}
    may = {"queue": judges, "workspace": set(STANDINGS), "conflicts": {"expert", "administrator"}}[name]
    expected = 302 if standing == "anonymous" else 200 if standing in may else 403
    assert client.get(reverse(f"matching:{name}")).status_code == expected


def test_the_list_shows_what_waits_and_narrows(client):
    client.force_login(UserFactory(expert=True))
    topic = TopicFactory()
    waiting = MatchFactory(review=True, probability=0.4)
    likelier = MatchFactory(review=True, probability=0.9, wish__topics=[topic])
    MatchFactory(status="suggested")
    approved = MatchFactory(approved=True)
    MatchFactory(review=True, wish__status="withdrawn", wish__reference=None)

    def shown(**narrowed):
        return list(client.get(reverse("matching:queue"), narrowed).context["page_obj"])

    assert shown() == [likelier, waiting]
    assert shown(status="approved") == [approved]
    assert shown(topic=topic.slug) == [likelier]
    assert shown(number=waiting.wish.reference.lower()) == [waiting]
    assert shown(sort="newest") == [likelier, waiting]
    assert shown(feasibility="not_feasible") == []


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_takes_as_many_queries_for_five_as_for_one(client, django_assert_num_queries, count):
    client.force_login(UserFactory(expert=True))
    for _ in range(count):
        ReviewFactory(match__review=True)
    # session, person, unread notices, count, matches, topics of the filter; memberships and saved views twice
    with django_assert_num_queries(9):
        page = client.get(reverse("matching:queue"))
    assert len(page.context["page_obj"]) == count


@pytest.mark.parametrize("count", [1, 5])
def test_a_match_takes_as_many_queries_for_five_verdicts_as_for_one(
    client, django_assert_num_queries, monkeypatch, count
):
    monkeypatch.setattr(glossaries, "TRUSTED", 3600.0)  # not asked anew, however slow the machine
    match = MatchFactory(review=True)
    ReviewFactory.create_batch(count, match=match, verdict="want")
    client.force_login(UserFactory(auditor=True))
    client.get(url_of(match))
    # session, person, unread notices, match, memberships, verdicts; topics of both for the best change;
    # what happened, and the pledges
    with django_assert_num_queries(10):
        client.get(url_of(match))


def test_an_expert_page_stays_within_thirteen_queries(client, django_assert_max_num_queries):
    match = MatchFactory(review=True)
    client.force_login(UserFactory(expert=True))
    client.get(url_of(match))
    # co-authors are parties, and asked for by themselves: nobody judges what is also theirs
    with django_assert_max_num_queries(13):
        assert "Give the verdict" in client.get(url_of(match)).content.decode()


def test_the_public_reads_only_approved_matches_of_a_wish(client):
    approved = MatchFactory(approved=True)
    MatchFactory(wish=approved.wish)
    page = client.get(reverse("matching:of-wish", args=[approved.wish.slug]), headers={"HX-Request": "true"})
    text = page.content.decode()
    assert approved.solution.reference in text
    assert text.count("<li>") == 1
    assert "likely fit" not in text
    assert "<html" not in text


def test_a_list_counts_no_further_than_anyone_reads(client, monkeypatch):
    monkeypatch.setattr(CappedPaginator, "most", 2)
    monkeypatch.setattr(pieces, "SHOWN", 1)
    monkeypatch.setattr(pieces, "COUNTED", 2)
    client.force_login(UserFactory(expert=True))
    for count, said in ((2, "2"), (3, "2+")):
        MatchFactory.create_batch(count - Match.objects.count(), review=True)
        results = strip_tags(client.get(reverse("matching:queue")).content.decode())
        assert re.findall(r"(\S+) results", results) == [said]
        desk = client.get(reverse("matching:workspace")).content.decode()
        assert re.findall(r"ip-count--plain\">(.*?)<", desk) == [said]


def test_a_count_asks_each_match_what_the_list_asks_of_all():
    live = MatchFactory(review=True)
    MatchFactory(wish__open=False)
    MatchFactory(solution__listed=False)
    assert [*Match.objects.live()] == [*Match.objects.live_one_by_one()] == [live]


def test_a_department_reads_all_matches_of_its_wish_with_figures(client):
    approved = MatchFactory(approved=True)
    MatchFactory(wish=approved.wish)
    client.force_login(MembershipFactory(organisation=approved.wish.organisation).user)
    text = client.get(reverse("matching:of-wish", args=[approved.wish.slug])).content.decode()
    assert text.count("likely fit") == 2


@pytest.mark.parametrize("count", [1, 5])
def test_matches_of_a_wish_take_as_many_queries_for_five_as_for_one(client, django_assert_num_queries, count):
    wish = WishFactory(open=True)
    MatchFactory.create_batch(count, wish=wish)
    client.force_login(MembershipFactory(organisation=wish.organisation).user)
    with django_assert_num_queries(6):  # session, person, unread notices, memberships, wish, matches
        client.get(reverse("matching:of-wish", args=[wish.slug]))


def test_a_draft_wish_has_no_piece_for_strangers(client):
    wish = WishFactory()
    assert client.get(reverse("matching:of-wish", args=[wish.key])).status_code == 404


def test_a_vendor_reads_which_wishes_fit_in_words(client):
    match = MatchFactory(probability=0.7345)
    other = MatchFactory(wish=match.wish, probability=0.9)
    url = reverse("matching:of-solution", args=[match.solution.slug])
    client.force_login(MembershipFactory(organisation=match.solution.organisation).user)
    text = client.get(url).content.decode()
    assert match.wish.reference in text
    assert "Strong fit" in text
    assert not any(figure in strip_tags(text) for figure in ("73%", "73 %", "0.73", ".7345"))
    assert other.solution.reference not in text
    assert match.key not in text


@pytest.mark.parametrize("standing", ["anonymous", "stranger", "other_vendor", "department_member"])
def test_others_do_not_read_which_wishes_a_solution_fits(client, standing):
    match = MatchFactory()
    if user := person(standing, MatchFactory()):
        client.force_login(user)
    text = client.get(reverse("matching:of-solution", args=[match.solution.slug])).content.decode()
    assert match.wish.reference not in text


def test_the_workspace_shows_what_waits(client):
    match = MatchFactory(review=True)
    expert = UserFactory(expert=True)
    client.force_login(expert)
    url = reverse("matching:workspace")
    piece = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert match.key in piece
    assert "<html" not in piece
    ReviewFactory(match=match, expert=expert, verdict="want")
    assert match.key not in client.get(url).content.decode()


@pytest.mark.parametrize("stake", ["wish", "solution", "nominator", "sponsor"])
def test_the_workspace_of_an_expert_shows_nothing_that_they_may_not_judge(client, stake):
    match, near = MatchFactory(review=True), OrganisationFactory()
    if stake == "sponsor":
        SponsorFactory(wish=match.wish, organisation=near)
    elif stake == "nominator":
        Solution.objects.filter(pk=match.solution_id).update(nominated_by=near)
    else:
        near = getattr(match, stake).organisation
    expert = UserFactory(expert=True)
    services.declare_conflict(by=expert, organisation=near, reason="I advise them.")
    client.force_login(expert)
    assert match.key not in client.get(reverse("matching:workspace")).content.decode()
    other = MatchFactory(review=True)
    assert other.key in client.get(reverse("matching:workspace")).content.decode()


def test_the_workspace_of_a_vendor_shows_what_the_experts_ask(client):
    match = MatchFactory(status="wanting")
    client.force_login(MembershipFactory(organisation=match.solution.organisation).user)
    assert match.key in client.get(reverse("matching:workspace")).content.decode()


def test_an_expert_declares_a_conflict(client):
    match, expert = MatchFactory(review=True), UserFactory(expert=True)
    client.force_login(expert)
    url = reverse("matching:conflicts")
    response = client.post(url, {"organisation": match.solution.organisation_id, "reason": "I advise them."})
    assert response.status_code == 302
    assert expert.conflicts.get().organisation == match.solution.organisation
    assert client.post(url, {"organisation": match.wish.organisation_id, "reason": ""}).status_code == 200
    assert expert.conflicts.count() == 1


@pytest.mark.parametrize("standing", STANDINGS)
def test_who_reads_the_change_that_would_help_most(client, standing):
    """Those who read the figures; the weights say how a score may be courted."""
    match = computed(status="review")
    if user := person(standing, match):
        client.force_login(user)
    page = client.get(url_of(match)).content.decode()
    judges = {"office", "auditor", "administrator", "expert", "department_member", "department_approver"}
    assert ("The solution reaches TRL 9." in page) == (standing in judges)
    first = services.improvements_of(match)[0]
    assert (f"That would make it {round(100 * first.probability)}%" in page) == (standing in judges)


def test_what_was_decided_needs_no_change(client):
    match = computed(status="approved")
    client.force_login(UserFactory(expert=True))
    assert services.improvements_of(match) == ()
    assert "would raise the score" not in client.get(url_of(match)).content.decode()


def test_a_change_counts_the_reports_of_the_vendor():
    """Rescoring what is there gives what is there: the gain is of the change alone."""
    match = computed()
    MatchFactory(
        solution=SolutionFactory(listed=True, organisation=match.solution.organisation), report="R-1"
    )
    services.rematch_wish(match.wish_id)
    match = Match.objects.get(pk=match.pk)
    for row in (match, services.with_reports(Match.objects.filter(pk=match.pk)).get()):
        for change in services.improvements_of(row):
            assert change.probability - change.gain == pytest.approx(match.probability)


def halves(client, wish) -> list[str]:
    """The list of a wish's matches, and what is left out of it."""
    page = client.get(reverse("matching:of-wish", args=[wish.slug])).content.decode()
    return page.split("left out, since")


def two_matches():
    wish = WishFactory(open=True, trl_wanted=9)
    ready, early = SolutionFactory(listed=True, trl=9), SolutionFactory(listed=True, trl=4)
    services.sweep()
    return wish, ready, early


def test_what_a_hard_constraint_rules_out_is_left_out_and_says_why(client):
    wish, ready, early = two_matches()
    client.force_login(MembershipFactory(organisation=wish.organisation).user)
    listed, left_out = halves(client, wish)
    assert (ready.reference in listed, early.reference in listed) == (True, False)
    assert (ready.reference in left_out, early.reference in left_out) == (False, True)
    assert "That is too far for a trial." in left_out


def test_a_vendor_reads_which_wishes_ask_for_what_it_has_not_got(client):
    wish, _ready, early = two_matches()
    nearer = WishFactory(open=True, trl_wanted=4)
    services.sweep()
    client.force_login(MembershipFactory(organisation=early.organisation).user)
    page = client.get(reverse("matching:of-solution", args=[early.slug])).content.decode()
    fitting, left_out = page.split("asks for what this solution does not have")
    assert (nearer.reference in fitting, wish.reference in fitting) == (True, False)
    assert (nearer.reference in left_out, wish.reference in left_out) == (False, True)
    assert "That is too far for a trial." in left_out


def test_what_someone_has_picked_stays_in_the_list(client):
    wish, ready, early = two_matches()
    Match.objects.filter(solution=early).update(status="shortlisted")
    client.force_login(MembershipFactory(organisation=wish.organisation).user)
    (listed,) = halves(client, wish)
    assert ready.reference in listed
    assert early.reference in listed


def test_a_desk_suggests_nothing_that_cannot_be_tried(client):
    wish, ready, early = two_matches()
    client.force_login(MembershipFactory(organisation=wish.organisation).user)
    desk = client.get(reverse("matching:workspace")).content.decode()
    assert Match.objects.get(solution=ready).key in desk
    assert Match.objects.get(solution=early).key not in desk


def test_only_what_is_left_out_is_no_empty_list(client):
    wish, ready, _ = two_matches()
    Match.objects.filter(solution=ready).delete()
    client.force_login(MembershipFactory(organisation=wish.organisation).user)
    listed, _ = halves(client, wish)
    assert "No match has been approved yet." not in listed
