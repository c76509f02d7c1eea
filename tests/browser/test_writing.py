"""The guided writer as people meet it: on phone and desktop, in two languages, and when things go wrong."""

import re

import pytest
from playwright.sync_api import expect

from innoportal.demonstration.people import PASSPHRASE
from tests.browser.writer import BUTTONS, write

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
ANSWERS = {
    "need_en": "Doors of forty lifts bang at night. Tenants beside the shaft complain each week, and an "
    "engineer is called out to quieten one door at a time.",
    "need_zh": "四十部升降機的門在夜間發出巨響，毗鄰住戶每星期投訴，工程師須逐部處理。",
    "outcome_en": "Doors are heard no more than 35 dB in the flats, and complaints fall by nine in ten.",
    "title_en": "Lift doors that let tenants sleep",
    "title_zh": "讓住戶安睡的升降機門",
    "site_en": "Two estates in Kwun Tong",
    "access_hours_en": "Weekdays 09:00 to 17:00",
    "kpis-0-metric": "Complaints",
    "kpis-0-unit": "a month",
    "kpis-0-baseline": "20",
    "kpis-0-target": "2",
    "budget": "to_500k",
    "months": "9",
    "vehicle": "quotation",
}
SENT = {"en": "Waiting for endorsement", "zh-hant": "等候部門批署"}
OFFICER, COLLEAGUE = "officer@example.org", "approver@example.org"


def begin(reader, language="en"):
    """The first question; returns its address."""
    reader.at(f"/{language}/wishes/write/")
    return reader.press(BUTTONS[language][0]).url


def typed(page, text, field="need_en"):
    page.locator(f"[name={field}]").fill(text)
    return page


def is_saved(page):
    expect(page.locator("#saved")).to_contain_text(re.compile("Saved at|已於"))


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.mark.parametrize("language", ["en", "zh-hant"])
@pytest.mark.parametrize("options", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_wish_is_written_from_the_first_question_to_the_last(somebody, options, language):
    officer = somebody(OFFICER, **options)
    page = write(officer, ANSWERS, language=language)
    assert fits(page)
    expect(page.locator("main")).to_contain_text("Two estates in Kwun Tong")
    page.locator(".govuk-summary-list__actions a").first.click()  # back from the check, and to it again
    officer.settled()
    expect(page.locator("[name=need_en]")).to_have_value(ANSWERS["need_en"])
    typed(page, "Doors of fifty lifts bang at night, and nobody beside the shaft can sleep.")
    officer.press(BUTTONS[language][1])
    expect(page.locator("main")).to_contain_text("Doors of fifty lifts")
    page = officer.press(BUTTONS[language][2])
    expect(page.locator("h1")).to_have_text(ANSWERS["title_en" if language == "en" else "title_zh"])
    expect(page.locator(".ip-page-header")).to_contain_text(SENT[language])
    assert fits(page)
    assert officer.complaints == []


def test_going_back_shows_what_is_stored_and_meets_no_conflict(somebody):
    officer = somebody(OFFICER)
    begin(officer)
    page = typed(officer.page, "First words")
    is_saved(page)
    officer.press("Continue")
    page.go_back()
    officer.settled()
    expect(page.locator("[name=need_en]")).to_have_value("First words")
    typed(page, "First words, and more")
    is_saved(page)
    officer.press("Continue")
    assert page.url.endswith("/outcome/")
    page.locator(".govuk-back-link").click()
    officer.settled()
    expect(page.locator("[name=need_en]")).to_have_value("First words, and more")
    assert officer.complaints == []


def test_a_closed_browser_loses_nothing(somebody):
    officer = somebody(OFFICER)
    url = begin(officer)
    is_saved(typed(officer.page, "Typed, and never sent"))
    officer.context.close()
    again = somebody(OFFICER)
    expect(again.at(url).locator("[name=need_en]")).to_have_value("Typed, and never sent")
    page = again.at("/en/wishes/write/")
    expect(page.locator("main")).to_contain_text("Typed, and never sent")


def test_a_session_that_is_lost_while_typing_is_mended_in_another_tab(somebody):
    officer = somebody(OFFICER)
    begin(officer)
    page = officer.page
    is_saved(typed(page, "Before the session went"))
    officer.context.clear_cookies(name="session")
    officer.context.clear_cookies(name="sessionid")
    typed(page, "Typed after the session went")
    expect(page.locator("#saved")).to_contain_text("You are signed out")
    other = officer.context.new_page()
    with officer.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in another tab").click()
    other.close()
    tab = opened.value
    tab.get_by_label("Email").fill(OFFICER)
    tab.get_by_label("Password", exact=True).fill(PASSPHRASE)
    tab.locator("main").get_by_role("button", name="Sign in").click()
    tab.wait_for_url(re.compile("/need/$"))
    is_saved(page)
    officer.press("Continue")
    assert page.url.endswith("/outcome/")
    tab.reload()
    expect(tab.locator("[name=need_en]")).to_have_value("Typed after the session went")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_what_is_sent_after_the_session_went_comes_back_after_the_sign_in(somebody, script):
    officer = somebody(OFFICER, java_script_enabled=script)
    url = begin(officer)
    officer.context.clear_cookies(name="sessionid")
    officer.context.clear_cookies(name="session")
    page = typed(officer.page, "Sent without a session")
    officer.press("Continue")
    expect(page.locator("main")).to_contain_text("what you typed is kept")
    page.get_by_label("Email").fill(OFFICER)
    page.get_by_label("Password", exact=True).fill(PASSPHRASE)
    officer.press("Sign in")
    assert page.url == url
    expect(page.locator("[name=need_en]")).to_have_value("Sent without a session")
    officer.press("Continue")
    expect(officer.at(url).locator("[name=need_en]")).to_have_value("Sent without a session")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_two_tabs_overwrite_nothing(somebody, script):
    officer, colleague = somebody(OFFICER, java_script_enabled=script), somebody(COLLEAGUE)
    url = begin(officer)
    colleague.at(url)
    is_saved(typed(colleague.page, "What a colleague typed"))
    page = typed(officer.page, "What the officer typed")
    if script:
        expect(page.locator("#saved")).to_contain_text("Nothing is overwritten")
        officer.press("See both")
    else:
        officer.press("Continue")
    for words in ("What a colleague typed", "What the officer typed"):
        expect(page.locator("main")).to_contain_text(words)
    page.get_by_label("Mine shall stand").check()
    officer.press("Go on with these")
    assert page.url.endswith("/outcome/")
    expect(colleague.at(url).locator("[name=need_en]")).to_have_value("What the officer typed")


def test_a_portal_that_does_not_answer_is_said_and_the_words_stay(somebody):
    officer = somebody(OFFICER)
    begin(officer)
    page = officer.page
    page.route("**/need/", lambda route: route.abort())
    typed(page, "Typed while offline")
    expect(page.locator("#not-saved")).to_be_visible()
    page.unroute("**/need/")
    typed(page, "Typed while offline, and again")
    is_saved(page)
    expect(page.locator("#not-saved")).to_be_hidden()


@pytest.mark.parametrize(
    ("field", "text", "solution"),
    [
        ("need_en", "Our chillers use too much electricity in summer.", "Chiller plant optimiser"),
        ("need_zh", "升降機經常故障，乘客投訴後我們才知道。", "Lift health monitor"),
    ],
)
def test_what_may_already_answer_it_appears_while_one_types_in_either_language(
    somebody, field, text, solution
):
    officer = somebody(OFFICER)
    begin(officer)
    page = typed(officer.page, text, field)
    expect(page.locator("#meanwhile")).to_contain_text(solution)
    expect(page.locator("#meanwhile")).to_contain_text("Open wishes that say nearly the same")
    officer.settled()
    assert officer.complaints == []
