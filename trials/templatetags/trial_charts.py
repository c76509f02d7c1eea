"""The readings of a claim as components/charts/lines.html draws them.

Written in Python: a template visits each of some hundred readings, which was half of a page's work.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _

from innoportal.lib.charts import LineChart, Tick, line_chart
from innoportal.lib.templatetags.languages import day
from innoportal.lib.templatetags.portal_charts import anchor, axis, figure
from trials.proof.writing import brief

register = template.Library()

FIGURE = """<figure class="ip-chart">
<figcaption class="ip-chart__caption" id="lines-{id}">{caption}{unit}</figcaption>
{body}
</figure>"""
DRAWING = """<ul class="ip-legend">{legend}</ul>
<svg class="ip-lines" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" \
aria-labelledby="lines-{id}" focusable="false">{marks}</svg>
{levels}<details class="govuk-details ip-chart__numbers"><summary class="govuk-details__summary">\
<span class="govuk-details__summary-text">{as_table}</span></summary>
<div class="govuk-details__text">{tables}</div>
</details>"""
KEY = """<li><svg class="ip-legend__key" viewBox="0 0 28 10" width="28" height="10" aria-hidden="true" \
focusable="false"><path class="ip-line ip-line--{}" d="M0 5L28 5"/></svg>{}</li>"""
FLAGGED = "flagged"  # marked without a line
MARK = """<li><svg class="ip-legend__key" viewBox="0 0 28 10" width="28" height="10" aria-hidden="true" \
focusable="false"><circle class="ip-dot ip-dot--flagged" cx="14" cy="5" r="4"/></svg>{}</li>"""
GRID = """<path class="ip-lines__grid" d="M{left} {at}L{right} {at}"/>\
<text class="ip-lines__tick" x="{left}" y="{at}" dx="-8" dy="4" text-anchor="end">{value}</text>"""
BAND = '<rect x="{}" y="{}" width="{}" height="{}" fill="#0b6b61" fill-opacity="0.16"/>'
LEVELS = '<p class="govuk-body ip-small">{}</p>'
TABLE = """<div class="ip-scroll" tabindex="0" role="region" aria-label="{name}"><table class="govuk-table">\
<caption class="govuk-table__caption govuk-table__caption--s">{name}{unit}</caption>\
<thead class="govuk-table__head"><tr class="govuk-table__row">\
<th scope="col" class="govuk-table__header">{when}</th>\
<th scope="col" class="govuk-table__header govuk-table__header--numeric">{value}</th></tr></thead>\
<tbody class="govuk-table__body">{rows}</tbody></table></div>"""
ROW = (
    '<tr class="govuk-table__row"><th scope="row" class="govuk-table__header">%s</th>'
    '<td class="govuk-table__cell govuk-table__cell--numeric">%s</td></tr>'
)


@register.simple_tag
def readings(chart: Mapping[str, Any]) -> SafeString:
    """Lines and their table, of {"caption", "unit", "series", "target"}; each x is a moment."""
    caption, unit, series = chart["caption"], chart["unit"], chart["series"]
    body: SafeString = format_html('<p class="govuk-body ip-muted">{}</p>', _("No measurements yet."))
    if any(one["points"] for one in series):
        body = _drawing(line_chart(series, target=chart["target"]), anchor(caption), unit)
    return format_html(
        FIGURE,
        id=anchor(caption),
        caption=caption,
        unit=format_html(' <span class="ip-muted">({})</span>', unit) if unit else "",
        body=body,
    )


def _drawing(chart: LineChart, number: int, unit: str) -> SafeString:
    keys = [(line.kind, line.name) for line in chart.lines if line.kind != FLAGGED]
    marks = [(line.name,) for line in chart.lines if line.kind == FLAGGED]
    if chart.target:
        keys.append(("target", f"{_('Target')} {figure(float(brief(str(chart.target_value or 0))))}"))
    return format_html(
        DRAWING,
        legend=format_html_join("", KEY, keys) + format_html_join("", MARK, marks),
        id=number,
        width=chart.width,
        height=chart.height,
        marks=_marks(chart),
        levels=_levels(chart, unit),
        as_table=_("The same numbers as a table"),
        tables=mark_safe("".join(_table(line.name, unit, line.points) for line in chart.lines)),  # noqa: S308
    )


def _levels(chart: LineChart, unit: str) -> SafeString:
    """What the bands show, in figures; nothing where there is none."""
    said = [
        _("%(name)s: mean %(mean)s %(unit)s, 95 %% interval %(low)s to %(high)s (the band).")
        % {
            "name": line.name,
            "unit": unit,
            **{name: figure(value) for name, value in zip(("low", "mean", "high"), line.level, strict=True)},
        }
        for line in chart.lines
        if line.level
    ]
    return format_html(LEVELS, " ".join(said)) if said else mark_safe("")


def _marks(chart: LineChart) -> SafeString:
    parts: list[str] = [
        format_html(GRID, left=chart.left, right=chart.right, at=tick.at, value=figure(tick.value))
        for tick in chart.y_ticks
    ]
    parts += _labels(chart)
    parts += [format_html(BAND, *line.box) for line in chart.lines if line.box]
    if chart.target:
        level = '<path class="ip-line ip-line--target" d="M{left} {at}L{right} {at}"/>'
        parts.append(format_html(level, left=chart.left, right=chart.right, at=chart.target))
    for line in chart.lines:
        parts.append(format_html('<path class="ip-line ip-line--{}" d="{}"/>', line.kind, line.path))
        size = "5" if line.kind == FLAGGED else "2.6"
        dot = format_html('<circle class="ip-dot ip-dot--{}" cx="%s" cy="%s" r="{}"/>', line.kind, size)
        parts += [dot % at for at in line.dots]
    return mark_safe("".join(parts))  # noqa: S308  every part is escaped, or a coordinate


def _labels(chart: LineChart) -> list[SafeString]:
    last = len(chart.x_ticks) - 1
    return [
        format_html(
            '<text class="ip-lines__tick{}" x="{}" y="{}" dy="22" text-anchor="{}">{}</text>',
            "" if place in (0, last) else " ip-lines__tick--between",
            tick.at,
            chart.bottom,
            "start" if place == 0 else "end" if place == last else "middle",
            _when(tick, chart),
        )
        for place, tick in enumerate(chart.x_ticks)
    ]


def _when(tick: Tick, chart: LineChart) -> str:
    return day(tick.value) if chart.is_of_days else axis(tick.value)


def _table(name: str, unit: str, points: Sequence[tuple[datetime, float]]) -> SafeString:
    here = get_current_timezone()
    rows = [ROW % (f"{at.astimezone(here):%Y-%m-%d %H:%M}", figure(value)) for at, value in points]
    return format_html(
        TABLE,
        name=name,
        unit=f" ({unit})" if unit else "",
        when=_("When"),
        value=_("Value"),
        rows=mark_safe("".join(rows)),  # noqa: S308  digits
    )
