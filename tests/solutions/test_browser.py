"""The pages of solutions, files and accounts in a real browser: axe, console, requests, languages, widths.

No row is read while the browser is open: its event loop would give this thread a second database connection.
"""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import sync_playwright

from notifications.services import follow
from solutions import services
from tests.factories import (
    EvidenceFactory,
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    SolutionFactory,
    TopicFactory,
    UserFactory,
    WishFactory,
)

pytestmark = [pytest.mark.browser]
SIZES = {"wide": 1280, "phone": 390}


@pytest.fixture
def portal(committed, live_server):
    """A vendor's approver with a listed and a draft solution, and somebody invited."""
    member = MembershipFactory(
        approver=True,
        user__roles=["office"],
        organisation=OrganisationFactory(vendor=True, about_en="We listen to lifts.", is_confirmed=True),
    )
    solution = SolutionFactory(
        organisation=member.organisation,
        created_by=member.user,
        method_en="A sensor on the motor cable learns what is usual.",
        confidential="The model was trained on data of two customers.",
        price="to_500k",
        lead_months=2,
        trial_needs=["power", "network"],
        certificates=["ISO 9001"],
        topics=TopicFactory.create_batch(2),
    )
    EvidenceFactory(solution=solution, trl=7, url="https://example.org/paper")
    office = UserFactory(office=True)
    services.submit(solution, by=member.user)
    services.acknowledge(solution, by=office)
    services.list_(solution, by=office)
    wish = WishFactory(open=True)
    services.answer_wish(solution, by=member.user, wish_reference=wish.reference, pitch="It measures this.")
    SolutionFactory(organisation=member.organisation, title_en="")
    InvitationFactory(organisation=member.organisation)
    follow(member.user, solution)
    return live_server, member, solution, wish


def pages(member, solution, wish) -> list[str]:
    organisation = member.organisation.slug
    return [
        "solutions/",
        "solutions/?trl_min=99",
        f"solutions/{solution.slug}/",
        f"solutions/{solution.slug}/edit/",
        f"solutions/{solution.slug}/withdraw/",
        f"solutions/{solution.slug}/documents/",
        "solutions/new/",
        f"solutions/answer/?wish={wish.reference}",
        "solutions/workspace/",
        "account/profile/",
        f"account/organisations/{organisation}/",
        f"account/organisations/{organisation}/members/",
    ]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_every_page_is_accessible_and_quiet(portal, language, size):
    server, member, solution, wish = portal
    client = Client()
    client.force_login(member.user)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": server.url}
    paths = pages(member, solution, wish)
    found, noise = {}, []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": SIZES[size], "height": 900})
        context.add_cookies([cookie])
        page = context.new_page()
        page.on("console", lambda message: noise.append(message.text) if message.type == "error" else None)
        page.on("response", lambda answer: noise.append(answer.url) if answer.status >= 400 else None)
        for number, path in enumerate(paths):
            page.goto(f"{server.url}/{language}/{path}", wait_until="networkidle")
            if folder := os.environ.get("SCREENSHOTS"):
                page.screenshot(path=f"{folder}/{language}-{size}-{number:02}.png", full_page=True)
            found[path] = faults(page)
        browser.close()
    assert {path: problems for path, problems in found.items() if problems} == {}
    assert noise == []


def faults(page) -> list[str]:
    violations = Axe().run(page).response["violations"]
    told = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in violations]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*told, f"{wide} px too wide"] if wide > 0 else told
