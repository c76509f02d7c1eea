"""A vendor's way from a thought to the office's desk: on phone and desktop, and when things go wrong."""

import re

import pytest
from playwright.sync_api import expect

from innoportal.demonstration.people import PASSPHRASE
from tests.browser.solution_writer import BUTTONS, begin, fill_page, write
from tests.browser.test_writing import DESKTOP, PHONE, fits, is_saved
from tests.browser.test_writing import typed as typed_in

VENDOR = "vendor@example.org"
ANSWERS = {
    "summary_en": "A clip on the door motor hears a worn roller weeks before tenants do, and names the door.",
    "summary_zh": "夾於門機的感測器比住戶早數星期聽出滾輪磨損，並指出是哪一道門。",
    "title_en": "Roller listener for lift doors",
    "title_zh": "升降機門滾輪監聽器",
    "trl": "6",
    "method_en": "The sound of each door is compared with its own sound of last month.",
    "confidential": "The microphones come from one maker.",
    "evidence-0-trl": "6",
    "evidence-0-text": "Forty doors of one estate for five months",
    "lead_months": "2",
}
LOST = {
    "en": {"signed out": "You are signed out", "sign in there": "Sign in in another tab"},
    "zh-hant": {"signed out": "您已登出", "sign in there": "在另一分頁登入"},
}
SENT = {"en": "Submitted", "zh-hant": "已遞交"}


def typed(page, text, field="summary_en"):
    return typed_in(page, text, field)


def value(page, field="summary_en"):
    return page.locator(f"[name={field}]")


@pytest.mark.parametrize("full", [False, True], ids=["expression", "full form"])
@pytest.mark.parametrize("language", ["en", "zh-hant"])
@pytest.mark.parametrize("options", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_solution_is_written_from_the_first_question_to_the_office(somebody, options, language, full):
    vendor = somebody(VENDOR, **options)
    page = write(vendor, ANSWERS, language=language, full=full)
    assert fits(page)
    expect(page.locator("main")).to_contain_text(ANSWERS["title_en"])
    page.locator(".govuk-summary-list__actions a").first.click()  # back from the check, and to it again
    vendor.settled()
    expect(value(page)).to_have_value(ANSWERS["summary_en"])
    typed(page, "A clip on the door motor hears a worn roller a month before tenants do.")
    vendor.press(BUTTONS[language][2])
    expect(page.locator("main")).to_contain_text("a month before tenants do")
    page = vendor.press(BUTTONS[language][4 if full else 3])
    expect(page.locator("h1")).to_have_text(ANSWERS["title_en" if language == "en" else "title_zh"])
    expect(page.locator(".ip-page-header")).to_contain_text(SENT[language])
    if full:
        expect(page.locator("[aria-labelledby=confidential]")).to_contain_text(ANSWERS["confidential"])
    assert fits(page)
    assert vendor.complaints == []


def test_nobody_else_sees_it_before_it_is_listed_nor_ever_its_confidential_part(somebody):
    vendor, visitor, other = somebody(VENDOR), somebody(), somebody("officer@example.org")
    page = write(vendor, ANSWERS, full=True)
    draft = page.url
    url = vendor.press(BUTTONS["en"][4]).url
    for reader in (visitor, other):
        assert reader.page.goto(url).status == 404
    assert other.page.goto(draft).status == 404


def test_going_back_shows_what_is_stored_and_meets_no_conflict(somebody):
    vendor = somebody(VENDOR)
    begin(vendor)
    page = typed(vendor.page, "First words")
    is_saved(page)
    vendor.press("Continue")
    page.go_back()
    vendor.settled()
    expect(value(page)).to_have_value("First words")
    typed(page, "First words, and more")
    is_saved(page)
    vendor.press("Continue")
    assert page.url.endswith("/title/")
    page.locator(".govuk-back-link").click()
    vendor.settled()
    expect(value(page)).to_have_value("First words, and more")
    assert vendor.complaints == []


def test_a_closed_browser_loses_nothing(somebody):
    vendor = somebody(VENDOR)
    url = begin(vendor)
    is_saved(typed(vendor.page, "Typed by the vendor, and never sent"))
    vendor.context.close()
    again = somebody(VENDOR)
    expect(value(again.at(url))).to_have_value("Typed by the vendor, and never sent")
    expect(again.at("/en/solutions/write/").locator("main")).to_contain_text("and never sent")


@pytest.mark.parametrize(
    ("options", "language"), [(PHONE, "zh-hant"), (DESKTOP, "en")], ids=["phone", "desktop"]
)
def test_a_session_that_is_lost_in_the_middle_of_the_form_is_mended_in_another_tab(
    somebody, options, language
):
    vendor, words = somebody(VENDOR, **options), LOST[language]
    first = begin(vendor, language, full=True)
    is_saved(typed(vendor.page, ANSWERS["summary_en"]))
    page = vendor.at(first.replace("/summary/", "/method/"))
    url = page.url
    for name in ("session", "sessionid"):
        vendor.context.clear_cookies(name=name)
    typed(page, "Typed after the session went", "method_en")
    expect(page.locator("#saved")).to_contain_text(words["signed out"])
    with vendor.context.expect_page() as opened:
        page.get_by_role("link", name=words["sign in there"]).click()
    tab = opened.value
    tab.locator("[name=login]").fill(VENDOR)
    tab.locator("[name=password]").fill(PASSPHRASE)
    tab.locator("main button[type=submit]").click()
    tab.wait_for_url(url)
    is_saved(page)
    tab.reload()
    expect(value(tab, "method_en")).to_have_value("Typed after the session went")
    page = vendor.press(BUTTONS[language][2])
    assert page.url != url
    assert fits(page)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_what_is_sent_after_the_session_went_comes_back_after_the_sign_in(somebody, script):
    vendor = somebody(VENDOR, java_script_enabled=script)
    url = begin(vendor)
    for name in ("session", "sessionid"):
        vendor.context.clear_cookies(name=name)
    page = typed(vendor.page, "Sent without a session")
    vendor.press("Continue")
    expect(page.locator("main")).to_contain_text("what you typed is kept")
    page.get_by_label("Email").fill(VENDOR)
    page.get_by_label("Password", exact=True).fill(PASSPHRASE)
    vendor.press("Sign in")
    assert page.url == url
    expect(value(page)).to_have_value("Sent without a session")
    vendor.press("Continue")
    expect(value(vendor.at(url))).to_have_value("Sent without a session")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_two_tabs_overwrite_nothing(somebody, script):
    one, two = somebody(VENDOR, java_script_enabled=script), somebody(VENDOR)
    url = begin(one)
    two.at(url)
    is_saved(typed(two.page, "Typed in the second tab"))
    page = typed(one.page, "Typed in the first tab")
    if script:
        expect(page.locator("#saved")).to_contain_text("Nothing is overwritten")
        one.press("See both")
    else:
        one.press("Continue")
    for words in ("Typed in the second tab", "Typed in the first tab"):
        expect(page.locator("main")).to_contain_text(words)
    page.get_by_label("Mine shall stand").check()
    one.press("Go on with these")
    assert page.url.endswith("/title/")
    expect(value(two.at(url))).to_have_value("Typed in the first tab")


def test_without_script_all_pages_of_an_expression_are_written_and_wrong_ones_keep_what_was_typed(somebody):
    vendor = somebody(VENDOR, java_script_enabled=False)
    begin(vendor)
    fill_page(vendor, ANSWERS)
    vendor.press("Continue")
    fill_page(vendor, ANSWERS)
    vendor.press("Continue")
    fill_page(vendor, ANSWERS)
    vendor.press("Continue")
    fill_page(vendor, {"wish_reference": "W-1999-0001", "pitch": "It hears the doors."})
    page = vendor.press("Continue")
    expect(page.locator(".govuk-error-summary")).to_contain_text("There is no open wish of this number.")
    expect(value(page, "pitch")).to_have_value("It hears the doors.")
    fill_page(vendor, {"wish_reference": "", "pitch": ""})
    page = vendor.press("Continue")
    assert page.url.endswith("/check/")
    page = vendor.press(BUTTONS["en"][3])
    expect(page.locator(".ip-page-header")).to_contain_text("Submitted")


def test_a_listed_solution_that_is_changed_shows_its_reader_what_changed(somebody):
    vendor, visitor = somebody(VENDOR, **PHONE), somebody(**PHONE)
    page = vendor.at("/en/solutions/workspace/")
    vendor.follow("Lift health monitor for any make")
    url = page.url
    vendor.at(f"{url}edit/")
    vendor.press("Go to the questions")
    page.locator("main a", has_text="How it works").first.click()
    vendor.settled()
    words = value(page, "method_en").input_value()
    typed(page, f"{words} It needs no cable.", "method_en")
    vendor.press("Continue")
    page = vendor.at(re.sub(r"[a-z-]+/(\?.*)?$", "check/", page.url))
    vendor.press("Save: everyone sees the new version")
    seen = visitor.at(url)
    seen.locator("main a", has_text="what changed").click()
    visitor.settled()
    seen.locator("main a", has_text="What changed").first.click()
    visitor.settled()
    expect(seen.locator("main .ip-section ins").first).to_contain_text("It needs no cable.")
    assert fits(seen)
    assert visitor.complaints == []
