"""What the seal of a PDF, and its pages drawn again where they can be, add to the verdict on its data."""

from typing import Literal, NamedTuple

from trials.proof.judge import Finding, Verdict, difference
from trials.proof.pades import Seal

PAGES = "pages of the PDF"
SEAL = "seal of the PDF"


class Drawn(NamedTuple):
    """``same``: the file begins with what the data gives; what stands behind it is for the seal to answer."""

    outcome: Literal["same", "changed", "unknown"]
    text: str
    whole: bool = False  # and nothing stands behind it


def with_seal(found: Verdict, seal: Seal | None, drawn: Drawn) -> Verdict:
    """Of a file whose data is genuine; ``seal`` is None for a portal that lists no certificates."""
    if drawn.outcome == "changed":
        return found.but("changed", difference("changed", PAGES, drawn.text))
    if seal is None:
        return _unsealed(found, drawn)
    if seal.state == "good":
        more = (Finding("pages_same", "", drawn.text),) if drawn.outcome == "same" else ()
        return found.but(found.status, Finding("sealed", "", seal.text), *more)
    if seal.state == "revoked":
        status = found.status if drawn.outcome == "same" else "pages_unconfirmed"
        return found.but(status, Finding("revoked_seal", "", seal.text), Finding("pages", "", drawn.text))
    if seal.state == "unknown":
        return found.but("untrusted_key", Finding("unknown_seal", SEAL, seal.text))
    text = "the seal of the PDF was taken away" if seal.state == "none" else seal.text
    return found.but("changed", difference("changed", SEAL, text))


def _unsealed(found: Verdict, drawn: Drawn) -> Verdict:
    if drawn.outcome == "unknown":
        return found.but("pages_unconfirmed", Finding("pages_unknown", "", drawn.text))
    if not drawn.whole:
        text = "something was put behind the pages that the data gives"
        return found.but("changed", difference("changed", PAGES, text))
    return found.but(found.status, Finding("pages_same", "", drawn.text))
