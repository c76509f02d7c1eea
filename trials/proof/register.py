"""The register: a line for each report in the order of publication, signed as a whole by the key of the day.

It tells without the portal what a report alone cannot: that a newer version has replaced it, that it was
withdrawn or corrected, that none is missing, and which reports of a key that was revoked since are the true
ones.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from trials.proof.canonical import NotCanonical, canonical
from trials.proof.chain import Break, Link, verify_links
from trials.proof.judge import Finding, Verdict
from trials.proof.shape import Hash, Misfit, Moment, pattern, plain, read
from trials.proof.signing import KeyUnusable, PublicKey, b64, fits, moment

State = Literal["published", "superseded", "withdrawn"]
FIRST = "innoportal-register/1"  # which knew of no corrections; copies of it were saved


@dataclass(frozen=True)
class Correction:
    """``url``: where people read it."""

    number: int
    hash: Hash
    published_at: Moment
    url: str

    @property
    def name(self) -> str:
        return f"correction {self.number}, of {self.published_at[:10]}"


@dataclass(frozen=True)
class Line:
    """``by``: the version that replaced it; ``reason``: why it was withdrawn, as it was written.

    ``errata``: the signed corrections in their order, None where the register does not tell of any.
    """

    reference: Annotated[str, pattern(r"R-\d{4}-\d{4,}", "a reference such as R-2026-0009")]
    version: int
    hash: Hash
    previous_hash: Hash | None
    published_at: Moment
    state: State
    since: Moment | None
    by: str
    reason: str
    errata: tuple[Correction, ...] | None = None

    @property
    def name(self) -> str:
        return f"{self.reference} v{self.version}"


@dataclass(frozen=True)
class Register:
    """``as_of`` is when it was signed; of what came later it says nothing."""

    type: Literal["innoportal-register/1", "innoportal-register/2"]
    algorithm: Literal["Ed25519"]
    key_id: str
    issuer: str
    as_of: Moment
    reports: tuple[Line, ...]

    @cached_property
    def by_hash(self) -> dict[str, Line]:
        return {line.hash: line for line in self.reports}


def make_register(lines: Iterable[Line], *, issuer: str, as_of: datetime, signer: str = "") -> Register:
    return Register("innoportal-register/2", "Ed25519", signer, issuer, as_of.isoformat(), tuple(lines))


def sign_register(register: Register, key: Ed25519PrivateKey) -> dict[str, Any]:
    """The document, for the register that names this key."""
    said = plain(register)
    return {**said, "signature": b64(key.sign(canonical(said)))}


def load_register(document: Any, keys: dict[str, PublicKey]) -> Register:
    """
    :raises KeyUnusable: it is no register, was changed, or no trusted key signed it.
    """
    if not isinstance(document, dict) or not isinstance(document.get("signature"), str):
        raise KeyUnusable("this is not a signed register")
    said = {name: value for name, value in document.items() if name != "signature"}
    try:
        found: Register = read(Register, _of_today(said))
    except (Misfit, NotCanonical) as error:
        raise KeyUnusable(f"this is not a register: {error}") from error
    key = keys.get(found.key_id)
    if key is None:
        raise KeyUnusable("the key of the register is not among the keys given")
    if not fits(key.key, document["signature"], said):
        raise KeyUnusable("the register was changed after it was signed")
    as_of = moment(found.as_of)
    if key.revoked or as_of < key.valid_from or (key.valid_until and as_of > key.valid_until):
        raise KeyUnusable("the key of the register was revoked, or not valid when it was signed")
    return found


def _of_today(said: dict[str, Any]) -> dict[str, Any]:
    """One of the first form, as it is read today; what was signed stays as it was."""
    if said.get("type") != FIRST or not isinstance(said.get("reports"), list):
        return said
    lines = [{"errata": None, **one} if isinstance(one, dict) else one for one in said["reports"]]
    return {**said, "reports": lines}


def breaks(register: Register) -> tuple[Break, ...]:
    """What is wrong with the chain that it lists, or with a row of corrections; () when nothing is."""
    links = verify_links([Link(line.name, line.hash, line.previous_hash) for line in register.reports])
    return links + tuple(
        Break("missing", index, f"a correction of {line.name} is missing from its row")
        for index, line in enumerate(register.reports)
        if [one.number for one in line.errata or ()] != [*range(1, len(line.errata or ()) + 1)]
    )


def standing(found: Verdict, register: Register) -> Verdict:
    """What the register knows of a report that was judged by itself."""
    revoked = found.status == "untrusted_key" and found.findings[-1].code == "revoked_key"
    if not (found.is_signed or revoked):
        return found
    line = register.by_hash.get(found.hash)
    if line is None:
        return _unlisted(found, register) if not revoked else found
    if revoked:
        text = "but the register, signed by a key in use, lists this very report: it is the published one"
        found = found.but("genuine", Finding("vouched_by_register", "", text))
    if line.state == "published":
        text = f"the register of {register.as_of} lists it as published and in force"
        return _corrected(found.but(found.status, Finding("in_register", "", text)), line, register)
    return _corrected(found.but(line.state, Finding(line.state, "", _ended(line))), line, register)


def _corrected(found: Verdict, line: Line, register: Register) -> Verdict:
    """With the corrections that were published and the file lacks, or has though they never were."""
    if line.errata is None:
        return found
    listed, carried = {one.hash for one in line.errata}, dict(found.errata)
    lacking = [one for one in line.errata if one.hash not in carried]
    found = found.but(
        found.status,
        *(Finding("lacks_correction", "", f"{one.name}, is not in this file: {one.url}") for one in lacking),
    )
    for number, (name, published) in enumerate(found.errata, 1):
        if name not in listed:
            found = _stray(found, number, published, register)
    return found


def _stray(found: Verdict, number: int, published: str, register: Register) -> Verdict:
    if moment(published) > moment(register.as_of):
        text = f"correction {number} was published after the register was signed ({register.as_of})"
        return found.but(found.status, Finding("register_is_older", "", text))
    text = f"a key of the portal signed correction {number}, but the portal never published it"
    return found.but("unregistered", Finding("correction_not_in_register", "", text))


def _ended(line: Line) -> str:
    since = f" on {line.since[:10]}" if line.since else ""
    if line.state == "withdrawn":
        return f"it was withdrawn{since}: {line.reason or 'no reason was written'}"
    return f"it was replaced{since} by {line.by or 'a newer version'}"


def _unlisted(found: Verdict, register: Register) -> Verdict:
    published = str((found.payload or {}).get("published_at", ""))
    if moment(published) > moment(register.as_of):
        text = f"it was published after the register was signed ({register.as_of}); fetch a newer one"
        return found.but(found.status, Finding("register_is_older", "", text))
    text = "a key of the portal signed it, but the portal never published it"
    return found.but("unregistered", Finding("not_in_register", "", text))
