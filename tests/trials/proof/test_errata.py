"""Corrections beside a signed report: numbered, signed, of words only, and found out when touched."""

import copy
from dataclasses import replace

import pytest

from tests.trials.proof import sample
from trials.proof.canonical import digest
from trials.proof.errata import TYPE, Said, misreadings, telling, text_of, with_errata
from trials.proof.offline import verify_offline
from trials.proof.parts import Bilingual
from trials.proof.shape import Misfit
from trials.proof.signing import key_id, sign, to_bytes
from trials.proof.verify import Trust, verify_file

ENVELOPE = sample.envelope(series=(), previous_hash=None)
SUMMARY = ENVELOPE["payload"]["summary"]["en"]
WORD = next(word for word in SUMMARY.split() if word.isalpha() and not telling(word))


def said(number=1, before=None, **changes):
    fields = {
        "schema": "innoportal-erratum/1",
        "issuer": "https://innoportal.example.org",
        "reference": ENVELOPE["payload"]["reference"],
        "version": 1,
        "report_hash": ENVELOPE["hash"],
        "number": number,
        "section": "summary",
        "was": Bilingual(WORD),
        "now": Bilingual("Otherwise"),
        "why": Bilingual("A slip of the pen."),
        "published_at": f"2026-08-0{number}T10:00:00+08:00",
        "previous_hash": before,
    }
    return Said(**(fields | changes))


def signed(one, key=sample.KEY, kind=TYPE):
    return sign(one.to_dict(), key, kind)


FIRST = signed(said())
SECOND = signed(said(2, FIRST["hash"]))
WHOLE = with_errata(ENVELOPE, [FIRST, SECOND])


def both(value):
    """By the portal's check and by the stand-alone one."""
    data = to_bytes(value)
    found = verify_file(data, Trust(sample.KEYS))
    alone = verify_offline(data, sample.KEYS, ())
    assert (alone.status, alone.findings) == (found.status, found.findings)
    return found


def test_a_report_and_its_corrections_verify_together():
    found = both(WHOLE)
    assert (found.status, found.hash) == ("genuine", ENVELOPE["hash"])
    assert [one.message for one in found.findings] == [
        "correction 1, of 2026-08-01, is whole and belongs to it",
        "correction 2, of 2026-08-02, is whole and belongs to it",
    ]


def at(*path):
    """Puts a value at that place."""

    def put(file, value):
        for step in path[:-1]:
            file = file[step]
        file[path[-1]] = value

    return put


def touched(path, value):
    made = copy.deepcopy(WHOLE)
    at(*path)(made, value)
    return made


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("errata", 0, "payload", "now", "en"), "Nothing", "errata[0].now.en"),
        (("errata", 1, "payload", "why", "en"), "", "errata[1].why.en"),
        (("errata", 1, "payload", "number"), 7, "errata[1].number"),
        (("errata", 0, "payload", "published_at"), "2026-07-01T10:00:00+08:00", "errata[0].published_at"),
        (("errata", 0, "payload", "report_hash"), "ab" * 32, "errata[0].report_hash"),
        (("errata", 0, "hash"), "ab" * 32, "errata[0].hash"),
        (("errata", 0, "type"), "innoportal-signed-report/1", "errata[0].type"),
        (("errata", 0, "more"), "words", "errata[0].more"),
        (("report", "payload", "verdict"), "met", "report.verdict"),
    ],
)
def test_what_was_touched_is_named(path, value, named):
    found = both(touched(path, value))
    assert found.status == "changed"
    assert named in found.changed


@pytest.mark.parametrize(
    ("errata", "status", "code"),
    [
        ([SECOND], "changed", "wrong_link"),  # the first was taken out
        ([SECOND, FIRST], "changed", "wrong_link"),
        ([FIRST, FIRST], "changed", "wrong_link"),
        ([FIRST, signed(said(1, FIRST["hash"]))], "changed", "changed"),  # a second number one
        ([signed(said(report_hash="ab" * 32))], "changed", "changed"),  # that of another report
        ([signed(said(), sample.OTHER)], "untrusted_key", "unknown_key"),
        ([signed(said(), kind="innoportal-signed-report/1")], "changed", "changed"),
        ([ENVELOPE], "changed", "changed"),  # a report in the place of a correction
        ([{"payload": {}}], "changed", "shape"),
        ([signed(said(was=Bilingual("Nobody wrote this")))], "changed", "changed"),
        ([signed(said(now=Bilingual("18 kWh")))], "changed", "changed"),  # signed, and yet a figure
    ],
)
def test_what_does_not_belong_is_refused(errata, status, code):
    found = both(with_errata(ENVELOPE, errata))
    assert found.status == status
    assert code in [one.code for one in found.findings]


def test_a_correction_alone_does_not_pass_for_a_report():
    assert both(FIRST).status == "changed"


def test_spaces_are_found_out_too():
    found = verify_file(to_bytes(WHOLE).replace(b'"errata":', b'"errata": ', 1), Trust(sample.KEYS))
    assert found.status == "changed"


def test_a_revoked_key_vouches_for_no_correction():
    stolen = replace(sample.PUBLIC, revoked="stolen")
    other = replace(sample.PUBLIC, key=sample.OTHER.public_key())
    value = with_errata(sign(ENVELOPE["payload"], sample.OTHER), [FIRST])
    keys = {key_id(sample.KEY.public_key()): stolen, other.id: other}
    found = verify_file(to_bytes(value), Trust(keys))
    assert (found.status, found.findings[-1].code) == ("untrusted_key", "erratum")


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("saved 12 kWh", "saved 13 kWh"),
        ("saved 12 kWh", "saved 12 MWh"),
        ("by 4 %", "by −4 %"),
        ("by 4 %", "by four %"),
        ("it was met", "it was not met"),
        ("energy fell", "energy rose"),
        ("more than before", "less than before"),
        ("twelve rooms", "thirteen rooms"),
        ("減少一成", "減少兩成"),
        ("上升", "下降"),
        ("達標", "未達標"),
        ("節省１２元", "節省１３元"),
    ],
)
def test_a_figure_or_what_turns_it_is_no_matter_of_words(was, now):
    assert telling(was) != telling(now)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("the metre saved 12 kWh a day", "The meter saved 12 kWh each day"),
        ("by 4 %.", "by 4%,"),
        ("熱水喉", "熱水管"),
        ("Without a metre", "without a meter"),
    ],
)
def test_a_slip_of_the_pen_may_be_put_right(was, now):
    assert telling(was) == telling(now)


def test_words_must_stand_in_the_section_that_is_named():
    wrong = said(section="limits", was=Bilingual("Nobody wrote this"))
    found = [(path, code) for path, code, _why in misreadings(wrong, ENVELOPE["payload"])]
    assert found == [("was.en", "absent")]
    assert digest(said().to_dict()) == FIRST["hash"]


@pytest.mark.parametrize("change", [{"note": "Unsigned."}, {"errata": None}, {"errata": {}}, {"report": {}}])
def test_a_file_of_another_shape_is_none_that_can_be_checked(change):
    assert both(WHOLE | change).status == "unreadable"


def test_a_correction_that_is_signed_and_yet_of_another_shape_is_refused():
    with pytest.raises(Misfit):
        said(section="verdict").to_dict()
    forged = sign(said().to_dict() | {"section": "verdict"}, sample.KEY, TYPE)
    found = both(with_errata(ENVELOPE, [forged]))
    assert (found.status, found.changed) == ("changed", ("errata[0].payload",))


def test_what_is_put_right_stands_in_the_prose_too_and_nowhere_in_a_section_that_is_not_there():
    payload = {
        "summary": {"en": "Short.", "zh": "短。"},
        "prose": {"need": {"en": "Rooms are too warm.", "zh": ""}},
    }
    assert text_of(payload, "summary") == Bilingual("Short.", "短。")
    assert text_of(payload, "need") == Bilingual("Rooms are too warm.")
    assert text_of(payload, "voices") == Bilingual()
