"""Seals the PDF of a report: a PAdES signature (baseline B) in an update behind the pages, by pyHanko."""

import io
from dataclasses import dataclass

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from trials.proof.certificates import Certificate

FIELD = "Seal"
UNSEEN = fields.InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True)


@dataclass(frozen=True)
class Sealer:
    key: RSAPrivateKey
    certificate: Certificate


class _Update(IncrementalPdfFileWriter):
    """Leaves title, dates and XMP as they were drawn: rewritten, they would no longer be those of PDF/A-3."""

    def _update_meta(self) -> None:
        return


def seal(pdf: bytes, sealer: Sealer) -> bytes:
    """The bytes given, and behind them the signature over all of them, in a field that shows on no page."""
    der = sealer.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    signer = signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(sealer.certificate.der),
        signing_key=asn1_keys.PrivateKeyInfo.load(der),
        cert_registry=SimpleCertificateStore(),
        prefer_pss=False,  # RSA-PSS in a PDF is read by fewer programs
    )
    asked = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, name="InnoPortal"
    )
    pen = signers.PdfSigner(
        asked, signer=signer, new_field_spec=fields.SigFieldSpec(FIELD, invis_sig_settings=UNSEEN)
    )
    sealed: bytes = pen.sign_pdf(_Update(io.BytesIO(pdf))).getvalue()
    return sealed
