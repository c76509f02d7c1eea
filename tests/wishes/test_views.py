from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories import (
    DocumentFactory,
    KpiFactory,
    MembershipFactory,
    OrganisationFactory,
    QuestionFactory,
    SponsorFactory,
    TopicFactory,
    WishFactory,
)
from wishes import services
from wishes.models import Question, Wish

pytestmark = pytest.mark.django_db
S = Wish.Status
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def as_role(client, people):
    def sign_in(role):
        client.force_login(people[role], backend=BACKEND)
        return client

    return sign_in


@pytest.mark.parametrize("count", [1, 5])
def test_list_takes_as_many_queries_for_five_wishes_as_for_one(client, django_assert_num_queries, count):
    for _ in range(count):
        WishFactory(open=True, topics=[TopicFactory()])
    with django_assert_num_queries(4):  # count, wishes with their topics; the filter's topics and departments
        response = client.get(reverse("wishes:list"))
    assert response.content.decode().count("<article") == count


@pytest.mark.parametrize("count", [1, 5])
def test_detail_takes_as_many_queries_for_five_of_everything_as_for_one(
    client, django_assert_num_queries, count
):
    wish = WishFactory(open=True, topics=TopicFactory.create_batch(count))
    KpiFactory.create_batch(count, wish=wish)
    QuestionFactory.create_batch(count, wish=wish)
    SponsorFactory.create_batch(count, wish=wish)
    about = {"noun": "wishes.wish", "object_id": wish.pk, "organisation": wish.organisation}
    DocumentFactory.create_batch(count, public=True, **about)
    with django_assert_num_queries(6):  # wish with its topics, sponsors, questions, measures, journal, files
        client.get(wish.get_absolute_url())


def test_detail_takes_few_queries_for_the_department_too(as_role, wish_in, django_assert_max_num_queries):
    wish = wish_in(S.OPEN)
    client = as_role("member")
    with django_assert_max_num_queries(11):  # ten of the page, and the inbox count in its header
        client.get(wish.get_absolute_url())


def test_an_open_wish_leads_vendors_and_visitors_to_their_answer_and_nobody_else(client, people, wish_in):
    wish, closed = wish_in(S.OPEN), wish_in(S.RESOLVED)
    link = f"{reverse('solutions:answer-wish')}?wish={wish.reference}"
    vendor = MembershipFactory(organisation=OrganisationFactory(vendor=True)).user
    shown = {}
    for name, user in (("visitor", None), ("vendor", vendor), ("member", people["member"])):
        if user:
            client.force_login(user, backend=BACKEND)
        shown[name] = link in client.get(wish.get_absolute_url()).content.decode()
    assert shown == {"visitor": True, "vendor": True, "member": False}
    assert "solutions/answer" not in client.get(closed.get_absolute_url()).content.decode()


def test_htmx_gets_the_results_alone(client):
    WishFactory(open=True)
    body = client.get(reverse("wishes:list"), headers={"HX-Request": "true"}).content.decode()
    assert body.lstrip().startswith('<div id="results">')


def test_a_page_holds_twenty_five(client):
    WishFactory.create_batch(26, open=True)
    assert len(client.get(reverse("wishes:list")).context["page_obj"]) == 25
    assert len(client.get(reverse("wishes:list"), {"page": 2}).context["page_obj"]) == 1
    assert client.get(reverse("wishes:list"), {"page": 3}).status_code == 404


def test_markup_in_a_text_is_shown_as_text(client, department):
    evil = "<script>alert(1)</script>"
    wish = WishFactory(open=True, title_en=evil, need_en=evil, outcome_en=evil, organisation=department)
    QuestionFactory(wish=wish, text=evil)
    for address in (wish.get_absolute_url(), reverse("wishes:list"), reverse("wishes:feed")):
        body = client.get(address).content.decode()
        assert evil not in body
        assert "alert(1)" in body


def test_each_reader_gets_the_wish_in_their_language_or_marked_as_the_other(client):
    wish = WishFactory(open=True, title_zh="及早發現升降機故障", need_en="Only English.", need_zh="")
    for prefix, title in (("zh-hant", "及早發現升降機故障"), ("zh-hans", "及早发现升降机故障")):
        body = client.get(f"/{prefix}/wishes/{wish.reference}/").content.decode()
        assert title in body
        assert '<div lang="en"><p>Only English.</p></div>' in body


def test_the_public_timeline_has_neither_names_nor_reasons_nor_inner_steps(client, people, wish_in):
    wish = wish_in(S.DRAFT)
    services.submit(wish, by=people["creator"])
    services.send_back(wish, by=people["approver"], reason="Too vague for us.")
    services.submit(wish, by=people["member"])
    services.endorse(wish, by=people["approver"])
    services.publish(wish, by=people["office"])
    public = client.get(wish.get_absolute_url())
    assert [entry["title"] for entry in public.context["timeline"]] == ["Published"]
    for secret in ("Too vague for us.", *(person.name for person in people.values() if person)):
        assert secret not in public.content.decode()
    client.force_login(people["member"], backend=BACKEND)
    inside = client.get(wish.get_absolute_url()).content.decode()
    assert "Too vague for us." in inside
    assert people["office"].name in inside


def test_the_clock_of_pledges_is_for_those_involved(client, people, wish_in):
    wish = wish_in(S.DRAFT)
    services.submit(wish, by=people["creator"])
    services.endorse(wish, by=people["approver"])
    services.publish(wish, by=people["office"])
    assert client.get(wish.get_absolute_url()).context["dues"] == []
    client.force_login(people["office"], backend=BACKEND)
    page = client.get(wish.get_absolute_url())
    assert [(one.step, one.state, one.answered_on) for one in page.context["dues"]] == [
        ("submit", "kept", timezone.localdate()),
        ("endorse", "kept", timezone.localdate()),
    ]
    assert page.content.decode().count("Done on") == 2


def test_buttons_are_the_verbs_that_this_person_has_now(client, people, wish_in):
    shown = {}
    wish = wish_in(S.SCREENING)
    for role in ("creator", "approver", "office", "auditor", "administrator"):
        client.force_login(people[role], backend=BACKEND)
        shown[role] = [action["verb"] for action in client.get(wish.get_absolute_url()).context["verbs"]]
    office = ["publish", "return", "merge", "withdraw"]
    assert shown == {
        "creator": [],
        "approver": ["withdraw"],
        "office": office,
        "auditor": [],
        "administrator": office,
    }


def test_an_administrator_is_not_offered_to_endorse(as_role, wish_in):
    actions = as_role("administrator").get(wish_in(S.ENDORSEMENT).get_absolute_url()).context["verbs"]
    assert "endorse" not in [action["verb"] for action in actions]


def test_the_number_of_a_merged_wish_leads_the_public_to_where_it_goes_on(client, people, wish_in):
    stays, gone, never = wish_in(S.OPEN), wish_in(S.OPEN), wish_in(S.SCREENING)
    for wish in (gone, never):
        services.merge(wish, by=people["office"], into=stays, reason="The same.")
    response = client.get(gone.get_absolute_url())
    assert (response.status_code, response["Location"]) == (301, stays.get_absolute_url())
    assert client.get(never.get_absolute_url()).status_code == 404


def test_a_public_wish_that_is_withdrawn_tells_everyone_when_and_why_and_nothing_of_its_content(
    client, people, wish_in
):
    wish = wish_in(
        S.OPEN,
        title_en="Hear <worn> bearings",
        need_en="The need of before.",
        outcome_en="The outcome of before.",
        site_en="The site of before",
        topics=[TopicFactory(name_en="The topic of before")],
    )
    QuestionFactory(wish=wish, text="The question of before?")
    services.withdraw(wish, by=people["office"], reason="Bought <elsewhere>.")
    for role in ("anonymous", "other_member", "vendor", "expert", "engineer", "verifier"):
        client.logout()
        if people[role]:
            client.force_login(people[role], backend=BACKEND)
        for slug in (wish.reference, wish.key):
            response = client.get(reverse("wishes:detail", args=[slug]))
            body = response.content.decode()
            assert response.status_code == 410
            assert wish.reference in body
            assert "Hear &lt;worn&gt; bearings" in body
            assert "This wish was withdrawn on " in body
            assert "Bought &lt;elsewhere&gt;." in body
            for kept in ("of before", wish.organisation.name, people["office"].name):
                assert kept not in body
    day = timezone.localdate()
    chinese = client.get(f"/zh-hant/wishes/{wish.reference}/").content.decode()
    assert f"此願望已於{day.year}年{day.month}月{day.day}日撤回。" in chinese
    client.force_login(people["auditor"], backend=BACKEND)  # who may read it whole still does
    assert "The need of before." in client.get(wish.get_absolute_url()).content.decode()


def test_a_wish_that_was_never_public_leaves_no_trace_when_it_is_withdrawn(client, people, wish_in):
    for status in (S.DRAFT, S.SCREENING):
        wish = wish_in(status)
        services.withdraw(wish, by=people["office"], reason="No.")
        assert client.get(wish.get_absolute_url()).status_code == 404


def test_what_was_public_is_in_no_list_search_api_or_feed_once_it_is_withdrawn(client, people, wish_in):
    wish = wish_in(S.OPEN, title_en="Nobody may find this")
    services.withdraw(wish, by=people["office"], reason="No longer needed.")
    lists = ("/en/wishes/", "/en/wishes/feed/", "/en/search/?q=nobody", "/api/v1/wishes/", "/en/")
    for address in (*lists, "/api/v1/search/?q=nobody"):
        assert "Nobody may find this" not in client.get(address).content.decode()
    assert client.get(f"/api/v1/wishes/{wish.reference}/").status_code == 404
    assert client.get(reverse("matching:of-wish", args=[wish.reference])).status_code == 404


def test_a_question_is_asked_and_answered_in_public(client, people, wish_in):
    wish = wish_in(S.OPEN)
    client.force_login(people["vendor"], backend=BACKEND)
    assert client.post(reverse("wishes:ask", args=[wish.slug]), {"text": " "}).status_code == 422
    client.post(reverse("wishes:ask", args=[wish.slug]), {"text": "Which lifts?"})
    question = Question.objects.get()
    answer = reverse("wishes:answer", args=[wish.slug, question.pk])
    assert client.post(answer, {"text": "I say all."}).status_code == 403
    client.force_login(people["member"], backend=BACKEND)
    client.post(answer, {"text": "Twelve."})
    client.logout()
    body = client.get(wish.get_absolute_url()).content.decode()
    assert "Which lifts?" in body
    assert "Twelve." in body
    assert people["vendor"].name not in body
    assert client.post(reverse("wishes:ask", args=[wish.slug]), {"text": "Me too"}).status_code == 302
    assert Question.objects.count() == 1


def test_a_question_of_another_wish_cannot_be_answered_through_ones_own(as_role, wish_in):
    question = QuestionFactory()
    mine = wish_in(S.OPEN)
    response = as_role("member").post(
        reverse("wishes:answer", args=[mine.slug, question.pk]), {"text": "Taken over"}
    )
    question.refresh_from_db()
    assert (response.status_code, question.answer) == (404, "")


def test_only_a_department_that_one_speaks_for_can_be_named_as_sponsor(client, wish_in):
    wish = wish_in(S.OPEN)
    approver = MembershipFactory(approver=True)
    client.force_login(approver.user, backend=BACKEND)
    address = reverse("wishes:sponsor", args=[wish.slug])
    assert client.post(address, {"organisation": OrganisationFactory().pk}).status_code == 422
    assert client.post(address, {"organisation": approver.organisation.pk}).status_code == 302
    assert [row.organisation for row in wish.sponsors.all()] == [approver.organisation]


def test_what_was_typed_survives_a_wrong_merge(as_role, wish_in):
    wish = wish_in(S.SCREENING)
    response = as_role("office").post(
        reverse("wishes:merge", args=[wish.slug]), {"into": "W-1999-0001", "reason": "Typed reason"}
    )
    assert response.status_code == 422
    assert "Typed reason" in response.content.decode()


def test_incomplete_drafts_are_refused_with_a_message(as_role, wish_in):
    wish = wish_in(S.DRAFT, outcome_en="")
    response = as_role("creator").post(reverse("wishes:submit", args=[wish.slug]), follow=True)
    assert [str(message) for message in response.context["messages"]] == ["Say what outcome is wanted."]


def test_the_workspace_shows_each_what_waits_for_them(client, people, wish_in):
    waiting = {"endorse": wish_in(S.ENDORSEMENT), "screen": wish_in(S.SCREENING), "open": wish_in(S.OPEN)}
    question = QuestionFactory(wish=waiting["open"])
    seen = {}
    for role in ("creator", "approver", "office", "vendor"):
        client.force_login(people[role], backend=BACKEND)
        context = client.get(reverse("wishes:workspace")).context
        seen[role] = [list(context[name]) for name in ("to_endorse", "to_screen", "to_answer")]
    assert seen == {
        "creator": [[], [], [question]],
        "approver": [[waiting["endorse"]], [], [question]],
        "office": [[], [waiting["screen"]], []],
        "vendor": [[], [], []],
    }


def test_the_workspace_answers_htmx_with_its_piece(as_role):
    body = as_role("vendor").get(reverse("wishes:workspace"), headers={"HX-Request": "true"}).content.decode()
    assert body.lstrip().startswith("<section")


def test_the_feed_is_atom_and_has_what_the_list_has(client, wish_in):
    shown = wish_in(S.OPEN, closes_on=timezone.localdate() + timedelta(days=3))
    others = {status: wish_in(status) for status in S if status != S.OPEN}
    everything = client.get(reverse("wishes:feed")).content.decode()
    for status, wish in others.items():
        assert (f"{wish.title_en}<" in everything) == (status in Wish.PUBLIC)
    response = client.get(reverse("wishes:feed"), {"status": "open"})
    assert response["Content-Type"].startswith("application/atom+xml")
    body = response.content.decode()
    assert shown.title_en in body
    assert [wish.title_en for wish in others.values() if f"{wish.title_en}<" in body] == []


def test_each_verb_is_offered_once_and_a_refusal_never_without_its_reason(as_role, wish_in):
    wish = wish_in(S.OPEN)
    body = as_role("office").get(wish.get_absolute_url()).content.decode()
    for verb in ("expire", "resolve", "merge", "withdraw"):
        assert body.count(f'action="{reverse(f"wishes:{verb}", args=[wish.slug])}"') == 1
    assert body.count('name="reason"') == 2


def test_pages_follow_each_other_in_the_order_of_the_list_and_miss_nothing(client):
    wishes = [WishFactory(open=True, published_at=timezone.now() - timedelta(days=n % 3)) for n in range(28)]
    shown = [list(client.get(f"/en/wishes/?page={page}").context["page_obj"]) for page in (1, 2)]
    assert [len(page) for page in shown] == [25, 3]
    ordered = sorted(wishes, key=lambda wish: (wish.published_at, wish.pk), reverse=True)
    assert [wish.pk for page in shown for wish in page] == [wish.pk for wish in ordered]
    assert client.get("/en/wishes/?page=3").status_code == 404
