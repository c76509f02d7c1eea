"""Sums of readings that are right in whatever order those come, and flags that never drop one."""

import json
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.db.utils import Error
from django.urls import reverse
from django.utils import timezone

from tests.factories import MeasurementFactory, RollupFactory, TrialFactory
from tests.threads import at_once
from tests.trials import stories
from trials import picture, services
from trials.models import Measurement, Rollup, SensorToken
from trials.services import flagging, sensing
from trials.services.record import dates_of

pytestmark = pytest.mark.django_db
START = datetime(2026, 10, 1, 15, 30, tzinfo=UTC)  # half an hour before midnight in Hong Kong
SUMS = """
SELECT trial_id, metric, sensor, phase, date_trunc(%s, at, 'Asia/Hong_Kong'), count(*), sum(value),
    min(value), max(value) FROM trials_measurement GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""
KEPT = """
SELECT trial_id, metric, sensor, phase, begins, count, total, low, high FROM trials_rollup WHERE grain = %s
ORDER BY 1, 2, 3, 4, 5
"""


def sums_are_right() -> bool:
    with connection.cursor() as cursor:
        for grain, span in (("h", "hour"), ("d", "day")):
            cursor.execute(SUMS, [span])
            summed = cursor.fetchall()
            cursor.execute(KEPT, [grain])
            kept = cursor.fetchall()
            if len(kept) != len(summed) or not all(map(same, kept, summed)):
                return False
    return True


def same(one, other) -> bool:
    """Totals but for the last digits: numbers that are added in another order."""
    return one[:6] == other[:6] and one[6:] == pytest.approx(other[6:], rel=1e-12)


def sent(token, rows) -> None:
    data = [{"metric": "energy", "sensor": s, "at": at.isoformat(), "value": v} for s, at, v in rows]
    services.take_batch(token, json.dumps(data).encode(), sensing.batches.read_json)


def test_a_day_and_an_hour_are_those_of_hong_kong():
    trial = TrialFactory(running=True)
    for minutes, value in ((0, 2.0), (29, 4.0), (31, 8.0)):
        MeasurementFactory(trial=trial, at=START + timedelta(minutes=minutes), value=value)
    days = Rollup.objects.filter(grain="d").order_by("begins")
    assert [(timezone.localtime(one.begins).isoformat(), one.count, one.total) for one in days] == [
        ("2026-10-01T00:00:00+08:00", 2, 6.0),
        ("2026-10-02T00:00:00+08:00", 1, 8.0),
    ]
    assert sums_are_right()


def test_late_and_repeated_batches_in_any_order_leave_the_sums_right():
    trial = stories.running()
    services.make_token(trial, by=trial.engineer)
    token = SensorToken.objects.get()
    chance = Random(7)
    now = timezone.now()
    rows = [(f"m{n % 3}", now - timedelta(minutes=n * 37), float(n % 11)) for n in range(300)]
    for _round in range(6):
        sent(token, chance.sample(rows, 80))
    assert 150 < Measurement.objects.count() < 300
    assert sums_are_right()
    stories.measure(trial)
    assert sums_are_right()


def test_a_batch_that_fails_leaves_no_sum():
    trial = TrialFactory(running=True)
    with pytest.raises(RuntimeError), transaction.atomic():
        MeasurementFactory(trial=trial)
        raise RuntimeError
    assert not Rollup.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_batches_of_one_hour_at_once_are_all_summed(committed):
    trial = stories.running()
    services.make_token(trial, by=trial.engineer)
    token = SensorToken.objects.get()
    at = timezone.now() - timedelta(minutes=30)

    def work(number):
        return lambda: sent(token, [("m1", at + timedelta(seconds=number * 60 + s), 1.0) for s in range(60)])

    assert at_once(*[work(number) for number in range(6)]) == [None] * 6
    assert Measurement.objects.count() == 360
    assert sums_are_right()


def test_a_reading_is_never_changed_nor_removed_in_a_table_of_parts_either():
    one = MeasurementFactory()
    for change in (lambda: one.delete(), lambda: Measurement.objects.update(value=1)):
        with pytest.raises(Error), transaction.atomic():
            change()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_inherits WHERE inhparent = 'trials_measurement'::regclass")
        assert cursor.fetchone() == (16,)


# --- flags --------------------------------------------------------------------------------------------
def series(trial, values, *, sensor="m1", first=START, step=timedelta(hours=1)):
    Measurement.objects.bulk_create(
        Measurement(trial=trial, metric="energy", sensor=sensor, phase="trial", at=first + n * step, value=v)
        for n, v in enumerate(values)
    )


WAVY = [100.0, 101, 99, 102, 98, 100.5, 99.5, 101.5, 98.5, 100.2]


def test_what_came_since_the_last_look_is_flagged_and_nothing_is_looked_at_twice(django_assert_num_queries):
    trial = stories.running()
    series(trial, WAVY)
    assert flagging.flag_all(trial) == 0
    with django_assert_num_queries(5):  # metrics, due, how many flagged; and a savepoint
        flagging.flag_all(trial)
    series(trial, [900.0], first=START + timedelta(hours=10))
    assert flagging.flag_arrivals() == 1
    assert list(Measurement.objects.exclude(flag="").values_list("value", "flag")) == [(900.0, "outlier")]
    assert Measurement.objects.count() == 11
    assert not Rollup.objects.unchecked().exists()


def test_of_a_long_series_only_the_months_with_something_new_are_read(monkeypatch):
    monkeypatch.setattr(flagging, "LONG", 20)
    trial = stories.running()
    series(trial, WAVY * 3, step=timedelta(days=2))  # October and November
    flagging.flag_all(trial)
    looked = []
    real = flagging._flag
    monkeypatch.setattr(
        flagging, "_flag", lambda *args, **more: (looked.append(args[2]), real(*args, **more))
    )
    series(trial, [900.0], first=datetime(2026, 11, 25, 3, tzinfo=UTC))
    flagging.flag_all(trial)
    assert [timezone.localtime(begins).date().isoformat() for begins, _ends in looked] == ["2026-11-01"]
    assert Measurement.objects.get(flag="outlier").value == 900.0


def test_a_reading_from_before_its_time_is_a_clock_that_jumped():
    trial = stories.running()
    MeasurementFactory(trial=trial, at=timezone.now() + timedelta(minutes=3), received_at=timezone.now())
    assert flagging.flag_all(trial) == 1
    assert Measurement.objects.get().flag == "clock"


def test_claims_are_judged_only_after_what_sensors_sent_is_flagged():
    trial = stories.running()
    stories.measure(trial)
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    MeasurementFactory(trial=trial, metric="energy", sensor="manual", phase="trial", at=now, value=5000.0)
    services.finish(trial, by=trial.engineer)
    assert Measurement.objects.get(value=5000.0).flag == "outlier"
    assert trial.claims.get().result["flagged"] >= 1


# --- the page -----------------------------------------------------------------------------------------
def test_the_chart_of_many_readings_is_drawn_from_their_days(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(picture, "MOST", 30)
    trial = stories.running()
    series(trial, [*WAVY * 4, 900.0])
    flagging.flag_all(trial)
    claims = list(trial.claims.all())
    with django_assert_num_queries(4):
        [chart] = picture.charts(trial, claims)
    means = {at.isoformat(): value for at, value in chart["series"][0]["points"]}
    by_hand = trial.measurements.filter(at__lt=START + timedelta(minutes=31)).aggregate(n=Sum("value"))["n"]
    assert means["2026-09-30T16:00:00+00:00"] == by_hand
    assert (chart["count"], chart["flagged"], len(means)) == (41, 1, 3)
    assert [value for _at, value in chart["series"][1]["points"]] == [900.0, None]


def test_flagged_readings_are_marked_and_counted_on_the_page(client):
    trial = stories.running()
    series(trial, [*WAVY, 900.0])
    flagging.flag_all(trial)
    client.force_login(trial.engineer, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("trials:detail", args=[trial.slug])).content.decode()
    assert page.count('class="ip-dot ip-dot--flagged" cx="14"') == 1  # in the legend
    assert page.count('class="ip-dot ip-dot--flagged"') == 2
    assert "1 of 11 readings is flagged and kept: outliers × 1" in " ".join(page.split())


def test_the_days_of_a_report_are_those_of_the_readings():
    trial = stories.running()
    series(trial, WAVY)
    _baseline, (first, last) = dates_of(trial)
    assert (first.isoformat(), last.isoformat()) == ("2026-10-01", "2026-10-02")


def test_a_rollup_says_what_it_is():
    assert str(RollupFactory(metric="energy", begins=START, count=3)) == "energy 2026-10-01 15 3"
