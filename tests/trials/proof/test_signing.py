import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.trials.proof import sample
from trials.proof.signing import (
    KeyUnusable,
    PublicKey,
    key_document,
    key_id,
    load_keys,
    load_pem,
    new_key,
    sign,
    to_bytes,
    to_pem,
)

RFC_8032 = [  # secret, public, message, signature (section 7.1, tests 1 and 2)
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]


@pytest.mark.parametrize(("secret", "public", "message", "signature"), RFC_8032)
def test_a_key_kept_as_pem_signs_as_rfc_8032_says(secret, public, message, signature):
    key = load_pem(to_pem(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))))
    assert key.public_key().public_bytes_raw().hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature


def test_the_key_id_is_the_thumbprint_of_rfc_8037_appendix_a_3():
    secret = base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    key = Ed25519PrivateKey.from_private_bytes(secret).public_key()
    assert key_id(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_anyone_can_check_the_signature_with_a_json_library_and_an_ed25519_library():
    envelope = json.loads(to_bytes(sample.envelope()))
    said = {name: envelope[name] for name in ("type", "algorithm", "key_id", "hash", "manifest")}
    written = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    signature = base64.urlsafe_b64decode(envelope["signature"] + "==")
    sample.KEY.public_key().verify(signature, written)


def test_signing_the_same_report_again_gives_the_same_file():
    assert to_bytes(sample.envelope()) == to_bytes(sample.envelope())


def test_the_payload_is_not_altered_by_signing():
    payload = sample.report().to_dict()
    assert sign(payload, sample.KEY)["payload"] == sample.report().to_dict()


def test_an_encrypted_key_needs_its_password():
    key = new_key()
    pem = to_pem(key, b"long enough")
    assert key_id(load_pem(pem, b"long enough").public_key()) == key_id(key.public_key())
    with pytest.raises(KeyUnusable, match="or the password does not fit"):
        load_pem(pem)
    with pytest.raises(KeyUnusable, match="or the password does not fit"):
        load_pem(pem, b"wrong")


def test_a_key_of_another_kind_is_refused():
    pem = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(KeyUnusable, match="not an Ed25519 key"):
        load_pem(pem)


@pytest.mark.parametrize(
    "pem", [b"", b"garbage", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_what_is_no_key_is_refused_without_being_quoted(pem):
    with pytest.raises(KeyUnusable) as refused:
        load_pem(pem)
    assert "AAAA" not in str(refused.value)
    assert "garbage" not in str(refused.value)


def test_the_key_document_is_a_jwk_set_that_reads_back():
    retired = PublicKey(
        sample.OTHER.public_key(), datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 12, 31, tzinfo=UTC)
    )
    document = json.loads(json.dumps(key_document([sample.PUBLIC, retired])))
    assert [entry["valid_until"] for entry in document["keys"]] == ["2025-12-31T00:00:00+00:00", None]
    assert {entry["kty"] + entry["crv"] + entry["alg"] for entry in document["keys"]} == {"OKPEd25519EdDSA"}
    found = load_keys(document)
    assert {name: (key.valid_from, key.valid_until) for name, key in found.items()} == {
        key.id: (key.valid_from, key.valid_until) for key in (sample.PUBLIC, retired)
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kid": "someone-else"}, "keys[0] carries an id that is not its own"),
        ({"crv": "Ed448"}, "keys[0] is not an Ed25519 key"),
        ({"x": "AAAA"}, "keys[0] cannot be read: a field is missing or wrong"),
        ({"x": 7}, "keys[0] cannot be read: a field is missing or wrong"),
        ({"valid_from": "yesterday"}, "keys[0] cannot be read: a field is missing or wrong"),
        ({"valid_from": "2026-01-01"}, "keys[0] cannot be read: a field is missing or wrong"),
    ],
)
def test_a_key_document_that_is_wrong_is_refused(change, message):
    document = key_document([sample.PUBLIC])
    document["keys"][0] |= change
    with pytest.raises(KeyUnusable) as refused:
        load_keys(document)
    assert str(refused.value) == message


@pytest.mark.parametrize("document", [None, [], {}, {"keys": []}, {"keys": "x"}, "keys"])
def test_what_is_no_key_document_is_refused(document):
    with pytest.raises(KeyUnusable, match="not a key set"):
        load_keys(document)
