"""References, schema.org's words, reports side by side, and what the list of reports is narrowed by."""

import json
import re
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone, translation

from innoportal.languages import Phrase
from innoportal.lib.templatetags.structured import structured
from tests.factories import MatchFactory, SolutionFactory, UserFactory
from tests.trials import stories
from trials import citing, comparing, services
from trials.describing import described
from trials.models import Report
from trials.proof.payload import Money
from trials.validity import state_of, still_valid, valid_until

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
TAGS = ["TY", "AU", "TI", "PY", "DA", "PB", "M1", "M3", "LA", "AB", "N1", "UR", "ER"]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def work(**changes) -> citing.Work:
    made = citing.Work(
        title=Phrase("Chillers & 50 % of {fans}", "en"),
        abstract=Phrase("It saved\nenergy.", "en"),
        number="R-2026-0009",
        version=2,
        published=datetime(2026, 3, 5, 9, tzinfo=HONG_KONG),
        url="https://portal.example.org/en/reports/R-2026-0009-v2/",
        digest="ab" * 32,
        withdrawn=False,
    )
    return replace(made, **changes)


# References


def test_the_line_says_who_when_what_number_kind_and_where():
    assert citing.line(work()) == (
        "InnoPortal. (5 Mar 2026). Chillers & 50 % of {fans} (Report No. R-2026-0009, version 2) "
        "[Verified field trial report]. https://portal.example.org/en/reports/R-2026-0009-v2/"
    )


def test_a_reference_to_a_withdrawn_report_says_so_in_every_form():
    gone = work(withdrawn=True)
    for made in (citing.line(gone), citing.bibtex(gone), citing.ris(gone), citing.csl(gone)):
        assert "Withdrawn" in made
    for made in (citing.line(work()), citing.bibtex(work()), citing.ris(work()), citing.csl(work())):
        assert "Withdrawn" not in made


def test_bibtex_is_one_entry_whose_braces_balance_and_whose_signs_are_escaped():
    made = citing.bibtex(work())
    assert made.startswith("@techreport{R-2026-0009,\n")
    assert r"title = {{Chillers \& 50 \% of \{fans\}}}" in made
    assert "month = mar," in made
    bare = re.sub(r"\\[{}]", "", made)
    assert bare.count("{") == bare.count("}")
    fields = re.findall(r"^  (\w+) = ", made, re.MULTILINE)
    assert fields == ["author", "title", "institution", "type", "number", "year", "month", "url", "note"]


def test_bibtex_writes_a_backslash_as_a_word_and_not_as_a_command():
    made = citing.bibtex(work(title=Phrase(r"\input{secret}~^", "en")))
    assert r"\textbackslash{}input\{secret\}\textasciitilde{}\textasciicircum{}" in made


def test_ris_has_a_tag_on_each_line_and_no_line_of_its_own_making():
    lines = citing.ris(work(title=Phrase("One\r\nER  - \r\nTY  - BOOK", "en"))).split("\r\n")
    assert lines.pop() == ""
    assert [one[:6] for one in lines] == [f"{one[:2]}  - " for one in lines]
    assert [one[:2] for one in lines] == TAGS
    assert lines[4] == "DA  - 2026/03/05/"


def test_csl_json_says_the_day_in_parts():
    [item] = json.loads(citing.csl(work()))
    assert (item["type"], item["issued"], item["language"]) == (
        "report",
        {"date-parts": [[2026, 3, 5]]},
        "en",
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "kind", "begins"),
    [
        ("report-bibtex", "application/x-bibtex", "@techreport{R-"),
        ("report-ris", "application/x-research-info-systems", "TY  - RPRT"),
        ("report-csl", "application/vnd.citationstyles.csl+json", "["),
    ],
)
def test_a_reference_is_taken_away_as_a_file(client, name, kind, begins):
    report = stories.published()
    response = client.get(reverse(f"trials:{name}", args=[report.slug]))
    assert response["Content-Type"].startswith(kind)
    assert response.content.decode().startswith(begins)
    assert report.payload_hash in response.content.decode()
    draft = stories.drafted()
    client.force_login(draft.trial.engineer)
    assert client.get(reverse(f"trials:{name}", args=[draft.slug])).status_code == 404


# schema.org


def blocks(text: str) -> list[dict]:
    return [
        json.loads(one) for one in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
    ]


def test_what_people_wrote_cannot_end_the_block_nor_begin_a_comment():
    made = structured({"name": "</script><script>alert(1)</script><!-- &amp; \u2028"})
    assert made.count("<") == 2
    assert "\u2028" not in made
    assert blocks(made) == [
        {
            "@context": "https://schema.org",
            "name": "</script><script>alert(1)</script><!-- &amp; \u2028",
        }
    ]


def test_what_has_no_value_is_left_out_however_deep():
    made = structured({"a": "", "b": [{"c": None, "d": 0}], "e": {}})
    assert blocks(made) == [{"@context": "https://schema.org", "b": [{"d": 0}]}]
    assert structured(None) == ""


@pytest.mark.django_db
def test_a_report_describes_itself_from_what_was_signed(client):
    report = stories.published()
    payload = report.envelope["payload"]
    response = client.get(report.get_absolute_url())
    [found] = blocks(response.content.decode())
    assert found["@type"] == "Report"
    assert found["name"] == payload["trial"]["title"]["en"]
    assert found["reportNumber"] == report.reference
    assert found["datePublished"] == timezone.localdate(report.published_at).isoformat()
    assert found["encoding"][1]["sha256"] == report.payload_hash
    assert "unsafe-inline" not in response["Content-Security-Policy"]


@pytest.mark.django_db
def test_only_addresses_of_the_portal_itself_stand_in_it():
    report = stories.published()
    with override_settings(SITE_URL="https://portal.example.org"):
        text = json.dumps(described(report))
    found = re.findall(r'"(https?://[^"]*)"', text)
    assert found
    assert all(one.startswith("https://portal.example.org/") for one in found)


@pytest.mark.django_db
def test_the_proof_names_the_reports_that_stand(client):
    report = stories.published()
    solution = report.trial.match.solution
    [found] = blocks(client.get(reverse("trials:proof-of-solution", args=[solution.slug])).content.decode())
    assert (found["@type"], found["name"]) == ("Product", solution.title_en)
    assert [one["reportNumber"] for one in found["subjectOf"]] == [report.reference]


# Side by side


def compared(client, *references) -> str:
    response = client.get(reverse("trials:compare"), {"report": references})
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.django_db
def test_reports_stand_side_by_side_in_the_order_asked(client):
    first, second = stories.published(), stories.published(readings=stories.csv_of(trial=130))
    text = compared(client, second.reference, first.reference)
    head = text[text.index("<thead") : text.index("</thead>")]
    assert head.index(second.reference) < head.index(first.reference)
    assert text.count("ip-verdict--met") == 2  # of the whole and of its one claim
    assert text.count("ip-verdict--not-met") == 2
    result = first.envelope["payload"]["claims"][0]["result"]
    assert f"{float(result['low']):.4g}" in text  # of the interval


@pytest.mark.django_db
def test_claims_meet_by_their_metric_and_a_gap_is_said(client):
    noise = {**stories.ENERGY, "metric": "noise", "unit": "dB", "statement_en": "It is quieter."}
    readings = stories.csv_of() + "\n" + stories.csv_of("noise").partition("\n")[2]
    one, two = stories.published(), stories.published(claims=[stories.ENERGY, noise], readings=readings)
    rows = comparing.claims(comparing.columns([one, two]))
    assert [label for label, _cells in rows] == ["Energy", "Noise"]
    assert [[cell is not None for cell in cells] for _label, cells in rows] == [[True, True], [False, True]]
    assert "Not claimed" in compared(client, one.reference, two.reference)


@pytest.mark.django_db
def test_one_report_alone_is_no_comparison_and_more_than_four_are_cut(client):
    reports = [stories.published() for _number in range(5)]
    assert "Choose at least two reports." in compared(client, reports[0].reference)
    assert "Choose at least two reports." in compared(client)
    assert "Choose at least two reports." in compared(client, reports[0].reference, reports[0].reference)
    text = compared(client, *(one.reference for one in reports))
    assert reports[3].reference in text
    assert reports[4].get_absolute_url() not in text
    assert "At most four reports" in text


@pytest.mark.django_db
def test_a_draft_cannot_be_compared_even_by_who_may_read_it(client):
    draft, report = stories.drafted(), stories.published()
    client.force_login(draft.trial.engineer)
    text = compared(client, draft.key, report.reference, "<b>R-1</b>")
    assert f"{draft.key} is not the number of a published report." in text
    assert "&lt;b&gt;R-1" in text
    assert "Choose at least two reports." in text


@pytest.mark.django_db
@pytest.mark.parametrize("count", [2, 4])
def test_a_comparison_takes_one_query(client, django_assert_num_queries, count):
    reports = [stories.published() for _number in range(count)]
    with django_assert_num_queries(1):
        text = compared(client, *(one.reference for one in reports))
    assert text.count('scope="col"') == count


@pytest.mark.django_db
def test_money_of_several_years_is_summed_by_its_currency():
    [column] = comparing.columns([stories.published()])
    money = (Money("2025-26", "HKD", "100.00", "40.50"), Money("2026-27", "HKD", "1000.00", "2.00"))
    both = replace(column, signed=replace(column.signed, money=money))
    rows = dict(comparing.facts([both], date(2026, 3, 1)))
    assert rows["Cost of the trial"] == [["HK$42.50 of HK$1,100 planned"]]


@pytest.mark.django_db
def test_the_list_lets_reports_be_ticked_for_a_comparison(client):
    report = stories.published()
    assert 'id="compare"' not in client.get(reverse("trials:reports")).content.decode()
    stories.published()
    text = client.get(reverse("trials:reports")).content.decode()
    assert f'form="compare" name="report" value="{report.reference}"' in text
    assert text.count('<form id="compare" method="get"') == 1


# Validity and the list


def test_a_report_is_valid_for_three_years_to_the_day():
    report = Report(status="published", published_at=datetime(2024, 2, 29, 23, 30, tzinfo=HONG_KONG))
    assert valid_until(report) == date(2027, 2, 28)
    assert state_of(report, date(2027, 2, 28)) == "valid"
    assert state_of(report, date(2027, 3, 1)) == "expired"
    for status in ("withdrawn", "superseded"):
        report.status = status
        assert state_of(report, date(2024, 3, 1)) == status
    with pytest.raises(ValueError, match="never published"):
        valid_until(Report(status="draft"))


@pytest.mark.django_db
def test_the_list_and_the_page_agree_on_what_is_still_valid():
    report = stories.published()
    last = valid_until(report)
    for today, expected in ((last, [report]), (last.replace(year=last.year + 1), [])):
        assert list(still_valid(Report.objects.all(), today)) == expected
        assert (state_of(report, today) == "valid") == bool(expected)
    services.withdraw_report(report, by=UserFactory(office=True), reason="A meter was wrong.")
    assert not still_valid(Report.objects.all(), last).exists()


@pytest.mark.django_db
def test_reports_are_narrowed_by_method_and_validity(client):
    share = {
        **stories.ENERGY,
        "method": "proportion",
        "direction": "at_least",
        "target": "60",
        "metric": "found",
    }
    lines = ["metric,at,phase,value"]
    lines += [f"found,2026-03-{1 + n // 24:02}T{n % 24:02}:00+08:00,trial,1" for n in range(30)]
    energy = stories.published(match=MatchFactory(approved=True, solution=SolutionFactory(listed=True)))
    found = stories.published(claims=[share], readings="\n".join(lines))

    def listed(**query):
        text = client.get(reverse("trials:reports"), query).content.decode()
        return [one for one in (energy, found) if f'id="compare-{one.reference}"' in text]

    assert listed() == [energy, found]
    assert listed(method="proportion") == [found]
    assert listed(method=["proportion", "before_after"]) == [energy, found]
    assert listed(valid="on") == [energy, found]
    later = timezone.now() + timezone.timedelta(days=365 * 3 + 2)
    with pytest.MonkeyPatch.context() as clock:
        clock.setattr(timezone, "now", lambda: later)
        assert listed(valid="on") == []
        assert listed() == [energy, found]
