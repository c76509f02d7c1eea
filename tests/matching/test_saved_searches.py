"""Saved searches: what comes to whom, once, and what never comes."""

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from journal.workflow import record
from matching import services
from matching.engine import Item, Passage, Snapshot, likeness, prepare
from matching.engine.watching import ONE_SCRIPT, TWO_SCRIPTS, Watch, Watcher
from matching.models import Arrival, Found, SavedSearch
from matching.services import Wanted, noticing, retrievers, shelf
from matching.services.saved import MOST, spoken
from matching.views.saved import SearchDetail
from notifications.mails import read
from notifications.models import Notification, Preference
from tests.factories import (
    CallFactory,
    ReportFactory,
    SolutionFactory,
    TopicFactory,
    UserFactory,
    WishFactory,
)
from tests.threads import at_once
from wishes import services as wishes

pytestmark = pytest.mark.usefixtures("engine")
LEAK = "find leaks in buried water pipes before they burst"
TEXT = {
    "title_en": "Find leaks in buried water pipes",
    "need_en": "Water pipes below the road leak and burst. Leaks are found too late, by their damage.",
}
CHINESE = {
    "title_zh": "偵測地下水管滲漏",
    "need_zh": "馬路下的水管經常滲漏爆裂，往往到造成損壞時才發現滲漏。",
}
OTHER = {
    "title_en": "Quiet cooling towers on hospital roofs",
    "need_en": "Fans of cooling towers are loud at night.",
}


@pytest.fixture
def office():
    return UserFactory(roles=[Role.OFFICE])


@pytest.fixture
def reader():
    return UserFactory(name="Reader")


def published(office, **text):
    nothing = {"title_en": "", "title_zh": "", "need_en": "", "need_zh": ""}
    wish = WishFactory(status="screening", **(nothing | text))
    wishes.publish(wish, by=office)
    return wish


def told(person):
    return list(Notification.objects.filter(recipient=person, channel="inbox").order_by("pk"))


def test_what_is_new_and_about_it_comes_and_says_in_its_first_line_why(office, reader):
    services.save_search(reader, Wanted(LEAK), name="pipe leak detection")
    wish, _other = published(office, **TEXT), published(office, **OTHER)
    assert services.notice() == 2
    [notice] = told(reader)
    text = read(notice, "en")
    assert wish.reference in text.subject
    assert text.paragraphs[0] == "It is here because of your saved search “pipe leak detection”."
    assert "pipe leak detection" in read(notice, "zh-hant").paragraphs[0]
    assert notice.url == wish.get_absolute_url() and notice.why == "search"


@pytest.mark.parametrize("words", ["尋找地下水管滲漏", "寻找地下水管渗漏", LEAK])
def test_a_search_finds_what_is_written_in_another_script(office, reader, words):
    text = TEXT if words != LEAK else CHINESE
    services.save_search(reader, Wanted(words))
    published(office, **text)
    published(office, **OTHER)
    services.notice()
    assert [notice.context["thing_title"] for notice in told(reader)] == [
        {"en": text.get("title_en", ""), "zh": text.get("title_zh", "")}
    ]


def test_every_kind_arrives(office, reader):
    services.save_search(reader, Wanted(LEAK))
    published(office, **TEXT)
    solution = SolutionFactory(
        listed=True, title_en="Acoustic leak finder for buried water pipes", summary_en=TEXT["need_en"]
    )
    record(solution, "list", by=office)
    call = CallFactory(open=True, title_en=TEXT["title_en"], text_en=TEXT["need_en"])
    record(call, "publish", by=office)
    report = ReportFactory(published=True, summary_en=TEXT["need_en"])
    type(report.trial.match.solution).objects.update(title_en=TEXT["title_en"])
    report.trial.match.solution.refresh_from_db()
    record(report, "publish", by=office)
    services.notice()
    kinds = Found.objects.values_list("arrival__kind", flat=True)
    assert sorted(kinds) == ["call", "report", "solution", "wish"]
    assert [one.kind for one in services.preview(Wanted(LEAK, ["call", "report"]))] == ["report", "call"]
    assert len(services.preview(Wanted(LEAK))) >= 4


def test_filters_hold_back_what_is_of_another_kind_or_topic(office):
    broad = TopicFactory()
    narrow, other = TopicFactory(parent=broad), TopicFactory()
    wanted = {
        "solutions only": Wanted(LEAK, ["solution"]),
        "wishes only": Wanted(LEAK, ["wish"]),
        "its topic": Wanted(LEAK, [], [narrow]),
        "the broader": Wanted(LEAK, [], [broad]),
        "another": Wanted(LEAK, [], [other]),
    }
    for name, one in wanted.items():
        services.save_search(UserFactory(), one, name=name)
    wish = WishFactory(status="screening", **TEXT)
    wish.topics.add(narrow)
    wishes.publish(wish, by=office)
    services.notice()
    found = set(Found.objects.values_list("search__name", flat=True))
    assert found == {"wishes only", "its topic", "the broader"}
    for name, one in wanted.items():
        assert bool(services.preview(one)) == (name in found)


def test_nothing_comes_twice_for_a_search_and_a_thing(office, reader):
    services.save_search(reader, Wanted(LEAK))
    wish = published(office, **TEXT)
    services.notice()
    assert services.notice() == 0
    record(wish, "edit", by=office)
    record(wish, "renew", by=office, from_status="expired")
    late = services.save_search(UserFactory(), Wanted(LEAK))
    assert services.notice() == 1
    assert len(told(reader)) == 1
    assert len(told(late.user)) == 1  # it is news to a search that was saved meanwhile
    assert Arrival.objects.count() == 1


def test_two_searches_that_find_the_same_make_one_notice(office, reader):
    for name in ("leaks", "pipes"):
        services.save_search(reader, Wanted(LEAK), name=name)
    published(office, **TEXT)
    services.notice()
    [notice] = told(reader)
    assert "“leaks”, “pipes”" in read(notice, "en").paragraphs[0]


def test_who_follows_it_too_is_told_once(office, reader):
    topic = TopicFactory()
    reader.follows.create(topic=topic)
    services.save_search(reader, Wanted(LEAK))
    wish = WishFactory(status="screening", **TEXT)
    wish.topics.add(topic)
    wishes.publish(wish, by=office)
    services.notice()
    assert len(told(reader)) == 1
    assert Found.objects.count() == 1


def test_what_is_taken_back_before_it_is_compared_comes_to_nobody(office, reader):
    services.save_search(reader, Wanted(LEAK))
    wish = published(office, **TEXT)
    wishes.withdraw(wish, by=office, reason="No longer needed.")
    assert services.notice() == 1
    assert not told(reader) and not Found.objects.exists()


def test_what_an_import_brings_comes_to_nobody(reader):
    services.save_search(reader, Wanted(LEAK))
    wishes.publish(WishFactory(status="screening", **TEXT), by=None, quiet=True)
    assert not Arrival.objects.exists()


def test_a_paused_search_and_a_closed_account_find_nothing(office, reader):
    paused = services.save_search(reader, Wanted(LEAK))
    services.pause_search(paused)
    services.save_search(UserFactory(is_active=False), Wanted(LEAK))
    published(office, **TEXT)
    services.notice()
    assert not Found.objects.exists()
    services.resume_search(paused)
    published(office, **TEXT)
    services.notice()
    assert Found.objects.count() == 1


def test_other_words_are_read_anew(office, reader):
    search = services.save_search(reader, Wanted("medieval Icelandic poetry"), name="poems")
    before = bytes(search.vectors)
    services.change_search(search, Wanted(LEAK, ["wish"]), name="leaks")
    search.refresh_from_db()
    assert bytes(search.vectors) != before and (search.name, search.kinds) == ("leaks", ["wish"])
    published(office, **TEXT)
    services.notice()
    assert Found.objects.get().search == search


def test_what_another_engine_or_glossary_read_is_read_anew_before_anything_is_compared(office, reader):
    search = services.save_search(reader, Wanted(LEAK))
    SavedSearch.objects.update(engine_version="older", vectors=b"", terms=b"")
    glossary = services.save_search(UserFactory(), Wanted(LEAK))
    SavedSearch.objects.filter(pk=glossary.pk).update(glossary="older", terms=b"")
    vectors = bytes(SavedSearch.objects.get(pk=glossary.pk).vectors)
    published(office, **TEXT)
    services.notice()
    assert {one.search_id for one in Found.objects.all()} == {search.pk, glossary.pk}
    assert bytes(SavedSearch.objects.get(pk=glossary.pk).vectors) == vectors  # no model was asked for it


def test_mails_follow_what_the_reader_chose_for_what_they_follow(office, reader):
    Preference.objects.create(user=reader, follows="never")
    weekly = UserFactory()
    Preference.objects.create(user=weekly, follows="weekly", parties="never")
    for person in (reader, weekly):
        services.save_search(person, Wanted(LEAK))
    published(office, **TEXT)
    services.notice()
    mails = Notification.objects.filter(channel="email", why="search")
    assert [(mail.recipient, mail.is_gathered) for mail in mails] == [(weekly, True)]


def test_one_that_cannot_be_told_of_stops_no_other(office, reader, monkeypatch):
    services.save_search(reader, Wanted(LEAK))
    bad, good = published(office, **TEXT), published(office, **TEXT)
    whole = noticing._tell

    def failing(arrival, *rest):
        if arrival.object_id == bad.pk:
            raise ZeroDivisionError
        return whole(arrival, *rest)

    monkeypatch.setattr(noticing, "_tell", failing)
    services.notice()
    assert [notice.url for notice in told(reader)] == [good.get_absolute_url()]
    assert Arrival.objects.get(compared_at=None).object_id == bad.pk
    monkeypatch.undo()
    Arrival.objects.update(claimed_at=None)
    services.notice()
    assert len(told(reader)) == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_once(engine, settings, committed):
    reader, office = UserFactory(), UserFactory(roles=[Role.OFFICE])
    services.save_search(reader, Wanted(LEAK))
    published(office, **TEXT)
    assert sorted(at_once(services.notice, services.notice)) == [0, 1]
    assert len(told(reader)) == 1


def test_the_preview_is_of_the_last_ninety_days_newest_first_and_public_only(office):
    old, new, newest = (published(office, **TEXT) for _ in range(3))
    gone = published(office, **TEXT)
    wishes.withdraw(gone, by=office, reason="No longer needed.")
    rows = type(old).objects
    rows.filter(pk=old.pk).update(published_at=timezone.now() - timezone.timedelta(days=91))
    rows.filter(pk=new.pk).update(published_at=timezone.now() - timezone.timedelta(days=2))
    WishFactory(title_en=TEXT["title_en"])
    services.sweep()
    shelf.forget()
    assert [one.thing for one in services.preview(Wanted(LEAK))] == [newest, new]


def test_a_preview_and_a_comparison_judge_alike(office):
    """What the search box measures of a pair and what the arrays do differ only by how a vector is stored."""
    models = shelf.embedders(["use"])
    texts = [
        Item(f"s{i}", "solution", (Passage(lang, title, body),))
        for i, (lang, title, body) in enumerate(
            [
                ("en", TEXT["title_en"], TEXT["need_en"]),
                ("en", OTHER["title_en"], OTHER["need_en"]),
                ("zh-Hant", CHINESE["title_zh"], CHINESE["need_zh"]),
            ]
        )
    ]
    asked = [
        Item(f"q{i}", "wish", (Passage(lang, "", words),))
        for i, (lang, words) in enumerate(
            [("en", LEAK), ("zh-Hant", "尋找地下水管滲漏"), ("en", "quiet fans")]
        )
    ]
    prepared = prepare([*texts, *asked], models)
    snapshot = Snapshot.build(prepared[:3])
    questions = prepared[3:]
    watcher = Watcher(Watch.of([one.passages[0] for one in questions]), snapshot.statistics)
    noticed = {text.key: watcher.notice(text) for text in prepared[:3]}
    for number, question in enumerate(questions):
        for hit in snapshot.search(question, "solution", 3, crowded=False):
            found = noticed[hit.key]
            assert found.likeness[number] == pytest.approx(likeness(hit.signals), abs=0.01)
            assert found.same_script[number] == bool(hit.signals["same_script"])


def test_each_script_has_its_own_limit():
    from matching.engine.watching import Noticed

    between = (ONE_SCRIPT + TWO_SCRIPTS) / 2
    noticed = Noticed(np.array([between, between, ONE_SCRIPT]), np.array([True, False, True]))
    assert noticed.found.tolist() == [1, 2]


def test_a_portal_that_holds_nothing_compares_all_the_same(reader):
    services.save_search(reader, Wanted(LEAK))
    assert services.preview(Wanted(LEAK)) == []
    assert retrievers.statistics() is not None


@pytest.mark.parametrize("words", ["", " ", "?!…", "\0", "a" * 501])
def test_words_that_say_nothing_or_too_much_are_refused(words):
    with pytest.raises(ValidationError):
        spoken(words)


def test_nobody_saves_without_end(reader, monkeypatch):
    monkeypatch.setattr("matching.services.saved.MOST", 2)
    assert MOST == 50
    for _ in range(2):
        services.save_search(reader, Wanted(LEAK))
    with pytest.raises(ValidationError, match="Delete one first"):
        services.save_search(reader, Wanted(LEAK))


# The pages


def test_a_search_is_looked_at_saved_changed_paused_and_deleted(client, office, reader):
    wish = published(office, **TEXT)
    services.sweep()
    url = reverse("search:save")
    page = client.get(url, {"words": LEAK, "kinds": "wish"})
    assert "it would have brought 1 thing" in page.content.decode() and wish.title_en in page.content.decode()
    assert not SavedSearch.objects.exists()
    client.force_login(reader)
    shown = client.post(url, {"words": LEAK, "preview": "1"})
    assert shown.status_code == 200 and not SavedSearch.objects.exists()
    client.post(url, {"words": LEAK, "kinds": ["wish"], "name": "leaks"})
    search = SavedSearch.objects.get()
    assert (search.user, search.name, search.kinds) == (reader, "leaks", ["wish"])
    change = reverse("search:change", args=[search.pk])
    assert LEAK in client.get(change).content.decode()
    assert client.post(change, {"words": " "}).status_code == 422
    client.post(change, {"words": LEAK, "name": "pipes"})
    client.post(reverse("search:pause", args=[search.pk]))
    search.refresh_from_db()
    assert search.name == "pipes" and search.paused_at
    assert "pipes" in client.get(reverse("search:saved")).content.decode()
    client.post(reverse("search:resume", args=[search.pk]))
    client.post(reverse("search:delete", args=[search.pk]))
    assert not SavedSearch.objects.exists()


def test_what_was_typed_stays_when_one_signs_in_first(client):
    answer = client.post(reverse("search:save"), {"words": LEAK, "kinds": ["wish", "call"], "name": "leaks"})
    assert answer.status_code == 302 and "/account/login/" in answer["Location"]
    assert "kinds%3Dwish%26kinds%3Dcall" in answer["Location"]
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize("name", ["saved-search", "change", "pause", "resume", "delete"])
def test_anothers_search_is_not_there(client, reader, name):
    search = services.save_search(UserFactory(), Wanted(LEAK))
    client.force_login(reader)
    url = reverse(f"search:{name}", args=[search.pk])
    verb = client.get if name in ("saved-search", "change") else client.post
    assert verb(url).status_code == 404
    assert SavedSearch.objects.filter(pk=search.pk, paused_at=None).exists()


def test_its_page_names_only_what_is_public(client, office, reader):
    search = services.save_search(reader, Wanted(LEAK))
    stays, gone = published(office, **TEXT), published(office, **TEXT)
    services.notice()
    wishes.withdraw(gone, by=office, reason="No longer needed.")
    client.force_login(reader)
    page = client.get(search.get_absolute_url()).content.decode()
    assert stays.reference in page and gone.reference not in page


@pytest.mark.parametrize("rows", [1, 5])
def test_lists_ask_as_often_for_many_rows_as_for_one(client, office, reader, rows, django_assert_num_queries):
    client.force_login(reader)
    for _ in range(rows):
        services.save_search(reader, Wanted(LEAK), name="leaks")
        published(office, **TEXT)
    services.notice()
    client.get(reverse("search:saved"))
    with django_assert_num_queries(6):
        client.get(reverse("search:saved"))
    assert SearchDetail.paginate_by == 25
    with django_assert_num_queries(9):
        client.get(SavedSearch.objects.first().get_absolute_url())
