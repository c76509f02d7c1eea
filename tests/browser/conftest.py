"""One Chromium and one real portal, started as `make run` starts it, for all tests of this directory.

The portal has the demonstration's data, a worker with beat and a mail catcher of its own. With PORTAL_DATA
and PORTAL_PORT the tests use one that runs already, which saves its start; the loop writes into it.
"""

import os
import re
from pathlib import Path

import psycopg2
import pytest
from playwright.sync_api import expect, sync_playwright

from innoportal import embedded
from innoportal.demonstration.people import PASSPHRASE
from tests.portal import Portal, directory

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
START = 900  # seconds; most of it tells two years of the demonstration's story


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items):
    """They share one portal, so one worker of a parallel run takes them all."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="module")
def chromium():
    """Ended with its module: while Playwright's loop lives, Django refuses the database to later tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def portal():
    """A running portal with `port` and `data`."""
    if "PORTAL_DATA" in os.environ:
        running = Portal(Path(os.environ["PORTAL_DATA"]))
        running.port = int(os.environ["PORTAL_PORT"])
        yield running
        return
    made = Portal(directory("browser"), DEMONSTRATION="true", DEBUG="false", HTTPS="false")
    try:
        yield made.start().until("is ready at", START)
    finally:
        made.remove()


class Reader:
    """Somebody with a browser: a context of their own, and everything that went wrong in it."""

    def __init__(self, chromium, portal, **options):
        self.address = f"http://127.0.0.1:{portal.port}"
        self.complaints = []
        self.context = chromium.new_context(base_url=self.address, **options)
        self.context.set_default_timeout(60_000)
        self.page = self.context.new_page()
        self.page.on("console", self.heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("request", self.asked)
        self.page.on("requestfailed", self.failed)
        self.page.on("response", self.answered)

    def heard(self, message):
        """Violations of the content security policy are errors of the console, too.

        What a form asks again while it is being typed stops the question before it, and htmx says so.
        """
        is_asked_anew = message.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))
        if message.type in ("error", "warning") and not is_asked_anew:
            self.complaints.append(f"console: {message.text}")

    def asked(self, request):
        if not request.url.startswith((self.address, "data:", "blob:", "about:")):
            self.complaints.append(f"another host: {request.url}")

    def failed(self, request):
        if request.failure != "net::ERR_ABORTED":  # left by the reader, or a file that is saved
            self.complaints.append(f"failed: {request.url} {request.failure}")

    def answered(self, response):
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")

    def at(self, path):
        """Open an address and wait until its pieces are there, too."""
        self.page.goto(path)
        return self.settled()

    def settled(self):
        self.page.wait_for_load_state("load")
        expect(self.page.locator(".htmx-request")).to_have_count(0)
        return self.page

    def sign_in(self, email):
        page = self.at("/en/account/login/")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password", exact=True).fill(PASSPHRASE)
        page.locator("main").get_by_role("button", name="Sign in").click()
        page.wait_for_url(re.compile("/workspace/$"))
        self.settled()
        return self

    def press(self, name):
        """Press the button of this name, and wait for the page that it leads to."""
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("button", name=name, exact=True).click()
        return self.settled()

    def follow(self, name):
        with self.page.expect_navigation():
            self.page.locator("main a", has_text=name).first.click()
        return self.settled()


@pytest.fixture
def somebody(chromium, portal):
    """Opens browsers: `somebody("office@example.org")`, or `somebody()` for who is not signed in."""
    readers = []

    def open_browser(email=None, **options):
        readers.append(Reader(chromium, portal, **options))
        return readers[-1].sign_in(email) if email else readers[-1]

    yield open_browser
    for reader in readers:
        reader.context.close()


@pytest.fixture(scope="session")
def ask(portal):
    """Asks the portal's database for one value."""
    connection = psycopg2.connect(embedded.database_url(portal.data))
    connection.autocommit = True

    def answer(sql):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            found = cursor.fetchone()
            return found and found[0]

    yield answer
    connection.close()
