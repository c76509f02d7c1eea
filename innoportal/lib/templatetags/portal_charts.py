"""Pictures of numbers, drawn on the server with attributes only, each with its table of the same numbers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from html import escape
from math import pi
from typing import Any
from zlib import crc32

from django import template
from django.template.defaultfilters import floatformat
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext as _

from innoportal.lib import charts
from innoportal.lib.templatetags.portal_ui import percent

register = template.Library()


def anchor(caption: str) -> int:
    """An id that is the same at each rendering; the captions on one page must differ."""
    return crc32(caption.encode())


@register.filter
def plain(value: int) -> str:
    """A number of an SVG attribute, never with the separators of a language."""
    return str(value)


@register.filter
def figure(value: float) -> str:
    """A measured value with at most four decimals and no idle zeros, thousands apart."""
    return f"{float(value):,.4f}".rstrip("0").rstrip(".").replace("-", "−")


@register.filter
def axis(value: Any) -> str:
    """A point of the x axis: a day, a moment, or a plain number."""
    if isinstance(value, datetime):
        return date_format(localtime(value) if is_aware(value) else value, "Y-m-d H:i")
    return date_format(value, "Y-m-d") if isinstance(value, date) else figure(value)


@register.simple_tag
def score(probability: float, large: bool = False) -> SafeString:
    """How likely a fit is, as a ring with its percentage; the words say it too."""
    share = min(max(float(probability), 0.0), 1.0)
    around = 2 * pi * 16
    level = "high" if share >= 0.7 else "middle" if share >= 0.4 else "low"
    arc = f"{charts.px(around * share)} {charts.px(around)}"
    words = escape(_("likely fit"))
    return mark_safe(  # noqa: S308  numbers, our own words
        f'<span class="ip-score ip-score--{level}{" ip-score--large" if large else ""}">'
        '<svg class="ip-score__ring" viewBox="0 0 40 40" width="40" height="40" aria-hidden="true">'
        '<circle class="ip-score__track" cx="20" cy="20" r="16"/>'
        f'<circle class="ip-score__arc" cx="20" cy="20" r="16" stroke-dasharray="{arc}"'
        ' transform="rotate(-90 20 20)"/></svg>'
        f'<span class="ip-score__text"><strong class="ip-score__number">{percent(share)}</strong> '
        f'<span class="ip-score__words">{words}</span></span></span>'
    )


@register.inclusion_tag("components/meter.html")
def meter(value: float, maximum: float = 1, label: str = "", colour: str = "teal") -> dict[str, Any]:
    """A bar for one amount of a whole; `label` is what a screen reader hears in its place."""
    share = min(max(float(value) / float(maximum or 1), 0.0), 1.0)
    return {"width": charts.px(share * 100), "label": label, "colour": colour}


@register.inclusion_tag("components/charts/factor_bars.html")
def factor_bars(
    rows: Iterable[Mapping[str, Any]], caption: str = "", total: float | None = None, unit: str = ""
) -> dict[str, Any]:
    """What pulls a score up and down: rows of {"label", "value", "note"}; the table carries the bars."""
    drawn, zero = charts.bars(rows)
    caption = caption or _("What the score is made of")
    shown = "" if total is None else floatformat(abs(total), 2)
    return {
        "bars": drawn, "zero": zero, "caption": caption, "total": total, "total_shown": shown, "unit": unit,
    }  # fmt: skip


@register.inclusion_tag("components/charts/funnel.html")
def funnel(stages: Sequence[tuple[str, int]], caption: str) -> dict[str, Any]:
    """How many of each stage reach the next; stages are (label, count)."""
    drawn = charts.funnel(stages)
    height = len(stages) * charts.BAND_HEIGHT
    return {"stages": drawn, "height": height, "caption": caption, "id": anchor(caption)}


@register.inclusion_tag("components/charts/lines.html")
def lines(
    series: Sequence[Mapping[str, Any]],
    caption: str,
    unit: str = "",
    target: float | None = None,
    bands: Sequence[tuple[str, Any, Any]] = (),
) -> dict[str, Any]:
    """Measurements over time; a series' `kind` is "baseline", "trial" or "model"; `target` a dashed level."""
    drawn = any(y is not None for one in series for _x, y in one["points"])
    chart = charts.line_chart(series, target=target, bands=bands) if drawn else None
    return {"chart": chart, "caption": caption, "unit": unit, "id": anchor(caption)}
