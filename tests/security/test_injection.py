"""Texts that try to be something else: markup, a header, a log line, a template, a query, an address."""

import http.server
import io
import logging
import socketserver
import threading
from urllib.parse import urlsplit

import pypdf
import pytest
from django.core.mail import EmailMessage
from django.db import DatabaseError, connection, transaction
from django.test import override_settings
from django.urls import reverse

from documents.services import safe_name
from journal.models import Entry
from notifications import mails, samples
from notifications.models import Notification
from solutions import services as solutions
from tests.factories import (
    NotificationFactory,
    OrganisationFactory,
    SolutionDraftFactory,
    SolutionFactory,
    UserFactory,
    WishFactory,
)
from tests.security.addresses import CASES, NAMES, address, kinds, methods
from tests.security.markup import elements
from tests.security.payloads import ODD, TEMPLATES, XSS
from tests.security.world import World, ask, body
from tests.trials import stories
from trials.models import Report
from wishes import services as wishes

DANGEROUS = {"iframe", "object", "embed", "base", "applet", "frame", "isindex", "marquee", "template", "math"}


def infected(world: World, text: str) -> list[str]:
    """Everything that people write says `text`; returns the pages that show it."""
    member = world.people["member_a"]
    organisation = OrganisationFactory(name_en=text[:200], name_zh=text[:200], about_en=text)
    named = UserFactory(name=text[:120])
    wish = WishFactory(
        open=True, organisation=organisation, title_en=text[:500], title_zh=text[:500], need_en=text,
        outcome_en=text, constraints_en=text, site_en=text[:200], certificates=[text[:60].replace(",", " ")],
    )  # fmt: skip
    wishes.ask(wish, by=named, text=text)
    vendor = OrganisationFactory(vendor=True, name_en=text[:200], name_zh=text[:200])
    solution = SolutionFactory(
        listed=True, organisation=vendor, title_en=text[:200], title_zh=text[:200], summary_en=text,
        method_en=text, intellectual_property=text[:300], trial_conditions_en=text,
    )  # fmt: skip
    refused = SolutionFactory(organisation=vendor, status="screening", title_en=text[:200])
    solutions.refuse(refused, by=world.people["office"], reason=text)
    NotificationFactory(
        recipient=member,
        entry_id=2 * 10**9,
        template="wishes/mail/publish",
        context={"thing_title": {"en": text, "zh": text}, "department": {"en": text, "zh": ""}},
    )
    return [
        "/en/", "/zh-hans/wishes/", "/en/solutions/", wish.get_absolute_url(),
        solution.get_absolute_url(), refused.get_absolute_url(), organisation.get_absolute_url(),
        "/en/notices/", "/en/solutions/workspace/", f"/admin/wishes/wish/{wish.pk}/change/",
        "/admin/wishes/wish/",
        f"/admin/accounts/user/{named.pk}/change/",
    ]  # fmt: skip


def foreign(page: str) -> list[str]:
    """Elements and attributes that no template of ours writes."""
    found = []
    for tag, attributes in elements(page):
        values = {name: value.strip().lower() for name, value in attributes.items()}
        found += [f"{tag} {name}" for name in values if name.startswith(("on", "hx-on", "formaction"))]
        for name in ("href", "src", "action", "hx-get"):
            address = "".join(values.get(name, "").split())
            if address.startswith(("javascript:", "vbscript:", "data:text")):
                found.append(f"{tag} {name}={address[:30]}")
        if tag in DANGEROUS or "//evil.example" in str(
            [values.get(name) for name in ("href", "src", "action")]
        ):
            found.append(tag)
        if tag in ("script", "style") and "src" not in values:
            found.append(f"{tag} {values.get('=', '')[:40]}")
    return found


def test_the_corpus_is_large_and_is_recognised_when_it_is_not_escaped():
    assert len(set(XSS)) >= 100
    raw = [text for text in XSS if foreign(f"<html><body><div title='x'>{text}</div></body></html>")]
    assert len(raw) > 70


@pytest.mark.parametrize("part", range(4))
def test_no_text_of_the_corpus_becomes_markup_on_any_page(world, part):
    client = world.clients["administrator"]
    for number, text in enumerate(XSS[part::4]):
        with transaction.atomic():
            paths = infected(world, text)
            for path in paths if number % 6 == 0 else paths[3:5]:
                who = world.clients["member_a"] if "notices" in path else client
                response = who.get(path)
                assert response.status_code == 200, (path, text)
                assert foreign(body(response)) == [], (path, text)
                assert (
                    path not in paths[3:5]
                    or "alert(document.domain)" in body(response)
                    or "alert" not in text
                )
            transaction.set_rollback(True)


def test_no_text_of_the_corpus_becomes_markup_in_a_mail_a_feed_or_an_api_answer(world):
    clean = XSS[::3]
    [(mail, _kind)] = mails.mail(samples.sample("wishes.publish", "en")).alternatives
    own = foreign(mail)  # the looks of a dark screen
    for number, text in enumerate(clean):
        with transaction.atomic():
            infected(world, text)
            row = Notification.objects.get(entry_id=2 * 10**9)
            [(content, _kind)] = mails.mail(row).alternatives
            assert foreign(content) == own, text
            if number % 4 == 0:
                for path in ("/en/wishes/feed/", "/api/v1/wishes/"):
                    response = ask(world.clients["anonymous"], "GET", path)
                    assert response.status_code == 200
                    assert response["Content-Type"].split(";")[0] in (
                        "application/atom+xml",
                        "application/json",
                    )
                    assert response["X-Content-Type-Options"] == "nosniff"
            transaction.set_rollback(True)


@pytest.mark.parametrize("text", TEMPLATES)
def test_a_text_that_looks_like_a_template_is_printed_as_it_is(world, text):
    for path in infected(world, text)[:8]:
        who = "member_a" if "notices" in path else "administrator"
        page = body(ask(world.clients[who], "GET", path))
        assert "50337" not in page
        assert "71234567" not in page
    row = Notification.objects.get(entry_id=2 * 10**9)
    sent = mails.mail(row)
    assert "50337" not in sent.body + sent.subject
    assert world.people["member_a"].password not in sent.body


HEADERS = ("a\r\nBcc: all@evil.example", "a\nTo: all@evil.example\n\nbody", "a\u2028Bcc: x@evil.example",
           "a\x0bBcc: x", "a\x85Bcc: x@evil.example", "=?utf-8?q?=0D=0ABcc:_x@evil.example?=")  # fmt: skip


@pytest.mark.parametrize("text", HEADERS)
def test_no_text_adds_a_header_or_a_recipient_to_a_mail(world, text):
    infected(world, text)
    row = Notification.objects.get(entry_id=2 * 10**9)
    sent: EmailMessage = mails.mail(row)
    message = sent.message()
    assert sent.recipients() == [world.people["member_a"].email]
    assert message.get_all("Bcc") is None
    assert message.get_all("To") == [world.people["member_a"].email]
    assert "\n" not in sent.subject
    assert "\r" not in sent.subject


@pytest.mark.parametrize(
    "path",
    ["/en/x%0aERROR%20forged%20line/", "/en/search/?q=%0d%0aERROR+forged", "/en/%0d%0aSet-Cookie:x=1/"],
)
def test_nothing_that_a_request_says_begins_a_line_of_the_log_or_of_the_headers(client, db, caplog, path):
    caplog.set_level(logging.DEBUG)
    response = client.get(path, HTTP_USER_AGENT="a\r\nERROR forged", HTTP_REFERER="b\r\nERROR forged")
    assert response.status_code in (200, 404)
    assert "Set-Cookie" not in response.headers or "x=1" not in response["Set-Cookie"]
    for record in caplog.records:
        assert not [line for line in record.getMessage().splitlines()[1:] if line.startswith("ERROR")]


class _Sentinel(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.heard.append(self.path)
        self.send_response(200)
        self.end_headers()

    do_POST = do_HEAD = do_GET

    def log_message(self, *_said):
        pass


@pytest.fixture
def sentinel():
    """A server on loopback that writes down who calls."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Sentinel) as server:
        server.heard = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_no_address_that_people_write_is_ever_fetched(world, sentinel):
    here = f"http://127.0.0.1:{sentinel.server_address[1]}/secret"
    texts = f'{here} <img src="{here}"> <link rel=attachment href="{here}"> url({here}) file:///etc/passwd'
    paths = infected(world, texts)
    organisation = world.public["vendor_a"]
    type(organisation).objects.filter(pk=organisation.pk).update(website=here)
    answers = {"title_en": "T", "summary_en": texts, "trl": "7"}
    answers |= {"evidence": [{"trl": "7", "text": texts[:400], "url": here}]}
    draft = SolutionDraftFactory(organisation=organisation, answers=answers, is_full=True)
    check = reverse("solutions:check", args=[draft.key])
    assert world.clients["vendor_a"].post(check, {"revision": "0"}).status_code == 302
    for path in [*paths, organisation.get_absolute_url()]:
        ask(world.clients["member_a" if "notices" in path else "administrator"], "GET", path)
    mails.mail(Notification.objects.get(entry_id=2 * 10**9)).message().as_bytes()
    report = stories.published(match=_tried(texts), method_en=texts, stop_rules_en=texts)
    pdf = ask(world.clients["anonymous"], "GET", f"/en/reports/{report.slug}/report.pdf")
    assert pdf.status_code == 200
    assert sentinel.heard == []


def _tried(text: str):
    from tests.factories import MatchFactory

    return MatchFactory(approved=True, wish__title_en=text[:500], solution__title_en=text[:200])


@pytest.fixture
def hostile_pdf(world):
    text = "<script>app.alert(1)</script> <link rel=attachment href=file:///etc/passwd> <img src=file:///etc/passwd>"
    report = stories.published(match=_tried(text), method_en=text)
    response = ask(world.clients["anonymous"], "GET", f"/en/reports/{report.slug}/report.pdf")
    return pypdf.PdfReader(io.BytesIO(response.kept if response.streaming else response.content))


def test_the_pdf_of_a_report_runs_nothing_embeds_only_its_own_data_and_says_its_language(hostile_pdf):
    root = hostile_pdf.trailer["/Root"]
    assert "/OpenAction" not in root
    assert "/AA" not in root
    assert "/JavaScript" not in root.get("/Names", {})
    kinds = {
        note.get_object().get("/A", {}).get("/S")
        for page in hostile_pdf.pages
        for note in page.get("/Annots") or []
    }
    assert kinds <= {"/URI", "/GoTo", None}
    assert not [name for name in hostile_pdf.attachments if not name.endswith(".json")]
    assert b"root:" not in b"".join(part for parts in hostile_pdf.attachments.values() for part in parts)
    assert root["/Lang"].startswith("en")
    assert root["/MarkInfo"]["/Marked"]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\x.pdf", "a\r\nSet-Cookie: x.pdf", 'x".pdf', "‮fdp.exe", "<b>.pdf"]
)
def test_no_file_name_holds_a_path_a_line_or_markup(name):
    assert not set(safe_name(name)) & set('/\\\r\n"<>\u202e')


# --- the database and its history ---------------------------------------------------------------------
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal_entry SET reason = 'x'",
        "DELETE FROM journal_entry",
        "TRUNCATE journal_entry CASCADE",
        "UPDATE trials_report SET envelope = '{}' WHERE payload_hash <> ''",
        "UPDATE trials_report SET payload_hash = '' WHERE payload_hash <> ''",
        "UPDATE trials_report SET previous_hash = repeat('0', 64), verdict = 'met' WHERE payload_hash <> ''",
        "DELETE FROM trials_report WHERE payload_hash <> ''",
        "TRUNCATE trials_report CASCADE",
        "UPDATE trials_measurement SET value = 0",
        "DELETE FROM trials_measurement",
        "UPDATE trials_logentry SET text_en = 'x'",
    ],
)
def test_history_can_be_changed_by_no_statement(world, change):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_the_orm_changes_no_history_either(world):
    for change in (
        lambda: Entry.objects.update(reason="x"),
        lambda: Entry.objects.all().delete(),
        lambda: Report.objects.exclude(payload_hash="").update(envelope={}),
        lambda: Report.objects.exclude(payload_hash="").delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


# --- queries ------------------------------------------------------------------------------------------
LISTS = ("wishes:list", "solutions:list", "trials:list", "trials:reports", "search:search", "matching:queue",
         "api:wish-list", "api:solution-list", "api:match-list", "api:trial-list", "api:report-list",
         "api:topic-list", "api:search-list", "notices:inbox", "mailbox:list", "matching:terms",
         "root")  # fmt: skip
QUERIES = ("topic", "status", "organisation", "budget", "closing", "language", "price", "trl", "kind",
           "year", "q", "verdict", "feasibility", "number", "page", "page_size", "sort", "ordering", "side",
           "wish", "text", "organisation__people__email", "status__in", "created_by__password__startswith",
           "__", "pk__regex", "show")  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_odd_values_of_any_query_parameter_are_never_a_failure_of_the_portal(world, name):
    client, url, broken = world.clients["administrator"], address(world, name), []
    for label, value in ODD.items():
        short = value[:2000]  # an address has its limit at the web server
        for given in (dict.fromkeys(QUERIES, short), {"q": short, "page": short}):
            response = ask(client, "GET", url, given)
            if response.status_code >= 500:
                broken.append((label, sorted(given)))
    assert broken == []


@pytest.mark.parametrize(
    "lookup", ["created_by__email", "organisation__people__email", "confidential", "key", "status__in"]
)
@pytest.mark.parametrize("noun", ["wish", "solution", "match", "trial", "report"])
def test_a_lookup_that_no_filter_offers_finds_out_nothing(world, noun, lookup):
    client, url = world.clients["anonymous"], address(world, f"api:{noun}-list")
    plain = body(ask(client, "GET", url))
    for given in (
        {lookup: "person"},
        {f"{lookup}__startswith": "a"},
        {"ordering": lookup},
        {"ordering": f"-{lookup}"},
    ):
        assert body(ask(client, "GET", url, given)) == plain


# --- the policy of every page -------------------------------------------------------------------------
# Mails, in frames that may do nothing else.
ELSEWHERE = ("trials:report-badge-frame",)  # made to stand on a vendor's own pages
DATA = ("application/json", "application/ld+json")  # blocks that no browser runs
FRAMED = ("mailbox:html", "notices:sample-html", "notices:announcement-html")


FETCHED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "use": "href"}


def fetched(found):
    """What a browser asks for by itself when it draws these elements."""
    return [
        attributes[FETCHED[tag]]
        for tag, attributes in found
        if FETCHED.get(tag) in attributes and attributes.get("rel") not in ("alternate", "canonical")
    ]


@pytest.mark.parametrize("name", [name for name in NAMES if "GET" in methods(name)])
def test_every_answer_carries_the_strict_policy_and_no_page_needs_more_nor_another_host(world, name):
    for kind in kinds(name):
        response = ask(world.clients["administrator"], "GET", address(world, name, kind))
        policy = response["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        if name not in FRAMED:
            assert "unsafe" not in policy
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"
        if name in ELSEWHERE and response.status_code == 200:
            assert "frame-ancestors *" in policy
        else:
            assert response["X-Frame-Options"] in ("DENY", "SAMEORIGIN")
        if response.status_code == 200 and "html" in response["Content-Type"] and name not in FRAMED:
            found = elements(body(response))
            assert [one for one in fetched(found) if urlsplit(one).netloc not in ("", "testserver")] == []
            inline = [
                (tag, attributes)
                for tag, attributes in found
                if tag == "style" or "style" in attributes or (tag == "script" and "src" not in attributes)
            ]
            assert [one for one in inline if one[1].get("type") not in DATA] == []


def test_every_post_was_part_of_the_table():
    """The cases above are taken from the same list as the matrix."""
    assert {case[0] for case in CASES} == set(NAMES)


@override_settings(DEBUG=False)
def test_an_error_of_the_portal_is_told_in_all_languages_with_its_request_id_and_without_a_trace(
    client, db, monkeypatch
):
    from innoportal import home

    def broken(*_args, **_more):
        raise RuntimeError("a secret of the inside")

    client.raise_request_exception = False
    monkeypatch.setattr(home.Home, "get_context_data", broken)
    response = client.get("/en/", headers={"X-Request-ID": "shown-in-page-1"})
    page = response.content.decode()
    assert response.status_code == 500
    for words in ("This is our fault", "系統出錯", "系统出错", "shown-in-page-1"):
        assert words in page
    for secret in ("RuntimeError", "a secret of the inside", "Traceback", "home.py"):
        assert secret not in page
