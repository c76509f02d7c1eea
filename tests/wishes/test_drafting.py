"""Two people, or two tabs of one, who change the same wish while it is being written."""

import threading

import pytest
from django.db import connection
from django.urls import reverse

from innoportal.lib.writing import drafting as shared
from innoportal.lib.writing.answers import Clash, digest, merge
from journal.workflow import IllegalTransition
from tests.factories import KpiFactory, TopicFactory, WishDraftFactory, WishFactory
from tests.wishes.writing import Fields, address, answer, autosave, finish, opened
from wishes import drafting, services
from wishes.answers import answers_of
from wishes.models import Wish, WishDraft

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
NEEDED = {"need_en": "Loud", "outcome_en": "Quiet", "title_en": "Quieter chillers"}


@pytest.fixture
def draft(department, people):
    return WishDraftFactory(organisation=department, author=people["creator"], answers=dict(NEEDED))


@pytest.fixture
def creator(client, people):
    client.force_login(people["creator"], backend=BACKEND)
    return client


# stored, typed, seen as of which value, own → merged, clashes
@pytest.mark.parametrize(
    ("stored", "mine", "seen", "own", "merged", "clashes"),
    [
        ("old", "new", "old", False, "new", False),
        ("theirs", "old", "old", False, "theirs", False),  # nothing typed here
        ("theirs", "mine", "old", False, "theirs", True),
        ("same", "same", "old", False, "same", False),
        ("of this tab", "mine", "old", True, "mine", False),
        (None, "mine", None, False, "mine", False),
        ("theirs", "mine", None, False, "theirs", True),  # a page that has seen nothing
        ("theirs", "", "theirs", False, "", False),
        ("theirs", "", "old", False, "theirs", True),
        (["b"], ["a", "b"], ["b"], False, ["a", "b"], False),
    ],
)
def test_what_only_one_side_has_changed_is_taken_and_what_both_have_is_a_clash(
    stored, mine, seen, own, merged, clashes
):
    answers, found = merge(
        {"x": stored, "y": "stays"}, {"x": mine}, {"x": digest(seen)}, lambda name: own and name == "x"
    )
    assert answers == {"x": merged, "y": "stays"}
    assert found == ([Clash("x", mine, stored)] if clashes else [])


def test_what_a_wish_says_comes_back_unchanged_through_the_writer(creator, people, wish_in):
    wish = wish_in(Wish.Status.DRAFT, certificates=["ISO 9001", "EN 81-20"], months=9, site_gives=["power"])
    wish.topics.add(TopicFactory())
    KpiFactory(wish=wish, metric="Breakdowns", target="2.50", baseline=12, method="Log book")
    before = answers_of(wish)
    creator.post(reverse("wishes:edit", args=[wish.slug]))
    finish(creator, WishDraft.objects.get())
    wish = Wish.objects.get(pk=wish.pk)
    assert (answers_of(wish), wish.revision) == (before, 1)  # nothing was changed
    assert before["kpis"] == [
        {"metric": "Breakdowns", "unit": "", "baseline": "12", "target": "2.5", "method": "Log book"}
    ]


def test_a_second_tab_overwrites_nothing_and_the_person_chooses(creator, draft):
    first, second = opened(creator, draft, "need"), opened(creator, draft, "need")
    answer(creator, draft, "need", page=first, need_en="Loud, says the first", need_zh="嘈吵")
    response = answer(creator, draft, "need", page=second, need_en="Loud, says the second")
    assert response.status_code == 409
    body = response.content.decode()
    assert "Loud, says the first" in body
    assert "Loud, says the second" in body
    draft.refresh_from_db()
    assert (draft.answers["need_en"], draft.answers["need_zh"]) == ("Loud, says the first", "嘈吵")
    page = Fields(body).hidden
    unchosen = creator.post(address(draft, "need"), page)
    assert (unchosen.status_code, "Choose one of the two" in unchosen.content.decode()) == (409, True)
    chosen = creator.post(
        address(draft, "need"), Fields(unchosen.content.decode()).hidden | {"keep-need_en": "mine"}
    )
    assert chosen.status_code == 302
    draft.refresh_from_db()
    assert (draft.answers["need_en"], draft.answers["need_zh"]) == ("Loud, says the second", "嘈吵")


def test_who_chooses_what_is_saved_leaves_it(creator, draft):
    page = opened(creator, draft, "need")
    WishDraft.objects.update(answers=NEEDED | {"need_en": "Saved"})
    body = answer(creator, draft, "need", page=page, need_en="Typed").content.decode()
    creator.post(address(draft, "need"), Fields(body).hidden | {"keep-need_en": "theirs"})
    draft.refresh_from_db()
    assert draft.answers["need_en"] == "Saved"


def test_what_changes_while_one_chooses_is_shown_again(creator, draft):
    page = opened(creator, draft, "need")
    WishDraft.objects.update(answers=NEEDED | {"need_en": "Saved"})
    body = answer(creator, draft, "need", page=page, need_en="Typed").content.decode()
    WishDraft.objects.update(answers=NEEDED | {"need_en": "Saved again"})
    response = creator.post(address(draft, "need"), Fields(body).hidden | {"keep-need_en": "mine"})
    assert (response.status_code, "Saved again" in response.content.decode()) == (409, True)


def test_two_colleagues_on_two_fields_of_a_page_do_not_meet(creator, draft):
    first, second = opened(creator, draft, "need"), opened(creator, draft, "need")
    autosave(creator, draft, "need", first, need_en="Loud at night", need_zh="")
    told = autosave(creator, draft, "need", second, need_en="Loud", need_zh="晚上嘈吵")
    assert "Saved at" in told.content.decode()
    draft.refresh_from_db()
    assert (draft.answers["need_en"], draft.answers["need_zh"]) == ("Loud at night", "晚上嘈吵")


def test_a_page_that_saves_by_itself_never_meets_itself(creator, draft):
    page = opened(creator, draft, "need")
    lost = dict(page)  # the answer of this one never arrives, so the page has learnt nothing from it
    autosave(creator, draft, "need", lost, need_en="Loud a")
    for text in ("Loud ab", "Loud abc"):
        assert "Saved at" in autosave(creator, draft, "need", page, need_en=text).content.decode()
    assert answer(creator, draft, "need", page=page, need_en="Loud abcd").status_code == 302
    draft.refresh_from_db()
    assert draft.answers["need_en"] == "Loud abcd"


def test_what_was_under_way_when_continue_was_pressed_comes_too_late(creator, draft):
    page = opened(creator, draft, "need")
    autosave(creator, draft, "need", dict(page), need_en="Loud a")
    answer(creator, draft, "need", page=page, need_en="Loud abc")
    told = autosave(creator, draft, "need", page, need_en="Loud ab")
    assert "Nothing is overwritten" in told.content.decode()
    draft.refresh_from_db()
    assert draft.answers["need_en"] == "Loud abc"


def test_a_clash_is_told_to_the_page_that_saves_by_itself(creator, draft):
    first, second = opened(creator, draft, "need"), opened(creator, draft, "need")
    autosave(creator, draft, "need", first, need_en="The first")
    told = autosave(creator, draft, "need", second, need_en="The second").content.decode()
    assert "Nothing is overwritten" in told
    assert 'value="compare"' in told
    draft.refresh_from_db()
    assert draft.answers["need_en"] == "The first"


def test_a_tampered_note_of_what_was_seen_is_taken_as_nothing_seen(creator, draft):
    page = opened(creator, draft, "need")
    for odd in ("", "[]", "{", "null", '{"need_en": 7}', '"x"'):
        response = answer(creator, draft, "need", page=page | {"seen": odd}, need_en="Overwritten")
        assert response.status_code == 409
    draft.refresh_from_db()
    assert draft.answers["need_en"] == "Loud"


def test_what_was_checked_is_what_is_saved(creator, draft):
    checked = Fields(creator.get(reverse("wishes:check", args=[draft.key])).content.decode()).hidden
    answer(creator, draft, "need", need_en="Changed since")
    response = creator.post(reverse("wishes:check", args=[draft.key]), checked)
    assert response["Location"] == reverse("wishes:check", args=[draft.key])
    assert not Wish.objects.exists()
    assert finish(creator, draft).need_en == "Changed since"


def test_a_wish_that_was_changed_past_its_draft_is_asked_about(creator, people, wish_in):
    wish = wish_in(Wish.Status.DRAFT, need_en="Before", outcome_en="Before")
    creator.post(reverse("wishes:edit", args=[wish.slug]))
    draft = WishDraft.objects.get()
    answer(creator, draft, "need", need_en="From the writer")
    services.update(wish, by=people["member"], need_en="From a list", outcome_en="From a list")
    check = reverse("wishes:check", args=[draft.key])
    response = creator.post(check, Fields(creator.get(check).content.decode()).hidden)
    assert response.status_code == 409
    assert "From a list" in response.content.decode()
    creator.post(check, Fields(response.content.decode()).hidden | {"keep-need_en": "mine"})
    finish(creator, draft)
    wish.refresh_from_db()
    assert (wish.need_en, wish.outcome_en) == ("From the writer", "From a list")


def test_a_wish_handed_in_meanwhile_keeps_its_text_and_the_draft_its_words(creator, people, wish_in):
    wish = wish_in(Wish.Status.DRAFT)
    creator.post(reverse("wishes:edit", args=[wish.slug]))
    draft = WishDraft.objects.get()
    answer(creator, draft, "need", need_en="Too late")
    services.submit(Wish.objects.get(pk=wish.pk), by=people["member"])
    finish(creator, draft)
    assert Wish.objects.get().need_en != "Too late"
    assert WishDraft.objects.get().answers["need_en"] == "Too late"
    with pytest.raises(IllegalTransition):
        drafting.change(wish, by=people["creator"])


# Real threads, each with its own connection.


def at_once(*calls):
    """Run the calls together; what each returned or raised."""
    barrier, found = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number, call):
        try:
            barrier.wait(10)
            found[number] = call()
        except Exception as error:
            found[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_change_one_field_at_once_one_is_saved_and_seven_are_told(committed):
    draft = WishDraftFactory(answers=dict(NEEDED))
    seen = {"need_en": digest("Loud")}

    def save(n):
        return lambda: shared.save(
            draft,
            by=draft.author,
            step="need",
            typed={"need_en": f"Loud, says {n}"},
            seen=seen,
            tab=f"tab{n}",
        )

    found = at_once(*(save(n) for n in range(8)))
    won = [n for n, saved in enumerate(found) if not saved.clashes]
    assert len(won) == 1
    stored = WishDraft.objects.get()
    assert (stored.answers["need_en"], stored.revision) == (f"Loud, says {won[0]}", 1)
    assert {saved.clashes[0].theirs for n, saved in enumerate(found) if n not in won} == {
        f"Loud, says {won[0]}"
    }


@pytest.mark.django_db(transaction=True)
def test_eight_fields_changed_at_once_are_all_saved(committed):
    draft = WishDraftFactory(answers=dict(NEEDED))
    names = [f"{name}_zh" for name in ("need", "outcome", "title", "site", "constraints")]
    at_once(*(
        lambda name=name: shared.save(draft, by=draft.author, step="need", typed={name: name}, seen={})
        for name in names
    ))  # fmt: skip
    stored = WishDraft.objects.get()
    assert (stored.answers, stored.revision) == (NEEDED | {name: name for name in names}, len(names))


@pytest.mark.django_db(transaction=True)
def test_two_who_finish_at_once_make_one_wish(committed):
    draft = WishDraftFactory(answers=dict(NEEDED))
    fields = {**NEEDED, "kpis": []}
    found = at_once(
        *(lambda: drafting.finish(draft, by=draft.author, revision=0, fields=fields) for _ in range(4))
    )
    assert sum(isinstance(one, Wish) for one in found) == 1
    assert sum(isinstance(one, WishDraft.DoesNotExist) for one in found) == 3
    assert (Wish.objects.count(), WishDraft.objects.count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_to_change_a_wish_at_once_share_one_draft(committed):
    wish = WishFactory()
    found = at_once(*(lambda: drafting.change(wish, by=wish.created_by) for _ in range(4)))
    assert {one.pk for one in found} == {WishDraft.objects.get().pk}
