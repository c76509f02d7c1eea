"""One contract, two backends: what the snapshot in memory promises, the index in PostgreSQL keeps."""

import random

import numpy as np
import pytest
from django.db import connection

from matching import services
from matching.engine import Item, Passage, fusion, prepare
from matching.engine.lexical import term_id
from matching.models import IndexedPassage, PassageCount, Profile, TermCount
from matching.services import indexed, retrievers, shelf, while_writing
from matching.services.indexed import building, counting, drawing, finding, mapping, sampling
from matching.services.profiles import prepared
from tests.factories import SolutionFactory, WishFactory

pytestmark = pytest.mark.django_db
LIFT = {
    "title_en": "Lift faults foreseen",
    "summary_en": "Sensors on the lift tell of a fault days before it stops.",
    "title_zh": "預測升降機故障",
    "summary_zh": "裝在升降機上的感應器，在停機數天前預告故障。",
}
THINGS = ("chiller", "pump", "escalator", "drain", "roof", "lamp", "cable", "boiler", "fan", "battery")
WORK = ("leaks", "wears out", "wastes energy", "is hard to reach", "needs cleaning", "is too loud")


@pytest.fixture(params=["memory", "indexed"])
def backend(request, engine, settings):
    settings.MATCHING_BACKEND = request.param
    retrievers.forget()
    yield request.param
    retrievers.forget()


@pytest.fixture
def both(engine, settings):
    """Asks each backend the same."""

    def ask(*arguments, **named):
        found = []
        for name in ("memory", "indexed"):
            settings.MATCHING_BACKEND = name
            found.append(retrievers.current(max_age=0).search(*arguments, **named))
        return found

    settings.MATCHING_BACKEND = "indexed"
    retrievers.forget()
    yield ask
    retrievers.forget()


def query(text, lang="en", role="wish", key="q"):
    return prepare([Item(key, role, (Passage(lang, "", text),))], shelf.embedders())[0]


def search(text="lift faults", role="solution", k=10, among=None, lang="en", **named):
    return retrievers.current(max_age=0).search(query(text, lang), role, k, among, **named)


def keys(*arguments, **named):
    return [hit.key for hit in search(*arguments, **named)]


def listed(**columns):
    solution = SolutionFactory(listed=True, **columns)
    services.profile(solution)
    return solution


def crowd(count, side=SolutionFactory, **trait):
    """Solutions, every second one in two languages, no two alike."""
    chance = random.Random(7)
    things = []
    for n in range(count):
        what, how = chance.choice(THINGS), chance.choice(WORK)
        names = {"title_en": f"The {what} number {n} {how}", "title_zh": f"第{n}號{what}" if n % 2 else ""}
        body = f"A {what} that {how} beside a {chance.choice(THINGS)} in block {n % 13}."
        names |= {"summary_en": body} if side is SolutionFactory else {"need_en": body}
        things.append(side(**names, **(trait or {"listed": True})))
    services.profiles(things)
    return things


def same(one, other, digits=1e-3):
    assert [hit.key for hit in one] == [hit.key for hit in other]
    for left, right in zip(one, other, strict=True):
        assert left.signals == pytest.approx(right.signals, abs=digits)
        assert left.fused == pytest.approx(right.fused, abs=digits)


@pytest.mark.parametrize("crowded", [True, False])
def test_both_backends_give_the_same_answer_on_a_small_collection(both, crowded):
    crowd(60)
    wishes = crowd(12, WishFactory, open=True)
    for wish in wishes[:4]:
        asked = prepared("wish", [wish.pk])[wish.pk]
        memory, index = both(asked, "solution", 100, crowded=crowded)
        assert len(memory) == 60
        same(index, memory)
    memory, index = both(query("a pump that leaks", key="other"), "wish", 5, crowded=crowded)
    assert len(memory) == 5
    same(index, memory)


def test_both_give_the_same_answer_after_changes(both):
    things = crowd(40)
    both(query("a pump that leaks"), "solution", 5)
    services.hide(things[3])
    type(things[5]).objects.filter(pk=things[5].pk).update(title_en="A pump that leaks no more")
    things[5].refresh_from_db()
    services.profile(things[5])
    crowd(3, WishFactory, open=True)
    memory, index = both(query("a pump that leaks"), "solution", 100)
    assert len(memory) == 39
    same(index, memory)


def test_both_find_the_same_duplicates(both, settings):
    crowd(30)
    one, other, hidden = (listed(**LIFT) for _ in range(3))
    services.hide(hidden)
    asked = list(prepared("solution", [one.pk]).values())
    beside = list(prepared("solution", [hidden.pk]).values())
    found = []
    for name in ("memory", "indexed"):
        settings.MATCHING_BACKEND = name
        near = retrievers.current(max_age=0).near("solution", beside)
        found.append(near.of(asked)[0])
    assert found[0].keys() == found[1].keys() == {f"s{other.pk}", f"s{hidden.pk}"}
    for key, nearness in found[0].items():
        assert found[1][key].deviations == pytest.approx(nearness.deviations, abs=1e-3)


def test_among_narrows_the_answer_and_not_its_scale(backend):
    things = crowd(50)
    everything = {hit.key: hit.signals for hit in search("a pump that leaks", k=50)}
    chosen = {f"s{things[17].pk}"}  # 2 %
    (only,) = search("a pump that leaks", k=50, among=chosen)
    assert {only.key} == chosen
    assert only.signals == pytest.approx(everything[only.key], abs=1e-3)
    assert search("a pump that leaks", among=set()) == []


def test_among_never_gives_fewer_than_there_are(backend, monkeypatch):
    things = crowd(40)
    monkeypatch.setattr(finding, "SELECTIVE", 10)
    far = {f"s{thing.pk}" for thing in things[5:30]}
    assert set(keys("photosynthesis of lichens", k=100, among=far | {"s0", "w1", "nonsense"})) == far
    assert len(keys("photosynthesis of lichens", k=7, among=far)) == 7


def test_more_than_there_are_gives_all(backend):
    things = crowd(30)
    assert set(keys("lift", k=1000)) == {f"s{thing.pk}" for thing in things}


def test_an_empty_collection_finds_nothing(backend):
    assert keys() == []
    assert keys(role="wish") == []
    assert keys(among={"s1"}) == []


def test_a_collection_of_one_is_found_whatever_is_asked(backend):
    solution = listed(**LIFT)
    assert keys("lift faults") == keys("nothing like it") == [f"s{solution.pk}"]
    assert keys("lift faults", role="wish") == []


def test_a_query_without_a_word_finds_nothing(backend):
    crowd(3)
    asked = prepare([Item("q", "wish", ())], shelf.embedders())[0]
    assert retrievers.current(max_age=0).search(asked, "solution", 5) == []
    assert retrievers.current(max_age=0).search_many([asked, asked], "solution", 5) == [[], []]


def test_a_language_that_the_collection_has_not_is_answered(backend):
    crowd(20)
    solution = listed(title_en=LIFT["title_en"], summary_en=LIFT["summary_en"])
    for lang in ("zh-Hans", "yue"):
        assert keys("电梯故障预测", lang=lang)[0] == f"s{solution.pk}"


def test_simplified_finds_traditional_and_english(backend):
    crowd(30)
    traditional = listed(title_zh=LIFT["title_zh"], summary_zh=LIFT["summary_zh"], title_en="", summary_en="")
    english = listed(title_en=LIFT["title_en"], summary_en=LIFT["summary_en"])
    assert set(keys("预测升降机故障的感应器", lang="zh-Hans", k=2)) == {
        f"s{traditional.pk}",
        f"s{english.pk}",
    }


def test_a_code_is_found_by_its_letters(backend):
    things = crowd(60)
    coded = listed(title_en="Valve XR-7731/B", summary_en="A valve.")
    assert keys("XR-7731/B")[0] == f"s{coded.pk}"
    assert len(things) == 60


def test_what_is_removed_is_gone_and_what_is_changed_is_as_it_is_now(backend):
    things = crowd(10)
    gone, changed = things[:2]
    assert f"s{gone.pk}" in keys(k=50)
    services.hide(gone)
    type(changed).objects.filter(pk=changed.pk).update(**LIFT)
    changed.refresh_from_db()
    services.profile(changed)
    found = search("Lift faults foreseen", k=50)
    assert f"s{gone.pk}" not in {hit.key for hit in found}
    assert found[0].key == f"s{changed.pk}"
    services.profile(gone)
    assert f"s{gone.pk}" in keys(k=50)


def test_what_is_not_public_is_never_found(backend):
    crowd(5)
    hidden = listed(**LIFT)
    services.hide(hidden)
    key = f"s{hidden.pk}"
    assert key not in keys(k=50)
    assert keys(k=50, among={key}) == []
    draft = SolutionFactory(**LIFT)
    services.profile(draft)
    assert keys(k=50, among={f"s{draft.pk}"}) == []


def test_the_index_asks_the_profile_whether_it_is_public(engine, settings):
    """Whoever hides a profile by other means than `hide`."""
    settings.MATCHING_BACKEND = "indexed"
    solution = listed(**LIFT)
    Profile.objects.filter(solution=solution).update(is_public=False)
    assert IndexedPassage.objects.count() == 2
    assert keys(k=50) == []
    assert building.reconcile(Profile.objects.get().engine_version) == 1
    assert IndexedPassage.objects.count() == 0


def test_the_thing_that_asks_is_not_its_own_answer(backend):
    things = crowd(8)
    asked = prepared("solution", [things[2].pk])[things[2].pk]
    found = retrievers.current(max_age=0).search(asked, "solution", 50)
    assert len(found) == 7
    assert asked.key not in {hit.key for hit in found}


def test_asked_twice_or_together_the_answer_is_the_same(backend):
    crowd(40)
    queries = [query(text) for text in ("a pump that leaks", "lamp", "the boiler is too loud")]
    retriever = retrievers.current(max_age=0)
    alone = [retriever.search(one, "solution", 10) for one in queries]
    together = retriever.search_many(queries, "solution", 10)
    for one, other in zip(alone, together, strict=True):
        same(one, other, 1e-5)
    assert [retriever.search(one, "solution", 10) for one in queries] == alone


def test_each_query_may_have_things_of_its_own(backend):
    made = crowd(40)
    queries = [query(text) for text in ("a pump that leaks", "lamp")]
    nothing = prepare([Item("n", "wish", ())], shelf.embedders())[0]
    among = [{f"s{one.pk}" for one in made[start::3]} | {"s0"} for start in range(3)]
    retriever = retrievers.current(max_age=0)
    found = retriever.measured([*queries, nothing], "solution", among)
    assert found[2] == []
    for one, keys, hits in zip(queries, among, found, strict=False):
        same(hits, retriever.search(one, "solution", 40, keys), 1e-5)
        assert {hit.key for hit in hits} == keys - {"s0"}


def test_a_matched_portal_is_the_same_by_either(engine, settings):
    from matching.models import Match

    wishes = [
        WishFactory(open=True, title_en=f"{what} {how}") for what, how in zip(THINGS, WORK, strict=False)
    ]
    crowd(20)
    told = []
    for name in ("memory", "indexed"):
        settings.MATCHING_BACKEND = name
        retrievers.forget()
        building.freshen()
        Match.objects.all().delete()
        services.rematch_wishes([wish.pk for wish in wishes])
        rows = Match.objects.order_by("wish", "rank").values_list("wish", "solution", "rank", "probability")
        told.append([(*row[:3], round(row[3], 3)) for row in rows])
    assert told[0] == told[1]
    assert len(told[0]) == 60


# --- the index alone ----------------------------------------------------------------------------------


@pytest.fixture
def index(engine, settings):
    settings.MATCHING_BACKEND = "indexed"
    retrievers.forget()
    yield settings
    retrievers.forget()


def test_nothing_is_kept_for_an_index_that_is_not_used(engine, settings):
    settings.MATCHING_BACKEND = "memory"
    listed(**LIFT)
    assert IndexedPassage.objects.count() == 0


def test_who_types_is_answered_from_the_index_and_nothing_is_read_into_memory(index, monkeypatch):
    solution = listed(**LIFT)
    for thing in THINGS:
        listed(title_en=f"A {thing}", summary_en=f"The {thing} {WORK[0]}.", title_zh="", summary_zh="")
    monkeypatch.setattr(shelf, "held", lambda *_given: pytest.fail("read into memory"))
    found = while_writing.already_held([("", "The lift stops and nobody foresees its faults.")])
    assert solution in found.solutions


def test_what_is_hidden_leaves_the_index_at_once(index):
    solution = listed(**LIFT)
    assert IndexedPassage.objects.count() == 2
    services.hide(solution)
    assert IndexedPassage.objects.count() == 0


SCARCE = {"NEAR": 0, "NAMED": 0, "FEWEST": 1}  # candidates


@pytest.mark.parametrize("limits", [{}, {"SELECTIVE": 0}, {"SELECTIVE": 0, "DEEPER": 0}])
def test_a_thing_of_among_is_found_where_no_index_would_bring_it(index, monkeypatch, limits):
    """Because all of them are scored, or compared at once, or when deeper has brought too few."""
    things = crowd(60)
    for name, value in {**SCARCE, **limits}.items():
        monkeypatch.setattr(finding, name, value)
    last = search("a pump that leaks", k=60)[-1]
    monkeypatch.setattr(finding.Question, "depth", 1.0)
    monkeypatch.setattr("matching.services.indexed.retriever.existing", lambda question: 0)  # no second look
    (found,) = search("a pump that leaks", k=1, among={last.key})
    assert found.key == last.key
    assert len(things) == 60


def test_a_rare_word_brings_what_no_vector_is_near_to(index, monkeypatch):
    crowd(60)
    coded = listed(
        title_en="Roof XR-7731/B", summary_en="Green tiles for the roof.", title_zh="", summary_zh=""
    )
    for name, value in SCARCE.items():
        monkeypatch.setattr(finding, name, value)
    assert f"s{coded.pk}" in keys("a pump that leaks, a lamp that is too loud, XR-7731/B", k=3)


def test_the_ledger_counts_what_is_there(index):
    things = crowd(12)
    services.hide(things[0])
    services.profile(things[0])
    services.hide(things[1])
    for _ in range(2):
        lived = [set(row.terms) for row in IndexedPassage.objects.all()]
        counted = counting.frequencies(sorted(set().union(*lived)))
        assert counted == {term: sum(term in row for row in lived) for term in counted}
        (basis,) = IndexedPassage.objects.values_list("basis", flat=True).distinct()
        sizes = counting.totals(basis).of
        assert sum(size for size, _, _ in sizes.values()) == len(lived)
        assert sum(words for _, words, _ in sizes.values()) == sum(
            row.length for row in IndexedPassage.objects.all()
        )
        counting.sum_up()
    assert TermCount.objects.count() == TermCount.objects.values("term").distinct().count()
    assert not TermCount.objects.filter(passages__lte=0).exists()


def test_a_built_index_answers_as_the_one_that_grew(index):
    crowd(40)
    crowd(5, WishFactory, open=True)
    grown = search("a pump that leaks", k=20)
    assert building.build() == 60 + 7
    same(search("a pump that leaks", k=20), grown)
    listed(**LIFT)
    services.hide(crowd(41)[40])
    assert len(keys("lift", k=200)) == 81
    assert IndexedPassage.objects.values("basis").distinct().count() == 1


def test_a_graph_that_passes_things_over_is_helped_out(index, monkeypatch):
    things = crowd(40)
    building.build()
    some = {pk for (pk,) in IndexedPassage.objects.order_by("pk").values_list("pk")[:9]}
    answers, looks = finding.answers, []

    def forgetful(cursor, parts):
        looks.append(any("+ 0" in part.sql for part in parts))
        return [
            own if looks[-1] else [row for row in own if row[0] in some] for own in answers(cursor, parts)
        ]

    monkeypatch.setattr(finding, "answers", forgetful)
    assert len(keys("lift", k=100)) == len(things)
    assert looks == [False, True]


def test_a_sample_smaller_than_the_collection_changes_scores_little(index, monkeypatch):
    crowd(300)
    exact = search("a pump that leaks", k=20)
    monkeypatch.setattr(drawing, "HELD", 100)
    retrievers.forget()
    sampled = search("a pump that leaks", k=20)
    assert not sampling.held().sample.is_whole
    assert len({hit.key for hit in exact} & {hit.key for hit in sampled}) >= 16
    assert sampled[0].fused == pytest.approx(exact[0].fused, rel=0.25)


@pytest.fixture
def large(index, monkeypatch):
    """A collection of which no process holds all."""
    things = crowd(120)
    monkeypatch.setattr(drawing, "HELD", 20)
    retrievers.forget()
    return things


def samples():
    return sorted(place.name for place in mapping.folder().iterdir())


def test_a_large_collection_is_judged_by_a_sample_that_processes_share(large):
    held = sampling.held(0)
    assert not held.sample.is_whole
    assert len(held.rows) == 40
    assert building.draw(held.engine.name)
    assert not building.draw(held.engine.name)  # there it is
    mapped = sampling.held(0)
    assert mapped.rows == {}
    assert len(mapped.sample.snapshot.segments["solution"][0].keys) == 180
    held_by_another = search("a pump that leaks", k=20)
    retrievers.forget()
    same(search("a pump that leaks", k=20), held_by_another, 1e-9)


def test_all_of_a_collection_as_its_sample_gives_the_exact_answer(both, settings, monkeypatch):
    crowd(120)
    building.build()
    monkeypatch.setattr(drawing, "HELD", 20)
    retrievers.forget()
    assert building.draw(shelf.versions.serving().name)
    memory, index = both(query("a pump that leaks"), "solution", 50)
    assert not sampling.held().sample.is_whole
    same(index, memory, 0.02)  # centres and crowding are measured by the code of the index


def test_a_sample_that_is_lost_or_cannot_be_read_is_done_without(large, caplog):
    building.draw(sampling.held(0).engine.name)
    (name,) = samples()
    (mapping.folder() / name / "snapshot.json").unlink()
    retrievers.forget()
    assert len(keys("lift", k=200)) == len(large)
    assert len(sampling.held().rows) == 40


def test_a_sample_that_is_outgrown_serves_until_there_is_another(large):
    version = sampling.held(0).engine.name
    building.draw(version)
    before = samples()
    crowd(60)
    assert sampling.held(0).rows == {}
    assert len(keys("lift", k=300)) == 180
    assert building.draw(version)
    assert len(samples()) == 1
    assert samples() != before
    building.build()
    after = samples()
    assert len(after) == 1
    assert after[0].split("-")[1] != before[0].split("-")[1]  # another basis


@pytest.mark.parametrize(
    ("limits", "looks"),
    [
        ({}, "few"),
        ({"SELECTIVE": 0}, "compared"),
        ({"SELECTIVE": 0, "DEEPER": 0, "NEAR": 0.45, "FEWEST": 1}, "deeper"),
    ],
)
def test_each_way_of_narrowing_gives_the_answer_of_memory(both, monkeypatch, limits, looks):
    things = crowd(90)
    for name, value in limits.items():
        monkeypatch.setattr(finding, name, value)
    compared = []
    monkeypatch.setattr(
        finding,
        "compared",
        lambda cursor, question, way=finding.compared: compared.append(1) or way(cursor, question),
    )
    for share in (2, 3):
        among = {f"s{thing.pk}" for thing in things[::share]}
        memory, index = both(query("a pump that leaks"), "solution", 20, among | {"w1", "nonsense"})
        assert {hit.key for hit in index} <= among
        assert len(index) == 20
        assert len({hit.key for hit in index} & {hit.key for hit in memory}) >= 18
    assert len(compared) == (2 if looks == "compared" else 0)


def question(text, lang="en", among=None):
    return retrievers.current(max_age=0).question(query(text, lang), "solution", 5, among)


def telling(asked):
    """The words that are looked for, of those that were asked."""
    (passage,) = asked.query.passages
    terms, weights = finding.telling(asked, passage, 0)
    known = {int(asked.ground.marked(terms_of(word), 1, 0, "words")[0]): word for word in passage.tokens}
    return {known[term]: weight for term, weight in zip(terms, weights, strict=True) if term in known}


def terms_of(word):
    return np.array([term_id(word)], np.uint64)


def test_a_word_that_the_query_repeats_weighs_as_in_the_score(index, monkeypatch):
    crowd(60)
    once, often = telling(question("boiler roof")), telling(question("boiler roof roof roof roof"))
    assert often["roof"] / once["roof"] == pytest.approx(4 * 9 / 12)
    assert often["boiler"] == once["boiler"]
    monkeypatch.setattr(finding, "TERMS", 1)
    assert list(telling(question("boiler roof roof roof roof"))) == ["roof"]
    assert list(telling(question("boiler boiler boiler boiler roof"))) == ["boiler"]


def test_words_that_are_everywhere_are_not_read(index, monkeypatch):
    crowd(60)
    listed(title_en="A roof of tiles", summary_en="Green.", title_zh="", summary_zh="")
    assert set(telling(question("number tiles"))) == {"number", "tile"}
    monkeypatch.setattr(finding, "READ", 10)
    assert set(telling(question("number tiles"))) == {"tile"}
    assert set(telling(question("number"))) == {"number"}  # rather than none


def test_models_weigh_in_the_graph_what_they_weigh_in_the_score(index):
    crowd(20)
    asked = question("a pump that leaks")
    (passage,) = asked.query.passages
    start = 0
    for model, dim in asked.ground.models.items():
        weights = fusion.MIXTURE.weights([model]).get(model, (0, 0))
        for lang, weight in ((0, weights[0]), (1, weights[1])):
            part = asked.ground.asking(asked.query, passage, lang)[start : start + dim]
            assert np.linalg.norm(part) == pytest.approx(weight, rel=1e-5)
        start += dim
    assert start == asked.ground.dim


def test_a_search_costs_the_same_queries_however_much_there_is(index, django_assert_num_queries):
    crowd(4)
    retriever = retrievers.current(max_age=0)
    asked = query("a pump that leaks")
    for more in (0, 30):
        crowd(more)
        retriever = retrievers.current(max_age=0)
        with django_assert_num_queries(6):  # counts; savepoint, settings, ids, rows, release
            retriever.search(asked, "solution", 3)


def test_looking_again_costs_few_queries(index, django_assert_num_queries):
    crowd(3)
    retrievers.current(max_age=0)
    with django_assert_num_queries(2):  # the basis and the ledger
        retrievers.current(max_age=0)
    with django_assert_num_queries(0):
        retrievers.current(max_age=60)


def test_an_index_whose_basis_is_outgrown_gets_another(index, monkeypatch):
    crowd(3)
    monkeypatch.setattr(building, "IS_SPARSE", 10)
    before = IndexedPassage.objects.values_list("basis", flat=True).first()
    building.freshen()
    assert IndexedPassage.objects.values_list("basis", flat=True).first() == before
    crowd(20)
    building.freshen()
    after = set(IndexedPassage.objects.values_list("basis", flat=True))
    assert len(after) == 1
    assert before not in after
    assert set(PassageCount.objects.values_list("basis", flat=True)) == after


def test_switching_on_finds_what_was_written_before(engine, settings):
    settings.MATCHING_BACKEND = "memory"
    things = crowd(10)
    settings.MATCHING_BACKEND = "indexed"
    indexed.forget()
    assert keys("lift", k=50) == []
    building.build()
    assert len(keys("lift", k=50)) == len(things)
    settings.MATCHING_BACKEND = "memory"
    services.hide(things[0])
    listed(**LIFT)
    settings.MATCHING_BACKEND = "indexed"
    building.freshen()
    assert len(keys("lift", k=50)) == len(things)


def test_what_is_wide_lies_out_of_line(db):
    """Else a search by words reads a page for each two of the rows that it visits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'matching_indexedpassage'::regclass"
            " AND attstorage = 'e' ORDER BY attname"
        )
        wide = [name for (name,) in cursor.fetchall()]
        cursor.execute("SELECT reloptions FROM pg_class WHERE oid = 'matching_indexedpassage'::regclass")
        assert cursor.fetchone()[0] == ["toast_tuple_target=128", "fillfactor=50"]
    assert wide == ["concepts", "numbers", "terms", "vector", "words"]


def test_few_passages_wait_to_be_found_by_their_words(db):
    """Each look-up of a term reads through those that do: with PostgreSQL's own limit a search took 1.7 s."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE oid = 'indexed_passage_terms'::regclass")
        assert cursor.fetchone()[0] == ["gin_pending_list_limit=64"]
