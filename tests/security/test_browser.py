"""A real browser opens what a hostile author wrote: nothing runs, and no policy is broken."""

from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import sync_playwright

from tests.innoportal.test_ui_browser import CHROMIUM, QUIET
from tests.security.payloads import XSS
from tests.security.world import ask, body

pytestmark = pytest.mark.browser
HERE = "http://portal.test"


def is_foreign(url):
    return not url.startswith((HERE, "data:"))


def served(route, pages):
    """The portal's own answers with their headers; whatever else is asked for is refused."""
    url = urlsplit(route.request.url)
    if f"{url.scheme}://{url.netloc}" != HERE:
        route.abort()
    elif url.path in pages:
        text, headers = pages[url.path]
        route.fulfill(body=text, headers=headers)
    elif url.path.startswith("/static/") and (file := finders.find(url.path.removeprefix("/static/"))):
        route.fulfill(path=file)
    else:
        route.fulfill(status=404, body="")


def test_in_chromium_no_dialog_opens_nothing_foreign_is_asked_for_and_the_policy_is_never_broken(world):
    shown = {}
    for number, text in enumerate(XSS[::7]):
        for path in infected_once(world, text):
            response = ask(world.clients["administrator"], "GET", path)
            shown[f"/{number}{path}"] = (body(response), dict(response.headers))
    heard: list[str] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = chromium.new_page()
        page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
        page.on("console", lambda said: heard.append(said.text) if "Content Security" in said.text else None)
        page.on(
            "request",
            lambda asked: None if asked.url.startswith((HERE, "data:")) else heard.append(asked.url),
        )
        page.route("**/*", lambda route: served(route, shown))
        for path in shown:
            page.goto(HERE + path, wait_until="load")
            assert page.title().endswith("台")
        chromium.close()
    assert heard == []


def infected_once(world, text):
    """Two pages of rows that stay until the end of the test."""
    from tests.factories import SolutionFactory, WishFactory

    wish = WishFactory(open=True, title_en=text[:500], need_en=text, outcome_en=text, site_en=text[:200])
    solution = SolutionFactory(listed=True, title_en=text[:200], summary_en=text, method_en=text)
    return [wish.get_absolute_url(), solution.get_absolute_url()]
