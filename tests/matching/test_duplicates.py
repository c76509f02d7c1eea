"""How pairs that may be one are found, kept, and judged."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from innoportal.celery import app
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from matching import services
from matching.engine.glossary import Concept
from matching.models import Duplicate, Profile
from matching.services import duplicates
from solutions import services as solutions
from solutions.models import Solution
from tests.factories import (
    DuplicateFactory,
    MembershipFactory,
    SolutionFactory,
    UserFactory,
    WishFactory,
)
from wishes import services as wishes
from wishes.models import Wish

LIFT = {
    "title_en": "Predict lift breakdowns",
    "title_zh": "",
    "summary_en": "Sensors on the motor and the doors of a lift learn how it runs, and warn of a fault.",
}
LIFT_ZH = {
    "title_en": "",
    "title_zh": "預測升降機故障",
    "summary_en": "",
    "summary_zh": "在升降機摩打和機門裝上感應器，學習升降機的運作情況，在故障發生前發出警告。",
}
GRASS = {
    "title_en": "Robots that cut grass",
    "title_zh": "",
    "summary_en": "Small electric robots mow the lawns of parks at night and charge by themselves.",
}
FLOOD = {
    "title_en": "Drains that report blockages",
    "title_zh": "",
    "summary_en": "A radar under the manhole cover measures the water, and calls before the street floods.",
}


def pairs(side="solution"):
    return set(Duplicate.objects.values_list(f"earlier_{side}", f"later_{side}"))


def test_a_solution_that_is_handed_in_is_compared_across_vendors_and_languages(
    engine, eager, django_capture_on_commit_callbacks
):
    listed = SolutionFactory(listed=True, **LIFT)
    SolutionFactory(listed=True, **GRASS)
    SolutionFactory(listed=True, **FLOOD)
    draft = SolutionFactory(**LIFT_ZH)
    with django_capture_on_commit_callbacks(execute=True):
        services.sweep()
        solutions.submit(draft, by=MembershipFactory(organisation=draft.organisation).user)
    assert pairs() == {(listed.pk, draft.pk)}
    assert not Profile.objects.get(solution=draft).is_public


def test_a_wish_that_is_endorsed_is_compared(engine, eager, django_capture_on_commit_callbacks):
    known = WishFactory(open=True)
    wish = WishFactory(status=Wish.Status.ENDORSEMENT)
    approver = MembershipFactory(organisation=wish.organisation, approver=True).user
    services.sweep()
    with django_capture_on_commit_callbacks(execute=True):
        wishes.endorse(wish, by=approver)
    assert pairs("wish") == {(known.pk, wish.pk)}


@pytest.mark.parametrize("verb", ["create", "edit", "submit"])
def test_a_draft_is_neither_asked_about_nor_read(engine, verb, django_capture_on_commit_callbacks):
    WishFactory(open=True)
    draft = WishFactory()
    with django_capture_on_commit_callbacks() as callbacks:
        record(draft, verb, by=None)
    assert callbacks == []
    assert services.find_duplicates("wish", [draft.pk]) == 0
    services.sweep_duplicates()
    assert not Profile.objects.filter(wish=draft).exists()
    assert pairs("wish") == set()


@pytest.mark.parametrize("status", [s for s in Wish.Status if s not in Duplicate.WISHES_COMPARED])
def test_a_wish_that_its_owner_may_change_or_has_given_up_is_no_side_of_a_pair(engine, status):
    shown = {"reference": None} if status in ("draft", "endorsement", "returned") else {}
    WishFactory(status=status, **shown)
    compared = WishFactory(open=True)
    assert services.find_duplicates("wish", [compared.pk]) == 0


def test_the_same_text_is_found_and_called_so(engine):
    SolutionFactory(listed=True, **LIFT)
    SolutionFactory(listed=True, **LIFT | {"title_en": "PREDICT LIFT BREAKDOWNS!"})
    services.sweep_duplicates()
    pair = Duplicate.objects.get()
    assert (pair.is_repeat, pair.likeness) == (True, 1.0)


def test_what_both_say_is_kept_with_the_pair(engine):
    SolutionFactory(listed=True, **LIFT)
    SolutionFactory(listed=True, **LIFT_ZH)
    services.sweep_duplicates()
    pair = Duplicate.objects.get()
    assert not pair.is_repeat
    assert [one["labels"]["en"] for one in pair.explanation["concepts"]]
    sentences = pair.explanation["sentences"]
    assert {sentences["wish_lang"], sentences["solution_lang"]} == {"en", "zh-Hant"}


def test_what_both_say_is_told_in_the_terms_of_the_portal_too(engine):
    services.add_term(Concept("sky_lantern", ("sky lantern",), ("天燈",)), by=None)
    SolutionFactory(listed=True, **LIFT | {"title_en": "Sky lantern: foresee lift breakdowns"})
    SolutionFactory(listed=True, **LIFT_ZH | {"title_zh": "天燈：預測升降機故障"})
    services.sweep_duplicates()
    pair = Duplicate.objects.get()
    assert "sky_lantern" in [one["concept"] for one in pair.explanation["concepts"]]


def test_a_second_sweep_writes_nothing(engine):
    for texts in (LIFT, GRASS, FLOOD):
        SolutionFactory(listed=True, **texts)
    SolutionFactory(status="submitted", **LIFT)
    WishFactory.create_batch(3, open=True)
    assert services.sweep_duplicates() == 4
    before = list(Duplicate.objects.order_by("pk").values())
    assert services.sweep_duplicates() == 0
    assert list(Duplicate.objects.order_by("pk").values()) == before
    assert Entry.objects.filter(noun="matching.duplicate", verb="find").count() == 4


def test_each_batch_of_the_sweep_sees_the_others(engine, monkeypatch):
    monkeypatch.setattr(duplicates, "BATCH", 1)
    made = WishFactory.create_batch(3, open=True)
    services.sweep_duplicates()
    a, b, c = sorted(wish.pk for wish in made)
    assert pairs("wish") == {(a, b), (a, c), (b, c)}


def test_the_sweep_finds_what_a_lost_message_missed_and_drops_what_is_gone(engine):
    first, second = WishFactory.create_batch(2, open=True)
    services.sweep_duplicates()
    assert pairs("wish") == {(first.pk, second.pk)}
    wishes.withdraw(second, by=UserFactory(office=True), reason="No longer needed.")
    assert not Duplicate.objects.live().exists()
    assert services.sweep_duplicates() == 1
    assert pairs("wish") == set()


def test_a_pair_whose_texts_part_is_dropped_and_a_judged_one_stays(engine):
    one, other, third = (SolutionFactory(listed=True, **LIFT) for _ in range(3))
    services.sweep_duplicates()
    judged = Duplicate.objects.get(earlier_solution=one, later_solution=third)
    services.not_same(judged, by=UserFactory(office=True))
    Solution.objects.filter(pk__in=[other.pk, third.pk]).update(**GRASS)
    services.find_duplicates("solution", [other.pk, third.pk])
    judged.refresh_from_db()
    assert pairs() == {(one.pk, third.pk), (other.pk, third.pk)}
    assert judged.status == Duplicate.Status.DIFFERENT


def test_a_pair_that_was_judged_is_not_brought_up_again(engine):
    WishFactory.create_batch(2, open=True)
    services.sweep_duplicates()
    services.not_same(Duplicate.objects.get(), by=UserFactory(office=True))
    assert services.sweep_duplicates() == 0
    assert Duplicate.objects.get().status == Duplicate.Status.DIFFERENT


def test_a_row_that_another_worker_writes_meanwhile_is_not_taken_for_an_old_one(engine):
    """The other text came after this worker had looked: not to have found it says nothing."""
    one = WishFactory(open=True)
    services.profiles([one])
    began = timezone.now()
    late = DuplicateFactory(earlier_wish=one)
    assert duplicates._write("wish", [one.pk], {}, began) == 0
    assert Duplicate.objects.filter(pk=late.pk).exists()
    assert duplicates._write("wish", [one.pk], {}, timezone.now()) == 1


def test_what_is_taken_back_while_it_is_compared_makes_no_pair(engine):
    first, second = WishFactory.create_batch(2, open=True)
    services.profiles([first, second])
    everything = duplicates._everything("wish")
    wishes.withdraw(second, by=UserFactory(office=True), reason="No longer needed.")
    assert duplicates._find([first.pk], everything) == 0
    assert duplicates._find([second.pk], everything) == 0


def test_two_that_are_handed_in_at_once_make_one_row(engine, committed):
    first, second = (SolutionFactory(status="submitted", **LIFT) for _ in range(2))
    services.profiles([first, second])  # the models are in memory: both workers look at once
    barrier, failed = threading.Barrier(2), []

    def find(pk):
        try:
            barrier.wait()
            services.find_duplicates("solution", [pk])
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=find, args=[one.pk]) for one in (second, first)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert pairs() == {(first.pk, second.pk)}
    assert Entry.objects.filter(noun="matching.duplicate").count() == 1


def test_of_two_who_write_one_pair_the_second_writes_nothing(db):
    first, second = WishFactory.create_batch(2, open=True)
    values = {"likeness": 0.9, "is_repeat": False, "engine_version": "test"}
    assert duplicates._add("wish", (first.pk, second.pk), values)
    assert not duplicates._add("wish", (first.pk, second.pk), values)
    assert Entry.objects.filter(noun="matching.duplicate", verb="find").count() == 1


def test_the_database_refuses_what_is_no_ordered_pair(db):
    a, b = WishFactory.create_batch(2, open=True)
    s, t = SolutionFactory.create_batch(2, listed=True)
    nothing = dict.fromkeys(Duplicate.PLACES)
    wrong = [
        {"earlier_wish": b, "later_wish": a},
        {"earlier_wish": a, "later_wish": a},
        {"earlier_wish": a},
        {"earlier_wish": a, "later_solution": t},
        {"earlier_wish": a, "later_wish": b, "earlier_solution": s, "later_solution": t},
        {"earlier_solution": t, "later_solution": s},
        {},
    ]
    for sides in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            DuplicateFactory(**nothing | sides)
    for sides in ({"earlier_wish": a, "later_wish": b}, {"earlier_solution": s, "later_solution": t}):
        DuplicateFactory(**nothing | sides)
        with pytest.raises(IntegrityError), transaction.atomic():
            DuplicateFactory(**nothing | sides)
    with pytest.raises(IntegrityError), transaction.atomic():
        DuplicateFactory(status="same")
    with pytest.raises(IntegrityError), transaction.atomic():
        DuplicateFactory(likeness=1.1)


def test_a_verdict_names_who_gave_it_and_may_be_turned(db):
    pair, office, other = DuplicateFactory(), UserFactory(office=True), UserFactory(office=True)
    services.same(pair, by=office)
    pair.refresh_from_db()
    assert (pair.status, pair.decided_by) == ("same", office)
    services.not_same(pair, by=other)
    pair.refresh_from_db()
    assert (pair.status, pair.decided_by) == ("different", other)
    told = Entry.objects.about(pair).in_order().values_list("verb", "actor_id", "capacity")
    assert list(told) == [("same", office.pk, "office"), ("not_same", other.pk, "office")]


def test_of_two_verdicts_at_once_one_counts(db):
    pair = DuplicateFactory()
    twin = Duplicate.objects.get(pk=pair.pk)
    services.same(pair, by=UserFactory(office=True))
    with pytest.raises(IllegalTransition):
        services.not_same(twin, by=UserFactory(office=True))
    pair.refresh_from_db()
    assert pair.status == "same"


def test_the_sweep_is_due_each_night():
    entry = app.conf.beat_schedule["matching.sweep_duplicates"]
    assert entry["task"] == "matching.tasks.sweep_duplicates"
    assert (entry["schedule"].hour, entry["schedule"].minute) == ({3}, {20})
