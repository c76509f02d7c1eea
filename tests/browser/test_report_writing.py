"""The editor of a report saves what is typed by itself, and loses nothing when things go wrong."""

import re

import pytest
from playwright.sync_api import expect

from innoportal.demonstration.people import PASSPHRASE
from tests.browser.report_writer import draft
from tests.browser.test_writing import PHONE, fits, is_saved

OFFICE = "office@example.org"
FIELD = "limits_en"


@pytest.fixture
def url(somebody, ask):
    return f"/en/reports/{draft(somebody(OFFICE), ask)}/edit/"


@pytest.fixture
def engineer(ask):
    """Who may write the same draft."""

    def of(url):
        key = url.split("/")[-3]
        return ask(
            "select u.email from trials_report r join trials_trial t on t.id = r.trial_id "
            f"join accounts_user u on u.id = t.engineer_id where r.key = '{key}'"
        )

    return of


def field(page, name=FIELD):
    return page.locator(f"[name={name}]")


def sign_in_again(tab, email=OFFICE):
    tab.get_by_label("Email").fill(email)
    tab.get_by_label("Password", exact=True).fill(PASSPHRASE)
    tab.locator("main").get_by_role("button", name="Sign in").click()


def lose_session(reader):
    for name in ("session", "sessionid"):
        reader.context.clear_cookies(name=name)


def test_what_is_typed_is_saved_by_itself_and_said_where_one_types(somebody, url):
    office = somebody(OFFICE, **PHONE)
    page = office.at(url)
    field(page).fill("Typed on the way, and never sent.")
    is_saved(page)
    expect(page.locator("#saved")).to_be_in_viewport()  # the field is far above the end of the page
    assert fits(page)
    page.reload()
    expect(field(page)).to_have_value("Typed on the way, and never sent.")
    assert office.complaints == []
    office.context.close()
    expect(field(somebody(OFFICE).at(url))).to_have_value("Typed on the way, and never sent.")


def test_a_lost_session_is_mended_in_another_tab_and_the_words_are_saved_then(somebody, url):
    office = somebody(OFFICE)
    page = office.at(url)
    field(page).fill("Before the session went.")
    is_saved(page)
    lose_session(office)
    field(page).fill("Typed after the session went.")
    expect(page.locator("#saved")).to_contain_text("You are signed out")
    with office.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in another tab").click()
    tab = opened.value
    sign_in_again(tab)
    tab.wait_for_url(re.compile("/edit/$"))
    is_saved(page)
    expect(field(page)).to_have_value("Typed after the session went.")
    tab.reload()
    expect(field(tab)).to_have_value("Typed after the session went.")
    expect(page.locator("#seen")).to_have_count(1)
    seen = page.locator("#seen").input_value()
    field(page).fill("And on it goes, with the new token.")
    expect(page.locator("#seen")).not_to_have_value(seen)
    tab.reload()
    expect(field(tab)).to_have_value("And on it goes, with the new token.")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_what_is_sent_after_the_session_went_comes_back_after_the_sign_in(somebody, url, script):
    office = somebody(OFFICE, java_script_enabled=script)
    page = office.at(url)
    lose_session(office)
    field(page).fill(f"Sent without a session, {script}.")
    office.press("Save")
    expect(page.locator("main")).to_contain_text("what you typed is kept")
    sign_in_again(page)
    page.wait_for_url(re.compile("/edit/$"))
    expect(page.locator("main")).to_contain_text("Here is what you typed before you signed in")
    expect(field(page)).to_have_value(f"Sent without a session, {script}.")
    office.press("Save")
    expect(field(office.at(url))).to_have_value(f"Sent without a session, {script}.")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_of_two_tabs_the_second_is_warned_and_overwrites_nothing(somebody, url, engineer, script):
    office = somebody(OFFICE, java_script_enabled=script)
    colleague = somebody(engineer(url))
    page, other = office.at(url), colleague.at(url)
    field(other).fill(f"The engineer's words, {script}.")
    is_saved(other)
    field(page).fill(f"The office's words, {script}.")
    if script:
        expect(page.locator("#saved")).to_contain_text("Nothing is overwritten")
        office.press("See both")
    else:
        office.press("Save")
    expect(page.locator("main")).to_contain_text(f"The engineer's words, {script}.")
    expect(field(page)).to_have_value(f"The office's words, {script}.")
    expect(field(colleague.at(url))).to_have_value(f"The engineer's words, {script}.")
    office.press("Save")
    expect(field(colleague.at(url))).to_have_value(f"The office's words, {script}.")


def test_a_portal_that_does_not_answer_is_said_and_the_words_stay(somebody, url):
    office = somebody(OFFICE)
    page = office.at(url)
    page.route("**/edit/", lambda route: route.abort())
    field(page).fill("Typed while the portal was away.")
    expect(page.locator("#not-saved")).to_be_visible()
    page.unroute("**/edit/")
    field(page).fill("Typed while the portal was away, and after.")
    is_saved(page)
    expect(page.locator("#not-saved")).to_be_hidden()
    expect(field(office.at(url))).to_have_value("Typed while the portal was away, and after.")
