"""Answers to a survey as bars, each with its number, and in a sentence with intervals."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from trials.models import Respondent, SurveyQuestion
from trials.services.voices import Result, Share

register = template.Library()
WIDTH = 200  # units of the longest bar
TABLE = """<div class="ip-scroll" tabindex="0" role="region" aria-label="{}"><table class="govuk-table">\
<thead class="govuk-table__head"><tr class="govuk-table__row">\
<th scope="col" class="govuk-table__header">{}</th>\
<th scope="col" class="govuk-table__header">{}</th></tr></thead>\
<tbody class="govuk-table__body">{}</tbody></table></div>"""
ROW = """<tr class="govuk-table__row"><th scope="row" class="govuk-table__header">{}</th>\
<td class="govuk-table__cell"><svg viewBox="0 0 {} 14" width="{}" height="14" aria-hidden="true" \
focusable="false"><rect width="{}" height="14" fill="#0b6b61"/></svg> {}</td></tr>"""


@register.simple_tag
def answer_bars(result: Result) -> SafeString:
    most = max(result.counts.values()) or 1
    rows = [
        (_mark(result, step), WIDTH, WIDTH, round(WIDTH * count / most), count)
        for step, count in result.counts.items()
    ]
    return format_html(TABLE, result.text, _("Answer"), _("How many"), format_html_join("", ROW, rows))


def _mark(result: Result, step: int) -> str:
    if result.kind == SurveyQuestion.Kind.YES:
        return _("Yes") if step else _("No")
    return {1: _("1 (not at all)"), 5: _("5 (very much)")}.get(step, str(step))


@register.simple_tag
def answer_figures(result: Result) -> str:
    """The share of the content, or of yes, with its interval; the mean; and each role where it may be."""
    is_scale = result.kind == SurveyQuestion.Kind.SCALE
    name = _("Four or five") if is_scale else _("Yes")
    said = [_share(name, result.share)]
    if result.mean:
        middle, low, high = (f"{value:.2f}" for value in result.mean)
        said.append(
            _("Mean %(mean)s, 95 %% interval %(low)s to %(high)s.")
            % {"mean": middle, "low": low, "high": high}
        )
    said += [_share(f"{Respondent(role).label}: {name}", one) for role, one in result.groups.items()]
    return " ".join(said)


def _share(name: str, one: Share) -> str:
    figures = {"share": f"{one.share:.0f}", "low": f"{one.low:.0f}", "high": f"{one.high:.0f}"}
    return _("%(name)s: %(share)s %% of %(n)s, 95 %% interval %(low)s %% to %(high)s %%.") % {
        "name": name,
        "n": one.n,
        **figures,
    }


@register.simple_tag
def role_said(role: str) -> str:
    return str(Respondent(role).label)
