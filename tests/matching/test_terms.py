"""Terms of the glossary: what a change does to texts, matches and the journal, and what is refused."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as portal
from django.db import connection

from journal.models import Entry
from journal.workflow import IllegalTransition
from matching import services, tasks
from matching.engine.dense import USE
from matching.engine.glossary import Concept, shipped
from matching.engine.terms import Fault
from matching.models import Match, Profile, Term
from matching.records import unpack
from matching.services import foreseeing, glossaries, retrievers, terms
from tests.factories import SolutionFactory, TermFactory, UserFactory, WishFactory

pytestmark = pytest.mark.django_db
LANTERN = Concept("sky_lantern", ("sky lantern",), ("天燈",), ("孔明灯",))
ANOTHER_PROCESS = """
import django, sys
django.setup()
from django.conf import settings
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from matching.services import glossaries
for line in sys.stdin:
    known = glossaries.current(max_age=float(line))
    print([m.concept for m in known.glossary.mentions("two sky lanterns")], flush=True)
"""


@pytest.fixture
def backend(engine, settings, request):
    settings.MATCHING_BACKEND = getattr(request, "param", "memory")
    retrievers.forget()
    yield settings.MATCHING_BACKEND
    retrievers.forget()


both = pytest.mark.parametrize("backend", ["memory", "indexed"], indirect=True)


@pytest.fixture
def things(backend):
    """Two wishes and two solutions, of which one each names the term, in different languages."""
    english, chinese = {"title_zh": ""}, {"title_en": "", "summary_en": ""}
    rows = [
        WishFactory(open=True, title_en="Festival nights", need_en="A sky lantern fell.", **english),
        WishFactory(open=True, title_en="Lift noise", need_en="The lift motor hums.", **english),
        SolutionFactory(listed=True, title_zh="天燈偵測", summary_zh="偵測飄落的天燈。", **chinese),
        SolutionFactory(listed=True, title_en="Quiet lift", summary_en="A gearless lift motor.", **english),
    ]
    SolutionFactory(listed=True, title_zh="渠道機械人", summary_zh="爬行於渠道，拍攝淤塞。", **chinese)
    SolutionFactory(listed=True, title_zh="慳電風扇", summary_zh="按人流調節風扇。", **chinese)
    SolutionFactory(listed=True, title_en="Street lamps that dim", summary_en="By radio.", **english)
    services.sweep()
    return rows


def concepts_of(thing) -> list[str]:
    [row] = thing.profiles.all()
    return [one for passage in unpack(row.record).passages for one in passage.concepts]


def vectors_of(thing) -> list:
    [row] = thing.profiles.all()
    return [passage.vectors["use"].tolist() for passage in unpack(row.record).passages]


def figures() -> dict:
    rows = Match.objects.order_by("wish", "rank")
    return {(m.wish_id, m.solution_id): (m.rank, round(m.probability, 9)) for m in rows}


@both
def test_only_the_texts_that_name_a_new_term_are_read_anew_and_no_model_is_asked(things, monkeypatch):
    wish, other, solution, _ = things
    before = {row.pk: row.updated_at for row in Profile.objects.all()}
    vectors, stored = vectors_of(wish), figures()
    monkeypatch.setattr(USE, "encode", None)
    terms.add_term(LANTERN, by=UserFactory(administrator=True))
    due = set(Profile.objects.filter(concepts_due=True).values_list("wish_id", "solution_id"))
    assert due == {(wish.pk, None), (None, solution.pk)}
    assert services.read_anew() == {"wish": [wish.pk], "solution": [solution.pk]}
    changed = [row for row in Profile.objects.all() if row.updated_at != before[row.pk]]
    assert {(row.wish_id, row.solution_id) for row in changed} == due
    assert not Profile.objects.filter(concepts_due=True).exists()
    assert [concepts_of(one).count("sky_lantern") for one in things] == [1, 0, 2, 0]
    assert "lift" in concepts_of(other)
    assert vectors_of(wish) == vectors
    monkeypatch.undo()
    services.sweep()
    pair = (wish.pk, solution.pk)
    assert figures()[pair][1] > stored[pair][1]
    assert services.read_anew() == {"wish": [], "solution": []}


def test_the_sweep_reads_what_a_lost_message_left(things):
    wish, *_ = things
    terms.add_term(LANTERN, by=UserFactory(administrator=True))
    services.sweep()
    assert "sky_lantern" in concepts_of(wish)


def test_saving_a_term_wakes_a_worker_once_its_commit_is_there(
    things, eager, django_capture_on_commit_callbacks
):
    wish, _, solution, _ = things
    stored = figures()
    with django_capture_on_commit_callbacks(execute=True):
        terms.add_term(LANTERN, by=UserFactory(administrator=True))
    assert "sky_lantern" in concepts_of(wish)
    assert figures()[wish.pk, solution.pk][1] > stored[wish.pk, solution.pk][1]


def test_what_was_foreseen_is_what_came(things):
    wish, *_ = things
    before = glossaries.current(max_age=0).glossary
    foresight = foreseeing.foresee(before, before.with_terms([LANTERN]), LANTERN.id)
    was = figures()
    assert (was, Term.objects.count(), Profile.objects.filter(concepts_due=True).count()) == (figures(), 0, 0)
    terms.add_term(LANTERN, by=UserFactory(administrator=True))
    services.sweep()
    now = figures()
    came = {
        pair: (was[pair], now[pair])
        for pair in was
        if was[pair][0] != now[pair][0] or round(100 * was[pair][1]) != round(100 * now[pair][1])
    }
    told = {
        (move.wish.pk, move.solution.pk): tuple(
            (place, round(p, 9)) for place, p in (move.before, move.after)
        )
        for move in foresight.moves
    }
    assert came
    assert told == came
    assert (foresight.asked, foresight.concerned) == (2, 2)
    assert [(named.side, named.thing) for named in foresight.texts.named] == [
        ("solution", things[2]),
        ("wish", wish),
    ]
    assert foresight.texts.things == {"wish": 1, "solution": 1}
    assert foresight.texts.languages == {"en": 1, "zh-Hant": 1}
    assert (foresight.texts.read, foresight.texts.candidates) == (2, 2)
    [(passage, title, body)] = foresight.texts.named[0].passages
    assert [passage.title[m.start : m.end] for m in title] == ["天燈"]
    assert [passage.body[m.start : m.end] for m in body] == ["天燈"]


def test_what_a_text_would_no_longer_name_is_foreseen(things):
    """A name that begins before 雪種 and ends within it takes its place."""
    SolutionFactory(listed=True, title_zh="新雪種的冷水機", title_en="")
    services.sweep()
    before = glossaries.current(max_age=0).glossary
    greedy = Concept("fresh_snow", ("fresh snow",), ("新雪",))
    texts = foreseeing.foresee(before, before.with_terms([greedy]), greedy.id).texts
    assert texts.lost == {"refrigerant": 1}
    assert texts.gained == {}


@both
def test_a_preview_says_over_what_it_was_computed(things, backend, monkeypatch):
    monkeypatch.setattr(foreseeing, "READ", 1)
    monkeypatch.setattr(foreseeing, "ASKED", 1)
    SolutionFactory(listed=True, title_en="Sky lantern net")
    services.sweep()
    before = glossaries.current(max_age=0).glossary
    foresight = foreseeing.foresee(before, before.with_terms([LANTERN]), LANTERN.id)
    assert (foresight.texts.read, foresight.texts.candidates) == (2, 3)
    assert (foresight.asked, foresight.concerned) == (1 if backend == "memory" else 0, 2)


def test_out_of_use_is_as_it_was_before(things):
    wish, *_ = things
    before, was = concepts_of(wish), figures()
    term = terms.add_term(LANTERN, by=UserFactory(administrator=True))
    services.sweep()
    assert figures() != was
    terms.deactivate_term(term, by=UserFactory(administrator=True))
    services.sweep()
    assert (concepts_of(wish), figures()) == (before, was)
    terms.activate_term(term, by=UserFactory(administrator=True))
    services.sweep()
    assert "sky_lantern" in concepts_of(wish)
    with pytest.raises(IllegalTransition):
        terms.activate_term(term, by=UserFactory(administrator=True))
    assert [entry.verb for entry in Entry.objects.about(term).in_order()] == ["add", "deactivate", "activate"]


def test_an_edited_term_lets_go_of_its_old_names(things):
    wish, other, *_ = things
    term = terms.add_term(LANTERN, by=UserFactory(administrator=True))
    services.read_anew()
    by = UserFactory(administrator=True)
    entry = terms.edit_term(
        term, Concept("sky_lantern", ("lift motor",), ("孔明燈",)), by=by, note="Says more"
    )
    assert services.read_anew()["wish"] == [wish.pk, other.pk]
    assert ["sky_lantern" in concepts_of(one) for one in things] == [False, True, False, True]
    assert entry.details["before"]["english"] == ["sky lantern"]
    assert (entry.actor_id, Term.objects.get().note) == (by.pk, "Says more")


def test_what_is_not_public_is_read_anew_too(things):
    wish, *_ = things
    services.hide(wish)
    terms.add_term(LANTERN, by=UserFactory(administrator=True))
    assert services.read_anew()["wish"] == []
    assert "sky_lantern" in concepts_of(wish)


def test_a_text_that_is_read_for_the_first_time_is_read_with_the_terms(things):
    terms.add_term(LANTERN, by=UserFactory(administrator=True))
    late = WishFactory(open=True, need_en="Another sky lantern")
    services.profile(late)
    assert "sky_lantern" in concepts_of(late)


def test_a_text_that_was_being_read_while_a_term_was_saved_is_due(things, monkeypatch):
    late = WishFactory(open=True, need_en="Another sky lantern")
    encode = USE.encode

    def slow(self, *given):
        if not Term.objects.exists():
            terms.add_term(LANTERN, by=None)
        return encode(self, *given)

    monkeypatch.setattr(USE, "encode", slow)
    services.profile(late)
    assert "sky_lantern" not in concepts_of(late)
    assert late.profiles.get().concepts_due
    services.read_anew()
    assert "sky_lantern" in concepts_of(late)


def test_an_explanation_names_a_term_from_then_on(things):
    wish, _, solution, _ = things
    match = Match.objects.get(wish=wish, solution=solution)
    before = services.explanation_of(match)
    assert list(before["concepts"]) == []
    terms.add_term(LANTERN, by=UserFactory(administrator=True))
    glossaries.forget()
    after = services.explanation_of(Match.objects.get(pk=match.pk))
    assert [one["labels"]["zh-Hans"] for one in after["concepts"]] == ["孔明灯"]
    assert after["sentences"] == before["sentences"]
    kept = Match.objects.get(pk=match.pk).explanation
    assert [one["concept"] for one in kept["concepts"]] == ["sky_lantern"]


@both
def test_a_search_knows_a_new_term(things):
    """No model knows this word, and in the other script no word agrees."""
    _, _, solution, _ = things
    user = UserFactory()

    def found():
        return [one.pk for one in services.search("xanfoo", side="solution", user=user)]

    assert solution.pk not in found()
    terms.add_term(Concept("sky_lantern", ("xanfoo",), ("天燈",)), by=None)
    services.sweep()
    glossaries.forget()
    assert found() == [solution.pk]


@pytest.mark.parametrize(
    ("concept", "fault"),
    [
        (Concept("x1", ("lifts",), ("天燈",)), Fault("taken", "english", 1, "lifts", "lift")),
        (Concept("old", ("night kite",), ("夜風箏",)), Fault("taken", "key", 0, "old", "old")),
        (Concept("x1", ("night kite",), ("舊天燈",)), Fault("taken", "chinese", 1, "舊天燈", "old")),
    ],
)
def test_a_term_with_a_fault_is_not_kept(engine, concept, fault):
    TermFactory(key="old", english=["old lantern"], chinese=["舊天燈"])
    with pytest.raises(terms.Faulty) as caught:
        terms.add_term(concept, by=None)
    assert caught.value.found == {0: [fault]}
    assert Term.objects.count() == 1
    assert Entry.objects.filter(noun="matching.term").count() == 0


def test_a_concept_of_the_engine_cannot_come_back_while_another_has_its_name(engine):
    lift = terms.add_term(Concept("lift", ("vertical carriage",), ("直梯箱",)), by=None)
    terms.add_term(Concept("hoistway_lift", ("elevator",), ("電梯",)), by=None)
    with pytest.raises(terms.Faulty) as caught:
        terms.deactivate_term(lift, by=None)
    assert {fault.other for fault in caught.value.found[0]} == {"hoistway_lift"}
    assert Term.objects.get(key="lift").is_active


def test_a_term_out_of_use_whose_name_was_given_away_cannot_be_put_back(engine):
    term = terms.add_term(LANTERN, by=None)
    terms.deactivate_term(term, by=None)
    terms.add_term(Concept("balloon", ("sky lantern",), ("氣燈",)), by=None)
    with pytest.raises(terms.Faulty):
        terms.activate_term(term, by=None)
    assert not Term.objects.get(key="sky_lantern").is_active


def test_the_fingerprint_of_the_database_is_the_one_that_a_process_holds(engine):
    assert (glossaries.current(max_age=0).fingerprint, Term.objects.fingerprint()) == ("", "")
    TermFactory.create_batch(3)
    TermFactory(is_active=False)
    known = glossaries.read()
    assert known.fingerprint == Term.objects.fingerprint() != ""
    assert len(known.glossary.concepts) == len(shipped().concepts) + 3


def test_a_process_looks_again_after_two_seconds_and_reads_only_what_has_changed(
    engine, django_assert_num_queries, monkeypatch
):
    clock = [1000.0]
    monkeypatch.setattr(glossaries.time, "monotonic", lambda: clock[0])
    with django_assert_num_queries(1):
        first = glossaries.current()
    TermFactory()
    with django_assert_num_queries(0):
        assert glossaries.current() is first
    clock[0] += 3
    with django_assert_num_queries(2):
        second = glossaries.current()
    assert second.fingerprint != first.fingerprint
    clock[0] += 3
    with django_assert_num_queries(1):
        assert glossaries.current() is second


def test_a_file_is_taken_whole_or_not_at_all(things):
    rows = [
        terms.TermRow(2, LANTERN, "from a list"),
        terms.TermRow(3, Concept("kite", ("night kite",), ("夜風箏",))),
    ]
    assert terms.import_terms(rows, by=None) == terms.Counts(added=2)
    assert terms.import_terms(rows, by=None) == terms.Counts(unchanged=2)
    assert Entry.objects.filter(noun="matching.term", verb="add").count() == 2
    wrong = [
        terms.TermRow(2, Concept("fresh", ("fresh lantern",), ("鮮燈",))),
        terms.TermRow(4, Concept("kite", ("night kite", "sky lanterns"), ("夜風箏",))),
        terms.TermRow(5, Concept("fresh", ("other lantern",), ("另燈",))),
    ]
    with pytest.raises(terms.Faulty) as caught:
        terms.import_terms(wrong, by=None)
    assert caught.value.found == {
        4: [Fault("taken", "english", 2, "sky lanterns", "sky_lantern")],
        5: [Fault("twice", "key", name="fresh", other="fresh")],
    }
    assert Term.objects.count() == 2


def test_a_file_wakes_one_worker(engine, django_capture_on_commit_callbacks, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.sweep, "delay", lambda: sent.append(1))
    rows = [
        terms.TermRow(line, Concept(f"kite_{line}", (f"night kite {line}",), (f"夜風箏{line}",)))
        for line in range(5)
    ]
    with django_capture_on_commit_callbacks(execute=True):
        terms.import_terms(rows, by=None)
    assert sent == [1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("committed")
def test_another_process_reads_a_new_term_without_being_told():
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "INNOPORTAL_DATA": str(portal.DATA_DIR),
    }
    command = [sys.executable, "-c", ANOTHER_PROCESS, connection.settings_dict["NAME"]]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:

        def ask(max_age: float) -> str:
            other.stdin.write(f"{max_age}\n")
            other.stdin.flush()
            return other.stdout.readline().strip()

        assert ask(2) == "[]"
        TermFactory(key="sky_lantern", english=["sky lantern"])
        assert ask(600) == "[]"  # it trusts what it saw
        assert ask(0) == "['sky_lantern']"
        other.stdin.close()
        assert other.wait(20) == 0
