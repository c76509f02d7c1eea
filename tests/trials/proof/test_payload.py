import copy
from dataclasses import replace

import pytest

from tests.trials.proof import sample
from trials.proof.payload import Correction, Report, Result
from trials.proof.shape import Misfit

VERDICTS = "met, partly_met, not_met, inconclusive, stopped"


def test_a_report_reads_back_as_it_was_written():
    assert Report.from_dict(sample.report().to_dict()) == sample.report()


def put(values, path, value):
    changed = copy.deepcopy(values)
    place = changed
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            ("schema",),
            "innoportal-report/9",
            "schema: 'innoportal-report/9' is none of "
            "innoportal-report/1, innoportal-report/2, innoportal-report/3, innoportal-report/4",
        ),
        (("reference",), "R-26-1", "reference: 'R-26-1' is not a reference such as R-2026-0009"),
        (("version",), True, "version: a whole number is wanted, not bool"),
        (("version",), 0, "version: counts from 1"),
        (("demonstration",), 1, "demonstration: true or false is wanted, not int"),
        (("verdict",), "splendid", f"verdict: 'splendid' is none of {VERDICTS}"),
        (("claims", 0, "target"), 30, "claims[0].target: text is wanted, not int"),
        (("claims", 0, "target"), "30,5", "claims[0].target: '30,5' is not a decimal number written as text"),
        (("claims", 0, "target"), "NaN", "claims[0].target: 'NaN' is not a decimal number written as text"),
        (("claims", 0, "target"), "1e5", "claims[0].target: '1e5' is not a decimal number written as text"),
        (("claims",), [], "claims: a report has at least one"),
        (("claims",), {}, "claims: a list is wanted, not dict"),
        (("claims", 0, "result"), None, "claims[0].verdict: met without a result"),
        (("claims", 0, "result", "low"), "99", "claims[0].result.low: above the high end"),
        (("claims", 0, "result", "low"), None, "claims[0].result: an interval has two ends"),
        (("claims", 0, "result", "n"), -1, "claims[0].result.n: is negative"),
        (("dates", "started_on"), "2026-02-30", "dates.started_on: '2026-02-30' is not a date (YYYY-MM-DD)"),
        (("dates", "ended_on"), "2026-01-01", "dates.ended_on: before the start"),
        (
            ("published_at",),
            "2026-06-30T10:00:00",
            "published_at: '2026-06-30T10:00:00' is not an ISO 8601 time with its offset",
        ),
        (("summary", "en"), "a\x00b", "summary.en: holds the control character U+0000"),
        (("summary", "en"), "met\u202eton", "summary.en: holds the control character U+202E"),
        (("summary", "en"), "x" * 20_001, "summary.en: text of 20,001 characters; 20,000 are allowed"),
        (("summary", "fr"), "oui", "summary.fr: no such field"),
        (("previous_hash",), "ABC", "previous_hash: 'ABC' is not a SHA-256 digest in hexadecimal"),
        (("wish", "title"), {"en": "", "zh": ""}, "title: trial, wish and solution each need a title"),
    ],
)
def test_a_field_that_does_not_fit_is_named(path, value, message):
    with pytest.raises(Misfit) as refused:
        Report.from_dict(put(sample.report().to_dict(), path, value))
    assert str(refused.value) == message


def test_a_missing_field_is_named():
    values = sample.report().to_dict()
    del values["claims"][1]["result"]["p"]
    with pytest.raises(Misfit) as refused:
        Report.from_dict(values)
    assert str(refused.value) == "claims[1].result.p: is missing"


@pytest.mark.parametrize("value", [None, [], "text", 7])
def test_what_is_no_object_is_refused(value):
    with pytest.raises(Misfit, match="an object is wanted"):
        Report.from_dict(value)


def test_a_later_version_names_the_one_it_corrects():
    correction = Correction(1, "cd" * 32, sample.Bilingual("A typing error.", ""))
    assert sample.report(version=2, corrects=correction).to_dict()["corrects"]["version"] == 1
    itself = Correction(3, "cd" * 32, correction.reason)
    for wrong in ({"version": 2}, {"corrects": correction}, {"version": 3, "corrects": itself}):
        with pytest.raises(Misfit, match=r"^corrects"):
            sample.report(**wrong).to_dict()


def test_a_value_that_was_built_wrong_is_found_before_it_is_signed():
    result = Result(34.8, None, None, None, 84, None)  # type: ignore[arg-type]  # a float where text belongs
    with pytest.raises(Misfit, match="effect: text is wanted, not float"):
        sample.report(claims=(replace(sample.energy(), result=result),)).to_dict()
