"""A badge: what one report says of one claim, signed for some days and true no longer than the report."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from trials.proof.canonical import NotCanonical, canonical
from trials.proof.parts import Bilingual, ReportReference, SolutionReference, Verdict
from trials.proof.shape import Day, Hash, Misfit, Moment, plain, read
from trials.proof.signing import KeyUnusable, PublicKey, b64, fits, key_id, moment
from trials.proof.writing import HONG_KONG

State = Literal["valid", "expired", "superseded", "withdrawn"]
FRESH = timedelta(days=7)  # a copy that nobody renews says nothing after that


@dataclass(frozen=True)
class Badge:
    """``claim`` counts from 1 as the report does; 0 is the report as a whole, without a statement."""

    type: Literal["innoportal-badge/1"]
    algorithm: Literal["Ed25519"]
    key_id: str
    issuer: str
    report: ReportReference
    version: int
    report_hash: Hash
    solution: SolutionReference
    title: Bilingual
    vendor: Bilingual
    sites: tuple[Bilingual, ...]
    claim: int
    statement: Bilingual
    verdict: Verdict
    state: State
    valid_until: Day
    issued_at: Moment
    fresh_until: Moment

    def state_at(self, now: datetime) -> Literal["valid", "expired", "superseded", "withdrawn", "stale"]:
        """What it is worth at this moment to who has nothing but the badge."""
        if self.state != "valid":
            return self.state
        if now.astimezone(HONG_KONG).date() > date.fromisoformat(self.valid_until):
            return "expired"
        return "stale" if now > moment(self.fresh_until) else "valid"


def sign_badge(badge: Badge, key: Ed25519PrivateKey) -> dict[str, Any]:
    """The document; the badge then names this key."""
    said = plain(replace(badge, key_id=key_id(key.public_key())))
    return {**said, "signature": b64(key.sign(canonical(said)))}


def load_badge(document: Any, keys: dict[str, PublicKey]) -> Badge:
    """
    :raises KeyUnusable: it is no badge, was changed, or no trusted key signed it while it was in use.
    """
    if not isinstance(document, dict) or not isinstance(document.get("signature"), str):
        raise KeyUnusable("this is not a signed badge")
    said = {name: value for name, value in document.items() if name != "signature"}
    try:
        found: Badge = read(Badge, said)
        key = keys.get(found.key_id)
        if key is None:
            raise KeyUnusable("the key of the badge is not among the keys given")
        if not fits(key.key, document["signature"], said):
            raise KeyUnusable("the badge was changed after it was signed")
    except (Misfit, NotCanonical) as error:
        raise KeyUnusable(f"this is not a badge: {error}") from error
    at = moment(found.issued_at)
    if key.revoked or at < key.valid_from or (key.valid_until and at > key.valid_until):
        raise KeyUnusable("the key of the badge was revoked, or not in use when it was signed")
    return found
