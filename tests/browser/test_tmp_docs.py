from tests.browser.conftest import *  # noqa
from tests.browser.pages import FILE
from tests.browser.test_pages import *  # noqa


def test_shots(readers, made):
    doc = made(FILE.format("solution"))
    wdoc = made(FILE.format("wish"))
    sol = made(
        "select coalesce(s.reference, s.key) from solutions_solution s join documents_document d on d.object_id = s.id and d.noun='solutions.solution' limit 1"
    )
    wish = made(
        "select coalesce(s.reference, s.key) from wishes_wish s join documents_document d on d.object_id = s.id and d.noun='wishes.wish' limit 1"
    )
    n = 0
    for who, path in (
        (None, f"/{{}}/documents/{doc}/preview/"),
        (None, f"/{{}}/solutions/{sol}/"),
        ("office", f"/{{}}/solutions/{sol}/"),
        (None, f"/{{}}/wishes/{wish}/"),
        ("office", "/{}/documents/quarantine/"),
    ):
        for lang in ("en", "zh-hant"):
            for w in (1280, 390):
                r = readers[who]
                r.page.set_viewport_size({"width": w, "height": 900})
                r.at(path.format(lang))
                r.page.wait_for_timeout(600)
                loc = r.page.locator(".ip-file").first
                if loc.count():
                    loc.scroll_into_view_if_needed()
                    r.page.wait_for_timeout(500)
                    r.page.screenshot(path=f"/tmp/docs-{n}-{lang}-{w}.png")
                else:
                    r.page.screenshot(path=f"/tmp/docs-{n}-{lang}-{w}.png", full_page=True)
        n += 1
