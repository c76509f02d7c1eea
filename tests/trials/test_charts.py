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
