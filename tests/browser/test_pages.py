"""Every page, in every language: accessible, complete, quiet, and no wider than its screen.

The rules of axe are asked at 1280 px; 320 px, which is what 400 % of zoom leaves of them, is asked for its
width. There is no dark mode; in forced colours the pages are not looked at here.
"""

import re
from collections import defaultdict
from datetime import date, timedelta
from io import StringIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from babel.messages.pofile import read_po
from django.conf import settings
from django.core import signing
from django.core.signing import TimestampSigner
from django.urls import URLResolver, get_resolver, reverse
from django.utils import translation

from accounts.invitations import SALT
from innoportal.demonstration.people import PASSPHRASE
from innoportal.languages import HTML_LANG
from solutions.nomination_mail import SALT as NOMINATION
from tests.browser.conftest import Reader
from tests.browser.pages import NO_PAGES, PAGES
from tests.browser.report_writer import draft
from tests.browser.test_loop import mail_to

LANGUAGES = ("en", "zh-hant", "zh-hans")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WORD = re.compile("[a-z]{2}")
# Frames show mails without script: axe can't look into them, and to ask them is an error of the console.
# So is the copy of a style sheet that it makes for rules that are not among these.
RULES = {"runOnly": WCAG, "resultTypes": ["violations"], "iframes": False, "preload": False}
# Words on the page that the catalogue has in Chinese, where the page is in Chinese.
ENGLISH_LEFT = """(known) => {
  const english = new Set(known), left = [];
  const look = (text, element) => {
    const words = text.replace(/\\s+/g, ' ').trim();
    if (english.has(words) && !element.closest('[lang]').lang.startsWith('en')) left.push(words);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!parent.closest('script, style, code')) look(walker.currentNode.data, parent);
  }
  for (const element of document.body.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
      if (element.hasAttribute(name)) look(element.getAttribute(name), element);
  return left;
}"""


@pytest.fixture(scope="session")
def known():
    """The English messages that have other words in Chinese; a language is offered by its own name."""
    files = sorted((settings.BASE_DIR / "locale" / "parts").glob("*.po"))
    messages = [message for file in files for message in read_po(StringIO(file.read_text())) if message.id]
    pairs = [(one.id, one.string) for one in messages if isinstance(one.id, str)]
    pairs += [(one.id[0], one.string[0]) for one in messages if not isinstance(one.id, str)]
    return sorted(
        {english for english, chinese in pairs if english != chinese and WORD.search(english)} - {"English"}
    )


@pytest.fixture(scope="module")
def readers(chromium, portal):
    """One browser for each role, signed in once."""

    class Readers(defaultdict):
        def __missing__(self, who):
            self[who] = Reader(chromium, portal)
            return self[who].sign_in(f"{who}@example.org") if who else self[who]

    found = Readers()
    yield found
    for reader in found.values():
        reader.context.close()


@pytest.fixture(scope="module")
def made(readers, ask):
    """What the demonstration does not hold, by the word that stands for it in the table of pages."""

    def token():
        user = ask("select id from accounts_user where email = 'vendor@example.org'")
        return TimestampSigner(salt="unsubscribe").sign_object([user, "follow"])

    def invitation():
        pk, nonce = ask("select array[id::text, nonce] from accounts_invitation order by id limit 1")
        return signing.dumps([int(pk), nonce], salt=SALT)

    def nomination():
        pk, nonce = ask("select array[id::text, nonce] from solutions_nomination order by id limit 1")
        return signing.dumps([int(pk), nonce], salt=NOMINATION)

    def mail():
        visitor = readers[None]
        visitor.at("/en/account/password/reset/").locator("main [name=email]").fill("officer@example.org")
        visitor.page.locator("main form button").first.click()
        mail_to(visitor, "officer@example.org", "")
        return visitor.page.url.rstrip("/").rsplit("/", 1)[1]

    def term(key="sky_lantern", name="sky lantern"):
        if ask(f"select key from matching_term where key = '{key}'"):
            return key
        page = readers["administrator"].at("/en/matches/engine/terms/add/")
        for field, words in (("key", key), ("english", name), ("chinese", f"天燈{len(name)}號")):
            page.locator(f"#id_{field}").fill(words)
        readers["administrator"].press("See what would change")
        readers["administrator"].press("Save the term")
        return key

    def resting_term():
        key = term("night_kite", "night kite")
        if ask(f"select key from matching_term where key = '{key}' and is_active"):
            readers["administrator"].at(f"/en/matches/engine/terms/{key}/deactivate/")
            readers["administrator"].press("Take out of use")
        return key

    def wish_draft():
        officer = readers["officer"]
        officer.at("/en/wishes/write/")
        officer.press("Start now")
        officer.page.locator("[name=need_en]").fill("Lift doors are heard in the flats beside the shaft.")
        officer.press("Continue")
        return officer.page.url.split("/")[-3]

    def solution_draft():
        vendor = readers["vendor"]
        vendor.at("/en/solutions/write/")
        vendor.press("Start with the full form")
        vendor.page.locator("[name=summary_en]").fill(
            "Listens to the motor of a lift and predicts its faults."
        )
        vendor.press("Continue")
        return vendor.page.url.split("/")[-3]

    def saved_view():
        officer = readers["officer"]
        officer.at("/en/views/keep/?list=wishes:list&query=status%3Dexpired")
        officer.page.locator("[name=name]").fill("Late")
        return officer.press("Keep").url.rsplit("view=", 1)[1]

    def bulk_action():
        office = readers["office"]
        page = office.at("/en/wishes/queue/?status=open")
        page.locator("[name=pk]").first.check()
        page.locator("#verb").select_option("renew")
        page = office.press("See what would happen")
        page.locator("[name=closes_on]").fill(str(date.today() + timedelta(days=900)))  # noqa: DTZ011
        page = office.press("See what would happen")
        return office.press("Set a later last day: 1 row").url.rstrip("/").rsplit("/", 1)[1]

    makers, found = (
        {
            "wish draft": wish_draft,
            "unsubscribe token": token,
            "caught mail": mail,
            "report draft": lambda: draft(readers["office"], ask),
        },
        {},
    )
    makers |= {
        "solution draft": solution_draft,
        "invitation token": invitation,
        "nomination token": nomination,
    }
    makers |= {"bulk action": bulk_action, "saved view": saved_view}
    makers |= {"term": term, "term at rest": resting_term}

    def make(word):
        name, slash, rest = word.partition("/")  # of a page of a thing that was made
        if name not in found:
            found[name] = makers[name]() if name in makers else ask(name) if "select" in name else name
        return str(found[name]) + slash + rest

    return make


def address(name, argument, query, language):
    with translation.override(language):
        if name == "account_reset_password_from_key":
            uid, key = argument.split("-", 1)
            return reverse(name, kwargs={"uidb36": uid, "key": key})
        return reverse(name, args=argument.split("/") if argument else []) + query


def width(page, pixels):
    page.set_viewport_size({"width": pixels, "height": 900})
    return page.evaluate("document.documentElement.scrollWidth")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "who", "argument", "query"), PAGES, ids=[f"{name} {who or 'visitor'}" for name, who, *_ in PAGES]
)
def test_page(readers, made, known, name, who, argument, query, language):
    path = address(name, made(argument) if argument else "", query, language)
    reader = readers[who]
    reader.complaints.clear()
    page = reader.page
    page.set_viewport_size({"width": 1280, "height": 900})
    page.set_extra_http_headers({"Accept-Language": language})  # for addresses without a language
    reader.at(path)
    if name == "mfa_activate_totp" and "reauthenticate" in page.url:
        page.locator("main [name=password]").fill(PASSPHRASE)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(f"**{path}")
    assert reader.complaints == []
    assert page.url.removeprefix(reader.address) == path  # it led nowhere else
    assert page.locator("html").get_attribute("lang").lower() == HTML_LANG[language].lower()
    violations = Axe().run(page, options=RULES).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == []
    assert [width(page, 390), width(page, 320)] == [390, 320]
    if language != "en" and not name.startswith("admin:"):  # Django's words come from its own catalogue
        assert page.evaluate(ENGLISH_LEFT, known) == []
    assert reader.complaints == []  # nor did anything fail while it was looked at


def addresses(resolver, spaces=()):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace not in ("admin", "api"):
                yield from addresses(pattern, (*spaces, *filter(None, [pattern.namespace])))
        else:
            yield ":".join((*spaces, pattern.name or "")), pattern.callback


def answers_get(view):
    made_from = getattr(view, "view_class", None)
    if made_from is None:
        return True
    allowed = view.view_initkwargs.get("http_method_names", made_from.http_method_names)
    if not view.view_initkwargs.get("takes_reason", True):
        return False  # a verb that asks for nothing is a button
    return "get" in allowed and hasattr(made_from, "get")


def test_no_page_is_left_out():
    standing = {name for name, view in addresses(get_resolver()) if answers_get(view)}
    listed = {name for name, *_ in PAGES} | NO_PAGES.keys()
    assert standing - listed == set()
    by_django = {name for name in listed if name.startswith("admin:")}  # that these stand `test_page` proves
    assert listed - standing - by_django - {"styleguide"} == set()
