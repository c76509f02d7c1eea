from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from journal.models import Entry
from tests.factories import (
    MembershipFactory,
    OrganisationFactory,
    TopicFactory,
    UserFactory,
    WishDraftFactory,
)
from tests.wishes.writing import Fields, address, answer, autosave, finish, opened, start, write
from wishes.models import Wish, WishDraft
from wishes.steps import STEPS

pytestmark = pytest.mark.django_db
S = Wish.Status
BACKEND = "django.contrib.auth.backends.ModelBackend"
SOON, LATER = (str(timezone.localdate() + timedelta(days=days)) for days in (60, 90))
EVIL = '"><script>alert(1)</script>{{ 7|add:7 }}'
NEEDED = {"need_en": "Passengers report faults.", "outcome_zh": "一星期前預知。", "title_en": "Faults early"}


@pytest.fixture
def as_role(client, people):
    def sign_in(role):
        client.force_login(people[role], backend=BACKEND)
        return client

    return sign_in


@pytest.fixture
def draft(department, people):
    return WishDraftFactory(organisation=department, author=people["creator"])


def test_a_wish_is_written_page_by_page_and_saved_as_a_draft(as_role, people, department):
    topic = TopicFactory()
    client = as_role("creator")
    given = NEEDED | {
        "site_gives": ["power", "night"],
        "certificates": "ISO 9001, , EN 81-20,",
        "access_hours_en": "Weekdays 09:00 to 17:00",
        "environment_zh": "潮濕",
        "topics": [topic.slug],
        "vehicle": "quotation",
        "months": "9",
        "kpis-0-metric": "Breakdowns",
        "kpis-0-target": "2",
        "kpis-0-method": "Counted by the log book",
    }
    wish = write(client, given, organisation=department.pk)
    assert (wish.status, wish.created_by, wish.organisation) == (S.DRAFT, people["creator"], department)
    assert (wish.need_en, wish.outcome_zh, wish.title_en) == tuple(NEEDED.values())
    assert (wish.certificates, wish.site_gives) == (["ISO 9001", "EN 81-20"], ["night", "power"])
    assert (wish.access_hours_en, wish.environment_zh) == ("Weekdays 09:00 to 17:00", "潮濕")
    assert (wish.vehicle, wish.months, list(wish.topics.all())) == ("quotation", 9, [topic])
    assert list(wish.kpis.values_list("metric", "target", "method")) == [
        ("Breakdowns", Decimal(2), "Counted by the log book")
    ]
    assert not WishDraft.objects.exists()


def test_its_last_page_can_send_it_for_endorsement_at_once(as_role, draft):
    client = as_role("creator")
    WishDraft.objects.update(answers=NEEDED)
    wish = finish(client, draft, "submit")
    assert wish.status == S.ENDORSEMENT


def test_who_began_it_has_written_it_whoever_saves_it(as_role, people, draft):
    WishDraft.objects.update(answers=NEEDED)
    wish = finish(as_role("member"), draft)
    assert wish.created_by == people["creator"]
    assert Entry.objects.about(wish).get(verb="create").actor_id == people["member"].pk


def test_a_returned_wish_is_changed_and_only_what_was_changed_is_noted(as_role, wish_in):
    wish = wish_in(S.RETURNED, need_zh="乘客報告。")
    client = as_role("member")
    client.post(reverse("wishes:edit", args=[wish.slug]))
    draft = WishDraft.objects.get(wish=wish)
    page = client.get(address(draft, "need")).content.decode()
    assert "Faults are found when passengers report them." in page
    answer(client, draft, "need", need_en="Nobody reports them.")
    answer(client, draft, "kpis", **{"kpis-0-metric": "Breakdowns", "kpis-0-target": "2"})
    finish(client, draft)
    wish.refresh_from_db()
    assert (wish.need_en, wish.need_zh, wish.revision) == ("Nobody reports them.", "乘客報告。", 2)
    assert wish.kpis.count() == 1
    assert Entry.objects.about(wish).latest("pk").details == {"fields": ["need_en", "kpis"]}


def test_to_change_a_wish_twice_goes_on_with_one_draft(as_role, wish_in):
    wish = wish_in(S.DRAFT)
    for role in ("creator", "member"):
        as_role(role).post(reverse("wishes:edit", args=[wish.slug]))
    assert WishDraft.objects.get().wish == wish


def test_looking_at_the_way_to_edit_begins_nothing(as_role, wish_in):
    assert as_role("member").get(reverse("wishes:edit", args=[wish_in(S.DRAFT).slug])).status_code == 200
    assert not WishDraft.objects.exists()


def test_the_address_of_a_draft_leads_to_what_it_became(as_role, draft):
    client = as_role("creator")
    WishDraft.objects.update(answers=NEEDED)
    old = opened(client, draft, "need")
    wish = finish(client, draft)
    for response in (client.get(draft.get_absolute_url()), answer(client, draft, "need", page=old)):
        assert (response.status_code, response["Location"]) == (302, wish.get_absolute_url())
    late = autosave(client, draft, "need", old, need_en="Too late")
    assert "has been saved as a wish meanwhile" in late.content.decode()
    assert Wish.objects.get().need_en == NEEDED["need_en"]


def test_a_draft_is_thrown_away_after_asking(as_role, draft):
    client = as_role("member")
    url = reverse("wishes:discard", args=[draft.key])
    assert client.get(url).status_code == 200
    assert WishDraft.objects.exists()
    assert client.post(url)["Location"] == reverse("wishes:create")
    assert not WishDraft.objects.exists()
    assert client.get(draft.get_absolute_url()).status_code == 404


# Who may: the department, and nobody else.


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_departments_draft_is_not_there(client, people, draft, method):
    WishDraft.objects.update(answers={"need_en": "Secret need"})
    found = {}
    pages = [draft.get_absolute_url(), *(address(draft, step.slug) for step in STEPS)]
    pages += [reverse(f"wishes:{name}", args=[draft.key]) for name in ("check", "discard")]
    for role, person in people.items():
        client.logout()
        if person:
            client.force_login(person, backend=BACKEND)
        codes = set()
        for page in pages:
            if method == "get" or role not in ("creator", "member", "approver", "administrator"):
                response = getattr(client, method)(page, {"need_en": "Mine now"})
                codes.add(response.status_code)
                if response.status_code != 200:
                    assert "Secret need" not in response.content.decode()
        found[role] = codes
    inside = {"creator", "member", "approver", "administrator"}
    assert {role for role, codes in found.items() if codes == {302}} == {"anonymous"}
    assert {role for role, codes in found.items() if codes == {404}} == set(people) - inside - {"anonymous"}
    draft.refresh_from_db()
    assert draft.answers == {"need_en": "Secret need"}


def test_rule_and_queryset_agree_on_who_sees_a_draft(people, draft):
    seen = {role for role, user in people.items() if user and user.has_perm("wishes.view_wishdraft", draft)}
    listed = {role for role, user in people.items() if user and WishDraft.objects.visible_to(user).exists()}
    assert seen == listed == {"creator", "member", "approver", "administrator"}


def test_the_workspace_lists_what_the_own_department_is_writing(as_role, draft):
    WishDraft.objects.update(answers={"title_en": "Half a wish"})
    address = reverse("wishes:workspace")
    assert "Half a wish" in as_role("approver").get(address).content.decode()
    assert "Half a wish" not in as_role("other_member").get(address).content.decode()


def test_nothing_is_begun_for_another_department(as_role):
    response = as_role("creator").post(reverse("wishes:create"), {"organisation": OrganisationFactory().pk})
    assert response.status_code == 422
    assert not WishDraft.objects.exists()


def test_who_is_of_two_departments_says_for_which(client, people, department):
    other = MembershipFactory(user=people["member"], organisation=OrganisationFactory()).organisation
    client.force_login(people["member"], backend=BACKEND)
    assert client.post(reverse("wishes:create")).status_code == 422
    assert start(client, organisation=other.pk).organisation == other


@pytest.mark.parametrize("count", [1, 5])
def test_the_first_page_takes_as_many_queries_for_five_drafts_as_for_one(
    as_role, department, django_assert_num_queries, count
):
    WishDraftFactory.create_batch(count, organisation=department)
    client = as_role("member")
    with django_assert_num_queries(7):  # session, user, departments, roles, drafts, choices, inbox count
        page = client.get(reverse("wishes:create"))
    assert page.content.decode().count("A wish without a name yet") == count


# What is typed is kept, right or wrong.


@pytest.mark.parametrize(
    ("step", "typed", "field"),
    [
        ("need", {"need_en": ""}, "need_en"),
        ("need", {"need_zh": "字" * 6001}, "need_zh"),
        ("title", {"title_en": "x" * 501}, "title_en"),
        ("outcome", {"outcome_en": " "}, "outcome_en"),
        ("requirements", {"trl_wanted": "10"}, "trl_wanted"),
        ("requirements", {"certificates": "x" * 61}, "certificates"),
        ("site", {"site_gives": ["gas"]}, "site_gives"),
        ("conditions", {"access_hours_en": "x" * 301}, "access_hours_en"),
        ("budget", {"budget": "much"}, "budget"),
        ("timetable", {"months": "-1"}, "months"),
        ("timetable", {"closes_on": "2020-01-01"}, "closes_on"),
        ("timetable", {"closes_on": "soon"}, "closes_on"),
        ("timetable", {"closes_on": SOON, "questions_until": LATER}, "questions_until"),
        ("timetable", {"closes_on": "2099-01-01"}, "closes_on"),
        ("adoption", {"vehicle": "stolen"}, "vehicle"),
        ("topics", {"topics": ["unknown"]}, "topics"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_stays_as_it_was_typed(as_role, draft, step, typed, field):
    client = as_role("creator")
    response = answer(client, draft, step, **typed)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    draft.refresh_from_db()
    assert {name: draft.answers.get(name) or "" for name in typed} == {
        name: value or "" for name, value in typed.items()
    }


def test_a_measure_without_a_target_and_a_thirteenth_are_said_and_kept(as_role, draft):
    client = as_role("creator")
    response = answer(client, draft, "kpis", **{"kpis-3-metric": "Breakdowns"})
    assert response.status_code == 422
    assert list(response.context["table"].errors[0]) == ["target"]
    rows = {f"kpis-{n}-{name}": "1" for n in range(13) for name in ("metric", "target")}
    assert answer(client, draft, "kpis", **rows).status_code == 422
    draft.refresh_from_db()
    assert len(draft.answers["kpis"]) == 13


def test_another_measure_gets_a_row_and_an_emptied_one_is_gone(as_role, draft):
    client = as_role("creator")
    page = opened(client, draft, "kpis")
    typed = {"kpis-0-metric": "A", "kpis-0-target": "1", "kpis-1-metric": "B", "kpis-1-target": "2"}
    more = client.post(address(draft, "kpis"), page | typed | {"action": "add"}).content.decode()
    assert 'name="kpis-2-metric"' in more
    answer(
        client,
        draft,
        "kpis",
        page=Fields(more).hidden,
        **(typed | {"kpis-0-metric": "", "kpis-0-target": ""}),
    )
    draft.refresh_from_db()
    assert [row["metric"] for row in draft.answers["kpis"]] == ["B"]


def test_the_end_says_what_is_missing_and_saves_nothing(as_role, draft):
    client = as_role("creator")
    WishDraft.objects.update(answers={"need_en": "Only a need", "trl_wanted": "ten"})
    assert finish(client, draft) is None
    response = client.post(reverse("wishes:check", args=[draft.key]), {"revision": "0"})
    assert response.status_code == 422
    assert [url.split("/")[-2] for url, _error in response.context["problems"]] == [
        "requirements",
        "title",
        "outcome",
    ]
    assert WishDraft.objects.exists()


def test_the_tasks_show_how_far_one_is(as_role, draft):
    WishDraft.objects.update(answers={"need_en": "Some need", "trl_wanted": "99"})
    response = as_role("creator").get(draft.get_absolute_url())
    states = {task["url"].split("/")[-2]: task["state"] for task in response.context["tasks"]}
    assert (states["need"], states["requirements"], states["outcome"]) == ("done", "now", "todo")
    assert response.context["done"] == 2
    assert response.context["minutes"] == 8  # of ten; the need takes two, the requirements half of one


def test_change_links_come_back_to_the_answers(as_role, draft):
    client = as_role("creator")
    WishDraft.objects.update(answers=NEEDED)
    page = Fields(client.get(f"{address(draft, 'need')}?back=check").content.decode()).hidden
    response = answer(client, draft, "need", page=page, need_en="Changed")
    assert response["Location"] == reverse("wishes:check", args=[draft.key])
    assert "Changed" in client.get(response["Location"]).content.decode()


def test_pages_of_the_writer_are_stored_by_no_browser(as_role, draft):
    assert "no-store" in as_role("creator").get(address(draft, "need"))["Cache-Control"]


def test_markup_in_every_answer_is_shown_as_text(as_role, draft):
    client = as_role("creator")
    names = [name for step in STEPS for name in step.fields if name not in ("kpis", "topics", "site_gives")]
    rows = [dict.fromkeys(("metric", "unit", "baseline", "target", "method"), EVIL)]
    answers = dict.fromkeys(names, EVIL) | {"kpis": rows, "topics": [EVIL], "site_gives": [EVIL]}
    WishDraft.objects.update(answers=answers)
    urls = [address(draft, step.slug) for step in STEPS]
    urls += [reverse("wishes:create"), draft.get_absolute_url(), reverse("wishes:check", args=[draft.key])]
    urls += [reverse("wishes:discard", args=[draft.key]), reverse("wishes:workspace")]
    for url in urls:
        body = client.get(url).content.decode()
        assert "<script>alert" not in body
        assert "{14" not in body
    for step in STEPS:  # a page that has seen nothing, and says something else of every field
        typed = dict.fromkeys(step.fields, f"other {EVIL}") | {
            f"kpis-0-{one}": EVIL for one in ("unit", "metric")
        }
        response = client.post(address(draft, step.slug), typed)
        assert response.status_code == 409
        assert "<script>alert" not in response.content.decode()


# The session that is lost in the middle.


def test_what_is_sent_without_a_session_is_in_the_fields_after_the_sign_in(client, people, draft):
    client.force_login(people["creator"], backend=BACKEND)
    page = opened(client, draft, "need")
    client.logout()
    response = answer(client, draft, "need", page=page, need_en="Typed while signed out")
    assert response["Location"] == f"{reverse('account_login')}?next={address(draft, 'need')}"
    people["creator"].set_password("a long password of hers")
    people["creator"].save()
    done = client.post(
        response["Location"], {"login": people["creator"].email, "password": "a long password of hers"}
    )
    assert done.status_code == 302
    client.force_login(people["creator"], backend=BACKEND)  # the address itself may wait for its confirmation
    again = client.get(address(draft, "need")).content.decode()
    assert "Typed while signed out" in again
    draft.refresh_from_db()
    assert draft.answers == {}  # to look at a page saves nothing
    answer(client, draft, "need", page=Fields(again).hidden, need_en="Typed while signed out")
    draft.refresh_from_db()
    assert draft.answers["need_en"] == "Typed while signed out"
    assert "Here is what you typed" not in client.get(address(draft, "need")).content.decode()


def test_what_a_colleague_saved_during_the_sign_in_is_shown_beside(client, people, draft):
    client.force_login(people["creator"], backend=BACKEND)
    page = opened(client, draft, "need")
    client.logout()
    answer(client, draft, "need", page=page, need_en="Typed while signed out")
    WishDraft.objects.update(answers={"need_en": "A colleague's"})
    client.force_login(people["creator"], backend=BACKEND)
    page = opened(client, draft, "need")
    response = answer(client, draft, "need", page=page, need_en="Typed while signed out")
    assert response.status_code == 409
    draft.refresh_from_db()
    assert draft.answers["need_en"] == "A colleague's"


def test_what_is_too_long_to_be_carried_is_shown_again_and_not_stored(client, people, draft):
    response = client.post(address(draft, "need"), {"need_en": "x" * 70_000})
    assert response.status_code == 403
    assert "x" * 70_000 in response.content.decode()
    assert "unsent" not in client.session


def test_a_page_that_saves_by_itself_is_told_of_the_lost_session_and_of_its_return(client, people, draft):
    client.force_login(people["creator"], backend=BACKEND)
    page = opened(client, draft, "need")
    client.logout()
    lost = autosave(client, draft, "need", page, need_en="Typed")
    assert (lost.status_code, "You are signed out" in lost.content.decode()) == (200, True)
    htmx = {"HX-Request": "true"}
    assert "You are signed out" in client.get(address(draft, "need"), headers=htmx).content.decode()
    client.force_login(people["creator"], backend=BACKEND)
    back = client.get(address(draft, "need"), headers=htmx).content.decode()
    assert 'name="csrfmiddlewaretoken"' in back
    assert "Saved at" in autosave(client, draft, "need", page, need_en="Typed").content.decode()


def test_the_token_of_before_the_sign_in_loses_no_word(people, draft):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(people["creator"], backend=BACKEND)
    page = opened(client, draft, "need") | {"csrfmiddlewaretoken": "a" * 64}
    response = answer(client, draft, "need", page=page, need_en="Words of mine")
    assert response.status_code == 403
    assert "Words of mine" in response.content.decode()
    draft.refresh_from_db()
    assert draft.answers == {}
    told = autosave(client, draft, "need", page, need_en="Words of mine")  # brings a new token along
    assert "Saved at" not in told.content.decode()
    assert "Saved at" in autosave(client, draft, "need", page, need_en="Words of mine").content.decode()
    page["csrfmiddlewaretoken"] = "a" * 64
    given_up = autosave(client, draft, "need", page | {"again": "1"}, need_en="Words of mine")
    assert "keeps no cookies" in given_up.content.decode()


def test_a_visitor_learns_of_no_draft(client, draft):
    for key in (draft.key, "nosuchdraft1"):
        response = client.post(reverse("wishes:step", args=[key, "need"]), {"need_en": "x"})
        assert response["Location"].startswith(reverse("account_login"))


def test_a_person_without_a_department_writes_nothing(client):
    client.force_login(UserFactory(), backend=BACKEND)
    assert client.get(reverse("wishes:create")).status_code == 403
