import io
from datetime import UTC, datetime

import openpyxl
import pytest
import time_machine

from trials.readings import Unusable, read

METRICS = {"energy": "before_after", "starts": "proportion"}
HEAD = "metric,at,phase,value,sensor\n"


def problems(text: str | bytes) -> list[str]:
    with pytest.raises(Unusable) as error:
        read(text.encode() if isinstance(text, str) else text, METRICS)
    return [str(problem) for problem in error.value.problems]


def test_a_row_without_an_offset_is_hong_kong_time():
    (row,) = read((HEAD + "energy,2026-03-01 14:00,trial,12.5,m1\n").encode(), METRICS)
    assert (row.at.astimezone(UTC), row.value, row.sensor) == (
        datetime(2026, 3, 1, 6, tzinfo=UTC),
        12.5,
        "m1",
    )


def test_columns_may_stand_in_any_order_and_sensor_may_be_left_out():
    (row,) = read(b"\xef\xbb\xbfValue,Phase,At,Metric\n3,Baseline,2026-03-01T00:00Z,energy\n", METRICS)
    assert (row.value, row.phase, row.sensor) == (3.0, "baseline", "manual")


def test_a_spreadsheet_reads_like_its_csv():
    book = openpyxl.Workbook()
    book.active.append(["metric", "at", "phase", "value"])
    book.active.append(["energy", datetime(2026, 3, 1, 14), "trial", 12])  # noqa: DTZ001  as Excel has it
    out = io.BytesIO()
    book.save(out)
    (row,) = read(out.getvalue(), METRICS)
    assert (row.number, row.at.astimezone(UTC), row.value) == (2, datetime(2026, 3, 1, 6, tzinfo=UTC), 12.0)


def test_every_problem_is_named_by_row_and_field():
    text = HEAD + "heat,yesterday,after,much,\nenergy,2026-03-01,trial,1,\nstarts,2026-03-01,trial,2,\n"
    assert problems(text) == [
        "Row 2, metric: “heat” is none of: energy, starts.",
        "Row 2, at: “yesterday” is not a time such as 2026-03-01 14:00.",
        "Row 2, phase: “after” is none of: baseline, trial.",
        "Row 2, value: “much” is not a number.",
        "Row 4, value: A share of successes is counted in 1 (success) and 0.",
    ]


@pytest.mark.parametrize("value", ["nan", "inf", "1e300", ""])
def test_a_value_must_be_a_number_in_range(value):
    assert len(problems(HEAD + f"energy,2026-03-01,trial,{value},\n")) == 1


@time_machine.travel("2026-03-01T12:00:00Z", tick=False)
def test_a_reading_cannot_come_from_the_future():
    assert problems(HEAD + "energy,2026-03-01T12:06Z,trial,1,\n") == [
        "Row 2, at: The time lies in the future."
    ]


def test_a_file_may_repeat_a_reading_but_not_contradict_itself():
    row = "energy,2026-03-01,trial,1,m1\n"
    assert len(read((HEAD + row + row).encode(), METRICS)) == 2
    assert problems(HEAD + row + row.replace(",1,", ",2,")) == [
        "Row 3, value: row 2 gives this sensor and time another value or phase."
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "missing: metric, at, phase, value"),
        (b"metric,at\n", "missing: phase, value"),
        (HEAD.encode(), "no row"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"\xff\xfe\x00", "neither"),
        (b"a\0b", "neither"),
        (b"x" * (10 * 2**20 + 1), "10 MB"),
    ],
    ids=["empty", "columns", "no row", "zip", "bytes", "null", "large"],  # else 10 MB are the name of a test
)
def test_a_file_that_is_none_is_refused_in_one_sentence(data, said):
    (problem,) = problems(data)
    assert said in problem
