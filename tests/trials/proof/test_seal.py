import io
import random
import re
from datetime import UTC, datetime

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from tests.trials.proof import sample
from trials.proof.certificates import Certificate, listed, load_certificates, new_certificate
from trials.proof.der import NotDer, first, integer, items, only, wrap
from trials.proof.files import ATTACHMENT
from trials.proof.pades import check_seal
from trials.proof.pdf import render_pdf
from trials.proof.sealing import Sealer, seal
from trials.proof.signing import KeyUnusable, to_bytes

ENVELOPE = sample.envelope()
WHEN = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def sealer():
    return Sealer(*new_certificate("InnoPortal reports", WHEN))


@pytest.fixture(scope="module")
def bare():
    return render_pdf(ENVELOPE, lang="en", verify_url=sample.URL)


@pytest.fixture(scope="module")
def pdf(sealer, bare):
    return seal(bare, sealer)


def test_the_seal_stands_behind_the_pages_and_changes_none_of_their_bytes(bare, pdf, sealer):
    assert pdf.startswith(bare)
    assert check_seal(pdf, [sealer.certificate]).state == "good"


def test_another_implementation_finds_the_same_signature_whole_and_trusted(pdf, sealer):
    """pyHanko's own validation, which shares nothing with our check."""
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    trusted = ValidationContext(
        trust_roots=[signature.signer_cert], allow_fetching=False, moment=datetime.now(UTC)
    )
    found = validate_pdf_signature(signature, trusted)
    assert (found.intact, found.valid, found.trusted) == (True, True, True)
    assert found.coverage.name == "ENTIRE_FILE"
    assert signature.signer_cert.dump() == sealer.certificate.der


def test_no_byte_of_the_seal_is_free(pdf, bare, sealer):
    chance = random.Random(32_000)
    for _time in range(400):
        data = bytearray(pdf)
        data[chance.randrange(len(bare), len(pdf))] ^= 1 << chance.randrange(8)
        assert check_seal(bytes(data), [sealer.certificate]).state != "good"


def test_a_seal_of_a_certificate_that_is_not_listed_and_of_a_revoked_one_vouch_for_nothing(pdf, sealer):
    assert check_seal(pdf, []).state == "unknown"
    ours = sealer.certificate
    revoked = Certificate(ours.der, ours.valid_from, WHEN, "The server was stolen.", WHEN)
    found = check_seal(pdf, [revoked])
    assert (found.state, found.text.endswith("The server was stolen.")) == ("revoked", True)


def test_a_pdf_without_a_seal_has_none(bare, sealer):
    assert check_seal(bare, [sealer.certificate]).state == "none"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda pdf: pdf + b"\n",
        lambda pdf: pdf + b"/ByteRange [0 1 2 3]\n",
        lambda pdf: re.sub(rb"/ByteRange \[0 ", b"/ByteRange [1 ", pdf),
        lambda pdf: re.sub(rb"/ByteRange \[\d+ \d+", b"/ByteRange [0 999999999", pdf),
        lambda pdf: re.sub(rb"<30[0-9A-Fa-f]{4}", b"<30ffff", pdf),
        lambda pdf: re.sub(rb"<30[0-9A-Fa-f]{20}", b"<zz" + b"0" * 20, pdf),
    ],
)
def test_what_is_odd_about_a_seal_is_said_and_never_raised(pdf, sealer, spoil):
    spoiled = spoil(pdf)
    assert spoiled != pdf
    assert check_seal(spoiled, [sealer.certificate]).state == "broken"


def test_a_document_of_certificates_reads_back_and_is_refused_when_it_is_wrong(sealer):
    revoked = Certificate(sealer.certificate.der, WHEN, WHEN, "why", WHEN)
    assert load_certificates({"pdf_certificates": listed([revoked])}) == (revoked,)
    assert load_certificates({"keys": []}) == ()
    (entry,) = listed([revoked])
    for change in ({"sha256": "00"}, {"x5c": []}, {"x5c": ["!"]}, {"valid_from": "then"}):
        with pytest.raises(KeyUnusable):
            load_certificates({"pdf_certificates": [entry | change]})
    with pytest.raises(KeyUnusable):
        load_certificates({"pdf_certificates": "none"})


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 70_000])
def test_der_is_read_as_it_is_written(size):
    content = bytes(size)
    assert only(wrap(4, content), 4) == content
    assert [one.content for one in items(wrap(4, content) * 2)] == [content, content]


@pytest.mark.parametrize(
    "data", [b"\x04", b"\x04\x05ab", b"\x04\x81\x01a", b"\x04\x82\x00\x80" + bytes(128), b"\x04\x80", b""]
)
def test_what_is_no_der_is_refused(data):
    with pytest.raises(NotDer):
        first(data)


@pytest.mark.parametrize(
    ("value", "hexed"), [(0, "020100"), (127, "02017f"), (128, "02020080"), (1, "020101")]
)
def test_integers_are_as_short_as_they_can_be(value, hexed):
    assert integer(value).hex() == hexed


# What PDF/A-3 and PDF/UA ask and can be seen without a validator of theirs.


@pytest.mark.parametrize("lang", ["en", "zh-hant", "zh-hans"])
def test_the_sealed_file_keeps_what_pdf_a_3_asks(sealer, lang):
    data = seal(render_pdf(ENVELOPE, lang=lang, verify_url=sample.URL), sealer)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        root = pdf.Root
        xmp = root.Metadata.read_bytes().decode()
        for claim in ("<pdfaid:part>3<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<"):
            assert claim in xmp
        assert "/Filter" not in root.Metadata
        assert str(pdf.docinfo["/Title"]) in xmp
        assert str(pdf.docinfo["/Creator"]) in xmp
        (intent,) = root.OutputIntents
        assert (intent.S, len(intent.DestOutputProfile.read_bytes()) > 300) == ("/GTS_PDFA1", True)
        (attached,) = root.AF
        assert (str(attached.AFRelationship), str(attached.UF)) == ("/Source", ATTACHMENT)
        assert attached.EF.F.read_bytes() == to_bytes(ENVELOPE)
        assert str(attached.EF.F.Subtype) == "/application/json"
        assert "/Encrypt" not in pdf.trailer
        assert pdf.pdf_version == "1.7"
        assert "/Version" not in root
        assert bool(root.MarkInfo.Marked)
        assert fonts_without_file(pdf) == []


def fonts_without_file(pdf):
    found = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary)]
    fonts = [one for one in found if one.get("/Type") == "/FontDescriptor"]
    assert len(fonts) >= 2
    return [one for one in fonts if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(one.keys())]


def test_the_field_of_the_seal_is_seen_nowhere_and_prints_nothing(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        (field,) = opened.Root.AcroForm.Fields
        box = [float(number) for number in field.Rect]
        assert (box[0] - box[2], box[1] - box[3]) == (0, 0)  # so that PDF/A asks no appearance of it
        assert max(box) < 0  # and PDF/UA no place in the structure
        assert int(field.F) & 0b100  # printed, as PDF/A wants each annotation
        assert not int(field.F) & 0b100011  # neither hidden, invisible nor unseen
        assert int(opened.Root.AcroForm.SigFlags) == 3
        assert "/NeedAppearances" not in opened.Root.AcroForm


@pytest.mark.parametrize("lang", ["en", "zh-hant"])
def test_a_phone_reads_the_address_of_the_check_from_the_drawn_page(lang):
    document = pypdfium2.PdfDocument(render_pdf(ENVELOPE, lang=lang, verify_url=sample.URL))
    pages = [document[number].render(scale=2).to_pil() for number in (0, len(document) - 1)]
    for page in pages:
        (code,) = zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode)
        assert code.text == sample.URL
