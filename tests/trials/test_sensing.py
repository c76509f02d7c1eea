"""What sensors send: each row once, in whatever order and however often it comes."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from innoportal.schedules import remind_due
from journal.models import Entry
from notifications.models import Notification
from tests.factories import SensorFactory, UserFactory
from tests.threads import at_once
from tests.trials import stories
from trials import services
from trials.models import Measurement, SensorToken

pytestmark = pytest.mark.django_db
BATCH, UPLINK = "/api/v1/measurements/", "/api/v1/measurements/chirpstack/"
STARTS = {**stories.ENERGY, "metric": "starts", "unit": "%", "direction": "at_least", "method": "proportion"}


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture
def trial():
    return stories.running(claims=(stories.ENERGY, STARTS))


@pytest.fixture
def secret(trial):
    return services.make_token(trial, by=trial.engineer)


@pytest.fixture
def send(client, secret):
    def post(body, url=BATCH, kind="application/json", token=secret):
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        return client.post(url, data, kind, headers={"Authorization": f"Bearer {token}"})

    return post


def ago(**span) -> str:
    return (timezone.now() - timedelta(**span)).isoformat()


def one(**values):
    return {"metric": "energy", "at": ago(minutes=5), "value": 40.5, "sensor": "m1", **values}


def test_a_reading_is_written_with_the_portals_time_beside_its_own(send, trial):
    before = timezone.now()
    answer = send([one(unit="kWh")])
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
    row = Measurement.objects.get()
    assert (row.trial_id, row.metric, row.sensor, row.value) == (trial.pk, "energy", "m1", 40.5)
    assert row.at < before <= row.received_at <= timezone.now()


def test_the_same_batch_again_changes_nothing(send):
    batch = [one(at=ago(minutes=number)) for number in range(3)]
    assert send(batch).json()["accepted"] == 3
    answer = send(list(reversed(batch))).json()
    assert (answer["accepted"], answer["known"], answer["refused"]) == (0, 3, 0)
    assert Measurement.objects.count() == 3


def test_a_reading_that_stands_is_never_changed_and_the_answer_says_so(send):
    at = ago(minutes=1)
    send([one(at=at)])
    answer = send([one(at=at, value=99)])
    assert answer.status_code == 422
    [problem] = answer.json()["problems"]
    assert (problem["row"], problem["field"]) == (1, "value")
    assert problem["message"].startswith("40.5 was recorded")
    assert Measurement.objects.get().value == 40.5


def test_a_good_row_is_taken_though_its_neighbours_are_wrong_and_each_wrong_one_is_named(send):
    rows = [
        one(metric="heat"),
        one(),
        one(at="yesterday"),
        one(at=ago(minutes=2), value="much"),
        one(at=ago(minutes=3), unit="MWh"),
        one(metric="starts", value=0.5),
        "not a reading",
    ]
    answer = send(rows)
    assert (answer.status_code, answer.json()["accepted"], answer.json()["refused"]) == (200, 1, 6)
    assert [(one["row"], one["field"]) for one in answer.json()["problems"]] == [
        *((1, "metric"), (3, "at"), (4, "value"), (5, "unit"), (6, "value"), (7, "")),
    ]


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ({"minutes": -4}, None),
        ({"minutes": -6}, "The time lies in the future."),
        ({"days": 89}, None),
        ({"days": 91}, "The time is more than 90 days ago; bring older readings in by a file."),
    ],
)
def test_a_clock_may_be_a_little_fast_and_a_memory_ninety_days_long(send, span, said):
    answer = send([one(at=ago(**span))]).json()
    assert [row["message"] for row in answer["problems"]] == ([said] if said else [])
    assert answer["accepted"] == (0 if said else 1)


def test_times_may_be_seconds_or_milliseconds_and_a_clock_that_was_reset_is_refused(send):
    now = int(timezone.now().timestamp())
    rows = [one(at=now - 60), one(at=(now - 120) * 1000), one(at=0), one(at=10**400), one(at=True)]
    answer = send(rows).json()
    assert [(row["row"], row["field"]) for row in answer["problems"]] == [(3, "at"), (4, "at"), (5, "at")]
    found = set(Measurement.objects.values_list("at", flat=True))
    assert found == {datetime.fromtimestamp(now - back, UTC) for back in (60, 120)}


def test_a_batch_shares_what_stands_beside_its_readings_and_tells_how_fast_the_senders_clock_is(send):
    body = {"metric": "energy", "sensor": "m2", "sent_at": ago(seconds=-90), "readings": []}
    body["readings"] = [
        {"at": ago(minutes=1), "value": 1},
        {"at": ago(minutes=1), "value": 2, "sensor": "m3"},
    ]
    answer = send(body).json()
    assert answer["accepted"] == 2
    assert 85 < answer["clock_skew"] < 95
    assert set(Measurement.objects.values_list("sensor", "value")) == {("m2", 1.0), ("m3", 2.0)}


def test_a_table_is_read_like_json(send):
    text = f"Metric,At,Value,Sensor,Unit\nenergy,{ago(minutes=1)},1.5,m1,kWh\nenergy,soon,2,m1,kWh\n"
    answer = send(text, kind="text/csv").json()
    assert answer["accepted"] == 1
    assert [(row["row"], row["field"]) for row in answer["problems"]] == [(3, "at")]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        ('"text"', "application/json", 400),
        ('{"readings": 3}', "application/json", 400),
        (b"\xff\xfe", "text/csv", 400),
        ("metric,at\n", "text/csv", 400),
        ("x" * (2 * 2**20 + 1), "application/json", 413),
        (json.dumps([{}] * 10_001), "application/json", 400),
        ("<x/>", "application/xml", 415),
    ],
    ids=["cut", "deep", "text", "no list", "bytes", "columns", "large", "many", "kind"],
)
def test_what_is_no_batch_is_refused_as_a_whole(send, body, kind, status):
    assert send(body, kind=kind).status_code == status
    assert not Measurement.objects.exists()


def test_within_a_batch_the_first_of_two_values_stands(send):
    at = ago(minutes=1)
    answer = send([one(at=at), one(at=at, value=2), one(at=at)]).json()
    assert (answer["accepted"], answer["known"], answer["refused"]) == (1, 1, 1)
    assert answer["problems"][0]["message"].startswith("row 1 gives")


def test_the_phase_follows_from_the_moment_of_the_start(send):
    send([one(at=ago(days=1)), one(at=ago(seconds=0))])
    assert list(Measurement.objects.order_by("at").values_list("phase", flat=True)) == ["baseline", "trial"]


def test_a_sender_cannot_call_the_baseline_what_was_measured_after_the_start_nor_the_other_way(send):
    rows = [
        one(at=ago(seconds=-60), phase="baseline"),
        one(at=ago(days=1), phase="Trial"),
        one(at=ago(days=2), phase="baseline"),
        one(at=ago(seconds=-61), phase="trial"),
    ]
    answer = send(rows).json()
    assert [tuple(row.values()) for row in answer["problems"]] == [
        (1, "phase", "Measured after the start, it belongs to the trial and not to the baseline."),
        (2, "phase", "Before the start only the baseline can be measured."),
    ]
    assert list(Measurement.objects.order_by("at").values_list("phase", flat=True)) == ["baseline", "trial"]
    csv = f"metric,at,value,phase\nenergy,{ago(seconds=-62)},5,baseline\n"
    assert send(csv, kind="text/csv").json()["problems"][0]["field"] == "phase"


def test_before_the_start_only_the_baseline_is_taken(client):
    trial = stories.locked()
    secret = services.make_token(trial, by=trial.engineer)
    head = {"Authorization": f"Bearer {secret}"}
    rows = [one(), one(at=ago(minutes=9), phase="trial")]
    answer = client.post(BATCH, json.dumps(rows), "application/json", headers=head).json()
    assert (answer["accepted"], [row["field"] for row in answer["problems"]]) == (1, ["phase"])
    assert Measurement.objects.get().phase == "baseline"


# --- the token ----------------------------------------------------------------------------------------
def test_without_a_token_nothing_is_taken(send, client):
    assert client.post(BATCH, "[]", "application/json").status_code == 401
    answer = send([one()], token="ipt_wrong")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    client.force_login(UserFactory(administrator=True))
    assert client.post(BATCH, "[]", "application/json").status_code == 401


def test_a_new_token_ends_the_one_before_and_a_revoked_one_is_worth_nothing(send, trial, secret):
    fresh = services.make_token(trial, by=trial.engineer)
    assert send([one()]).status_code == 401
    assert send([one()], token=fresh).status_code == 200
    services.revoke_token(trial, by=trial.engineer)
    assert send([one()], token=fresh).status_code == 401
    verbs = (
        Entry.objects.about(trial).filter(verb__contains="token").in_order().values_list("verb", flat=True)
    )
    assert list(verbs) == ["make_token", "rotate_token", "revoke_token"]


def test_a_token_lasts_a_month_longer_than_the_plan_and_an_ended_one_is_told_so(send, trial, time_machine):
    token = SensorToken.objects.get()
    assert token.ends_on == trial.ends_on + timedelta(days=30)
    SensorToken.objects.update(ends_on=timezone.localdate())
    assert send([one()]).status_code == 200
    SensorToken.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    answer = send([one()])
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert f"The token ended on {timezone.localdate() - timedelta(days=1)}." in answer.json()["detail"]
    assert send([one()], token=services.make_token(trial, by=trial.engineer)).status_code == 200


def test_a_plan_that_has_run_over_gives_a_token_for_a_month_from_today(trial):
    trial.ends_on = timezone.localdate() - timedelta(days=90)
    assert SensorToken.last_day(trial) == timezone.localdate() + timedelta(days=30)


@pytest.mark.parametrize(("left", "told"), [(8, 0), (7, 1), (1, 1), (-1, 1)])
def test_the_engineer_is_told_before_the_token_ends(trial, secret, left, told):
    SensorToken.objects.update(
        ends_on=timezone.localdate() + timedelta(days=left), made_at=timezone.now() - timedelta(days=60)
    )
    assert remind_due("trials.sensortoken") == told
    assert remind_due("trials.sensortoken") == 0
    mails = Notification.objects.filter(template="trials/mail/token_ends", channel="email")
    assert list(mails.values_list("recipient", flat=True)) == [trial.engineer_id] * told


def test_nobody_is_told_of_the_token_of_a_trial_that_takes_no_readings(trial, secret):
    services.finish(trial, by=trial.engineer)
    SensorToken.objects.update(ends_on=timezone.localdate() + timedelta(days=1))
    assert remind_due("trials.sensortoken") == 0


def test_of_a_secret_only_its_hash_is_kept_and_its_last_use_is_known(send, secret):
    send([one()])
    token = SensorToken.objects.get()
    assert len(secret) == 47
    kept = json.dumps([str(value) for value in vars(token).values()])
    assert secret not in kept
    assert secret[9:] not in kept
    assert not Entry.objects.filter(details__icontains=secret[9:]).exists()
    assert timezone.now() - token.last_used_at < timedelta(minutes=1)


def test_a_token_is_of_its_trial_alone(send, trial):
    other = stories.running()
    send([one()], token=services.make_token(other, by=other.engineer))
    assert not trial.measurements.exists()
    assert other.measurements.count() == 1


def test_when_the_measuring_is_over_nothing_is_taken_and_no_token_is_made(send, trial):
    services.finish(trial, by=trial.engineer)
    assert send([one()]).status_code == 409
    with pytest.raises(services.sensing.IllegalTransition):
        services.make_token(trial, by=trial.engineer)


def test_too_many_requests_with_one_token_are_told_to_wait(send, monkeypatch):
    monkeypatch.setattr("trials.sensor_api.SensorRate.THROTTLE_RATES", {"sensor": "2/min"})
    answers = [send([]) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert answers[-1]["Content-Type"] == "application/problem+json"
    assert answers[-1].json()["status"] == 429


def test_a_batch_takes_as_many_queries_for_fifty_rows_as_for_one(client, secret, django_assert_num_queries):
    head = {"Authorization": f"Bearer {secret}"}
    for count in (1, 50):
        body = json.dumps([one(at=ago(minutes=number + count)) for number in range(count)])
        # token, savepoint, lock, trial, claims, metrics, its start, insert, last use, end of savepoint
        with django_assert_num_queries(10):
            client.post(BATCH, body, "application/json", headers=head)


@pytest.mark.django_db(transaction=True)
def test_two_batches_at_once_in_opposite_order_write_each_row_once(committed):
    trial = stories.running()
    services.make_token(trial, by=trial.engineer)
    token = SensorToken.objects.get()
    rows = [one(at=ago(minutes=number)) for number in range(400)]
    batches = [json.dumps(rows).encode(), json.dumps(rows[::-1]).encode()] * 2
    works = [
        lambda data=data: services.take_batch(token, data, services.sensing.batches.read_json)
        for data in batches
    ]
    found = at_once(*works)
    assert sum(taken.accepted for taken in found) == 400
    assert [taken.accepted + taken.known for taken in found] == [400] * 4
    assert Measurement.objects.count() == 400


@pytest.mark.django_db(transaction=True)
def test_of_two_who_make_a_token_at_once_one_is_in_force(committed):
    trial = stories.running()
    at_once(*[lambda: services.make_token(trial, by=trial.engineer)] * 2)
    assert SensorToken.objects.count() == 2
    assert SensorToken.objects.in_force().count() == 1


# --- through a LoRaWAN network server -----------------------------------------------------------------
def uplink(**values):
    """As ChirpStack 4 posts it, shortened."""
    return {
        "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
        "time": (timezone.now() - timedelta(minutes=1)).isoformat(),
        "deviceInfo": {"deviceName": "EM300", "devEui": "24E124136B502217", "tags": {}},
        "devAddr": "00189440", "adr": True, "dr": 1, "fCnt": 4, "fPort": 85, "confirmed": False,
        "data": "AQEBAQ==",
        "object": {"power": {"total": 40500, "phase": [1, 2]}, "ok": True},
        "rxInfo": [
            {"gatewayId": "0016c001ff10a235", "rssi": -117, "snr": -3.5},
            {"gatewayId": "0016c001ff10a236", "rssi": -97, "snr": 7.2},
        ],
        **values,
    }  # fmt: skip


@pytest.fixture
def sensor(trial):
    fields = {
        "power.total": {"metric": "energy", "factor": 0.001},
        "ok": {"metric": "starts", "factor": 1},
    }
    return SensorFactory(trial=trial, name="chiller-2", dev_eui="24e124136b502217", fields=fields)


def test_an_uplink_is_read_by_the_mapping_kept_with_its_sensor(send, sensor):
    answer = send(uplink(), UPLINK + "?event=up")
    assert (answer.status_code, answer.json()["accepted"]) == (200, 2)
    assert set(Measurement.objects.values_list("metric", "sensor", "value")) == {
        ("energy", "chiller-2", 40.5),
        ("starts", "chiller-2", 1.0),
    }
    sensor.refresh_from_db()
    assert sensor.radio == {
        "gateway": "0016c001ff10a236", "rssi": -97, "snr": 7.2, "f_cnt": 4, "gateways": 2,
    }  # fmt: skip
    assert timezone.now() - sensor.heard_at < timedelta(minutes=1)


def test_an_uplink_that_comes_twice_counts_once(send, sensor):
    body = uplink()
    send(body, UPLINK)
    assert send(body, UPLINK).json()["known"] == 2
    assert Measurement.objects.count() == 2


def test_nanoseconds_and_the_gateways_time_are_understood(send, sensor):
    at = timezone.now().astimezone(UTC).replace(microsecond=775023) - timedelta(minutes=3)
    body = uplink(time=at.strftime("%Y-%m-%dT%H:%M:%S.775023242+00:00"))
    assert send(body, UPLINK).json()["accepted"] == 2
    assert {row.at for row in Measurement.objects.all()} == {at}
    later = (at + timedelta(minutes=1)).isoformat()
    body = uplink(time=None, rxInfo=[{"gatewayId": "a", "gwTime": later}])
    assert send(body, UPLINK).json()["accepted"] == 2


def test_another_port_another_device_or_another_event_carries_no_reading(send, sensor):
    sensor.f_port = 2
    sensor.save()
    assert send(uplink(), UPLINK).json()["accepted"] == 0
    assert send(uplink(), UPLINK + "?event=join").status_code == 204
    strange = send(uplink(deviceInfo={"devEui": "0000000000000001"}), UPLINK)
    assert (strange.status_code, "0000000000000001" in strange.json()["detail"]) == (400, True)
    assert not Measurement.objects.exists()


@pytest.mark.parametrize("body", ["{}", "[]", "[" * 90_000, '{"deviceInfo": {"devEui": "1"}, "fPort": []}'])
def test_what_is_no_uplink_is_refused_with_what_is_missing(send, sensor, body):
    assert send(body, UPLINK).status_code == 400
    assert "codec" in send(uplink(object=None), UPLINK).json()["detail"]


def test_a_field_that_the_codec_does_not_send_is_named(send, sensor):
    answer = send(uplink(object={"ok": 1}), UPLINK).json()
    assert answer["accepted"] == 1
    assert [(row["field"], row["message"]) for row in answer["problems"]] == [
        ("power.total", "The decoded object has no such field.")
    ]


# --- its page -----------------------------------------------------------------------------------------
@pytest.fixture
def engineer(client, trial):
    client.force_login(trial.engineer, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_secret_stands_on_one_answer_and_nowhere_after(engineer, trial):
    answer = engineer.post(reverse("trials:make-token", args=[trial.slug]))
    secret = answer.context["secret"]
    assert secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    page = engineer.get(reverse("trials:sensors", args=[trial.slug])).content.decode()
    assert secret not in page
    assert f"{secret[:8]}</dd>" in page


def test_a_device_is_described_by_lines_that_are_read_again_as_they_were_written(engineer, trial):
    url = reverse("trials:sensors", args=[trial.slug])
    lines = "power.total = energy, kWh, 0.001\nok = starts, %"
    values = {"name": "chiller-2", "dev_eui": "24-E1-24-13-6B-50-22-17", "f_port": "85", "mapping": lines}
    assert engineer.post(url, values).status_code == 302
    sensor = trial.sensors.get()
    assert sensor.dev_eui == "24e124136b502217"
    assert sensor.fields["power.total"] == {"metric": "energy", "factor": 0.001}
    edit = reverse("trials:sensor", args=[trial.slug, sensor.pk])
    shown = engineer.get(edit).context["form"]["mapping"].value()
    assert set(shown.splitlines()) == set(lines.splitlines())
    assert engineer.post(edit, {**values, "name": "chiller-3"}).status_code == 302
    assert trial.sensors.get().name == "chiller-3"
    engineer.post(reverse("trials:remove-sensor", args=[trial.slug, sensor.pk]))
    assert not trial.sensors.exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("power", "Line 1: write it as: name = metric, unit"),
        ("power = heat, kWh", "Line 1: “heat” is none of: energy, starts."),
        ("power = energy, MWh", "Line 1: “MWh” is not the unit of this claim, kWh."),
        ("power = energy, kWh, x", "Line 1: “x” is not a number."),
        ("power = energy, kWh, 0", "Line 1: The number is out of range."),
        ("p = energy, kWh\np = energy, kWh", "Line 2: “p” stands there twice."),
    ],
)
def test_a_line_that_says_nothing_clear_is_told_and_what_was_typed_stays(engineer, trial, line, said):
    url = reverse("trials:sensors", args=[trial.slug])
    values = {"name": "m", "dev_eui": "24e124136b502217", "mapping": line}
    answer = engineer.post(url, values)
    assert answer.status_code == 422
    assert answer.context["form"].errors["mapping"] == [said]
    assert answer.context["form"]["mapping"].value() == line
    assert not trial.sensors.exists()


def test_a_deveui_that_is_none_is_told(engineer, trial):
    values = {"name": "m", "dev_eui": "24e1", "mapping": "a = energy, kWh"}
    answer = engineer.post(reverse("trials:sensors", args=[trial.slug]), values)
    assert answer.context["form"].errors == {"dev_eui": ["A DevEUI has 16 hexadecimal digits."]}


def test_a_name_or_deveui_that_another_sensor_has_is_told_at_its_field(engineer, trial, sensor):
    url = reverse("trials:sensors", args=[trial.slug])
    values = {"name": "chiller-2", "dev_eui": sensor.dev_eui, "mapping": "a = energy, kWh"}
    assert set(engineer.post(url, values).context["form"].errors) == {"name", "dev_eui"}


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_takes_as_many_queries_for_five_sensors_as_for_one(
    engineer, trial, secret, count, django_assert_num_queries
):
    SensorFactory.create_batch(count, trial=trial)
    with django_assert_num_queries(10):
        answer = engineer.get(reverse("trials:sensors", args=[trial.slug]))
    assert len(answer.context["sensors"]) == count
