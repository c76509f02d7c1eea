"""What the portal office sees of pairs that may be one, and that nobody else learns of them."""

import pytest
from django.urls import reverse
from django.utils import translation

from journal.models import Entry
from matching.models import Duplicate
from matching.views.duplicates import likeness
from solutions.models import Solution
from tests.factories import (
    DuplicateFactory,
    MembershipFactory,
    SolutionFactory,
    UserFactory,
    WishFactory,
)
from wishes.models import Wish

pytestmark = pytest.mark.django_db
LIST = "matching:duplicates"
READERS = ("office", "auditor", "administrator")
OTHERS = ("expert", "engineer", "verifier")
WORDS = {
    "concepts": [
        {"labels": {"en": "lift", "zh-Hant": "升降機", "zh-Hans": "升降机"}, "wish": [], "solution": []}
    ],
    "terms": [{"text": "motor current", "wish": [], "solution": []}],
    "sentences": {
        "wish_text": "Faults are found late.",
        "wish_lang": "en",
        "solution_text": "故障發現得太遲。",
        "solution_lang": "zh-Hant",
    },
}
HIDDEN = "qxduplicatezq"


def handed_in(**traits):
    """A pair of which one side no stranger has heard of."""
    return DuplicateFactory(
        solutions=True, later_solution__listed=False, later_solution__status="submitted", **traits
    )


def sign_in(client, role):
    user = UserFactory(**{role: True})
    client.force_login(user)
    return user


def page(client, name, *args, **query):
    return client.get(reverse(name, args=args), query)


@pytest.mark.parametrize("role", READERS)
def test_who_reads_all_that_is_handed_in_reads_the_list(client, role):
    pair = handed_in(explanation=WORDS)
    sign_in(client, role)
    shown = page(client, LIST).content.decode()
    assert str(pair.earlier.title) in shown and str(pair.later.title) in shown
    for said in ("Nearly the same", "lift · motor current", "Faults are found late.", "故障發現得太遲。"):
        assert said in shown


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_reads_the_list(client, role):
    handed_in()
    sign_in(client, role)
    assert page(client, LIST).status_code == 403
    assert Duplicate.objects.visible_to(UserFactory(**{role: True})).count() == 0


@pytest.mark.parametrize("side", ["earlier", "later", "neither"])
def test_a_vendor_never_learns_of_a_pair(client, side):
    pair = handed_in(later_solution__title_en=HIDDEN, explanation={"terms": [{"text": HIDDEN}]})
    organisation = getattr(pair, side).organisation if side != "neither" else SolutionFactory().organisation
    user = MembershipFactory(organisation=organisation, approver=True).user
    client.force_login(user)
    assert Duplicate.objects.visible_to(user).count() == 0
    assert page(client, LIST).status_code == 403
    for verb in ("same", "not-same"):
        assert client.post(reverse(f"matching:{verb}", args=[pair.key])).status_code == 404
    own, foreign = (pair.earlier, pair.later) if side == "earlier" else (pair.later, pair.earlier)
    assert page(client, "matching:duplicates-of-solution", own.slug).status_code in (403, 404)
    shown = page(client, "solutions:detail", own.slug).content.decode()
    assert "duplicate" not in shown.lower().replace(HIDDEN, "")
    if side != "later":
        hidden = pair.later
        assert page(client, "matching:duplicates-of-solution", hidden.slug).status_code == 404
        assert HIDDEN not in page(client, "solutions:detail", pair.earlier.slug).content.decode()
    pair.refresh_from_db()
    assert pair.status == "found"
    assert foreign.pk != own.pk


def test_the_public_page_of_a_wish_says_nothing_of_pairs(client):
    pair = DuplicateFactory()
    assert "duplicate" not in page(client, "wishes:detail", pair.earlier.slug).content.decode().lower()
    assert "login" in page(client, "matching:duplicates-of-wish", pair.earlier.slug)["Location"]


@pytest.mark.parametrize("role", READERS)
@pytest.mark.parametrize("side", ["wish", "solution"])
def test_every_pair_that_is_shown_is_of_two_texts_that_its_reader_may_see(role, side):
    model = {"wish": Wish, "solution": Solution}[side]
    compared = Duplicate.WISHES_COMPARED if side == "wish" else Duplicate.SOLUTIONS_COMPARED
    make = {"wish": WishFactory, "solution": SolutionFactory}[side]
    user = UserFactory(**{role: True})
    for status in model.Status:
        public = {"open": True} if side == "wish" else {"listed": True}
        earlier = make(**public)
        later = make(**(public if status in model.PUBLIC else {}) | {"status": status})
        sides = dict.fromkeys(Duplicate.PLACES) | {f"earlier_{side}": earlier, f"later_{side}": later}
        pair = DuplicateFactory(**sides)
        seen = Duplicate.objects.visible_to(user).filter(pk=pair.pk).exists()
        assert seen == (status in compared), status
        if seen:
            assert model.objects.visible_to(user).filter(pk=later.pk).exists(), status


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_takes_as_many_queries_for_five_pairs_as_for_one(client, django_assert_num_queries, count):
    DuplicateFactory.create_batch(count, explanation=WORDS)
    sign_in(client, "office")
    with django_assert_num_queries(5):  # session, person, count, pairs with both sides, unread notices
        shown = page(client, LIST).content.decode()
    assert shown.count('name="next"') == 2 * count


@pytest.mark.parametrize("count", [1, 5])
def test_the_piece_takes_as_many_queries_for_five_pairs_as_for_one(client, django_assert_num_queries, count):
    wish = WishFactory(open=True)
    DuplicateFactory.create_batch(count, earlier_wish=wish, explanation=WORDS)
    sign_in(client, "office")
    url = reverse("matching:duplicates-of-wish", args=[wish.slug])
    with django_assert_num_queries(5):  # session, person, organisations, the wish, its pairs
        shown = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert shown.count("May be the same as") == count
    assert "<html" not in shown


def test_the_page_of_a_wish_loads_what_it_may_be_the_same_as(client):
    pair = DuplicateFactory()
    url = reverse("matching:duplicates-of-wish", args=[pair.later.slug])
    sign_in(client, "office")
    assert f'hx-get="{url}"' in page(client, "wishes:detail", pair.later.slug).content.decode()
    shown = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert pair.earlier.reference in shown
    assert f'href="{pair.earlier.get_absolute_url()}"' in shown
    assert f'href="{pair.later.get_absolute_url()}"' not in shown


def test_the_page_of_a_solution_in_screening_loads_it_too(client):
    pair = handed_in()
    sign_in(client, "office")
    url = reverse("matching:duplicates-of-solution", args=[pair.later.slug])
    assert f'hx-get="{url}"' in page(client, "solutions:detail", pair.later.slug).content.decode()
    assert (
        pair.earlier.reference
        in page(client, "matching:duplicates-of-solution", pair.later.slug).content.decode()
    )


@pytest.mark.parametrize(("verb", "status"), [("same", "same"), ("not-same", "different")])
def test_the_office_judges_and_comes_back_to_where_it_was(client, verb, status):
    pair = DuplicateFactory()
    user, back = sign_in(client, "office"), pair.later.get_absolute_url()
    answer = client.post(reverse(f"matching:{verb}", args=[pair.key]), {"next": back})
    pair.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, back)
    assert (pair.status, pair.decided_by) == (status, user)
    assert Entry.objects.about(pair).get().details == {"pair": [pair.earlier.slug, pair.later.slug]}


def test_a_verdict_leads_to_no_other_site(client):
    pair = DuplicateFactory()
    sign_in(client, "office")
    url = reverse("matching:same", args=[pair.key])
    assert client.post(url, {"next": "https://example.org/"})["Location"] == reverse(LIST)


def test_a_second_verdict_of_the_same_kind_is_a_message(client):
    pair = DuplicateFactory(decided=True)
    sign_in(client, "office")
    answer = client.post(reverse("matching:same", args=[pair.key]), follow=True)
    assert "This cannot be done in its present state." in answer.content.decode()
    assert not Entry.objects.about(pair).exists()


def test_the_auditor_reads_and_judges_nothing(client):
    pair = DuplicateFactory()
    sign_in(client, "auditor")
    assert 'name="next"' not in page(client, LIST).content.decode()
    assert client.post(reverse("matching:same", args=[pair.key])).status_code == 403


def test_confirmed_wishes_are_led_to_the_form_that_merges_them(client):
    pair = DuplicateFactory(decided=True)
    sign_in(client, "office")
    shown = page(client, LIST, status="same").content.decode()
    assert f'href="{pair.later.get_absolute_url()}#next"' in shown
    form = page(client, "wishes:detail", pair.later.slug).content.decode()
    assert 'id="next"' in form and reverse("wishes:merge", args=[pair.later.slug]) in form


def test_two_things_are_not_led_to_be_merged(client):
    DuplicateFactory()
    DuplicateFactory(solutions=True, decided=True)
    sign_in(client, "office")
    shown = page(client, LIST, status=["found", "same", "different"]).content.decode()
    assert "#next" not in shown


def test_the_list_shows_what_waits_and_the_rest_on_request(client):
    waiting, done = DuplicateFactory(), DuplicateFactory(solutions=True, decided=True)
    sign_in(client, "office")
    assert list(page(client, LIST).context["page_obj"]) == [waiting]
    assert list(page(client, LIST, status="same").context["page_obj"]) == [done]
    everything = page(client, LIST, status=["found", "same"], side="solution")
    assert list(everything.context["page_obj"]) == [done]


@pytest.mark.parametrize(
    ("value", "repeat", "said"),
    [(1.0, True, "The same text"), (0.9, False, "Nearly the same"), (0.89, False, "Much alike")],
)
def test_likeness_is_told_in_words(value, repeat, said):
    assert likeness(Duplicate(likeness=value, is_repeat=repeat)) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-hant", ("可能重複的項目", "升降機", "故障發現得太遲。")),
        ("zh-hans", ("可能重复的项目", "升降机", "故障发现得太迟。")),
    ],
)
def test_the_list_speaks_chinese(client, language, said):
    DuplicateFactory(explanation=WORDS)
    sign_in(client, "office")
    with translation.override(language):
        shown = page(client, LIST).content.decode()
    assert [words for words in said if words not in shown] == []


def test_the_desk_of_the_office_leads_to_the_list(client):
    sign_in(client, "office")
    assert f'href="{reverse(LIST)}"' in page(client, "matching:workspace").content.decode()
