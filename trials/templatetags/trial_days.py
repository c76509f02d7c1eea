"""The days of a trial as one strip: with data, and without."""

from datetime import date, timedelta

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innoportal.languages import listed
from innoportal.lib.templatetags.languages import day
from trials.living import Days

register = template.Library()
HEIGHT, WIDTH = 22, 600
MOST = 5  # gaps that are named; a sentence says how many more there are
STRIP = """<p class="ip-small ip-muted">{}</p><svg class="ip-strip" viewBox="0 0 {} {}" width="{}" \
height="{}" role="img" aria-label="{}" focusable="false" preserveAspectRatio="none">{}</svg>\
<p class="govuk-body ip-small">{}</p>"""
RUN = '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>'
WITH, WITHOUT = "#0b6b61", "#d4dfe3"


@register.simple_tag
def day_strip(days: Days) -> SafeString:
    """High and dark where there are readings, low and light where there are none, and the same in words."""
    scale, at, marks = WIDTH / days.total, 0, []
    for _first, length, has in days.runs:
        top, fill = (0, WITH) if has else (HEIGHT - 6, WITHOUT)
        marks.append((f"{at * scale:.2f}", top, f"{length * scale:.2f}", HEIGHT - top, fill))
        at += length
    words = told(days)
    last = days.runs[-1][0] + timedelta(days.runs[-1][1] - 1)
    reach = {"first": day(days.runs[0][0]), "last": day(last)}
    key = _("Each day from %(first)s to %(last)s: high and dark with data, low and light without.") % reach
    strip = format_html_join("", RUN, marks)
    return format_html(STRIP, key, WIDTH, HEIGHT, WIDTH, HEIGHT, words, strip, words)


def told(days: Days) -> str:
    """How many days have data, and which have none."""
    said = ngettext(
        "%(count)s of %(total)s day has data.", "%(count)s of %(total)s days have data.", days.total
    ) % {"count": days.count, "total": days.total}
    gaps = [run for run in days.runs if not run[2]]
    if not gaps:
        return said
    named = listed(_named(first, length) for first, length, _has in gaps[:MOST])
    without = _("None on: %s.") % named
    more = len(gaps) - MOST
    rest = [ngettext("And %s more gap.", "And %s more gaps.", more) % more] if more > 0 else []
    return " ".join([said, without, *rest])


def _named(first: date, length: int) -> str:
    if length == 1:
        return str(day(first))
    return _("%(first)s (%(days)s days)") % {"first": day(first), "days": length}
