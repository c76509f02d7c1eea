import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import override_settings
from playwright.sync_api import sync_playwright
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.innoportal.styleguide_urls")]
CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
PAGES = [
    f"/{language}/{page}/"
    for language in ("en", "zh-hant", "zh-hans")
    for page in ("styleguide", "account/login")
]


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def server():
    """These pages read no row, so the server needs no database, nor the flush that follows one."""
    with override_settings(ALLOWED_HOSTS=["localhost"]):
        server = LiveServer("localhost")
        yield server
        server.stop()


@pytest.fixture
def opened(browser, server):
    """Opens an address and gives the page, with what the console and the network complained of."""
    contexts = []

    def open_page(path, **options):
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        complaints = []
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(request.url))
        page.goto(server.url + path, wait_until="networkidle")
        return page, complaints

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", PAGES)
def test_page_is_accessible_fits_its_screen_and_obeys_the_policy(opened, path, width):
    page, complaints = opened(path, viewport={"width": width, "height": 900})
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []


def test_without_a_script_menu_and_filters_can_still_be_reached(opened):
    page, _complaints = opened(
        "/en/styleguide/", viewport={"width": 390, "height": 900}, java_script_enabled=False
    )
    page.locator("summary.ip-filters__summary").click()
    assert page.locator(".ip-filters__body button[type=submit]").is_visible()
    assert page.locator(".govuk-service-navigation__toggle").is_hidden()


def test_wide_screen_shows_the_filters_without_opening_them(opened):
    page, _complaints = opened("/en/styleguide/", viewport={"width": 1280, "height": 900})
    assert page.locator(".ip-filters").get_attribute("open") is None
    assert page.locator(".ip-filters__body button[type=submit]").is_visible()


def test_buttons_links_of_navigation_and_fields_are_large_enough_for_a_finger(opened):
    page, _complaints = opened("/en/styleguide/", viewport={"width": 390, "height": 900})
    page.locator(".govuk-service-navigation__toggle").click()
    small = page.evaluate(
        """() => [...document.querySelectorAll(
             '.govuk-button, .govuk-input, .govuk-select, .ip-languages a, .ip-sections a, '
             + '.govuk-service-navigation__link, .govuk-pagination__item, .ip-filters__summary')]
           .filter((e) => e.offsetParent && e.getBoundingClientRect().height < 43.5)
           .map((e) => e.className + ' ' + e.getBoundingClientRect().height)"""
    )
    assert small == []


def test_password_can_be_shown_and_hidden_again(opened):
    page, _complaints = opened("/en/account/login/")
    field, button = page.locator("#id_password"), page.locator(".govuk-password-input__toggle")
    button.click()
    shown = field.get_attribute("type")
    button.click()
    assert (shown, field.get_attribute("type")) == ("text", "password")
