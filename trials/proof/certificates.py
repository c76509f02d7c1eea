"""The certificates that seal PDFs, as the portal lists them beside its Ed25519 keys."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from trials.proof.signing import KeyUnusable, moment

BITS = 3072  # until 2030 and beyond (NIST SP 800-57); Ed25519 in a PDF is not read by most readers
YEARS = 20  # the seal of an old PDF must still be checked when its certificate is no longer used


@dataclass(frozen=True)
class Certificate:
    """``valid_until``: retired then; what it sealed before stays sealed, its private key being destroyed."""

    der: bytes
    valid_from: datetime
    valid_until: datetime | None = None
    revoked: str = ""
    revoked_at: datetime | None = None

    @property
    def x509(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.der)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.der).hexdigest()


def new_certificate(name: str, at: datetime) -> tuple[rsa.RSAPrivateKey, Certificate]:
    """Self-signed: what makes it known is that the portal lists it."""
    key = rsa.generate_private_key(65537, BITS)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    at = at.replace(microsecond=0)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        **dict.fromkeys(
            (
                *("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign"),
                *("crl_sign", "encipher_only", "decipher_only"),
            ),
            False,
        ),
    )
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(at)
        .not_valid_after(at.replace(year=at.year + YEARS, day=min(at.day, 28)))
        .add_extension(usage, critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return key, Certificate(made.public_bytes(serialization.Encoding.DER), at)


def listed(certificates: Iterable[Certificate]) -> list[dict[str, Any]]:
    """As they stand in the key document."""
    return [
        {
            "sha256": one.fingerprint,
            "x5c": [base64.b64encode(one.der).decode("ascii")],
            "valid_from": one.valid_from.isoformat(),
            "valid_until": one.valid_until and one.valid_until.isoformat(),
            "revoked": one.revoked,
            "revoked_at": one.revoked_at and one.revoked_at.isoformat(),
        }
        for one in sorted(certificates, key=lambda one: one.valid_from)
    ]


def load_certificates(document: Any) -> tuple[Certificate, ...]:
    """Those of a key document; none where it lists none.

    :raises KeyUnusable: when one cannot be read, or is not what its fingerprint says.
    """
    found = document.get("pdf_certificates", []) if isinstance(document, dict) else []
    if not isinstance(found, list):
        raise KeyUnusable("pdf_certificates is not a list")
    return tuple(_read(number, entry) for number, entry in enumerate(found))


def _read(number: int, entry: Any) -> Certificate:
    try:
        made = Certificate(
            base64.b64decode(entry["x5c"][0], validate=True),
            moment(entry["valid_from"]),
            moment(entry["valid_until"]) if entry.get("valid_until") else None,
            str(entry.get("revoked") or ""),
            moment(entry["revoked_at"]) if entry.get("revoked_at") else None,
        )
        key = made.x509.public_key()
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise KeyUnusable(
            f"pdf_certificates[{number}] cannot be read: a field is missing or wrong"
        ) from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise KeyUnusable(f"pdf_certificates[{number}] is not of an RSA key")
    if entry.get("sha256") != made.fingerprint:
        raise KeyUnusable(f"pdf_certificates[{number}] carries a fingerprint that is not its own")
    return made
