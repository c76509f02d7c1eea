"""Checks the seal of a PDF (PAdES over RSA and SHA-256) to its last byte, with `cryptography` alone.

Of the many forms that CMS allows, only the one that this portal writes is taken: a file is its own or it is
not, and no byte may be something else.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from trials.proof.certificates import Certificate
from trials.proof.der import (
    FIRST,
    OCTETS,
    OID,
    SEQUENCE,
    SET,
    Item,
    NotDer,
    first,
    integer,
    items,
    only,
    wrap,
)

MARK = b"/ByteRange"
RANGE = re.compile(rb"/ByteRange \[(\d{1,9}) (\d{1,9}) (\d{1,9}) (\d{1,9})\] *\n")
CONTENTS = re.compile(rb"<((?:[0-9a-f]{2})*|(?:[0-9A-F]{2})*)(0*)>")

DATA = wrap(OID, bytes.fromhex("2a864886f70d010701"))
SIGNED_DATA = wrap(OID, bytes.fromhex("2a864886f70d010702"))
CONTENT_TYPE = wrap(OID, bytes.fromhex("2a864886f70d010903"))
MESSAGE_DIGEST = wrap(OID, bytes.fromhex("2a864886f70d010904"))
NULL = b"\x05\x00"
SHA256 = wrap(SEQUENCE, wrap(OID, bytes.fromhex("608648016503040201")), NULL)
WITH_RSA = tuple(  # sha256WithRSAEncryption, or rsaEncryption as older writers say
    wrap(SEQUENCE, wrap(OID, bytes.fromhex(oid)), NULL)
    for oid in ("2a864886f70d01010b", "2a864886f70d010101")
)

State = Literal["good", "none", "broken", "unknown", "revoked"]


@dataclass(frozen=True)
class Seal:
    state: State
    text: str
    certificate: Certificate | None = None


def check_seal(pdf: bytes, certificates: Iterable[Certificate]) -> Seal:
    """Never raises, whatever the bytes are."""
    if MARK not in pdf:
        return Seal("none", "the PDF carries no seal")
    try:
        cms, covered = _parts(pdf)
        der, signed, signature = _read(cms)
    except NotDer as error:
        return Seal("broken", f"the seal does not cover the file as it stands: {error}")
    certificate = next((one for one in certificates if one.der == der), None)
    if certificate is None:
        seen = hashlib.sha256(der).hexdigest()[:16]
        return Seal("unknown", f"the certificate of the seal ({seen}…) is not among those given")
    if not _fits(cms, certificate, signed, signature, covered):
        return Seal("broken", "the PDF is not the one that was sealed")
    if certificate.revoked:
        return Seal("revoked", f"the certificate of the seal was revoked: {certificate.revoked}", certificate)
    return Seal("good", "the seal of the PDF covers all of it", certificate)


def _parts(pdf: bytes) -> tuple[bytes, bytes]:
    """The CMS, and the digest of all that stands around it."""
    ranges = RANGE.findall(pdf)
    if len(ranges) != 1 or pdf.count(MARK) != 1:
        raise NotDer("what it covers is not said once")
    begin, size, after, rest = map(int, ranges[0])
    if begin != 0 or after + rest != len(pdf) or size >= after:
        raise NotDer("it leaves bytes out")
    written = CONTENTS.fullmatch(pdf[size:after])
    if not written:
        raise NotDer("its signature is damaged")
    raw = bytes.fromhex(pdf[size + 1 : after - 1].decode("ascii"))
    cms = first(raw).whole
    if raw[len(cms) :].strip(b"\0"):
        raise NotDer("something stands behind it")
    return cms, hashlib.sha256(pdf[:size] + pdf[after:]).digest()


def _read(cms: bytes) -> tuple[bytes, bytes, bytes]:
    """Certificate, signed attributes and signature."""
    _kind, content = _some(only(cms, SEQUENCE), 2)
    parts = _some(only(content.content, SEQUENCE), 5)  # version, digests, data, certificates, signers
    signer = _some(only(parts[4].content, SEQUENCE), 6)
    return parts[3].content, signer[3].content, signer[5].content


def _some(data: bytes, count: int) -> list[Item]:
    found = items(data)
    if len(found) != count:
        raise NotDer("it has parts that this portal does not write")
    return found


def _fits(cms: bytes, certificate: Certificate, signed: bytes, signature: bytes, covered: bytes) -> bool:
    """Whether the CMS is, byte for byte, what this certificate signed of this digest."""
    key = certificate.x509.public_key()
    if not isinstance(key, RSAPublicKey):
        return False
    try:
        key.verify(signature, wrap(SET, signed), PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return _digests(signed, covered) and any(
        cms == _compose(certificate, signed, signature, algorithm) for algorithm in WITH_RSA
    )


def _digests(signed: bytes, covered: bytes) -> bool:
    """The attributes name this digest once, of plain data."""
    found = items(signed)
    wanted = [
        wrap(SEQUENCE, MESSAGE_DIGEST, wrap(SET, wrap(OCTETS, covered))),
        wrap(SEQUENCE, CONTENT_TYPE, wrap(SET, DATA)),
    ]
    named = [one for one in found if one.content.startswith((MESSAGE_DIGEST, CONTENT_TYPE))]
    return sorted(one.whole for one in named) == sorted(wanted)


def _compose(certificate: Certificate, signed: bytes, signature: bytes, algorithm: bytes) -> bytes:
    known = certificate.x509
    issuer = wrap(SEQUENCE, known.issuer.public_bytes(), integer(known.serial_number))
    signer = wrap(
        SEQUENCE, integer(1), issuer, SHA256, wrap(FIRST, signed), algorithm, wrap(OCTETS, signature)
    )
    content = wrap(
        SEQUENCE,
        *(integer(1), wrap(SET, SHA256), wrap(SEQUENCE, DATA)),
        *(wrap(FIRST, certificate.der), wrap(SET, signer)),
    )
    return wrap(SEQUENCE, SIGNED_DATA, wrap(FIRST, content))
