"""What a report says was spent: by financial year and by the scheme that it came from."""

from datetime import date
from decimal import Decimal

import pytest

from tests.factories import BudgetLineFactory
from tests.trials import stories
from tests.trials.proof import full, sample
from trials import services
from trials.proof import sections
from trials.proof.payload import FullReport, FundedMoney, FundedReport, Money, Report
from trials.proof.shape import Misfit
from trials.proof.verify import verify
from trials.proof.view import view
from trials.services.facts import facts
from trials.showing import report_shown

pytestmark = pytest.mark.django_db
SCHEME = {"scheme": "Public Sector Trial Scheme", "scheme_reference": "PSTS/012/26"}


def line(trial, year, planned, spent, **more):
    given = {"label_en": "Meters", "planned": Decimal(planned), "spent": Decimal(spent), **more}
    return services.add_line(trial, by=trial.engineer, year=year, **given)


def test_money_stands_in_the_year_of_its_lines_with_scheme_and_reference():
    report = stories.drafted()  # its plan says 120,000
    trial = report.trial
    line(trial, 2027, 500, 450, **SCHEME)
    line(trial, 2026, 100, 130)
    line(trial, 2026, 30, 0)
    line(trial, 2026, 1000, 900, **SCHEME)
    services.hand_to_vendor(report, by=trial.engineer)
    services.comment(report, by=trial.engineer, text="We agree.")
    stories.sign(report)
    signed = Report.from_dict(report.envelope["payload"])
    assert isinstance(signed, FundedReport)
    scheme = ("Public Sector Trial Scheme", "PSTS/012/26")
    assert signed.money == (
        FundedMoney("2026-27", "HKD", "130.00", "130.00", "", ""),
        FundedMoney("2026-27", "HKD", "1000.00", "900.00", *scheme),
        FundedMoney("2027-28", "HKD", "500.00", "450.00", *scheme),
    )
    known = facts(report)
    assert (known["planned cost"].en, known["trial cost"].en) == ("HK$1,630", "HK$1,480")
    shown = ["2026-27", "2026-27 · Public Sector Trial Scheme (PSTS/012/26)"]
    assert [row[0] for row in report_shown(report.envelope)["money"]][:2] == shown
    drawn = view(report.envelope, signed, lang="en", verify_url="https://example.org/")
    assert [row[0] for row in drawn["money"]][:2] == shown


@pytest.mark.parametrize(
    ("starts_on", "year"), [(date(2026, 3, 31), "2025-26"), (date(2026, 4, 1), "2026-27")]
)
def test_without_lines_it_stands_in_the_year_in_which_the_trial_begins(starts_on, year):
    report = stories.heard(starts_on=starts_on, ends_on=date(2026, 6, 1))
    stories.sign(report)
    (row,) = Report.from_dict(report.envelope["payload"]).money
    assert row == FundedMoney(year, "HKD", "120000.00", "0.00", "", "")


def test_of_a_trial_without_money_there_is_none():
    report = stories.heard(budget_planned=None)
    stories.sign(report)
    assert report.envelope["payload"]["money"] == []


@pytest.mark.parametrize(
    ("scheme", "reference", "said"),
    [
        ("", "", "2026-27"),
        ("TSSSU", "", "2026-27 · TSSSU"),
        ("", "A/1", "2026-27 · A/1"),
        ("TSSSU", "A/1", "2026-27 · TSSSU (A/1)"),
    ],
)
def test_how_a_source_is_said(scheme, reference, said):
    assert sections.source(FundedMoney("2026-27", "HKD", "1", "1", scheme, reference)) == said


def test_reports_signed_before_money_named_its_scheme_verify_and_show_as_they_were():
    for older in (sample.envelope(), full.envelope()):
        signed = Report.from_dict(older["payload"])
        assert verify(older, sample.KEYS).genuine
        assert not isinstance(signed, FundedReport)
        assert all(type(row) is Money and sections.source(row) == row.year for row in signed.money)
        assert [row[0] for row in report_shown(older)["money"]] == [row.year for row in signed.money]


def test_each_schema_has_the_money_that_is_its_own():
    payload = full.envelope()["payload"]
    assert payload["money"]
    funded = [row | {"scheme": "TSSSU", "reference": ""} for row in payload["money"]]
    newest = payload | {"schema": "innoportal-report/3", "money": funded}
    found = Report.from_dict(newest)
    assert (type(found), found.money[0].scheme) == (FundedReport, "TSSSU")
    assert found.to_dict() == newest
    with pytest.raises(Misfit, match=r"money\[0\].scheme: is missing"):
        Report.from_dict(newest | {"money": payload["money"]})
    with pytest.raises(Misfit, match=r"money\[0\].scheme: no such field"):
        FullReport.from_dict(payload | {"money": funded})


def test_lines_of_other_trials_are_not_counted():
    report = stories.drafted()
    BudgetLineFactory(year=2031)
    line(report.trial, 2026, 5, 4)
    services.hand_to_vendor(report, by=report.trial.engineer)
    services.comment(report, by=report.trial.engineer, text="We agree.")
    stories.sign(report)
    assert [row["year"] for row in report.envelope["payload"]["money"]] == ["2026-27"]
