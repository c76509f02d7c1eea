"""The readings of a claim, drawn in Python for speed, are the picture of the shared component."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.template import Template
from django.template.context import Context
from django.utils.translation import override

BEGAN = datetime(2026, 1, 5, 16, 0, tzinfo=UTC)
COMPONENT = (
    "{% load portal_charts %}{% lines chart.series chart.caption unit=chart.unit target=chart.target %}"
)
OURS = "{% load trial_charts %}{% readings chart %}"


def drawn(source: str, chart: dict) -> str:
    """Without the space between tags, which nobody sees."""
    html = Template(source).render(Context({"chart": chart}))
    return re.sub(r"\s*(<[^>]*>)\s*", r"\1", html).strip()


def chart(*, days: int = 40, step: timedelta = timedelta(days=1), target: float | None = 85.5) -> dict:
    lines = (("Baseline", "baseline", 0), ("Trial <b>&", "trial", days))
    return {
        "caption": "Readings of <i>energy</i> & more",
        "unit": "kWh/m² <u>",
        "target": target,
        "series": [
            {
                "name": name,
                "kind": kind,
                "points": [(BEGAN + (first + n) * step, 1000.5 - n * 1.2345) for n in range(days)],
            }
            for name, kind, first in lines
        ],
    }


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
@pytest.mark.parametrize(
    "given",
    [
        chart(),
        chart(target=None),
        chart(days=70),
        chart(days=1, step=timedelta(hours=1)),
        chart() | {"unit": ""},
        chart() | {"series": []},
    ],
    ids=["days", "no target", "too many for dots", "hours", "no unit", "no readings"],
)
def test_the_readings_are_drawn_as_the_component_draws_them(given, language):
    with override(language):
        assert drawn(OURS, given) == drawn(COMPONENT, given)


def test_what_people_wrote_is_escaped_in_the_drawing():
    html = drawn(OURS, chart())
    assert not re.search(r"<[iu]>|<b>", html)
    assert html.count("Trial &lt;b&gt;&amp;") == 3  # legend, label of the table, its caption


def test_the_level_of_a_line_is_a_band_over_its_own_days_and_is_told_in_figures():
    given = chart()
    given["series"][1]["level"] = (970.0, 975.0, 980.0)
    html = drawn(OURS, given)
    (x, y, width, height) = re.search(
        r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', html
    ).groups()
    begins, ends = float(x), float(x) + float(width)
    assert begins > 64 + 300  # the second half
    assert ends == pytest.approx(744, abs=0.2)
    assert float(y) > 16
    assert float(height) > 0
    assert "mean 975 kWh/m² &lt;u&gt;, 95 % interval 970 to 980" in html
    assert html.count("<rect") == 1


def test_a_level_beyond_the_readings_is_within_the_frame():
    given = chart()
    given["series"][0]["level"] = (500.0, 975.0, 1500.0)
    y, height = re.search(
        r'<rect x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', drawn(OURS, given)
    ).groups()
    assert 16 <= float(y) < float(y) + float(height) <= 284
