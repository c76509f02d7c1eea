"""From what people do to weights that score: what is written down, what is learnt, what is put to use."""

import json
import threading
from datetime import UTC, datetime, timedelta
from importlib import import_module
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from innoportal.celery import app
from journal.models import Entry
from journal.workflow import IllegalTransition
from matching import receivers, services, tasks
from matching.engine import DEFAULT_WEIGHTS, ENGINE_VERSION, Weights
from matching.engine.rank import Contribution
from matching.models import Judgement, Match, Profile, Ranker
from matching.services import learning
from matching.services.figures import calibration, precision_by_month
from matching.texts import engine_version
from tests.factories import (
    CoAuthorFactory,
    ConflictFactory,
    JudgementFactory,
    MatchFactory,
    MembershipFactory,
    RankerFactory,
    ReviewFactory,
    SolutionFactory,
    SponsorFactory,
    UserFactory,
    WishFactory,
)
from tests.matching.engine import experts

pytestmark = pytest.mark.django_db
FACTORS_SEEN = {"meaning": 0.5, "budget": None}
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def seen(**fields):
    """A match as the engine wrote it, at the third place."""
    told = [Contribution(name, value, 1.0, 0.0) for name, value in FACTORS_SEEN.items()]
    score = {"intercept": 0.0, "contributions": [vars_of(one) for one in told]}
    return MatchFactory(
        **{"rank": 3, "probability": 0.4, "score": score, "engine_version": engine_version()} | fields
    )


def vars_of(one):
    return {name: getattr(one, name) for name in ("name", "value", "weight", "logit_share")}


def said(**fields):
    return list(
        Judgement.objects.filter(**fields)
        .order_by("pk")
        .values_list("kind", "place", "probability", "factors")
    )


def put_down(examples):
    """Verdicts as rows, of one expert, on wishes and solutions that are there."""
    chosen = UserFactory(expert=True)
    wishes = {number: WishFactory(open=True) for number in sorted({one.wish for one in examples})}
    one_for_all = SolutionFactory.create_batch(max(len([e for e in examples if e.wish == 1]), 1), listed=True)
    places = dict.fromkeys(wishes, 0)
    rows = []
    for one in examples:
        places[one.wish] += 1
        rows.append(
            Judgement(
                kind="approve" if one.fits else "decline",
                ground="fits" if one.fits else "off_topic",
                wish=wishes[one.wish],
                solution=one_for_all[places[one.wish] - 1],
                person=chosen,
                place=places[one.wish],
                probability=0.5,
                factors=one.values,
                engine_version=engine_version(),
            )
        )
    return Judgement.objects.bulk_create(rows)


@pytest.fixture
def learnt(settings):
    """An expert who looks at the budget has given 300 verdicts."""
    settings.MATCHING_EMBEDDERS = ["use"]
    return put_down(experts.of_expert("budget", 0))


@pytest.mark.parametrize(
    ("measured_by", "learnt_from"),
    [
        (f"{ENGINE_VERSION}+use", 1),
        (f"{ENGINE_VERSION}+use+0123abcd", 1),  # another glossary, or another release of a model
        (f"{ENGINE_VERSION}+e5+use+0123abcd", 0),
        ("0.9+use+0123abcd", 0),
    ],
)
def test_verdicts_are_learnt_from_while_code_and_models_are_the_same(settings, measured_by, learnt_from):
    settings.MATCHING_EMBEDDERS = ["use"]
    JudgementFactory(engine_version=measured_by)
    assert len(services.verdicts()) == learnt_from


# What is written down


@pytest.mark.parametrize(
    ("verdict", "ground", "kind"), [("approve", "fits", "approve"), ("decline", "cost", "decline")]
)
def test_a_verdict_is_written_down_with_what_was_shown(verdict, ground, kind):
    match, expert = seen(status="review"), UserFactory(expert=True)
    services.review(match, by=expert, verdict=verdict, ground=ground, reason="So it is.")
    assert said(ground=ground, person=expert, wish=match.wish, solution=match.solution) == [
        (kind, 3, 0.4, FACTORS_SEEN)
    ]
    assert Judgement.objects.count() == 1


def test_who_asks_for_more_has_not_judged():
    match = seen(status="review")
    services.review(match, by=UserFactory(expert=True), verdict="want", ground="unclear", reason="Which?")
    assert said() == []


def test_who_picks_the_third_has_passed_over_what_stands_above_and_is_only_suggested():
    match = seen()
    first = seen(wish=match.wish, rank=1, probability=0.9)
    seen(wish=match.wish, rank=2, status="shortlisted")
    seen(wish=match.wish, rank=4)
    seen(rank=1)  # of another wish
    person = UserFactory(office=True)
    services.shortlist(match, by=person)
    assert said(person=person) == [("shortlisted", 3, 0.4, FACTORS_SEEN), ("skipped", 1, 0.9, FACTORS_SEEN)]
    assert Judgement.objects.get(kind="skipped").solution == first.solution


def test_a_refusal_by_the_office_is_written_down_without_a_ground():
    services.decline(seen(), by=UserFactory(office=True), reason="Not now.")
    assert said(ground="") == [("decline", 3, 0.4, FACTORS_SEEN)]


def test_what_could_not_be_done_is_not_written_down():
    with pytest.raises(IllegalTransition):
        services.shortlist(seen(status="closed"), by=UserFactory(office=True))
    assert said() == []


def test_a_judgement_outlives_the_suggestion_that_was_passed_over():
    match = seen()
    above = seen(wish=match.wish, rank=1)
    services.shortlist(match, by=UserFactory(office=True))
    above.delete()
    assert Judgement.objects.filter(kind="skipped", solution=above.solution).exists()


def test_verdicts_of_before_are_taken_over_by_the_migration():
    match = seen(status="review")
    given = ReviewFactory(match=match, verdict="decline", ground="site", rank_shown=2, probability_shown=0.3)
    ReviewFactory(match=match, verdict="want")
    bare = ReviewFactory(verdict="approve")
    migration = import_module("matching.migrations.0005_judgements_of_reviews").Migration
    with connection.cursor() as cursor:
        cursor.execute(migration.operations[0].sql)
    assert said(person=given.expert) == [("decline", 2, 0.3, FACTORS_SEEN)]
    assert said(person=bare.expert) == [("approve", 1, 0.8, {})]
    assert Judgement.objects.count() == 2
    assert Judgement.objects.get(person=given.expert).at == given.at


# What is learnt from


def taught():
    return [(one.fits, one.weight) for one in services.verdicts()]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"kind": "approve", "ground": "fits"}, [(True, 1.0)]),
        ({"kind": "approve", "ground": "unclear"}, [(True, 1.0)]),
        ({"kind": "decline", "ground": "off_topic"}, [(False, 1.0)]),
        ({"kind": "decline", "ground": ""}, [(False, 0.5)]),
        ({"kind": "decline", "ground": "duplicate"}, []),
        ({"kind": "decline", "ground": "unclear"}, []),
        ({"kind": "shortlisted", "ground": ""}, [(True, 0.5)]),
        ({"kind": "skipped", "ground": ""}, [(False, 0.25)]),
        ({"factors": {}}, []),
        ({"engine_version": "0.1"}, []),
    ],
)
def test_what_each_judgement_teaches(fields, expected):
    JudgementFactory(**fields)
    assert taught() == expected


def test_the_last_word_of_a_person_counts():
    one = JudgementFactory(kind="approve", at=NOW)
    again = {"wish": one.wish, "solution": one.solution, "person": one.person}
    JudgementFactory(kind="decline", ground="site", at=NOW + timedelta(days=1), **again)
    assert taught() == [(False, 1.0)]
    JudgementFactory(kind="decline", ground="unclear", at=NOW + timedelta(days=2), **again)
    assert taught() == []


def test_two_experts_count_twice_and_beside_them_no_first_look():
    one = JudgementFactory()
    pair = {"wish": one.wish, "solution": one.solution}
    JudgementFactory(kind="decline", ground="cost", **pair)
    JudgementFactory(kind="shortlisted", ground="", **pair)
    JudgementFactory(kind="skipped", ground="", wish=one.wish)
    assert sorted(taught()) == [(False, 0.25), (False, 1.0), (True, 1.0)]


@pytest.mark.parametrize("party", ["department", "vendor", "coauthor", "nominator", "sponsor"])
def test_who_stands_too_near_teaches_nothing(party):
    nominator = SolutionFactory().organisation
    one = JudgementFactory(solution__nominated_by=nominator)
    near = {
        "department": one.wish.organisation,
        "vendor": one.solution.organisation,
        "coauthor": CoAuthorFactory(solution=one.solution, accepted=True).organisation,
        "nominator": nominator,
        "sponsor": SponsorFactory(wish=one.wish).organisation,
    }[party]
    assert len(taught()) == 1
    ConflictFactory(expert=one.person, organisation=WishFactory().organisation)
    ConflictFactory(organisation=near)  # of another expert
    assert len(taught()) == 1
    ConflictFactory(expert=one.person, organisation=near)
    assert taught() == []


@pytest.mark.parametrize(
    ("party", "kind", "teaches"),
    [
        ("department", "approve", False),
        ("sponsor", "approve", False),
        ("vendor", "approve", False),
        ("vendor", "shortlisted", False),
        ("coauthor", "skipped", False),
        ("nominator", "shortlisted", False),
        ("department", "shortlisted", True),
        ("sponsor", "skipped", True),
    ],
)
def test_a_department_looks_first_at_what_it_is_offered_and_nobody_of_a_party_judges(party, kind, teaches):
    one = JudgementFactory(kind=kind, ground="", solution__nominated_by=SolutionFactory().organisation)
    near = {
        "department": one.wish.organisation,
        "sponsor": SponsorFactory(wish=one.wish).organisation,
        "vendor": one.solution.organisation,
        "coauthor": CoAuthorFactory(solution=one.solution, accepted=True).organisation,
        "nominator": one.solution.nominated_by,
    }[party]
    MembershipFactory(user=one.person, organisation=SolutionFactory().organisation)
    assert len(taught()) == 1
    MembershipFactory(user=one.person, organisation=near)  # also since they said so
    assert bool(taught()) is teaches


@pytest.mark.parametrize("count", [1, 5])
def test_verdicts_are_collected_in_one_query(django_assert_num_queries, count):
    JudgementFactory.create_batch(count)
    with django_assert_num_queries(1):
        assert len(services.verdicts()) == count


# What comes of it


def test_an_expert_is_learnt_and_the_weights_are_in_use(learnt):
    lesson = services.refit_ranker()
    assert lesson.outcome == "active"
    ranker = services.active_ranker()
    assert ranker == lesson.ranker
    assert ranker.weights["weights"]["budget"] > 3 * DEFAULT_WEIGHTS.weights["budget"]
    assert Weights.from_dict(ranker.weights).as_dict() == ranker.weights
    assert len(ranker.training_fingerprint) == 64
    assert ranker.figures["verdicts"] == 300
    assert ranker.figures["passed"]
    assert ranker.activated_at
    assert Ranker.objects.filter(is_active=True).count() == 1
    entry = Entry.objects.about(ranker).get()
    before = Ranker.objects.exclude(pk=ranker.pk).get()
    assert (entry.verb, entry.actor_id, entry.details) == ("activate", None, {"instead_of": before.pk})


def test_the_same_verdicts_are_learnt_from_once(learnt):
    first = services.refit_ranker()
    second = services.refit_ranker()
    assert (second.outcome, second.ranker) == ("known", first.ranker)
    assert services.refit_ranker(dry_run=True).outcome == "known"
    assert Ranker.objects.exclude(training_fingerprint="").count() == 1
    assert Entry.objects.about(first.ranker).count() == 1


def test_the_database_holds_one_ranker_for_each_training_set():
    RankerFactory.create_batch(2)  # delivered ones have none
    RankerFactory(training_fingerprint="a")
    with pytest.raises(IntegrityError), transaction.atomic():
        RankerFactory(training_fingerprint="a")


@pytest.mark.parametrize("draw", [experts.by_lot, experts.upside_down])
def test_what_does_no_better_is_kept_with_its_figures_and_not_used(draw):
    put_down(draw(1))
    before = services.active_ranker()
    lesson = services.refit_ranker()
    assert lesson.outcome == "kept"
    assert not lesson.ranker.is_active
    assert not lesson.ranker.figures["passed"]
    assert services.active_ranker() == before
    assert not Entry.objects.about(lesson.ranker).exists()


def test_a_dry_run_writes_nothing(learnt):
    services.active_ranker()
    lesson = services.refit_ranker(dry_run=True)
    assert (lesson.outcome, lesson.ranker) == ("active", None)
    assert lesson.figures["passed"]
    assert Ranker.objects.count() == 1
    assert not Entry.objects.exists()


def test_too_few_verdicts_are_no_error():
    JudgementFactory()
    lesson = services.refit_ranker()
    assert (lesson.outcome, lesson.figures) == ("too_few", {"verdicts": 1})
    assert not Ranker.objects.exclude(training_fingerprint="").exists()


def test_another_worker_learnt_the_same_meanwhile(learnt, monkeypatch):
    """The row comes between the look for it and the writing: the database refuses the second."""
    mine = learning._keep

    def late(found, present, print_):
        RankerFactory(name="the other's", training_fingerprint=print_)
        return mine(found, present, print_)

    monkeypatch.setattr(learning, "_keep", late)
    with transaction.atomic():
        lesson = services.refit_ranker()
    assert (lesson.outcome, lesson.ranker.name) == ("known", "the other's")
    assert not lesson.ranker.is_active


# To use and to go back


def passed(**fields):
    return RankerFactory(
        **{
            "engine_version": ENGINE_VERSION,
            "weights": DEFAULT_WEIGHTS.as_dict(),
            "figures": {"passed": True},
        }
        | fields
    )


def test_going_back_is_one_step_and_is_written_down(learnt):
    before = services.active_ranker()
    after = services.refit_ranker().ranker
    office = UserFactory(office=True)
    services.activate(before, by=office)
    after.refresh_from_db()
    assert services.active_ranker() == before
    assert not after.is_active
    entry = Entry.objects.about(before).get()
    assert (entry.verb, entry.actor_id, entry.capacity) == ("activate", office.pk, "office")
    assert entry.details == {"instead_of": after.pk}


def test_after_someone_went_back_new_weights_wait_for_a_person(learnt):
    before = services.active_ranker()
    after = services.refit_ranker().ranker
    services.activate(before, by=UserFactory(office=True))
    Judgement.objects.filter(pk=learnt[0].pk).delete()
    lesson = services.refit_ranker()
    assert lesson.figures["passed"]
    assert lesson.outcome == "kept"
    assert services.active_ranker() == before
    services.activate(lesson.ranker, by=UserFactory(office=True))
    assert learning.may_ship(lesson.ranker)
    assert not learning.may_ship(after)


@pytest.mark.parametrize(
    "fields",
    [
        {"engine_version": "0.1"},
        {"weights": {}},
        {"weights": DEFAULT_WEIGHTS.as_dict() | {"weights": {"meaning": 1.0}}},
        {
            "weights": DEFAULT_WEIGHTS.as_dict()
            | {"weights": {**DEFAULT_WEIGHTS.weights, "track_record": 5.0}}
        },
    ],
)
def test_weights_that_this_engine_or_policy_does_not_take_are_refused(fields):
    before, ranker = services.active_ranker(), passed(**fields)
    with pytest.raises(IllegalTransition, match="another version"):
        services.activate(ranker, by=UserFactory(office=True))
    assert services.active_ranker() == before


def test_what_did_not_pass_is_used_by_nobodys_click():
    before, ranker = (
        services.active_ranker(),
        passed(figures={"passed": False}, training_fingerprint="f" * 64),
    )
    with pytest.raises(IllegalTransition, match="did no better"):
        services.activate(ranker, by=UserFactory(administrator=True))
    assert services.active_ranker() == before


def test_what_is_in_use_cannot_be_put_to_use():
    with pytest.raises(IllegalTransition, match="already"):
        services.activate(services.active_ranker(), by=UserFactory(office=True))
    assert not Entry.objects.exists()


def test_new_weights_begin_a_rematch_of_everything_without_reading(
    monkeypatch, django_capture_on_commit_callbacks
):
    WishFactory.create_batch(65, open=True)
    SolutionFactory(listed=True)
    woken = []
    monkeypatch.setattr(tasks.work_run, "apply_async", lambda args, **options: woken.append(args))
    monkeypatch.setattr(receivers.tasks.rematch_everything, "delay", tasks.rematch_everything)
    with django_capture_on_commit_callbacks(execute=True):
        services.activate(passed(), by=UserFactory(office=True))
    run = services.active_run()
    assert run.reason == "weights"
    assert list(run.shards.order_by("pk").values_list("step", "size")) == [(4, 64), (4, 1), (5, 1)]
    assert set(woken) == {(run.pk,)}


@pytest.mark.usefixtures("engine")
def test_the_sweep_scores_with_new_weights_what_no_worker_did():
    SolutionFactory(listed=True)
    WishFactory(open=True)
    assert services.sweep() == 2
    assert services.sweep() == 0
    match = Match.objects.get()
    first = match.probability
    weights = DEFAULT_WEIGHTS.as_dict() | {"intercept": DEFAULT_WEIGHTS.intercept + 1}
    ranker = passed(weights=weights)
    services.activate(ranker, by=UserFactory(office=True))
    assert services.sweep() == 2
    match.refresh_from_db()
    assert match.ranker == ranker
    assert match.probability > first
    assert services.sweep() == 0
    assert Profile.objects.filter(matched_at__lt=Ranker.objects.get(pk=ranker.pk).activated_at).count() == 0


@pytest.mark.usefixtures("engine")
def test_what_people_decided_keeps_its_figures_under_new_weights():
    SolutionFactory(listed=True)
    WishFactory(open=True)
    services.sweep()
    Match.objects.update(status="declined")
    before = Match.objects.values("probability", "score", "ranker", "rank").get()
    services.activate(
        passed(weights=DEFAULT_WEIGHTS.as_dict() | {"intercept": -2.0}), by=UserFactory(office=True)
    )
    services.sweep()
    assert Match.objects.values("probability", "score", "ranker", "rank").get() == before


def together(*works):
    """Runs each in a thread with a connection of its own, from one moment on; what each raised."""
    start, raised = threading.Barrier(len(works)), []

    def run(work):
        try:
            start.wait(10)
            work()
        except IllegalTransition as error:
            raised.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return raised


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("same", [True, False], ids=["the same weights", "two others"])
def test_two_who_activate_at_once_leave_one_active(same):
    services.active_ranker()
    one, other = passed(), passed()
    people = UserFactory.create_batch(2, office=True)
    wanted = [one, one] if same else [one, other]
    raised = together(
        *[
            lambda ranker=ranker, by=by: services.activate(Ranker.objects.get(pk=ranker.pk), by=by)
            for ranker, by in zip(wanted, people, strict=True)
        ]
    )
    assert len(raised) == int(same)
    active = Ranker.objects.get(is_active=True)
    entries = Entry.objects.filter(verb="activate").order_by("pk")
    assert len(entries) == 2 - int(same)
    assert entries.last().object_id == active.pk


# The doors


def test_the_command_learns_and_says_what_came_of_it(learnt):
    for expected in (
        "Better on wishes held out: in use.",
        "Nothing new: these verdicts were learnt from before.",
    ):
        told = StringIO()
        call_command("refit_ranker", stdout=told)
        *figures, outcome = told.getvalue().splitlines()
        assert outcome == expected
        assert json.loads("\n".join(figures))["verdicts"] == 300


def test_the_command_tries_without_writing(learnt):
    told = StringIO()
    call_command("refit_ranker", dry_run=True, stdout=told)
    assert told.getvalue().endswith("Dry run. Better on wishes held out: in use.\n")
    assert not Ranker.objects.exclude(training_fingerprint="").exists()


def test_it_is_tried_each_month(learnt):
    assert app.conf.beat_schedule["matching.refit"]["task"] == "matching.tasks.refit"
    tasks.refit()
    assert services.active_ranker().training_fingerprint


# Figures


def test_precision_of_the_first_five_places_is_the_mean_over_wishes():
    wish = WishFactory(open=True)
    at = datetime(2026, 5, 10, tzinfo=UTC)
    for place, kind, ground in [(1, "approve", "fits"), (2, "decline", "site"), (6, "approve", "fits")]:
        JudgementFactory(wish=wish, place=place, kind=kind, ground=ground, at=at)
    JudgementFactory(place=5, at=at)
    JudgementFactory(place=1, kind="decline", ground="", at=at)  # the office's
    JudgementFactory(place=1, kind="shortlisted", ground="", at=at)
    JudgementFactory(place=1, at=datetime(2026, 5, 31, 17, tzinfo=UTC))  # June in Hong Kong
    JudgementFactory(place=1, at=datetime(2024, 5, 1, tzinfo=UTC))
    found = [(str(one.month), one.precision, one.wishes, one.verdicts) for one in precision_by_month(NOW)]
    assert found == [("2026-05-01", 0.75, 2, 3), ("2026-06-01", 1.0, 1, 1)]


def test_calibration_of_what_was_shown():
    for probability, kind in [(0.0, "decline"), (0.12, "approve"), (0.18, "decline"), (1.0, "approve")]:
        JudgementFactory(probability=probability, kind=kind, ground="fits", at=NOW)
    found = [(one.low, round(one.foretold, 3), one.came, one.verdicts) for one in calibration(NOW)]
    assert found == [(0.0, 0.0, 0.0, 1), (0.1, 0.15, 0.5, 2), (0.9, 1.0, 1.0, 1)]
