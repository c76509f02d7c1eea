"""How somebody goes through the guided writer in a browser."""

import re

# page → what is typed there; anything else is left and passed over
PAGES = ("need", "outcome", "title", "constraints", "requirements", "site", "conditions", "kpis", "budget",
         "timetable", "adoption", "topics")  # fmt: skip
BUTTONS = {
    "en": ("Start now", "Continue", "Save and send for endorsement"),
    "zh-hant": ("立即開始", "繼續", "儲存並送交批署"),
}


def stem(name):
    return re.sub(r"_(en|zh)$", "", name.split("-")[0])


ASKED = {
    "requirements": {"certificates", "trl_wanted"},
    "site": {"site", "site_gives"},
    "conditions": {"access_hours", "environment"},
    "timetable": {"months", "closes_on", "questions_until"},
    "adoption": {"budget_holder", "vehicle", "decision_on"},
}


def fill_page(reader, answers, ticks=()):
    """What the open page asks: texts are typed, choices taken, boxes ticked by their label."""
    page = reader.page
    step = page.url.split("?")[0].rstrip("/").rsplit("/", 1)[1]
    for name, value in answers.items():
        if stem(name) in ASKED.get(step, {step}):
            field = page.locator(f"main [name='{name}']")
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
    for label in ticks:
        box = page.get_by_label(label, exact=True)
        if box.count():
            box.check()


def write(reader, answers, ticks=(), language="en"):
    """From the first page to the check of the answers."""
    start, go_on, _send = BUTTONS[language]
    reader.at(f"/{language}/wishes/write/")
    reader.press(start)
    for _step in PAGES:
        fill_page(reader, answers, ticks)
        reader.press(go_on)
    assert reader.page.url.endswith("/check/")
    return reader.page
