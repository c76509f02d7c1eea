from datetime import UTC, datetime, timedelta

from trials.quality import flags

START = datetime(2026, 3, 1, tzinfo=UTC)
USUAL = [10.0, 11.0, 9.5, 10.5, 10.2, 9.8, 11.2, 10.1, 9.9, 10.7]


def hourly(values, shift=None):
    return [
        (START + timedelta(hours=hour + (shift or {}).get(hour, 0)), value)
        for hour, value in enumerate(values)
    ]


def test_usual_readings_have_no_flag():
    assert set(flags(hourly(USUAL))) == {""}


def test_a_value_far_from_the_others_is_an_outlier():
    found = flags(hourly([*USUAL, 40.0]))
    assert found[-1] == "outlier"
    assert set(found[:-1]) == {""}


def test_six_equal_readings_in_a_row_are_stuck_and_five_are_not():
    assert flags(hourly([*USUAL, *[10.3] * 6])) == [""] * 10 + ["stuck"] * 6
    assert set(flags(hourly([*USUAL, *[10.3] * 5]))) == {""}


def test_the_reading_after_a_long_silence_is_flagged():
    silent = hourly(USUAL[:5]) + [(at + timedelta(hours=4), v) for at, v in hourly(USUAL)[5:]]
    assert flags(silent) == ["", "", "", "", "", "gap", "", "", "", ""]


def test_counted_cases_are_not_stuck_and_rare_ones_no_outliers():
    assert set(flags(hourly([1.0] * 20 + [0.0]), counted=True)) == {""}


def test_a_clock_that_jumps_and_stays_is_flagged_where_it_jumped():
    moved = [(at + timedelta(minutes=25), value) if hour >= 6 else (at, value)
             for hour, (at, value) in enumerate(hourly(USUAL))]  # fmt: skip
    assert flags(moved) == ["", "", "", "", "", "", "clock", "", "", ""]


def test_one_reading_that_came_late_is_no_jump_of_the_clock():
    late = hourly(USUAL * 2)  # two steps of twenty leave the beat known
    late[5] = (late[5][0] + timedelta(minutes=25), late[5][1])
    assert set(flags(late)) == {""}


def test_a_sensor_without_a_beat_has_no_clock_to_jump():
    times = [0, 7, 9, 31, 40, 44, 60, 75, 81, 99]
    odd = [(START + timedelta(minutes=at), value) for at, value in zip(times, USUAL, strict=True)]
    assert "clock" not in flags(odd)


def test_a_reading_from_the_future_is_flagged_in_a_short_series_too():
    assert flags(hourly([1.0, 2.0]), fast=[False, True]) == ["", "clock"]
