"""An engineer writes the log on site: with photographs, in two languages, and when the connection is lost."""

import io
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from tests.browser.pages import TRIAL
from tests.browser.test_pages import RULES
from tests.browser.test_writing import PHONE, fits

RUNNING = TRIAL.format("running", "engineer@%")
ENGINEER = "engineer@example.org"
WORDS = {"en": "Strap of lift 7 fitted.", "zh-hant": "七號升降機已裝索帶。"}


def photograph() -> dict:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (22.0, 18.0, 7.5)}
    file = io.BytesIO()
    Image.effect_noise((640, 480), 70).convert("RGB").save(file, "JPEG", exif=exif)
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


@pytest.mark.parametrize("language", WORDS)
def test_an_entry_with_a_photograph_is_logged_from_a_telephone(somebody, ask, language):
    words = WORDS[language]
    engineer = somebody(ENGINEER, **PHONE)
    page = engineer.at(f"/{language}/trials/{ask(RUNNING)}/diary/")
    chooser = page.locator("[name=photographs]")
    assert chooser.get_attribute("capture") == "environment"
    assert chooser.get_attribute("accept") == "image/jpeg,image/png"
    assert fits(page)
    page.locator("[name=text_en]" if language == "en" else "[name=text_zh]").fill(words)
    chooser.set_input_files(photograph())
    page = engineer.press(page.locator("form[data-keep] button").inner_text())
    expect(page.locator("li", has_text=words).first).to_be_visible()
    expect(page.locator("[name=text_en]")).to_have_value("")
    assert fits(page)
    assert Axe().run(page, options=RULES).response["violations"] == []
    assert engineer.complaints == []


def test_words_typed_without_a_connection_are_there_when_it_is_back_and_are_logged_once(somebody, ask):
    engineer = somebody(ENGINEER, **PHONE)
    address = f"/en/trials/{ask(RUNNING)}/diary/"
    words = "The gateway of block B was dark for an hour."
    page = engineer.at(address)
    page.locator("[name=text_en]").fill(words)
    engineer.context.set_offline(True)
    page.get_by_role("button", name="Log it").click()
    expect(page.locator("[data-keep-offline]")).to_be_visible()
    assert page.locator("[name=text_en]").input_value() == words
    engineer.context.set_offline(False)
    page = engineer.at(address)  # the page is opened anew, as after the telephone was put away
    expect(page.locator("[data-keep-restored]")).to_be_visible()
    expect(page.locator("[name=text_en]")).to_have_value(words)
    page = engineer.press("Log it")
    expect(page.locator("main")).to_contain_text(re.compile("Logged"))
    page = engineer.at(address)
    expect(page.locator("[name=text_en]")).to_have_value("")
    expect(page.locator("li", has_text=words)).to_have_count(1)
