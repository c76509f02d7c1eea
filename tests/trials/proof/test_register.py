import copy
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.trials.proof import sample, test_errata
from trials.proof.canonical import canonical
from trials.proof.errata import verify_with_errata, with_errata
from trials.proof.judge import verify
from trials.proof.register import (
    FIRST,
    Correction,
    Line,
    breaks,
    load_register,
    make_register,
    sign_register,
    standing,
)
from trials.proof.signing import KeyUnusable, PublicKey, b64

NOW = datetime(2026, 8, 1, tzinfo=UTC)
ENVELOPE = sample.envelope(previous_hash=None)
NEXT = sample.envelope(reference="R-2026-0010", previous_hash=ENVELOPE["hash"])
LATER = PublicKey(sample.OTHER.public_key(), datetime(2026, 7, 1, tzinfo=UTC))
KEYS = sample.KEYS | {LATER.id: LATER}


def line(envelope, **changes):
    payload = envelope["payload"]
    fields = {
        "reference": payload["reference"],
        "version": 1,
        "hash": envelope["hash"],
        "previous_hash": payload["previous_hash"],
        "published_at": payload["published_at"],
        "state": "published",
        "since": None,
        "by": "",
        "reason": "",
    }
    return Line(**(fields | changes))


def register(*lines, at=NOW):
    return make_register(lines, issuer="https://innoportal.example.org", as_of=at, signer=LATER.id)


def signed(*lines, at=NOW):
    return json.loads(json.dumps(sign_register(register(*lines, at=at), sample.OTHER)))


BOTH = (line(ENVELOPE), line(NEXT))


def test_a_register_reads_back_and_its_chain_is_whole():
    found = load_register(signed(*BOTH), KEYS)
    assert found == register(*BOTH)
    assert breaks(found) == ()


def test_a_report_that_vanished_from_the_register_leaves_a_hole():
    third = line(ENVELOPE, hash="cd" * 32, previous_hash=NEXT["hash"], reference="R-2026-0011")
    assert [one.code for one in breaks(register(line(ENVELOPE), third))] == ["missing"]
    assert [one.code for one in breaks(register(*reversed(BOTH)))] == ["out_of_order"] * 2


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said["reports"].pop(),
        lambda said: said["reports"][0].update(state="withdrawn"),
        lambda said: said["reports"].reverse(),
        lambda said: said.update(as_of="2027-01-01T00:00:00+00:00"),
        lambda said: said.update(signature="AAAA"),
    ],
)
def test_a_register_that_was_changed_is_refused(change):
    document = signed(*BOTH)
    change(document)
    with pytest.raises(KeyUnusable, match="changed after it was signed"):
        load_register(document, KEYS)


@pytest.mark.parametrize("document", [None, [], {}, {"signature": 1}, {"signature": "x", "reports": []}])
def test_what_is_no_register_is_refused(document):
    with pytest.raises(KeyUnusable):
        load_register(document, KEYS)


def test_a_register_of_a_key_that_is_unknown_revoked_or_of_another_time_is_refused():
    document = signed(*BOTH)
    with pytest.raises(KeyUnusable, match="not among"):
        load_register(document, sample.KEYS)
    with pytest.raises(KeyUnusable, match="revoked"):
        load_register(document, KEYS | {LATER.id: replace(LATER, revoked="stolen")})
    with pytest.raises(KeyUnusable, match="not valid when"):
        load_register(signed(*BOTH, at=datetime(2026, 6, 1, tzinfo=UTC)), KEYS)


def judged(**changes):
    keys = {sample.PUBLIC.id: replace(sample.PUBLIC, **changes)}
    return verify(ENVELOPE, keys)


def test_what_is_in_force_is_genuine():
    found = standing(judged(), register(*BOTH))
    assert (found.status, found.findings[-1].code) == ("genuine", "in_register")


def test_a_superseded_report_names_the_version_that_stands():
    gone = line(ENVELOPE, state="superseded", by="R-2026-0009 v2", since="2026-07-15T10:00:00+08:00")
    found = standing(judged(), register(gone))
    assert found.status == "superseded"
    assert found.findings[-1].message == "it was replaced on 2026-07-15 by R-2026-0009 v2"


def test_a_withdrawn_report_says_why():
    gone = line(ENVELOPE, state="withdrawn", reason="A meter was wrong.", since="2026-07-15T10:00:00+08:00")
    found = standing(judged(), register(gone))
    assert found.status == "withdrawn"
    assert found.findings[-1].message == "it was withdrawn on 2026-07-15: A meter was wrong."


def test_a_report_that_the_portal_never_published_is_not_confirmed_though_its_key_is_known():
    """One who got hold of the key signs what he likes; the register does not hold it."""
    assert standing(judged(), register(line(NEXT))).status == "unregistered"


def test_a_report_younger_than_the_register_is_not_called_missing():
    found = standing(judged(), register(at=datetime(2026, 6, 1, tzinfo=UTC)))
    assert (found.status, found.findings[-1].code) == ("genuine", "register_is_older")


def test_the_register_vouches_for_the_reports_of_a_key_that_was_revoked_and_for_no_other():
    revoked = {"revoked": "stolen", "revoked_at": NOW}
    assert judged(**revoked).status == "untrusted_key"
    assert standing(judged(**revoked), register(*BOTH)).status == "genuine"
    assert standing(judged(**revoked), register(line(NEXT))).status == "untrusted_key"
    gone = line(ENVELOPE, state="withdrawn")
    assert standing(judged(**revoked), register(gone)).status == "withdrawn"


def test_an_altered_report_stays_altered_whatever_the_register_says():
    envelope = copy.deepcopy(ENVELOPE)
    envelope["payload"]["verdict"] = "met"
    found = verify(envelope, KEYS)
    assert standing(found, register(*BOTH)) == found


CORRECTIONS = [test_errata.FIRST, test_errata.SECOND]
WHERE = "https://innoportal.example.org/en/verify/R-2026-0009/#correction-{}"


def corrected(*envelopes):
    """The line of the report that they belong to."""
    listed = [
        Correction(
            one["payload"]["number"],
            one["hash"],
            one["payload"]["published_at"],
            WHERE.format(one["payload"]["number"]),
        )
        for one in envelopes
    ]
    return line(test_errata.ENVELOPE, errata=tuple(listed))


def carrying(*envelopes):
    return verify_with_errata(with_errata(test_errata.ENVELOPE, envelopes), sample.KEYS)


def test_corrections_stand_beneath_their_report_and_read_back():
    document = signed(corrected(*CORRECTIONS))
    assert document["reports"][0]["errata"] == [
        {
            "number": number,
            "hash": CORRECTIONS[number - 1]["hash"],
            "published_at": f"2026-08-0{number}T10:00:00+08:00",
            "url": WHERE.format(number),
        }
        for number in (1, 2)
    ]
    assert load_register(document, KEYS) == register(corrected(*CORRECTIONS))
    document["reports"][0]["errata"].pop()
    with pytest.raises(KeyUnusable, match="changed after it was signed"):
        load_register(document, KEYS)


def test_a_row_of_corrections_with_a_hole_is_told():
    assert breaks(register(corrected(*CORRECTIONS))) == ()
    (one,) = breaks(register(corrected(CORRECTIONS[1])))
    assert one.message == "a correction of R-2026-0009 v1 is missing from its row"


@pytest.mark.parametrize("carried", [0, 1, 2])
def test_a_file_that_lacks_corrections_is_told_which_and_where_they_are(carried):
    found = standing(carrying(*CORRECTIONS[:carried]), register(corrected(*CORRECTIONS)))
    assert found.status == "genuine"
    told = [one.message for one in found.findings if one.code == "lacks_correction"]
    assert told == [
        f"correction {number}, of 2026-08-0{number}, is not in this file: {WHERE.format(number)}"
        for number in range(carried + 1, 3)
    ]


def test_the_report_alone_lacks_them_too_also_when_it_was_withdrawn():
    gone = replace(corrected(*CORRECTIONS), state="withdrawn", reason="A meter was wrong.")
    found = standing(verify(test_errata.ENVELOPE, sample.KEYS), register(gone))
    assert found.status == "withdrawn"
    assert [one.code for one in found.findings][-2:] == ["lacks_correction"] * 2


def test_a_correction_that_was_never_published_is_not_ours():
    """One who got hold of the key corrects what he likes; the register does not hold it."""
    late = datetime(2026, 9, 1, tzinfo=UTC)
    found = standing(carrying(*CORRECTIONS), register(corrected(CORRECTIONS[0]), at=late))
    assert (found.status, found.findings[-1].code) == ("unregistered", "correction_not_in_register")


def test_a_correction_younger_than_the_register_is_not_called_false():
    before = datetime(2026, 8, 1, 12, tzinfo=UTC)
    found = standing(carrying(*CORRECTIONS), register(corrected(CORRECTIONS[0]), at=before))
    assert (found.status, found.findings[-1].code) == ("genuine", "register_is_older")


def test_a_register_saved_before_it_told_of_corrections_is_still_read_and_judges_none():
    said = signed(line(test_errata.ENVELOPE))
    del said["signature"]
    said["type"] = FIRST
    for one in said["reports"]:
        del one["errata"]
    found = load_register({**said, "signature": b64(sample.OTHER.sign(canonical(said)))}, KEYS)
    assert found.reports == (line(test_errata.ENVELOPE),)
    assert standing(carrying(*CORRECTIONS), found).status == "genuine"
