"""A thousand altered variants of one report: none passes, and each is told where it was altered."""

from collections import Counter
from datetime import UTC, datetime
from functools import cache

import pytest

from tests.trials.proof import sample, tampering
from trials.checked import differences
from trials.models import Report
from trials.proof.canonical import read
from trials.proof.certificates import new_certificate
from trials.proof.offline import verify_offline
from trials.proof.pdf import render_pdf
from trials.proof.reading import is_pdf
from trials.proof.sealing import Sealer, seal
from trials.proof.signing import to_bytes
from trials.proof.verify import Trust, verify_file

SEED = 8785
ENVELOPE = sample.envelope(series=(sample.series(2, 2),))


@pytest.fixture(scope="module", autouse=True)
def drawn_once():
    """A hundred variants carry the same data: it is drawn once for all of them."""

    @cache
    def kept(data: bytes, lang: str, verify_url: str) -> bytes:
        return render_pdf(read(data), lang=lang, verify_url=verify_url)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "trials.proof.pages.render_pdf",
            lambda envelope, *, lang, verify_url: kept(to_bytes(envelope), lang, verify_url),
        )
        yield


@pytest.fixture(scope="module")
def original():
    when = datetime(2026, 6, 1, tzinfo=UTC)
    (key, certificate), (other, unknown) = (new_certificate(name, when) for name in ("Ours", "Another"))

    def draw(envelope):
        return seal(render_pdf(envelope, lang="en", verify_url=sample.URL), Sealer(key, certificate))

    bare = render_pdf(ENVELOPE, lang="en", verify_url=sample.URL)
    sealed = seal(bare, Sealer(key, certificate))
    made = tampering.Original(
        ENVELOPE, sealed, bare, sample.OTHER, lambda pdf: seal(pdf, Sealer(other, unknown)), draw
    )
    return made, Trust(sample.KEYS, (certificate,))


def test_of_a_thousand_tampered_variants_none_passes_and_the_right_place_is_named(original):
    made, trust = original
    assert verify_file(made.pdf, trust).genuine
    assert verify_file(to_bytes(ENVELOPE), trust).genuine
    seen: Counter[str] = Counter()
    wrong = []
    for variant in tampering.variants(made, SEED):
        seen[variant.kind] += 1
        found = verify_file(variant.data, trust)
        if found.is_signed or not located(variant, found):
            wrong.append((variant.kind, variant.places, found.status, found.changed))
        if not altered_is_found(variant, found):
            wrong.append((variant.kind, variant.altered, "not among the differences", ()))
    assert wrong == []
    assert seen.total() == 1000
    assert min(seen.values()) >= 2


def located(variant, found):
    """Every place is among those named; what cannot be read at all says why in one line."""
    if variant.status and found.status != variant.status:
        return False
    if found.status == "unreadable" and variant.status in ("", "unreadable"):
        return bool(found.findings[0].message)
    named = [place in found.changed for place in variant.places]
    if variant.any_of:
        return any(named) if variant.places else bool(found.changed)
    return all(named) and bool(found.findings)


def altered_is_found(variant, found):
    """Who holds the original names the value, even where a forger wrote every digest anew."""
    if not variant.altered:
        return True
    named = {one.path for one in differences(found, Report(envelope=ENVELOPE))}
    return set(variant.altered) <= named


def test_the_check_that_stands_alone_rejects_the_same(original):
    """It names the same places in the data; of a PDF that others wrote anew it may say no more than that."""
    made, trust = original
    passed, differing = [], []
    for number, variant in enumerate(tampering.variants(made, SEED)):
        if not is_pdf(variant.data) and number % 4:
            continue
        found = verify_offline(variant.data, trust.keys, tuple(trust.certificates))
        if found.is_signed:
            passed.append(variant.kind)
        if not is_pdf(variant.data) and found != verify_file(variant.data, trust):
            differing.append(variant.kind)
    assert (passed, differing) == ([], [])


def test_the_same_seed_gives_the_same_variants(original):
    made, _trust = original
    short = {tampering.swapped_numbers: 3, tampering.flipped_bit: 3}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tampering, "COUNTS", short)
        one, other = (list(tampering.variants(made, SEED)) for _time in range(2))
    assert one == other
