import copy
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trials.proof import sample
from trials.proof.canonical import digest, leaves, readable
from trials.proof.files import ATTACHMENT
from trials.proof.judge import SENTENCES
from trials.proof.offline import main
from trials.proof.pdf import render_pdf
from trials.proof.reading import MAX_JSON
from trials.proof.signing import PublicKey, key_document, key_id, sign, statement, to_bytes
from trials.proof.verify import Trust, verify, verify_file

ENVELOPE = sample.envelope(series=(sample.series(3, 3),))
PATHS = [path for path, _ in leaves(ENVELOPE["payload"])]
TRUST = Trust(sample.KEYS)
HEADER = [
    path for path, _ in leaves({k: v for k, v in ENVELOPE.items() if k not in ("payload", "signature")})
]

GENUINE = "R-2026-0009 version 1 is genuine: nothing was changed since it was signed."


def at(value, path):
    for part in path:
        value = value[part]
    return value


def altered(value):
    """Another value of the same kind, as near as it can be."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value[:-1] + chr(ord(value[-1]) ^ 1) if value else " "
    return "something" if value is None else [*value, 1]


def tampered(path, change):
    envelope = copy.deepcopy(ENVELOPE)
    change(at(envelope, path[:-1]), path[-1])
    return envelope


def test_an_untouched_report_is_genuine():
    found = verify_file(to_bytes(ENVELOPE), TRUST)
    assert (found.status, found.findings) == ("genuine", ())
    assert found.sentence == GENUINE


@pytest.mark.parametrize("path", PATHS, ids=readable)
def test_changing_any_leaf_names_that_leaf(path):
    def change(parent, last):
        parent[last] = altered(parent[last])

    found = verify(tampered(("payload", *path), change), sample.KEYS)
    name = readable(path)
    if at(ENVELOPE["payload"], path) in ([], {}):
        name += "[0]"  # what was put into an empty list is what stands in the file
    assert found.status == "changed"
    assert name in found.changed
    assert set(found.changed) <= {name, readable(path)}


@pytest.mark.parametrize("path", PATHS, ids=readable)
def test_removing_any_leaf_names_it_or_the_list_it_stood_in(path):
    found = verify(tampered(("payload", *path), lambda parent, last: parent.pop(last)), sample.KEYS)
    assert found.status == "changed"
    assert readable(path) in found.changed


def test_removing_a_claim_names_all_that_went_with_it():
    found = verify(tampered(("payload", "claims", 2), lambda parent, last: parent.pop(last)), sample.KEYS)
    assert found.status == "changed"
    assert {finding.code for finding in found.findings} == {"removed"}
    assert set(found.changed) == {readable(path) for path in PATHS if path[:2] == ("claims", 2)}


def test_something_added_is_named():
    envelope = copy.deepcopy(ENVELOPE)
    envelope["payload"]["claims"][0]["award"] = {"en": "Gold"}
    envelope["note"] = "unsigned"
    found = verify(envelope, sample.KEYS)
    assert [(finding.code, finding.path) for finding in found.findings] == [
        ("added", "note"),
        ("added", "claims[0].award.en"),
    ]


def test_two_values_that_changed_places_are_both_named():
    envelope = copy.deepcopy(ENVELOPE)
    one, two = envelope["payload"]["claims"][:2]
    one["verdict"], two["verdict"] = two["verdict"], one["verdict"]
    assert verify(envelope, sample.KEYS).changed == ("claims[0].verdict", "claims[1].verdict")


@pytest.mark.parametrize("path", HEADER, ids=readable)
def test_changing_anything_around_the_payload_names_it_and_clears_the_payload(path):
    def change(parent, last):
        parent[last] = altered(parent[last])

    found = verify(tampered(path, change), sample.KEYS)
    name = readable(path)
    if path[:2] == ("manifest", "leaves"):
        parts = [int(part) if part.isdecimal() else part for part in path[2].split("/")[1:]]
        name = f"manifest of {readable(tuple(parts))}"
    assert (found.status, found.changed) == ("changed", (name,))


def test_a_changed_signature_is_named():
    def change(parent, last):
        parent[last] = "A" + parent[last][1:]

    found = verify(tampered(("signature",), change), sample.KEYS)
    assert (found.status, found.changed) == ("changed", ("signature",))


@pytest.mark.parametrize("signature", ["", "!!!", "AAAA", "é" * 86, ENVELOPE["signature"] + "="])
def test_a_signature_that_is_none_is_a_changed_signature(signature):
    assert verify(ENVELOPE | {"signature": signature}, sample.KEYS).changed == ("signature",)


def test_another_spelling_of_the_same_signature_bytes_is_refused():
    """The last of 86 base64 letters has four spare bits."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = letters[letters.index(ENVELOPE["signature"][-1]) + 1]
    assert (
        verify(ENVELOPE | {"signature": ENVELOPE["signature"][:-1] + last}, sample.KEYS).status == "changed"
    )


def test_a_forger_who_writes_all_digests_anew_is_found_out():
    payload = copy.deepcopy(ENVELOPE["payload"]) | {"verdict": "met"}
    forged = statement(payload, ENVELOPE["key_id"]) | {"payload": payload, "signature": ENVELOPE["signature"]}
    found = verify(forged, sample.KEYS)
    assert (found.status, found.changed) == ("changed", ("signature",))


def test_a_report_signed_by_another_key_is_not_trusted():
    found = verify(sign(ENVELOPE["payload"], sample.OTHER), sample.KEYS)
    assert (found.status, [finding.code for finding in found.findings]) == ("untrusted_key", ["unknown_key"])
    assert found.changed == ()


def test_a_report_signed_by_another_key_under_the_name_of_a_trusted_one_is_found_out():
    forged = sign(ENVELOPE["payload"], sample.OTHER) | {"key_id": sample.PUBLIC.id}
    assert verify(forged, sample.KEYS).status == "changed"


@pytest.mark.parametrize(
    ("limits", "status"),
    [
        ({}, "genuine"),
        ({"valid_until": datetime(2026, 12, 31, tzinfo=UTC)}, "genuine"),  # retired since, valid then
        ({"valid_until": datetime(2026, 6, 1, tzinfo=UTC)}, "untrusted_key"),
        ({"valid_from": datetime(2026, 7, 1, tzinfo=UTC)}, "untrusted_key"),
        ({"revoked": "stolen on 3 July"}, "untrusted_key"),
    ],
)
def test_a_key_vouches_only_for_the_time_in_which_it_was_valid(limits, status):
    assert verify(ENVELOPE, {sample.PUBLIC.id: replace(sample.PUBLIC, **limits)}).status == status


@pytest.mark.parametrize(
    ("previous", "status"),
    [("ab" * 32, "genuine"), (None, "genuine"), ("cd" * 32, "broken_chain"), ("", "broken_chain")],
)
def test_a_wrong_link_to_the_report_before_is_found(previous, status):
    assert verify(ENVELOPE, sample.KEYS, previous).status == status


def test_what_was_changed_or_signed_by_a_stolen_key_is_not_called_genuine_for_its_wrong_link():
    def change(parent, last):
        parent[last] = altered(parent[last])

    changed = verify(tampered(("payload", "verdict"), change), sample.KEYS, "cd" * 32)
    assert (changed.status, changed.changed) == ("changed", ("verdict",))
    stolen = {sample.PUBLIC.id: replace(sample.PUBLIC, revoked="stolen")}
    assert verify(ENVELOPE, stolen, "cd" * 32).status == "untrusted_key"


@pytest.fixture(scope="module")
def pdf():
    return render_pdf(ENVELOPE, lang="zh-hant", verify_url=sample.URL)


@pytest.mark.parametrize("lang", ["en", "zh-hant", "zh-hans"])
def test_the_pdf_is_genuine_in_each_language(lang):
    found = verify_file(render_pdf(ENVELOPE, lang=lang, verify_url=sample.URL), TRUST)
    assert (found.status, [finding.code for finding in found.findings]) == ("genuine", ["pages_same"])


def test_a_pdf_whose_embedded_data_was_changed_names_the_field(pdf):
    envelope = copy.deepcopy(ENVELOPE)
    envelope["payload"]["claims"][2]["verdict"] = "met"
    found = verify_file(render_pdf(envelope, lang="zh-hant", verify_url=sample.URL), TRUST)
    assert (found.status, found.changed) == ("changed", ("claims[2].verdict",))


def test_a_pdf_whose_pages_tell_another_story_than_its_data_is_found_out():
    """The data is untouched and signed; only what the eye sees was exchanged."""
    better = copy.deepcopy(ENVELOPE)
    better["payload"]["claims"][2]["verdict"] = "met"
    writer = pypdf.PdfWriter(io.BytesIO(render_pdf(better, lang="en", verify_url=sample.URL)))
    for item in writer.attachment_list:
        item.content = to_bytes(ENVELOPE)
    out = io.BytesIO()
    writer.write(out)
    found = verify_file(out.getvalue(), TRUST)
    assert (found.status, found.changed) == ("changed", ("pages of the PDF",))


def test_a_pdf_with_a_note_added_behind_it_is_found_out(pdf):
    assert verify_file(pdf + b"\n% more\n", TRUST).changed == ("pages of the PDF",)


def test_a_pdf_drawn_by_another_version_confirms_its_data_only(pdf, monkeypatch):
    monkeypatch.setattr("trials.proof.pages.layout", lambda: "layout-of-another-year")
    found = verify_file(pdf, TRUST)
    assert found.status == "pages_unconfirmed"
    assert found.findings[0].message.endswith("read the signed data, not the pages")


def test_a_pdf_without_the_data_and_one_with_it_twice_cannot_be_checked(pdf):
    bare = pypdf.PdfWriter()
    bare.add_blank_page(100, 100)
    twice = pypdf.PdfWriter(io.BytesIO(pdf))
    twice.add_attachment(ATTACHMENT, b"{}")
    for writer, text in ((bare, "carries no attachment"), (twice, "more than once")):
        out = io.BytesIO()
        writer.write(out)
        found = verify_file(out.getvalue(), TRUST)
        assert found.status == "unreadable"
        assert text in found.findings[0].message


HOSTILE = {
    "empty": b"",
    "spaces": b" \n ",
    "not json": b"<html>",
    "binary": bytes(range(256)),
    "number": b"7",
    "null": b"null",
    "list": b"[]",
    "no fields": b"{}",
    "deep": b'{"payload":' + b"[" * 100_000,
    "deep and closed": b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "huge": b" " * MAX_JSON + b"{}",
    "cut": to_bytes(ENVELOPE)[:-40],
    "utf-16": json.dumps(ENVELOPE).encode("utf-16"),
    "payload is text": json.dumps(ENVELOPE | {"payload": "x"}).encode(),
    "signature is a number": json.dumps(ENVELOPE | {"signature": 7}).encode(),
    "manifest is a list": json.dumps(ENVELOPE | {"manifest": []}).encode(),
    "leaves is a list": json.dumps(ENVELOPE | {"manifest": {"leaves": []}}).encode(),
    "digest is a number": json.dumps(ENVELOPE | {"manifest": {"leaves": {"/a": 1}}}).encode(),
    "name twice": to_bytes(ENVELOPE)[:-1] + b',"payload":{}}',
    "pdf of nothing": b"%PDF-1.7\n",
    "pdf of noise": b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_a_report_gets_one_clear_line(name):
    found = verify_file(HOSTILE[name], TRUST)
    assert found.status == "unreadable"
    assert len(found.findings) == 1
    assert found.findings[0].message
    assert "\n" not in found.findings[0].message


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_pdf_that_was_cut_short_is_never_genuine(pdf, share):
    assert verify_file(pdf[: int(len(pdf) * share)], TRUST).status in ("unreadable", "changed")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_flipped_byte_of_a_pdf_passes_as_genuine(pdf, data):
    place = data.draw(st.integers(0, len(pdf) - 1))
    flipped = bytearray(pdf)
    flipped[place] ^= data.draw(st.integers(1, 255))
    assert verify_file(bytes(flipped), TRUST).status != "genuine"


NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None)
@given(JSON, st.sampled_from(["payload", "manifest", "hash", "key_id", "signature", "algorithm", "type"]))
def test_no_other_value_in_any_field_passes_as_genuine_or_raises(value, field):
    envelope = ENVELOPE | {field: value}
    found = verify(envelope, sample.KEYS)
    assert found.status != "genuine" or value == ENVELOPE[field]


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(max_size=8), JSON, max_size=6))
def test_any_change_of_any_payload_is_named(payload):
    payload |= {"published_at": "2026-06-30T10:00:00+08:00"}
    envelope = sign(payload, sample.KEY)
    assert verify(envelope, sample.KEYS).status == "genuine"
    for path, leaf in leaves(payload):
        changed = copy.deepcopy(envelope)
        at(changed["payload"], path[:-1])[path[-1]] = {"was": digest(leaf)}
        assert f"{readable(path)}.was" in verify(changed, sample.KEYS).changed


@pytest.fixture
def folder(tmp_path: Path):
    (tmp_path / "keys.json").write_text(json.dumps(key_document([sample.PUBLIC])))
    (tmp_path / "report.json").write_bytes(to_bytes(ENVELOPE))
    envelope = copy.deepcopy(ENVELOPE)
    envelope["payload"]["claims"][0]["verdict"] = "not\x1b[31m met"
    (tmp_path / "changed.json").write_text(json.dumps(envelope))
    (tmp_path / "noise.json").write_bytes(b"noise")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "code", "first", "second"),
    [
        ("report.json", 0, GENUINE, "  hash "),
        ("changed.json", 1, SENTENCES["changed"], "  claims[0].verdict was changed"),
        (
            "noise.json",
            2,
            SENTENCES["unreadable"],
            "  the signed data cannot be read: not JSON: Expecting value",
        ),
        ("absent.json", 2, SENTENCES["unreadable"], "  "),
    ],
)
def test_the_command_says_it_in_lines_and_by_its_exit_code(folder, capsys, name, code, first, second):
    assert main([str(folder / name), "--keys", str(folder / "keys.json")]) == code
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == first
    assert lines[1].startswith(second)


def test_the_command_tells_pages_that_it_cannot_confirm_by_an_exit_code_of_their_own(folder, pdf):
    (folder / "report.pdf").write_bytes(pdf)
    assert main([str(folder / "report.pdf"), "--keys", str(folder / "keys.json")]) == 3


@pytest.mark.parametrize("keys", ["noise.json", "report.json", "absent.json"])
def test_the_command_refuses_keys_that_are_none(folder, capsys, keys):
    assert main([str(folder / "report.json"), "--keys", str(folder / keys)]) == 2
    assert capsys.readouterr().out.startswith("This file cannot be checked.\n  ")


def test_the_command_never_passes_on_what_a_terminal_would_obey(folder, capsys):
    envelope = copy.deepcopy(ENVELOPE)
    envelope["payload"]["\x1b]0;owned\x07"] = 1
    (folder / "sly.json").write_text(json.dumps(envelope))
    assert main([str(folder / "sly.json"), "--keys", str(folder / "keys.json")]) == 1
    assert "\x1b" not in capsys.readouterr().out


def test_two_keys_do_not_confuse_which_one_signed():
    other = PublicKey(sample.OTHER.public_key(), datetime(2026, 1, 1, tzinfo=UTC))
    keys = sample.KEYS | {other.id: other}
    assert verify(ENVELOPE, keys).status == "genuine"
    found = verify(ENVELOPE | {"key_id": key_id(sample.OTHER.public_key())}, keys)
    assert (found.status, found.changed) == ("changed", ("key_id",))
