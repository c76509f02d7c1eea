"""Who fits whom, with the engine itself."""

import math
from datetime import timedelta

import pytest
from django.utils import timezone

from matching import services
from matching.engine import DEFAULT_WEIGHTS, ENGINE_VERSION
from matching.models import Match, Profile, Ranker
from tests.factories import InterestFactory, MatchFactory, SolutionFactory, WishFactory

pytestmark = pytest.mark.usefixtures("engine")
TEXTS = [
    ("Lift health monitor", "Predicts lift faults from motor current and vibration."),
    ("Chiller optimiser", "Tunes chillers by the hour and cuts cooling energy."),
    ("Drain robot", "Crawls through drains and reports blockages by video."),
]


def solutions(**fields) -> list:
    return [
        SolutionFactory(listed=True, title_en=title, title_zh="", summary_en=body, **fields)
        for title, body in TEXTS
    ]


def lift_wish(**fields):
    told = {"title_en": "Find faults in lifts early", "title_zh": "", "open": True}
    return WishFactory(**(told | fields))


def state() -> list:
    return list(Match.objects.order_by("pk").values())


def test_the_solution_that_answers_the_need_comes_first():
    lift, _, _ = solutions()
    wish = lift_wish()
    services.rematch_all()
    best = Match.objects.get(wish=wish, rank=1)
    assert best.solution == lift
    assert best.probability == max(Match.objects.values_list("probability", flat=True))


def test_contributions_add_up_to_the_probability():
    solutions()
    services.rematch_all()
    lift_wish()
    services.rematch_all()
    matches = list(Match.objects.all())
    assert matches
    for match in matches:
        logit = match.score["intercept"] + sum(c["logit_share"] for c in match.score["contributions"])
        assert 1 / (1 + math.exp(-logit)) == pytest.approx(match.probability, abs=1e-9)


def test_a_second_run_writes_nothing():
    solutions()
    wish = lift_wish()
    services.rematch_all()
    services.rematch_wish(wish.pk)
    before = state()
    services.rematch_wish(wish.pk)
    assert services.rematch_wishes([wish.pk]) == 0
    assert services.rematch_solutions([m["solution_id"] for m in before]) == 0
    assert state() == before


def test_both_directions_give_the_same_figures():
    lift, _, _ = solutions()
    lift_wish()
    services.rematch_all()
    figures = {m.pk: (m.probability, m.signals) for m in Match.objects.all()}
    Match.objects.filter(solution=lift).update(probability=0.5)
    services.rematch_solution(lift.pk)
    assert {m.pk: (m.probability, m.signals) for m in Match.objects.all()} == figures


def test_figures_on_which_people_decided_stay():
    lift, _, _ = solutions()
    wish = lift_wish()
    decided = MatchFactory(wish=wish, solution=lift, status="declined", probability=0.25, rank=3)
    services.rematch_all()
    decided.refresh_from_db()
    assert (decided.status, decided.probability) == ("declined", 0.25)


def test_a_match_under_review_keeps_its_status_and_gets_the_new_figures():
    lift, _, _ = solutions()
    wish = lift_wish()
    match = MatchFactory(wish=wish, solution=lift, review=True, probability=0.01)
    services.rematch_all()
    match.refresh_from_db()
    assert match.status == "review"
    assert match.probability > 0.1
    assert match.rank == 1


def test_suggestions_that_fell_out_go_and_others_stay(settings):
    settings.MATCHING_CANDIDATES = 1
    _lift, chiller, drain = solutions()
    wish = lift_wish()
    MatchFactory(wish=wish, solution=chiller, status="shortlisted")
    MatchFactory(wish=wish, solution=drain, status="suggested")
    services.rematch_wish(wish.pk)
    services.rematch_solution(chiller.pk)
    assert set(Match.objects.values_list("solution_id", "status")) == {
        (chiller.pk, "shortlisted"),
        *{
            (pk, "suggested")
            for pk in Match.objects.exclude(solution=chiller).values_list("solution", flat=True)
        },
    }
    assert not Match.objects.filter(solution=drain).exists()


def test_an_answer_of_the_vendor_is_always_a_match(settings):
    settings.MATCHING_CANDIDATES = 1
    _lift, _chiller, drain = solutions()
    wish = lift_wish()
    services.rematch_all()
    InterestFactory(solution=drain, wish_reference=wish.reference)
    services.rematch_wish(wish.pk)
    assert Match.objects.get(wish=wish, solution=drain).signals["answered"] == 1
    before = state()
    services.rematch_solution(drain.pk)
    services.rematch_wish(wish.pk)
    assert {(m["id"], m["probability"]) for m in state()} == {(m["id"], m["probability"]) for m in before}


def test_a_withdrawn_wish_keeps_only_what_people_worked_on():
    _lift, chiller, _ = solutions()
    wish = lift_wish()
    services.rematch_all()
    Match.objects.filter(solution=chiller).update(status="shortlisted")
    type(wish).objects.filter(pk=wish.pk).update(status="withdrawn")
    services.rematch_wish(wish.pk)
    assert list(Match.objects.values_list("solution_id", "status")) == [(chiller.pk, "shortlisted")]


def test_drafts_are_not_read():
    WishFactory()
    SolutionFactory()
    services.rematch_all()
    services.rematch_wish(WishFactory().pk)
    assert not Profile.objects.exists()
    assert not Match.objects.exists()


def test_a_text_that_has_not_changed_is_not_read_again():
    wish = lift_wish()
    first = services.profile(wish)
    assert services.profile(wish).updated_at == first.updated_at
    wish.need_en = "Something else altogether."
    assert services.profile(wish).updated_at > first.updated_at


def test_queries_do_not_grow_with_the_wishes(django_assert_num_queries):
    solutions()
    services.rematch_all()
    for count in (1, 5):
        wishes = [lift_wish() for _ in range(count)]
        services.profiles(wishes)
        with django_assert_num_queries(30):
            services.rematch_wishes([wish.pk for wish in wishes], explained=0)


def test_reports_of_the_vendor_count_for_its_other_solutions():
    lift, _chiller, _ = solutions()
    wish = lift_wish()
    services.rematch_all()
    before = Match.objects.get(wish=wish, solution=lift).probability
    other = SolutionFactory(listed=True, organisation=lift.organisation)
    MatchFactory(solution=other, status="closed", report="R-2026-0001")
    services.rematch_wish(wish.pk)
    assert Match.objects.get(wish=wish, solution=lift).probability > before


def test_the_first_weights_are_those_of_the_engine_and_become_a_row():
    ranker = services.active_ranker()
    assert services.active_ranker() == ranker
    assert ranker.weights == DEFAULT_WEIGHTS.as_dict()
    assert list(Ranker.objects.values_list("engine_version", flat=True)) == [ENGINE_VERSION]


def test_what_was_matched_before_an_edit_is_due_again():
    wish = lift_wish()
    services.rematch_wish(wish.pk)
    assert services.sweep() == 0
    type(wish).objects.filter(pk=wish.pk).update(
        updated_at=timezone.now() + timedelta(seconds=1), budget="to_5m"
    )
    assert services.sweep() == 1
    assert services.sweep() == 0


def test_a_lost_message_is_caught_up_by_the_sweep():
    lift, _, _ = solutions()
    wish = lift_wish()  # published, and no message came
    assert services.sweep() == 4
    assert Match.objects.get(wish=wish, rank=1).solution == lift
    assert services.sweep() == 0


def test_an_answer_whose_message_was_lost_is_caught_up(settings):
    settings.MATCHING_CANDIDATES = 1
    _, _, drain = solutions()
    wish = lift_wish()
    services.sweep()
    InterestFactory(solution=drain, wish_reference=wish.reference)
    assert services.sweep() == 1
    assert Match.objects.get(wish=wish, solution=drain).signals["answered"] == 1
    assert services.sweep() == 0


def test_a_withdrawal_that_no_receiver_saw_is_swept():
    lift, _, _ = solutions()
    lift_wish()
    services.sweep()
    type(lift).objects.filter(pk=lift.pk).update(status="withdrawn")
    services.sweep()
    assert not Profile.objects.get(solution=lift).is_public
    assert not Match.objects.filter(solution=lift).exists()
