"""Reports with all sections, and those that were signed before there were these."""

import copy
import io
import json
from decimal import Decimal

import pypdf
import pytest

from tests.trials.proof import full, sample
from tests.trials.proof.test_pdf import squeezed, words
from trials.proof.labels import LANGUAGES, word
from trials.proof.payload import FullReport, Report
from trials.proof.pdf import render_pdf
from trials.proof.shape import Misfit
from trials.proof.verify import verify
from trials.proof.worth import Terms, Worth, worth

ENVELOPE = full.envelope()


def drawn(envelope, lang="en"):
    return words(pypdf.PdfReader(io.BytesIO(render_pdf(envelope, lang=lang, verify_url=sample.URL))))


def test_it_reads_back_as_it_was_written_and_is_genuine():
    assert FullReport.from_dict(ENVELOPE["payload"]) == full.report()
    assert isinstance(Report.from_dict(ENVELOPE["payload"]), FullReport)
    assert verify(ENVELOPE, sample.KEYS).genuine


def test_an_older_report_is_read_verified_and_drawn_as_it_was_signed():
    older = sample.envelope()
    assert type(Report.from_dict(older["payload"])) is Report
    assert verify(json.loads(json.dumps(older)), sample.KEYS).genuine
    shown = drawn(older)
    assert squeezed("The summer peak was not measured.") in shown
    for name in ("need", "site", "course", "voices", "benefit", "conditions", "valid_until"):
        assert squeezed(word(name, "en")) not in shown, name


def test_each_schema_has_its_own_fields_and_no_other():
    older, newer = sample.envelope()["payload"], ENVELOPE["payload"]
    with pytest.raises(Misfit, match="co_authors: no such field"):
        Report.from_dict(newer | {"schema": "innoportal-report/1"})
    with pytest.raises(Misfit, match="co_authors: is missing"):
        Report.from_dict(older | {"schema": "innoportal-report/2"})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_section_is_on_the_pages(lang):
    shown = drawn(ENVELOPE, lang)
    names = (
        "need",
        "how",
        "site",
        "details",
        "plan",
        "results",
        "measurements",
        "course",
        "pauses",
        "voices",
    )
    more = ("benefit", "suits", "deviations", "limits", "vendor_comment", "verification", "conditions")
    for name in (*names, *more, "co_author", "interests", "payback", "overall"):
        assert squeezed(word(name, lang)) in shown, name
    places = [shown.index(squeezed(word(name, lang)), 400) for name in ("site", "plan", "course", "benefit")]
    assert places == sorted(places)


@pytest.mark.parametrize(("lang", "script"), [("en", "en"), ("zh-hant", "zh")])
def test_all_prose_and_the_names_of_co_authors_are_printed(lang, script):
    shown = drawn(ENVELOPE, lang)
    payload = ENVELOPE["payload"]
    for name, text in payload["prose"].items():
        assert squeezed(text[script]) in shown, name
    assert squeezed(payload["co_authors"][0][script]) in shown
    assert squeezed(payload["pauses"][0]["reason"][script]) in shown
    assert squeezed(payload["benefit"]["basis"][script]) in shown
    assert "62,640" in shown
    assert "57,420" in shown


def put(path, value):
    changed = copy.deepcopy(ENVELOPE["payload"])
    place = changed
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("benefit", "saving"), "72640.00", "benefit.saving: is not what the figures beside it come to"),
        (("benefit", "saving_low"), None, "benefit.saving_low: is not what the figures beside it come to"),
        (
            ("benefit", "payback_years"),
            "1.0",
            "benefit.payback_years: is not what the figures beside it come to",
        ),
        (("benefit", "outlay"), "1.00", "benefit.payback_years: is not what the figures beside it come to"),
        (
            ("claims", 0, "result", "effect"),
            "36",
            "benefit.saving: is not what the figures beside it come to",
        ),
        (("benefit", "claim"), 9, "benefit.claim: no such claim"),
        (("voices", 0, "claim"), 0, "voices[0].claim: no such claim"),
        (("voices", 0, "counts"), [1, 2, 3], "voices[0].counts: one count for each answer from 1 to 5"),
        (
            ("voices", 0, "counts"),
            [1, 2, 3, -4, 5],
            "voices[0].counts: one count for each answer from 1 to 5",
        ),
        (("pauses", 0, "until"), "2026-05-01", "pauses[0].until: before it began"),
        (("valid_until",), "2026-06-30", "valid_until: not after the day of publication"),
        (("prose", "need"), "text", "prose.need: an object is wanted, not str"),
    ],
)
def test_sections_hold_together(path, value, message):
    with pytest.raises(Misfit) as refused:
        Report.from_dict(put(path, value))
    assert str(refused.value) == message


def test_a_years_worth_is_what_was_saved_of_it_by_its_price():
    terms = Terms(Decimal(100_000), Decimal("1.5"), Decimal(2_000), Decimal(7_000), Decimal(50_000))
    assert worth(terms, Decimal(20), Decimal(10), Decimal(30)) == Worth(
        Decimal("32000.00"), Decimal("17000.00"), Decimal("47000.00"), Decimal("25000.00"), Decimal("2.0")
    )


@pytest.mark.parametrize("cost", ["30000", "30000.004", "45000"])
def test_what_saves_nothing_is_never_paid_back(cost):
    terms = Terms(Decimal(100_000), Decimal("1.5"), running_cost=Decimal(cost), outlay=Decimal(1))
    assert worth(terms, Decimal(20), None, None).payback_years is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_long_report_lists_what_it_holds_and_where_with_links_that_work(lang):
    reader = pypdf.PdfReader(io.BytesIO(render_pdf(ENVELOPE, lang=lang, verify_url=sample.URL)))
    lines = "\n".join(page.extract_text() for page in reader.pages[:2]).split(word("contents", lang))[1]
    listed = squeezed(lines)
    for name in ("need", "results", "benefit", "conditions"):
        page = 1 + next(
            number
            for number, one in enumerate(reader.pages)
            if number > 1 - (name == "need") and squeezed(word(name, lang)) in squeezed(one.extract_text())
        )
        assert f"{squeezed(word(name, lang))}{page}" in listed.replace(".", ""), name
    notes = [one.get_object() for one in reader.pages[1].get("/Annots") or []]
    assert sum("/Dest" in one or "/D" in one.get("/A", {}) for one in notes) >= 17


def test_a_short_report_has_no_contents():
    assert squeezed(word("contents", "en")) not in drawn(sample.envelope())


def test_days_of_a_chart_are_written_for_the_reader():
    for lang, day in (("en", "2 Mar 2026"), ("zh-hant", "2026年3月2日"), ("zh-hans", "2026年3月2日")):
        shown = drawn(ENVELOPE, lang)
        assert squeezed(day) in shown
        assert "2026-03-" not in shown
