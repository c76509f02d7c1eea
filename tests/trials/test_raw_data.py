"""The readings behind a report, where the department lets anybody take them away."""

import csv
import hashlib
import io
import tracemalloc
from itertools import islice

import pytest
from arro3.io import read_parquet
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import translation

from journal.models import Entry
from journal.workflow import IllegalTransition
from tests.factories import MembershipFactory, UserFactory
from tests.trials import stories
from trials import raw_data, services, tasks
from trials.models import Measurement, Report

pytestmark = pytest.mark.django_db
FILES = ("csv", "parquet", "dictionary", "analysis")


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def approver(report: Report):
    return MembershipFactory(organisation=report.trial.match.wish.organisation, approver=True).user


def opened(**kwargs) -> Report:
    report = stories.published(**kwargs)
    services.open_data(report.trial, by=approver(report))
    tasks.make_data(report.pk)
    return report


def ask(client, name: str, report: Report):
    return client.get(reverse(f"trials:report-data-{name}", args=[report.slug]))


def status(client, name: str, report: Report) -> int:
    response = ask(client, name, report)
    if response.streaming:
        body(response)
    return response.status_code


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_nobody_takes_anything_away_until_the_department_allows_it(client):
    report = stories.published()
    page = reverse("trials:report-data", args=[report.slug])
    assert [status(client, name, report) for name in FILES] == [404] * 4
    assert "has not allowed" in client.get(page).content.decode()
    own = reverse("trials:measurements-file", args=[report.trial.slug])
    assert client.get(own).status_code == 404
    by = approver(report)
    client.force_login(by)
    client.post(reverse("trials:open-data", args=[report.trial.slug]))
    entry = Entry.objects.about(report.trial).get(verb="open_data")
    assert (entry.actor_id, entry.at.tzinfo is not None) == (by.pk, True)
    client.logout()
    tasks.make_data(report.pk)
    assert [status(client, name, report) for name in FILES] == [200] * 4
    assert client.get(own).status_code == 200
    text = client.get(page).content.decode()
    assert "The department allowed everyone" in text
    assert by.name not in text
    services.close_data(report.trial, by=by)
    assert [status(client, name, report) for name in FILES] == [404] * 4


def test_files_are_made_by_a_worker_that_is_asked_once_and_told_of_until_they_are_there(
    client, django_capture_on_commit_callbacks, monkeypatch
):
    report, asked = stories.published(), []
    services.open_data(report.trial, by=approver(report))
    monkeypatch.setattr(tasks.make_data, "delay", asked.append)
    page = reverse("trials:report-data", args=[report.slug])
    with django_capture_on_commit_callbacks(execute=True):
        assert "The files are being made" in client.get(page).content.decode()
        assert [status(client, name, report) for name in FILES] == [503, 503, 503, 200]
    assert asked == [report.pk]
    assert ask(client, "csv", report)["Retry-After"] == "60"
    tasks.make_data(report.pk)
    assert "The files are being made" not in client.get(page).content.decode()
    assert [status(client, name, report) for name in FILES] == [200] * 4
    assert not raw_data.make(report)  # they are there


def test_no_file_is_made_of_what_was_closed_meanwhile():
    report = stories.published()
    tasks.make_data(report.pk)
    assert raw_data.manifest(report) is None


def test_what_a_worker_that_was_killed_has_left_is_written_over(client):
    report = stories.published()
    services.open_data(report.trial, by=approver(report))
    default_storage.save(raw_data.place(report, "csv"), ContentFile(b"half a fi"))
    tasks.make_data(report.pk)
    assert body(ask(client, "csv", report)).startswith(b"metric,at,phase")


def test_only_who_approves_for_the_department_allows_it(client):
    report = stories.published()
    vendor = MembershipFactory(organisation=report.trial.match.solution.organisation, approver=True).user
    member = MembershipFactory(organisation=report.trial.match.wish.organisation).user
    for user in (vendor, member, report.trial.engineer, UserFactory(office=True)):
        client.force_login(user)
        assert client.post(reverse("trials:open-data", args=[report.trial.slug])).status_code == 403
        assert not user.has_perm("trials.close_data_trial", report.trial)
    assert not Entry.objects.filter(verb="open_data").exists()


def test_saying_the_same_twice_is_refused():
    report = stories.published()
    by = approver(report)
    with pytest.raises(IllegalTransition):
        services.close_data(report.trial, by=by)
    services.open_data(report.trial, by=by)
    with pytest.raises(IllegalTransition):
        services.open_data(report.trial, by=by)
    services.close_data(report.trial, by=by)
    services.open_data(report.trial, by=by)


def test_csv_and_parquet_hold_every_reading_the_flagged_ones_too(client):
    report = stories.published()
    services.open_data(report.trial, by=approver(report))
    one = report.trial.measurements.order_by("at").first()
    Measurement.objects.filter(pk=one.pk).update(flag="outlier")
    tasks.make_data(report.pk)
    rows = list(csv.DictReader(io.StringIO(body(ask(client, "csv", report)).decode())))
    table = read_parquet(io.BytesIO(body(ask(client, "parquet", report)))).read_all()
    stored = list(
        report.trial.measurements.order_by("metric", "sensor", "at").values_list("value", "flag", "sensor")
    )
    assert len(rows) == table.num_rows == len(stored) == 40
    assert [(float(row["value"]), row["flag"], row["sensor"]) for row in rows] == stored
    assert table.column("value").to_pylist() == [value for value, _flag, _sensor in stored]
    assert table.column("flag").to_pylist().count("outlier") == 1
    assert str(table.column("at").to_pylist()[0]) == rows[0]["at"].replace("T", " ")


def test_the_manifest_names_the_size_and_hash_of_the_very_files(client):
    report = opened()
    said = ask(client, "dictionary", report).json()
    assert said["report"]["sha256"] == report.payload_hash
    for resource in said["resources"]:
        data = body(ask(client, resource["format"], report))
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        assert resource["bytes"] == len(data)
        assert [field["name"] for field in resource["schema"]["fields"]] == list(raw_data.COLUMNS)
    assert [(one["name"], one["unit"], one["method"]) for one in said["metrics"]] == [
        ("energy", "kWh", "before_after")
    ]
    assert set(said["flags"]) == {"outlier", "stuck", "clock", "gap"}


def test_the_analysis_is_that_of_the_claims_with_its_libraries(client):
    report = opened()
    [claim] = ask(client, "analysis", report).json()["claims"]
    kept = report.trial.claims.get()
    assert claim == {"metric": "energy", "verdict": kept.verdict, "result": kept.result}
    assert set(claim["result"]["libraries"]) == {"numpy", "scipy", "statsmodels"}


def test_a_spreadsheet_runs_nothing_of_the_csv(tmp_path):
    trial = stories.running()
    stories.measure(trial, "metric,at,phase,value,sensor\nenergy,2026-03-01T00:00Z,trial,12.5,=cmd\n")
    raw_data.write_csv(trial, tmp_path / "file")
    assert (tmp_path / "file").read_text().splitlines() == [
        "metric,at,phase,value,sensor,flag",
        "energy,2026-03-01T00:00:00+00:00,trial,12.5,'=cmd,",
    ]


def test_readings_are_read_a_page_at_a_time_each_once(django_assert_num_queries):
    trial = stories.running()
    stories.measure(trial, stories.csv_of(moments=7))
    other = "\n".join(f"energy,2026-03-01T0{n}:00Z,trial,{n},beside" for n in range(3))
    stories.measure(trial, f"metric,at,phase,value,sensor\n{other}\n")
    every = trial.measurements.order_by(*raw_data.KEY).values_list(*raw_data.COLUMNS)
    assert list(raw_data.rows(trial, 4)) == list(every)
    assert list(raw_data.rows(trial, len(every))) == list(every)
    with django_assert_num_queries(1):
        list(islice(raw_data.rows(trial, 4), 4))


def test_a_file_of_many_readings_is_made_in_parts(tmp_path, monkeypatch):
    """Ten times as many readings take no more memory than a tenth more."""
    from datetime import UTC, datetime, timedelta

    first = datetime(2026, 1, 1, tzinfo=UTC)

    def many(count):
        return (("energy", first + timedelta(seconds=n), "trial", n / 7, "meter", "") for n in range(count))

    peaks = []
    for count in (20_000, 200_000):
        monkeypatch.setattr(raw_data, "rows", lambda trial, count=count: many(count))
        tracemalloc.start()
        raw_data.write_as_parquet(None, tmp_path / f"{count}")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert read_parquet(tmp_path / f"{count}").read_all().num_rows == count
    assert peaks[1] < 1.1 * peaks[0]


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_of_the_data_takes_as_many_queries_for_five_claims_as_for_one(
    client, django_assert_num_queries, count
):
    claims = [stories.ENERGY | {"metric": f"energy-{number}"} for number in range(count)]
    text = stories.csv_of("energy-0")
    for number in range(1, count):
        text += "\n" + stories.csv_of(f"energy-{number}").partition("\n")[2]
    report = opened(claims=claims, readings=text)
    with django_assert_num_queries(6):  # report, wish, solution, permission, claims, corrections
        page = client.get(reverse("trials:report-data", args=[report.slug])).content.decode()
    assert page.count("kWh") == count
