import hashlib
import html
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.test.html import parse_html
from django.utils import translation

from innoportal import styleguide
from innoportal.lib import charts
from innoportal.lib.icons import ICONS
from innoportal.lib.inputs import DatePicker
from innoportal.lib.looks import STATUS_LOOKS, VERDICTS
from innoportal.lib.templatetags import portal_cards, portal_frame, portal_ui
from journal.models import Stateful

ROOT = Path(settings.BASE_DIR)


class Elements(HTMLParser):
    """The start tags of a page, with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.all = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.all.append((tag, dict(attrs)))

    def links(self):
        return [attrs["href"] for tag, attrs in self.all if tag == "a"]

    def values(self, name):
        return [attrs[name] for _tag, attrs in self.all if attrs.get(name)]

    def with_class(self, name):
        return [attrs for _tag, attrs in self.all if name in (attrs.get("class") or "").split()]


class Short(forms.Form):
    title = forms.CharField(label="Title", max_length=20)


def render(source, path="/en/wishes/", **context):
    request = RequestFactory().get(path)
    template = Template("{% load portal_ui portal_charts %}" + source)
    return template.render(Context({"request": request, **context}))


def test_field_is_the_mark_up_of_govuk_frontend():
    expected = """<div class="govuk-form-group"><label class="govuk-label" for="id_title">Title</label>
        <input class="govuk-input" type="text" name="title" maxlength="20" required id="id_title"></div>"""
    assert parse_html(Short()["title"].as_field_group()) == parse_html(expected)


def test_wrong_field_says_so_in_words_and_in_aria():
    expected = """<div class="govuk-form-group govuk-form-group--error">
        <label class="govuk-label" for="id_title">Title</label>
        <div id="id_title_error"><p class="govuk-error-message">
        <span class="govuk-visually-hidden">Error:</span> This field is required.</p></div>
        <input class="govuk-input govuk-input--error" type="text" name="title" maxlength="20" required
        id="id_title" aria-invalid="true" aria-describedby="id_title_error"></div>"""
    assert parse_html(Short({})["title"].as_field_group()) == parse_html(expected)


def test_card_leaves_out_what_it_is_not_given_and_escapes_what_it_is():
    short = portal_cards.card(kind="wish", url="/a/?b&c", title="<i>Pumps</i>")
    expected = f"""<article class="ip-card ip-card--wish"><p class="ip-card__top"><span class="ip-card__kind">
        {portal_ui.icon("wish")} <span class="ip-ref"></span></span></p>
        <h2 class="ip-card__title"><a href="/a/?b&amp;c">&lt;i&gt;Pumps&lt;/i&gt;</a></h2></article>"""
    assert parse_html(short) == parse_html(expected)
    full = portal_cards.card(
        kind="wish",
        url="/",
        title="Pumps",
        organisation="<b>",
        summary="<u>",
        topics=["<s>"],
        facts=portal_ui.fact("money", "<q>", "<p>"),
        probability=0.5,
        level=3,
    )
    tags = {tag for tag, _attrs in Elements(full).all}
    assert "h3" in tags and not tags & {"b", "u", "s", "q"}
    assert Elements(full).with_class("ip-score") and Elements(full).with_class("ip-chip")


def test_of_two_fields_of_which_one_is_needed_neither_is_optional():
    form = Short()
    form.fields["title"].required = False
    assert "(optional)" in form["title"].as_field_group()
    form.fields["title"].is_either = True
    assert "(optional)" not in form["title"].as_field_group()


def test_choices_are_radios_in_a_fieldset_with_a_legend():
    elements = Elements(styleguide.SampleForm()["kind"].as_field_group())
    assert [tag for tag, _attrs in elements.all][:3] == ["div", "fieldset", "legend"]
    assert [attrs["id"] for attrs in elements.with_class("govuk-radios__input")] == ["id_kind_0", "id_kind_1"]


def test_prefix_width_and_hidden_hints_leave_no_data_attributes():
    text = str(styleguide.SampleForm()["budget"])
    (field,) = Elements(text).with_class("govuk-input")
    assert field["class"] == "govuk-input govuk-input--width-10"
    assert (">HK$<" in text, "data-prefix" in text, "data-width" in text) == (True, False, False)


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_date_goes_to_the_browser_as_iso_in_every_language(language):
    class Day(forms.Form):
        day = forms.DateField(widget=DatePicker)

    with translation.override(language):
        (value,) = Elements(str(Day(initial={"day": styleguide.date(2026, 9, 30)})["day"])).values("value")
        assert (value, Day({"day": value}).is_valid()) == ("2026-09-30", True)


def test_each_error_links_to_a_field_that_is_there():
    form = styleguide.SampleForm({"need": "x" * 620})
    elements = Elements(str(form))
    targets = {value.removeprefix("#") for value in elements.links()}
    assert targets == {"id_title", "id_need", "id_kind_0", "id_agree"}
    assert targets <= set(elements.values("id"))


@pytest.mark.urls("tests.innoportal.styleguide_urls")
@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_every_reference_on_the_page_of_components_meets_its_element(language):
    request = RequestFactory().get(f"/{language}/styleguide/")
    with translation.override(language):
        elements = Elements(styleguide.styleguide(request).content.decode())
    ids = elements.values("id")
    references = {word for name in ("aria-describedby", "aria-labelledby", "aria-controls", "for")
                  for value in elements.values(name) for word in value.split()}  # fmt: skip
    assert len(ids) == len(set(ids))
    assert references - set(ids) == set()


def test_pagination_keeps_every_filter_even_repeated_ones():
    page = Paginator(range(100), 10).get_page(5)
    links = Elements(
        render("{% pagination page %}", "/en/wishes/?topic=a&topic=b&q=x%26y&page=5", page=page)
    ).links()
    assert set(links) == {f"?topic=a&topic=b&q=x%26y&page={number}" for number in (1, 4, 5, 6, 10)}


def test_one_page_of_results_has_no_pagination():
    assert Elements(render("{% pagination page %}", page=Paginator([1], 10).get_page(1))).all == []


def test_filter_in_use_can_be_taken_away_alone():
    request = RequestFactory().get("/en/wishes/?topic=energy&topic=water&q=pump&page=3")
    chosen = portal_ui.active_filters(Context({"request": request}), styleguide.SampleFilter(request.GET))
    assert [(one["value"], one["url"]) for one in chosen] == [
        ("pump", "?topic=energy&topic=water"),
        ("Energy", "?topic=water&q=pump"),
        ("Water", "?topic=energy&q=pump"),
    ]


def test_language_links_keep_the_page_and_its_query():
    context = Context({"request": RequestFactory().get("/zh-hant/wishes/W-2026-0042/?q=a%20b")})
    assert [(link["url"], link["lang"]) for link in portal_frame.language_links(context)] == [
        ("/en/wishes/W-2026-0042/?q=a%20b", "en"),
        ("/zh-hant/wishes/W-2026-0042/?q=a%20b", "zh-Hant"),
        ("/zh-hans/wishes/W-2026-0042/?q=a%20b", "zh-Hans"),
    ]


def test_language_links_outside_the_languages_go_to_the_first_page():
    context = Context({"request": RequestFactory().get("/api/docs/")})
    assert [link["url"] for link in portal_frame.language_links(context)] == [
        "/en/",
        "/zh-hant/",
        "/zh-hans/",
    ]


@pytest.mark.parametrize("spans", [[(0, 3), (2, 8)], [(5, 99)], [(4, 4), (-3, 2)], []])
def test_highlight_marks_without_changing_a_letter(spans):
    text = "Pumps & <fans> 泵"
    marked = portal_ui.highlight(text, spans)
    assert html.unescape(re.sub("</?mark>", "", marked)) == text
    assert marked.count("<mark>") == marked.count("</mark>")


def test_highlight_never_lets_markup_of_the_text_through():
    assert portal_ui.highlight("<script>", [(0, 3)]) == "<mark>&lt;sc</mark>ript&gt;"


def test_factor_bars_are_as_long_as_the_numbers_beside_them():
    rows = [{"label": "a", "value": 1.42}, {"label": "b", "value": -0.35}, {"label": "c", "value": 0.0}]
    text = render("{% factor_bars rows %}", rows=rows)
    bars = Elements(text).with_class("ip-bar")
    shown = [
        float(value.replace("−", "-")) for value in re.findall(r'ip-factors__value">\s*([+−]?[\d.]+)', text)
    ]
    lengths = [float(bar["width"]) for bar in bars]
    assert shown == [1.42, -0.35, 0.0]
    assert lengths[1] / lengths[0] == pytest.approx(0.35 / 1.42, rel=0.01)
    assert lengths[2] == 0
    assert float(bars[1]["x"]) + lengths[1] == pytest.approx(float(bars[0]["x"]), abs=0.11)


def test_line_chart_draws_the_numbers_of_its_table():
    points = [
        (styleguide.date(2026, 3, day), value)
        for day, value in ((1, 400.0), (2, 371.5), (3, None), (5, 388.25))
    ]
    text = render(
        '{% lines series "Energy" "kWh" 360 %}', series=[{"name": "Trial", "kind": "trial", "points": points}]
    )
    chart = charts.line_chart([{"name": "Trial", "points": points}], target=360)
    low, high = chart.y_ticks[0], chart.y_ticks[-1]
    scale = (high.value - low.value) / (float(high.at) - float(low.at))
    drawn = [
        low.value + (float(dot["cy"]) - float(low.at)) * scale
        for dot in Elements(text).with_class("ip-dot--trial")
    ]
    table = re.findall(r'header">\s*(\d{4}-\d\d-\d\d)</th><td[^>]*>([\d.,]+)<', text)
    assert table == [("2026-03-01", "400"), ("2026-03-02", "371.5"), ("2026-03-05", "388.25")]
    assert drawn == pytest.approx([400, 371.5, 388.25], abs=abs(scale) * 0.06)
    assert (low.at, high.at) == (chart.bottom, chart.top)


def test_labels_of_the_x_axis_keep_apart_however_unevenly_the_readings_lie():
    days = [styleguide.date(2026, 3, day) for day in (1, 2, 3, 12, 13, 20, 29, 30, 31)]
    chart = charts.line_chart([{"name": "Trial", "points": [(day, float(day.day)) for day in days]}])
    places = [float(tick.at) for tick in chart.x_ticks]
    assert [chart.x_ticks[0].value, chart.x_ticks[-1].value] == [days[0], days[-1]]
    assert min(after - before for before, after in pairwise(places)) >= charts.LABEL


def test_missing_measurement_breaks_the_line_instead_of_bridging_it():
    series = [{"name": "Trial", "points": [(1, 1.0), (2, None), (3, 2.0)]}]
    assert charts.line_chart(series).lines[0].path.count("M") == 2


def test_chart_without_a_measurement_says_so():
    assert "No measurements yet." in render(
        '{% lines series "Energy" %}', series=[{"name": "Trial", "points": []}]
    )


def test_funnel_bands_are_as_wide_as_their_counts():
    wide = [Elements(render('{% funnel stages "F" %}', stages=[("a", 200), ("b", 50), ("c", 10)]))]
    bands = [
        [pair.split(",") for pair in band["points"].split()] for band in wide[0].with_class("ip-funnel__band")
    ]
    widths = [float(band[1][0]) - float(band[0][0]) for band in bands]
    assert widths == pytest.approx([600, 150, 30])


def test_ticks_are_round_and_cover_the_numbers():
    assert charts.nice_ticks(361, 439) == [360, 380, 400, 420, 440]
    assert charts.nice_ticks(5, 5)[0] <= 5 <= charts.nice_ticks(5, 5)[-1]


@pytest.mark.parametrize(
    ("probability", "shown"), [(0.824, "82%"), (-1, "0%"), (7, "100%"), (0.997, "99%"), (0.003, "1%")]
)
def test_score_says_its_percentage_in_words(probability, shown):
    text = re.sub("<[^>]+>", "", render("{% score probability %}", probability=probability)).split()
    assert text == [shown, "likely", "fit"]


def test_constant_is_drawn_once_a_language_and_reads_nothing_of_the_page():
    drawn = Template(
        "{% load i18n portal_ui %}{% constant %}{% translate 'Search' %}{{ name }}{% endconstant %}{{ name }}"
    )
    said = {}
    for language, name in (("en", "Ada"), ("zh-hant", "Bo"), ("en", "Cy")):
        with translation.override(language):
            said[name] = drawn.render(Context({"name": name}))
            word = translation.gettext("Search")
        assert said[name] == f"{word}{name}"


def test_verdicts_differ_by_icon_and_not_by_colour_alone():
    assert len({drawn for _word, drawn in VERDICTS.values()}) == len(VERDICTS)


def test_every_status_that_a_noun_can_have_has_a_look_of_its_own():
    lives = [model.Status.values for model in apps.get_models() if issubclass(model, Stateful)]
    assert len(lives) >= 3
    assert {status for life in lives for status in life} - set(STATUS_LOOKS) == set()


def test_every_icon_that_a_template_or_a_status_names_is_drawn():
    named = {name for _colour, name in STATUS_LOOKS.values()} | {name for _word, name in VERDICTS.values()}
    for path in (ROOT / "templates").rglob("*.html"):
        named |= set(re.findall(r"""{% icon ["']([a-z_]+)["']""", path.read_text()))
    assert named - set(ICONS) == set()


def test_icon_draws_a_symbol_of_the_picture_in_the_colour_of_the_text_and_no_other():
    (_svg, shown), (_use, drawn) = Elements(portal_ui.icon("money")).all
    assert shown["aria-hidden"] == "true"
    file, name = drawn["href"].removeprefix(settings.STATIC_URL).split("#")
    symbols = [attrs for tag, attrs in Elements((ROOT / "static" / file).read_text()).all if tag == "symbol"]
    assert {symbol["id"] for symbol in symbols} == ICONS >= {name}
    assert {symbol["stroke"] for symbol in symbols} == {"currentColor"}
    assert dict(Elements(portal_ui.icon("money", label='"Cost"')).all[0][1])["aria-label"] == '"Cost"'
    with pytest.raises(KeyError):
        portal_ui.icon("none-of-them")


OF_MAILS = ("frame.html", "mail.html", "digest.html")


def pages():
    return [
        path for path in (ROOT / "templates").rglob("*.html") if not {"mail", *OF_MAILS} & set(path.parts)
    ]


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_template_has_nothing_that_the_content_security_policy_refuses(path):
    for tag, attrs in Elements(re.sub(r"{%.*?%}", " ", path.read_text(), flags=re.S)).all:
        assert tag != "style"
        assert "style" not in attrs
        assert tag != "script" or "src" in attrs or attrs.get("type") == "application/json"
        assert [name for name in attrs if name.startswith(("on", "hx-on"))] == []


def whole(path) -> str:
    """A template with all that it includes by name, but without the script itself."""
    text = path.read_text()
    for name in re.findall(r'{%\s*include "([^"]+)"', text):
        text += "" if name == HTMX else whole(ROOT / "templates" / name)
    return text


def shared_by(path) -> list:
    """The pages of several rooms that this one fills in, without the frame of all."""
    (name,) = re.findall(r'{% extends "([^"]+)"', path.read_text())
    above = ROOT / "templates" / name
    return [above, *shared_by(above)] if name.startswith("writing/") else []


HTMX = "components/htmx.html"


@pytest.mark.parametrize(
    "path",
    [path for path in pages() if '{% extends "' in path.read_text()],
    ids=lambda path: str(path.relative_to(ROOT / "templates")),
)
def test_a_page_loads_htmx_if_and_only_if_it_uses_it(path):
    pages_in_it = [path, *shared_by(path)]
    loads = any(f'{{% include "{HTMX}" %}}' in one.read_text() for one in pages_in_it)
    assert loads == any(" hx-" in whole(one) for one in pages_in_it)


def test_stylesheet_is_what_its_sources_gave():
    sources = ROOT / "assets"
    names = ["build.mjs", "package-lock.json"]
    names += [f"{folder}/{path.name}" for folder in ("js", "scss") for path in (sources / folder).iterdir()]
    digest = hashlib.sha256()
    for name in sorted(names):
        digest.update(name.encode() + (sources / name).read_bytes())
    assert f"/* sources {digest.hexdigest()} */" in (ROOT / "static/portal.css").read_text()


def test_stylesheet_asks_only_for_files_that_are_there_and_has_no_foreign_branding():
    css = (ROOT / "static/portal.css").read_text()
    wanted = set(re.findall(r"url\(\"?([^)\"]+)\"?\)", css))
    assert wanted == {"fonts/ibm-plex-sans-latin.woff2"}
    assert all((ROOT / "static" / name).is_file() for name in wanted)
    assert re.findall(r"GDS Transport|crest|crown|#1d70b8|#0b0c0c", css, re.I) == []
