"""An engineer brings a file of readings in: its columns are guessed, corrected, looked at, and taken."""

import re
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.pages import TRIAL
from tests.browser.test_pages import RULES
from tests.browser.test_writing import DESKTOP, PHONE, fits

RUNNING = TRIAL.format("running", "engineer@%")


def file_of(days: int, meter: str) -> dict:
    """Dates that may be read both ways, in a column of no usual name beside one of numbers."""
    first = date.today().replace(day=1) - timedelta(days=40)  # noqa: DTZ011
    rows = [f"{one.day}/{one.month}/{one.year} 09:00,{meter},3.5" for one in
            (first.replace(day=1) + timedelta(days=number) for number in range(days))]  # fmt: skip
    text = "\n".join(["Date,Meter,Per 100 days", *rows])
    return {"name": "lifts.csv", "mimeType": "text/csv", "buffer": text.encode()}


@pytest.mark.parametrize(
    ("options", "meter"), [(PHONE, "phone-9"), (DESKTOP, "desktop-9")], ids=["phone", "desktop"]
)
def test_a_file_is_mapped_looked_at_and_taken(somebody, ask, options, meter):
    engineer = somebody("engineer@example.org", **options)
    page = engineer.at(f"/en/trials/{ask(RUNNING)}/measurements/")
    page.locator("[name=file]").set_input_files(file_of(9, meter))
    page = engineer.press("Next: what its columns are")
    expect(page.locator("main")).to_contain_text("the day first or the month first")
    expect(page.locator("[name=time]")).to_have_value("date")
    expect(page.locator("[name=order]")).to_have_value("dmy")
    expect(page.locator("[name=sensor]")).to_have_value("meter")
    assert fits(page)
    page.locator("[name=value]").select_option("meter")
    page = engineer.press("See what would be taken")
    expect(page.locator("#check")).to_contain_text("9 problems")
    expect(page.locator("#check")).to_contain_text(f"“{meter}” is not a number.")
    assert Axe().run(page, options=RULES).response["violations"] == []
    page.locator("[name=value]").select_option("per_100_days")
    page = engineer.press("See what would be taken")
    expect(page.locator("#check")).to_contain_text("All of it can be taken")
    assert Axe().run(page, options=RULES).response["violations"] == []
    assert fits(page)
    page = engineer.press("Take 9 readings")
    expect(page.locator("main")).to_contain_text(re.compile("9 readings taken, 0 were there already"))
    assert engineer.complaints == []


def test_a_mapping_page_speaks_chinese_and_lets_a_file_go(somebody, ask):
    engineer = somebody("engineer@example.org", **PHONE)
    page = engineer.at(f"/zh-hant/trials/{ask(RUNNING)}/measurements/")
    page.locator("[name=file]").set_input_files(file_of(3, "gone-1"))
    page = engineer.press("下一步：說明各欄")
    expect(page.locator("h1")).to_have_text("各欄的意思")
    assert fits(page)
    page = engineer.press("捨棄檔案")
    expect(page.locator("main")).to_contain_text("檔案已捨棄")
    assert ask("select count(*) from trials_upload") == 0
