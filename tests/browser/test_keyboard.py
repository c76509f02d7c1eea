"""An officer's morning without a mouse."""

import re
from datetime import date, timedelta

from playwright.sync_api import expect


def focused(page):
    return page.locator(":focus")


def tab_to(page, locator, most=80):
    """Press Tab until it has the focus: it can be reached, and in a sane number of steps."""
    for _ in range(most):
        if locator.evaluate("one => one === document.activeElement"):
            return locator
        page.keyboard.press("Tab")
    raise AssertionError(f"{locator} is not reached within {most} steps")


def test_the_office_works_through_its_list_by_keyboard_alone(somebody):
    office = somebody("office@example.org")
    page = office.at("/en/workspace/")
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_text("Skip to main content")
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Wishes with the portal office"), 12)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[name=pk]:checked")).to_have_count(1)
    page.keyboard.press("x")
    expect(page.locator("[name=pk]:checked")).to_have_count(0)
    first = focused(page).get_attribute("href")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(first)

    page = office.at("/en/wishes/queue/?status=open")
    for key in "jxjx":
        page.keyboard.press(key)
    expect(page.locator("[name=pk]:checked")).to_have_count(2)
    page.keyboard.press("k")
    assert focused(page).get_attribute("href") == page.locator(".ip-rows a").first.get_attribute("href")
    tab_to(page, page.locator("#verb"))
    page.keyboard.type("Set")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, page.locator("[name=closes_on]"))
    page.keyboard.type((date.today() + timedelta(days=800)).strftime("%m%d%Y"))  # noqa: DTZ011
    tab_to(page, page.get_by_role("button", name="See what would happen"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Nothing has been changed yet.")
    tab_to(page, page.get_by_role("button", name=re.compile("Set a later last day: 2 rows")))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#done")).to_contain_text("2")
    assert office.complaints == []


def test_keys_are_told_and_are_silent_while_one_types_and_can_be_switched_off(somebody):
    reader = somebody()
    page = reader.at("/en/wishes/")
    page.keyboard.press("/")
    field = page.locator("#search-q")
    expect(field).to_be_focused()
    page.keyboard.type("j/?x")
    expect(field).to_have_value("j/?x")
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Use these keys in this browser").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("/")
    expect(field).not_to_be_focused()
    reader.at("/en/keys/")
    expect(page.get_by_label("Use these keys in this browser")).not_to_be_checked()
    page.get_by_label("Use these keys in this browser").check()
    page = reader.at("/en/solutions/")
    page.keyboard.press("j")
    expect(focused(page)).to_have_attribute("href", re.compile("/solutions/S-"))
    assert reader.complaints == []


def test_without_script_the_keys_are_a_page_that_is_linked(somebody):
    reader = somebody(java_script_enabled=False)
    reader.at("/en/wishes/")
    reader.page.locator("footer a", has_text="Keyboard shortcuts").click()
    expect(reader.page.locator("main")).to_contain_text("next row, row before")
    expect(reader.page.locator("[data-keys=switch]")).to_be_hidden()
