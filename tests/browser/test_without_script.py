"""The journeys that must work where no script runs."""

from playwright.sync_api import expect

from tests.browser import writer
from tests.browser.test_loop import WISH, fill

BARE = {"java_script_enabled": False}


def test_a_wish_is_written_and_handed_in(somebody):
    officer = somebody("officer@example.org", **BARE)
    officer.at("/en/workspace/")
    officer.follow("Write a wish")
    writer.write(officer, {**WISH, "title_en": "A wish without a script"})
    page = officer.press("Save and send for endorsement")
    expect(page.locator(".ip-page-header")).to_contain_text("Waiting for endorsement")
    page = officer.at("/en/workspace/")
    officer.follow("Wishes")
    expect(page.locator("main")).to_contain_text("A wish without a script")
    assert officer.complaints == []


def test_what_was_typed_stays_when_something_is_missing(somebody):
    officer = somebody("officer@example.org", **BARE)
    officer.at("/en/wishes/write/")
    page = officer.press("Start now")
    fill(page, {"need_en": "x" * 6000})
    page.locator("[name=need_en]").evaluate("field => field.removeAttribute('maxlength')")
    fill(page, {"need_en": "x" * 6001})
    officer.press("Continue")
    expect(page.get_by_role("alert")).to_contain_text("6000")
    expect(page.locator("[name=need_en]")).to_have_value("x" * 6001)
    assert page.title().startswith("Error:")
    officer.press("Save and go to all questions")
    expect(page.locator("main")).to_contain_text("Needs a look")


def test_a_visitor_searches_and_filters(somebody):
    visitor = somebody(**BARE)
    page = visitor.at("/en/")
    page.locator("[name=q]").fill("monitor the health of lifts of any make")
    visitor.press("Search")
    expect(page.locator("#results")).to_contain_text("Lift health monitor for any make")
    page = visitor.at("/en/wishes/")
    page.get_by_label("Matched or on trial").check()
    visitor.press("Apply")
    statuses = page.locator("#results .govuk-tag").all_inner_texts()
    assert statuses != []
    assert set(statuses) <= {"Matched", "On trial"}
    assert visitor.complaints == []


def test_a_wish_is_followed_and_left_again(somebody):
    vendor = somebody("vendor@example.org", **BARE)
    page = vendor.at("/en/wishes/")
    vendor.page.locator(".ip-cards a").first.click()
    vendor.settled()
    if page.get_by_role("button", name="Stop following").count():
        vendor.press("Stop following")
    vendor.press("Follow this wish")
    expect(page.get_by_role("button", name="Stop following")).to_be_visible()
    vendor.press("Stop following")
    expect(page.get_by_role("button", name="Follow this wish")).to_be_visible()
    assert vendor.complaints == []


def test_an_expert_asks_for_more(somebody):
    """Approving and declining move on what other tests read; a question does as well to prove the form."""
    expert = somebody("expert3@example.org", **BARE)
    page = expert.at("/en/matches/?status=review")
    page.locator("#results .ip-rows__main a").first.click()
    expert.settled()
    expert.press("Give the verdict")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Ask for more information").check()
    page.locator("[name=ground]").select_option("not_ready")
    page.locator("[name=reason]").fill("How long does the battery last?")
    expert.press("Give the verdict")
    expect(page.locator(".ip-page-header")).to_contain_text("More information wanted")
    assert [one for one in expert.complaints if not one.startswith(("422", "console"))] == []
