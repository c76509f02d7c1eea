"""How somebody goes through the guided writer of solutions in a browser."""

BUTTONS = {  # language → begin with four questions, begin with all, go on, hand in an expression, hand in all
    "en": (
        "Start with four questions",
        "Start with the full form",
        "Continue",
        "Hand in the expression of interest",
        "Hand in",
    ),
    "zh-hant": ("由四條問題開始", "由完整表格開始", "繼續", "提交意向書", "遞交"),
}


def fill_page(reader, answers, ticks=()):
    """What the open page asks: texts are typed, choices taken, boxes ticked by their label."""
    page = reader.page
    for name, value in answers.items():
        field = page.locator(f"main [name='{name}']")
        if not field.count():
            continue
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    for label in ticks:
        box = page.get_by_label(label, exact=True)
        if box.count():
            box.check()


def begin(reader, language="en", *, full=False, wish=""):
    """The first question; returns its address."""
    reader.at(f"/{language}/solutions/write/" + (f"?wish={wish}" if wish else ""))
    return reader.press(BUTTONS[language][1 if full else 0]).url


def write(reader, answers, ticks=(), language="en", **how):
    """From the first page to the check of the answers."""
    begin(reader, language, **how)
    while not reader.page.url.endswith("/check/"):
        before = reader.page.url
        fill_page(reader, answers, ticks)
        reader.press(BUTTONS[language][2])
        assert reader.page.url != before, reader.page.locator("main").inner_text()
    return reader.page
