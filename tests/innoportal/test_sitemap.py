"""What search engines are told of: what is public, in three languages, and nothing else."""

import re
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from accounts.models import Organisation
from innoportal import sitemap
from tests.factories import (
    CallFactory,
    EntryFactory,
    OrganisationFactory,
    ReportFactory,
    SolutionFactory,
    TopicFactory,
    TrialFactory,
    WishFactory,
)
from trials.models import Trial

pytestmark = pytest.mark.django_db
SITE = "http://127.0.0.1:8000"
WITHDRAWN = {"withdrawn_at": timezone.now(), "withdrawal": "The sensor was wrong."}
LOC = re.compile(r"<loc>([^<]+)</loc>")


def told(client, name: str, query: str = "") -> list[str]:
    response = client.get(f"/sitemap-{name}.xml{query}")
    assert response.status_code == 200
    return LOC.findall(response.content.decode())


def all_told(client) -> str:
    return "\n".join(address for name in sitemap.SECTIONS for address in told(client, name))


def test_every_page_that_it_tells_of_opens_for_anyone(client):
    shown = [WishFactory(open=True), SolutionFactory(listed=True), CallFactory(open=True), TopicFactory()]
    shown.append(TrialFactory(running=True))
    addresses = all_told(client)
    for thing in shown:
        page = thing.get_absolute_url().removeprefix("/en/")
        assert [f"{SITE}/{code}/{page}" in addresses for code in ("en", "zh-hant", "zh-hans")] == [True] * 3
    english = [address for address in addresses.splitlines() if address.startswith(f"{SITE}/en/")]
    assert len(english) * 3 == len(addresses.splitlines())
    assert {client.get(address.removeprefix(SITE)).status_code for address in english} == {200}


@pytest.mark.parametrize(
    ("factory", "traits"),
    [
        (WishFactory, {}),
        *((WishFactory, {"status": one}) for one in ("endorsement", "screening", "returned", "withdrawn")),
        (SolutionFactory, {}),
        *(
            (SolutionFactory, {"status": one})
            for one in ("submitted", "not_suitable", "withdrawn", "expired")
        ),
        (CallFactory, {}),
        (CallFactory, {"status": "withdrawn"}),
        (TrialFactory, {}),
        (ReportFactory, {}),
        (ReportFactory, {"published": True, "status": "withdrawn", **WITHDRAWN}),
    ],
)
def test_what_is_hidden_or_withdrawn_or_a_draft_is_not_told(client, factory, traits):
    thing = factory(**traits)
    addresses = all_told(client)
    assert thing.key not in addresses and (not thing.reference or thing.reference not in addresses)


def test_a_report_is_told_once_it_is_published(client):
    report = ReportFactory(published=True)
    assert f"{SITE}/zh-hant/reports/{report.reference}/" in told(client, "reports")


def test_of_organisations_those_that_are_verified_or_show_something(client):
    named = OrganisationFactory(slug="only-a-name")
    confirmed = OrganisationFactory(slug="verified", is_confirmed=True)
    merged = OrganisationFactory(slug="merged", is_confirmed=True, merged_into=confirmed)
    shows = WishFactory(open=True).organisation
    assert {address.split("/")[-2] for address in told(client, "organisations")} == {"verified", shows.slug}
    assert {named.slug, merged.slug}.isdisjoint({"verified", shows.slug})


def test_each_address_names_the_others_and_the_last_change(client):
    at = datetime(2026, 3, 4, 12, tzinfo=UTC)
    wish = WishFactory(open=True, updated_at=at)
    page = client.get("/sitemap-wishes.xml").content.decode()
    rows = re.findall(r"<url>.*?</url>", page)
    assert len(rows) == 3 and page.count("<lastmod>2026-03-04</lastmod>") == 3
    for row in rows:
        assert re.findall(r'hreflang="([^"]+)" href="([^"]+)"', row) == [
            ("en", f"{SITE}/en/wishes/{wish.slug}/"),
            ("zh-Hant", f"{SITE}/zh-hant/wishes/{wish.slug}/"),
            ("zh-Hans", f"{SITE}/zh-hans/wishes/{wish.slug}/"),
        ]


def test_a_trial_changed_when_its_state_did(client):
    trial = TrialFactory(running=True)
    told = {"noun": "trials.trial", "object_id": trial.pk}
    EntryFactory(**told, to_status="running", at=datetime(2031, 5, 6, 12, tzinfo=UTC))
    EntryFactory(**told, to_status="", at=datetime(2031, 7, 8, 12, tzinfo=UTC))  # nothing to be seen
    EntryFactory(noun="wishes.wish", object_id=trial.pk, to_status="open")
    assert client.get("/sitemap-trials.xml").content.decode().count("<lastmod>2031-05-06</lastmod>") == 3


def test_robots_are_told_where_it_is_and_it_names_its_files(client):
    robots = client.get("/robots.txt").content.decode().splitlines()
    assert f"Sitemap: {SITE}/sitemap.xml" in robots and "Allow: /*/account/organisations/" in robots
    assert OrganisationFactory().get_absolute_url().startswith("/en/account/organisations/")
    WishFactory(open=True)
    response = client.get("/sitemap.xml", headers={"host": "127.0.0.1"})
    files = LOC.findall(response.content.decode())
    assert f"{SITE}/sitemap-wishes.xml" in files and f"{SITE}/sitemap-pages.xml" in files
    assert f"{SITE}/sitemap-reports.xml" not in files  # nothing there yet
    assert response["Content-Type"].startswith("application/xml") and "noindex" in response["X-Robots-Tag"]
    assert "max-age=900" in response["Cache-Control"]


def test_large_sections_have_several_files(client, monkeypatch):
    monkeypatch.setattr(sitemap.Things, "limit", 2)
    wishes = [WishFactory(open=True) for _ in range(3)]
    files = LOC.findall(client.get("/sitemap.xml").content.decode())
    assert [one for one in files if "wishes" in one] == [
        f"{SITE}/sitemap-wishes.xml",
        f"{SITE}/sitemap-wishes.xml?p=2",
    ]
    found = [told(client, "wishes", query)[::3] for query in ("", "?p=2")]
    assert [*found[0], *found[1]] == [f"{SITE}/en/wishes/{wish.slug}/" for wish in wishes]
    for path in ("/sitemap-wishes.xml?p=3", "/sitemap-wishes.xml?p=x", "/sitemap-none.xml"):
        assert client.get(path).status_code == 404


def test_it_is_drawn_once_and_again_when_something_is_withdrawn(client, monkeypatch):
    drawings, draw = [], sitemap.drawn
    monkeypatch.setattr(sitemap, "drawn", lambda *given: drawings.append(1) or draw(*given))
    wish = WishFactory(open=True)
    first = told(client, "wishes")
    assert told(client, "wishes") == first and len(drawings) == 1
    type(wish).objects.filter(pk=wish.pk).update(status="withdrawn")
    assert told(client, "wishes") == []


@pytest.mark.parametrize("count", [1, 5])
def test_it_takes_as_many_queries_for_five_things_as_for_one(client, count, django_assert_max_num_queries):
    for _ in range(count):
        TrialFactory(running=True)
        ReportFactory(published=True)
    assert Trial.objects.count() >= count
    with django_assert_max_num_queries(len(sitemap.SECTIONS) - 1):
        client.get("/sitemap.xml")
    for name in sitemap.SECTIONS:
        with django_assert_max_num_queries(0 if name == "pages" else 2):
            told(client, name)


def test_five_thousand_rows_are_one_file_of_as_many_queries(client, django_assert_max_num_queries):
    Organisation.objects.bulk_create(
        Organisation(slug=f"maker-{number}", kind="sme", name_en=f"Maker {number}", is_confirmed=True)
        for number in range(5000)
    )
    with django_assert_max_num_queries(2):
        assert len(told(client, "organisations")) == 15_000
