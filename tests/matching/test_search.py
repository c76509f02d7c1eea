import re

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from matching import services
from matching.engine import Hit
from matching.services import glossaries, searching
from matching.services.searching import language_of
from matching.texts import engine_version
from tests.factories import SolutionFactory, TopicFactory, UserFactory, WishFactory

pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def stock():
    """Enough of both sides that a score means something."""
    rows = {
        "lift": SolutionFactory(
            listed=True,
            title_en="Lift health monitor",
            title_zh="",
            summary_en="Predicts lift faults from vibration.",
        ),
        "升降機": SolutionFactory(
            listed=True,
            title_en="",
            title_zh="升降機監察系統",
            summary_en="",
            summary_zh="以振動預測升降機故障。",
        ),
        "chiller": SolutionFactory(
            listed=True,
            title_en="Chiller optimiser",
            title_zh="",
            summary_en="Tunes chillers, cuts cooling energy.",
        ),
        "drain": SolutionFactory(
            listed=True,
            title_en="Drain robot",
            title_zh="",
            summary_en="Crawls through drains and films blockages.",
        ),
        "wish": WishFactory(
            open=True,
            title_en="Find lift faults early",
            title_zh="",
            need_en="Lifts break down.",
            outcome_en="",
        ),
        "lamp": WishFactory(
            open=True,
            title_en="Street lamps that dim",
            title_zh="",
            need_en="Lamps burn all night.",
            outcome_en="",
        ),
    }
    services.sweep()
    return rows


def found(text, **narrowed):
    return [(r.side, r.pk) for r in services.search(text, user=None, **narrowed)]


def test_a_question_in_english_finds_texts_in_both_languages(stock):
    results = found("lift faults", side="solution")
    assert results[0] == ("solution", stock["lift"].pk)
    assert ("solution", stock["升降機"].pk) in results
    assert ("solution", stock["drain"].pk) not in results


@pytest.mark.parametrize("text", ["升降機故障", "升降机故障"])
def test_a_question_in_chinese_finds_texts_in_both_languages(stock, text):
    results = found(text, side="solution")
    assert results[0] == ("solution", stock["升降機"].pk)
    assert ("solution", stock["lift"].pk) in results


def test_both_sides_are_searched_unless_one_is_named(stock):
    assert {side for side, _ in found("lift faults")} == {"wish", "solution"}
    assert {side for side, _ in found("lift faults", side="wish")} == {"wish"}


def signals(likely):
    value = 0.5 if likely else 0.3
    share = 0.9 if likely else 0.0
    told = {"words": share, "concepts": share, "words_share": share, "concepts_share": share}
    return {"e5": value, "use": value, "same_script": 1.0, **told}


def test_what_fits_comes_before_what_only_stands_out_in_its_own_language(stock):
    odd = (Hit(f"s{stock['升降機'].pk}", signals(likely=False), 3.0), "solution")
    fits = (Hit(f"s{stock['lift'].pk}", signals(likely=True), 2.5), "solution")
    order = [one.pk for one in searching._nearest([odd, fits], 5)]
    assert order == [stock["lift"].pk, stock["升降機"].pk]


def test_a_text_that_holds_the_one_word_asked_for_is_found_however_little_that_word_says(stock, monkeypatch):
    monkeypatch.setattr(searching, "LIKELY", 0.999)
    assert found("blockages") == [("solution", stock["drain"].pk)]


def test_what_has_nothing_to_do_with_anything_finds_nothing(stock):
    assert found("medieval Icelandic poetry") == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "?!…",
        "\0",
        "%",
        "'; DROP TABLE",
        "\ud800",
        "a" * 10_000,
        "😀",
        "\u202e",
        "𠮷" * 600,
        "(" * 99,
    ],
)
def test_odd_input_is_no_error(client, stock, text):
    assert isinstance(found(text), list)
    typed = text.replace("\0", "").encode("utf-8", "ignore").decode()
    for page in ("", "0", "-1", "x", "999999999999"):
        response = client.get(reverse("search:search"), {"q": typed, "page": page, "side": "x"})
        assert response.status_code == 200


def test_drafts_are_never_found_by_anyone(client, stock):
    wish = WishFactory(title_en="Secret submarine escalators", organisation=stock["wish"].organisation)
    solution = SolutionFactory(
        title_en="Secret submarine escalators", confidential="Secret submarine escalators"
    )
    services.rematch_wish(wish.pk)
    services.rematch_solution(solution.pk)
    services.sweep()
    for user in (None, wish.created_by, UserFactory(administrator=True)):
        if user:
            client.force_login(user)
        page = client.get(reverse("search:search"), {"q": "Secret submarine escalators"})
        assert (
            "Secret submarine escalators"
            not in page.content.decode().replace('value="Secret', "").split("results")[-1]
        )
        assert not {("wish", wish.pk), ("solution", solution.pk)} & set(found("Secret submarine escalators"))
        answer = client.get("/api/v1/search/", {"q": "Secret submarine escalators"})
        assert wish.key not in answer.content.decode()
    assert services.similar_text("Secret submarine escalators", "") == []


def test_the_confidential_part_finds_nothing(stock):
    stock["drain"].confidential = "xylophone resonance"
    stock["drain"].save()
    services.sweep()
    assert found("xylophone resonance") == []


def test_what_was_withdrawn_a_moment_ago_is_neither_shown_nor_counted(client, stock, engine):
    url = reverse("search:search")
    assert client.get(url, {"q": "lift faults", "side": "wish"}).context["page_obj"].paginator.count == 1
    type(stock["wish"]).objects.filter(pk=stock["wish"].pk).update(status="withdrawn")  # and no one was told
    assert client.get(url, {"q": "lift faults", "side": "wish"}).context["page_obj"].paginator.count == 0


def test_similar_wishes_are_found_from_a_wish_and_from_what_is_typed(client, stock):
    twin = WishFactory(open=True, title_en="Find lift faults early", title_zh="", need_en="Lifts break down.")
    services.sweep()
    assert [r.pk for r in services.similar(twin)] == [stock["wish"].pk]
    page = client.post(
        reverse("matching:similar"),
        {"title_en": "Find lift faults", "need_en": "Lifts break"},
        headers={"HX-Request": "1"},
    )
    assert re.findall(r"W-\d{4}-\d{4}", strip_tags(page.content.decode())) == [
        stock["wish"].reference,
        twin.reference,
    ]
    assert b"<html" not in page.content


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("lift", "en"),
        ("升降機", "zh-Hant"),
        ("升降机", "zh-Hans"),
        ("IoT 升降機", "zh-Hant"),
        ("LoRaWAN gateway 機", "en"),
    ],
)
def test_the_language_of_a_question(text, language):
    assert language_of(text) == language


@pytest.mark.parametrize("count", [1, 5])
def test_a_page_of_results_takes_as_many_queries_for_five_as_for_one(
    client, engine, django_assert_num_queries, monkeypatch, count
):
    monkeypatch.setattr(searching, "LIKELY", 0)  # texts that all say the same tell the engine nothing
    topics = [TopicFactory()]
    for _ in range(count):
        WishFactory(open=True, topics=topics)
        SolutionFactory(listed=True, topics=topics)
    services.sweep()
    url = reverse("search:search")
    client.get(url, {"q": "lift faults"})
    with django_assert_num_queries(3):  # public ids of both; rows with their topics, of each side
        page = client.get(url, {"q": "lift faults"})
    assert page.content.decode().count('class="ip-card ') == 2 * count


def test_the_search_is_in_the_api(client, stock):
    answer = client.get("/api/v1/search/", {"q": "lift faults", "side": "wish"}).json()
    assert [row["reference"] for row in answer["results"]] == [stock["wish"].reference]
    assert set(answer["results"][0]) == {"side", "reference", "title_en", "title_zh", "status", "url"}
    assert client.get("/api/v1/search/", {"q": "lift", "side": "x"}).status_code == 400
    assert client.get("/api/v1/search/").json() == {"results": []}


def test_the_models_read_a_query_once(stock, monkeypatch):
    searching._asked.cache_clear()
    read = []
    prepare = searching.prepare
    monkeypatch.setattr(searching, "prepare", lambda *given: read.append(given) or prepare(*given))
    first = found("lift faults")
    assert found("  lift   faults ") == first
    assert set(found("lift faults", side="wish")) <= set(first)
    assert len(read) == 1


def test_an_engine_of_another_version_reads_a_query_anew(stock, settings):
    searching._asked.cache_clear()
    searching.search("lift faults", user=None)
    settings.MATCHING_EMBEDDERS = ["use", "use"]
    searching._asked("lift faults", engine_version(), ("use", "use"), glossaries.current())
    assert searching._asked.cache_info().misses == 2


def test_what_has_gone_makes_room_for_the_next(stock):
    assert len(found("lift faults")) > 2
    first, second, third = found("lift faults")[:3]
    assert found("lift faults", k=2) == [first, second]
    searching.MODELS[first[0]].objects.filter(pk=first[1]).update(status="withdrawn")
    assert found("lift faults", k=3)[:2] == [second, third]
