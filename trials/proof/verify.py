"""Checks the file of a signed report, JSON or PDF, as the portal can: it draws the pages again."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from trials.proof.certificates import Certificate
from trials.proof.files import open_report
from trials.proof.judge import Verdict, unreadable, verify
from trials.proof.pades import check_seal
from trials.proof.pages import confirm
from trials.proof.reading import Unreadable, verify_data
from trials.proof.register import Register, standing
from trials.proof.sealed import with_seal
from trials.proof.signing import PublicKey

__all__ = ["Trust", "Verdict", "verify", "verify_file"]


@dataclass(frozen=True)
class Trust:
    """What a check believes: the keys, the certificates of PDFs, and a register when there is one."""

    keys: dict[str, PublicKey]
    certificates: Sequence[Certificate] = ()
    register: Register | None = field(default=None, repr=False)


def verify_file(data: bytes, trust: Trust, previous_hash: str | None = None) -> Verdict:
    """Never raises, whatever the bytes are.

    ``previous_hash``: the report that should stand before this one, "" when it should be the first.
    """
    try:
        opened = open_report(data)
    except Unreadable as error:
        return unreadable(str(error), error.code)
    found = verify_data(opened.data, trust.keys, previous_hash)
    if found.genuine and opened.pdf:
        seal = check_seal(data, trust.certificates) if trust.certificates else None
        found = with_seal(found, seal, confirm(opened.data.envelope, opened.pdf))
    return standing(found, trust.register) if trust.register else found
