# ruff: noqa: E501  a line is a row of the table
"""The table of bad inputs: what is sent where, and what the person gets.

Of every refused input three more things are held: a sentence says what is wrong and what to do, what was typed
stands in the form again, and nothing was written, neither a row nor a file nor an entry of the journal.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from html import escape, unescape

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from documents.models import Document
from documents.tasks import sweep
from journal.models import Entry
from notifications import sending
from notifications.models import Notification
from solutions.models import Interest
from tests.documents import samples
from tests.documents.fake_clamd import EICAR, clamd
from tests.factories import (
    DocumentFactory,
    MembershipFactory,
    OrganisationFactory,
    QuestionFactory,
    SolutionFactory,
    UserFactory,
    WishFactory,
)
from tests.security.bad_files import FILES
from tests.security.payloads import SCRIPT, XSS
from tests.trials import stories
from tests.wishes.writing import address, answer, opened, start
from wishes.models import Question, Wish, WishDraft
from wishes.steps import BY_SLUG

pytestmark = pytest.mark.django_db


@dataclass
class Desk:
    """A department's officer before a draft, a wish and an open wish; and somebody of another department."""

    client: Client
    officer: User
    other: Client
    vendor: Client
    vendor_user: User
    folder: object

    def draft(self) -> WishDraft:
        return start(self.client, organisation=self.officer.organisations.get().pk)

    def wish(self, **traits) -> Wish:
        organisation = self.officer.organisations.get()
        return WishFactory(organisation=organisation, created_by=self.officer, **traits)


@pytest.fixture
def desk(settings, tmp_path) -> Desk:
    settings.MEDIA_ROOT = tmp_path / "media"
    clients = []
    for traits in ({}, {}, {"vendor": True}):
        user = MembershipFactory(organisation=OrganisationFactory(**traits)).user
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        clients.append((client, user))
    (client, officer), (other, _), (vendor, vendor_user) = clients
    return Desk(client, officer, other, vendor, vendor_user, tmp_path)


def text_of(response) -> str:
    return unescape(response.content.decode())


def trace() -> dict[str, int]:
    """How much there is of everything that a request could have written."""
    tables = ("wishes_wish", "wishes_question", "solutions_solution", "solutions_interest", "documents_document",
              "journal_entry", "notifications_notification", "accounts_user")  # fmt: skip
    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = cursor.fetchone()[0]
    return found


# --- 1 to 31: files -------------------------------------------------------------------------------------


def attach(desk: Desk, wish: Wish, name: str, data: bytes, title: str = "Plan of the site"):
    """As a browser sends it; its own idea of the type is not believed anyway."""
    upload = samples.upload("x", data)
    upload.name = name
    url = reverse("wishes:attach", args=[wish.slug])
    return desk.client.post(url, {"title": title, "upload": upload})


@pytest.mark.parametrize(("sent", "name", "make", "said"), FILES, ids=[row[0] for row in FILES])
def test_a_bad_file_is_refused(desk, sent, name, make, said):
    wish = desk.wish()
    before = trace()
    response = attach(desk, wish, name, make())
    assert response.status_code == 200
    assert said in text_of(response)
    assert 'value="Plan of the site"' in response.content.decode()
    assert trace() == before
    assert list((desk.folder / "media").rglob("*")) == []


# --- texts in the guided writer of a wish -----------------------------------------------------------------

TOMORROW = (timezone.localdate() + timedelta(days=1)).isoformat()
LONG_TITLE = "Lift " * 20_000
ROWS = {f"kpis-{n}-{name}": "1" for n in range(40) for name in ("metric", "target", "unit")}
KPI = {"kpis-0-metric": "Energy", "kpis-0-unit": "kWh"}

# what is sent, page of the writer, fields, what the person reads
TYPED = [
    ("100,000 characters as title", "title", {"title_en": LONG_TITLE}, "at most 500 characters"),
    ("a title that nobody can see", "title", {"title_en": "\u200b\u2060\ufeff"}, "Give it a title"),
    ("an empty need", "need", {"need_en": "   "}, "Say what the need is, in English or Chinese."),
    ("200,000 Chinese characters", "need", {"need_zh": "升降機" * 70_000}, "at most"),
    ("minus three months", "timetable", {"months": "-3"}, "greater than or equal to 1"),
    ("half a month", "timetable", {"months": "0.5"}, "Enter a whole number."),
    ("31 February", "timetable", {"closes_on": "2027-02-31"}, "Enter a valid date."),
    ("the year 1", "timetable", {"closes_on": "0001-01-01"}, "must be in the future"),
    ("yesterday", "timetable", {"closes_on": "2020-01-01"}, "must be in the future"),
    ("the year 9999", "timetable", {"closes_on": "9999-12-31"}, "within ten years"),
    ("questions after the end", "timetable", {"closes_on": TOMORROW, "questions_until": "2099-01-01"},
     "Questions must end before the proposals do"),
    ("a budget that is not on the list", "budget", {"budget": "minus_5m"}, "minus_5m is not one of the available"),
    ("negative money", "budget", {"budget": "-5000"}, "-5000 is not one of the available choices"),
    ("a topic that does not exist", "topics", {"topics": ["no-such-topic"]}, "no-such-topic is not one of"),
    ("readiness 10 of 9", "requirements", {"trl_wanted": "10"}, "less than or equal to 9"),
    ("not a number", "kpis", KPI | {"kpis-0-target": "NaN"}, "Enter a number."),
    ("infinity", "kpis", KPI | {"kpis-0-target": "1e400"}, "digits"),
    ("a measure without its target", "kpis", KPI, "This field is required."),
    ("forty measures", "kpis", ROWS, "at most"),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "step", "typed", "said"), TYPED, ids=[row[0] for row in TYPED])
def test_a_bad_answer_says_why_and_stays_as_it_was_typed(desk, sent, step, typed, said):
    draft, step_fields = desk.draft(), BY_SLUG[step].fields
    before = trace()
    response = answer(desk.client, draft, step, **typed)
    assert response.status_code == 422
    assert said in text_of(response)
    draft.refresh_from_db()
    for name, value in typed.items():
        if isinstance(value, list):
            assert draft.answers[name] == value
        elif name in step_fields and value.strip("\u200b\u2060\ufeff "):
            assert draft.answers[name] == value
            assert value in text_of(response)
    if any(name.startswith("kpis") for name in typed):
        assert draft.answers["kpis"][0]["metric"] == typed["kpis-0-metric"]
    assert trace() == before


# --- texts that are taken, and do nothing ----------------------------------------------------------------

KEPT = [
    ("HTML and script", XSS[0], XSS[0]),
    (
        "a script that closes the title",
        f"</title><script>{SCRIPT}</script>",
        f"</title><script>{SCRIPT}</script>",
    ),
    ("Chinese characters of four bytes", "𨋢門不穩 𠝹", "𨋢門不穩 𠝹"),
    ("text that runs backwards", "Lift \u202etfil\u202c door", "Lift tfil door"),
    ("text with invisible characters", "Li\u200bft\ufeff door", "Lift door"),
    ("pictures of several characters", "👩🏽‍🔧 and 🇭🇰", "👩🏽‍🔧 and 🇭🇰"),
    ("a template", "{{ settings.SECRET_KEY }}", "{{ settings.SECRET_KEY }}"),
]


@pytest.mark.parametrize(("sent", "typed", "shown"), KEPT, ids=[row[0] for row in KEPT])
def test_a_strange_text_is_kept_and_shown_as_text(desk, sent, typed, shown):
    wish = desk.wish(open=True)
    url = reverse("wishes:ask", args=[wish.slug])
    desk.vendor.post(url, {"text": typed, "organisation": str(desk.vendor_user.organisations.get().pk)})
    assert Question.objects.get().text == shown
    page = Client().get(wish.get_absolute_url()).content.decode()
    assert escape(shown, quote=True).replace("&#x27;", "&#39;") in page or escape(shown, quote=False) in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page


# --- everything else: each row is a function of its own ---------------------------------------------------

OTHERS: list[tuple[str, Callable[[Desk], None]]] = []


def row(sent: str):
    def keep(function: Callable[[Desk], None]) -> Callable[[Desk], None]:
        OTHERS.append((sent, function))
        return function

    return keep


@row("the virus of all tests (EICAR), with a scanner")
def eicar(desk: Desk) -> None:
    """Waits, is found, never opens for anyone; its sender reads so on the page and in a mail."""
    from django.conf import settings
    from django.test import override_settings

    wish = desk.wish()
    with clamd() as (scanner, _seen), override_settings(CLAMAV=scanner):
        attach(desk, wish, "plan.pdf", samples.pdf(after=EICAR))
        assert "Being scanned for viruses" in text_of(desk.client.get(wish.get_absolute_url()))
        sweep()
    document = Document.objects.get()
    assert desk.client.get(document.get_absolute_url()).status_code == 404
    page = text_of(desk.client.get(wish.get_absolute_url()))
    assert "A virus was found in this file (Eicar-Test-Signature)." in page
    sending.deliver("notification", Notification.objects.get(channel="email").pk)
    assert mail.outbox[0].to == [desk.officer.email]
    assert settings.CLAMAV == ""


@row("a file named ../../x")
def path_as_name(desk: Desk) -> None:
    attach(desk, desk.wish(), "../../../etc/cron.d/x.txt", b"Plan")
    document = Document.objects.get()
    assert document.filename == "x.txt"
    stored = [path for path in (desk.folder / "media").rglob("*") if path.is_file()]
    assert [path.parent.name for path in stored] == ["documents"]


@row("a file name with control characters and one that turns it round")
def odd_name(desk: Desk) -> None:
    attach(desk, desk.wish(), "pl\u202ean\x07; filename=x.txt", b"Plan")
    document = Document.objects.get()
    sweep()
    response = desk.client.get(reverse("documents:original", args=[document.key]))
    response.close()
    assert not set(document.filename) & set("\u202e\x07")
    assert response["Content-Disposition"].count("filename") == 1 + document.filename.count("filename")


@row("the same file twice, and the thirty-first")
def one_too_many(desk: Desk) -> None:
    wish = desk.wish()
    attach(desk, wish, "plan.txt", b"Plan")
    again = attach(desk, wish, "plan of today.txt", b"Plan", title="The same plan")
    assert "This file is attached already." in text_of(again)
    assert 'value="The same plan"' in again.content.decode()
    assert Document.objects.count() == 1
    about = {"noun": "wishes.wish", "object_id": wish.pk, "organisation": wish.organisation}
    DocumentFactory.create_batch(29, **about)
    assert "There are 30 files already." in text_of(attach(desk, wish, "more.txt", b"More"))
    assert Document.objects.count() == 30


@row("no file, and a title of 201 characters")
def no_file(desk: Desk) -> None:
    before = trace()
    response = desk.client.post(reverse("wishes:attach", args=[desk.wish().slug]), {"title": "x" * 201})
    page = text_of(response)
    assert "Ensure this value has at most 200 characters (it has 201)." in page
    assert "This field is required." in page
    assert "x" * 201 in page
    assert trace()["documents_document"] == before["documents_document"]


@row("a null character")
def null(desk: Desk) -> None:
    draft = desk.draft()
    response = answer(desk.client, draft, "need", need_en="Lift\0door")
    assert response.status_code == 400
    assert "The request contains a null character. Remove it and try again." in text_of(response)
    draft.refresh_from_db()
    assert draft.answers == {}


@row("a form that was opened before somebody else saved")
def stale_form(desk: Desk) -> None:
    draft = desk.draft()
    page = opened(desk.client, draft, "need")
    answer(desk.client, draft, "need", need_en="What the other tab says")
    response = answer(desk.client, draft, "need", page, need_en="What this tab says")
    shown = text_of(response)
    assert "What the other tab says" in shown
    assert "What this tab says" in shown
    draft.refresh_from_db()
    assert draft.answers["need_en"] == "What the other tab says"


@row("the same form sent twice")
def sent_twice(desk: Desk) -> None:
    wish = desk.wish(open=True)
    solution = SolutionFactory(organisation=desk.vendor_user.organisations.get(), listed=True)
    data = {"solution": solution.pk, "wish_reference": wish.reference, "pitch": "It fits."}
    desk.vendor.post(reverse("solutions:answer-wish"), data)
    desk.vendor.post(reverse("solutions:answer-wish"), data)
    assert Interest.objects.count() == 1


@row("a verb sent twice")
def verb_twice(desk: Desk) -> None:
    wish = desk.wish(title_en="Lift doors", need_en="Loud", outcome_en="Quiet")
    url = reverse("wishes:submit", args=[wish.slug])
    desk.client.post(url)
    before = trace()
    again = desk.client.post(url, follow=True)
    assert "This cannot be done in its present state." in text_of(again)
    assert trace() == before


@row("the number of another department's draft")
def foreign_draft(desk: Desk) -> None:
    draft = desk.draft()
    page = opened(desk.client, draft, "need")
    assert desk.other.get(address(draft, "need")).status_code == 404
    assert desk.other.post(address(draft, "need"), page | {"need_en": "Mine now"}).status_code == 404
    draft.refresh_from_db()
    assert draft.answers == {}


@row("another department's number in a form")
def foreign_organisation(desk: Desk) -> None:
    theirs = OrganisationFactory()
    before = WishDraft.objects.count()
    response = desk.client.post(reverse("wishes:create"), {"organisation": theirs.pk})
    assert response.status_code == 422
    assert "Select a valid choice." in text_of(response)
    assert WishDraft.objects.count() == before


@row("another vendor's solution as answer to a wish")
def foreign_solution(desk: Desk) -> None:
    wish, theirs = desk.wish(open=True), SolutionFactory(listed=True)
    SolutionFactory(organisation=desk.vendor_user.organisations.get(), listed=True)
    data = {"solution": theirs.pk, "wish_reference": wish.reference, "pitch": "Typed with care."}
    response = desk.vendor.post(reverse("solutions:answer-wish"), data)
    assert "Select a valid choice." in text_of(response)
    assert "Typed with care." in text_of(response)
    assert not Interest.objects.exists()


@row("a wish that does not exist as what is answered")
def no_such_wish(desk: Desk) -> None:
    solution = SolutionFactory(organisation=desk.vendor_user.organisations.get(), listed=True)
    data = {"solution": solution.pk, "wish_reference": "W-1999-0001", "pitch": "Typed with care."}
    response = desk.vendor.post(reverse("solutions:answer-wish"), data)
    assert "Typed with care." in text_of(response)
    assert "govuk-error-message" in response.content.decode()
    assert not Interest.objects.exists()


@row("half of a pair of characters")
def surrogate(desk: Desk) -> None:
    wish = desk.wish(open=True)
    body = f"organisation={desk.vendor_user.organisations.get().pk}&text=Lift+%ED%A0%80+door%3F"
    desk.vendor.post(
        reverse("wishes:ask", args=[wish.slug]), body, content_type="application/x-www-form-urlencoded"
    )
    assert Question.objects.get().text == "Lift \ufffd\ufffd\ufffd door?"


@row("an id that is no id")
def no_id(desk: Desk) -> None:
    wish = desk.wish(open=True)
    QuestionFactory(wish=wish)
    for path in (f"/en/wishes/{wish.slug}/answer/99999999999999999999/", "/en/documents/not-a-key/",
                 f"/en/wishes/{wish.slug}'--/", "/en/solutions/%00/"):  # fmt: skip
        assert desk.client.post(path, {"text": "x"}).status_code in (400, 403, 404, 405), path


@row("a question of 100,000 characters")
def long_question(desk: Desk) -> None:
    wish = desk.wish(open=True)
    data = {"text": "why " * 25_000, "organisation": str(desk.vendor_user.organisations.get().pk)}
    response = desk.vendor.post(reverse("wishes:ask", args=[wish.slug]), data, follow=True)
    assert "at most 2000 characters" in text_of(response)
    assert "why why why" in text_of(response)
    assert not Question.objects.exists()


@row("a question after the last day for questions")
def late_question(desk: Desk) -> None:
    wish = desk.wish(open=True, questions_until=timezone.localdate() - timedelta(days=1))
    data = {"text": "Is there power?", "organisation": str(desk.vendor_user.organisations.get().pk)}
    response = desk.vendor.post(reverse("wishes:ask", args=[wish.slug]), data, follow=True)
    assert "The last day for questions has passed." in text_of(response)
    assert "Is there power?" in text_of(response)
    assert not Question.objects.exists()


@row("a withdrawal without its reason")
def no_reason(desk: Desk) -> None:
    wish = desk.wish()
    before = trace()
    response = desk.client.post(reverse("wishes:withdraw", args=[wish.slug]), {"reason": "  "}, follow=True)
    assert "This field is required." in text_of(response)
    assert trace() == before


@row("a renewal until the year 9999, until yesterday, until 31 February")
def odd_renewal(desk: Desk) -> None:
    wish = desk.wish(open=True, closes_on=timezone.localdate() + timedelta(days=9))
    before = trace()
    for day, said in (
        ("9999-12-31", "within ten years"),
        ("2020-01-01", "in the future"),
        ("2027-02-31", "valid date"),
    ):
        response = desk.client.post(
            reverse("wishes:renew", args=[wish.slug]), {"closes_on": day}, follow=True
        )
        assert said in text_of(response)
        assert day in text_of(response)
    assert trace() == before


@row("a line break in a name (header injection)")
def header_in_name(desk: Desk) -> None:
    response = desk.client.post(
        reverse("people:profile"), {"name": "Eve\r\nBcc: all@example.org", "language": "en"}, follow=True
    )
    desk.officer.refresh_from_db()
    assert "\n" not in desk.officer.name
    assert "\r" not in desk.officer.name
    assert response.status_code == 200


@row("a language that the portal has not got")
def unknown_language(desk: Desk) -> None:
    response = desk.client.post(reverse("people:profile"), {"name": "Chan Tai-man", "language": "tlh"})
    assert "tlh is not one of the available choices" in text_of(response)
    assert 'value="Chan Tai-man"' in response.content.decode()
    desk.officer.refresh_from_db()
    assert desk.officer.language != "tlh"


@row("a name of invisible characters at sign-up")
def invisible_name(desk: Desk) -> None:
    data = {"email": "new@example.org", "password1": "a long enough pass phrase", "name": "\u200b\u2060"}
    response = Client().post(reverse("account_signup"), data)
    assert "This field is required." in text_of(response)
    assert "new@example.org" in text_of(response)
    assert not User.objects.filter(email="new@example.org").exists()


@row("an e-mail address of 400 characters, and one with a line break")
def long_address(desk: Desk) -> None:
    for email in (
        "a" * 380 + "@example.org",
        "a@example.org\r\nBcc: b@example.org",
        "a@b",
        "@",
        "a b@example.org",
    ):
        data = {"email": email, "password1": "a long enough pass phrase", "name": "Chan"}
        response = Client().post(reverse("account_signup"), data)
        assert response.status_code == 200, email
        assert "govuk-error-message" in response.content.decode(), email
        assert 'value="Chan"' in response.content.decode()
    assert mail.outbox == []


@row("a search of 100,000 characters, of operators, of nothing that can be seen")
def odd_search(desk: Desk) -> None:
    for asked in (
        "lift " * 20_000,
        "') OR 1=1; --",
        "\u200b\u202e",
        "*" * 300,
        "%%%",
        "-lift AND NOT (",
        "𨋢",
    ):
        response = Client().get(reverse("search:search"), {"q": asked[:60_000]})
        assert response.status_code == 200, asked[:20]
        assert "Traceback" not in response.content.decode()


@row("a search with a broken character")
def broken_search(desk: Desk) -> None:
    assert Client().get("/en/search/?q=%ED%A0%80%FF").status_code == 200


@row("filters that do not exist, and pages that are none")
def odd_filters(desk: Desk) -> None:
    for query in ("page=-1", "page=999999999999999999999", "page=last;", "budget=minus", "topic='--", "sort=password",
                  "status[]=draft", "trl_min=NaN", "organisation__pk=1"):  # fmt: skip
        for name in ("wishes:list", "solutions:list"):
            assert Client().get(f"{reverse(name)}?{query}").status_code in (200, 404), query


@row("JSON with NaN, half a pair of characters, and a thousand brackets, to the API")
def odd_json(desk: Desk) -> None:
    for body in ('{"x": NaN}', '{"x": "\\ud800"}', "[" * 1000, "{" * 100_000, '{"x": 1e999}', "\xff"):
        response = desk.client.post("/api/v1/wishes/", body, content_type="application/json")
        assert response.status_code in (400, 403, 405), body[:20]
        json.loads(response.content)


@row("a form as JSON, and a form of no known type")
def wrong_type(desk: Desk) -> None:
    draft = desk.draft()
    for kind, body in (("application/json", '{"need_en": "x"}'), ("text/plain", "need_en=x"),
                       ("multipart/form-data; boundary=x", b"--x\r\nbroken"), ("multipart/form-data", b"x")):  # fmt: skip
        response = desk.client.post(address(draft, "need"), body, content_type=kind)
        assert response.status_code in (200, 302, 400, 403, 422), kind
    draft.refresh_from_db()
    assert draft.answers.get("need_en", "") == ""


@row("five thousand fields")
def many_fields(desk: Desk) -> None:
    draft = desk.draft()
    response = desk.client.post(address(draft, "need"), {f"field{n}": "1" for n in range(5000)})
    assert response.status_code == 400
    draft.refresh_from_db()
    assert draft.answers == {}


def brought(folder, content: bytes, name: str = "rows.csv") -> str:
    UserFactory(administrator=True)
    path = folder / name
    path.write_bytes(content)
    owner = OrganisationFactory()
    try:
        call_command("import_wishes", str(path), "--organisation", owner.slug, "-v0")
    except CommandError as error:
        return str(error)
    return ""


@row("a table with half of its rows in another encoding")
def mixed_encodings(desk: Desk) -> None:
    rows = "id,title_zh,need_zh\n1,升降機,門不穩\n".encode() + "2,冷水機,耗電\n".encode("big5") * 40
    before = trace()
    assert brought(desk.folder, rows)
    assert trace()["wishes_wish"] == before["wishes_wish"]


@row("a table in which one row of three is wrong")
def one_wrong_row(desk: Desk) -> None:
    rows = b"id,title_en,need_en,months\n1,Lift,Loud,3\n2,Fan,Loud,-3\n3,Pump,Loud,4\n"
    before = trace()
    assert brought(desk.folder, rows)
    assert trace()["wishes_wish"] == before["wishes_wish"]  # all of it or nothing


@row("a workbook that is none, and one that unpacks to gigabytes")
def bad_workbook(desk: Desk) -> None:
    for content in (b"PK\x03\x04 nothing", b"<html>", FILES[0][2]()):
        assert brought(desk.folder, content, "rows.xlsx")
    assert not Wish.objects.exists()


@row("a formula as the name of a sensor, in what is exported")
def formula(desk: Desk) -> None:
    trial = stories.running()
    trial.measurements.create(
        metric=trial.claims.first().metric, at=timezone.now(), phase="trial", value=1.0,
        sensor='=HYPERLINK("https://evil.example.org")',
    )  # fmt: skip
    trial.is_live_public = True
    trial.save(update_fields=["is_live_public"])
    response = Client().get(reverse("trials:measurements-file", args=[trial.slug]))
    text = b"".join(response.streaming_content).decode()
    assert "HYPERLINK" in text
    assert ',"=HYPERLINK' not in text


@row("a form without its token")
def no_token(desk: Desk) -> None:
    wish = desk.wish()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(desk.officer, backend="django.contrib.auth.backends.ModelBackend")
    before = trace()
    response = strict.post(reverse("wishes:withdraw", args=[wish.slug]), {"reason": "No need"})
    assert response.status_code == 403
    assert trace() == before


@pytest.mark.parametrize(("sent", "check"), OTHERS, ids=[sent for sent, _check in OTHERS])
def test_what_else_is_sent_gets_its_answer(desk, sent, check):
    check(desk)


def test_the_table_is_long_and_names_nothing_twice():
    named = [name for name, *_ in (*FILES, *TYPED, *KEPT, *OTHERS)]
    assert len(named) >= 40
    assert len(set(named)) == len(named)
    assert Entry.objects.count() == 0
