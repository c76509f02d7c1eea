"""Every component of the portal's look on one page, for who builds pages; only reachable with DEBUG."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from innoportal.languages import phrase
from innoportal.lib.inputs import DatePicker
from innoportal.lib.templatetags.portal_cards import joined
from innoportal.lib.templatetags.portal_ui import fact

STATUSES = ("draft", "screening", "open", "matched", "on_trial", "published", "stopped")
HONG_KONG = ZoneInfo("Asia/Hong_Kong")


@dataclass
class Sample:
    status: str
    word: Any = ""
    extra: dict[str, Any] = field(default_factory=dict)

    def get_status_display(self) -> str:
        return str(self.word or self.status)


class SampleForm(forms.Form):
    title = forms.CharField(
        label=_("Title"), help_text=_("One line that a stranger understands."), max_length=120
    )
    need = forms.CharField(
        label=_("What is needed today"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        widget=forms.RadioSelect,
        choices=[("pilot", _("Pilot")), ("test", _("Prototype test"))],
    )
    topics = forms.MultipleChoiceField(
        label=_("Topics"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[("energy", _("Energy")), ("lifts", _("Lifts and escalators")), ("water", _("Water"))],
    )
    budget = forms.IntegerField(
        label=_("Budget"),
        widget=forms.NumberInput(attrs={"data-prefix": "HK$", "data-width": "10"}),
        required=False,
    )
    department = forms.ChoiceField(
        label=_("Department"), choices=[("", "—"), ("emsd", "EMSD")], required=False
    )
    deadline = forms.DateField(label=_("Deadline"), widget=DatePicker, required=False)
    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "off"}), required=False
    )
    plan = forms.FileField(label=_("Measurements (CSV)"), required=False)
    agree = forms.BooleanField(label=_("I have read the conditions"), help_text=_("They are on one page."))


class SampleFilter(forms.Form):
    q = forms.CharField(label=_("Words"), required=False)
    topic = forms.MultipleChoiceField(
        label=_("Topic"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
        required=False,
        choices=[("energy", _("Energy")), ("lifts", _("Lifts and escalators")), ("water", _("Water"))],
    )
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("Any")), ("open", _("Open for proposals"))]
    )


def samples() -> list[dict[str, Any]]:
    """Made-up things for the cards, in both written languages."""
    return [
        {
            "kind": "wish",
            "reference": "W-2026-0042",
            "thing": Sample("open", _("Open for proposals")),
            "title": phrase(
                "Cut chiller energy in small government offices", "減少小型政府辦公室製冷機組的用電量"
            ),
            "organisation": phrase("Example Works Department", "示例工程部門"),
            "summary": phrase(
                "Twelve offices run old water-cooled chillers at part load most of the year. A retrofit that "
                "needs no stop would be welcome.",
                "十二個辦公室全年大部分時間以部分負荷運行舊式水冷製冷機組，期望引入毋須停機的節能改裝。",
            ),
            "topics": [phrase("Energy", "能源"), phrase("Air conditioning", "空調")],
            "facts": joined(
                fact("money", _("Budget"), "HK$ 300,000"),
                fact("calendar", _("Deadline"), "2026-09-30"),
                fact("level", _("Readiness"), "TRL 6+"),
            ),
        },
        {
            "kind": "solution",
            "reference": "S-2026-0107",
            "thing": Sample("listed", _("Listed")),
            "title": phrase("Clip-on optimiser for chilled-water plants", "冷凍水系統外置式優化器"),
            "organisation": phrase("Example Start-up Limited", "示例初創有限公司"),
            "summary": phrase(
                "Sensors and a controller fitted in one night.", "一晚內完成安裝感測器及控制器。"
            ),
            "topics": [phrase("Energy", "能源")],
            "probability": 0.82,
        },
        {
            "kind": "report",
            "reference": "R-2026-0009",
            "verdict_value": "partly_met",
            "title": phrase("Chiller optimiser at one office: result", "一個辦公室的製冷機組優化器試驗結果"),
            "organisation": phrase("Example Works Department", "示例工程部門"),
            "summary": phrase(
                "Saved 11 % of daily energy; 15 % was promised.", "每日節省11%用電；承諾為15%。"
            ),
        },
    ]


def measurements() -> list[dict[str, Any]]:
    """Eight weeks of daily energy: four before, four with the device; two days are missing."""
    first = date(2026, 3, 2)
    days = [first + timedelta(days=number) for number in range(56)]
    daily = [
        None if number in (17, 18) else 412 - (number > 27) * 47 + (number * 37 % 29) for number in range(56)
    ]
    return [
        {
            "name": str(_("Baseline")),
            "kind": "baseline",
            "points": list(zip(days[:28], daily[:28], strict=True)),
        },
        {
            "name": str(_("On trial")),
            "kind": "trial",
            "points": list(zip(days[28:], daily[28:], strict=True)),
        },
    ]


def context(request: HttpRequest) -> dict[str, Any]:
    bound = SampleForm(auto_id="wrong_%s", data={"title": "", "deadline": "2026-02-30", "need": "x" * 620})
    return {
        "unread_notifications": 3,
        "sample_form": SampleForm(initial={"deadline": date(2026, 9, 30)}),
        "wrong_form": bound,
        "filter_form": SampleFilter(request.GET or None),
        "cards": samples(),
        "page_obj": Paginator(range(230), 10).get_page(request.GET.get("page", 5)),
        "sorts": [("new", _("Newest")), ("deadline", _("Deadline"))],
        "actions": [
            {"label": _("Publish"), "url": "#", "post": True},
            {"label": _("Edit"), "url": "#", "style": "quiet", "icon": "edit"},
            {"label": _("Withdraw"), "url": "#", "style": "warning"},
        ],
        "rows": [
            (_("Budget"), "HK$ 300,000"),
            (_("Deadline"), "2026-09-30"),
            (_("Empty"), ""),
            (_("Plan"), "PDF", "#"),
        ],
        "tasks": [
            {"label": _("Insurance"), "state": "done", "url": "#"},
            {
                "label": _("Privacy check"),
                "state": "now",
                "url": "#",
                "hint": _("Cameras see a public corridor."),
            },
            {"label": _("Lock the plan"), "state": "blocked"},
            {"label": _("Safety briefing"), "state": "todo", "url": "#"},
        ],
        "entries": [
            {
                "at": datetime(2026, 3, 2, 10, 5, tzinfo=HONG_KONG),
                "title": _("Published"),
                "capacity": _("Portal office"),
            },
            {
                "at": datetime(2026, 3, 9, 15, 40, tzinfo=HONG_KONG),
                "title": _("Returned"),
                "capacity": _("Expert"),
                "reason": phrase("Please say how the baseline was measured.", "請說明如何量度基線。"),
            },
        ],
        "verdicts": ["met", "partly_met", "not_met", "inconclusive", "stopped"],
        "statuses": [Sample(name) for name in STATUSES],
        "figures": [(_("Effect"), "−11.4%"), (_("95% interval"), "−14.0% … −8.8%"), (_("Promised"), "−15%")],
        "factors": [
            {"label": _("Same words and concepts"), "value": 1.42, "note": _("chiller, part load, retrofit")},
            {"label": _("Topics"), "value": 0.61},
            {"label": _("Readiness"), "value": 0.18, "note": "TRL 7"},
            {"label": _("Budget"), "value": -0.35, "note": _("asks for more than the band")},
        ],
        "stages": [
            (str(_("Wishes")), 1240),
            (str(_("Matches")), 860),
            (str(_("Approved")), 214),
            (str(_("Trials")), 61),
            (str(_("Reports")), 38),
        ],
        "series": measurements(),
        "bands": [(str(_("On trial")), date(2026, 3, 30), date(2026, 4, 26))],
        "reasons": [_("Needs a 13 A socket in the plant room")],
        "gaps": [_("No certificate to EN 61010-1 yet")],
        "sections": [
            {
                "label": _("Overview"),
                "url": "#overview",
                "current": True,
            },
            {
                "label": _("Matches"),
                "url": "#m",
                "count": 4,
            },
        ],
        "spans": [(0, 3), (20, 30)],
    }


def styleguide(request: HttpRequest) -> HttpResponse:
    return render(request, "styleguide.html", context(request))
