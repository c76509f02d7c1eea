from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from defusedxml.ElementTree import fromstring

from trials.proof.chart import HEIGHT, WIDTH, Words, series_svg

NS = "{http://www.w3.org/2000/svg}"
START = datetime(2026, 3, 1, tzinfo=UTC)


def words(**changes):
    return Words(**({
        "title": "Energy", "description": "Fell by a third.", "y_axis": "kWh/day", "x_axis": "Date",
        "baseline": "Baseline", "trial": "Trial", "baseline_level": "Baseline mean", "target": "Target",
        "day": lambda day: f"{day.day}.{day.month}.",
    } | changes))  # fmt: skip


def days(*values, start=0):
    return [(START + timedelta(days=start + day), value) for day, value in enumerate(values)]


def draw(baseline, trial, **more):
    return fromstring(series_svg(baseline, trial, words=more.pop("words", words()), **more))


def numbers(root, *names):
    for element in root.iter():
        for name in names:
            if name in element.attrib:
                yield float(element.attrib[name])


def test_it_names_and_describes_itself_for_those_who_do_not_see_it():
    root = draw(days(1, 2), days(3, 4), ident="figure-2")
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == "figure-2-title figure-2-desc"
    assert {child.attrib["id"]: child.text for child in root if "id" in child.attrib} == {
        "figure-2-title": "Energy",
        "figure-2-desc": "Fell by a third.",
    }


def test_it_has_attributes_only_no_style_no_script_no_link():
    text = series_svg(days(1, 2), days(3, 4), words=words(), baseline_level=1.5, target_level=3.0)
    names = {element.tag.removeprefix(NS) for element in fromstring(text).iter()}
    assert names == {"svg", "title", "desc", "g", "line", "polyline", "circle", "text"}
    assert "style" not in text
    assert "href" not in text


def test_text_cannot_become_markup():
    hostile = "<script>alert(1)</script>\"'&"
    root = draw(days(1, 2), [], words=words(title=hostile, y_axis=hostile))
    assert root.find(f"{NS}title").text == hostile
    assert [element.text for element in root.iter(f"{NS}text")].count(hostile) == 1
    assert root.find(f".//{NS}script") is None


def test_a_higher_value_stands_higher_and_a_later_one_further_right():
    points = draw(days(10, 30, 20), []).find(f".//{NS}polyline").attrib["points"].split()
    xs, ys = zip(*(map(float, point.split(",")) for point in points), strict=True)
    assert sorted(xs) == list(xs)
    assert ys[1] < ys[2] < ys[0]


def test_levels_stand_at_the_height_of_their_value():
    root = draw(days(10, 30), [], baseline_level=10.0, target_level=30.0)
    heights = [float(point.split(",")[1]) for point in root.find(f".//{NS}polyline").attrib["points"].split()]
    lines = [
        float(root.find(f".//{NS}g[@class='{name}']/{NS}line").attrib["y1"])
        for name in ("baseline-level", "target-level")
    ]
    assert lines == heights


def test_the_two_series_differ_without_colour():
    root = draw(days(1, 2), days(3, 4, start=5))
    baseline, trial = (root.find(f"{NS}g[@class='{name}']") for name in ("baseline", "trial"))
    assert "stroke-dasharray" in baseline[0].attrib
    assert "stroke-dasharray" not in trial[0].attrib
    assert baseline[1].attrib["fill"] != trial[1].attrib["fill"]


def test_the_legend_names_what_is_drawn_and_nothing_else():
    def legend(root):
        return [text.text for text in root.find(f"{NS}g[@class='legend']").iter(f"{NS}text")]

    assert legend(draw(days(1), days(2), baseline_level=1.0, target_level=2.0)) == [
        "Baseline", "Trial", "Baseline mean", "Target",
    ]  # fmt: skip
    assert legend(draw([], days(2))) == ["Trial"]


@pytest.mark.parametrize(
    ("baseline", "trial", "levels"),
    [
        (days(5), [], {}),
        (days(5, 5, 5), days(5, 5, start=3), {}),
        (days(0, 0), [], {}),
        (days(-5, -2), days(-9, 3, start=4), {"target_level": -12.0}),
        (days(1e9, 2e9), [], {"baseline_level": 1.5e9}),
        (days(1e-6, 3e-6), [], {"target_level": 2e-6}),
        (days(999.5, 1000.5), days(1000.0, start=400), {}),
        ([(START + timedelta(minutes=m), m) for m in range(30)], [], {}),
        (days(*range(2000)), [], {}),
    ],
)
def test_everything_stays_inside_the_frame(baseline, trial, levels):
    root = draw(baseline, trial, **levels)
    assert all(0 <= x <= WIDTH for x in numbers(root, "x", "x1", "x2", "cx"))
    assert all(0 <= y <= HEIGHT for y in numbers(root, "y", "y1", "y2", "cy"))
    marks = [text.text for text in root.find(f"{NS}g[@class='axes']").iter(f"{NS}text")]
    assert 4 <= len(marks) <= 22
    assert len(set(marks)) == len(marks)


def test_nothing_measured_draws_only_the_description():
    assert [child.tag.removeprefix(NS) for child in draw([], [])] == ["title", "desc"]


def test_days_on_the_axis_are_written_for_the_reader_and_stand_apart_within_the_picture():
    def shown(day):
        """The longest there is."""
        return f"{day.year}年{day.month:02}月{day.day:02}日"

    for length in (2, 3, 7, 8, 13, 29, 91, 400):
        root = draw(days(*range(length)), [], words=words(day=shown))
        marks = [one for one in root.iter(f"{NS}text") if (one.text or "").endswith("日")]
        assert marks[0].text == "2026年03月01日"
        wide = 3 * 12 + 8 * 6.7
        edges = [(float(one.attrib["x"]) - wide / 2, float(one.attrib["x"]) + wide / 2) for one in marks]
        assert edges[0][0] >= 0
        assert edges[-1][1] <= WIDTH
        assert all(left[1] < right[0] for left, right in pairwise(edges))
