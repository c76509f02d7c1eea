"""A badge says what its report says of one claim, and dies with it."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from defusedxml import ElementTree as Xml
from django.urls import reverse
from django.utils import timezone, translation

from tests.factories import UserFactory
from tests.trials import stories
from trials import badges, keys, services
from trials.badge_picture import TEXT, lines, width
from trials.models import Report
from trials.proof.badge import load_badge, sign_badge
from trials.proof.signing import KeyUnusable, PublicKey
from trials.validity import valid_until
from trials.views.badges import check

pytestmark = pytest.mark.django_db
KINDS = ("picture", "data", "frame")


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def ask(client, kind: str, report: Report, claim: int = 1):
    return client.get(reverse(f"trials:report-badge-{kind}", args=[report.slug, claim]))


def withdrawn(report: Report) -> None:
    services.withdraw_report(report, by=UserFactory(office=True), reason="A meter was wrong.")


def replaced(report: Report) -> None:
    fresh = services.erratum(report, by=report.trial.engineer, text_en="The unit was wrong.")
    services.hand_to_vendor(fresh, by=report.trial.engineer)
    services.comment(fresh, by=UserFactory(), text="Fine.")
    stories.sign(fresh)


def outlived(monkeypatch, report: Report) -> None:
    last = valid_until(report)
    later = datetime(last.year, last.month, last.day, 12, tzinfo=UTC) + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: later)


# What it says


def test_the_signed_data_says_which_claim_which_site_how_it_came_out_and_how_long(client):
    report = stories.published()
    payload = report.envelope["payload"]
    badge = load_badge(ask(client, "data", report).json(), keys.public_keys())
    assert (badge.report, badge.version, badge.report_hash) == (report.reference, 1, report.payload_hash)
    assert (badge.claim, badge.statement.en) == (1, payload["claims"][0]["statement"]["en"])
    assert (badge.verdict, badge.state) == (payload["claims"][0]["verdict"], "valid")
    assert [site.en for site in badge.sites] == [payload["venues"][0]["en"]]
    assert badge.valid_until == valid_until(report).isoformat()
    whole = load_badge(ask(client, "data", report, 0).json(), keys.public_keys())
    assert (whole.claim, bool(whole.statement), whole.verdict) == (0, False, report.verdict)


def test_a_claim_that_was_not_met_is_said_not_to_be_met(client):
    report = stories.published(readings=stories.csv_of(trial=130))
    assert ">Not met</text>" in ask(client, "picture", report).content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_no_badge_of_a_claim_that_the_report_has_not_nor_of_a_draft(client, kind):
    assert ask(client, kind, stories.published(), 2).status_code == 404
    draft = stories.drafted()
    client.force_login(draft.trial.engineer)
    assert ask(client, kind, draft, 0).status_code == 404


@pytest.mark.parametrize(("language", "word"), [("en", "Met"), ("zh-hant", "達標"), ("zh-hans", "达标")])
def test_the_picture_is_well_formed_in_each_language_and_says_all_that_it_shows(client, language, word):
    report = stories.published()
    with translation.override(language):
        drawn = Xml.fromstring(ask(client, "picture", report).content)
    texts = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    title = drawn.find("{http://www.w3.org/2000/svg}title").text
    assert word in texts
    assert word in title
    assert report.reference in title
    assert not list(drawn.iter("{http://www.w3.org/2000/svg}script"))


def test_what_people_wrote_stays_text_in_the_picture():
    report = stories.published(
        claims=[{**stories.ENERGY, "statement_en": "</text><script>x</script> & \x0b"}]
    )
    from trials.badge_picture import picture

    drawn = picture(badges.shown(report, 1, timezone.now()))
    assert "<script" not in drawn
    Xml.fromstring(drawn)


def test_lines_fit_and_what_is_too_much_ends_in_an_ellipsis():
    for text in ("word " * 60, "冷水機組每日耗電量減少" * 10, "x" * 200, "one"):
        found = lines(text, size=13, most=2)
        assert 1 <= len(found) <= 2
        assert all(width(one, 13) <= TEXT for one in found)
        assert found[-1].endswith("…") == (text != "one")


# For other sites


@pytest.mark.parametrize("kind", KINDS)
def test_any_site_may_show_it_and_keep_it_for_five_minutes(client, kind):
    response = ask(client, kind, stories.published())
    assert response["Cache-Control"] == "public, max-age=300, must-revalidate"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


def test_only_the_frame_may_be_framed_and_it_loads_nothing_but_the_picture(client):
    report = stories.published()
    frame, picture = ask(client, "frame", report), ask(client, "picture", report)
    assert "X-Frame-Options" not in frame
    assert "frame-ancestors *" in frame["Content-Security-Policy"]
    assert "default-src 'none'" in frame["Content-Security-Policy"]
    assert "script" not in frame.content.decode()
    assert picture["X-Frame-Options"] == "DENY"
    page = client.get(reverse("trials:report-badge", args=[report.slug]))
    assert page["X-Frame-Options"] == "DENY"


def test_the_lines_to_copy_need_no_script_and_assert_no_verdict(client):
    report = stories.published()
    shown = badges.shown(report, 1, timezone.now())
    for text in (shown.image_lines, shown.frame_lines):
        assert "script" not in text
        assert "Met" not in text
        assert report.reference in text
    text = client.get(reverse("trials:report-badge", args=[report.slug])).content.decode()
    assert text.count("&lt;iframe") == 2  # of the whole report and of its one claim


# How it ends


@pytest.mark.parametrize(
    ("end", "state", "word"),
    [
        (withdrawn, "withdrawn", "Withdrawn"),
        (replaced, "superseded", "Replaced by a newer version"),
        (None, "expired", "Expired"),
    ],
)
def test_it_dies_with_its_report_everywhere_at_once(client, monkeypatch, end, state, word):
    report = stories.published()
    old = json.dumps(ask(client, "data", report).json())
    assert check(old)["is_good"]
    if end:
        end(report)
    else:
        outlived(monkeypatch, report)
    drawn = ask(client, "picture", report).content.decode()
    assert f">{word}</text>" in drawn
    assert ">Met</text>" not in drawn
    assert f'alt="InnoPortal. {word}: ' in ask(client, "frame", report).content.decode()
    assert ask(client, "data", report).json()["state"] == state
    assert not check(old)["is_good"]
    page = client.get(reverse("trials:report-badge", args=[report.slug])).content.decode()
    assert "Put it on your own site" not in page


def test_a_copy_that_nobody_renews_ends_after_a_week_without_the_portal():
    report, now = stories.published(), timezone.now()
    badge = badges.badge_of(report, 1, now)
    assert badge.state_at(now + timedelta(days=6, hours=23)) == "valid"
    assert badge.state_at(now + timedelta(days=7, seconds=1)) == "stale"
    assert badge.state_at(now + timedelta(days=365 * 3 + 3)) == "expired"
    assert replace(badge, state="withdrawn").state_at(now) == "withdrawn"


# Its check


def changed(document: dict, **values) -> dict:
    return {**document, **values}


def test_a_badge_that_was_changed_or_signed_by_another_is_refused(client):
    report = stories.published()
    document, trusted = ask(client, "data", report).json(), keys.public_keys()
    for name, value in (
        ("verdict", "not_met"),
        ("state", "expired"),
        ("valid_until", "2099-01-01"),
        ("fresh_until", "2099-01-01T00:00:00+00:00"),
        ("claim", 0),
        ("signature", document["signature"][:-4] + "AAAA"),
    ):
        with pytest.raises(KeyUnusable, match="changed"):
            load_badge(changed(document, **{name: value}), trusted)
    with pytest.raises(KeyUnusable, match="not a badge"):
        load_badge(changed(document, more="x"), trusted)
    other = sign_badge(badges.badge_of(report, 1, timezone.now()), Ed25519PrivateKey.generate())
    with pytest.raises(KeyUnusable, match="not among"):
        load_badge(other, trusted)
    with pytest.raises(KeyUnusable, match="not a signed badge"):
        load_badge(report.payload_hash, trusted)


def test_a_signed_report_is_no_badge_and_a_badge_no_report(client):
    report = stories.published()
    with pytest.raises(KeyUnusable, match="not a badge"):
        load_badge(report.envelope, keys.public_keys())
    from trials.proof.verify import verify

    found = verify(ask(client, "data", report).json(), keys.public_keys())
    assert found.status == "unreadable"


def test_a_key_vouches_only_for_badges_of_its_time(client):
    document = ask(client, "data", stories.published()).json()
    [(name, key)] = keys.public_keys().items()
    now = timezone.now()
    for wrong in (
        replace(key, valid_from=now + timedelta(days=1)),
        replace(key, valid_until=now - timedelta(days=1)),
        replace(key, revoked="stolen"),
    ):
        with pytest.raises(KeyUnusable, match="revoked, or not in use"):
            load_badge(document, {name: wrong})
    assert isinstance(key, PublicKey)
    assert load_badge(document, {name: key})


def test_the_page_of_the_check_tells_good_from_bad_and_keeps_what_was_pasted(client):
    report = stories.published()
    document = json.dumps(ask(client, "data", report).json())
    url = reverse("trials:verify-badge")
    good = client.post(url, {"data": document}).content.decode()
    assert "This badge is genuine and valid." in good
    bad = client.post(url, {"data": document.replace('"met"', '"stopped"')}).content.decode()
    assert "Not confirmed: this is no badge of this portal." in bad
    assert "stopped" in bad
    for text in ("{", "[]", "null", "<b>", '{"a":' * 90):
        assert "Not confirmed" in client.post(url, {"data": text}).content.decode()
    assert client.post(url, {"data": ""}).status_code == 422
    assert client.post(url, {"data": "x" * 20_001}).status_code == 422


def test_a_badge_whose_report_is_not_here_is_not_confirmed(client):
    report = stories.published()
    foreign = replace(badges.badge_of(report, 1, timezone.now()), report_hash="0" * 64)
    found = check(json.dumps(sign_badge(foreign, keys.signing_key())))
    assert (found["is_good"], str(found["why"])) == (False, "Its report was never published here.")


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_of_badges_takes_one_query_for_one_claim_and_for_five(
    client, django_assert_num_queries, count
):
    claims = [stories.ENERGY | {"metric": f"energy-{number}"} for number in range(count)]
    text = stories.csv_of("energy-0")
    for number in range(1, count):
        text += "\n" + stories.csv_of(f"energy-{number}").partition("\n")[2]
    report = stories.published(claims=claims, readings=text)
    with django_assert_num_queries(1):
        body = client.get(reverse("trials:report-badge", args=[report.slug])).content.decode()
    assert len(re.findall(r'<section class="ip-section" id="claim-\d"', body)) == count + 1
    for kind in KINDS:
        with django_assert_num_queries(1):
            ask(client, kind, report)
