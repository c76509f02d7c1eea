"""A file whose columns a person names: what would be taken is shown first, and then all of it or nothing."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from journal.models import Entry
from tests.factories import UploadFactory
from tests.threads import at_once
from tests.trials import stories
from trials import columns, services
from trials.columns import DAY_FIRST, EPOCH, HONG_KONG, ISO, MONTH_FIRST, Columns
from trials.models import Measurement, Upload
from trials.services import uploading

HK = ZoneInfo(HONG_KONG)
SAID = Columns(time="time", value="kwh", every_metric="energy", every_sensor="m1")


# --- how a time is written ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cells", "order", "is_sure"),
    [
        (["2026-03-04 10:00", "2026/3/5 10:00"], ISO, True),
        (["3/4/2026 10:00", "13/4/2026 10:00"], DAY_FIRST, True),
        (["3/4/2026 10:00", "3/14/2026 10:00"], MONTH_FIRST, True),
        (["3/4/2026 10:00", "4/4/2026"], DAY_FIRST, False),
        (["1772600400", "1772600460.5"], EPOCH, True),
        ([datetime(2026, 3, 4), None], ISO, True),  # noqa: DTZ001  as a spreadsheet has it
    ],
)
def test_the_order_of_a_date_is_guessed_and_said_when_it_may_be_either(cells, order, is_sure):
    assert columns.order_of(cells) == (order, is_sure)


@pytest.mark.parametrize(
    ("cell", "order", "expected"),
    [
        ("3/4/2026 10:05", DAY_FIRST, (2026, 4, 3, 10, 5)),
        ("3/4/2026 10:05", MONTH_FIRST, (2026, 3, 4, 10, 5)),
        ("3/4/26 10:05", DAY_FIRST, (2026, 4, 3, 10, 5)),
        ("3.4.2026 10:05:30", DAY_FIRST, (2026, 4, 3, 10, 5, 30)),
        ("3/4/2026 12:05 AM", MONTH_FIRST, (2026, 3, 4, 0, 5)),
        ("3/4/2026 1:05 pm", DAY_FIRST, (2026, 4, 3, 13, 5)),
        ("2026年3月4日 下午 1:05", ISO, (2026, 3, 4, 13, 5)),
        ("2026/3/4", ISO, (2026, 3, 4)),
        (46085.5, ISO, (2026, 3, 4, 12)),
    ],
)
def test_a_time_is_read_in_its_order_and_zone(cell, order, expected):
    assert columns.moment(cell, order, HK) == datetime(*expected, tzinfo=HK)
    assert columns.moment(cell, order, ZoneInfo("UTC")) == datetime(*expected, tzinfo=UTC)


def test_a_time_that_names_its_offset_keeps_it_and_seconds_have_none():
    at = datetime(2026, 3, 4, 2, tzinfo=UTC)
    assert columns.moment("2026-03-04T10:00+08:00", ISO, ZoneInfo("UTC")) == at
    assert columns.moment(str(int(at.timestamp())), EPOCH, HK) == at
    assert columns.moment(at.timestamp() * 1000, EPOCH, HK) == at


@pytest.mark.parametrize(
    ("cell", "order", "example"),
    [
        ("31/12/2025", MONTH_FIRST, "12/31/2026 14:00"),
        ("12/31/2025", DAY_FIRST, "31/12/2026 14:00"),
        ("1/2/2026 13:00 PM", DAY_FIRST, "31/12/2026 14:00"),
        ("1/2/2026 24:00", DAY_FIRST, "31/12/2026 14:00"),
        ("", ISO, "2026-12-31 14:00"),
        ("٣/٤/2026x", ISO, "2026-12-31 14:00"),
    ],
)
def test_what_is_no_time_in_that_order_is_told_with_one_that_is(cell, order, example):
    with pytest.raises(ValueError, match=example):
        columns.moment(cell, order, HK)


def test_the_columns_are_guessed_from_their_names_and_numbers():
    rows = [{"date_time": "1/2/2026", "chiller": "a", "kwh": "1,234.5"}]
    guess = columns.guess(list(rows[0]), rows, ["energy"])
    assert (guess["time"], guess["value"], guess["every_metric"]) == ("date_time", "kwh", "energy")
    chinese = columns.guess(["時間", "感測器", "數值", "單位"], [], ["energy"])
    assert [chinese[name] for name in ("time", "sensor", "value", "unit")] == [
        "時間",
        "感測器",
        "數值",
        "單位",
    ]


# --- the file -----------------------------------------------------------------------------------------
pytestmark = pytest.mark.django_db


@pytest.fixture
def trial():
    return stories.running()


def upload(trial, text: str | bytes, name="energy.csv") -> Upload:
    data = text.encode() if isinstance(text, str) else text
    return uploading.stage(trial, by=trial.engineer, file=ContentFile(data, name=name))


def test_before_the_word_nothing_of_a_file_is_a_reading(trial):
    made = upload(trial, "time,kwh\n2026-03-01 14:00,1\n2026-03-01 15:00,2\n")
    found = uploading.check(made, SAID)
    assert (found.rows, found.fresh, found.known, found.count) == (2, 2, 0, 0)
    assert [(row.at, row.value) for row in found.first] == [
        (datetime(2026, 3, 1, 14, tzinfo=HK), 1.0),
        (datetime(2026, 3, 1, 15, tzinfo=HK), 2.0),
    ]
    assert not Measurement.objects.exists()
    assert Upload.objects.exists()


def test_a_file_is_taken_once_and_then_it_is_gone(trial, django_capture_on_commit_callbacks):
    made = upload(trial, "time,kwh\n2026-03-01 14:00,1\n2026-03-01 15:00,2\n")
    stored = made.file.storage.path(made.file.name)
    with django_capture_on_commit_callbacks(execute=True):
        found = uploading.take(made, SAID, by=trial.engineer)
    assert (found.added, found.known) == (2, 0)
    assert list(trial.measurements.order_by("at").values_list("sensor", "phase", "value")) == [
        ("m1", "baseline", 1.0), ("m1", "baseline", 2.0),
    ]  # fmt: skip
    assert not Upload.objects.exists()
    assert not Path(stored).exists()
    entry = Entry.objects.about(trial).get(verb="measure")
    assert entry.details == {"added": 2, "known": 0, "file": "energy.csv"}


def test_of_a_file_with_one_bad_row_nothing_is_taken_and_the_row_is_named_by_its_own_column(trial):
    made = upload(trial, "time,kwh\n2026-03-01 14:00,1\nsoon,2\n2026-03-01 16:00,three\n")
    found = uploading.take(made, SAID, by=trial.engineer)
    assert [(one.row, one.field) for one in found.problems] == [(3, "time"), (4, "kwh")]
    assert not Measurement.objects.exists()
    assert Upload.objects.exists()


def test_duplicates_are_told_within_the_file_and_beside_what_stands(trial):
    uploading.take(upload(trial, "time,kwh\n2026-03-01 14:00,1\n"), SAID, by=trial.engineer)
    text = "time,kwh\n2026-03-01 14:00,1\n2026-03-01 15:00,2\n2026-03-01 15:00,2\n"
    made = upload(trial, text)
    found = uploading.check(made, SAID)
    assert (found.rows, found.fresh, found.known, found.repeated, found.count) == (3, 1, 1, 1, 0)
    taken = uploading.take(made, SAID, by=trial.engineer)
    assert (taken.added, taken.known) == (1, 2)


def test_contradictions_are_named_row_by_row(trial):
    uploading.take(upload(trial, "time,kwh\n2026-03-01 14:00,1\n"), SAID, by=trial.engineer)
    text = "time,kwh\n2026-03-01 14:00,9\n2026-03-01 15:00,2\n2026-03-01 15:00,3\n"
    found = uploading.check(upload(trial, text), SAID)
    assert [str(one) for one in found.problems] == [
        "Row 4, kwh: row 3 gives this sensor and time another value or phase.",
        "Row 2, kwh: 1 was recorded for this sensor and time (baseline); a reading is never changed.",
    ]


def test_units_sensors_and_phases_of_columns_are_read(trial):
    text = "time,kwh,meter,uom,phase\n2026-03-01 14:00,1,m7,kWh,基線\n2026-03-01 15:00,1,m7,MWh,trial\n"
    said = Columns(time="time", value="kwh", every_metric="energy", sensor="meter", unit="uom", phase="phase")
    found = uploading.check(upload(trial, text), said)
    assert [(row.sensor, row.phase) for row in found.first] == [("m7", "baseline")]
    assert [str(one) for one in found.problems] == ["Row 3, uom: “MWh” is not the unit of this claim, kWh."]


def test_what_was_measured_after_the_start_is_no_baseline(trial):
    """Whatever the file or the person says of it; without a column the question of the page is named."""
    after = (timezone.now() + timedelta(minutes=1)).isoformat()
    text = "time,kwh,phase\n2026-03-01 14:00,1,基線\n2026-03-01 15:00,1,試驗\n"
    text += f"{after},1,Baseline\n{after},1,trial\n"
    found = uploading.check(upload(trial, text), replace(SAID, phase="phase"))
    assert [str(one) for one in found.problems] == [
        "Row 4, phase: Measured after the start, it belongs to the trial and not to the baseline.",
    ]
    assert [row.phase for row in found.first] == ["baseline", "trial", "trial"]
    all_of_one = uploading.check(upload(trial, text), replace(SAID, every_phase="baseline"))
    assert [one.row for one in all_of_one.problems] == [4, 5]


def test_a_spreadsheet_is_read_with_its_own_dates(trial):
    book = openpyxl.Workbook()
    book.active.append(["Time", "kWh"])
    book.active.append([datetime(2026, 3, 1, 14), 12])  # noqa: DTZ001
    out = io.BytesIO()
    book.save(out)
    found = uploading.check(upload(trial, out.getvalue(), "energy.xlsx"), SAID)
    assert [(row.at, row.value) for row in found.first] == [(datetime(2026, 3, 1, 14, tzinfo=HK), 12.0)]


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"time,kwh\n", "energy.pdf", "Choose a CSV, TSV or XLSX file."),
        (b"", "energy.csv", "The file is empty."),
        (b"PK\x03\x04 broken", "energy.xlsx", "The workbook is broken"),
        (b"a,a\n1,2\n", "energy.csv", "These columns stand twice: a."),
    ],
)
def test_a_file_that_cannot_be_read_is_not_kept(trial, data, name, said):
    with pytest.raises(ValidationError, match=said):
        upload(trial, data, name)
    assert not Upload.objects.exists()


def test_a_long_file_takes_a_fixed_number_of_queries_for_each_two_thousand_rows(
    trial, django_assert_num_queries
):
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    lines = [f"{(begin + timedelta(minutes=n)).isoformat()},{n % 7}" for n in range(4500)]
    made = upload(trial, "\n".join(["time,kwh", *lines]))
    # claims, the start, the table, three parts, statistics, three comparisons, its metrics, savepoints
    with django_assert_num_queries(14):
        found = uploading.check(made, SAID)
    assert (found.rows, found.fresh) == (4500, 4500)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_confirm_at_once_one_takes_the_file(committed):
    trial = stories.running()
    made = upload(trial, "time,kwh\n2026-03-01 14:00,1\n")
    found = at_once(*[lambda: uploading.take(Upload.objects.get(pk=made.pk), SAID, by=trial.engineer)] * 2)
    added = [one.added for one in found if isinstance(one, services.Import)]
    assert sum(added) == 1
    assert Measurement.objects.count() == 1


def test_files_that_nobody_came_back_for_go_after_a_day(trial):
    old, new = (upload(trial, "time,kwh\n") for _ in range(2))
    Upload.objects.filter(pk=old.pk).update(made_at=timezone.now() - timedelta(hours=25))
    assert uploading.discard_old() == 1
    assert list(Upload.objects.all()) == [new]


# --- its page -----------------------------------------------------------------------------------------
@pytest.fixture
def engineer(client, trial):
    client.force_login(trial.engineer, backend="django.contrib.auth.backends.ModelBackend")
    return client


def bring(engineer, trial, text: str) -> str:
    url = reverse("trials:measurements", args=[trial.slug])
    answer = engineer.post(url, {"file": SimpleUploadedFile("energy.csv", text.encode())})
    assert answer.status_code == 302, answer.context["form"].errors
    return answer.url


def test_the_page_shows_what_it_guessed_then_what_would_be_taken_and_then_takes_it(engineer, trial):
    url = bring(engineer, trial, "Date,Meter,kWh\n1/3/2026 14:00,m7,5\n2/3/2026 14:00,m7,6\n")
    page = engineer.get(url)
    form = page.context["form"]
    assert (form["time"].value(), form["order"].value(), form["value"].value()) == ("date", DAY_FIRST, "kwh")
    assert "the day first or the month first" in page.content.decode()
    said = {name: form[name].value() or "" for name in form.fields}
    shown = engineer.post(url, said)
    assert shown.context["check"].fresh == 2
    assert not Measurement.objects.exists()
    answer = engineer.post(url, {**said, "order": MONTH_FIRST, "take": "1"})
    assert answer.status_code == 302
    days = [timezone.localdate(at).isoformat() for at in trial.measurements.values_list("at", flat=True)]
    assert sorted(days) == ["2026-01-03", "2026-02-03"]


def test_a_mapping_that_says_too_little_is_told_at_its_field_and_stays_as_chosen(engineer, trial):
    url = bring(engineer, trial, "when,kwh\n2026-03-01,1\n")
    answer = engineer.post(url, {"time": "when", "value": "when", "order": ISO, "zone": HONG_KONG})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"every_metric", "value"}
    assert answer.context["form"]["time"].value() == "when"


def test_a_file_is_thrown_away_on_request(engineer, trial):
    url = bring(engineer, trial, "when,kwh\n2026-03-01,1\n")
    engineer.post(url, {"discard": "1"})
    assert not Upload.objects.exists()
    assert engineer.get(url).status_code == 404


def test_a_file_of_another_trial_is_not_found(engineer, trial):
    other = UploadFactory()
    assert engineer.get(reverse("trials:upload", args=[trial.slug, other.pk])).status_code == 404


def test_a_reading_by_hand_that_contradicts_is_told_and_what_was_typed_stays(engineer, trial):
    url = reverse("trials:measurements", args=[trial.slug])
    values = {"by_hand": "1", "metric": "energy", "at": "2026-03-01T14:00", "phase": "trial", "value": "1"}
    assert engineer.post(url, values).status_code == 302
    answer = engineer.post(url, {**values, "value": "2"})
    assert answer.status_code == 422
    assert answer.context["hand"]["value"].value() == "2"
    assert trial.measurements.get().value == 1.0
